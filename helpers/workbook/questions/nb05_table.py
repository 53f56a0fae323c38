"""The exercises of notebook 05 about the table, its loss, and its training."""

import torch
import torch.nn as nn

from helpers.basics.bigram import fit
from helpers.model import Bigram
from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions import nb05_wrong as wrong
from helpers.workbook.questions.nb05_trials import bigram_trial, fit_trial, loss_trial, settings

NO_CLASS = "Every nn.Module begins with a line that sets up its register of weights. Which one is missing from `__init__`?"

BIGRAM = Exercise(
    "Bigram is yours: the weights of ours, the same logits, the same gradients.",
    part="Bigram",
    right=Bigram,
    run=bigram_trial,
    cases=lambda g: [((v,), torch.randint(v, shape, generator=g)) for v, shape in ((3, (1, 2)), (7, (4, 5)), (11, (3, 1)))],
    mistakes=listed(
        {
            ("Your forward returns probabilities. What does `cross_entropy` want?", "Leave out the softmax: a model returns logits, any numbers at all."): [
                wrong.bigram(lambda table, idx: table(idx).softmax(dim=-1)),
                wrong.bigram(lambda table, idx: table(idx).log_softmax(dim=-1)),
            ],
            (
                "Right but for a name: later notebooks look for the layer under the name that the text gives.",
                "The name on `self` becomes the name of the weights, which should be `table.weight`.",
            ): wrong.named_otherwise(),
            (
                "You return the logits of one position for each text. Every position has a next character of its own.",
                "Look up all of `idx` at once: the result has one more dimension than `idx`.",
            ): wrong.bigram(lambda table, idx: table(idx)[:, -1]),
            (
                "The numbers are there, but batch and time have become one dimension. Who flattens, the model or the loss?",
                "Return what the lookup gives, (B, T, V), and leave flattening to the loss.",
            ): wrong.bigram(lambda table, idx: table(idx).flatten(0, 1)),
            (
                "`detach`, `.data` and `no_grad` cut the graph: no gradient reaches the table.",
                "Call the layer itself, with `idx` in round brackets. Nothing has to be taken out of it.",
            ): [wrong.bigram(lambda table, idx: table.weight.detach()[idx]), wrong.bigram(lambda table, idx: table(idx).detach())],
            (
                "A layer is called, with round brackets.",
                "Only tensors and lists take square brackets, and an nn.Embedding is neither.",
            ): wrong.bigram(lambda table, idx: table[idx]),
            (
                "Keep the layer on `self`: a name without it is forgotten at the end of `__init__`.",
                "What `forward` reads as `self.table` has to be assigned under just this name.",
            ): wrong.WithoutSelf,
            ("Only `forward` is missing.", "`forward(self, idx)` looks the rows of `idx` up in the table."): wrong.WithoutForward,
            (
                "nn.Linear multiplies vectors of floats by its weight, and `idx` holds integers. Which layer looks rows up?",
                "nn.Embedding takes the integers as they are.",
            ): [wrong.bigram(wrong.look_up, layer=lambda V: nn.Linear(V, V)), wrong.bigram(wrong.look_up, layer=lambda V: nn.Linear(V, V, bias=False))],
            (NO_CLASS, "`super()` gives access to what nn.Module does in its own `__init__`."): wrong.WithoutSuper,
            (
                "A plain tensor is not registered as a weight, so no optimizer would find it. Which layer holds a table that learns?",
                "Make an nn.Embedding with as many rows as characters. How long is a row?",
            ): wrong.bigram(lambda table, idx: table[idx], layer=lambda V: torch.zeros(V, V)),
            (
                "A Parameter does learn, but later notebooks look for `table.weight`. Which layer keeps such a weight?",
                "nn.Embedding: its weight is the Parameter, and calling it looks rows up.",
            ): wrong.bigram(lambda table, idx: table[idx], layer=lambda V: nn.Parameter(torch.zeros(V, V))),
            (
                "A Linear layer keeps its weight transposed, as (out, in). Here row i should belong to the current character i.",
                "Take the layer that looks up rows by index. It needs no one-hot vectors.",
            ): [
                wrong.bigram(wrong.one_hot_times, layer=lambda V: nn.Linear(V, V, bias=False)),
                wrong.bigram(wrong.one_hot_times, layer=lambda V: nn.Linear(V, V)),
            ],
            (
                "nn.Embedding needs two sizes: the number of rows, and the length of a row.",
                "One row for each current character, with one logit for each next character.",
            ): wrong.bigram(wrong.look_up, layer=lambda V: nn.Embedding(V)),
            (
                "How many logits does one position need? There is one for each character that could come next.",
                "A row of your table has one number. The table should have as many columns as rows.",
            ): wrong.bigram(wrong.look_up, layer=lambda V: nn.Embedding(V, 1)),
            (
                "Your table has 84 rows whatever the vocabulary. Which argument tells how many characters there are?",
                "`V` is a variable of this notebook. Use `vocab_size` instead.",
            ): wrong.bigram(wrong.look_up, layer=lambda V: nn.Embedding(84, 84)),
            ("Your `forward` gives back None. Is there a `return`?", "`forward` hands back the rows that belong to `idx`."): wrong.bigram(
                lambda table, idx: None
            ),
            (
                "Your `forward` returns a pair. In this course the loss is computed outside of the model.",
                "Return the logits alone.",
            ): wrong.bigram(lambda table, idx: (table(idx), None)),
        }
    ),
    hints=(
        "One line each: `__init__` makes a table of logits, and `forward` looks rows up in it.",
        "nn.Embedding takes the number of rows and the length of a row. A row holds one logit for each next character.",
    ),
)

