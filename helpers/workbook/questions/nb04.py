"""The exercises of notebook 04: a tokenizer, windows, and random batches."""

import torch

from helpers.text import CharTokenizer, random_batch
from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions import batches as b
from helpers.workbook.questions import tokens as t

TOKENIZERS = {
    (
        "The vocabulary is sorted, so that the same text gives the same numbers on every run. Yours has another order.",
        "Python's `sorted` makes a sorted list of a set.",
    ): [
        t.AsTheyCome,
        t.Unsorted,
        t.Backwards,
    ],
    ("The vocabulary is in alphabetical order, whatever is common in the text.", "`sorted` without a key is enough."): t.ByFrequency,
    ("Each character stands in the vocabulary once.", "Python's `set` throws out what comes again."): t.Repeated,
    ("Capital letters are characters of their own: `H` is not `h`.", "Take the text as it is, without `lower`."): t.LowerCase,
    ("`vocab_size` is the number of different characters, not the length of the text.", "How long is `chars`?"): t.TextLength,
    ("`vocab_size` is one too small. Tokens begin at 0, so the largest one is vocab_size - 1.", "It is the length of `chars`."): t.LastToken,
    ("Tokens begin at 0: the first of `chars` is token 0.", "`enumerate` begins at 0, unless it is told otherwise."): [t.FromOne, t.FromOneInEncode],
    (
        "These are the code points that `ord` gives. A token is the place of a character in `chars`.",
        "Make a dictionary in `__init__` that leads from each of `chars` to its place there.",
    ): [t.CodePoints, t.CodePointsThroughout],
    ("Your `encode` gives nothing back.", "Does it end in `return`?"): t.Nothing,
    (
        "Your `encode` looks up the whole text at once. It has to look up every character.",
        "A list comprehension over `text` visits its characters.",
    ): t.AllAtOnce,
    ("Your `encode` gives a list. A model takes a tensor.", "`torch.tensor` makes a tensor of a list of integers."): t.AList,
    (
        "Your tokens are floats, because `torch.Tensor` with a capital T always makes floats.",
        "`torch.tensor`, in lower case, keeps the integers that it is given.",
    ): t.Floats,
    ("A list takes one index at a time.", "Loop over `tokens`, look up each one, and join the characters."): t.AllTokensAtOnce,
    ("Your `decode` gives a list of characters, and a string is asked.", '`"".join(...)` makes one string of several.'): t.ListOfCharacters,
    (
        "Something stands between the characters that your `decode` puts together.",
        "What stands before `.join` comes between the pieces. Let it be empty.",
    ): t.WithSpaces,
    (
        "With a list your `decode` works, and with a tensor it does not. What are the elements of a tensor, if one loops over it?",
        "They are tensors, which a dictionary does not find, even with the same number. Use `int(token)`, or look it up in a list.",
    ): t.TensorsAsKeys,
    (
        "Your `decode` takes a tensor. It should take a list of integers too.",
        "Loop over `tokens` themselves: that works for a list and for a tensor.",
    ): t.OnlyTensors,
    (
        "A KeyError says little to whoever typed the text. Raise a ValueError that names the character.",
        "Before the lookup, find a character of the text that is not in `chars`, and put it into the message of the error.",
    ): t.BareKeyError,
    ("Your error should say which character it is about.", "An f-string takes the character into the message: `{char!r}`."): t.Nameless,
    (
        "An assert is for mistakes in a program. For a wrong input, Python has the ValueError.",
        '`raise ValueError(f"...")` takes a message, as an assert does.',
    ): t.Asserts,
    (
        "Your `encode` leaves out what it does not know, so a text silently becomes another. Raise a ValueError that names the character.",
        'In `encode`, look for a character that is not in `chars`, and `raise ValueError(f"...")` with it.',
    ): t.Skipped,
    (
        "Your `encode` gives an unknown character a token that the vocabulary does not have. Raise a ValueError that names it.",
        'In `encode`, look for a character that is not in `chars`, and `raise ValueError(f"...")` with it.',
    ): t.MinusOne,
}

WINDOWS = {
    ("Your y is x: the answer stands in the question.", "The slices of y begin one place later."): b.windows_with(second=0),
    ("Your y is shifted the other way: it holds the characters before.", "The target of a position is what follows it."): b.windows_with(second=-1),
    ("x and y have changed places.", "The first result is x, the context."): b.windows_with(swap=True),
    (
        "A slice takes one start, not several, and `torch.tensor` takes numbers, not tensors. Which of the two does the line above name?",
        "Make a list with one slice for each start, and give it to `torch.stack`.",
    ): [b.one_slice, b.tensor_of_tensors],
    ("Your y holds the tokens plus one. Targets are the tokens that follow in the text.", "The slices of y begin one place later."): b.plus_one,
    ("Your windows are one character too long: x ends where y should end.", "A slice `a:b` has b - a elements."): b.windows_with(end=1),
    ("Your windows are one character too short.", "The end of a slice is not part of it: `a:b` has b - a elements."): b.windows_with(end=-1),
    ("x should begin at the start itself.", "Both of your slices begin one place too late."): b.windows_with(first=1, second=2),
    ("`torch.cat` puts the windows end to end. They should be rows.", "`torch.stack` makes a new dimension."): b.windows_with(stack=torch.cat),
    (
        "Your windows stand side by side as columns. They should be rows.",
        "`torch.stack` puts its new dimension first, unless it is told otherwise.",
    ): b.windows_with(dim=1),
    ("You return lists of windows. Both results are tensors (B, T).", "`torch.stack` makes one tensor of a list of them."): b.as_lists,
    ("These are positions in the text. Which tokens stand there?", "Index `tokens` with your positions."): b.positions_only,
    ("There is a target for every position, not only for the last one.", "y has the shape of x: slices that begin one place later."): b.next_window,
    ("Only one window is left. Your loop forgets the ones before.", "Collect the slices in a list, and stack the list after the loop."): b.last_window,
    ("Your function returns x alone.", "Return both, as `x, y`."): b.only_x,
}

