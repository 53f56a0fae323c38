"""The exercises of notebook 10 about what stands beside the big parts: LayerNorm, and dropout."""

import torch

from helpers.workbook.questions import Exercise, listed, randn


def normed(dim=-1, keepdim=True, unbiased=False, eps=lambda var, eps: torch.sqrt(var + eps), centre=lambda x, mean: x - mean, end=lambda z, w, b: z * w + b):
    """A LayerNorm with something wrong in it."""

    def layer_norm(x, weight, bias, eps_value):
        mean = x.mean(dim, keepdim=keepdim)
        return end(centre(x, mean) / eps(x.var(dim, keepdim=keepdim, unbiased=unbiased), eps_value), weight, bias)

    return lambda x, weight, bias, eps: layer_norm(x, weight, bias, eps)


LAYER_NORM = Exercise(
    "Mean and biased variance of each position over its own C numbers, then gain and bias.",
    right=normed(),
    mistakes=listed(
        {
            (
                "Your variance is divided by C - 1. LayerNorm divides by C: which argument of `var` says so?",
                "`unbiased` is True where nothing is said. What else can it be?",
            ): normed(unbiased=True),
            (
                "Your statistics run over the first dimension. They belong to each position by itself: the last one.",
                "A `dim` of 0 counts from the front. Counted from the end, the last dimension is -1, for the mean and for the variance.",
            ): [
                normed(dim=0),
                normed(dim=0, unbiased=True),
            ],
            (
                "Dimension 1 is time, or, in a matrix, happens to be the last. Count from the end: which is the last, always?",
                "Written as -1 it is the last one, whatever stands before it. Change it in the mean and in the variance.",
            ): [
                normed(dim=1),
                normed(dim=1, unbiased=True),
            ],
            ("eps is an argument. Yours takes a fixed number.", "Look for a 1e-5 in your function. The name of the fourth argument belongs there."): normed(
                eps=lambda var, eps: torch.sqrt(var + 1e-5)
            ),
            (
                "Your eps is a lower limit of the variance. It should be added to it.",
                "Not the larger of the two but their sum, and then the root of that.",
            ): normed(eps=lambda var, eps: torch.sqrt(var.clamp(min=eps))),
            (
                "Your statistics run over the dimension before the last: over time. Each position is by itself.",
                "-2 is the dimension before the last. Or have you transposed x? Leave it, and let mean and variance run over -1.",
            ): [normed(dim=-2), normed(dim=-2, unbiased=True)],
            (
                "One mean and one variance for the whole tensor. Each position has its own.",
                "Without `dim`, `mean` and `var` run over everything. Name the last dimension in both, and keep it as a 1.",
            ): [
                normed(dim=None, keepdim=False),
                normed(dim=None, keepdim=False, unbiased=True),
            ],
            (
                "The statistics have lost their dimension and no longer line up with x. Which argument keeps it?",
                "From (2, 4, 3) they should be (2, 4, 1), and not (2, 4): `keepdim`, in the mean and in the variance.",
            ): normed(keepdim=False),
            ("eps is missing: a constant position becomes 0 / 0.", "Add it to the variance before you take the root."): normed(
                eps=lambda var, eps: torch.sqrt(var)
            ),
            (
                "Your eps is added after the root. It belongs to the variance, under the root.",
                "Two steps: first the sum of variance and eps, then its root. Move a bracket.",
            ): [
                normed(eps=lambda var, eps: torch.sqrt(var) + eps),
                normed(eps=lambda var, eps: torch.sqrt(var) + eps, unbiased=True),
            ],
            (
                "Divided by the variance. It is the standard deviation, its root, that makes the variance 1.",
                "You have variance plus eps already. Its root is missing.",
            ): normed(eps=lambda var, eps: var + eps),
            ("The mean is not subtracted.", "What is divided is x minus the mean of its position."): normed(centre=lambda x, mean: x),
            ("Normalized, but without the learned gain and bias.", "Two arguments are not used yet: multiply by the one, then add the other."): normed(
                end=lambda z, w, b: z
            ),
            ("The bias is missing.", "After the product with weight one thing is added."): normed(end=lambda z, w, b: z * w),
            ("The gain, `weight`, is missing.", "Before the bias is added comes a product, number by number, with weight."): normed(end=lambda z, w, b: z + b),
            (
                "First the gain, then the bias. Yours also scales the bias.",
                "In yours, a bracket holds the normalized numbers and bias together. Multiply first, and add bias to the product.",
            ): normed(end=lambda z, w, b: (z + b) * w),
        }
    ),
    hints=(
        "Four steps: the mean over the last dimension, the variance over it, the division, then gain and bias.",
        "`keepdim=True` keeps a 1 where the C was, so that mean and variance line up with x.",
    ),
    cases=lambda g: [
        (torch.tensor([[1.0, 3.0], [2.0, 2.0]]), torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), 0.1),
        *((randn(g, *shape), randn(g, shape[-1]), randn(g, shape[-1]), eps) for shape, eps in (((2, 4, 3), 0.1), ((3, 3, 3), 0.5), ((2, 5, 6), 1e-5))),
        (torch.full((2, 2, 4), 3.0), torch.ones(4), torch.zeros(4), 1e-5),
    ],
)

