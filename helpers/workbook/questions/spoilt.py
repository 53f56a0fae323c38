"""Softmaxes, losses and gradients with one thing wrong in them, for the exercises of notebook 03."""

import torch
import torch.nn.functional as F


def naive(z, dim):
    """The softmax that overflows."""
    return z.exp() / z.exp().sum(dim, keepdim=True)


def both(wrong):
    """The same mistake with a softmax that holds and with the one that overflows."""
    return [lambda *args, softmax=softmax: wrong(softmax, *args) for softmax in (F.softmax, naive)]


def parts(top=True, bottom=True, stable=True, end=lambda e, total: e / total):
    """Softmax where the maximum (top) and the sum (bottom) keep their dimension, or lose it, or are those of all."""

    def wrong(z, dim):
        e = (z - (z.max() if top == "all" else z.amax(dim, keepdim=top))).exp() if stable else z.exp()
        return end(e, e.sum() if bottom == "all" else e.sum(dim, keepdim=bottom))

    return wrong


WAYS = [  # to get ln p from logits: one that holds, and three that break where logits are large
    lambda z: F.log_softmax(z, -1),
    lambda z: F.softmax(z, -1).log(),
    lambda z: naive(z, -1).log(),
    lambda z: z - z.exp().sum(-1, keepdim=True).log(),
]


def nats(log_p, pick=lambda p, y: p[torch.arange(len(y)), y], last=lambda x: -x.mean()):
    """A cross-entropy from its three parts, each of which can be wrong."""
    return lambda logits, targets: last(pick(log_p(logits), targets))


def each_way(last=lambda x: -x.mean(), shift=0, pick=None):
    """The same mistake with every way to ln p; `shift` moves the targets."""
    pick = pick or (lambda p, y: p[torch.arange(len(y)), y + shift])
    return [nats(way, pick, last) for way in WAYS]


def careless(last=lambda x: -x.sum(-1), log=torch.log):
    """Entropies with something wrong, without care for 0 and with it."""
    terms = [lambda p: p * log(p), lambda p: torch.where(p > 0, p * log(p), 0.0)]
    return [lambda probs, f=f: last(f(probs)) for f in terms]


def gradient(share=len, sign=1, dim=-1, shift=0, minus=1, every=False):
    """(softmax - one-hot) / N with parts of it changed."""

    def wrong(logits, targets):
        hot = F.one_hot((targets + shift) % logits.shape[1], logits.shape[1])
        hot = hot.amax(0, keepdim=True) if every else hot
        return sign * (F.softmax(logits, dim) - minus * hot) / share(logits)

    return wrong