LOSS = Exercise(
    "One number for B times T questions. `backward` can start from it.",
    right=wrong.loss_with(),
    run=loss_trial,
    cases=settings("{0} characters and a batch of shape ({1}, {2})", (3, 1, 2), (5, 2, 3), (7, 4, 4)),
    mistakes=listed(
        {
            (
                "Your targets are the inputs. What should the model predict at each position?",
                "`y` holds the characters that come next.",
            ): wrong.loss_with(targets=lambda x, y: x.flatten()),
            (
                "`cross_entropy` looks for the classes in the second dimension, and there your logits have the time.",
                "Make one row for each question: (B, T, V) becomes (B*T, V).",
            ): wrong.loss_with(logits=lambda z: z, targets=lambda x, y: y),
            (
                "The logits are flat, and the targets are not: they need one entry for each row of logits.",
                "Flatten `y` to (B*T,) as well.",
            ): wrong.loss_with(targets=lambda x, y: y),
            (
                "You flatten too far: every question needs its own row of V logits.",
                "`flatten(0, 1)` joins the first two dimensions and leaves the third.",
            ): wrong.loss_with(logits=lambda z: z.flatten()),
            (
                "`cross_entropy` does a softmax itself, and yours comes on top of it.",
                "Hand over the logits as the model returns them.",
            ): wrong.loss_with(logits=lambda z: z.flatten(0, 1).softmax(dim=-1)),
            (
                "Logits first, then the targets.",
                "The first argument has V numbers for each question, the second has one.",
            ): wrong.loss_swapped,
            (
                "`x` holds characters, not logits. Call the model.",
                "`model(x)` gives logits of shape (B, T, V).",
            ): [wrong.loss_of_x(), wrong.loss_of_x(flat=False)],
            (
                "You add up means, so the loss grows with the batch. Take one mean over all questions.",
                "Flatten, and call `cross_entropy` once.",
            ): [wrong.loss_summed(0), wrong.loss_summed(1)],
            (
                "Your loss is a sum, so it would grow with the batch. A loss per character is a mean.",
                "Leave `reduction` at what it is by default.",
            ): wrong.loss_with(reduction="sum"),
            (
                "The number is right, but it has no graph any more, so `backward` cannot start from it.",
                "Return the tensor that `cross_entropy` gives, without `.item()` or `.detach()`.",
            ): [wrong.loss_with(give=lambda loss: loss.item()), wrong.loss_with(give=lambda loss: loss.detach())],
            (
                "You ask one question for each text, at its last position. Each position is a question.",
                "Keep all T positions, and flatten.",
            ): wrong.loss_with(logits=lambda z: z[:, -1], targets=lambda x, y: y[:, -1]),
        }
    ),
    hints=(
        "Three things: the logits of `x`, both tensors flattened, and `F.cross_entropy`.",
        "`flatten(0, 1)` turns logits of shape (B, T, V) into (B*T, V), and `flatten()` turns `y` into (B*T,).",
    ),
)

