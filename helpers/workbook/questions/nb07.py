"""The exercises of notebook 07: a step of gradient descent, the two averages, Adam's step, and the part AdamW."""

import torch

from helpers.workbook.questions import Exercise, listed, randn, strides
from helpers.workbook.questions.nb07_adamw import ADAMW
from helpers.workbook.questions.strides import adam_change, averaging, stepping
from helpers.workbook.questions.strides_trials import Weights, step_trial

STEP = Exercise(
    "Each weight moves against its gradient, in place, so that the model sees it.",
    right=stepping(),
    run=step_trial,
    cases=lambda g: [
        (Weights("a weight of 2 with a gradient of 2, lr 0.1,", ((),), {"lr": 0.1}, value=2.0),),
        (Weights("tensors of shapes (2, 3) and (4,), lr 0.5,", ((2, 3), (4,)), {"lr": 0.5}),),
        (Weights("tensors of shapes (3,) and (2, 2), and one without a gradient,", ((3,), (2, 2)), {"lr": 0.2}, unused=True),),
    ],
    mistakes=listed(
        {
            (
                "You walk uphill. The gradient points to where the loss grows.",
                "Subtract the step instead of adding it.",
            ): stepping(lambda p, g, lr: p.add_(lr * g)),
            (
                "The whole gradient is subtracted. What is the learning rate for?",
                "Multiply the gradient by lr first.",
            ): stepping(lambda p, g, lr: p.sub_(g)),
            (
                "You put new tensors in the list, and the model keeps the old ones.",
                "Change each tensor itself, with `-=`.",
            ): strides.relisted,
            (
                "The weights are where they were. Does a line such as `p = p - ...` change the tensor, or give its name to a new one?",
                "An operator that changes the tensor itself ends in an equals sign, as `+=` does.",
            ): strides.rebound,
            (
                "One tensor has no gradient: its `.grad` is None, and None cannot be multiplied.",
                "Skip a tensor whose `.grad` is None, with an `if` inside the loop.",
            ): stepping(skip=False),
            (
                "PyTorch would record the step as part of the model. The stub has a line above `def` against that.",
                "Copy the first line of the stub back, the one with `no_grad`.",
            ): strides.recorded,
            (
                "Only the first tensor moves. Does something end the loop early?",
                "Go through all the tensors; there is nothing to return.",
            ): [strides.first_only, strides.first_used_only],
            (
                "At the first tensor without a gradient your step ends, and the tensors behind it stay where they are.",
                "Skip that tensor alone: `continue` goes on with the next one.",
            ): stepping(skip="stop"),
            (
                "The learning rate divides in yours. A small one should make small steps.",
                "Multiply by lr.",
            ): stepping(lambda p, g, lr: p.sub_(g / lr)),
            (
                "Only the signs of the gradients count in yours. A steep direction should move further.",
                "Use the gradient itself, with its size.",
            ): stepping(lambda p, g, lr: p.sub_(lr * g.sign())),
            (
                "The step is right, but it takes the gradient away. Removing it is the job of `zero_grad`.",
                "Leave `.grad` as it is.",
            ): stepping(strides.spent),
            (
                "The step is right, but you scaled the gradient itself, and somebody may still want to read it.",
                "Multiply by lr in the line that subtracts, and leave `.grad` as it is.",
            ): stepping(strides.shortened),
        }
    ),
    hints=(
        "One loop over the tensors. Each has its gradient in `.grad`, unless that is None.",
        "In the loop, subtract lr times the gradient from the tensor in place, with `-=`.",
    ),
)

