"""Backpropagation through numbers, as notebook 06 writes it (Rumelhart, Hinton and Williams, 1986)."""

import math


class Value:
    """A number that remembers which numbers it was computed from, and how much it changes with each of them."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self.parents = parents  # the Values that it was computed from
        self.local = local  # for each of them, the derivative of this number with respect to it

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def exp(self):
        """e to the power of this number: its own derivative."""
        e = math.exp(self.data)
        return Value(e, (self,), (e,))

    def relu(self):
        """This number where it is positive, else 0."""
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))


def topological_order(end):
    """A list of `end` and every Value that it was computed from: each once, and after its parents."""
    order, seen = [], set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for parent in value.parents:
                visit(parent)
            order.append(value)

    visit(end)
    return order


def backward(end):
    """Add to the `grad` of every Value that `end` was computed from how much `end` changes with it."""
    end.grad = 1.0
    for value in reversed(topological_order(end)):
        for parent, local in zip(value.parents, value.local, strict=True):
            parent.grad += local * value.grad  # the chain rule, summed over all ways
