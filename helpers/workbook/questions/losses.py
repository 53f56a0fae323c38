"""The second half of notebook 03: from logits and targets to the loss."""

import torch
import torch.nn.functional as F

from helpers.basics import cross_entropy, softmax
from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.by_hand import not_asked, of_logits_and_targets
from helpers.workbook.questions.spoilt import WAYS, each_way, naive, nats, steps


def picked(logits, targets):
    """The entry of each row at its target."""
    return logits[torch.arange(len(targets)), targets]


TINY = [10.0**-n for n in (*range(5, 13), 15, 20, 30)]  # what is added to a probability against ln 0

PICKED = Exercise(
    "One entry from each row, without a loop: this is how a loss finds what really came.",
    right=picked,
    run=of_logits_and_targets,
    also=not_asked(loop="The numbers are right, but one row after the other is slow. Read all pairs at once, with two lists of indices."),
    mistakes=listed(
        {
            (
                "A single list of indices reads whole rows. Give two: the rows and the targets.",
                "The rows are 0, 1, 2 and so on. Which function counts like that?",
            ): lambda z, y: z[y],
            (
                "You get (N, N) numbers: every row at every target. A `:` does that, and so do row numbers in a column.",
                "Two lists of one length are read in pairs. `torch.arange` gives the rows, as a list of shape (N,).",
            ): lambda z, y: z[:, y],
            (
                "Your rows are always 0, 1 and 2. That fits the table of the notebook, and others have more rows, or fewer.",
                "Count the rows of the table that the function gets: there are `len(targets)`.",
            ): [lambda z, y: z[[0, 1, 2], y], lambda z, y: z[torch.arange(3), y]],
            (
                "`gather` wants targets of shape (N, 1). Two lists of indices are simpler.",
                "`logits[rows, targets]`, where the rows are counted by `torch.arange`.",
            ): lambda z, y: z.gather(1, y),
            (
                "Right numbers, but in a column of shape (N, 1). The result should have the shape (N,).",
                "`squeeze(1)` takes out the dimension of size 1.",
            ): lambda z, y: picked(z, y)[:, None],
            (
                "Your columns are one off. Classes count from 0, so a target is a column already.",
                "Use `targets` as it is, without adding or subtracting 1.",
            ): [lambda z, y: picked(z, y - 1), lambda z, y: picked(z, y + 1)],
            (
                "That is the largest logit of each row, which the model expects. The target is what came.",
                "`targets` has to appear in your function.",
            ): lambda z, y: z.amax(-1),
            (
                "The targets are used as places in the whole table. A place in a table is a row and a column.",
                "`logits[rows, targets]`, with the rows counted by `torch.arange`.",
            ): [torch.take, lambda z, y: z[0, y]],
            (
                "The two lists of indices have changed places. The rows come first.",
                "The targets are columns, so they are the second index.",
            ): lambda z, y: z[y, torch.arange(len(y))],
            (
                "The right numbers, but in a Python list. A tensor of shape (N,) is asked.",
                "Indexing with two lists gives a tensor at once, without a loop.",
            ): [lambda z, y: list(picked(z, y)), lambda z, y: picked(z, y).tolist()],
            (
                "These are summed up or averaged. Here each row keeps its own number.",
                "Return the (N,) entries as they are.",
            ): [lambda z, y: picked(z, y).mean(), lambda z, y: picked(z, y).sum()],
            (
                "The numbers are right, but the gradient cannot get through. Something turned the tensor into plain numbers.",
                "`torch.tensor(...)` and `.item()` forget how a number was computed. Indexing keeps it.",
            ): lambda z, y: picked(z, y).detach(),
            (
                "`torch.tensor(...)` copies plain numbers and forgets how they were computed, so the gradient is lost.",
                "Leave the loop out, and nothing has to be put together: two lists of indices read all pairs at once.",
            ): lambda z, y: torch.tensor(picked(z, y).tolist()),
            (
                "These are probabilities. Here the logits themselves are asked.",
                "Leave the softmax out.",
            ): lambda z, y: picked(F.softmax(z, -1), y),
        }
    ),
    hints=(
        "Read in pairs: row 0 at the first target, row 1 at the second, and so on.",
        "`torch.arange(len(targets))` counts the rows. It goes first, the targets second.",
    ),
    cases=lambda g: [
        (torch.tensor([[2.0, 0.0, 1.0], [0.5, 1.0, -1.0]]), torch.tensor([0, 2])),
        (torch.tensor([[3.0, 0.0]]), torch.tensor([1])),
        *((randn(g, n, v), torch.randint(v, (n,), generator=g)) for n, v in ((4, 4), (5, 3), (1, 6), (7, 9))),
    ],
)

