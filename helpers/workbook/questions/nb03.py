"""The exercises of notebook 03: from logits to probabilities to the loss and its gradient."""

import math

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise, Mistake, listed, randn
from helpers.workbook.questions.spoilt import WAYS, both, careless, each_way, gradient, naive, nats, parts

SOFTMAX = Exercise(
    "Minus the maximum, exponential, divided by the sum: a softmax that no finite logit can break.",
    right=lambda logits, dim: F.softmax(logits, dim=dim),
    mistakes=listed(
        {
            "Large logits give nan: exp overflows, and inf / inf is nan. What may be subtracted from them first?": naive,
            "One maximum for the whole tensor lets rows far below it underflow: 0 / 0. Each row needs its own.": parts("all"),
            "The sum has lost its dimension, and no longer lines up with its own row. Which argument keeps it?": [
                parts(bottom=False),
                parts(bottom=False, stable=False),
                parts("all", False),
            ],
            "The maximum has lost its dimension. Which argument keeps it there?": [parts(False), parts(False, False)],
            "Your softmax sums to 1 along the last dimension, whatever `dim` says.": (
                [*both(lambda s, z, dim: s(z, -1)), lambda z, dim: naive(z - z.max(), -1)]
            ),
            "Your softmax sums to 1 along dimension 0, whatever `dim` says.": ([*both(lambda s, z, dim: s(z, 0)), lambda z, dim: naive(z - z.max(), 0)]),
            "All of your numbers together sum to 1. Take the sum along `dim`.": [
                parts(bottom="all"),
                parts("all", "all"),
                parts(bottom="all", stable=False),
            ],
            "With a dim, `max` gives two tensors: the values and their indices. `amax` gives the values alone.": [
                lambda z, dim: z - z.max(dim, keepdim=True),
                lambda z, dim: z - z.max(dim),
            ],
            "Your function of the logits can be negative, or it changes their order. Which one does neither?": [
                lambda z, d: z / z.sum(d, True),
                lambda z, d: z**2 / (z**2).sum(d, True),
            ],
            "These are the logarithms of the probabilities.": lambda z, dim: F.log_softmax(z, dim),
            "No number is negative, but they do not sum to 1 yet.": [parts(stable=s, end=lambda e, _: e) for s in (True, False)],
        }
    ),
    hints=(
        "Three steps: subtract the maximum, take the exponential, divide by the sum. The first and the last go along `dim`.",
        "`amax(dim=dim, keepdim=True)` gives each row its own maximum, and `sum` takes the same two arguments.",
    ),
    cases=lambda g: [
        (torch.tensor([[0.0, 1.0, 2.0], [3.0, 0.0, 1.0]]), 1),
        (torch.tensor([[0.0, 2.0], [1.0, -1.0]]), 0),
        (torch.tensor([1.0, -2.0, 0.5]), 0),
        *((torch.tensor([[0.0, 1.0], [x, x + 1]]), dim) for x, dim in ((3000.0, 1), (-3000.0, -1))),
        *((torch.tensor([[3000.0, 0.0], [0.0, 3000.0]]), dim) for dim in (0, 1)),
        *((randn(g, *shape), dim) for shape in ((3, 3), (2, 3, 4)) for dim in (0, 1, -1)),
    ],
    tolerance=5e-4,  # subtracting log-sum-exp near 3000 is right too, and a float32 has steps of 0.0002 there
)

HEAT = Exercise(
    "Temperature divides the logits before the softmax: below 1 bolder, above 1 more even.",
    right=lambda logits, temperature: F.softmax(logits / temperature, dim=-1),
    mistakes=listed(
        {
            "You multiply by the temperature, so a high one makes the model bolder. It should be the other way round.": both(lambda s, z, t: s(z * t, -1)),
            "You divide the probabilities: they no longer sum to 1.": both(lambda s, z, t: s(z, -1) / t),
            "The temperature has no effect in your function.": both(lambda s, z, t: s(z, -1)),
            "Your softmax runs along dimension 0. Count from the end.": both(lambda s, z, t: s(z / t, 0)),
            "Dimension 1 is the last only where there are two. Count from the end.": both(lambda s, z, t: s(z / t, 1)),
            "A low temperature makes logits large: exp gives inf, and inf / inf is nan.": lambda z, t: naive(z / t, -1),
            "These are still logits. The probabilities are their softmax.": lambda z, t: z / t,
            "Name the dimension along which the softmax goes.": lambda z, t: F.softmax(z / t, dim=0 if z.dim() in (1, 3) else 1),
            "A power of the probabilities no longer sums to 1.": both(lambda s, z, t: s(z, -1) ** (1 / t)),
        }
    ),
    hints=(
        "Which simple operation with the temperature makes the gaps between logits larger when it is below 1?",
        "Change the logits first. Then take one softmax, along the last dimension.",
    ),
    cases=lambda g: [
        (torch.tensor([2.0, 0.0]), 2.0),
        (torch.tensor([[1.0, 0.0, -1.0], [0.0, 3.0, 0.0]]), 0.5),
        (torch.tensor([[0.0, 20.0], [20.0, 19.9]]), 0.1),
        *((randn(g, *shape), t) for shape, t in (((4,), 1.0), ((3, 3), 0.7), ((2, 3, 4), 1.7), ((2, 2, 2, 2), 3.0))),
    ],
)

