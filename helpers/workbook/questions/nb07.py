"""What `check` knows about notebook 07: optimizers."""

import torch

from helpers.workbook.questions import Exercise, Mistake, listed, strides
from helpers.workbook.questions.strides import adams, clipping, decayed, each, fading, flat, moving, untouched, velocity


def randn(g, *shape):
    return torch.randn(*shape, generator=g)


GD = Exercise(
    "One step of gradient descent: against the gradient, by the learning rate times its length.",
    right=each(lambda p, g, lr: p - lr * g),
    mistakes=listed(
        {
            "You walk uphill: the gradient points to where the loss grows.": each(lambda p, g, lr: p + lr * g),
            "The whole gradient is taken off. Where is the learning rate?": each(lambda p, g, lr: p - g),
            "You divide by the learning rate. A small one should make small steps.": each(lambda p, g, lr: p - g / lr),
            "Those are the steps. Each has to be taken off its tensor.": [each(lambda p, g, lr: lr * g), each(lambda p, g, lr: -lr * g)],
            "The length of the gradient does not count in yours, only its signs.": each(lambda p, g, lr: p - lr * g.sign()),
            "You scale each gradient to length 1. Steep places should give longer steps.": each(lambda p, g, lr: p - lr * g / g.norm()),
            "All gradients are in one sum. Each number is moved by its own.": strides.together,
            "Within a tensor each number has its own gradient: take no mean or sum of them.": [
                each(lambda p, g, lr: p - lr * g.mean()),
                each(lambda p, g, lr: p - lr * g.sum()),
            ],
            "The learning rate shrinks the tensor as well. It belongs to the gradient alone.": each(lambda p, g, lr: lr * (p - g)),
            "That is the first tensor alone. The result is a list with all of them.": lambda ps, gs, lr: ps[0] - lr * gs[0],
            "Your list ends after the first tensor: `return` stands inside the loop, or the loop is missing.": lambda ps, gs, lr: [ps[0] - lr * gs[0]],
            "The list is as it was: `p = ...` in a loop gives a new tensor a name, and leaves the list alone.": lambda params, grads, lr: params,
            "A list is not a tensor: Python cannot calculate with it. Go through both lists together.": [
                lambda params, grads, lr: params - lr * grads,
                lambda params, grads, lr: params - grads * lr,
            ],
        }
    ),
    hints=(
        "Go through both lists together with `zip`, and make a new tensor from each pair.",
        "For each pair: the tensor minus the learning rate times its gradient.",
    ),
    cases=lambda g: [
        ([torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])], [torch.tensor([10.0, -10.0]), torch.tensor([[4.0]])], 0.1),
        *(([randn(g, *s) for s in shapes], [randn(g, *s) for s in shapes], lr) for shapes, lr in (([(3, 3), (2,), (4, 1)], 0.5), ([(2, 5)], 0.03))),
    ],
)

LIMIT = Exercise(
    "2 / 8 = 0.25: the steepest direction sets the limit, and the flat one has to wait.",
    right=0.25,
    mistakes=(
        Mistake(1.0, "That is the limit along y, the flat direction. x would be thrown out."),
        Mistake(0.5, "The 4 before x² is not the curvature. How fast does the gradient 8x change?"),
        Mistake(0.125, "There the factor 1 - 8 lr is 0, and x arrives in one step. Beyond, it jumps over, and may still shrink."),
        Mistake(0.2, "The curvatures are not added up: each direction has a factor of its own."),
        Mistake(0.4, "The curvatures are not averaged: each direction has a factor of its own."),
        Mistake(0.1, "That was the limit of the notebook's valley, of curvature 20. Here it is another."),
        Mistake(4.0, "That is curvature / 2, upside down."),
        Mistake(8.0, "That is a curvature. The steeper a direction, the smaller the limit."),
        Mistake(2.0, "That is a curvature, of y. The steeper a direction, the smaller the limit."),
    ),
    hints=(
        "A step multiplies x by one factor and y by another. Between which numbers must both lie?",
        "The limit is 2 / curvature, for the direction that is in danger first.",
    ),
    tolerance=1e-4,
)