LOSS = Exercise(
    "The mean of -ln p(target), computed from the logits, so that no probability can underflow.",
    part="cross_entropy",
    right=cross_entropy,
    run=of_logits_and_targets,
    also=not_asked(
        "cross_entropy",
        "nll_loss",
        "log_softmax",
        ready="PyTorch's own function did the work. Write it by hand, from the formula for ln p: it is three lines.",
        loop="The loss is right, but one row after the other is slow, and a batch has thousands. 03.3 reads all targets at once.",
    ),
    mistakes=listed(
        {
            (
                "For large logits exp overflows, and your loss is nan. Subtract each row's maximum first.",
                "And take no logarithm of a softmax: use the formula for ln p.",
            ): [nats(WAYS[2]), *(nats(lambda z, e=e: (naive(z, -1) + e).log()) for e in TINY)],
            (
                "A probability has underflowed to 0 on the way, and ln 0 is -inf. Which formula gives ln p without p?",
                "ln p is the logit minus the logarithm of the sum of exponentials. Subtract the maximum before that.",
            ): nats(WAYS[1]),
            (
                "One maximum for the whole table lets rows far below it underflow. Each row needs its own.",
                "Take the maximum as in 03.1: along the last dimension, with `keepdim=True`.",
            ): [nats(lambda z: naive(z - z.max(), -1).log()), nats(lambda z: z - z.max() - (z - z.max()).exp().sum(-1, True).log())],
            (
                "One index reads whole rows. Give two: the row and its target.",
                "Your function from 03.3 does that.",
            ): each_way(pick=lambda p, y: p[y]),
            (
                "The sum of a row has lost its dimension, and no longer lines up with its row.",
                "`keepdim=True`, in the sum too.",
            ): [nats(steps(keep=False)), nats(steps(None, keep=False)), nats(lambda z: z - z.logsumexp(-1))],
            (
                "That is one sum of exponentials for the whole table. Each row needs its own.",
                "Take the sum along the last dimension, with `keepdim=True`.",
            ): [nats(steps(bottom=(0, 1))), nats(steps(None, (0, 1))), nats(lambda z: z - z.logsumexp((0, 1)))],
            (
                "The logarithm of the sum is missing.",
                "ln p is the logit minus the logarithm of the sum of exponentials.",
            ): [nats(steps(log=lambda t: t)), nats(steps(None, log=lambda t: t))],
            (
                "The logarithm comes too early: `.exp().log()` undo each other, and you sum up logits.",
                "Sum first, then take the logarithm.",
            ): [nats(steps(exp=lambda t: t.exp().log(), log=lambda t: t)), nats(steps(None, exp=lambda t: t.exp().log(), log=lambda t: t))],
            (
                "Your logarithm has another base than your exponential.",
                "Nats need the natural logarithm, which undoes `exp`: `log`, not `log2` or `log10`.",
            ): [nats(steps(top, log=log)) for top in (-1, None) for log in (torch.log2, torch.log10)],
            (
                "You sum down the columns. Each row is a prediction, and needs a sum of its own.",
                "The sum goes along the last dimension, as the maximum does, with `keepdim=True`.",
            ): nats(steps(bottom=0)),
            (
                "A small number in the logarithm hides the underflow, and it caps the loss: with 1e-9 no loss gets above 20.7.",
                "Compute ln p without p: the logit minus the logarithm of the sum of exponentials.",
            ): [nats(lambda z, e=e: (F.softmax(z, -1) + e).log()) for e in TINY],
            (
                "The exponential is missing: you take the logarithm of a sum of logits.",
                "`.exp()` comes before the sum, `.log()` after it.",
            ): [nats(steps(exp=lambda t: t)), nats(steps(None, exp=lambda t: t))],
            (
                "You subtract the maximum of each column. Each row needs its own.",
                "The maximum goes along the last dimension, as the sum does.",
            ): nats(steps(0)),
            (
                "The maximum is subtracted in the sum only. Subtract it from all logits once, and go on with the result.",
                "Keep the shifted logits in a variable, and use only that below.",
            ): nats(lambda z: z - (z - z.amax(-1, True)).logsumexp(-1, True)),
            (
                "`gather` wants targets of shape (N, 1).",
                "Two lists of indices are simpler: your function from 03.3.",
            ): each_way(pick=lambda p, y: p.gather(1, y)),
            (
                "The sum of exponentials overflows to inf. What did the softmax do about that?",
                "Subtract each row's maximum first, and go on with the shifted logits.",
            ): nats(WAYS[3]),
            (
                "That is the sum over the rows. The loss is their mean.",
                "`mean()` in place of `sum()`.",
            ): each_way(lambda x: -x.sum()),
            (
                "Each row keeps its own loss. One number is asked.",
                "Take the mean over the rows.",
            ): each_way(lambda x: -x),
            (
                "Your loss is negative. ln of a probability is never above 0: what is missing?",
                "The loss is minus the logarithm.",
            ): each_way(torch.mean),
            (
                "Those are bits, from the logarithm to base 2.",
                "Nats come from `torch.log`, the natural logarithm.",
            ): each_way(lambda x: -x.mean() / torch.tensor(2.0).log()),
            (
                "You look up a neighbour of the target. The index needs no shift.",
                "Classes count from 0, so a target is a column already.",
            ): each_way(shift=-1) + each_way(shift=1),
            (
                "You look up each row at all targets. Each row has one target of its own.",
                "Your function from 03.3 takes one entry from each row.",
            ): each_way(pick=lambda p, y: p[:, y]),
            (
                "The whole table is averaged. Look up the target of each row first.",
                "Your function from 03.3 takes one entry from each row.",
            ): each_way(pick=lambda p, y: p),
            (
                "Each row's probabilities should sum to 1: along the last dimension. Yours do along dimension 0.",
                "`dim=-1`, in the maximum and in the sum.",
            ): [nats(lambda z, way=way: way(z.T).T) for way in WAYS],
            (
                "You average the probabilities and then take the logarithm. Each row has its own loss first.",
                "First the logarithm, then the mean.",
            ): [nats(lambda z, way=way: way(z).exp(), last=lambda p: -p.mean().log()) for way in WAYS],
            (
                "You look up logits and average them. The sum of exponentials of each row is missing.",
                "ln p is the logit minus the logarithm of that sum.",
            ): [nats(lambda z: z), nats(lambda z: z - z.amax(-1, True))],
            (
                "You look up probabilities and average them. The logarithm is missing.",
                "The loss of a row is minus ln of its probability, and ln p has a formula of its own.",
            ): [nats(softmax), nats(naive)],
            (
                "The number is right, but the gradient cannot get through. Something turned the tensor into a plain number.",
                "Return a tensor without dimensions: no `.item()`, `.tolist()` or `torch.tensor(...)` on the way.",
            ): [nats(WAYS[0], last=last) for last in (lambda x: -x.mean().item(), lambda x: -x.mean().detach(), lambda x: torch.tensor(-x.mean().item()))],
        }
    ),
    hints=(
        "Three steps: subtract each row's maximum, compute ln p for the whole table, average minus ln p over the targets.",
        "ln p is the shifted logits minus the logarithm of `exp().sum(dim=-1, keepdim=True)`. Then read it in pairs, as in 03.3.",
    ),
    cases=lambda g: [
        (torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, -1.0]]), torch.tensor([0, 1])),
        *((torch.tensor([[3000.0, 0.0]]), torch.tensor([y])) for y in (0, 1)),
        (torch.tensor([[3000.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])),
        (torch.tensor([[0.0, 3000.0]]), torch.tensor([1])),
        *((randn(g, n, v), torch.randint(v, (n,), generator=g)) for n, v in ((4, 4), (5, 3), (1, 6), (7, 9))),
    ],
)
