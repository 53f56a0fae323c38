"""Attention and causality checks with one thing wrong in them, for the exercises of notebook 08."""

import torch
import torch.nn.functional as F

INF = float("inf")


def causal(T):
    """(T, T), True where column s lies after row t."""
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def weigh(q, k, scale=lambda q: q.shape[-1] ** -0.5, future=causal, fill=-INF, dim=-1, late=False):
    """Attention weights with one thing wrong in them; `late` masks after the softmax."""
    scores = q @ k.transpose(-2, -1) * scale(q)
    mask = future(q.shape[-2])
    return F.softmax(scores, dim).masked_fill(mask, 0.0) if late else F.softmax(scores.masked_fill(mask, fill), dim)


SLIPS = {  # hint -> what is changed in `weigh`
    "The scale is missing: the scores grow with d.": {"scale": lambda q: 1},
    "Your scale multiplies, and makes large scores larger still. It should make them smaller.": {"scale": lambda q: q.shape[-1] ** 0.5},
    "You divide by d. The typical size of a score is the square root of d.": {"scale": lambda q: 1 / q.shape[-1]},
    "Your scale uses T, the length of the text. A score is a sum of d products.": {"scale": lambda q: q.shape[-2] ** -0.5},
    "The mask is missing: every position looks at those after it.": {"future": lambda T: torch.zeros(T, T, dtype=torch.bool)},
    "Your mask is the wrong way round: it hides the past and shows the future.": {"future": lambda T: causal(T).T},
    "Your mask is inverted: it hides what may be seen. The last row has nothing left, and becomes nan.": {"future": lambda T: ~causal(T)},
    "A position may look at itself. In yours it may not, so the first row has nothing left, and becomes nan.": {"future": lambda T: ~causal(T).T},
    "Your mask lets each position see one character too many.": {"future": lambda T: torch.ones(T, T, dtype=torch.bool).triu(2)},
    "A score of 0 masks nothing, because e^0 = 1. Which score gets a weight of 0?": {"fill": 0.0},
    "You mask after the softmax, so your rows do not sum to 1.": {"late": True},
    "Your softmax runs over the positions that look. It should run over those that are looked at.": {"dim": -2},
    "Your softmax runs over the texts of the batch.": {"dim": 0},
}


def unweighed(q, k):
    """The scores, masked, where weights are asked."""
    return (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).masked_fill(causal(q.shape[-2]), -INF)


def turned(turn):
    """Keys that meet the queries after `turn`, which is not the transpose that fits."""
    return lambda q, k: F.softmax((q @ turn(k) * q.shape[-1] ** -0.5).masked_fill(causal(q.shape[-2]), -INF), -1)


class Fake:
    """From indices to logits; row t of `sees` (T, T) says at which positions t looks, and how strongly."""

    def __init__(self, sees, V=5, table=None):
        self.sees = sees
        self.table = torch.randn(V, V, generator=torch.Generator().manual_seed(V)) if table is None else table

    def __call__(self, idx):
        T = idx.shape[1]
        return self.sees[:T, :T] @ self.table[idx]  # (T, T) @ (B, T, V)

    def __deepcopy__(self, memo):
        return self  # as with a function, a copy is the thing itself

    def __repr__(self):
        leaks = [f"position {who} sees {at}" for who, at in self.sees.triu(1).nonzero().tolist()]
        return f"a model of {len(self.table)} tokens in which {' and '.join(leaks[:2]) or 'nobody sees the future'}"


def peeks(T, *extra, strength=1.0):
    """(T, T): causal, and besides the pairs (who, at whom)."""
    sees = torch.tril(torch.ones(T, T))
    for who, at in extra:
        sees[who, at] = strength
    return sees


def moved(model, idx, cut, change=lambda x, V: (x + 1) % V, part=lambda d, cut: d[:, :cut], size=torch.abs, of=lambda logits: logits):
    """The causality check at one cut, with something wrong in it."""
    before, changed = model(idx), idx.clone()
    changed[:, cut:] = change(changed[:, cut:], before.shape[-1])
    return bool((size(part(of(model(changed)) - of(before), cut)) > 1e-5).any())


def over(cuts=lambda T: range(1, T), **slip):
    return lambda model, idx: any(moved(model, idx, cut, **slip) for cut in cuts(idx.shape[1]))
