"""The exercises of notebook 08: averages, attention weights, a head, and a check for what sees the future."""

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise, Mistake, listed, randn
from helpers.workbook.questions.masked import SLIPS, Fake, moved, over, peeks, turned, unweighed, weigh

NAKED = "No scale and no mask yet: two steps are missing before the softmax."


def averages(table=torch.tril, share=lambda a: a.sum(1, keepdim=True)):
    """Averages from a table of 0 and 1 and what its rows are divided by."""

    def average(x):
        allowed = table(torch.ones(x.shape[1], x.shape[1]))
        return (allowed / share(allowed)) @ x

    return average


AVERAGE = Exercise(
    "A mean of everything so far is one matrix product: a lower triangle, each row divided by its sum.",
    right=averages(),
    mistakes=listed(
        {
            "Each position should have its own mean, of itself and all earlier positions. In yours, all have the mean of the whole text.": [
                lambda x: x.mean(1, keepdim=True).expand_as(x),
                lambda x: x.mean(1),
                lambda x: x.mean(1, keepdim=True),
            ],
            "These are sums. By how many should each be divided?": [averages(share=lambda a: 1), lambda x: x.cumsum(1) * 1.0],
            "Every row is divided by T. Position t has t + 1 terms.": averages(share=len),
            "Yours looks forward: each position has the mean of itself and all later ones.": averages(torch.triu),
            "Each position is part of its own mean. Without it, the first one has nothing to average.": [
                averages(lambda a: a.tril(-1)),
                averages(lambda a: a.tril(-1), share=lambda a: a.sum(1, keepdim=True).clamp(min=1)),
            ],
            "The weights belong on the left of x: row t of them says how much of each row of x goes into position t.": lambda x: (
                x @ (torch.tril(torch.ones(x.shape[1], x.shape[1])) / torch.arange(1, x.shape[1] + 1)[:, None])
            ),
            "In yours the columns of the table sum to 1. Its rows should.": averages(share=lambda a: a.sum(0, keepdim=True)),
            "The sums have lost their last dimension, so they divide the columns. Which argument keeps it?": averages(share=lambda a: a.sum(1)),
            "Your first position is divided by 0. It has one term, and the second has two.": lambda x: x.cumsum(1) / torch.arange(x.shape[1])[:, None],
            "The counts (T,) line up with the channels. They belong to dimension 1: give them one more dimension.": lambda x: (
                x.cumsum(1) / torch.arange(1, x.shape[1] + 1)
            ),
            "Your means run over the texts of the batch. Average within each text.": lambda x: x.cumsum(0) / torch.arange(1, len(x) + 1)[:, None, None],
            "Your means run over the channels. Time is dimension 1.": lambda x: x.cumsum(2) / torch.arange(1, x.shape[2] + 1),
        }
    ),
    hints=(
        "Which table (T, T) of weights, multiplied by x, gives in row t the mean of all rows up to t?",
        "`torch.tril(torch.ones(T, T))` says which position may look at which. Then each row should sum to 1.",
    ),
    cases=lambda g: [
        (torch.tensor([[[2.0], [4.0], [9.0]]]),),
        (torch.tensor([[[1.0, 0.0], [3.0, 2.0]], [[0.0, 0.0], [-2.0, 6.0]]]),),
        *((randn(g, *shape),) for shape in ((2, 4, 3), (3, 3, 3), (1, 1, 2), (4, 6, 5))),
    ],
)


