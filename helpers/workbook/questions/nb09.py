"""The exercises of notebook 09: heads split and joined, attention for all of them, their size, their score, and one taken out."""

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise, Mistake, listed, randn
from helpers.workbook.questions.heads import OUR, attend, attention_table, block, cut, kept_alone, refused, score, scored, shared, shortened, wiped
from helpers.workbook.questions.masked import SLIPS, causal, turned, unweighed, weigh

SPLIT = Exercise(
    "Cut the channels with view, then move the heads in front of the time: two steps, always in this order.",
    right=cut(),
    mistakes=listed(
        {
            "The shape is right, but the numbers come in the order of memory: your first head holds all channels of the first positions. Cut only C.": [
                cut((0, 1, 2, 3), lambda B, T, H, d: (B, H, T, d)),
                cut((0, 1, 3, 2), lambda B, T, H, d: (B, H, d, T)),
            ],
            "The channels are cut, but the heads still stand behind the time. One more step.": cut((0, 1, 2, 3)),
            "Your heads take every n_head-th channel. Each should take channels that lie side by side.": cut((0, 3, 1, 2), lambda B, T, H, d: (B, T, d, H)),
            "You have C / n_head heads of n_head channels each. It should be the other way round.": cut((0, 2, 1, 3), lambda B, T, H, d: (B, T, d, H)),
            "Time and channels of a head are swapped: the channels come last.": cut((0, 2, 3, 1)),
            "The batch comes first. Yours begins with the heads.": cut((2, 0, 1, 3)),
            "You transposed first and cut then. Cut the channels while they lie side by side in memory.": [
                cut((0, 1, 2, 3), lambda B, T, H, d: (B, H, T, d), lambda x: x.transpose(1, 2)),
                cut((0, 2, 1, 3), before=lambda x: x.transpose(1, 2)),
            ],
            "The texts have become mixed up with the heads: the first step leaves B and T as they are.": cut((1, 2, 0, 3), lambda B, T, H, d: (T, B, H, d)),
        }
    ),
    hints=(
        "Two steps. The first cuts C into (n_head, C / n_head), and leaves B and T alone.",
        "After the cut the shape is (B, T, n_head, C / n_head). Which two dimensions have to change places?",
    ),
    cases=lambda g: [
        (torch.arange(8.0).view(1, 2, 4), 2),
        (torch.arange(24.0).view(2, 3, 4), 2),
        *((randn(g, B, T, C), H) for B, T, C, H in ((2, 4, 12, 3), (3, 5, 8, 4), (4, 6, 6, 1), (2, 3, 5, 5))),
    ],
)


JOIN = Exercise(
    "Back behind the time, then side by side: the transpose comes first, and reshape copies.",
    right=lambda x: x.transpose(1, 2).flatten(2),
    mistakes=listed(
        {
            "The right shape, but positions are mixed: the heads have to go back behind the time before they are joined.": lambda x: x.reshape(
                len(x), x.shape[2], -1
            ),
            "The heads stand behind the time again, but there are still four dimensions. Which step is missing?": lambda x: x.transpose(1, 2),
            "The channels of the heads are interleaved. First come all of head 0, then all of head 1.": lambda x: x.permute(0, 2, 3, 1).flatten(2),
            "view needs numbers that lie in a row in memory; after a transpose they do not. What copies where it has to?": refused,
            "Added up, the heads cannot be told apart any more. They should lie side by side.": lambda x: x.sum(1),
            "This is a mean of the heads. They should lie side by side.": lambda x: x.mean(1),
            "Yours joins the heads along the time. Along which dimension are they side by side?": lambda x: x.flatten(1, 2),
            "Yours joins the texts. Join the heads, which are dimension 1.": lambda x: torch.cat(list(x), -1),
            "Channels and time are swapped in the result.": lambda x: x.transpose(1, 2).flatten(2).transpose(1, 2),
        }
    ),
    hints=(
        "It is 09.1 backwards: undo its last step first.",
        "From (B, H, T, head_size) to (B, T, H, head_size), and then the last two become one.",
    ),
    cases=lambda g: [
        (torch.arange(8.0).view(1, 2, 2, 2),),
        (torch.arange(12.0).view(1, 2, 3, 2),),
        *((randn(g, *shape),) for shape in ((2, 3, 4, 5), (3, 4, 2, 3), (2, 1, 3, 4), (2, 5, 3, 1))),
    ],
)


