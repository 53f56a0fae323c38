"""The two exercises of notebook 02 that lead up to the rule of broadcasting."""

import itertools

from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions.rules import FIRST_PAIRS, filled, fits, inserted, no_error, other, random_shape, size_of, tail


def lists_for_tuples(given, result):
    """A hint for two shapes that equal the right ones, and are lists."""
    if any(isinstance(shape, list) for shape in result):
        return "The sizes are right, but they are in lists, and the exercise asks for tuples: `tuple(...)` makes one of a list."
    return None


def stretched_up_to(m_one, n_one, size=None):
    """A `stretched` that takes a 0 for a 1: 1 for a size that is asked with `<= 1`, 0 for one that is asked with `== 1`."""

    def wrong(m, n):
        m_fits, n_fits = (m <= 1 if m_one else m == 1), (n <= 1 if n_one else n == 1)
        if not (m_fits or n_fits or m == n):
            raise ValueError
        return size(m, n) if size else n if m_fits else m

    return wrong


ALIGNED = Exercise(
    "What is missing stands at the left, as a 1.",
    right=filled,
    also=lists_for_tuples,
    mistakes=listed(
        {
            (
                "The 1s stand at the right. Shapes are aligned at the right, so what is missing is missing at the left.",
                "The order in a sum of tuples is the order in the result: which one comes first?",
            ): lambda a, b: filled(a, b, left=False),
            (
                "You fill `a` only. `b` can be the shorter one.",
                "Compute how many 1s each of the two needs. For the longer one that is none.",
            ): lambda a, b: (filled(a, b)[0], b),
            (
                "You fill `b` only. `a` can be the shorter one.",
                "Compute how many 1s each of the two needs. For the longer one that is none.",
            ): lambda a, b: (a, filled(a, b)[1]),
            ("A missing size counts as 1, and you put in 0.", "A 0 is a size of its own. In the tuple that you repeat, there should be a 1."): (
                lambda a, b: filled(a, b, one=0)
            ),
            (
                "You cut the longer shape. Nothing may be lost: make the shorter one longer.",
                "Count with `max(len(a), len(b))`, not with `min`.",
            ): lambda a, b: (tail(a, b), tail(b, a)),
            (
                "You put in a single 1. More than one size can be missing.",
                "The number of 1s is the difference of the two lengths. `(1,) * 2` is (1, 1).",
            ): lambda a, b: ((1,) * (len(a) < len(b)) + a, (1,) * (len(b) < len(a)) + b),
            (
                "You put in as many 1s as the longer shape has sizes. Some are there already.",
                "Subtract the length of the shape that you fill.",
            ): lambda a, b: tuple((1,) * max(len(a), len(b)) + s for s in (a, b)),
            (
                "The two came back in another order. `a` stays the first.",
                "Do not sort the two by their lengths. Fill each of them by as many 1s as it needs.",
            ): [lambda a, b: filled(a, b)[:: -1 if len(b) < len(a) else 1], lambda a, b: filled(a, b)[:: -1 if len(a) < len(b) else 1]],
            (
                "In one branch the two have changed places. Keep the order: first what comes of `a`, then what comes of `b`.",
                "Look at both lines that end in `return`. In each of them, `a` has to stand on the left.",
            ): [
                lambda a, b: filled(a, b)[:: -1 if len(b) <= len(a) else 1],
                lambda a, b: filled(a, b)[:: -1 if len(a) <= len(b) else 1],
            ],
            (
                "A list and a tuple cannot be joined with `+`. The shapes are tuples, so the 1s have to stand in a tuple.",
                "A tuple with one element needs a comma: `(1,)`.",
            ): lambda a, b: [1] * (max(len(a), len(b)) - len(a)) + a,
            (
                "`(1)` is the number 1 in brackets, and it cannot be joined with a tuple.",
                "A tuple with one element needs a comma: `(1,)`.",
            ): lambda a, b: (1) * (max(len(a), len(b)) - len(a)) + a,
            (
                "`1` and `(1)` are numbers, and `+` joins a tuple only with a tuple. A tuple with one element is `(1,)`.",
                "Then look at `b`: it can be the shorter one, too.",
            ): lambda a, b: (1 + a if len(a) < len(b) else a, b),
            (
                "A tuple cannot be changed, so it has no `insert` and no `append`. Make a new one.",
                "`(1,) + b` is a new tuple with a 1 in front.",
            ): [inserted(name, both) for name in ("insert", "append") for both in (True, False)],
        }
    ),
    hints=(
        "How many 1s does each of the two need? It is the longer length minus its own.",
        "With n for the longer length, `a` needs `n - len(a)` of them. `(1,) * k + a` puts k of them in front.",
    ),
    cases=lambda g: [*FIRST_PAIRS, *((random_shape(g), random_shape(g)) for _ in range(50))],
)

