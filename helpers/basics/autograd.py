"""Backpropagation through numbers, as notebook 06 writes it (Rumelhart, Hinton and Williams, 1986)."""

import math


class Value:
    """A number that remembers how it was computed, so that `backward` can fill in `grad` of all that it came from."""

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

    def backward(self):
        """Add to the `grad` of every Value below this one how much this one changes with it."""
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for parent in value.parents:
                    visit(parent)
                order.append(value)  # after all that it depends on

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for parent, local in zip(value.parents, value.local, strict=True):
                parent.grad += local * value.grad  # the chain rule, summed over all ways
