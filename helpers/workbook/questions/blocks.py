"""Transformer blocks with one thing wrong in them, for the exercises of notebook 10."""

import torch


class Part:
    """A stand-in for a part of a block, far from linear, so that no two orders agree."""

    def __init__(self, factor, power=1):
        self.factor, self.power = factor, power

    def __call__(self, x):
        return self.factor * x**self.power + torch.sin(x)

    def __deepcopy__(self, memo):
        return self  # as with a function, a copy is the thing itself

    def __repr__(self):
        return f"x -> {self.factor:g} * x" + (f"**{self.power}" if self.power > 1 else "") + " + sin(x)"


def ran(x, norm_1, attention, norm_2, feed_forward):
    between = x + attention(norm_1(x))
    return between + feed_forward(norm_2(between))


def parallel(x, norm_1, attention, norm_2, feed_forward):
    return x + attention(norm_1(x)) + feed_forward(norm_2(x))


def post(x, norm_1, attention, norm_2, feed_forward):
    between = norm_1(x + attention(x))
    return norm_2(between + feed_forward(between))


def bare(x, norm_1, attention, norm_2, feed_forward):
    return feed_forward(norm_2(attention(norm_1(x))))


def half(x, norm_1, attention, norm_2, feed_forward):
    return feed_forward(norm_2(x + attention(norm_1(x))))


def late(x, norm_1, attention, norm_2, feed_forward):
    between = attention(norm_1(x))
    return between + feed_forward(norm_2(between))


def unnormed(x, norm_1, attention, norm_2, feed_forward):
    between = x + attention(x)
    return between + feed_forward(between)


def road(x, norm_1, attention, norm_2, feed_forward):
    x = norm_1(x)
    x = norm_2(x + attention(x))
    return x + feed_forward(x)


def from_start(x, norm_1, attention, norm_2, feed_forward):
    return x + feed_forward(norm_2(x + attention(norm_1(x))))


def exchanged(x, norm_1, attention, norm_2, feed_forward):
    return ran(x, norm_1, feed_forward, norm_2, attention)


def outside(x, norm_1, attention, norm_2, feed_forward):
    between = x + norm_1(attention(x))
    return between + norm_2(feed_forward(between))


def same_norm(x, norm_1, attention, norm_2, feed_forward):
    return ran(x, norm_1, attention, norm_1, feed_forward)


def crossed(x, norm_1, attention, norm_2, feed_forward):
    return ran(x, norm_2, attention, norm_1, feed_forward)


def one_norm(x, norm_1, attention, norm_2, feed_forward):
    return ran(x, norm_1, attention, lambda x: x, feed_forward)


def second_road(x, norm_1, attention, norm_2, feed_forward):
    between = norm_2(x + attention(norm_1(x)))
    return between + feed_forward(between)


def first_road(x, norm_1, attention, norm_2, feed_forward):
    x = norm_1(x)
    x = x + attention(x)
    return x + feed_forward(norm_2(x))