WEIGHTS = Exercise(
    "Scale, mask, softmax: the weights of every GPT.",
    right=weigh,
    mistakes=(
        *listed({hint: lambda q, k, slip=slip: weigh(q, k, **slip) for hint, slip in SLIPS.items()}),
        *listed(
            {
                "These are scores. A softmax turns them into weights.": unweighed,
                "Queries and keys are swapped. Each row belongs to a position that looks, so the queries stand on the left.": lambda q, k: weigh(k, q),
                "(B, T, d) @ (B, T, d) does not fit: the last two dimensions of the keys have to be swapped.": turned(lambda k: k),
                "Swap only the last two dimensions of the keys. The first one is the batch, and it stays.": [
                    turned(lambda k: k.transpose(0, 1)),
                    turned(lambda k: k.transpose(0, 2)),
                    turned(lambda k: k.transpose(0, 1).transpose(1, 2)),
                ],
                NAKED: lambda q, k: F.softmax(q @ k.transpose(-2, -1), -1),
            }
        ),
    ),
    hints=(
        "Four steps: products of all queries with all keys, the scale, the mask, the softmax.",
        "`torch.triu(..., diagonal=1)` marks the future; `masked_fill` puts minus infinity there before the softmax.",
    ),
    cases=lambda g: [
        (torch.tensor([[[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]]), torch.tensor([[[1.0, 0.0], [2.0, 0.0], [0.0, -1.0]]])),
        *((randn(g, *shape), randn(g, *shape)) for shape in ((2, 4, 4), (3, 3, 3), (2, 5, 8), (3, 6, 2), (1, 1, 4))),
    ],
)


def head(x, a, b, c, values=None, **slip):
    """A head from its three matrices, with something wrong in its weights or values."""
    weights = weigh(x @ a.T, x @ b.T, **slip)
    return weights @ (x @ c.T if values is None else values(x, a, b))


HEAD = Exercise(
    "Query, key, value, scale, mask, softmax, sum: a head of attention in a few lines.",
    right=lambda x, W_query, W_key, W_value: head(x, W_query, W_key, W_value),
    mistakes=(
        *listed({hint: lambda x, a, b, c, slip=slip: head(x, a, b, c, **slip) for hint, slip in SLIPS.items()}),
        *listed(
            {
                "Your scale uses C, the width of the input. A score is a sum of head_size products.": lambda x, a, b, c: head(
                    x, a, b, c, scale=lambda q: x.shape[-1] ** -0.5
                ),
                "Your weights add up the inputs. They should add up the values.": lambda x, a, b, c: head(x, a, b, c, values=lambda x, a, b: x),
                "Your weights add up the keys. They should add up the values.": lambda x, a, b, c: head(x, a, b, c, values=lambda x, a, b: x @ b.T),
                "Queries and keys are swapped. Each row belongs to a position that looks, so the queries stand on the left.": lambda x, a, b, c: head(
                    x, b, a, c
                ),
                "Your weights are transposed when they meet the values.": lambda x, a, b, c: weigh(x @ a.T, x @ b.T).transpose(-2, -1) @ (x @ c.T),
                "The matrices are (head_size, C), as in nn.Linear: they have to be transposed.": lambda x, a, b, c: head(x, a.T, b.T, c.T),
                "These are the weights. The result is a sum of the values, weighted by them.": lambda x, a, b, c: weigh(x @ a.T, x @ b.T),
                NAKED: lambda x, a, b, c: head(x, a, b, c, scale=lambda q: 1, future=lambda T: torch.zeros(T, T, dtype=torch.bool)),
            }
        ),
    ),
    hints=(
        "First multiply x by each of the three matrices. Two of the products make the weights, and these weight the third.",
        "Weights (B, T, T) times values (B, T, head_size) gives the result.",
    ),
    cases=lambda g: [
        (torch.tensor([[[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]]]), *(torch.tensor(m) for m in ([[1.0, 2.0]], [[1.0, -1.0]], [[3.0, 5.0]]))),
        (torch.tensor([[[1.0], [2.0], [-1.0]]]), *(torch.tensor(m) for m in ([[1.0], [0.5]], [[1.0], [2.0]], [[1.0], [-3.0]]))),
        *((randn(g, B, T, C), *(randn(g, d, C) / 4 for _ in range(3))) for B, T, C, d in ((2, 4, 4, 4), (3, 5, 6, 2), (2, 3, 2, 5), (1, 6, 3, 4))),
    ],
)

VARIANCE = Exercise(
    "16 products with a variance of 9 * 9 each: 1296. The scale 1/sqrt(d) takes out the 16.",
    right=1296,
    mistakes=(
        Mistake(16, "That is right for a standard deviation of 1. Here each number is three times as large."),
        Mistake(144, "Only one of the two vectors is counted. Both have a variance of 9."),
        Mistake(81, "That is the variance of one product. How many are added?"),
        Mistake(36, "That is the standard deviation. The variance is its square."),
        *(Mistake(x, "The variance of a number is the square of its standard deviation: 9 and not 3.") for x in (48, 9 * 16 / 3)),
        Mistake(4, "That is sqrt(d), by which the scale divides. The question is about the variance before the scale."),
        Mistake(9 * 16 + 9 * 16, "Variances are added where terms are added. In a product of two independent numbers they are multiplied."),
    ),
    hints=("What is the variance of one of the products? Then: how many are added?", "Variances of independent terms add."),
)


def sizes(tables=lambda V, T, C: V * C + T * C, matrices=lambda C: 3 * C * C, last=lambda V, C: C * V + V):
    """The number of parameters from its three parts."""
    return lambda V, T, C: tables(V, T, C) + matrices(C) + last(V, C)


PARAMETERS = Exercise(
    "Two tables, three matrices, one last layer with its bias; the mask is no parameter.",
    right=sizes(),
    mistakes=listed(
        {
            "The position vectors are missing.": sizes(tables=lambda V, T, C: V * C),
            "The token vectors are missing.": sizes(tables=lambda V, T, C: T * C),
            "The mask is a constant: a buffer is not learned.": sizes(tables=lambda V, T, C: V * C + T * C + T * T),
            "Query, key and value are built with bias=False.": sizes(matrices=lambda C: 3 * (C * C + C)),
            "The last layer has a bias: one number for each token.": sizes(last=lambda V, C: C * V),
            "The bias of a layer has one number for each output. The last layer puts out V of them.": sizes(last=lambda V, C: C * V + C),
            "There are three matrices: query, key and value.": [sizes(matrices=lambda C, n=n: n * C * C) for n in (1, 2)],
            "The layer from C to V at the end is missing.": sizes(last=lambda V, C: 0),
        }
    ),
    hints=(
        "Go through `__init__` line by line: what is the shape of the weight of each part, and does it have a bias?",
        "`sum(p.numel() for p in model.parameters())` gives the number that it should come to.",
    ),
    cases=lambda g: [(10, 3, 2), (45, 64, 64), (84, 32, 16), (7, 7, 7)],
)


LEAK = Exercise(
    "Every cut, every position before it: no leak gets past this.",
    right=over(),
    mistakes=listed(
        {
            "One cut in the middle misses a leak that lies on one side of it. Try every cut.": over(lambda T: range(T // 2, T // 2 + 1)),
            "Yours finds only what the first position sees. Does a `return` stand inside the loop?": over(lambda T: range(1, min(T, 2))),
            "Changing the last token alone misses what earlier positions see of each other. Try every cut.": over(lambda T: range(max(1, T - 1), T)),
            "From the cut on, predictions move in every model: yours finds a leak in all of them. Compare only the positions before the cut.": [
                over(part=lambda d, cut: d),
                over(part=lambda d, cut: d[:, : cut + 1]),
                over(part=lambda d, cut: d[:, cut:]),
                over(part=lambda d, cut: d[:, -1]),
            ],
            "The last token plus 1 is outside the vocabulary. The remainder of a division by V brings it back, with V from these logits.": [
                over(change=lambda x, V: x + 1),
                over(change=lambda x, V: (x + 1) % 45),
            ],
            **{
                f"A token that is {n} already does not change when it becomes {n}. Turn each token into another one.": over(change=lambda x, V, n=n: x * 0 + n)
                for n in range(5)
            },
            "A prediction may move downwards, too. Compare absolute values.": over(size=lambda d: d),
            "Added up with their signs, changes can cancel. Compare absolute values.": [over(size=lambda d: d.sum()), over(size=lambda d: d.sum().abs())],
            "A weak leak is a leak: yours lets small movements pass.": [over(size=lambda d, by=by: d.abs() - by) for by in (0.01, 0.1, 0.3, 0.5, 1.0)],
            "The likeliest token may stay the same while its logits move. Compare the logits.": over(of=lambda logits: logits.argmax(-1, keepdim=True)),
            "Yours changes one token and compares the position before it, so it finds only a look at the next position. All later tokens count.": over(
                change=lambda x, V: torch.cat([(x[:, :1] + 1) % V, x[:, 1:]], 1), part=lambda d, cut: d[:, cut - 1 : cut]
            ),
            "Your first cut is missing: a leak from the second token to the first gets past.": over(lambda T: range(2, T)),
            "It is the other way round: True means that something before the cut has moved.": lambda model, idx: not over()(model, idx),
            "One cut that leaks is enough. Yours asks whether all of them do.": lambda model, idx: all(
                moved(model, idx, cut) for cut in range(1, idx.shape[1])
            ),
            "Your last cut is missing: a leak to the last token gets past.": over(lambda T: range(1, T - 1)),
        }
    ),
    hints=(
        "A loop over all cuts from 1 to T - 1: at each, change what comes from there on, and look at what lies before.",
        "`sees_the_future(model, idx, cut)` does one cut. When is the whole a leak?",
    ),
    cases=lambda g: [
        (Fake(peeks(3)), torch.tensor([[0, 1, 4]])),
        (Fake(peeks(4, (0, 1))), torch.tensor([[0, 1, 4, 2]])),
        (Fake(peeks(6, (4, 5))), torch.tensor([[0, 1, 2, 3, 1, 0], [2, 2, 4, 1, 3, 1]])),
        (Fake(peeks(6, (3, 4))), torch.tensor([[0, 4, 2, 3, 1, 1]])),
        (Fake(peeks(4, (0, 2))), torch.tensor([[1, 0, 2, 3]])),
        (Fake(peeks(6, (1, 4))), torch.tensor([[1, 0, 2, 3, 1, 4]])),
        (Fake(peeks(4, (2, 3)), table=-torch.arange(5.0)[:, None].expand(5, 5)), torch.full((1, 4), 2)),
        (Fake(peeks(4, (1, 2)), table=torch.eye(5) - 0.2), torch.tensor([[3, 3, 1, 0]])),  # rows that sum to 0
        (Fake(peeks(4, (1, 2), strength=1e-3)), torch.tensor([[3, 0, 1, 2]])),
        *((Fake(peeks(4, (2, 3))), torch.full((1, 4), token)) for token in range(5)),
        (Fake(peeks(4, (1, 2)), V=3), torch.tensor([[2, 0, 2, 1]])),
        (Fake(torch.ones(5, 5)), torch.randint(5, (3, 5), generator=g)),
        (Fake(peeks(7)), torch.randint(5, (2, 7), generator=g)),
        (Fake(peeks(1)), torch.tensor([[3]])),
    ],
)

EXERCISES = {"08.1": AVERAGE, "08.2": WEIGHTS, "08.3": HEAD, "08.4": VARIANCE, "08.5": PARAMETERS, "08.6": LEAK}
