"""The exercises of notebook 02: the broadcasting rule, and what is built with it."""

import torch

from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.shapes import FIRST_PAIRS, LARGER, RULE, filled, only, other, random_shape, shape_with, tail, zipped


def error(end=lambda e: (e**2).mean(), lined_up=True, counted=True, kind=AssertionError, squeeze_all=False):
    """A mean squared error; each argument spoils one thing about it."""

    def wrong(prediction, target):
        if counted and (len(prediction) != len(target) or (squeeze_all and len(target) == 1)):
            raise kind
        return end((prediction[:, 0] if lined_up else prediction) - target)

    return wrong


def each(end, lined_up=True):
    """The same mistake with and without the assertion."""
    return [error(end, lined_up), error(end, lined_up, counted=False)]


def never(prediction, target):
    raise AssertionError


MSE = Exercise(
    "Bring both to one shape, assert it, then subtract: the silent (N, N) cannot come about.",
    right=error(),
    mistakes=listed(
        {
            "Every prediction is compared with every target: (N, 1) - (N,) is (N, N). Bring both to one shape first.": each(
                lambda e: (e**2).mean(), lined_up=False
            ),
            "The number is right where the rows agree. But three predictions and one target give no error, and should.": error(counted=False),
            "Your assertion always fails: (N, 1) is never (N,). Change one of the shapes before you compare them.": never,
            "Different numbers of rows do raise an error, but it comes from `view`. Write an `assert` of your own before it.": lambda prediction, target: (
                (prediction.view(target.shape) - target) ** 2
            ).mean(),
            "`squeeze()` removes every dimension of size 1. A single row loses both of its dimensions. Name the one to remove.": error(squeeze_all=True),
            "You raise another error. The exercise asks for an AssertionError: use `assert`.": error(kind=ValueError),
            "That is the sum of the squares. The exercise asks for their mean.": each(lambda e: (e**2).sum()),
            "You take the mean of the absolute differences. The error is made of their squares.": each(lambda e: e.abs().mean()),
            "The root is one step too many: leave the mean of the squares as it is.": each(lambda e: (e**2).mean().sqrt()),
            "Without squares, too high and too low cancel out.": each(lambda e: e.mean()),
            "You square the mean. The squares come first, then their mean.": each(lambda e: e.mean() ** 2),
            "These are the squares, one for each row. The exercise asks for their mean.": each(lambda e: e**2),
        }
    ),
    hints=(
        "Print the shape of the difference. It should hold one number for each row.",
        "`squeeze(1)` or `[:, 0]` removes the dimension of size 1. Then an `assert` can compare the two shapes.",
    ),
    cases=lambda g: [
        (torch.tensor([[1.0], [3.0]]), torch.tensor([1.0, 2.0])),
        *((randn(g, n, 1), randn(g, n)) for n in (1, 3, 5, 8)),
        *((randn(g, n, 1), randn(g, m)) for n, m in ((3, 1), (1, 4), (5, 3), (4, 1))),
    ],
)


def parts(mean=True, spread=True, dim=-1, end=lambda x, m, s: (x - m) / s, correction=1):
    """Standardised vectors; mean and spread say whether each of them keeps its dimension."""

    def wrong(x):
        if dim is None:
            return end(x, x.mean(), x.std())
        m = x.mean(dim=dim, keepdim=mean)
        return end(x, m, x.std(dim=dim, keepdim=spread, correction=correction))

    return wrong


STANDARDISE = Exercise(
    "keepdim=True leaves a size of 1 where the mean was taken, and it stretches back over its own vector.",
    right=parts(),
    mistakes=listed(
        {
            "Neither mean nor std lines up with its own vector: their dimension is gone. Which argument keeps it?": parts(False, False),
            "The mean has lost its dimension, and so it is subtracted from the wrong numbers. The std is fine.": parts(False),
            "The std has lost its dimension, and so it divides the wrong numbers. The mean is fine.": parts(True, False),
            "`[:, None]` puts the dimension back where there are two. Which argument does it for any number of dimensions?": lambda x: (
                (x - x.mean(-1)[:, None]) / x.std(-1)[:, None]
            ),
            "You compute along dimension 0, across the vectors. Compute along each vector.": parts(dim=0),
            "Dimension 1 is the last only where there are two. How do you count from the end?": parts(dim=1),
            "You take one mean and one std of the whole tensor. Each vector has its own.": parts(dim=None),
            "Your std divides by C, not by C - 1. LayerNorm will do that, but here leave its settings as they are.": parts(correction=0),
            "You divide by the variance. The standard deviation is its square root.": parts(end=lambda x, m, s: (x - m) / s**2),
            "The means are 0. The standard deviation is not 1 yet.": parts(end=lambda x, m, s: x - m),
            "The standard deviation is 1. The mean is not 0 yet.": parts(end=lambda x, m, s: x / s),
            "Division comes before subtraction: you subtract mean / std from x. Where do the brackets belong?": parts(end=lambda x, m, s: x - m / s),
            "You multiply by the standard deviation. To make it 1, divide.": parts(end=lambda x, m, s: (x - m) * s),
        }
    ),
    hints=(
        "Two steps: subtract the mean, then divide by the std. Each vector has a mean and a std of its own.",
        "Compute both with `dim=-1` and `keepdim=True`. Then they have the shape (..., 1) and are stretched over (..., C).",
    ),
    cases=lambda g: [
        (torch.tensor([[1.0, 2.0, 6.0], [2.0, 4.0, 9.0]]),),
        (torch.tensor([1.0, 3.0, 8.0]),),
        *((torch.randn(*shape, generator=g) * 3 + 1,) for shape in ((3, 3), (5, 4), (2, 3, 4), (3, 3, 3), (2, 2, 3, 5))),
    ],
    tolerance=1e-4,
)