CLIP = Exercise(
    "One norm, one factor: all gradients are shortened together, and the direction stays.",
    right=clipping(),
    mistakes=listed(
        {
            "Each tensor is clipped by itself, which turns the direction. Take one norm over all of them.": strides.by_tensor,
            "Short gradients are made longer (and a gradient of zero becomes nan). They should stay as they are.": clipping(always=True),
            "That cuts each number off by itself, which turns the direction.": [
                lambda gs, m: [g.clamp(-m, m) for g in gs],
                lambda gs, m: [g.clamp(max=m) for g in gs],
            ],
            "The norm is the root of the sum of squares: the root is missing.": clipping(lambda gs: flat(gs).square().sum()),
            "That is a sum of absolute values. The norm is the root of the sum of squares.": clipping(lambda gs: flat(gs).abs().sum()),
            "You add up the norms of the tensors. Add up their squares, and take the root once.": clipping(lambda gs: sum(g.norm() for g in gs)),
            "That is a root of a mean. The norm has a sum under the root.": clipping(lambda gs: flat(gs).square().mean().sqrt()),
            "The largest number is not the norm.": clipping(lambda gs: flat(gs).abs().max()),
            "You compare the norm with 1, not with the limit.": lambda gs, m: [g * (m / flat(gs).norm() if flat(gs).norm() > 1 else 1.0) for g in gs],
            "They end up at length 1, whatever the limit is.": clipping(factor=lambda limit, n: 1 / n),
            "The factor is upside down: too long gradients become longer still.": [clipping(factor=lambda limit, n: n / limit)],
            "Multiplied by the limit, but not divided by the norm.": clipping(factor=lambda limit, n: limit),
            "Too short ones are scaled, too long ones left: the comparison is the wrong way round.": lambda gs, m: [
                g * m / flat(gs).norm() if flat(gs).norm() < m else g for g in gs
            ],
            "Where all gradients are 0 the norm is 0, and Python does not divide a float by 0. Compare before you divide.": clipping(
                lambda gs: flat(gs).norm().item(), factor=lambda limit, n: min(1.0, limit / n), always=True
            ),
            "The mean of the squares is not their sum.": [
                clipping(lambda gs: sum(g.square().mean() for g in gs).sqrt()),
                clipping(lambda gs: flat(gs).square().mean()),
            ],
            "The limit is subtracted. That turns the direction; a factor does not.": lambda gs, m: [g - m if flat(gs).norm() > m else g for g in gs],
            "Nothing is shortened. When is the norm above the limit?": lambda gs, m: [g * 1.0 for g in gs],
        }
    ),
    hints=(
        "First one number: the root of the sum of all squares, over all tensors. Only then compare it with the limit.",
        "If it is above, multiply every gradient by limit / norm; else by 1.",
    ),
    cases=lambda g: [
        ([torch.tensor([1.2, 1.6])], 3.0),
        ([torch.tensor([0.48, 0.64])], 0.5),
        ([torch.tensor([3.0, 4.0]), torch.tensor([12.0])], 2.0),
        ([torch.tensor([0.3, -0.4])], 1.0),
        ([torch.zeros(2), torch.zeros(1, 2)], 0.5),
        *(
            ([randn(g, *s) * scale for s in shapes], limit)
            for shapes, scale, limit in (([(3, 3), (2,)], 5, 3.0), ([(2, 4), (1,), (3,)], 2, 0.7), ([(2, 2)], 0.1, 4.0))
        ),
    ],
)

