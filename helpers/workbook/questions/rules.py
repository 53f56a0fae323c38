"""Broadcasting rules with one thing wrong in them."""

import torch

from helpers.basics import broadcast_shape


def filled(a, b, left=True, one=1):
    """Two shapes, with the dimensions that are missing put in as 1, at the left or at the right."""
    ones = [(one,) * (max(len(a), len(b)) - len(s)) for s in (a, b)]
    return tuple(one + s if left else s + one for one, s in zip(ones, (a, b), strict=True))


def fits(m, n):
    return m == n or 1 in (m, n)


def other(m, n):
    """Of two sizes that fit, the one that counts: what the 1 is stretched to."""
    return n if m == 1 else m


def size_of(fits=fits, size=other, kind=ValueError):
    """The size that comes from two; each argument spoils one thing."""

    def wrong(m, n):
        if not fits(m, n):
            raise kind
        return size(m, n)

    return wrong


def no_error(function):
    """The same, but None where the sizes do not fit."""

    def wrong(*pair):
        try:
            return function(*pair)
        except ValueError:
            return None

    return wrong


def shape_with(pair=None, left=True, turned=False):
    """A broadcast shape from the sizes that `pair` gives (the right ones, where there is none), and from the side at which missing ones are put in."""
    judge = pair or size_of()

    def wrong(a, b):
        result = tuple(judge(m, n) for m, n in zip(*filled(a, b, left), strict=True))
        return result[::-1] if turned else result

    return wrong


def zipped(a, b, size):
    """A shape from the pairs that zip makes, which begin at the left and end with the shorter one."""
    return tuple(size_of(size=size)(m, n) for m, n in zip(a, b, strict=False))


def tail(a, b):
    """As many sizes from the right of `a` as `b` has."""
    return a[max(0, len(a) - len(b)) :]


def random_shape(g):
    """A shape of 0 to 4 dimensions with sizes from 0 to 3."""
    return tuple(torch.randint(4, (int(torch.randint(5, (), generator=g)),), generator=g).tolist())


def only(condition):
    """A right function, and one with the maximum, that answer only where a condition on the two shapes holds."""

    def wrong(a, b, f):
        if not condition(a, b):
            raise ValueError
        return f(a, b)

    return [lambda a, b, f=f: wrong(a, b, f) for f in (broadcast_shape, LARGER)]


def unpacked(a, b):
    """What happens in a function that calls an `aligned` which gives None."""
    first, _ = None
    return first


def inserted(name, both):
    """An `aligned` that wants to change tuples in place; both: a as well as b."""

    def wrong(a, b):
        if len(a) > len(b):
            getattr(b, name)
        if both and len(b) > len(a):
            getattr(a, name)
        return a, b

    return wrong


LARGER = shape_with(size_of(size=max))
FIRST_PAIRS = (((5, 1, 4), (3, 1)), ((2, 3), (3,)), ((3,), (2, 3)), ((4, 3), (4,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((), (2,)), ((), ()), ((0,), (1,)))