STRETCHED = Exercise(
    "Equal sizes stay, and a 1 takes the other size. Nothing else fits.",
    right=size_of(),
    mistakes=listed(
        {
            (
                "Almost. The maximum is wrong for one size: what does a 1 become beside a 0?",
                "A 1 takes *the other* size, whatever it is. Ask which of the two is 1.",
            ): size_of(size=max),
            (
                "Your function lets everything fit. Which pairs are an error?",
                "Before you return, ask whether the two differ while neither of them is 1.",
            ): [size_of(lambda m, n: True, size) for size in (max, other)],
            (
                "You stretch only `n`. A 1 as `m` is stretched as well.",
                "There are two sizes that may be 1, and so two questions.",
            ): size_of(lambda m, n: m == n or n == 1),
            (
                "You stretch only `m`. A 1 as `n` is stretched as well.",
                "There are two sizes that may be 1, and so two questions.",
            ): size_of(lambda m, n: m == n or m == 1),
            (
                "Two equal sizes fit as well, and stay as they are.",
                "Add a question for `m == n`.",
            ): size_of(lambda m, n: 1 in (m, n)),
            ("Your function wants equal sizes. What about a 1?", "A 1 fits with every other size, as `m` and as `n`."): size_of(lambda m, n: m == n),
            (
                "Stretching takes the other size, and not the smaller one.",
                "Where `m` is 1 the result is `n`, and where `n` is 1 it is `m`.",
            ): size_of(size=min),
            (
                "You return the 1 itself. A 1 takes the *other* size.",
                "If `m` is 1, the result is `n`. If `n` is 1, it is `m`.",
            ): [size_of(size=size) for size in (lambda m, n: 1 if 1 in (m, n) else m, lambda m, n: m, lambda m, n: n)],
            (
                "You stretch a 0 as well. Only a 1 is stretched, so 0 and 3 do not fit.",
                "Ask whether a size `== 1`, and not `<= 1`.",
            ): [stretched_up_to(m_limit, n_limit, size) for m_limit, n_limit in ((1, 1), (1, 0), (0, 1)) for size in (None, max)],
            (
                "Sizes are not multiplied. Two equal sizes stay as they are.",
                "Multiplying works only where one of the two is 1. Treat equal sizes first.",
            ): size_of(size=lambda m, n: m * n),
            (
                "Where two sizes do not fit, your function says nothing. It should raise a ValueError.",
                'Write `raise ValueError("...")`, with a text that names the two sizes.',
            ): no_error(size_of()),
            (
                "You raise another kind of error. Later code waits for a ValueError.",
                'The line is `raise ValueError("...")`. An `assert` raises an AssertionError.',
            ): [size_of(kind=kind) for kind in (RuntimeError, AssertionError, Exception, TypeError)],
            (
                "A 0 is a size like others. It fits with 0 and with 1.",
                "Leave the 0 out of your questions, and ask only about equal sizes and about 1.",
            ): size_of(lambda m, n: fits(m, n) and 0 not in (m, n)),
        }
    ),
    hints=(
        "There are three cases: the two are equal, one of them is 1, or neither holds.",
        "If `m` is 1 the result is `n`. If `n` is 1, or the two are equal, it is `m`. Otherwise raise.",
    ),
    cases=lambda g: [(4, 1), (1, 3), (3, 3), (4, 3), (1, 1), *itertools.product(range(6), range(6))],
)