def window(near=lambda back, w: (back >= 0) & (back < w), join=lambda real, near: real[:, None, :] & near):
    """A window mask from who is near and how the padding is joined to it."""

    def wrong(real, window):
        positions = torch.arange(real.shape[1])
        return join(real, near(positions[:, None] - positions[None, :], window))

    return wrong


WINDOW = Exercise(
    "A table of distances (T, T) and a padding mask (B, 1, T) make one mask for every text.",
    right=window(),
    mistakes=listed(
        {
            "One too many: position i itself counts among the `window`.": window(lambda i, w: (i >= 0) & (i <= w)),
            "`and`, chained comparisons and missing brackets need a single truth value. Write (...) & (...), each in brackets.": lambda real, window: bool(
                real
            ),
            "A padding position may not be looked at, not even by itself.": window(
                lambda i, w: (i >= 0) & (i < w), lambda real, near: (real[:, None] & near) | torch.eye(len(near), dtype=torch.bool)
            ),
            "One too few. With window=1, every real token still sees itself.": window(lambda i, w: (i >= 0) & (i < w - 1)),
            "Your mask sees the future. What has to hold for i - j besides being small?": window(lambda i, w: i < w),
            "Your window reaches to both sides. Only the past may be seen.": window(lambda i, w: i.abs() < w),
            "Your mask looks into the future: which of i and j runs downwards?": window(lambda i, w: (i <= 0) & (-i < w)),
            "In your mask nobody sees themselves, but position i belongs to its own window.": [window(lambda i, w, e=e: (i > 0) & (i < w + e)) for e in (0, 1)],
            "No future and no padding, good. Now limit how far back a position may look.": window(lambda i, w: i >= 0),
            "You mask the padding that looks, not the padding that is looked at. Where does the None go?": window(
                join=lambda real, near: real[:, :, None] & near
            ),
            "You also forbid padding to look. It is only forbidden to look at it.": window(join=lambda real, near: real[:, :, None] & real[:, None, :] & near),
            "The window is right, but the padding is not used. It makes a mask for each of the B texts.": [
                window(join=join) for join in (lambda real, near: near, lambda real, near: near.expand(len(real), -1, -1))
            ],
            "(B, T) against (T, T) lines up the texts with the positions. `real` needs one more dimension. Where?": window(join=lambda real, near: real & near),
            "Your mask allows what only one of the conditions allows. All of them have to hold.": window(join=lambda real, near: real[:, None, :] | near),
            "Your mask is upside down: True means that a position may look.": window(join=lambda real, near: ~(real[:, None, :] & near)),
        }
    ),
    hints=(
        "Make the table of i - j first, (T, 1) - (1, T). What must its entries be for j to lie in the window?",
        "The padding joins with `&`, as (B, 1, T): the last dimension is the position that is looked at.",
    ),
    cases=lambda g: [
        (torch.tensor([[True, True, False]]), 2),
        (torch.tensor([[True, True, True, True], [True, True, False, False]]), 1),
        *((torch.rand(n, t, generator=g) < 0.7, w) for n, t, w in ((3, 3, 2), (4, 6, 3), (2, 5, 9), (6, 6, 4))),
    ],
)


def swap(x):
    return x.transpose(-2, -1)


