"""From logits to probabilities at a temperature: the first exercise of notebook 13."""

import math

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise, randn
from helpers.workbook.questions.filters import INF, told


def warm(logits, temperature):
    return F.softmax(logits / temperature, -1)


def greedy(logits):
    return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)


def every(logits):
    return (logits == logits.amax(-1, keepdim=True)).to(logits.dtype)


def put(place):
    """Zeros, and ones where an index says: at `logits.argmax(...)` as a whole, which is a row and no column."""

    def wrong(logits):
        probs = torch.zeros_like(logits)
        probs[place(logits)] = 1.0
        return probs

    return wrong


def naive(z):
    return z.exp() / z.exp().sum(-1, keepdim=True)


def tempered(warm=warm, zero=greedy):
    return lambda logits, temperature: zero(logits) if temperature == 0 else warm(logits, temperature)


def each_zero(*warms):
    """The same mistake above 0 with all that may be done at 0: the right thing, nothing special, one slip or another."""
    return [f for w in warms for f in (tempered(w), w, tempered(w, every), tempered(w, lambda logits, w=w: w(logits, 1e-9)))]


TEMPERED = Exercise(
    "A temperature divides the logits before the softmax; at 0 nothing is left but the largest.",
    right=tempered(),
    mistakes=told(
        {
            (
                "At temperature 0 yours divides by zero, and the result is nan.",
                "No division can give the greedy answer. Treat 0 first, with an `if`: a 1 at the largest logit, zeros elsewhere.",
            ): [warm, lambda logits, t: naive(logits / t), tempered(zero=lambda logits: logits * math.nan)],
            (
                "Of equals yours shares the probability. Greedy is not undecided: it takes the first of them.",
                "A temperature near 0 treats equals alike, and so does dividing by their number. `argmax` names a single one.",
            ): tempered(zero=lambda logits: warm(logits, 1e-9)),
            (
                "Where several are largest, yours gives each a 1. The probabilities of a row must sum to 1.",
                "Comparing with the maximum finds all equals. The index of the first is what `argmax` gives.",
            ): tempered(zero=every),
            (
                "Of equals yours takes the last. The task asks for the first.",
                "A sort from small to large ends with the last of equals. `argmax` gives the first.",
            ): tempered(zero=lambda logits: greedy(logits.flip(-1)).flip(-1)),
            (
                "At 0 yours says which token is the largest. The task asks for probabilities, as at any other temperature.",
                "Turn the index into a row of V numbers, a 1 at its place: `F.one_hot` does.",
            ): [
                tempered(zero=lambda logits: logits.argmax(-1)),
                tempered(zero=lambda logits: logits.argmax(-1, keepdim=True)),
                tempered(zero=lambda logits: logits.argmax()),
            ],
            (
                "At 0 yours gives integers. Probabilities are floats.",
                "`F.one_hot` counts, so its result is of integers: turn it into the dtype of the logits.",
            ): tempered(zero=lambda logits: F.one_hot(logits.argmax(-1), logits.shape[-1])),
            (
                "At 0 yours looks for one largest logit in the whole tensor. Every row has its own.",
                "`argmax` without a dimension counts through all rows. Which dimension holds the V tokens?",
            ): [
                tempered(zero=lambda logits: F.one_hot(logits.argmax(), logits.shape[-1]).float()),
                tempered(zero=put(lambda logits: logits.argmax())),
                tempered(zero=lambda logits: (logits == logits.max()).float()),
            ],
            (
                "At 0, `probs[indices] = 1` fills whole rows: the first index of a tensor names rows, and yours means columns.",
                "`F.one_hot` makes such rows from indices of any shape, and `scatter` along the last dimension does too.",
            ): [tempered(zero=put(lambda logits: logits.argmax(-1))), tempered(zero=put(lambda logits: logits.argmax(-1, keepdim=True)))],
            (
                "At 0 yours does what it does at 1. It should take the largest and nothing else.",
                "0 is not 'no temperature'. Catch it first, and give a 1 to the largest logit and 0 to all others.",
            ): tempered(zero=lambda logits: warm(logits, 1.0)),
            (
                "Multiplied: yours becomes flatter where it should become sharper.",
                "Below 1 the distances between the logits should grow. Which operation with 0.5 makes a number larger?",
            ): each_zero(lambda logits, t: F.softmax(logits * t, -1)),
            (
                "These are still logits. The task asks for probabilities.",
                "The division is right. What turns them into non-negative numbers that sum to 1?",
            ): each_zero(lambda logits, t: logits / t),
            (
                "Your temperature comes after the softmax. It belongs before: what it divides are logits.",
                "Divided by 0.5, probabilities sum to 2, and a second softmax flattens them. Divide first, then one softmax.",
            ): each_zero(lambda logits, t: F.softmax(logits, -1) / t, lambda logits, t: F.softmax(F.softmax(logits, -1) / t, -1)),
            (
                "Your softmax runs over the first dimension. The tokens stand in the last.",
                "With a row (V,) the two are the same; with (B, V) dimension 0 is the batch. Which number counts from the end?",
            ): each_zero(lambda logits, t: F.softmax(logits / t, 0)),
            (
                "Your softmax sums over the whole tensor. Every row is a distribution of its own.",
                "The sum belongs to the last dimension, and it should keep it: `keepdim=True`.",
            ): each_zero(lambda logits, t: (logits / t - (logits / t).max()).exp() / (logits / t - (logits / t).max()).exp().sum()),
            (
                "e to the power of a large logit is infinite, and inf / inf is nan.",
                "Large logits and low temperatures are harmless if the maximum is subtracted first. `F.softmax` does that.",
            ): [tempered(lambda logits, t: naive(logits / t), zero) for zero in (greedy, every)],
            (
                "Powers of probabilities: the same on paper, but at a low temperature all of them become 0, and 0 / 0 is nan.",
                "0.1 to the power of 50 is too small for float32. Divide the logits before the softmax: there nothing gets lost.",
            ): each_zero(lambda logits, t: F.softmax(logits, -1) ** (1 / t) / (F.softmax(logits, -1) ** (1 / t)).sum(-1, keepdim=True)),
        }
    ),
    hints=(
        "Two cases: at temperature 0 a row of zeros with a single 1; above it, a division and a softmax over the last dimension.",
        "`argmax(dim=-1)` finds the first of the largest in each row, and `F.one_hot` makes rows from that, of integers.",
    ),
    cases=lambda g: [
        (torch.tensor([1.0, 3.0, 2.0]), 0.5),
        (torch.tensor([1.0, 3.0, 2.0]), 0),
        (torch.tensor([1.0, 3.0, 3.0]), 0.0),
        *((randn(g, *shape), t) for shape in ((3, 4), (4, 4), (2, 3, 5)) for t in (2.0, 0.7, 0.0)),
        (torch.tensor([[2.0, -INF, 1.0, -INF], [-INF, -5.0, -5.0, -7.0]]), 0.5),
        (torch.tensor([[2.0, -INF, 1.0, -INF], [-INF, -5.0, -5.0, -7.0]]), 0),
        (torch.tensor([900.0, 899.0, 0.0]), 1.0),
        (randn(g, 20) / 20, 0.02),
    ],
)
