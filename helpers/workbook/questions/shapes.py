"""The three exercises of notebook 02 that build the rule of broadcasting."""

import itertools

import torch

from helpers.basics import broadcast_shape
from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions.rules import (
    FIRST_PAIRS,
    LARGER,
    filled,
    fits,
    inserted,
    no_error,
    only,
    other,
    random_shape,
    shape_with,
    size_of,
    tail,
    unpacked,
    zipped,
)

ALIGNED = Exercise(
    "What is missing stands at the left, as a 1.",
    right=filled,
    mistakes=listed(
        {
            (
                "The 1s stand at the right. Shapes are aligned at the right, so what is missing is missing at the left.",
                "The order in a sum of tuples is the order in the result: which one comes first?",
            ): lambda a, b: filled(a, b, left=False),
            (
                "You fill `a` only. `b` can be the shorter one.",
                "Compute how many 1s each of the two needs. For the longer one that is none.",
            ): lambda a, b: (filled(a, b)[0], b),
            (
                "You fill `b` only. `a` can be the shorter one.",
                "Compute how many 1s each of the two needs. For the longer one that is none.",
            ): lambda a, b: (a, filled(a, b)[1]),
            ("A missing size counts as 1, and you put in 0.", "A 0 is a size of its own. In the tuple that you repeat, there should be a 1."): (
                lambda a, b: filled(a, b, one=0)
            ),
            (
                "You cut the longer shape. Nothing may be lost: make the shorter one longer.",
                "Count with `max(len(a), len(b))`, not with `min`.",
            ): lambda a, b: (tail(a, b), tail(b, a)),
            (
                "You put in a single 1. More than one size can be missing.",
                "The number of 1s is the difference of the two lengths. `(1,) * 2` is (1, 1).",
            ): lambda a, b: ((1,) * (len(a) < len(b)) + a, (1,) * (len(b) < len(a)) + b),
            (
                "You put in as many 1s as the longer shape has sizes. Some are there already.",
                "Subtract the length of the shape that you fill.",
            ): lambda a, b: tuple((1,) * max(len(a), len(b)) + s for s in (a, b)),
            (
                "The two came back in another order. `a` stays the first.",
                "Do not sort the two by their lengths. Fill each of them by as many 1s as it needs.",
            ): [lambda a, b: tuple(sorted(filled(a, b), key=lambda s: s == a)), lambda a, b: filled(a, b)[:: -1 if len(b) < len(a) else 1]],
            (
                "A list and a tuple cannot be joined with `+`. The shapes are tuples, so the 1s have to stand in a tuple.",
                "A tuple with one element needs a comma: `(1,)`.",
            ): lambda a, b: [1] * (max(len(a), len(b)) - len(a)) + a,
            (
                "`(1)` is the number 1 in brackets, and it cannot be joined with a tuple.",
                "A tuple with one element needs a comma: `(1,)`.",
            ): lambda a, b: (1) * (max(len(a), len(b)) - len(a)) + a,
            (
                "A tuple cannot be changed, so it has no `insert` and no `append`. Make a new one.",
                "`(1,) + b` is a new tuple with a 1 in front.",
            ): [inserted(name, both) for name in ("insert", "append") for both in (True, False)],
        }
    ),
    hints=(
        "How many 1s does each of the two need? It is the longer length minus its own.",
        "With n for the longer length, `a` needs `n - len(a)` of them. `(1,) * k + a` puts k of them in front.",
    ),
    cases=lambda g: [*FIRST_PAIRS, *((random_shape(g), random_shape(g)) for _ in range(50))],
)

STRETCHED = Exercise(
    "Equal sizes stay, and a 1 takes the other size. Nothing else fits.",
    right=size_of(),
    mistakes=listed(
        {
            (
                "Almost. The maximum is wrong for one size: what does a 1 become beside a 0?",
                "A 1 takes *the other* size, whatever it is. Ask which of the two is 1.",
            ): size_of(size=max),
            (
                "Your function lets everything fit. Which pairs are an error?",
                "Before you return, ask whether the two differ while neither of them is 1.",
            ): [size_of(lambda m, n: True, size) for size in (max, other)],
            (
                "You stretch only `n`. A 1 as `m` is stretched as well.",
                "There are two sizes that may be 1, and so two questions.",
            ): size_of(lambda m, n: m == n or n == 1),
            (
                "You stretch only `m`. A 1 as `n` is stretched as well.",
                "There are two sizes that may be 1, and so two questions.",
            ): size_of(lambda m, n: m == n or m == 1),
            (
                "Two equal sizes fit as well, and stay as they are.",
                "Add a question for `m == n`.",
            ): size_of(lambda m, n: 1 in (m, n)),
            ("Your function wants equal sizes. What about a 1?", "A 1 fits with every other size, as `m` and as `n`."): size_of(lambda m, n: m == n),
            (
                "Stretching takes the other size, and not the smaller one.",
                "Where `m` is 1 the result is `n`, and where `n` is 1 it is `m`.",
            ): size_of(size=min),
            (
                "Sizes are not multiplied. Two equal sizes stay as they are.",
                "Multiplying works only where one of the two is 1. Treat equal sizes first.",
            ): size_of(size=lambda m, n: m * n),
            (
                "Where two sizes do not fit, your function says nothing. It should raise a ValueError.",
                'Write `raise ValueError("...")`, with a text that names the two sizes.',
            ): no_error(size_of()),
            (
                "You raise another kind of error. Later code waits for a ValueError.",
                'The line is `raise ValueError("...")`. An `assert` raises an AssertionError.',
            ): [size_of(kind=kind) for kind in (RuntimeError, AssertionError, Exception, TypeError)],
            (
                "A 0 is a size like others. It fits with 0 and with 1.",
                "Leave the 0 out of your questions, and ask only about equal sizes and about 1.",
            ): size_of(lambda m, n: fits(m, n) and 0 not in (m, n)),
        }
    ),
    hints=(
        "There are three cases: the two are equal, one of them is 1, or neither holds.",
        "If `m` is 1 the result is `n`. If `n` is 1, or the two are equal, it is `m`. Otherwise raise.",
    ),
    cases=lambda g: [(4, 1), (1, 3), (3, 3), (4, 3), (1, 1), *itertools.product(range(6), range(6))],
)


