"""The part of notebook 07, AdamW: how it is tried, and its typical mistakes."""

from helpers.basics import AdamW
from helpers.workbook.questions import Exercise, listed, strides_adamw
from helpers.workbook.questions.strides import averaging, of_one_list
from helpers.workbook.questions.strides_adamw import spoilt
from helpers.workbook.questions.strides_trials import Weights, optimizer_trial

CASES = (
    Weights("a weight of 2, gradients of 2, lr 0.1 and weight decay 0.5:", ((),), {"lr": 0.1, "weight_decay": 0.5}, value=2.0),
    Weights("tensors of shapes (2, 3) and (4,), and the default settings:", ((2, 3), (4,))),
    Weights("three tensors, betas (0.8, 0.95), weight decay 0.3:", ((3, 2), (2,), (1, 4)), {"lr": 0.2, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
    Weights("small gradients and a large eps:", ((3,), (2, 2)), {"lr": 0.1, "eps": 1e-2, "weight_decay": 0.0}, scale=1e-2),
    Weights("gradients of 0, eps 1e-8:", ((2,),), {"lr": 0.1, "weight_decay": 0.2}, scale=0.0),
    Weights("a tensor of shape (2, 2), and one that never gets a gradient:", ((2, 2),), {"lr": 0.1, "weight_decay": 0.5}, unused=True),
)

ADAMW = Exercise(
    "AdamW is yours: over several steps, every weight is where ours is, which is where PyTorch's is.",
    part="AdamW",
    right=AdamW,
    run=optimizer_trial,
    cases=lambda g: [(case,) for case in CASES],
    tolerance=1e-6,
    mistakes=listed(
        {
            (
                "That is PyTorch's AdamW under your name. This one is for you to write.",
                "Begin with `class AdamW:`, without anything in brackets, and fill in the three methods.",
            ): strides_adamw.Wrapped,
            (
                "Nothing decays: that is Adam. Where is weight_decay used?",
                "Before the step, multiply each weight by a factor slightly below 1.",
            ): spoilt(decay="none"),
            (
                "The decay is added to the gradient, so that Adam divides it away again. It belongs to the weights.",
                "Leave the gradient alone. Before the step, multiply the weight itself.",
            ): [spoilt(decay=where) for where in ("gradient", "gradient in place", "gradient too late", "gradient times lr", "m alone", "both")],
            (
                "The weights shrink by the whole decay at every step.",
                "The factor is 1 - lr * weight_decay.",
            ): spoilt(decay="whole"),
            (
                "The decay shrinks Adam's step, too. Which of the two comes first?",
                "First shrink the old weight, then subtract the step.",
            ): spoilt(decay="after"),
            (
                "The weights grow by the decay. They should shrink.",
                "The factor lies below 1.",
            ): spoilt(decay="grows"),
            (
                "Every weight loses the same amount to the decay. It should lose a share of itself.",
                "Multiply the weight by a factor instead of subtracting a number.",
            ): spoilt(decay="constant"),
            (
                "There is no bias correction, so the first steps are too long.",
                "Divide m by 1 - beta1 ** t and v by 1 - beta2 ** t, as in 07.3.",
            ): spoilt(options={"correct": (False, False)}),
            (
                "m is corrected, but v is not.",
                "v began at 0, too. Its factor uses the second beta.",
            ): spoilt(options={"correct": (True, False)}),
            (
                "v is corrected, but m is not.",
                "m began at 0, too. Its factor uses the first beta.",
            ): spoilt(options={"correct": (False, True)}),
            (
                "The root of v is missing.",
                "Divide by the root of the corrected v, plus eps.",
            ): spoilt(options={"root": False}),
            (
                "eps is inside the root. It should be outside.",
                "Take the root first, then add eps.",
            ): spoilt(options={"small": "inside"}),
            (
                "Where all gradients are 0, yours divides 0 by 0. What is eps for?",
                "Add eps to the root, below the fraction.",
            ): spoilt(options={"small": "none"}),
            (
                "You walk uphill.",
                "Subtract the step from the weight.",
            ): spoilt(options={"sign": -1}),
            (
                "The step does not depend on the learning rate.",
                "Multiply the fraction by self.lr.",
            ): spoilt(options={"rate": False}),
            (
                "The first step is right, and the averages are then forgotten. Where do they live between two calls of `step`?",
                "Create both lists in `__init__`, and store each new average in them.",
            ): spoilt(carry=""),
            (
                "v is stored from step to step, and m is forgotten.",
                "Store the new m in its list, as you do with v.",
            ): spoilt(carry="v"),
            (
                "m is stored from step to step, and v is forgotten.",
                "Store the new v in its list, as you do with m.",
            ): spoilt(carry="m"),
            (
                "The corrected averages are stored, and the next step corrects them again.",
                "Give them names of their own, and keep m and v as 07.2 makes them.",
            ): spoilt(hats=True),
            (
                "The two betas are exchanged.",
                "The first of the two belongs to m, the second to v.",
            ): spoilt(exchanged=True),
            (
                "v averages the gradients, as m does. It should average their squares.",
                "In the line for v, square the gradient.",
            ): spoilt(averages=averaging(new_v=lambda v, g, b: b * v + (1 - b) * g)),
            (
                "The new gradient comes in whole, so m and v are sums.",
                "Give what is new the weight 1 - beta, as in 07.2.",
            ): spoilt(averages=averaging(lambda m, g, b: b * m + g, lambda v, g, b: b * v + g**2)),
            (
                "m and v are one and the same list in yours. What is stored in one appears in the other.",
                "Make two lists, in two lines.",
            ): spoilt(averages=of_one_list),
            (
                "In the first step t is 0, and 1 - beta ** 0 is 0. Steps are counted from 1.",
                "Add 1 to self.t before you use it.",
            ): [spoilt(first=-1)],
            (
                "The correction is that of one step later: t is 2 in the first step.",
                "Start with self.t = 0, and add 1 once in `step`.",
            ): spoilt(first=1),
            (
                "t grows with every tensor. It should count the steps.",
                "Add 1 to self.t above the loop.",
            ): spoilt(once_a_step=False),
            (
                "You put new tensors in the list, and the model keeps the old ones.",
                "Change each tensor itself, with `*=` and `-=`.",
            ): strides_adamw.Relisted,
            (
                "The tensors were gone when `step` looked for them. `model.parameters()` can be read only once.",
                "Keep `list(parameters)` in `__init__`, and use that list everywhere.",
            ): strides_adamw.Exhausted,
            (
                "The weights are where they were. Does a line such as `p = p - ...` change the tensor, or give its name to a new one?",
                "Change the tensor itself, with `*=` and `-=`.",
            ): strides_adamw.Rebound,
            (
                "The weights decay, but Adam's step is lost: a line such as `p = p - ...` gives the name `p` to a new tensor.",
                "Change the tensor itself, with `-=`.",
            ): strides_adamw.DecayedThenRebound,
            (
                "No weight moves: steps 2 and 3 of the list are missing.",
                "Behind the averages, shrink `p` in place, and then subtract the step of 07.3 from it in place.",
            ): spoilt(ends_with="averages"),
            (
                "The averages in your lists are still 0 after a step, so Adam's step is 0, too.",
                "Store both new averages in their lists before step 3 uses them.",
            ): strides_adamw.Unstored,
            (
                "The weights decay, but nothing else moves them: step 3 of the list is missing.",
                "Subtract the corrected step of 07.3 from `p` in place.",
            ): spoilt(ends_with="decay"),
            (
                "PyTorch would record the step as part of the model. The stub has a line above `step` against that.",
                "Copy the line with `no_grad` back from the stub.",
            ): strides_adamw.Recorded,
            (
                "Only the first tensor moves. Does something end the loop early?",
                "`return` and `break` end a loop. To skip one tensor, there is `continue`.",
            ): [strides_adamw.FirstOnly, strides_adamw.FirstUsedOnly],
            (
                "At the first tensor without a gradient your step ends, and the tensors behind it stay where they are.",
                "Skip that tensor alone: `continue` goes on with the next one.",
            ): spoilt(skip="stop"),
            (
                "A tensor that was not used has no gradient: its `.grad` is None.",
                "Skip such a tensor, with an `if` inside the loop.",
            ): spoilt(skip=False),
            (
                "`zero_grad` leaves the gradients where they are.",
                "Set the `.grad` of each tensor to None.",
            ): spoilt(clear="nothing"),
            (
                "`zero_grad` should set None, not 0. PyTorch's takes the gradient away, so that `step` can skip a tensor that was not used.",
                "Set the `.grad` of each tensor to None.",
            ): [spoilt(clear=how) for how in ("zeros", "new zeros", "zero_")],
            (
                "`step` takes the gradients away. Whoever calls it may still want to look at them.",
                "Removing gradients is the job of `zero_grad` alone.",
            ): strides_adamw.Clearing,
            (
                "All steps are right until somebody changes the learning rate. The range test does, by setting `optimizer.lr`.",
                "Keep it as self.lr, and read it anew in every step.",
            ): spoilt(live=False),
            (
                "You ignore the setting `betas`: fixed numbers stand in their place.",
                "Keep `betas` in `__init__`, and read them in `step`.",
            ): [spoilt(fixed={"betas": betas}) for betas in ((0.9, 0.999), (0.9, 0.99))],
            (
                "You ignore the setting `eps`: a fixed number stands in its place.",
                "Keep `eps` in `__init__`, and hand it to the step of 07.3.",
            ): spoilt(fixed={"eps": 1e-8}),
            (
                "You ignore the setting `lr`: a fixed number stands in its place.",
                "Keep `lr` as self.lr, and read it in `step`, for the decay and for the step of 07.3.",
            ): [spoilt(fixed={"lr": lr}, live=live) for lr in (1e-3, 0.01, 0.1) for live in (True, False)],
            (
                "You ignore the setting `weight_decay`: a fixed number stands in its place.",
                "Keep `weight_decay` in `__init__`, and read it in `step`.",
            ): [spoilt(fixed={"weight_decay": decay}) for decay in (0.01, 0.1)],
            (
                "Adam's step runs with its default `betas`, not with those that were set.",
                "Hand your `betas` to the function of 07.3, and your `eps` too.",
            ): [spoilt(lost=lost) for lost in (("betas",), ("betas", "eps"))],
        }
    ),
    hints=(
        "`__init__` keeps the settings, the list of tensors, self.t = 0, and a tensor of zeros for each m and each v.",
        "`step` adds 1 to self.t. For each tensor with a gradient, in this order: both averages as in 07.2, the decay, the step of 07.3.",
    ),
)