ATTEND = Exercise(
    "The lines of one head, counted from the end, serve any number of heads at once.",
    right=attend,
    mistakes=(
        *listed({hint: lambda q, k, v, slip=slip: attend(q, k, v, **slip) for hint, slip in SLIPS.items()}),
        *listed(
            {
                "Your softmax runs over the heads. Each head has weights of its own, along what is looked at.": lambda q, k, v: attend(q, k, v, dim=1),
                "Your mask has the size of the number of heads. T is the last dimension but one: shape[-2].": lambda q, k, v: scored(
                    q, k, v, mask=lambda q: causal(q.shape[1])
                ),
                "Your scale uses the number of heads. A score is a sum of d products.": lambda q, k, v: scored(q, k, v, scale=lambda q: q.shape[1] ** -0.5),
                "Your scale uses H times d, the whole width. In each head, a score is a sum of d products.": lambda q, k, v: scored(
                    q, k, v, scale=lambda q: (q.shape[1] * q.shape[-1]) ** -0.5
                ),
                "In four dimensions, transpose(1, 2) swaps heads and time. Count from the end: the last two.": lambda q, k, v: (
                    turned(lambda k: k.transpose(1, 2))(q, k) @ v
                ),
                "The last two dimensions of the keys have to be swapped before the product.": lambda q, k, v: turned(lambda k: k)(q, k) @ v,
                "All dimensions of the keys are reversed. Swap only the last two.": lambda q, k, v: turned(lambda k: k.permute(3, 2, 1, 0))(q, k) @ v,
                "A score of exactly 0 is a score like any other. The mask depends on the positions, and not on the scores.": lambda q, k, v: scored(
                    q, k, v, mask=lambda q: (q @ k.transpose(-2, -1)).tril() == 0
                ),
                "These are the weights. The result is a sum of the values, weighted by them.": lambda q, k, v: weigh(q, k),
                "These are scores times values. First a softmax has to turn the scores into weights.": lambda q, k, v: unweighed(q, k) @ v,
                "Queries and keys are swapped. Each row belongs to a position that looks, so the queries stand on the left.": lambda q, k, v: attend(k, q, v),
                "Your weights are transposed when they meet the values.": lambda q, k, v: scored(q, k, v, end=lambda w, v: w.transpose(-2, -1) @ v),
                "Your weights add up the keys. They should add up the values.": lambda q, k, v: attend(q, k, k),
                "No scale and no mask yet: two steps are missing before the softmax.": lambda q, k, v: F.softmax(q @ k.transpose(-2, -1), -1) @ v,
            }
        ),
    ),
    hints=(
        "Scores, scale, mask, softmax, values: the lines of one head, with one more dimension in front.",
        "Count dimensions from the end (-2 and -1), and the same lines serve one head and many.",
    ),
    cases=lambda g: [
        (torch.tensor([[[[1.0], [2.0], [-1.0]]]]), torch.tensor([[[[1.0], [0.5], [2.0]]]]), torch.tensor([[[[1.0], [4.0], [9.0]]]])),
        (torch.tensor([[[[30.0], [-30.0], [0.0]]]]), torch.tensor([[[[-30.0], [-20.0], [10.0]]]]), torch.tensor([[[[1.0], [5.0], [2.0]]]])),
        *(tuple(randn(g, *shape) for _ in range(3)) for shape in ((2, 2, 4, 4), (2, 3, 3, 3), (3, 2, 5, 3), (2, 4, 3, 6), (2, 1, 1, 4))),
    ],
)


