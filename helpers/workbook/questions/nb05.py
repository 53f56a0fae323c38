"""The exercises of notebook 05: training a table."""

import torch
import torch.nn.functional as F

from helpers.workbook.questions import Exercise, Mistake


def step_with(towards=-1, keep=1, lr=True, of_inputs=False, reduction="mean"):
    """One step of gradient descent, right as it stands; each argument spoils one part of it."""

    def train_step(table, x, y, rate):
        table = table.clone().requires_grad_()
        targets = x if of_inputs else y
        F.cross_entropy(table[x].flatten(0, 1), targets.flatten(), reduction=reduction).backward()
        return keep * table.detach() + towards * (rate if lr else 1) * table.grad

    return train_step


def probabilities_as_logits(table, x, y, lr):
    table = table.clone().requires_grad_()
    F.cross_entropy(table[x].flatten(0, 1).softmax(dim=1), y.flatten()).backward()
    return table.detach() - lr * table.grad


def train_step(table, x, y, lr):
    return step_with()(table, x, y, lr)


def still_tracked(given, result):
    if given[0].requires_grad:
        return "You turned on the gradient of the table that you were given. Make a copy first."
    return "Your table is still part of the computation graph, so it cannot take a second step: detach it." if result.requires_grad else None


def not_flat(table, x, y, lr):
    F.cross_entropy(table[x], y)


def in_place(table, x, y, lr):
    table = table.clone().requires_grad_()
    table -= lr * table


def batches(g):
    cases = []
    for V, B, T, lr in ((2, 1, 3, 0.5), (3, 2, 3, 0.1), (7, 4, 5, 1.0), (11, 3, 8, 2.0)):
        tokens = torch.randint(V, (B, T + 1), generator=g)
        cases.append((torch.randn(V, V, generator=g), tokens[:, :-1], tokens[:, 1:], lr))
    return cases


CHARACTERS, PARAMETERS = int(5_057_321 * 0.9), 84 * 84

EXERCISES = {
    "05.1": Exercise(
        "That is all of training: a loss, its gradient, and a step the other way.",
        right=train_step,
        also=still_tracked,
        cases=batches,
        mistakes=(
            Mistake(step_with(towards=1), "The loss of your new table is higher: the gradient points uphill."),
            Mistake(step_with(lr=False), "The step is right in its direction, but `lr` has no effect on its length."),
            Mistake(step_with(of_inputs=True), "Your targets are the inputs: it learns to repeat. What should it predict?"),
            Mistake(
                step_with(reduction="sum"),
                "Your gradient is that of the summed loss, larger for larger batches. The loss is a mean.",
            ),
            Mistake(probabilities_as_logits, "`cross_entropy` does the softmax itself. Give it the logits."),
            Mistake(lambda table, x, y, lr: table, "The table has not moved. What does `.grad` hold after `backward()`?"),
            Mistake(not_flat, "(B, T, V) must become (B * T, V), and y (B * T,): flatten both."),
            Mistake(in_place, "A tensor that collects a gradient may not be changed in place. Return a new one: table.detach() - ..."),
            Mistake(step_with(keep=0, towards=1, lr=False), "That is the gradient itself. Where are the table and the step?"),
            Mistake(step_with(keep=0), "You return the change alone. Add it to the table."),
        ),
        hints=(
            "Four lines: a copy that requires a gradient, the loss of `copy[x]` against y, `backward()`, the new table.",
            "`cross_entropy` wants (B*T, V) and (B*T,). The result is the copy, detached, minus lr times its gradient.",
        ),
        tolerance=1e-5,
    ),
    "05.2": Exercise(
        "Of its 1.95 nats, 0.21 are the limit. The other 1.74 need a memory that a bigram does not have.",
        right=1.74,
        mistakes=(
            Mistake(1.95, "That is the loss itself. How far is it above the limit?"),
            Mistake(0.21, "That is the limit. How far above it is the model?"),
            Mistake(-1.74, "The limit lies below the model: a difference the other way."),
            Mistake(2.33, "That is Shakespeare's bigram baseline above the toy language's limit. Train on the toy text."),
        ),
        hints=(
            "Make a tokenizer and a split from the toy text, and call `train_bigram` with them and the new vocabulary size.",
            "`history.last('val_loss')`, minus 0.21.",
        ),
        tolerance=0.04,
    ),
    "05.3": Exercise(
        "500 steps of 0.0005 on average are 0.25: a learning rate can be too small to arrive in time.",
        right=0.25,
        mistakes=(
            Mistake(0.5, "That is 500 steps at the full rate. It falls to zero on the way."),
            Mistake(0.001, "That is at most one step. How many are there, and how long is each?"),
            Mistake(250.0, "Steps times a half; and how long is each?"),
        ),
        hints=(
            "Add up the lengths of all the steps. The first is 0.001, the last almost 0.",
            "What is the average length of a step, and how many steps are there?",
        ),
        tolerance=0.001,
    ),
    "05.4": Exercise(
        "645 characters for each number: such a small model can only sum up, not memorise.",
        right=CHARACTERS / PARAMETERS,
        mistakes=(
            Mistake(PARAMETERS / CHARACTERS, "That is parameters for each character. The other way round."),
            Mistake(CHARACTERS / 84, "The table has a row *and* a column for each of the 84 characters."),
            Mistake(5_057_321 / PARAMETERS, "That is the whole text. The model learned from the training split."),
            Mistake(CHARACTERS, "That is all of the training split. Divide it among the parameters."),
            Mistake((5_057_321 - CHARACTERS) / PARAMETERS, "That is the validation split. What did the model learn from?"),
        ),
        hints=(
            "How many numbers stand in the table, and how many characters in `train`?",
            "`len(train)` divided by V times V.",
        ),
        tolerance=1.0,
    ),
}
