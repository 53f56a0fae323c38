"""The exercises of notebook 03: from logits to probabilities here, from there to the loss in `losses`."""

import math

import torch
import torch.nn.functional as F

from helpers.basics import softmax
from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.by_hand import not_asked, of_softmax
from helpers.workbook.questions.losses import LOSS, PICKED
from helpers.workbook.questions.spoilt import both, fixed, naive, parts

MINUS_MAX = Exercise(
    "Each row is moved by its own maximum: the largest logit is 0 now, and the differences are as before.",
    right=lambda logits, dim: logits - logits.amax(dim=dim, keepdim=True),
    mistakes=listed(
        {
            (
                "The maximum has lost its dimension, and no longer lines up with its row.",
                "One more argument of `amax` keeps the dimension, with size 1.",
            ): lambda z, dim: z - z.amax(dim),
            (
                "That is one maximum for the whole tensor. Each row needs its own.",
                "Tell `amax` along which dimension to look.",
            ): lambda z, dim: z - z.max(),
            (
                "Your function looks along the last dimension, whatever `dim` says.",
                "Where you wrote -1 or 1, the argument `dim` belongs.",
            ): lambda z, dim: z - z.amax(-1, keepdim=True),
            (
                "Your function looks along dimension 1, whatever `dim` says.",
                "Where you wrote 1, the argument `dim` belongs.",
            ): lambda z, dim: z - z.amax(1, keepdim=True),
            (
                "Python's own `max` compares whole rows, which does not work. Tensors have an `amax` of their own.",
                "`logits.amax(...)` takes `dim` and `keepdim`.",
            ): lambda z, dim: z - max(z),
            (
                "A loop over the rows looks along one dimension only, and it is slow. `amax` does it for every `dim` at once.",
                "`logits.amax(...)` takes `dim` and `keepdim`.",
            ): lambda z, dim: torch.stack([row - row.max() for row in z]),
            (
                "Your function looks along dimension 0, whatever `dim` says.",
                "Where you wrote 0, the argument `dim` belongs.",
            ): lambda z, dim: z - z.amax(0, keepdim=True),
            (
                "With a dim, `max` gives two tensors, the values and their places.",
                "`amax` gives the values alone. So does `.values` behind `max`.",
            ): [lambda z, dim: z - z.max(dim, keepdim=True), lambda z, dim: z - z.max(dim)],
            (
                "The sign is the wrong way round: the largest logit becomes 0, and all others should be negative.",
                "Subtract the maximum from the logits, not the logits from the maximum.",
            ): lambda z, dim: z.amax(dim, keepdim=True) - z,
            (
                "You subtract the smallest logit. Then the largest can still be huge.",
                "`amax` in place of `amin`.",
            ): lambda z, dim: z - z.amin(dim, keepdim=True),
            (
                "You subtract the place of the maximum, not its value.",
                "`argmax` gives places, `amax` gives values.",
            ): lambda z, dim: z - z.argmax(dim, keepdim=True),
            (
                "You divide by the maximum. That changes the differences between logits.",
                "Shift invariance is about adding and subtracting.",
            ): lambda z, dim: z / z.amax(dim, keepdim=True),
            (
                "That is the maximum itself. It still has to be subtracted.",
                "The result has the shape of the logits.",
            ): lambda z, dim: z.amax(dim, keepdim=True),
            (
                "The exponential comes in 03.2. Here the maximum is subtracted, and nothing else.",
                "Without `.exp()`, the largest number of each row is 0 and not 1.",
            ): lambda z, dim: (z - z.amax(dim, keepdim=True)).exp(),
        }
    ),
    hints=(
        "Take the maximum along `dim` first, then subtract it. Which shape must it have to line up with its row?",
        "`amax` takes both `dim=dim` and `keepdim=True`.",
    ),
    cases=lambda g: [
        (torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]]), 1),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), 0),
        (torch.tensor([1.0, -2.0, 0.5]), 0),
        *((randn(g, *shape), dim) for shape in ((3, 3), (2, 3, 4)) for dim in (0, 1, -1)),
    ],
)


def in_place(logits, dim=-1):
    """A softmax that writes over what its gradient needs."""
    weights = (logits - logits.amax(dim, keepdim=True)).exp()
    weights /= weights.sum(dim, keepdim=True)
    return weights


