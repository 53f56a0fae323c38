"""Broadcasting rules with one thing wrong in them, for the last exercise of notebook 02."""

import torch


def filled(a, b, left=True):
    """Two shapes, with the dimensions that are missing put in as 1, at the left or at the right."""
    ones = [(1,) * (max(len(a), len(b)) - len(s)) for s in (a, b)]
    return [one + s if left else s + one for one, s in zip(ones, (a, b), strict=True)]


def shape_with(fits=lambda m, n: m == n or 1 in (m, n), size=lambda m, n: n if m == 1 else m, left=True, turned=False):
    """A broadcast shape from which sizes fit, what they give, and at which side missing ones are put in."""

    def wrong(a, b):
        pairs = list(zip(*filled(a, b, left), strict=True))
        result = tuple(size(m, n) for m, n in pairs)
        return (result[::-1] if turned else result) if all(fits(m, n) for m, n in pairs) else None

    return wrong


def other(m, n):
    """Of two sizes that fit, the one that counts: what the 1 is stretched to."""
    return n if m == 1 else m


def zipped(a, b, size):
    """A shape from the pairs that zip makes, which begin at the left and end with the shorter one."""
    fits = all(m == n or 1 in (m, n) for m, n in zip(a, b, strict=False))
    return tuple(size(m, n) for m, n in zip(a, b, strict=False)) if fits else None


def tail(a, b):
    """As many sizes from the right of `a` as `b` has."""
    return a[max(0, len(a) - len(b)) :]


def random_shape(g):
    """A shape of 0 to 4 dimensions with sizes from 0 to 3."""
    return tuple(torch.randint(4, (int(torch.randint(5, (), generator=g)),), generator=g).tolist())


def only(condition):
    """A right function, and one with the maximum, that answer only where a condition on the two shapes holds."""
    return [lambda a, b, f=f: f(a, b) if condition(a, b) else None for f in (RULE, LARGER)]


FIRST_PAIRS = (((2, 3), (3,)), ((4, 3), (4,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((), (2,)), ((), ()), ((0,), (1,)))


RULE, LARGER = shape_with(), shape_with(size=max)
