"""Softmaxes and losses with one thing wrong in them, for the exercises of notebook 03."""

import torch
import torch.nn.functional as F


def naive(z, dim=-1):
    """The softmax that overflows."""
    return z.exp() / z.exp().sum(dim, keepdim=True)


def both(wrong):
    """The same mistake with a softmax that holds and with the one that overflows."""
    return [with_one(wrong, F.softmax), with_one(wrong, naive)]


def with_one(wrong, softmax):
    """wrong(softmax, logits, dim) for one softmax, called as a learner's own is."""
    return lambda z, dim=-1: wrong(softmax, z, dim)


def parts(top=True, bottom=True, stable=True, end=lambda e, total: e / total):
    """Softmax where the maximum (top) and the sum (bottom) keep their dimension, or lose it, or are those of all."""

    def wrong(z, dim=-1):
        e = (z - (z.max() if top == "all" else z.amax(dim, keepdim=top))).exp() if stable else z.exp()
        return end(e, e.sum() if bottom == "all" else e.sum(dim, keepdim=bottom))

    return wrong


def fixed(top=None, bottom=None, keep=True):
    """Softmax whose maximum (top) or sum (bottom) goes along a dimension of its own, whatever `dim` says."""

    def wrong(z, dim=-1):
        e = (z - z.amax(dim if top is None else top, keepdim=True)).exp()
        return e / e.sum(dim if bottom is None else bottom, keepdim=keep)

    return wrong


WAYS = [  # to get ln p from logits: one that holds, and three that break where logits are large
    lambda z: F.log_softmax(z, -1),
    lambda z: F.softmax(z, -1).log(),
    lambda z: naive(z, -1).log(),
    lambda z: z - z.exp().sum(-1, keepdim=True).log(),
]


def steps(top=-1, bottom=-1, keep=True, exp=torch.exp, log=torch.log):
    """ln p by subtracting the maximum first, with the maximum (top) or the sum (bottom) along another dimension, or
    without keeping that of the sum, or without the exponential or the logarithm; `top` None: without the maximum."""

    def log_p(z):
        z = z if top is None else z - z.amax(top, keepdim=True)
        return z - log(exp(z).sum(bottom, keepdim=keep))

    return log_p


def nats(log_p, pick=lambda p, y: p[torch.arange(len(y)), y], last=lambda x: -x.mean()):
    """A cross-entropy from its three parts, each of which can be wrong."""
    return lambda logits, targets: last(pick(log_p(logits), targets))


def each_way(last=lambda x: -x.mean(), shift=0, pick=None):
    """The same mistake with every way to ln p; `shift` moves the targets."""
    pick = pick or (lambda p, y: p[torch.arange(len(y)), y + shift])
    return [nats(way, pick, last) for way in WAYS]
