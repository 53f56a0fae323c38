"""The exercises of notebook 02: the broadcasting rule, the bug that raises no error, and `keepdim`."""

import torch

from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.pairs import ALIGNED, STRETCHED
from helpers.workbook.questions.shapes import SHAPE


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


def single_row(prediction, target):
    """What is left of a loss whose shapes agree for one row only."""
    if len(prediction) != 1 or len(target) != 1:
        raise AssertionError
    return ((prediction[:, 0] - target) ** 2).mean()


def late(looked_at):
    """A mean squared error that asserts behind the subtraction; looked_at: prediction, target, difference -> two tensors that should agree."""

    def wrong(prediction, target):
        difference = prediction[:, 0] - target
        left, right = looked_at(prediction[:, 0], target, difference)
        if left.shape != right.shape:
            raise AssertionError
        return (difference**2).mean()

    return wrong


MSE = Exercise(
    "Bring both to one shape, assert it, then subtract: the silent (N, N) cannot come about.",
    right=error(),
    mistakes=listed(
        {
            (
                "Every prediction is compared with every target: (N, 1) - (N,) is (N, N). Bring both to one shape first.",
                "Is the prediction still (N, 1) when you subtract? `squeeze(1)` returns a new tensor: keep that one.",
            ): each(lambda e: (e**2).mean(), lined_up=False),
            (
                "Assert before you subtract. After the subtraction, the two have been broadcast already.",
                "Compare the shapes of the two that you are about to subtract, not that of their difference.",
            ): [late(lambda p, t, d: (p, t)), late(lambda p, t, d: (d, t)), late(lambda p, t, d: (d, p))],
            (
                "Your assertion lets only a single row through. The 1 of (N, 1) is dimension 1, and `squeeze(0)` and `target[None]` change dimension 0.",
                "Remove dimension 1 of the prediction, or give the target a new dimension on its right.",
            ): single_row,
            "`^` is not a power in Python, and floats do not have it at all. The square of `e` is `e ** 2`.": each(lambda e: (e ^ 2).mean()),
            "The number is right where the rows agree. But three predictions and one target give no error, and should.": error(counted=False),
            (
                "Your assertion always fails. Is the prediction still (N, 1) there? Then keep what `squeeze` returns: it makes a new tensor. "
                "Is it (1, N)? `.T` turns it, and removes no dimension.",
                "Print both shapes above the assertion. They should be (N,) and (N,), or (N, 1) and (N, 1).",
            ): never,
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
            "The sign is reversed: subtract the mean from x, and not x from the mean.": parts(end=lambda x, m, s: (m - x) / s),
            (
                "You give back x as it was. In a loop, `row = ...` gives the name `row` to a new tensor and writes nothing into x.",
                "You need no loop: `x.mean(dim=-1, keepdim=True)` computes the means of all vectors at once.",
            ): lambda x: x,
            (
                "That is the standard deviation of the means. Take that of x: each vector has its own.",
                "A vector has one mean, and a single number has no standard deviation. So nan can come out.",
            ): [parts(end=lambda x, m, s: x * float("nan")), parts(end=lambda x, m, s: (x - m) / (m.std() if m.numel() > 1 else float("nan")))],
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

EXERCISES = {"02.1": ALIGNED, "02.2": STRETCHED, "02.3": SHAPE, "02.4": MSE, "02.5": STANDARDISE}
