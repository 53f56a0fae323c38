"""The fewest likeliest tokens that hold a probability: top-p, the third exercise of notebook 13."""

import math

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise
from helpers.workbook.questions.filters import told


def down(probs):
    return probs.argsort(descending=True, stable=True)


def put_back(kept, order):
    return torch.zeros_like(kept).scatter(0, order, kept)


def shared_out(probs, mask):
    return probs * mask / (probs * mask).sum()


def nucleus(keep=lambda total, own, p: total - own < p, order=down, back=put_back, end=shared_out):
    """Top-p: what to keep from the sums (total) and the probabilities (own) in order, whose place it is, and the end."""

    def top_p(probs, p):
        places = order(probs)
        own = probs[places]
        return end(probs, back(keep(own.cumsum(0), own, p), places))

    return lambda probs, p: top_p(probs, p)


def with_first(keep):
    """The same, but the first always stays."""
    return lambda total, own, p: keep(total, own, p) | (torch.arange(len(own)) == 0)


def too_few(total, own, p):
    return total <= p


def less(total, own, p):
    return total < p


def in_order(probs, p):
    own = probs[down(probs)]
    return own * (own.cumsum(0) - own < p)


TOP_P = Exercise(
    "From the likeliest down until p is reached: few tokens where the model is sure, many where it is not.",
    right=nucleus(),
    mistakes=told(
        {
            (
                "The right tokens, but the rest is gone, and yours no longer sum to 1.",
                "Divide by the sum of what is left.",
            ): nucleus(end=lambda probs, mask: probs * mask),
            (
                "Divided by p. What stays holds p or a bit more.",
                "The divisor is what the kept tokens really hold: their sum.",
            ): lambda probs, p: nucleus(end=lambda probs, mask: probs * mask)(probs, p) / p,
            (
                "Yours leaves out the token with which p is reached, and so holds less than p.",
                "A token stays if those before it, without itself, have not reached p: the running sum minus its own probability.",
            ): [nucleus(keep) for keep in (too_few, less, with_first(too_few), with_first(less))],
            (
                "Where the first tokens hold exactly p, yours takes one more. The task asks for the fewest.",
                "A token is still needed if those before it hold less than p. Yours also takes it if they hold exactly p.",
            ): [nucleus(lambda total, own, p: total - own <= p), nucleus(lambda total, own, p: torch.arange(len(own)) <= (total <= p).sum())],
            (
                "Yours adds up in the order of the vocabulary. The likeliest should come first.",
                "Sort with `descending=True`, add up, and remember where each token came from.",
            ): nucleus(order=lambda probs: torch.arange(len(probs))),
            (
                "Yours begins with the unlikeliest.",
                "Unless told otherwise, a sort begins with the smallest: `descending=True`.",
            ): nucleus(order=lambda probs: probs.argsort(stable=True)),
            (
                "Sorted still: every probability must go back to its token's place.",
                "`scatter` with the indices of the sort does that, and so does `result[order] = sorted_probs`.",
            ): [lambda probs, p: in_order(probs, p) / in_order(probs, p).sum(), in_order],
            (
                "You read at the sort's indices where you should write: the mask stands at other tokens' places.",
                "`order[i]` is the token at rank i. So `mask[order] = kept`, and not `mask = kept[order]`.",
            ): nucleus(back=lambda kept, order: kept[order]),
            (
                "A second softmax. These are probabilities already: what is left should keep its proportions.",
                "Divide by a sum in place of the softmax: then twice as likely stays twice as likely.",
            ): [
                nucleus(end=lambda probs, mask: F.softmax(probs.masked_fill(~mask, -math.inf), 0)),
                nucleus(end=lambda probs, mask: F.softmax(probs * mask, 0)),
                lambda probs, p: nucleus()(F.softmax(probs, 0), p),
            ],
            (
                "In yours, equals at the border all stay. The task asks for the fewest: the first of them, as many as are needed.",
                "A threshold cannot tell equals apart. Keep ranks: a sort with `stable=True` has the first of equals first.",
            ): nucleus(end=lambda probs, mask: shared_out(probs, probs >= probs[mask].min())),
            (
                "Of equals at the border yours keeps the last. The task asks for the first.",
                "A sort from small to large, turned round, turns equals round too. Sort with `descending=True, stable=True`.",
            ): nucleus(order=lambda probs: probs.argsort(stable=True).flip(0)),
            (
                "You compare single probabilities with p. It is their sum, from the likeliest down, that should reach p.",
                "Sort, then `cumsum`: how much do the first i tokens hold together?",
            ): [lambda probs, p, f=f: shared_out(probs, f(probs, p)) for f in (torch.ge, torch.gt, lambda probs, p: probs >= 1 - p)],
            (
                "Yours keeps a share p of the tokens. They should hold a share p of the probability.",
                "How many stay depends on how they are spread: add them up, from the likeliest down.",
            ): [nucleus(lambda total, own, p, f=f: torch.arange(len(own)) < max(1, f(p * len(own)))) for f in (int, round, math.ceil)],
            (
                "That is shorter than the vocabulary. What does not stay becomes 0, and keeps its place.",
                "Set the others to 0, by a product with the mask, say: then the shape remains (V,).",
            ): [nucleus(end=lambda probs, mask: probs[mask] / probs[mask].sum()), nucleus(end=lambda probs, mask: probs[mask])],
            (
                "That says which tokens stay. The task asks for their probabilities.",
                "Multiply `probs` with it, and divide by the sum.",
            ): nucleus(end=lambda probs, mask: mask),
        }
    ),
    hints=(
        "Four steps: sort from the likeliest down, add up, keep until p is reached, and put back and divide by what is left.",
        "A loop is fine too: take the likeliest that is left until what you hold is at least p.",
    ),
    cases=lambda g: [
        (torch.tensor([0.25, 0.5, 0.125, 0.125]), 0.6),
        (torch.tensor([0.25, 0.125, 0.5, 0.125]), 0.75),
        (torch.tensor([0.125, 0.5, 0.25, 0.125]), 0.1),
        (torch.tensor([0.25, 0.25, 0.25, 0.25]), 0.6),
        (torch.tensor([0.125, 0.125, 0.5, 0.125, 0.125]), 0.7),
        *((F.softmax(torch.randn(V, generator=g), 0), p) for V, p in ((5, 1.0), (6, 0.9), (9, 0.5), (12, 0.8))),
        (torch.tensor([0.0, 0.5, 0.0, 0.5]), 1.0),
        (torch.tensor([0.0, 0.25, 0.0, 0.75]), 0.75),
    ],
)
