"""Filters on logits: top-k and min-p, two exercises of notebook 13."""

import math

import torch

from helpers.workbook.questions import Exercise, Mistake, randn

INF = float("inf")
FINITE = [-1e4, -1e5, -1e6, -1e8, -1e9, -1e10, torch.finfo(torch.float32).min]  # what is taken for -inf


def told(wrong):
    """Mistakes from a dictionary: hints, gentlest first -> the function that earns them, or a list of several."""
    return tuple(Mistake(f, *hints) for hints, fs in wrong.items() for f in (fs if isinstance(fs, list) else [fs]))


def kth(logits, k):
    return logits.topk(k, -1).values[..., -1:]


def cut(least=kth, beaten=torch.lt, fill=-INF):
    """A top-k filter: what is `beaten` by the least that may stay becomes `fill`."""
    return lambda logits, k: logits.masked_fill(beaten(logits, least(logits, k)), fill)


def capped(*functions):
    """The same mistake for k up to V, and whatever k: in one way, in another, and not at all."""
    early = [lambda logits, k, f=f: f(logits, k) if k < logits.shape[-1] else logits.clone() for f in functions]
    return [*early, *(lambda logits, k, f=f: f(logits, min(k, logits.shape[-1])) for f in functions), *functions]


def only(places):
    """Keeps the tokens at k places, so that some equals stay and some go."""
    return lambda logits, k: torch.full_like(logits, -INF).scatter(-1, places(logits, k), logits.gather(-1, places(logits, k)))


TOP_K = Exercise(
    "The k-th largest is the threshold: what is below it becomes -inf, and the softmax makes 0 of that.",
    right=lambda logits, k: cut()(logits, min(k, logits.shape[-1])),
    mistakes=told(
        {
            (
                "The k largest are right, but with k above V yours fails. All logits should stay then.",
                "There is no k-th largest where V is smaller. Catch k >= V at the beginning, or take the smaller of the two.",
            ): [
                cut(),
                cut(lambda logits, k: logits.sort(-1, descending=True).values[..., k - 1, None]),
                cut(lambda logits, k: logits.sort(-1, descending=True).values[..., k - 1 : k]),
                cut(lambda logits, k: logits.sort(-1).values[..., -k, None]),
                cut(lambda logits, k: logits.kthvalue(logits.shape[-1] - k + 1, -1, keepdim=True).values),
            ],
            (
                "The k-th largest itself is gone. It is the last that stays.",
                "Your comparison drops what is below the threshold or equal to it. Only what is below should go.",
            ): capped(cut(beaten=torch.le)),
            (
                "Ties with the k-th should stay, and yours keeps k places whatever stands there.",
                "Places tell equals apart. Take the value of the k-th largest, and compare all logits with it.",
            ): capped(
                only(lambda logits, k: logits.topk(k, -1).indices),
                only(lambda logits, k: logits.argsort(-1, descending=True, stable=True)[..., :k]),
                only(lambda logits, k: logits.argsort(-1, stable=True)[..., -k:]),
            ),
            (
                "A logit of 0 excludes nothing: e^0 is 1. Which logit has the probability 0?",
                "Fill with `float('-inf')`: e to that power is 0, whatever the other logits are.",
            ): capped(cut(fill=0.0)),
            (
                "A large negative number only nearly excludes a token. The task asks for -inf, which does so whatever the other logits are.",
                "`masked_fill` and `torch.where` take `float('-inf')` like any other number.",
            ): [f for fill in FINITE for f in capped(cut(fill=fill))],
            (
                "Your threshold is that of the whole tensor. Every row has its own k-th largest.",
                "Do not flatten: `topk` and `sort` work along the last dimension and give each row its values.",
            ): capped(
                cut(lambda logits, k: logits.flatten().topk(k).values[-1]),
                cut(lambda logits, k: kth(logits, k).min()),
            ),
            (
                "Your k-th largest runs over the first dimension. The tokens stand in the last.",
                "With a row (V,) the two are the same; with (B, V) dimension 0 compares different texts. Count from the end.",
            ): capped(cut(lambda logits, k: logits.topk(k, 0).values[-1:]), cut(lambda logits, k: logits.topk(min(k, len(logits)), 0).values[-1:])),
            (
                "Your thresholds have lost a dimension: they are (...,) and do not line up with the rows of (..., V).",
                "Keep a last dimension of 1: a slice `-1:` in place of the index `-1`, or `unsqueeze(-1)`.",
            ): capped(cut(lambda logits, k: kth(logits, k).squeeze(-1))),
            (
                "Those are the k largest alone. The shape should stay (..., V), so that every token keeps its place.",
                "The smallest of these k numbers is your threshold: compare it with all logits.",
            ): capped(lambda logits, k: logits.topk(k, -1).values),
            (
                "The right tokens, but these are probabilities. The task asks for logits.",
                "Stop before the softmax: what stays should be just what it was.",
            ): capped(lambda logits, k: cut()(logits, k).softmax(-1)),
            (
                "One too many: yours keeps k + 1.",
                "Counted from 0, the k-th largest has the number k - 1.",
            ): capped(
                cut(lambda logits, k: kth(logits, min(k + 1, logits.shape[-1]))), cut(lambda logits, k: logits.sort(-1, descending=True).values[..., k, None])
            ),
            (
                "Turned round: yours drops the k largest and keeps the rest.",
                "`masked_fill` fills where the mask is True, and `torch.where` takes its first value there. Which tokens should your mask mark?",
            ): capped(cut(beaten=torch.ge)),
            (
                "Yours keeps the k smallest.",
                "A sort begins with the smallest unless it is told otherwise: `descending=True`. And what is below the threshold goes.",
            ): capped(cut(lambda logits, k: -kth(-logits, k), torch.gt)),
            (
                "Yours drops the k smallest. All but the k largest should go.",
                "k says how many stay, not how many go. The threshold is the k-th from above.",
            ): capped(cut(lambda logits, k: -kth(-logits, k), torch.le)),
        }
    ),
    hints=(
        "Three steps: the k-th largest of each row, a mask of what is smaller, -inf there.",
        "`topk(k, dim=-1)` sorts its values from large to small, so the last of them is the threshold. It fails for k above V.",
    ),
    cases=lambda g: [
        (torch.tensor([1.0, 4.0, 2.0, 3.0]), 2),
        (torch.tensor([1.0, 3.0, 3.0, 2.0]), 1),
        (torch.tensor([1.0, 3.0, 2.0]), 3),
        *((randn(g, *shape) - shift, k) for shape, k, shift in (((3, 5), 2, 0), ((4, 4), 3, 1), ((2, 3, 6), 4, 0), ((2, 3, 30), 5, 3))),
        (torch.tensor([[2.0, -INF, 1.0, -INF], [0.5, 0.0, 0.5, 0.5]]), 3),
        (torch.tensor([1.0, 3.0, 2.0]), 5),
        (randn(g, 2, 3), 4),
    ],
)


