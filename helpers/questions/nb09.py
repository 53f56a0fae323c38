"""The exercises of notebook 09: LayerNorm, ReLU backwards, dropout, a block, its parameters, and the first loss."""

import math

import torch

from helpers.questions import Exercise, listed, randn
from helpers.questions import blocks as made


def normed(dim=-1, keepdim=True, unbiased=False, eps=lambda var, eps: torch.sqrt(var + eps), centre=lambda x, mean: x - mean, end=lambda z, w, b: z * w + b):
    """A LayerNorm with something wrong in it."""

    def layer_norm(x, weight, bias, eps_value):
        mean = x.mean(dim, keepdim=keepdim)
        return end(centre(x, mean) / eps(x.var(dim, keepdim=keepdim, unbiased=unbiased), eps_value), weight, bias)

    return lambda x, weight, bias, eps: layer_norm(x, weight, bias, eps)


LAYER_NORM = Exercise(
    "Mean and biased variance of each position over its own C numbers, then scale and shift.",
    right=normed(),
    mistakes=listed(
        {
            "Your variance is divided by C - 1. LayerNorm divides by C: which argument of `var` says so?": normed(unbiased=True),
            "Your statistics run over the first dimension. They belong to each position by itself: the last one.": [
                normed(dim=0),
                normed(dim=0, unbiased=True),
            ],
            "Dimension 1 is time, or, in a matrix, happens to be the last. Count from the end: which is the last, always?": [
                normed(dim=1),
                normed(dim=1, unbiased=True),
            ],
            "eps is an argument. Yours takes a fixed number.": normed(eps=lambda var, eps: torch.sqrt(var + 1e-5)),
            "Your eps is a lower limit of the variance. It should be added to it.": normed(eps=lambda var, eps: torch.sqrt(var.clamp(min=eps))),
            "Your statistics run over the dimension before the last: over time. Each position is by itself.": [normed(dim=-2), normed(dim=-2, unbiased=True)],
            "One mean and one variance for the whole tensor. Each position has its own.": [
                normed(dim=None, keepdim=False),
                normed(dim=None, keepdim=False, unbiased=True),
            ],
            "The statistics have lost their dimension and no longer line up with x. Which argument keeps it?": normed(keepdim=False),
            "eps is missing: a constant position becomes 0 / 0.": normed(eps=lambda var, eps: torch.sqrt(var)),
            "Your eps is added after the root. It belongs to the variance, under the root.": [
                normed(eps=lambda var, eps: torch.sqrt(var) + eps),
                normed(eps=lambda var, eps: torch.sqrt(var) + eps, unbiased=True),
            ],
            "Divided by the variance. It is the standard deviation, its root, that makes the variance 1.": normed(eps=lambda var, eps: var + eps),
            "The mean is not subtracted.": normed(centre=lambda x, mean: x),
            "Normed, but without the learned scale and shift.": normed(end=lambda z, w, b: z),
            "The shift, bias, is missing.": normed(end=lambda z, w, b: z * w),
            "The scale, weight, is missing.": normed(end=lambda z, w, b: z + b),
            "First the scale, then the shift. Yours also scales the shift.": normed(end=lambda z, w, b: (z + b) * w),
        }
    ),
    hints=(
        "Four steps: the mean over the last dimension, the variance over it, norm, then scale and shift.",
        "`keepdim=True` keeps a 1 where the C was, so that mean and variance line up with x.",
    ),
    cases=lambda g: [
        (torch.tensor([[1.0, 3.0], [2.0, 2.0]]), torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), 0.1),
        *((randn(g, *shape), randn(g, shape[-1]), randn(g, shape[-1]), eps) for shape, eps in (((2, 4, 3), 0.1), ((3, 3, 3), 0.5), ((2, 5, 6), 1e-5))),
        (torch.full((2, 2, 4), 3.0), torch.ones(4), torch.zeros(4), 1e-5),
    ],
)


