"""Heads split, joined and taken out with one thing wrong, for the exercises of notebook 09."""

import torch
import torch.nn.functional as F

from helpers.workbook.questions.masked import INF, causal, weigh


def cut(order=(0, 2, 1, 3), view=lambda B, T, H, d: (B, T, H, d), before=lambda x: x):
    """Heads from channels: viewed in some shape, then the dimensions in some order."""
    return lambda x, n_head: before(x).reshape(view(len(x), x.shape[1], n_head, x.shape[2] // n_head)).permute(order)


def refused(x):
    """What view says after a transpose."""
    return x.transpose(1, 2).view(len(x), x.shape[2], -1)


def attend(q, k, v, **slip):
    """Attention for all heads, with one thing wrong in its weights."""
    return weigh(q, k, **slip) @ v


def scored(q, k, v, mask=lambda q: causal(q.shape[-2]), scale=lambda q: q.shape[-1] ** -0.5, end=lambda w, v: w @ v):
    """As `attend`, with a mask or a scale that goes by the wrong dimension."""
    return end(F.softmax((q @ k.transpose(-2, -1) * scale(q)).masked_fill(mask(q), -INF), -1), v)


def score(offset=-1, dims=(-2, -1), end=lambda below: below.mean((0, 2))):
    """Something taken from a diagonal of the weights."""
    return lambda weights: end(weights.diagonal(offset, *dims))


def shared(weights):
    """In how many rows the largest weight lies on the one before."""
    T = weights.shape[-1]
    return (weights.argmax(-1)[..., 1:] == torch.arange(T - 1)).float().mean((0, 2))


def attention_table(g, *shape):
    """Causal attention weights of a shape."""
    T = shape[-1]
    return F.softmax((2 * torch.randn(*shape, generator=g)).masked_fill(causal(T), -INF), -1)


def wiped(where, start=torch.clone):
    """A copy of the weight in which the columns at `where(head, size, n_head)` are 0."""

    def wipe(weight, head, n_head):
        out = start(weight)
        out[:, where(head, weight.shape[1] // n_head, n_head)] = 0
        return out

    return wipe


def kept_alone(weight, head, n_head):
    size = weight.shape[1] // n_head
    out = torch.zeros_like(weight)
    out[:, head * size : (head + 1) * size] = weight[:, head * size : (head + 1) * size]
    return out


def block(weight, head, n_head):
    size = weight.shape[1] // n_head
    out = weight.clone()
    out[head * size : (head + 1) * size, head * size : (head + 1) * size] = 0
    return out


def shortened(weight, head, n_head):
    size = weight.shape[1] // n_head
    return torch.cat([weight[:, : head * size], weight[:, (head + 1) * size :]], 1)


OUR = wiped(lambda head, size, n_head: slice(head * size, (head + 1) * size))