DROPOUT = Exercise(
    "What stays is divided by 1 - p, so that the mean is the same while training and in eval().",
    right=lambda x, keep, p: x * keep / (1 - p),
    mistakes=listed(
        {
            (
                "What stays has to be scaled up, so that the mean does not sink.",
                "Of ones, with p = 0.2, eight in ten stay. What must each of them be, for the mean to be 1 again?",
            ): lambda x, keep, p: x * keep,
            (
                "Yours makes what stays smaller. It should make up for what is gone.",
                "You multiply by the share that stays. Divide by it instead.",
            ): lambda x, keep, p: x * keep * (1 - p),
            ("Divided by p. How large is the share that stays?", "p is the share that goes, and what is left of 1 stays. Divide by that."): lambda x, keep, p: (
                x * keep / p
            ),
            (
                "Times 1 + p is close for a small p, and wrong. Which factor brings 1 - p back to 1?",
                "With p = 0.5 half of it stays, and 1.5 times a half is not 1. Divide instead of multiplying.",
            ): lambda x, keep, p: x * keep * (1 + p),
            ("keep says what stays. Yours drops that, and keeps the rest.", "Look for a `~`, or for a 0 that is put where keep is True, and turn it around."): [
                lambda x, keep, p: x * ~keep / (1 - p),
                lambda x, keep, p: x * ~keep,
            ],
            (
                "Yours scales by the share that was kept this time. nn.Dropout scales by p, whatever was drawn.",
                "The factor is the same for every keep: count nothing, and compute it from p alone.",
            ): lambda x, keep, p: x * keep / keep.float().mean(),
            (
                "What is dropped becomes 0, but keeps its place: the shape stays that of x.",
                "Indexing with keep takes numbers out. In a product True counts as 1 and False as 0, and all stay in place.",
            ): [lambda x, keep, p: x[keep] / (1 - p), lambda x, keep, p: x[keep]],
            (
                "What is dropped is not 0 in yours: only what stays has been scaled.",
                "Where keep is False the old x still stands. Begin with zeros there, or multiply by keep.",
            ): lambda x, keep, p: torch.where(keep, x / (1 - p), x),
            ("Everything is scaled, nothing is dropped.", "keep has no effect in yours. Multiply by it, before or after you scale."): lambda x, keep, p: (
                x / (1 - p)
            ),
        }
    ),
    hints=(
        "Two steps: zeros where keep is False; then a factor for the rest.",
        "On average a share of 1 - p stays. Which factor makes the mean what it was?",
    ),
    cases=lambda g: [
        (torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([True, False, True, True]), 0.2),
        *((randn(g, *shape), torch.rand(*shape, generator=g) > p, p) for shape, p in (((3, 4), 0.3), ((2, 3, 5), 0.1), ((6, 6), 0.6))),
    ],
)
