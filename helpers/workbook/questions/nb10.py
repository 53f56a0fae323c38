"""The exercises of notebook 10: LayerNorm, the backward pass of a ReLU, dropout, a block, its parameters, and the first loss."""

import math

import torch

from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions import blocks as made
from helpers.workbook.questions.layers import DROPOUT, LAYER_NORM

RELU_BACKWARD = Exercise(
    "A ReLU lets a gradient pass where its input was positive, and stops it elsewhere.",
    right=lambda x, grad: grad * (x > 0),
    mistakes=listed(
        {
            "That is the ReLU itself, forwards. The gradient on its way back is asked for.": lambda x, grad: x.clamp(min=0),
            "That is the slope alone. The chain rule multiplies it by the gradient that arrives.": lambda x, grad: (x > 0).float(),
            "You look at the sign of the gradient. What matters is the sign of what went in.": lambda x, grad: grad.clamp(min=0),
            "At 0 PyTorch takes the slope 0, and yours takes 1.": lambda x, grad: grad * (x >= 0),
            "The wrong way round: yours lets the gradient pass where x was not positive.": [lambda x, grad: grad * (x <= 0), lambda x, grad: grad * (x < 0)],
            "Multiplied by x, or by what came out. The slope of a ReLU is 0 or 1, however large x is.": lambda x, grad: grad * x.clamp(min=0),
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

BLOCK = Exercise(
    "Norm, attention, add; norm, feed-forward, add: every GPT is a stack of these two lines.",
    right=made.ran,
    mistakes=listed(
        {
            (
                "Your feed-forward reads the x from before attention. It should work on what attention has added to.",
                "norm_2 should be given the sum of x and attention's result, and not x.",
            ): made.parallel,
            (
                "That is post-norm: the norm comes after adding. In pre-norm it comes before each part.",
                "Take each norm away from the sum, and put it around the input of its part.",
            ): made.post,
            (
                "There are no residual connections. Each part's result has to be added to what came in.",
                "Two sums are missing: one with x, and one with the result of the first sum.",
            ): made.bare,
            (
                "The second residual connection is missing: what feed-forward finds has to be added too.",
                "The last line should be a sum: the stream before norm_2, plus what feed-forward finds.",
            ): made.half,
            (
                "The first residual connection is missing: what attention finds has to be added to x.",
                "The first line should be a sum of x and attention's result.",
            ): made.late,
            (
                "The norms are missing: each part should read a normalized copy.",
                "norm_1 stands around the input of attention, norm_2 around that of feed-forward, and nowhere else.",
            ): made.unnormed,
            (
                "You add to the normalized x, so the path leads through the norms. Only the parts read the normalized copy.",
                "Do not overwrite x with the normalized tensor: give it a name of its own, or put the norm right into the call of the part.",
            ): [
                made.road,
                made.first_road,
                made.second_road,
            ],
            (
                "Your second residual connection adds to the x from the very beginning, and what attention found is lost.",
                "Both lines begin with x in yours. The second begins with the result of the first.",
            ): made.from_start,
            (
                "First attention, then feed-forward. Yours are swapped.",
                "The positions look at each other first, and then each computes with what it found.",
            ): made.exchanged,
            (
                "Your norms stand behind the parts, on what is added. They belong in front: the parts read normalized input.",
                "In yours the norm is called with the result of a part. Call the part with the result of the norm.",
            ): made.outside,
            (
                "The second half has a norm of its own, norm_2.",
                "norm_1 is called twice in yours. Which of the two calls belongs to feed-forward?",
            ): made.same_norm,
            ("The norms are swapped: norm_1 stands before attention, norm_2 before feed-forward.", "Swap the two names, and nothing else."): made.crossed,
            ("Feed-forward reads the stream without its norm.", "norm_2 is never called. It goes around what feed-forward is given."): made.one_norm,
        }
    ),
    hints=(
        "Two lines of the same form: the stream, plus a part that reads the normalized stream.",
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
            (
                "These are the matrices alone: the biases and the norms are missing.",
                "13 C more: a bias for each of four linear layers, and a weight and a bias for each of two norms.",
            ): lambda C: 12 * C * C,
            ("The norms are missing: each has a weight and a bias of C numbers.", "Two norms with 2 C each."): size(norms=lambda C: 0),
            ("There are two norms, and each has a weight and a bias.", "2 C for one norm. How many norms has a block?"): size(norms=lambda C: 2 * C),
            ("The biases are missing: one number for each output of a linear layer.", "The four layers have 3C, C, 4C and C outputs. Add these."): lambda C: (
                12 * C * C + 4 * C
            ),
            ("The projection of the attention is missing: the layer from C to C.", "Its matrix is C by C, and it has a bias of C."): size(proj=lambda C: 0),
            (
                "A bias has one number for each output: 3C in the layer to 3C, 4C in the layer up to 4C.",
                "Yours has C for the bias of the layer up to 4C: 3C too few.",
            ): size(up=lambda C: 4 * C * C + C),
            ("The projection of the attention has a bias, too.", "It has C outputs, so C more numbers."): size(proj=lambda C: C * C),
            (
                "The bias of a layer has one number for each output. Back down there are C of them.",
                "Yours has 4C for the bias of the way back: 3C too many.",
            ): size(down=lambda C: 4 * C * C + 4 * C),
            (
                "The first layer of the attention makes three vectors out of one: its weight has 3 C² numbers.",
                "And its bias is three times as long, too: 3 C² + 3 C in all.",
            ): size(qkv=lambda C: C * C + C),
            (
                "Feed-forward goes up to 4C, and not straight from C to C.",
                "Its first layer goes from C to 4C, its second from 4C to C: 4 C² numbers in each matrix.",
            ): size(up=lambda C: C * C + C, down=lambda C: C * C + C),
            ("The way back from 4C to C is missing.", "Its matrix has 4 C² numbers, and its bias C."): size(down=lambda C: 0),
            ("That is attention alone with its norm or norms.", "What is missing is feed-forward: two linear layers, up to 4C and back, each with a bias."): [
                lambda C: 4 * C * C + 4 * C,
                lambda C: 4 * C * C + 6 * C,
                lambda C: 4 * C * C + 8 * C,
            ],
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
            "You add the whole variance. The loss grows by half of it.": lambda V, C, std: math.log(V) + C * std**2,
            "That is the variance of one product. A logit is a sum of C of them.": lambda V, C, std: math.log(V) + std**2 / 2,
            "A variance is the square of a standard deviation.": [lambda V, C, std: math.log(V) + C * std / 2, lambda V, C, std: math.log(V) + C * std],
            "That adds the standard deviation of the logits, or half of it. The variance is needed.": [
                lambda V, C, std: math.log(V) + C**0.5 * std,
                lambda V, C, std: math.log(V) + C**0.5 * std / 2,
            ],
            "Each of the C products has the variance std², and C of them are added: the C is not squared.": lambda V, C, std: math.log(V) + (C * std) ** 2 / 2,
            "The variance comes from C products. V is the number of logits, and it stands in ln V alone.": lambda V, C, std: math.log(V) + V * std**2 / 2,
            "The loss is in nats: the natural logarithm. Yours is that of base 2.": lambda V, C, std: math.log2(V) + C * std**2 / 2,
            "The loss is in nats: the natural logarithm. Yours is that of base 10.": lambda V, C, std: math.log10(V) + C * std**2 / 2,
            "Large weights make the first loss worse, not better: what they cost is added.": lambda V, C, std: math.log(V) - C * std**2 / 2,
            "ln V is missing: even an undecided model pays that.": lambda V, C, std: C * std**2 / 2,
            "The variance is there, but V belongs into a logarithm.": lambda V, C, std: V + C * std**2 / 2,
            ("The right number, but rounded. Return it unrounded.", "Leave `round` out: the check allows for the last digits."): [
                *(lambda V, C, std, digits=digits: round(math.log(V) + C * std**2 / 2, digits) for digits in (0, 1, 2, 3))
            ],
        }
    ),
    hints=(
        "Two terms: what being undecided costs, and what the size of the logits costs on top.",
        "After the norm, C numbers of variance 1 are multiplied by C weights and added. What variance does the sum have?",
    ),
    cases=lambda g: [(45, 64, 0.1), (84, 768, 0.02), (10, 16, 0.3), (1000, 100, 0.05)],
)

EXERCISES = {"10.1": LAYER_NORM, "10.2": RELU_BACKWARD, "10.3": DROPOUT, "10.4": BLOCK, "10.5": PARAMETERS, "10.6": FIRST_LOSS}