RELU_BACKWARD = Exercise(
    "A ReLU lets a gradient pass where its input was positive, and stops it elsewhere.",
    right=lambda x, grad: grad * (x > 0),
    mistakes=listed(
        {
            "That is the ReLU itself, forwards. Asked is the gradient on its way back.": lambda x, grad: x.clamp(min=0),
            "That is the slope alone. The chain rule multiplies it with the gradient that arrives.": lambda x, grad: (x > 0).float(),
            "You look at the sign of the gradient. What matters is the sign of what went in.": lambda x, grad: grad.clamp(min=0),
            "At 0 PyTorch takes the slope 0, and yours takes 1.": lambda x, grad: grad * (x >= 0),
            "Turned round: yours lets the gradient pass where x was not positive.": [lambda x, grad: grad * (x <= 0), lambda x, grad: grad * (x < 0)],
            "Multiplied with x, or with what came out. The slope of a ReLU is 0 or 1, however large x is.": lambda x, grad: grad * x.clamp(min=0),
            "Where x is negative, the slope is 0 and not -1.": lambda x, grad: grad * x.sign(),
            "Yours lets the whole gradient pass. Where the ReLU was flat, nothing should.": lambda x, grad: grad * 1.0,
        }
    ),
    hints=(
        "The chain rule: the gradient at the output times the slope. What is the slope of a ReLU, left and right of 0?",
        "A comparison gives True and False, and in a product they count as 1 and 0.",
    ),
    cases=lambda g: [
        (torch.tensor([-2.0, 0.0, 3.0]), torch.tensor([5.0, 7.0, -4.0])),
        (torch.tensor([[1.5, -1.0], [0.0, 2.0]]), torch.tensor([[-1.0, -3.0], [2.0, 0.5]])),
        *((randn(g, *shape), randn(g, *shape)) for shape in ((4, 3), (2, 3, 5))),
    ],
)