def not_a_tuple(given, result):
    """A hint for a shape that equals the right one, and is none."""
    if isinstance(result, torch.Size):
        return "PyTorch's own function did the work. Write the rule yourself: your functions of 02.1 and 02.2 are the pieces."
    return "The sizes are right, but they are in a list. Return a tuple: tuple(...)." if isinstance(result, list) else None


SHAPE = Exercise(
    "Align at the right. Sizes are equal, 1 or missing, and the 1 takes the other size. That is the whole rule.",
    part="broadcast_shape",
    right=broadcast_shape,
    also=not_a_tuple,
    mistakes=listed(
        {
            (
                "You align at the left. What is missing is put in before the first size.",
                "Fill the shorter shape as in 02.1, with the 1s in front.",
            ): [shape_with(left=False), shape_with(size_of(size=max), left=False)],
            (
                "Nearly: the maximum is wrong for 0. What does a 1 become beside a 0?",
                "A 1 takes *the other* size, as in 02.2.",
            ): LARGER,
            (
                "Your result lacks the dimensions that only one of the two has.",
                "`zip` stops where the shorter one ends. Make both equally long first, as in 02.1.",
            ): [lambda a, b, f=f: f(tail(a, b), tail(b, a)) for f in (broadcast_shape, LARGER)],
            (
                "Your function lets everything fit. When do two sizes not fit?",
                "Your function of 02.2 raises a ValueError there. This one should do the same.",
            ): [shape_with(size_of(lambda m, n: True, size)) for size in (max, other)],
            (
                "Your function wants equal sizes. What about a 1?",
                "02.2 has the three cases of a pair.",
            ): shape_with(size_of(lambda m, n: m == n)),
            (
                "You stretch only b. A 1 of a is stretched as well.",
                "Two sizes of a pair may be 1, and so there are two questions.",
            ): only(lambda a, b: all(m == n or n == 1 for m, n in zip(*filled(a, b), strict=True))),
            (
                "You stretch only a. A 1 of b is stretched as well.",
                "Two sizes of a pair may be 1, and so there are two questions.",
            ): only(lambda a, b: all(m == n or m == 1 for m, n in zip(*filled(a, b), strict=True))),
            (
                "The sizes are right, but in reversed order.",
                "If you go from the right to the left, each new size belongs in front of the others.",
            ): [shape_with(turned=True), shape_with(size_of(size=max), turned=True)],
            (
                "Shapes of different lengths can fit, too: what is missing counts as 1.",
                "Fill the shorter one as in 02.1, in place of an error.",
            ): only(lambda a, b: len(a) == len(b)),
            (
                "A tensor without dimensions, (), fits with every other: all of its dimensions are missing.",
                "You need no question about (). Filled up with 1s it is like any other shape.",
            ): only(lambda a, b: a and b),
            (
                "A size of 0 follows the same rule as every other: it fits with 0 and with 1.",
                "Leave the 0 out of your questions.",
            ): only(lambda a, b: 0 not in a + b),
            (
                "Where the shapes do not fit, your function gives None and raises no error.",
                'The line is `raise ValueError("...")`. If you call your function of 02.2, it raises by itself.',
            ): no_error(broadcast_shape),
            (
                "Where the shapes do not fit, yours is another kind of error. A ValueError is asked.",
                'The line is `raise ValueError("...")`, with a text that names the two sizes.',
            ): [shape_with(size_of(kind=kind)) for kind in (RuntimeError, AssertionError, Exception)],
            (
                "You line up the shapes from the left, as `zip` does. Shapes are aligned at the right.",
                "Fill the shorter one before you zip, as in 02.1.",
            ): [lambda a, b, size=size: zipped(a, b, size) for size in (max, other)],
            (
                "Only a is filled up with 1s. b can be the shorter one.",
                "Fill both. The longer one needs no 1s.",
            ): lambda a, b: zipped(filled(a, b)[0], b, other),
            (
                "A `return` inside the loop ends it at the first pair of sizes.",
                "Collect the sizes in a tuple, and return it below the loop.",
            ): lambda a, b: next((size_of()(m, n) for m, n in zip(*filled(a, b), strict=True)), None),
            (
                "A size is a number, and a number cannot be joined with a tuple.",
                "`(size,)`, with a comma, is a tuple with one element. It can be joined with `+`.",
            ): lambda a, b: sum((size_of()(m, n) for m, n in zip(*filled(a, b), strict=True)), ()),
            (
                "A function that you call gives None, and None cannot be split into a and b. Is 02.1 solved?",
                "Solve 02.1 and run its cell again, or fill the shapes here.",
            ): unpacked,
        }
    ),
    hints=(
        "Two steps. Make both shapes equally long, and then look at each pair of sizes.",
        "After `a, b = aligned(a, b)` go through the pairs with `for m, n in zip(a, b)`. `stretched` gives the size of each.",
    ),
    cases=lambda g: [*FIRST_PAIRS, *((random_shape(g), random_shape(g)) for _ in range(2000))],
)