def near(top=lambda x: x.amax(-1, keepdim=True), dim=-1, beaten=lambda p, top, m: p < m * top, fill=-INF):
    """Min-p, by way of the probabilities."""

    def wrong(logits, m):
        p = logits.softmax(dim)
        return logits.masked_fill(beaten(p, top(p), m), fill)

    return wrong


def near_logit(least, top=lambda x: x.amax(-1, keepdim=True)):
    """Min-p, by way of the logits alone."""
    return lambda logits, m: logits.masked_fill(logits < least(top(logits), m), -INF)


def near_exp(share):
    """Min-p with powers of e that become infinite."""
    return lambda logits, m: logits.masked_fill(share(logits.exp()) < m * share(logits.exp()).amax(-1, keepdim=True), -INF)


MIN_P = Exercise(
    "Min-p asks how likely a token is beside the likeliest: in logits, it may lie at most -ln m below the largest.",
    right=lambda logits, m: logits.masked_fill(logits < logits.amax(-1, keepdim=True) + math.log(m), -INF),
    mistakes=told(
        {
            (
                "You compare each probability with m itself. The measure is m times that of the likeliest.",
                "The likeliest of a row is `probs.max(dim=-1, keepdim=True).values`: that, times m, is the threshold.",
            ): near(beaten=lambda p, top, m: p < m),
            (
                "You multiply logits. m is a share of the likeliest *probability*.",
                "Make probabilities first, by a softmax over the last dimension. What the mask then fills is the logits.",
            ): near_logit(lambda top, m: m * top),
            (
                "m is a factor, and yours subtracts it.",
                "The threshold is m times the largest probability of the row.",
            ): [near_logit(lambda top, m: top - m), near(beaten=lambda p, top, m: p < top - m), near(beaten=lambda p, top, m: p < (1 - m) * top)],
            (
                "A share m of the probability is ln m in logits, and yours takes another logarithm or another sign.",
                "e to the power of the distance is the share, so the base is e: `math.log`. It is negative for m below 1, and added.",
            ): [near_logit(lambda top, m: top + math.log10(m)), near_logit(lambda top, m: top + math.log2(m)), near_logit(lambda top, m: top - math.log(m))],
            (
                "Your threshold is that of the whole tensor. Every row has a likeliest token of its own.",
                "`max()` without a dimension looks at all rows. Let it run over the last, and keep that as a 1.",
            ): [near(top=torch.max), near_logit(lambda top, m: top + math.log(m), torch.max)],
            (
                "Your maximum has lost its dimension: it is (...,), and does not line up with rows of (..., V).",
                "`keepdim=True` leaves a 1 in the place of V.",
            ): [near(top=lambda x: x.amax(-1)), near_logit(lambda top, m: top + math.log(m), lambda x: x.amax(-1))],
            (
                "Your softmax or your maximum runs over the first dimension. The tokens stand in the last.",
                "With a row (V,) the two are the same; with (B, V) dimension 0 compares different texts. Count from the end.",
            ): [
                near(dim=0),
                near(top=lambda x: x.amax(0)),
                near(top=lambda x: x.amax(0), dim=0),
                near_logit(lambda top, m: top + math.log(m), lambda x: x.amax(0)),
            ],
            (
                "A logit of 0 excludes nothing: e^0 is 1. Which logit has the probability 0?",
                "Fill with `float('-inf')`: e to that power is 0, whatever the other logits are.",
            ): near(fill=0.0),
            (
                "A large negative number only nearly excludes a token. The task asks for -inf, which does so whatever the other logits are.",
                "`masked_fill` and `torch.where` take `float('-inf')` like any other number.",
            ): [near(fill=fill) for fill in FINITE],
            (
                "What stays has become probabilities. The logits that stay should not change.",
                "The probabilities only say who stays: put the mask on the logits, and return those.",
            ): [
                lambda logits, m: near()(logits, m).softmax(-1),
                lambda logits, m: logits.softmax(-1).masked_fill(near()(logits, m) == -INF, 0.0),
                lambda logits, m: logits.softmax(-1).masked_fill(near()(logits, m) == -INF, -INF),
            ],
            (
                "At least m times: a token with exactly that stays. In yours, with m = 1, the likeliest itself is gone.",
                "Drop what is smaller than the threshold, and not what is equal to it.",
            ): near(beaten=lambda p, top, m: p <= m * top),
            (
                "Turned round: yours drops the likely tokens.",
                "`masked_fill` fills where the mask is True, and `torch.where` takes its first value there. Which tokens should your mask mark?",
            ): near(beaten=lambda p, top, m: p >= m * top),
            (
                "e to the power of a large logit is infinite, and nothing is less than a share of infinity.",
                "A softmax that subtracts the maximum first has no such trouble: `softmax(dim=-1)` does.",
            ): [near_exp(lambda e: e), near_exp(lambda e: e / e.sum(-1, keepdim=True))],
        }
    ),
    hints=(
        "Three steps: probabilities, a threshold for each row, -inf into the logits where the probability is smaller.",
        "`amax(dim=-1, keepdim=True)` gives the largest of each row so that it lines up with the row.",
    ),
    cases=lambda g: [
        (torch.tensor([2.0, 0.0, 1.0]), 0.2),
        (torch.tensor([2.0, 2.0, 1.0]), 1.0),
        *((randn(g, *shape) + shift, m) for shape, m, shift in (((3, 5), 0.3, 0), ((4, 4), 0.1, -2), ((2, 3, 6), 0.05, 0), ((2, 2, 30), 0.5, 3))),
        (torch.tensor([[2.0, -INF, 1.0, -INF], [0.5, 0.0, -3.0, 0.5]]), 0.3),
        (torch.tensor([1000.0, 999.5, 990.0]), 0.1),
    ],
)