DROPOUT = Exercise(
    "What stays is divided by 1 - p, so that the mean is the same while training and in eval().",
    right=lambda x, keep, p: x * keep / (1 - p),
    mistakes=listed(
        {
            "What stays has to be scaled up, so that the mean does not sink.": lambda x, keep, p: x * keep,
            "Yours makes what stays smaller. It should make up for what is gone.": lambda x, keep, p: x * keep * (1 - p),
            "Divided by p. How large is the share that stays?": lambda x, keep, p: x * keep / p,
            "Times 1 + p is near it for a small p, and wrong. Which factor brings 1 - p back to 1?": lambda x, keep, p: x * keep * (1 + p),
            "keep says what stays. Yours drops that, and keeps the rest.": [lambda x, keep, p: x * ~keep / (1 - p), lambda x, keep, p: x * ~keep],
            "Yours scales by the share that was dropped this time. nn.Dropout goes by p, whatever the dice said.": lambda x, keep, p: (
                x * keep / keep.float().mean()
            ),
            "What is dropped becomes 0, but keeps its place: the shape stays that of x.": [lambda x, keep, p: x[keep] / (1 - p), lambda x, keep, p: x[keep]],
            "What is dropped is not 0 in yours: only what stays has been scaled.": lambda x, keep, p: torch.where(keep, x / (1 - p), x),
            "All is scaled, nothing is dropped.": lambda x, keep, p: x / (1 - p),
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


BLOCK = Exercise(
    "Norm, attention, add; norm, feed-forward, add: every GPT is a pile of these two lines.",
    right=made.ran,
    mistakes=listed(
        {
            "Your feed-forward reads the x from before attention. It should work on what attention has added to.": made.parallel,
            "That is post-norm: the norm comes after adding. In pre-norm it comes before each part.": made.post,
            "Without residual connections: each part's result is to be added to what came in.": made.bare,
            "The second residual is missing: what feed-forward finds is to be added too.": made.half,
            "The first residual is missing: what attention finds is to be added to x.": made.late,
            "The norms are missing: each part should read a normed copy.": made.unnormed,
            "You add to the normed x, so the road leads through the norms. Only the parts read the normed copy.": [
                made.road,
                made.first_road,
                made.second_road,
            ],
            "Your second residual adds to the x from the very beginning, and what attention found is lost.": made.from_start,
            "First attention, then feed-forward. Yours are exchanged.": made.exchanged,
            "Your norms stand behind the parts, on what is added. They belong before: the parts read normed input.": made.outside,
            "The second half has a norm of its own, norm_2.": made.same_norm,
            "The norms are exchanged: norm_1 stands before attention, norm_2 before feed-forward.": made.crossed,
            "Feed-forward reads the stream without its norm.": made.one_norm,
        }
    ),
    hints=(
        "Two lines of the same form: the stream plus a part of the normed stream.",
        "Keep the result of the first line in a name of its own: the second line needs it twice.",
    ),
    cases=lambda g: [
        (torch.tensor([1.0, 2.0]), made.Part(2.0), made.Part(3.0), made.Part(0.5), made.Part(1.0, 2)),
        *((randn(g, *shape) / 4, made.Part(-1.0), made.Part(0.5, 2), made.Part(1.5), made.Part(2.0)) for shape in ((2, 3, 4), (3, 2, 2))),
    ],
)


def size(qkv=lambda C: 3 * C * C + 3 * C, proj=lambda C: C * C + C, up=lambda C: 4 * C * C + 4 * C, down=lambda C: 4 * C * C + C, norms=lambda C: 4 * C):
    """The parameters of a block from its parts."""
    return lambda C: qkv(C) + proj(C) + up(C) + down(C) + norms(C)


PARAMETERS = Exercise(
    "12 C² + 13 C: 4 C² for attention, 8 C² for feed-forward, however many heads there are.",
    right=size(),
    mistakes=listed(
        {
            "Matrices alone: the biases and the norms are missing.": lambda C: 12 * C * C,
            "The norms are missing: each has a weight and a bias of C numbers.": size(norms=lambda C: 0),
            "There are two norms, and each has a weight and a bias.": size(norms=lambda C: 2 * C),
            "The biases are missing: one number for each output of a linear layer.": lambda C: 12 * C * C + 4 * C,
            "The projection of the attention is missing: the layer from C to C.": size(proj=lambda C: 0),
            "A bias has one number for each output: 3C in the layer to 3C, 4C in the layer up to 4C.": size(up=lambda C: 4 * C * C + C),
            "The projection of the attention has a bias, too.": size(proj=lambda C: C * C),
            "The bias of a layer has one number for each output. Back down there are C of them.": size(down=lambda C: 4 * C * C + 4 * C),
            "The first layer of the attention makes three vectors of one: its weight has 3 C² numbers.": size(qkv=lambda C: C * C + C),
            "Feed-forward goes up to 4C, and not straight from C to C.": size(up=lambda C: C * C + C, down=lambda C: C * C + C),
            "The way back from 4C to C is missing.": size(down=lambda C: 0),
            "That is attention alone with its norm or norms.": [lambda C: 4 * C * C + 4 * C, lambda C: 4 * C * C + 6 * C, lambda C: 4 * C * C + 8 * C],
        }
    ),
    hints=(
        "Go through `__init__` of the block: which shape has the weight of each part, and how long is its bias?",
        "`count_parameters(Block(...))` tells what it should come to: 12,704 at a width of 32.",
    ),
    cases=lambda g: [(4,), (32,), (64,), (8,)],
)

FIRST_LOSS = Exercise(
    "ln V for being undecided, and half the variance of the logits, C std², for being wrongly decided.",
    right=lambda V, C, std: math.log(V) + C * std**2 / 2,
    mistakes=listed(
        {
            "That is ln V alone. The logits have a variance, and it costs something.": lambda V, C, std: math.log(V),
            "The whole variance is added. It is half of it.": lambda V, C, std: math.log(V) + C * std**2,
            "That is the variance of one product. A logit is a sum of C of them.": lambda V, C, std: math.log(V) + std**2 / 2,
            "A variance is the square of a standard deviation.": [lambda V, C, std: math.log(V) + C * std / 2, lambda V, C, std: math.log(V) + C * std],
            "That adds the standard deviation of the logits, or half of it. The variance is asked.": [
                lambda V, C, std: math.log(V) + C**0.5 * std,
                lambda V, C, std: math.log(V) + C**0.5 * std / 2,
            ],
            "Each of the C products has the variance std², and C of them are added: the C is not squared.": lambda V, C, std: math.log(V) + (C * std) ** 2 / 2,
            "The variance comes from C products. V is the number of logits, and it stands in ln V alone.": lambda V, C, std: math.log(V) + V * std**2 / 2,
            "The loss is in nats: the natural logarithm. Yours is that of base 2.": lambda V, C, std: math.log2(V) + C * std**2 / 2,
            "The loss is in nats: the natural logarithm. Yours is that of base 10.": lambda V, C, std: math.log10(V) + C * std**2 / 2,
            "Large weights make the first loss worse, not better: what they cost is added.": lambda V, C, std: math.log(V) - C * std**2 / 2,
            "The part of ln V is missing: even a quite undecided model pays that.": lambda V, C, std: C * std**2 / 2,
            "The variance is there, but V should be in a logarithm.": lambda V, C, std: V + C * std**2 / 2,
        }
    ),
    hints=(
        "Two terms: what being undecided costs, and what the size of the logits costs on top.",
        "After the norm C numbers of variance 1 are multiplied with C weights and added. Which variance has the sum?",
    ),
    cases=lambda g: [(45, 64, 0.1), (84, 768, 0.02), (10, 16, 0.3), (1000, 100, 0.05)],
)

EXERCISES = {"09.1": LAYER_NORM, "09.2": RELU_BACKWARD, "09.3": DROPOUT, "09.4": BLOCK, "09.5": PARAMETERS, "09.6": FIRST_LOSS}