SHARED = Exercise(
    "A dimension that is missing in the middle is put in with None. Only at the left does it come by itself.",
    right=lambda q, k: q @ swap(k[:, None]),
    mistakes=listed(
        {
            "The B of k stands under the H of q. Put a dimension in where k has no H.": lambda q, k: q @ swap(k),
            "(T, d) @ (S, d) does not sum over d. What has to be swapped?": lambda q, k: q @ k[:, None],
            "Two things: k has no dimension for the heads, and its last two are not swapped yet.": lambda q, k: q @ k,
            "The new dimension of k stands where q has T. Where does H stand?": lambda q, k: q @ swap(k[:, :, None]),
            "You swap the new dimension with the next one. Count from the end: -2 and -1.": lambda q, k: q @ k[:, None].transpose(1, 2),
            "`view` cuts the numbers anew and swaps nothing (notebook 01).": lambda q, k: q @ k.reshape(k.shape[0], 1, k.shape[2], k.shape[1]),
            "Your result is (B, H, S, T). Rows should be queries, and columns should be keys.": lambda q, k: k[:, None] @ swap(q),
            "You divide by the root of d, as attention will. This exercise asks only for the sums of products.": lambda q, k: (
                q @ swap(k[:, None]) / q.shape[-1] ** 0.5
            ),
            "You sum over the heads. Each head has its own scores.": lambda q, k: q.sum(1) @ swap(k),
            "These are all the products. Over which dimension do they have to be summed?": lambda q, k: q[:, :, :, None] * k[:, None, None],
            "You sum over the texts, too: queries meet the keys of other texts.": lambda q, k: q @ swap(k.sum(0)),
        }
    ),
    hints=(
        "Write both shapes under each other, aligned at the right. Which dimension is missing from k, and where?",
        "`k[:, None]` is (B, 1, S, d); swap its last two. Or give every dimension a letter in `torch.einsum`.",
    ),
    cases=lambda g: [
        (torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]]]), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])),
        *((randn(g, B, H, T, d), randn(g, B, S, d)) for B, H, T, S, d in ((2, 3, 4, 6, 5), (3, 3, 2, 4, 2), (2, 2, 3, 3, 3), (3, 1, 2, 5, 4), (2, 4, 4, 4, 2))),
    ],
    tolerance=1e-4,
)


SHAPE = Exercise(
    "Align at the right. Sizes are equal, 1 or missing, and the 1 takes the other size. That is the whole rule.",
    right=RULE,
    also=lambda given, result: "The sizes are right, but they are in a list. Return a tuple: tuple(...)." if isinstance(result, list) else None,
    mistakes=listed(
        {
            "You align at the left. What is missing is put in before the first size.": [shape_with(left=False), shape_with(size=max, left=False)],
            "Nearly: the maximum is wrong for 0. What does a 1 become beside a 0?": LARGER,
            "Your result lacks the dimensions that only one of the two has.": [lambda a, b, f=f: f(tail(a, b), tail(b, a)) for f in (RULE, LARGER)],
            "Your function lets everything fit. When do two sizes not fit?": [shape_with(lambda m, n: True, size) for size in (max, other)],
            "Your function wants equal sizes. What about a 1?": shape_with(lambda m, n: m == n),
            "You stretch only b. A 1 of a is stretched as well.": only(lambda a, b: all(m == n or n == 1 for m, n in zip(*filled(a, b), strict=True))),
            "You stretch only a. A 1 of b is stretched as well.": only(lambda a, b: all(m == n or m == 1 for m, n in zip(*filled(a, b), strict=True))),
            "The sizes are right, but in reversed order.": [shape_with(turned=True), shape_with(size=max, turned=True)],
            "Shapes of different lengths can fit, too: what is missing counts as 1.": only(lambda a, b: len(a) == len(b)),
            "A tensor without dimensions, (), fits with every other: all of its dimensions are missing.": only(lambda a, b: a and b),
            "A size of 0 follows the same rule as every other: it fits with 0 and with 1.": lambda a, b: None if 0 in a + b else RULE(a, b),
            "Where the shapes do not fit, your function raises PyTorch's error. Return `None` instead.": [
                torch.broadcast_shapes,
                lambda a, b: tuple((torch.zeros(a) + torch.zeros(b)).shape),
            ],
            "You line up the shapes from the left, as `zip` does. Shapes are aligned at the right.": [lambda a, b, f=f: zipped(a, b, f) for f in (max, other)],
            "Only a is filled up with 1s. b can be the shorter one.": lambda a, b: zipped((1,) * (len(b) - len(a)) + a, b, other),
        }
    ),
    hints=(
        "Make both equally long first, with 1s put in at the left. Then judge each pair; where one fails, return None.",
        "Of a pair (m, n): they fit if they are equal or one is 1. The result is n where m is 1, and m otherwise.",
    ),
    cases=lambda g: [*FIRST_PAIRS, *((random_shape(g), random_shape(g)) for _ in range(2000))],
)


EXERCISES = {"02.1": MSE, "02.2": STANDARDISE, "02.3": WINDOW, "02.4": SHARED, "02.5": SHAPE}