MOMENTUM = Exercise(
    "Momentum: a velocity that fades by beta and takes up every gradient whole.",
    right=velocity(fading),
    mistakes=listed(
        {
            "The new gradient is dampened by 1 - beta, as in Adam. PyTorch's momentum takes it up whole.": velocity(lambda v, g, b: b * v + (1 - b) * g),
            "The velocity is forgotten after every step: is it made inside the loop, or never stored?": velocity(fading, carry=False),
            "The new gradient fades along with the old ones. Only what was there before should.": velocity(lambda v, g, b: b * (v + g)),
            "Old gradients never fade in yours: where is beta?": velocity(lambda v, g, b: v + g),
            "The roles are exchanged: beta weighs the velocity so far, not the new gradient.": velocity(lambda v, g, b: (1 - b) * v + b * g),
            "beta weighs the new gradient. It should weigh the velocity so far.": velocity(lambda v, g, b: v + b * g),
            "You walk uphill: the velocity has to be taken off.": moving(lambda p, g, v, lr, b: (p + lr * (b * v + g), b * v + g)),
            "The step uses the velocity from before this gradient. Renew it first, then move.": moving(strides.late),
            "That is Nesterov's momentum, which looks ahead. Plain momentum moves by the velocity alone.": moving(strides.nesterov),
            "The velocity is taken off whole. Where is the learning rate?": moving(lambda p, g, v, lr, b: (p - (b * v + g), b * v + g)),
            "That is the velocity. The tensor is asked for.": velocity(fading, last=lambda p, v: v),
            "Only one step is taken: `return` stands inside the loop, or there is none.": lambda p, grads, lr, beta: p - lr * grads[0],
            "The velocity is right, but only the last one moves the tensor: the move belongs inside the loop.": strides.moved_once,
            "The velocity begins at 0. It is renewed with the first gradient, as with the others.": [
                velocity(fading, begin=lambda p, grads: grads[0]),
                velocity(fading, begin=lambda p, grads: p),
            ],
            "The tensor itself fades in yours. It is the velocity that should.": moving(lambda p, g, v, lr, b: (b * p - lr * g, v)),
            "The step is the velocity so far, and the gradient is not in it.": velocity(lambda v, g, b: b * v),
            "Squares belong to RMSProp. Momentum takes the gradients themselves.": velocity(lambda v, g, b: b * v + g**2),
        }
    ),
    hints=(
        "Before the loop: a velocity of zeros. In it, two lines: renew the velocity, then move.",
        "The new velocity is beta times the old one plus the gradient; the step is lr times the velocity.",
    ),
    cases=lambda g: [
        (torch.tensor([1.0]), torch.tensor([[1.0], [1.0]]), 0.1, 0.9),
        (torch.tensor([1.0, -1.0]), torch.tensor([[1.0, 2.0], [-1.0, 2.0], [1.0, 2.0]]), 0.1, 0.5),
        *((randn(g, *s), randn(g, n, *s), lr, beta) for s, n, lr, beta in (((3, 3), 5, 0.3, 0.9), ((2, 4), 8, 0.05, 0.8), ((4,), 1, 0.2, 0.7))),
    ],
)

ADAM = Exercise(
    "Adam: the average of the gradients, divided by the root of the average of their squares, both corrected.",
    right=adams(),
    mistakes=listed(
        {
            "There is no bias correction: m and v begin at 0, and the first steps are too long by a factor of 3.16 and more.": adams(correct=(False, False)),
            "m is corrected, and v is not.": adams(correct=(True, False)),
            "v is corrected, and m is not.": adams(correct=(False, True)),
            "The root is missing: v is an average of squares, and has to be brought back to the size of a gradient.": adams(root=False),
            "eps stands inside the root, where 1e-8 becomes 1e-4: too much for small gradients. It belongs outside.": adams(eps="inside"),
            "eps is added before v is corrected, and so it counts for more in the first steps. Correct first.": adams(eps="early"),
            "Where all gradients are 0, yours divides 0 by 0. What is eps for?": adams(eps="none"),
            "t begins at 0, where 1 - beta ** t is 0. Steps are counted from 1.": adams(first=0),
            "t begins at 2. The first step has the number 1.": adams(first=2),
            "t stays at 1: the correction is the same at every step. It has to fade.": adams(times=lambda t: (0.1, 0.001)),
            "The correction multiplies by t where it needs the power beta ** t.": adams(times=lambda t: (1 - 0.9 * t, 1 - 0.999 * t)),
            "m and v are forgotten after every step. They are made before the loop, and live through it.": adams(carry=False),
            "The new gradient comes in whole, without its factor 1 - beta. Adam's m and v are averages.": [adams(weights=(1, 1)), adams(weights=(1, 0.001))],
            "v averages the gradients too. It should average their squares.": adams(square=False),
            "You walk uphill: the step has to be taken off.": adams(sign=1),
            "The step is taken off whole. Where is the learning rate?": adams(rate=False),
            "The two betas are exchanged: 0.9 belongs to m, 0.999 to v.": strides.swapped,
            "The averages are right, but the tensor moves only once: the move belongs inside the loop.": strides.adam_once,
            "m and v are one tensor here: what you change in place in one, changes in the other. Make two.": strides.shared_adam,
            "Every step is corrected as if it were the last. t counts the steps.": strides.adam_late,
            "The gradient itself is divided by the root. It should be its average, m_hat.": adams(top="gradient"),
            "The correction is multiplied. The averages are too small, so divide by it.": adams(times=lambda t: (1 / (1 - 0.9**t), 1 / (1 - 0.999**t))),
            "v averages the squares of m. It should average those of the gradients.": adams(square="m"),
            "The corrected averages are carried on, and corrected again at the next step. Keep the uncorrected ones.": strides.stored_corrected,
            "Only the first step is taken: `return` stands inside the loop, or there is none.": lambda p, grads, lr: adams()(p, grads[:1], lr),
        }
    ),
    hints=(
        "Before the loop: m and v of zeros. In it: renew both, correct both, move. `enumerate(grads, start=1)` counts t.",
        "m_hat is m / (1 - 0.9 ** t), and likewise v_hat; the step is lr * m_hat / (root of v_hat + eps).",
    ),
    cases=lambda g: [
        (torch.tensor([1.0]), torch.tensor([[2.0], [-1.0]]), 0.1),
        (torch.tensor([1.0, 1.0]), torch.tensor([[1e-5, 1e-3], [1e-5, 2e-3], [3e-5, 1e-3]]), 0.1),
        (torch.tensor([1.0, -1.0]), torch.tensor([[0.0, 1.0], [0.0, 3.0]]), 0.1),
        *((randn(g, *s), randn(g, n, *s), lr) for s, n, lr in (((3, 3), 12, 0.1), ((2, 4), 5, 0.03), ((4,), 1, 1.0))),
    ],
)

