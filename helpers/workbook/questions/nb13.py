"""The exercises of notebook 13: temperature and filters, a head that looks one back, and what was learned by heart."""

import math

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise
from helpers.workbook.questions.filters import MIN_P, TOP_K, told
from helpers.workbook.questions.nuclei import TOP_P
from helpers.workbook.questions.temperatures import TEMPERED


def back(k, weights):
    return weights.diagonal(-k, dim1=-2, dim2=-1)


PREVIOUS = Exercise(
    "The diagonal below the main one holds each position's weight on the token just before.",
    right=lambda weights: back(1, weights).mean(-1),
    mistakes=told(
        {
            (
                "That is the weight of each position on itself: the main diagonal.",
                "Row t is who looks, column s at whom. s = t - 1 is one below: `diagonal(-1, ...)`.",
            ): lambda weights: back(0, weights).mean(-1),
            (
                "All zeros: that is the token just after, which no position may see.",
                "Row t, column t - 1: the diagonal below the main one has the number -1, not 1.",
            ): lambda weights: back(-1, weights).mean(-1),
            (
                "That is the token two places before.",
                "The main diagonal has the number 0, and the one below it, -1, is that of the token just before.",
            ): lambda weights: back(2, weights).mean(-1),
            (
                "You divide by T. Position 0 has none before it, so there are T - 1 weights.",
                "Leave position 0 out: in a loop, t - 1 would be -1 there, which is the last column.",
            ): lambda weights: back(1, weights).sum(-1) / weights.shape[-1],
            (
                "That is the sum over the positions. The task asks for the mean.",
                "How many positions have a token before them? Divide by that.",
            ): lambda weights: back(1, weights).sum(-1),
            (
                "One number for the whole layer. The task asks for one for each head.",
                "Take the mean over the positions only: the last dimension of the diagonals (H, T - 1).",
            ): lambda weights: back(1, weights).mean(),
            (
                "Those are the weights at each position, (H, T - 1). The task asks for their mean over the positions.",
                "A mean over the last dimension leaves (H,).",
            ): lambda weights: back(1, weights),
            (
                "You took the mean over the heads, so one number is left for each position. Take it over the positions.",
                "The diagonals are (H, T - 1). Which dimension should go?",
            ): lambda weights: back(1, weights).mean(0),
            (
                "Unless it is told otherwise, `diagonal` takes the first two dimensions: heads and positions. Yours mixes them.",
                "Say where the matrices stand: `dim1=-2, dim2=-1`.",
            ): [lambda weights: weights.diagonal(-1).mean(-1), lambda weights: weights.diagonal(-1).mean(0), lambda weights: weights.diagonal(-1).mean()],
            (
                "That is the weight on the first token of all.",
                "Column 0 is fixed in yours. The column should move with the row: t - 1 in row t.",
            ): [lambda weights: weights[:, 1:, 0].mean(-1), lambda weights: weights[:, :, 0].mean(-1)],
            (
                "In yours, only the last position looks back. All positions that can look back should count.",
                "Positions 1 to T - 1, each with its own column: a diagonal, or a loop.",
            ): lambda weights: weights[:, -1, -2],
            (
                "That is the mean of a whole square of weights. The task asks for one weight in each row: row t, column t - 1.",
                "Slices take every row with every column. Two lists of indices pair them: `weights[:, rows, columns]`. Or `diagonal`.",
            ): [
                lambda weights: weights[:, 1:, :-1].mean((-2, -1)),
                lambda weights: weights[:, 1:, :-1].sum(-1).mean(-1),
                lambda weights: weights.mean((-2, -1)),
            ],
            (
                "You count how often the token before has the largest weight. The task asks for the mean of its weight.",
                "No comparison is needed: the weights themselves, row t and column t - 1, and their mean.",
            ): lambda weights: (weights[:, 1:].argmax(-1) == torch.arange(weights.shape[-1] - 1)).float().mean(-1),
        }
    ),
    hints=(
        "Which numbers of a (T, T) matrix say how much position t looks at t - 1? They lie on a line.",
        "`diagonal(offset, dim1, dim2)` takes it from every head: (H, T - 1). Then a mean over the positions.",
    ),
    cases=lambda g: [
        (torch.tensor([[[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.25, 0.5, 0.25]]]),),
        (torch.tensor([[[1.0, 0.0], [0.25, 0.75]], [[1.0, 0.0], [1.0, 0.0]]]),),
        *((F.softmax(torch.randn(H, T, T, generator=g).masked_fill(torch.ones(T, T).triu(1) > 0, -math.inf), -1),) for H, T in ((3, 3), (4, 6), (2, 9))),
    ],
)


def stretches(text):
    """All stretches of a text, shorter ones that begin at the same place first."""
    return (text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1))


def longest(text, source):
    return max((s for s in stretches(text) if s in source), key=len, default="")


def subsequence(text, source):
    """Length of the longest that both hold in this order, with gaps."""
    row = [0] * (len(source) + 1)
    for char in text:
        old = row
        row = [0]
        for j, other in enumerate(source):
            row.append(old[j] + 1 if char == other else max(old[j + 1], row[-1]))
    return row[-1]


def run(text, source, again):
    """A stretch that grows while it can; where it cannot, `again` says with what the next begins."""
    best, here = 0, ""
    for char in text:
        here = here + char if here + char in source else again(char, source)
        best = max(best, len(here))
    return best