SOFTMAX = Exercise(
    "Minus the maximum, exponential, divided by the sum: a softmax that no finite logit can break.",
    part="softmax",
    right=softmax,
    run=of_softmax,
    also=not_asked("softmax", "softmin", ready="PyTorch's own softmax did the work. Write the three steps by hand: it is two lines."),
    mistakes=listed(
        {
            (
                "Later notebooks call softmax(logits) without a dim. Give `dim` a default in the line with `def`.",
                "The last dimension is meant where nobody names one: `dim=-1`.",
            ): lambda z, dim: softmax(z, dim),
            (
                "Later notebooks call softmax(logits, dim=-1), by the name `dim`. Yours is called `axis`.",
                "Write `dim` in the line with `def`, and below it.",
            ): lambda z, axis=-1: softmax(z, axis),
            (
                "The default should be the last dimension, however many there are.",
                "`dim=-1` counts from the end.",
            ): [lambda z, dim=1: softmax(z, dim), lambda z, dim=0: softmax(z, dim)],
            (
                "`math.exp` takes a single number. Tensors have an exponential of their own.",
                "`logits.exp()` or `torch.exp(logits)` takes all numbers at once.",
            ): lambda z, dim=-1: math.exp(z),
            (
                "A change in place (`-=`, `/=`, or a method that ends in `_`) writes over numbers that the gradient, or your caller, still needs.",
                "Make a new tensor: `a = a / b` in place of `a /= b`.",
            ): in_place,
            (
                "Large logits give nan: exp overflows, and inf / inf is nan. What may be subtracted from them first?",
                "Your `minus_max` from 03.1 is what is missing. Use it before the exponential.",
            ): naive,
            (
                "One maximum for the whole tensor lets rows far below it underflow to 0 / 0. Each row needs its own.",
                "Take the maximum as in 03.1: along `dim`, with `keepdim=True`.",
            ): parts("all"),
            (
                "The sum has lost its dimension, and no longer lines up with its own row.",
                "`sum` has the same argument as `amax` to keep a dimension.",
            ): [parts(bottom=False), parts(bottom=False, stable=False), parts("all", False)],
            (
                "The maximum has lost its dimension, and no longer lines up with its own row.",
                "`amax` has an argument to keep a dimension, as in 03.1.",
            ): [parts(False), parts(False, False)],
            (
                "Your softmax sums to 1 along the last dimension, whatever `dim` says.",
                "`dim` has to reach both the maximum and the sum.",
            ): [*both(lambda s, z, dim: s(z, -1)), lambda z, dim=-1: naive(z - z.max(), -1)],
            (
                "Your softmax sums to 1 along dimension 0, whatever `dim` says.",
                "`dim` has to reach both the maximum and the sum, in place of 0.",
            ): [*both(lambda s, z, dim: s(z, 0)), lambda z, dim=-1: naive(z - z.max(), 0)],
            (
                "Your softmax sums to 1 along dimension 1, whatever `dim` says.",
                "Where you wrote 1, the argument `dim` belongs.",
            ): both(lambda s, z, dim: s(z, 1)),
            (
                "Your sum goes along `dim`. Your maximum always goes along the same dimension, whatever `dim` says.",
                "A fixed number stands where `dim` belongs. Pass `dim` on to `minus_max`, or to `amax`.",
            ): [fixed(top=d) for d in (0, 1, -1)],
            (
                "Your maximum goes along `dim`. Your sum always goes along the same dimension, whatever `dim` says.",
                "A fixed number stands where `dim` belongs. `sum` takes `dim=dim`, as `amax` does.",
            ): [fixed(bottom=d, keep=keep) for d in (0, 1, -1) for keep in (True, False)],
            (
                "All of your numbers together sum to 1. Take the sum along `dim`.",
                "`sum(dim=dim, ...)` gives one sum for each row.",
            ): [parts(bottom="all"), parts("all", "all"), parts(bottom="all", stable=False)],
            (
                "With a dim, `max` gives two tensors, the values and their places.",
                "`amax` gives the values alone. So does `.values` behind `max`.",
            ): [lambda z, dim=-1: z - z.max(dim, keepdim=True), lambda z, dim=-1: z - z.max(dim)],
            (
                "Your function of the logits can be negative, or it changes their order. Which one does neither?",
                "The section `Logits` tried three functions. Only the exponential kept the order.",
            ): [lambda z, dim=-1: z / z.sum(dim, True), lambda z, dim=-1: z**2 / (z**2).sum(dim, True)],
            (
                "The shifted logits are divided, and their exponential is missing.",
                "Between the maximum and the sum stands `.exp()`.",
            ): lambda z, dim=-1: (z - z.amax(dim, True)) / (z - z.amax(dim, True)).sum(dim, True),
            (
                "These are the logarithms of the probabilities.",
                "Probabilities lie between 0 and 1. The logarithm comes later, in the loss.",
            ): lambda z, dim=-1: F.log_softmax(z, dim),
            (
                "No number is negative, but they do not sum to 1 yet.",
                "Divide by the sum along `dim`.",
            ): [parts(stable=s, end=lambda e, _: e) for s in (True, False)],
            (
                "The numbers are right, but the gradient cannot get through. Something turned the tensor into plain numbers.",
                "Stay with operations on tensors: no `.item()`, `.tolist()`, `.detach()` or `torch.tensor(...)` on the way.",
            ): [lambda z, dim=-1: softmax(z, dim).detach(), lambda z, dim=-1: torch.tensor(softmax(z, dim).tolist())],
        }
    ),
    hints=(
        "Three steps: subtract the maximum, take the exponential, divide by the sum. The first and the last go along `dim`.",
        "Keep the exponentials in a variable. Their `sum` takes `dim=dim` and `keepdim=True`, as `amax` does.",
    ),
    cases=lambda g: [
        (torch.tensor([[0.0, 1.0, 2.0], [3.0, 0.0, 1.0]]), 1),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), 0),
        (torch.tensor([1.0, -2.0, 0.5]), 0),
        (torch.tensor([[0.0, 1.0, 2.0], [3.0, 0.0, 1.0]]),),
        *((torch.tensor([[0.0, 1.0], [x, x + 1]]), dim) for x, dim in ((3000.0, 1), (-3000.0, -1))),
        *((torch.tensor([[3000.0, 0.0], [0.0, 3000.0]]), dim) for dim in (0, 1)),
        *((randn(g, *shape), dim) for shape in ((3, 3), (2, 3, 4)) for dim in (0, 1, -1)),
        (randn(g, 2, 3, 4),),
    ],
    tolerance=5e-4,  # subtracting log-sum-exp near 3000 is right too, and a float32 has steps of 0.0002 there
)

EXERCISES = {"03.1": MINUS_MAX, "03.2": SOFTMAX, "03.3": PICKED, "03.4": LOSS}
