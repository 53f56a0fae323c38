"""The exercise of notebook 02 that writes the rule of broadcasting; `pairs` has the two that lead up to it."""

import torch

from helpers.basics import broadcast_shape
from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions.rules import FIRST_PAIRS, LARGER, filled, no_error, only, other, random_shape, shape_with, size_of, tail, unpacked, zipped


def not_a_tuple(given, result):
    """A hint for a shape that equals the right one, and is none."""
    if isinstance(result, torch.Size):
        return "PyTorch's own function did the work. Write the rule yourself: your functions of 02.1 and 02.2 are the pieces."
    return "The sizes are right, but they are in a list. Return a tuple: tuple(...)." if isinstance(result, list) else None


SHAPE = Exercise(
    "Align at the right. Sizes are equal, 1 or missing, and the 1 takes the other size. That is the whole rule.",
    part="broadcast_shape",
    right=broadcast_shape,
    also=not_a_tuple,
    mistakes=listed(
        {
            (
                "You align at the left. What is missing is put in before the first size.",
                "Fill the shorter shape as in 02.1, with the 1s in front.",
            ): [shape_with(left=False), shape_with(size_of(size=max), left=False)],
            (
                "Nearly: the maximum is wrong for 0. What does a 1 become beside a 0?",
                "A 1 takes *the other* size, as in 02.2.",
            ): LARGER,
            (
                "Your result lacks the dimensions that only one of the two has.",
                "`zip` stops where the shorter one ends. Make both equally long first, as in 02.1.",
            ): [lambda a, b, f=f: f(tail(a, b), tail(b, a)) for f in (broadcast_shape, LARGER)],
            (
                "Your function lets everything fit. When do two sizes not fit?",
                "Your function of 02.2 raises a ValueError there. This one should do the same.",
            ): [shape_with(size_of(lambda m, n: True, size)) for size in (max, other)],
            (
                "Only equal sizes pass. If you call `stretched`, hand it one pair of sizes at a time. If you compare the sizes yourself, think of the 1.",
                "`zip` makes the pairs out of the two shapes. Each pair has the three cases of 02.2.",
            ): shape_with(size_of(lambda m, n: m == n)),
            (
                "Only two equal shapes pass. `stretched` takes one pair of sizes, and not two whole shapes.",
                "Make both equally long with `aligned`, and go through the pairs of sizes with `zip`.",
            ): only(lambda a, b: a == b),
            (
                "You stretch only b. A 1 of a is stretched as well.",
                "Two sizes of a pair may be 1, and so there are two questions.",
            ): only(lambda a, b: all(m == n or n == 1 for m, n in zip(*filled(a, b), strict=True))),
            (
                "You stretch only a. A 1 of b is stretched as well.",
                "Two sizes of a pair may be 1, and so there are two questions.",
            ): only(lambda a, b: all(m == n or m == 1 for m, n in zip(*filled(a, b), strict=True))),
            (
                "The sizes are right, but in reversed order.",
                "If you go from the right to the left, each new size belongs in front of the others.",
            ): [shape_with(turned=True), shape_with(size_of(size=max), turned=True)],
            (
                "Shapes of different lengths can fit, too: what is missing counts as 1.",
                "Fill the shorter one as in 02.1, in place of an error.",
            ): only(lambda a, b: len(a) == len(b)),
            (
                "A tensor without dimensions, (), fits with every other: all of its dimensions are missing.",
                "You need no question about (). Filled up with 1s it is like any other shape.",
            ): only(lambda a, b: a and b),
            (
                "A size of 0 follows the same rule as every other: it fits with 0 and with 1.",
                "Leave the 0 out of your questions.",
            ): only(lambda a, b: 0 not in a + b),
            (
                "Where the shapes do not fit, your function gives None and raises no error.",
                'The line is `raise ValueError("...")`. If you call your function of 02.2, it raises by itself.',
            ): no_error(broadcast_shape),
            (
                "Where the shapes do not fit, yours is another kind of error. A ValueError is asked.",
                'The line is `raise ValueError("...")`, with a text that names the two sizes.',
            ): [shape_with(size_of(kind=kind)) for kind in (RuntimeError, AssertionError, Exception)],
            (
                "Your pairs begin at the left, with `a` and `b` as they were given. `aligned` returns new tuples: keep them, and zip those.",
                "Shapes are aligned at the right, so the shorter one is filled before you zip, as in 02.1.",
            ): [lambda a, b, size=size: zipped(a, b, size) for size in (max, other)],
            (
                "Only a is filled up with 1s. b can be the shorter one.",
                "Fill both. The longer one needs no 1s.",
            ): lambda a, b: zipped(filled(a, b)[0], b, other),
            (
                "A `return` inside the loop ends it at the first pair of sizes.",
                "Collect the sizes in a tuple, and return it below the loop.",
            ): lambda a, b: next((size_of()(m, n) for m, n in zip(*filled(a, b), strict=True)), None),
            (
                "A size is a number, and a number cannot be joined with a tuple.",
                "`(size,)`, with a comma, is a tuple with one element. It can be joined with `+`.",
            ): lambda a, b: sum((size_of()(m, n) for m, n in zip(*filled(a, b), strict=True)), ()),
            (
                "A function that you call gives None, and None cannot be split into a and b. Is 02.1 solved?",
                "Solve 02.1 and run its cell again, or fill the shapes here.",
            ): unpacked,
        }
    ),
    hints=(
        "Two steps. Make both shapes equally long, and then look at each pair of sizes.",
        "After `a, b = aligned(a, b)` go through the pairs with `for m, n in zip(a, b)`. `stretched` gives the size of each.",
    ),
    cases=lambda g: [*FIRST_PAIRS, *((random_shape(g), random_shape(g)) for _ in range(2000))],
)