def begun(text, source):
    """Length of the beginning of `text` that stands in `source`."""
    return max(n for n in range(len(text) + 1) if text[:n] in source)


def same(pairs):
    """How many pairs in a row are equal, from the first."""
    count = 0
    for a, b in pairs:
        if a != b:
            break
        count += 1
    return count


def beside(text, source):
    """Longest run of equal characters at equal places."""
    return max((same(list(zip(text, source, strict=False))[i:]) for i in range(len(text))), default=0)


def words(text, source, bits=str.split):
    return max((len(bit) for bit in bits(text) if bit in bits(source)), default=0)


def letters(g, n):
    return "".join("abc"[i] for i in torch.randint(3, (n,), generator=g))


SHARED = Exercise(
    "A long stretch that also stands in the training text was probably learned by heart, not made up.",
    right=lambda text, source: len(longest(text, source)),
    mistakes=told(
        {
            (
                "For an empty text yours fails: `max` has nothing to choose from. The answer is 0.",
                "`max(..., default=0)`, or begin with 0 and let it grow.",
            ): lambda text, source: max(len(longest(text[start:], source)) for start in range(len(text))),
            (
                "Where nothing is shared yours fails: `max` has nothing to choose from. The answer is 0 then, as for an empty text.",
                "`max(..., default=0)`, or begin with 0 and let it grow.",
            ): lambda text, source: max(len(s) for s in stretches(text) if s in source),
            (
                "That is the stretch itself. The task asks for its length.",
                "`len` of what you found.",
            ): longest,
            (
                "Yours allows gaps. A stretch has none: it is one slice of `text` that stands in `source` as it is.",
                "`text[start:end] in source` looks for one piece. Which is the longest for which that is true?",
            ): subsequence,
            (
                "Yours never tries stretches that reach the end of `text`: the end of a slice does not belong to it.",
                "So the last end to try is `len(text)`, and `range` must go one further.",
            ): [
                lambda text, source: len(longest(text[:-1], source)),
                lambda text, source: max(len(s) for s in stretches(text[:-1]) if s in source),
            ],
            (
                "Yours compares the two from their beginnings. The stretch may begin anywhere, in both.",
                "`piece in source` looks everywhere in `source`. Let the piece also begin everywhere in `text`.",
            ): lambda text, source: same(zip(text, source, strict=False)),
            (
                "Yours tries only stretches with which `text` begins.",
                "Two loops: where the stretch begins, and where it ends.",
            ): begun,
            (
                "Yours tries only stretches with which `text` ends.",
                "Two loops: where the stretch begins, and where it ends.",
            ): lambda text, source: begun(text[::-1], source[::-1]),
            (
                "Yours compares characters at equal places. A stretch may stand elsewhere in `source`.",
                "`piece in source` looks everywhere in `source`. Which slices of `text` are there to try?",
            ): beside,
            (
                "You count characters that occur in both, wherever they stand. They must stand together, in the same order.",
                "Not single characters: ask of whole slices whether they are `in source`.",
            ): [
                lambda text, source: len(set(text) & set(source)),
                lambda text, source: sum(char in source for char in text),
            ],
            (
                "Where your stretch cannot grow, you begin anew and lose a stretch that began within it.",
                "In 'abcd' with the source 'ab bcd', after 'ab' the b must not be lost. Take away only the first character, until the rest can grow.",
            ): [lambda text, source, f=f: run(text, source, f) for f in (lambda c, s: "", lambda c, s: c, lambda c, s: c if c in s else "")],
            (
                "You compare whole words. Stretches consist of characters. They may begin or end within a word, or hold several.",
                "Do not split: slices of `text` itself, from every start to every end.",
            ): [words, lambda text, source: max((len(word) for word in text.split() if word in source), default=0)],
            (
                "That is the first stretch that you found, or the last. The task asks for the longest.",
                "Go through all of them, and keep a length that only grows.",
            ): [
                lambda text, source: next((len(s) for s in stretches(text) if s in source), 0),
                lambda text, source: next((len(s) for s in list(stretches(text))[::-1] if s in source), 0),
            ],
            (
                "You count the stretches that the two share. The task asks for the length of the longest.",
                "`max` of their lengths in place of their number.",
            ): lambda text, source: sum(s in source for s in stretches(text)),
            (
                "A capital and a small letter are not the same character.",
                "Compare the texts as they are, without `lower`.",
            ): lambda text, source: len(longest(text.lower(), source.lower())),
            (
                "One too many.",
                "A slice from start to end has end - start characters.",
            ): lambda text, source: len(longest(text, source)) + 1,
        }
    ),
    hints=(
        "The texts are small: try every slice of `text`, and keep the length of the longest that is `in source`.",
        "Two loops, start from 0 and end up to `len(text)`, and a `max`. Begin with 0.",
    ),
    cases=lambda g: [
        ("to bed", "not to be"),
        ("a tab", "tables"),
        ("abcd", "ab bcd"),
        ("", "abc"),
        ("abc", ""),
        ("xyz", "abc"),
        ("abc", "abc"),
        ("To Be or", "to be OR not"),
        ("old king", "cold kings are cold king"),
        *((letters(g, m), letters(g, n)) for m, n in ((6, 9), (9, 6), (12, 20), (20, 12), (25, 40))),
    ],
)

EXERCISES = {"13.1": TEMPERED, "13.2": TOP_K, "13.3": TOP_P, "13.4": MIN_P, "13.5": PREVIOUS, "13.6": SHARED}