FIT = Exercise(
    "fit is yours: the same table as ours after every number of steps, and the same losses.",
    part="fit",
    right=fit,
    run=fit_trial,
    cases=settings("{0} characters and {1} steps,", (5, 3), (8, 7), (6, 1), (4, 0)),
    mistakes=listed(
        {
            (
                "The first step is right, and later ones go astray. What is in `.grad` when the second `backward` begins?",
                "`backward` adds to the gradients that are there. Remove the old ones in every step.",
            ): wrong.fit_with("backward", "step"),
            (
                "`step` moves the weights by their gradients. Who has computed them at that moment?",
                "First `backward`, then `step`.",
            ): [wrong.fit_with("zero_grad", "step", "backward"), wrong.fit_with("step", "zero_grad", "backward"), wrong.fit_with("step", "backward")],
            (
                "When `step` comes, the gradients are gone: something has removed them after `backward`.",
                "`zero_grad` may stand before `backward` or after `step`, but not between the two.",
            ): wrong.fit_with("backward", "zero_grad", "step"),
            (
                "The table has not moved. Which call moves the weights?",
                "`backward` only computes gradients. Call the optimizer's `step` after it, with the brackets of a call.",
            ): [wrong.fit_with("zero_grad", "backward"), wrong.fit_with("backward"), wrong.fit_with("zero_grad")],
            (
                "`step` finds no gradients. Which call computes them?",
                "A loss knows how it was computed: call its `backward`.",
            ): [wrong.fit_with("zero_grad", "step"), wrong.fit_with("step")],
            (
                "You train the model to repeat its input.",
                "The first of the two tensors of a batch goes into the model. The second holds the targets.",
            ): wrong.fit_with(targets="x"),
            (
                "Your list holds tensors. Each of them keeps the graph of its step in memory.",
                "`.item()` gives the number in a tensor as a float.",
            ): [wrong.fit_with(item=False), wrong.fit_with(give=lambda losses: [torch.tensor(loss) for loss in losses])],
            (
                "You take one batch and train on it again and again. Where does `next_batch()` belong?",
                "Call `next_batch` inside of the loop.",
            ): wrong.fit_with(each=False),
            (
                "`cross_entropy` does a softmax itself, and yours comes on top of it.",
                "Hand over the logits as the model returns them, flattened.",
            ): wrong.fit_with(logits=lambda z: z.flatten(0, 1).softmax(dim=-1)),
            (
                "The loss is where it fails. Which shapes does `cross_entropy` want?",
                "As in 05.2: logits (B*T, V), targets (B*T,).",
            ): [wrong.not_flat, wrong.half_flat],
            (
                "`next_batch` is a function: a batch comes from calling it.",
                "Put brackets behind its name.",
            ): wrong.not_called,
            (
                "Your function ends in its first step. Look at the indentation of `return`.",
                "`return` belongs below the loop, not into it.",
            ): wrong.fit_and_leave,
            (
                "It trains, and returns None. What should come back?",
                "Collect the losses in a list, and return it at the end.",
            ): wrong.fit_with(give=lambda losses: None),
            (
                "`.item()` too early: it gives a plain number, and a number has no `backward`.",
                "Keep the loss a tensor, and take its number where you append it to the list.",
            ): wrong.fit_on_a_number,
            (
                "`steps` is one number. A loop needs something to go through.",
                "`range` counts up to a number.",
            ): wrong.fit_over_a_number,
            (
                "The table moves, but not by the optimizer that you are given.",
                "Make no optimizer of your own: the caller has chosen one, with its learning rate.",
            ): wrong.fit_with(other=True),
            (
                "Your list holds only the loss of the last step. Where does the list begin, and where does it grow?",
                "The empty list stands above the loop, and `append` inside of it.",
            ): wrong.fit_with(give=lambda losses: [losses[-1]]),
            (
                "It trains, and returns one loss. A curve needs the loss of every step.",
                "Collect the losses in a list.",
            ): [
                wrong.fit_with(give=lambda losses: losses[-1] if losses else 0.0),
                wrong.fit_with(give=lambda losses: losses[-1]),
                wrong.fit_with(item=False, give=lambda losses: losses[-1]),
                wrong.fit_with(give=lambda losses: sum(losses)),
            ],
        }
    ),
    hints=(
        "In each step: a batch, its loss as in 05.2, the three calls of the last section in their order, and one more entry in the list.",
        "`zero_grad`, `backward`, `step`, then append the loss as a float. Return the list below the loop.",
    ),
)