V = 50257
FIRST = Exercise(
    "An untrained GPT-2 should start near ln 50257 = 10.82 nats. Far above that, its logits are too large.",
    right=math.log(V),
    mistakes=(
        Mistake(V, "That is the perplexity, the number of equally likely guesses. The loss is its logarithm."),
        Mistake(1 / V, "1/V is the probability of each token. The loss is minus its logarithm."),
        Mistake(-math.log(V), "This loss is never negative. The ln of a probability is, and so it gets a minus sign."),
        Mistake(math.log2(V), "That is the logarithm to base 2, which gives bits. Nats come from the natural logarithm."),
        Mistake(math.log10(V), "That is the logarithm to base 10. Nats come from the natural logarithm, `math.log`."),
        *(Mistake(x, "Close. Give two decimals, or write math.log(...).") for x in (10.8, 11)),
        Mistake(math.log(84), "That is ln 84, for the characters of Shakespeare. GPT-2 has a larger vocabulary."),
    ),
    hints=("A model that knows nothing gives all tokens the same probability. Which?", "Minus ln of that probability."),
    tolerance=0.01,
)


LOSS = Exercise(
    "The loss by hand: log-sum-exp minus the true logit, averaged over the rows, and stable.",
    right=lambda logits, targets: F.cross_entropy(logits, targets),
    mistakes=listed(
        {
            "For large logits exp overflows, and your loss is nan. Begin with log-sum-exp.": nats(WAYS[2]),
            "A probability has underflowed to 0 on the way, and ln 0 is -inf. Use log-sum-exp, and compute no probability at all.": nats(WAYS[1]),
            "One maximum for the whole table lets rows far below it underflow. Each row needs its own.": [
                nats(lambda z: naive(z - z.max(), -1).log()),
                nats(lambda z: z - z.max() - (z - z.max()).exp().sum(-1, True).log()),
            ],
            "One index reads whole rows. Give two: the row and its target.": each_way(pick=lambda p, y: p[y]),
            "log-sum-exp has lost its dimension, and no longer lines up with its row.": nats(lambda z: z - z.logsumexp(-1)),
            "That is one log-sum-exp for the whole table. Each row needs its own.": nats(lambda z: z - z.logsumexp((0, 1))),
            "You subtract the maximum and never add it again.": nats(lambda z: z - (z - z.amax(-1, True)).logsumexp(-1, True)),
            "gather wants targets of shape (N, 1).": each_way(pick=lambda p, y: p.gather(1, y)),
            "The sum of exponentials overflows to inf. `torch.logsumexp` subtracts the maximum first.": nats(WAYS[3]),
            "That is the sum over the rows. The loss is their mean.": each_way(lambda x: -x.sum()),
            "Your loss is negative. ln of a probability is never above 0: what is missing?": each_way(torch.mean),
            "Those are bits, from the logarithm to base 2.": each_way(lambda x: -x.mean() / math.log(2)),
            "You look up a neighbour of the target. The index needs no shift.": each_way(shift=-1) + each_way(shift=1),
            "You look up each row at all targets. Each row has one target of its own.": each_way(pick=lambda p, y: p[:, y]),
            "The whole table is averaged. Look up the true class of each row first.": each_way(pick=lambda p, y: p),
            "Each question's probabilities should sum to 1: along the last dimension. Yours do along dimension 0.": [
                nats(lambda z, way=way: way(z.T).T) for way in WAYS
            ],
            "You average the probabilities and then take the logarithm. Each row has its own loss first.": [
                nats(lambda z, way=way: way(z).exp(), last=lambda p: -p.mean().log()) for way in WAYS
            ],
            "You look up logits and average them. The log-sum-exp of each row is missing.": nats(lambda z: z),
        }
    ),
    hints=(
        "The loss of one row is log-sum-exp of its logits, minus the logit of its target. Then comes the mean.",
        "`logits[torch.arange(len(targets)), targets]` reads the true logit of each row; `torch.logsumexp` is stable.",
    ),
    cases=lambda g: [
        (torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, -1.0]]), torch.tensor([0, 1])),
        *((torch.tensor([[3000.0, 0.0]]), torch.tensor([y])) for y in (0, 1)),
        (torch.tensor([[3000.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])),
        (torch.tensor([[0.0, 3000.0]]), torch.tensor([1])),
        *((randn(g, n, v), torch.randint(v, (n,), generator=g)) for n, v in ((4, 4), (5, 3), (1, 6), (7, 9))),
    ],
)