def size(heads=lambda C, H: H * 3 * C * (C // H), proj=lambda C, H: C * C, bias=lambda C, H: C):
    """The number of parameters from its three parts."""
    return lambda n_embd, n_head: heads(n_embd, n_head) + proj(n_embd, n_head) + bias(n_embd, n_head)


PARAMETERS = Exercise(
    "4 C² + C, whatever the number of heads: more heads are narrower heads.",
    right=size(),
    mistakes=listed(
        {
            "Each of your heads has the full width. They share it: C / n_head each.": size(heads=lambda C, H: H * 3 * C * C),
            "That is all of it times the number of heads. There is one projection, and the heads share the width.": lambda n_embd, n_head: (
                n_head * (4 * n_embd**2 + n_embd)
            ),
            "Count all heads, not one of them, and the projection once.": lambda n_embd, n_head: (4 * n_embd**2 + n_embd) // n_head,
            "The bias of the projection is missing: nn.Linear has one, unless you say bias=False.": size(bias=lambda C, H: 0),
            "The projection is missing.": size(proj=lambda C, H: 0, bias=lambda C, H: 0),
            "Queries, keys and values of a Head are built with bias=False.": [size(bias=lambda C, H: 4 * C), size(bias=lambda C, H: C + 3 * (C // H))],
            "There are three matrices in a head: query, key and value.": [size(heads=lambda C, H, n=n: n * C * C) for n in (1, 2)],
            "Either this is one head only, or the matrices are square. Each of the n_head heads reads the whole width, C.": size(
                heads=lambda C, H: 3 * C * (C // H)
            ),
            "The projection reads all heads, side by side: it is (C, C).": size(proj=lambda C, H: C * (C // H)),
            "The projection's bias has one number for each output: C.": size(bias=lambda C, H: C // H),
            "Only the heads are counted, and each of them with the full width.": lambda n_embd, n_head: n_head * 3 * n_embd**2,
        }
    ),
    hints=(
        "First one head: three matrices from C to C / n_head. Then all heads. Then the projection.",
        "`count_parameters(MultiHeadAttention(...))` gives the number that it should come to.",
    ),
    cases=lambda g: [(8, 2), (64, 4), (48, 6), (12, 12), (10, 1)],
)


SCORE = Exercise(
    "A diagonal and a mean: this is how heads that look one back are found in models of any size.",
    right=score(),
    mistakes=listed(
        {
            "That is the weight on the position itself. The one before it lies one diagonal lower.": [
                score(0),
                score(0, end=lambda b: b[..., 1:].mean((0, 2))),
            ],
            "That diagonal lies above the main one: the future, where all weights are 0.": score(1),
            "Yours looks two back.": score(-2),
            "Your sum is divided by T. Only T - 1 positions have another one before them.": lambda weights: (
                score(end=lambda b: b.sum((0, 2)))(weights) / (len(weights) * weights.shape[-1])
            ),
            "These are sums over the positions. Take their mean.": [score(end=lambda b: b.sum((0, 2))), score(end=lambda b: b.sum(2).mean(0))],
            "Yours still has a number for each position. The result is one number for each head.": score(end=lambda b: b.mean(0)),
            "Yours still has a number for each text. The result is one number for each head.": score(end=lambda b: b.mean(2)),
            "This is one number for all heads together. Which dimension must stay?": score(end=lambda b: b.mean()),
            "This is one number for each text. The heads should stay.": score(end=lambda b: b.mean((1, 2))),
            "Without dim1 and dim2, diagonal takes the first two dimensions, texts and heads.": score(dims=(0, 1)),
            "Only the last position counts in yours. All from 1 on should.": lambda weights: weights[:, :, -1, -2].mean(0),
            "Yours counts how often the largest weight lies there. Take the mean of the weights.": shared,
            "That is the mean of the column before the last, and not of the diagonal.": lambda weights: weights[..., -2].mean((0, 2)),
        }
    ),
    hints=(
        "From row t you need the weight in column t - 1. Together, these weights are a diagonal.",
        "`diagonal` takes an offset and the two dimensions of the table; then a mean over texts and positions.",
    ),
    cases=lambda g: [
        (torch.tensor([[[[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.5, 0.125, 0.375]]]]),),
        *((attention_table(g, *shape),) for shape in ((2, 3, 4, 4), (3, 2, 5, 5), (4, 4, 4, 4), (1, 2, 6, 6))),
    ],
)


TAKE_OUT = Exercise(
    "What a head contributes goes through its columns of the projection: zeros there, and it is gone.",
    right=OUR,
    mistakes=(
        *listed(
            {
                "Those are rows, and a row holds what goes out to one channel. What comes in from a head meets columns.": lambda weight, head, n_head: (
                    OUR(weight.T, head, n_head).T
                ),
                "One column is one channel. A head has C / n_head of them.": wiped(lambda head, size, n_head: head),
                "Yours begins at the right column, and takes only one.": wiped(lambda head, size, n_head: head * size),
                "Your columns are spread. The channels of a head lie side by side.": wiped(lambda head, size, n_head: slice(head, None, n_head)),
                "It is the other way round: only this head is left.": kept_alone,
                "The slice has the right width, but begins at column `head`. Where does head number 1 begin?": wiped(
                    lambda head, size, n_head: slice(head, head + size)
                ),
                "One column of the head is left: a slice does not include its end.": wiped(
                    lambda head, size, n_head: slice(head * size, (head + 1) * size - 1)
                ),
                "You took n_head columns at a time. A head has C / n_head of them.": wiped(
                    lambda head, size, n_head: slice(head * n_head, (head + 1) * n_head)
                ),
                "Heads are counted from 0. Yours takes out the one before.": wiped(lambda head, size, n_head: slice((head - 1) * size, head * size)),
                "Heads are counted from 0. Yours takes out the next one.": wiped(lambda head, size, n_head: slice((head + 1) * size, (head + 2) * size)),
                "The columns are gone. They should be 0, so that the shape still fits.": shortened,
                "Only a square is 0 in yours: the head still contributes to the other channels.": block,
                "All heads up to this one are gone.": wiped(lambda head, size, n_head: slice(0, (head + 1) * size)),
                "All heads from this one on are gone.": wiped(lambda head, size, n_head: slice(head * size, None)),
            }
        ),
        Mistake(lambda weight, head, n_head: weight.clone(), "Nothing has changed: the head still contributes."),
    ),
    hints=(
        "Which numbers of the weight meet the channels of this head: rows or columns? From where to where?",
        "First `clone`, then set a slice of columns to 0. With `size` columns for each head, where does the slice begin?",
    ),
    cases=lambda g: [
        (torch.arange(1.0, 17.0).view(4, 4), 1, 2),
        (torch.arange(1.0, 37.0).view(6, 6), 1, 3),
        *((randn(g, C, C) + 10, head, H) for C, head, H in ((8, 0, 4), (12, 2, 4), (6, 0, 2), (12, 2, 3), (5, 0, 1))),
    ],
)

EXERCISES = {"09.1": SPLIT, "09.2": JOIN, "09.3": ATTEND, "09.4": PARAMETERS, "09.5": SCORE, "09.6": TAKE_OUT}