BATCHES = {
    ("Your y is x: the answer stands in the question.", "The slices of y begin one place later."): b.batch_with(cut=b.windows_with(second=0)),
    ("x and y have changed places.", "Return the contexts first."): b.batch_with(cut=b.windows_with(swap=True)),
    (
        "Some of your starts lie too late: their windows run over the end of the text.",
        "`torch.randint(high, ...)` draws from 0 to high - 1. The last window needs context_length characters and one more.",
    ): b.too_late(),
    ("The last possible window never comes.", "In a text of T + 1 tokens there is one window, so randint's upper end must be 1 there."): b.batch_with(
        lambda T: -1
    ),
    ("The first possible window never comes.", "Starts begin at 0."): b.batch_with(start=1),
    ("The second argument of `torch.randint` is a shape.", "A shape with one dimension is written with a comma: `(batch_size,)`."): [
        b.shape_missing([]),
        b.shape_missing([0]),
    ],
    ("Your function gives nothing back.", "Return the two results of your windows."): b.without_return,
    ("Your starts never come twice, so a text has too few of them for a large batch.", "`torch.randint` may draw the same integer again."): b.without_repeats,
    ("All windows of a batch begin at the same place.", "Draw batch_size starts: the shape is the second argument of `torch.randint`."): b.batch_with(one=True),
    ("Your windows never overlap. A window may begin at any character.", "Draw the start itself, not a multiple of context_length."): b.without_overlap,
    ("Your batch stands on its side: windows are columns.", "`torch.stack` puts its new dimension first, unless it is told otherwise."): b.transposed,
    ("x and y come from different windows.", "Draw the starts once, and cut both from them."): b.drawn_twice,
    (
        "Your function gives the same batch again and again. Are its starts random, and does it leave the generator's seed alone?",
        "Whoever calls the function has seeded the generator. Draw from it, and it gives new numbers each time.",
    ): [b.batch_with(seed=0), b.side_by_side],
    (
        "A seed does not repeat your batch, so your draws do not come from the generator.",
        "Hand it on: `torch.randint` has an argument `generator`. Python's own `random` cannot use it.",
    ): [b.batch_with(deaf=True), b.by_python],
    (
        "Your starts are random, but drawn in another way than ours, so the same seed gives another batch.",
        "Draw all of them with one call of `torch.randint`, which gives integers.",
    ): b.by_fractions,
}

EXERCISES = {
    "04.1": Exercise(
        "CharTokenizer is yours: every text of its characters becomes tokens and comes back unchanged.",
        right=CharTokenizer,
        cases=t.random_texts,
        run=t.tokenizer_trial,
        part="CharTokenizer",
        mistakes=listed(TOKENIZERS),
        hints=(
            "Write `self.chars` and `self.vocab_size` first, then `encode`, then `decode`. The line above says where to look next.",
            "`chars` is the sorted set of the text's characters. `encode` needs the place of each, which a dictionary made with `enumerate` gives.",
            "`decode` joins `self.chars[i]` for each token i. First, `encode` raises a ValueError for a character that `self.chars` has not.",
        ),
    ),
    "04.2": Exercise(
        "Each row of y is the row of x one character later: what follows every position.",
        right=b.windows,
        cases=b.random_starts,
        mistakes=listed(WINDOWS),
        hints=(
            "Work on one window first: with its start `i`, which slice of `tokens` is its x, and which is its y?",
            "A list comprehension over `starts` makes a list of slices, and `torch.stack` makes one tensor of them.",
        ),
    ),
    "04.3": Exercise(
        "random_batch is yours: every window of the text is equally likely, and its targets are one step ahead.",
        right=random_batch,
        cases=b.random_tokens,
        run=b.batch_trial,
        part="random_batch",
        mistakes=listed(BATCHES),
        hints=(
            "Two steps: draw batch_size starts, then cut the windows as in 04.2. The line above says what to look at.",
            "`torch.randint(high, (n,), generator=generator)` draws n integers from 0 to high - 1. Which start is the last possible one?",
            "A window takes context_length tokens and one more for the last target, so there are len(tokens) - context_length possible starts.",
        ),
    ),
}