ENTROPY = Exercise(
    "The entropy of each row: 0 where one is certain, ln V where all are equal.",
    right=lambda probs: torch.special.entr(probs).sum(-1),
    mistakes=listed(
        {
            "Where a probability is 0 yours gives nan, from 0 * -inf. What cannot happen should add 0.": careless()[0],
            "Your entropies are negative. ln of a probability is never above 0.": careless(lambda x: x.sum(-1)),
            "Those are bits, from the logarithm to base 2. Nats come from the natural logarithm.": careless(log=torch.log2),
            "Turning nan into 0 after the sum loses the whole row. Fix each term before you add.": lambda p: -(p * p.log()).sum(-1).nan_to_num(0),
            "You add up each column. A distribution is a row here.": careless(lambda x: -x.sum(0)),
            "All rows are in one sum. Each row should have its own entropy.": careless(lambda x: -x.sum()),
            "That is a mean over the row. The weights p are in it already.": careless(lambda x: -x.mean(-1)),
            "Each surprise has to be weighted with its probability.": lambda p: -p.log().sum(-1),
        }
    ),
    hints=(
        "Average surprise: each surprise times its probability, summed along the row.",
        "`torch.where(probs > 0, ..., 0.0)` or `torch.special.entr` deals with the zeros.",
    ),
    cases=lambda g: [
        (torch.tensor([[0.5, 0.5], [0.9, 0.1]]),),
        (torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]),),
        (torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.0, 0.75]]),),
        (torch.full((1, 50000), 1 / 50000),),
        *((F.softmax(randn(g, *shape), -1),) for shape in ((3, 3), (4, 2), (2, 5), (1, 7))),
    ],
)


GRADIENT = Exercise(
    "What the model said, minus what was true, divided by the rows: the push that trains every language model.",
    right=gradient(),
    mistakes=listed(
        {
            "Your gradient is too large by a factor of N: the loss is a mean, and each row has 1/N of it.": gradient(lambda z: 1),
            "You divide by the notebook's N, which is 3. Take the length of these logits.": gradient(lambda z: 3),
            "Divide both parts by N, the one-hot too.": lambda z, y: F.softmax(z, -1) / len(z) - F.one_hot(y, z.shape[1]),
            "Each row loses 1 at its own target only, not at the targets of the other rows.": gradient(every=True),
            "A table of True and False cannot be subtracted. Turn it into floats with `.float()`.": lambda z, y: (
                (F.softmax(z, -1) - (y[:, None] == torch.arange(z.shape[1]))) / len(z)
            ),
            "Large logits give nan. Is your softmax the stable one?": lambda z, y: (naive(z, -1) - F.one_hot(y, z.shape[1])) / len(z),
            "The signs are reversed: that is the way downhill, minus the gradient.": gradient(sign=-1),
            "The signs are reversed, and the division for the mean is missing.": gradient(lambda z: 1, sign=-1),
            "Your softmax runs along dimension 0. Each question's probabilities should sum to 1.": gradient(dim=0),
            "The softmax is one half of the gradient. Where are the targets?": [gradient(minus=0), gradient(lambda z: 1, minus=0)],
            "You divide by V. The mean is over the questions.": gradient(lambda z: z.shape[1]),
            "You divide by the number of all entries. The mean is over the rows alone.": gradient(torch.numel),
            "You subtract the 1 beside the target. Classes count from 0.": [gradient(shift=s) for s in (-1, 1)],
        }
    ),
    hints=(
        "For one row it is softmax minus one-hot. What does the mean over N rows do to it?",
        "Broadcasting makes the one-hot table: `targets[:, None] == torch.arange(logits.shape[1])`, turned into floats.",
    ),
    cases=lambda g: [
        (torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.tensor([0, 1])),
        (torch.tensor([[2.0, 0.0, 1.0]]), torch.tensor([2])),
        (torch.tensor([[3000.0, 0.0]]), torch.tensor([1])),
        *((randn(g, n, v), torch.randint(v, (n,), generator=g)) for n, v in ((3, 3), (5, 4), (2, 6))),
    ],
)

EXERCISES = {"03.1": SOFTMAX, "03.2": HEAT, "03.3": FIRST, "03.4": LOSS, "03.5": ENTROPY, "03.6": GRADIENT}