ADAMW = Exercise(
    "AdamW: the weights shrink by 1 - lr * decay, and Adam's step knows nothing of it.",
    right=decayed(),
    mistakes=listed(
        {
            "The decay is added to the gradient, so that Adam divides it away again. It belongs to the weights.": decayed(
                untouched, lambda p, g, lr, d: g + d * p
            ),
            "lr times the decay is added to the gradient. It belongs to the weights.": decayed(untouched, lambda p, g, lr, d: g + lr * d * p),
            "The weights shrink by the whole decay. It has to be multiplied by lr.": decayed(lambda p, lr, d: p * (1 - d)),
            "The new weights decay, and Adam's step with them. Shrink the old ones, then step.": decayed(
                untouched, after=lambda p, old, lr, d: p * (1 - lr * d)
            ),
            "Nothing decays: that is Adam.": decayed(untouched),
            "The weights grow. They should shrink.": decayed(lambda p, lr, d: p * (1 + lr * d)),
            "Every weight loses the same amount. It should lose a share of itself.": decayed(lambda p, lr, d: p - lr * d),
            "Only what decays is left: 1 - lr * decay is kept, not lr * decay.": decayed(lambda p, lr, d: p * lr * d),
            "The weights shrink by the decay twice: before and after the step.": decayed(after=lambda p, old, lr, d: p * (1 - lr * d)),
            "The decay is right. The bias correction is missing.": decayed(correct=(False, False)),
            "The decay is right. The root of v is missing.": decayed(root=False),
            "The decay is right, and eps stands inside the root. It belongs outside.": decayed(eps="inside"),
            "The averages that were given are not used: m and v begin anew.": decayed(carry=False),
            "The decay is added to m. It belongs in neither m nor v.": strides.into_m,
            "The decay is right. eps is missing, and 0 is divided by 0.": decayed(eps="none"),
            "m and v are given back corrected. The next step wants them as they are.": strides.hatted,
            "The step is too early by one: t is 1 at the first step already.": lambda p, g, m, v, t, lr, d: decayed()(p, g, m, v, t + 1, lr, d),
            "Give back all three: p, m and v.": lambda *given: decayed()(*given)[0],
        }
    ),
    hints=(
        "The step is Adam's, as in 07.5. One factor is new, and only `p` meets it.",
        "First p times (1 - lr * decay); then minus lr times the corrected average divided by its root.",
    ),
    cases=lambda g: [
        (torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([0.0]), torch.tensor([0.0]), 1, 0.1, 0.5),
        (torch.tensor([2.0, -1.0]), torch.tensor([1e-3, 0.0]), torch.tensor([1e-3, 0.0]), torch.tensor([1e-8, 0.0]), 3, 0.1, 0.5),
        *((randn(g, *s), randn(g, *s), randn(g, *s), randn(g, *s) ** 2, t, lr, d) for s, t, lr, d in (((3, 3), 7, 0.3, 0.2), ((2, 4), 100, 0.05, 0.9))),
    ],
)

EXERCISES = {"07.1": GD, "07.2": LIMIT, "07.3": CLIP, "07.4": MOMENTUM, "07.5": ADAM, "07.6": ADAMW}