AVERAGES = Exercise(
    "Two memories: m averages the gradients, and v averages their squares.",
    right=averaging(),
    cases=lambda g: [
        (torch.tensor([0.0]), torch.tensor([0.0]), torch.tensor([2.0]), (0.9, 0.999)),
        (torch.tensor([1.0, -1.0]), torch.tensor([4.0, 1.0]), torch.tensor([3.0, 0.5]), (0.8, 0.5)),
        *((randn(g, *s), randn(g, *s) ** 2, randn(g, *s), betas) for s, betas in (((2, 3), (0.9, 0.999)), ((4,), (0.6, 0.95)))),
    ],
    mistakes=listed(
        {
            (
                "v averages the gradients, as m does. It should average their squares.",
                "In the line for v, square the gradient.",
            ): averaging(new_v=lambda v, g, b: b * v + (1 - b) * g),
            (
                "The new gradient comes in whole, so m and v are sums. An average gives it a share only.",
                "The old average gets the weight beta, and what is new gets 1 - beta.",
            ): averaging(lambda m, g, b: b * m + g, lambda v, g, b: b * v + g**2),
            (
                "beta weighs what is new. It should weigh the old average.",
                "With beta = 0.9, nine tenths of the old average stay.",
            ): averaging(lambda m, g, b: (1 - b) * m + b * g, lambda v, g, b: (1 - b) * v + b * g**2),
            (
                "Both averages use one beta. Each has its own.",
                "The first of the two betas belongs to m, the second to v.",
            ): [lambda m, v, grad, betas: averaging()(m, v, grad, (betas[0],) * 2), lambda m, v, grad, betas: averaging()(m, v, grad, (betas[1],) * 2)],
            (
                "The two betas are exchanged.",
                "The first of the two belongs to m, the second to v.",
            ): lambda m, v, grad, betas: averaging()(m, v, grad, betas[::-1]),
            (
                "v averages the squares of m. It should average those of the gradient.",
                "Use `grad` in both lines.",
            ): strides.of_squared_m,
            (
                "The whole new share is squared, 1 - beta too. Only the gradient should be.",
                "`a * b**2` squares b alone. Look at your brackets.",
            ): averaging(new_v=lambda v, g, b: b * v + ((1 - b) * g) ** 2),
            (
                "The two averages are in the wrong order: m comes first.",
                "Return m before v.",
            ): averaging(last=lambda m, v, betas: (v, m)),
            (
                "Your shares are fixed numbers, so other `betas` change nothing.",
                "Take both shares from `betas`, which is a pair.",
            ): [strides.of_numbers(0.9, 0.999), strides.of_numbers(0.9, 0.99)],
            (
                "The division by 1 - beta comes too early. The averages stay uncorrected until 07.3.",
                "Return them without a division.",
            ): averaging(last=lambda m, v, betas: (m / (1 - betas[0]), v / (1 - betas[1]))),
            (
                "That is only the first average. Both are asked.",
                "Return the pair: m, v.",
            ): averaging(last=lambda m, v, betas: m),
            (
                "v has lost its square by a root. The root comes later, in the step.",
                "Return v as the average of squares.",
            ): averaging(last=lambda m, v, betas: (m, v.sqrt())),
        }
    ),
    hints=(
        "Both lines look alike: a share of the old average, plus a share of what is new.",
        "The shares are beta and 1 - beta. New for m is the gradient, new for v is its square.",
    ),
)

