"""The exercises of notebook 04: windows and baselines."""

import torch

from helpers import baselines
from helpers.text import CharTokenizer
from helpers.workbook.questions import Exercise, Mistake


def trigram_with(begin=1, dim=2, keepdim=True, sign=-1, moved=False, by=torch.mean, log=torch.log, on_train=False, late=False):
    """A trigram baseline, right as it stands; each argument spoils one step of it."""

    def loss(train, val, V):
        val = train if on_train else val
        triples = (train[:-2] * V + train[1:-1]) * V + train[2:]
        counts = torch.bincount(triples, minlength=V**3).view(V, V, V) + begin
        probs = counts / (counts.sum() if dim is None else counts.sum(dim=dim, keepdim=keepdim))
        places = (val[1:-1], val[:-2], val[2:]) if moved else (val[:-2], val[1:-1], val[2:])
        return sign * (log(by(probs[places])) if late else by(log(probs[places])))

    return loss


def pair_baseline(train, val, V):
    return baselines.bigram(train, val, V)


def too_few_places(train, val, V):
    """Without minlength, bincount stops at the largest triple."""
    triples = (train[:-2] * V + train[1:-1]) * V + train[2:]
    return torch.bincount(triples).view(V, V, V)


def random_tokens(g):
    """Training and validation tokens of three sizes of vocabulary, all but the first with patterns in them."""
    cases = []
    for V, n in ((2, 40), (3, 200), (5, 600)):
        tokens = torch.randint(V, (n,), generator=g)
        tokens[1::3] = tokens[::3][: len(tokens[1::3])]  # what comes depends on what came
        cases.append((tokens[: n // 2], tokens[n // 2 :], V))
    return [*cases, (torch.randint(4, (200,), generator=g), torch.randint(4, (200,), generator=g), 6)]  # two tokens never come


def first(tokens, cut):
    return tokens[:cut]


def last(tokens, cut):
    return tokens[cut:]


def whole(tokens, cut):
    return tokens


def size_and_baseline(text, count=first, measure=last, share=0.9):
    """Vocabulary size and bigram baseline; `count` and `measure` say from which part of the tokens each is taken."""
    tokenizer = CharTokenizer(text)
    tokens = tokenizer.encode(text)
    cut = int(share * len(tokens))
    return tokenizer.vocab_size, baselines.bigram(count(tokens, cut), measure(tokens, cut), tokenizer.vocab_size)


def parts(count, measure):
    return lambda text: size_and_baseline(text, count, measure)


def first_part_only(text):
    return CharTokenizer(text[: int(0.9 * len(text))]).encode(text)


def random_texts(g):
    def text(n, alphabet):
        return "".join(alphabet[i] for i in torch.randint(len(alphabet), (n,), generator=g))

    return [("abracadabra " * 5,), (text(199, "abc ") + "z",), (text(900, "to be or not\n"),)]


EXERCISES = {
    "04.1": Exercise(
        "A text of n characters holds n - T windows: each needs T characters and one more for the last target.",
        right=lambda n, T: max(0, n - T),
        cases=lambda g: [
            (9, 8),
            (10, 8),
            (8, 8),
            (5, 8),
            *[tuple(torch.randint(1, 2000, (2,), generator=g).tolist()) for _ in range(30)],
        ],
        mistakes=(
            Mistake(lambda n, T: max(0, n - T + 1), "The last of your windows has no room for the target of its end."),
            Mistake(lambda n, T: n - T + 1, "The last of your windows has no room for the target of its end."),
            Mistake(lambda n, T: max(0, n - T - 1), "One is missing. Where does the last window begin?"),
            Mistake(lambda n, T: n - T - 1, "One is missing. Where does the last window begin?"),
            Mistake(lambda n, T: n - T, "Right for a long text. What if the text is shorter than a window?"),
            Mistake(lambda n, T: abs(n - T), "Right for a long text. What if the text is shorter than a window?"),
            Mistake(lambda n, T: (n - 1) // T, "That counts windows side by side. A window may begin at any character."),
            Mistake(lambda n, T: n // T, "That counts windows that do not overlap. A window may begin at any character."),
            Mistake(lambda n, T: n // (T + 1), "That counts windows side by side. A window may begin at any character."),
        ),
        hints=(
            "Try the smallest text that has room for one window: n = T + 1.",
            "Count the places where a window can begin: from 0 to the last one whose final target still lies in the text.",
        ),
    ),
    "04.2": Exercise(
        "Two characters of context come lower than one, at the price of a table V times as large.",
        right=trigram_with(),
        cases=random_tokens,
        mistakes=(
            Mistake(trigram_with(begin=0), "Where does the count of a triple that training never saw begin?"),
            Mistake(trigram_with(sign=1), "A loss is positive: logarithms of probabilities are not."),
            Mistake(
                trigram_with(dim=None),
                "You divide by all triples. What is asked is the next character, given the two before: each row sums to 1.",
            ),
            Mistake(
                trigram_with(keepdim=False),
                "The sums have lost a dimension, so they are stretched over the wrong one. What does keepdim do?",
            ),
            Mistake(trigram_with(dim=1), "You sum over the middle character. Which dimension is the next one?"),
            Mistake(trigram_with(dim=0), "You sum over the first character. Which dimension is the next one?"),
            Mistake(trigram_with(moved=True), "The first two characters have changed places somewhere."),
            Mistake(trigram_with(by=torch.sum), "That is the sum over the text. The loss is per character."),
            Mistake(trigram_with(log=torch.log2), "These are bits. The series measures in nats, with `log`."),
            Mistake(too_few_places, "bincount stops at the largest triple it meets. How many places must the table have? (minlength)"),
            Mistake(trigram_with(on_train=True), "You measure on what you counted. The baseline is measured on val."),
            Mistake(trigram_with(late=True), "You take the logarithm of the mean. First the logarithm of each, then the mean."),
            Mistake(pair_baseline, "That is the bigram again: count three in a row."),
        ),
        hints=(
            "Number the triples: the number of the first pair, times V, plus the third; then `bincount` with V**3 places.",
            "`view(V, V, V)` makes a table [first, second, next]. Divide by the sums over its last dimension, with keepdim.",
        ),
        tolerance=1e-4,
    ),
    "04.3": Exercise(
        "Any text has its baseline, and you have the function that finds it.",
        right=lambda text: size_and_baseline(text),
        cases=random_texts,
        mistakes=(
            Mistake(
                parts(first, first),
                "You measure on what you counted. The baseline is measured on text that was not counted.",
            ),
            Mistake(
                parts(whole, last),
                "You count the whole text, with the part that you measure on. Cut it first.",
            ),
            Mistake(lambda text: size_and_baseline(text)[::-1], "Both numbers are right, in the wrong order."),
            Mistake(
                lambda text: (len(text), size_and_baseline(text)[1]),
                "The first number is the length of the text. How many *different* characters are there?",
            ),
            Mistake(
                lambda text: size_and_baseline(text, share=0.1),
                "You count one tenth and measure on nine. The other way round.",
            ),
            Mistake(first_part_only, "A character that only the last tenth has is unknown to your tokenizer. Make it from the whole text."),
            Mistake(lambda text: (84, size_and_baseline(text)[1]), "84 is the size of Shakespeare's vocabulary. This text has its own."),
            Mistake(parts(last, first), "The part that is counted and the part that is measured have changed places."),
            Mistake(parts(whole, whole), "You count and measure all of it. Cut it: count the first part, measure on the last."),
            Mistake(lambda text: size_and_baseline(text)[1], "The baseline is right. The size of the vocabulary is asked too."),
        ),
        hints=(
            "The same four lines as for the toy language: tokenizer, tokens, cut, baselines.bigram.",
            "`tokenizer.vocab_size` is the first number; `baselines.bigram(first part, last part, vocab_size)` the second.",
        ),
        tolerance=1e-4,
    ),
}