CHANGE = Exercise(
    "Adam's step: the corrected average, divided by the root of the corrected average of squares.",
    right=adam_change(),
    cases=lambda g: [
        (torch.tensor([0.2]), torch.tensor([0.004]), 1, 0.1),
        (torch.tensor([1.0, -0.5]), torch.tensor([4.0, 0.09]), 3, 0.5),
        (torch.tensor([0.0, 1e-6]), torch.tensor([0.0, 1e-12]), 2, 0.1),
        *(
            (randn(g, *s), 0.01 + randn(g, *s) ** 2, t, lr, betas, eps)
            for s, t, lr, betas, eps in (((2, 3), 7, 0.3, (0.8, 0.95), 0.1), ((4,), 2, 1.0, (0.6, 0.9), 1e-4))
        ),
    ],
    tolerance=1e-6,
    mistakes=listed(
        {
            (
                "Neither average is corrected. What are m and v after the first step, if they begin at 0?",
                "Divide m by 1 - beta1 ** t, and v by its own factor.",
            ): adam_change(correct=(False, False)),
            (
                "m is corrected, but v is not.",
                "v began at 0, too. Its factor uses the second beta.",
            ): adam_change(correct=(True, False)),
            (
                "v is corrected, but m is not.",
                "m began at 0, too. Its factor uses the first beta.",
            ): adam_change(correct=(False, True)),
            (
                "You multiply by the correction, which makes the averages smaller still.",
                "They are too small by the factor 1 - beta ** t. Divide by it.",
            ): adam_change(upside_down=True),
            (
                "The correction is the same at every step. It should fade while t grows.",
                "The beta is raised to the power t.",
            ): adam_change(times=lambda beta, t: 1 - beta),
            (
                "The correction has a product where a power is needed.",
                "`beta * t` is a product, `beta**t` is a power.",
            ): adam_change(times=lambda beta, t: 1 - beta * t),
            (
                "`(1 - beta)**t` takes the power of the difference. The power belongs to beta alone.",
                "Without those parentheses, the power is taken before the minus.",
            ): adam_change(times=lambda beta, t: (1 - beta) ** t),
            (
                "You divide by beta to the power t. The averages are too small by what is missing from it to 1.",
                "Subtract the power from 1, then divide by that.",
            ): adam_change(times=lambda beta, t: beta**t),
            (
                "The correction is that of the next step. Step t is counted from 1 already.",
                "Use t as it is, without adding 1.",
            ): adam_change(times=lambda beta, t: 1 - beta ** (t + 1)),
            (
                "Both corrections use one beta. Each average has its own.",
                "The first of the two belongs to m, the second to v.",
            ): [adam_change(which=(0, 0)), adam_change(which=(1, 1))],
            (
                "Your corrections use fixed numbers, so other `betas` change nothing.",
                "Take both from the argument `betas`, which is a pair.",
            ): adam_change(fixed=[("betas", (0.9, 0.999))]),
            (
                "A fixed number stands for eps, so another `eps` changes nothing.",
                "Add the argument `eps` to the root.",
            ): adam_change(fixed=[("eps", 1e-8)]),
            (
                "eps is added after the division, and cannot prevent a division by 0 there.",
                "Put parentheses around the divisor: the root, plus eps.",
            ): [adam_change(small="after"), adam_change(small="in brackets")],
            (
                "The root is missing. v is an average of squares, and has to come back to the size of a gradient.",
                "Take the square root of the corrected v.",
            ): adam_change(root=False),
            (
                "eps is inside the root, where 1e-8 becomes 1e-4.",
                "Take the root first, then add eps.",
            ): adam_change(small="inside"),
            (
                "eps is added before v is corrected, so it counts for more in the first steps.",
                "Correct v, take its root, then add eps.",
            ): adam_change(small="early"),
            (
                "Where all gradients were 0, yours divides 0 by 0. What is eps for?",
                "Add eps to the root, below the fraction.",
            ): adam_change(small="none"),
            (
                "The learning rate is missing.",
                "Multiply the fraction by lr.",
            ): adam_change(rate=False),
            (
                "The sign is turned round. This function gives what will be subtracted.",
                "Return the step without a minus.",
            ): adam_change(sign=-1),
            (
                "The two betas are exchanged in the corrections.",
                "The first of the two belongs to m, the second to v.",
            ): adam_change(which=(1, 0)),
        }
    ),
    hints=(
        "First correct both averages, then divide one by the root of the other.",
        "m_hat is m / (1 - beta1 ** t), and likewise v_hat. Then lr times m_hat, over the root of v_hat plus eps.",
    ),
)

EXERCISES = {"07.1": STEP, "07.2": AVERAGES, "07.3": CHANGE, "07.4": ADAMW}
