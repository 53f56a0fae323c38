"""Going back through a graph and through a layer, for notebook 06: gradients, and how they go wrong."""

import torch

from helpers.basics import backward, topological_order
from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.graphs import GRAPHS, gradients_of


def back(add=True, start=1.0, rule=lambda local, grad: local * grad, order=reversed):
    """Backward, right as it stands; each argument spoils one part of it."""

    def run(end):
        end.grad = end.data if start is None else start
        for value in order(topological_order(end)):
            for parent, local in zip(value.parents, value.local, strict=True):
                parent.grad = parent.grad * add + rule(local, value.grad)

    return run


def all_ones(end):
    for value in reversed(topological_order(end)):
        value.grad = 1.0
        for parent, local in zip(value.parents, value.local, strict=True):
            parent.grad += local * value.grad


def upwards(end):
    end.grad = 1.0
    for value in reversed(topological_order(end)):
        for parent, local in zip(value.parents, value.local, strict=True):
            value.grad += local * parent.grad


def one_level(end):
    end.grad = 1.0
    for parent, local in zip(end.parents, end.local, strict=True):
        parent.grad += local * end.grad


def every_way(end):
    def visit(value):
        for parent, local in zip(value.parents, value.local, strict=True):
            parent.grad += local * value.grad
            visit(parent)

    end.grad = 1.0
    visit(end)


def only_the_end(end):
    end.grad = 1.0


def emptied(end):
    for value in topological_order(end):
        value.grad = 0.0
    back()(end)


def all_pairs(end):
    end.grad = 1.0
    for value in reversed(topological_order(end)):
        for parent in value.parents:
            for local in value.local:
                parent.grad += local * value.grad


def by_data(end):
    end.grad = 1.0
    for value in reversed(topological_order(end)):
        for parent in value.parents:
            parent.grad += parent.data * value.grad


BACKWARD = Exercise(
    "backward is yours. On any new graph of Values it finds the gradients that loss.backward() finds in PyTorch.",
    part="backward",
    right=backward,
    run=gradients_of,
    cases=lambda g: [*GRAPHS, *((*GRAPHS[i], 5.0) for i in (0, 5))],
    mistakes=listed(
        {
            (
                "A Value that is used twice gets a gradient from both places. Yours keeps only the last one.",
                "Add to `parent.grad` what comes: `+=`, not `=`.",
            ): back(add=False),
            (
                "The chain has to begin somewhere: by how much does the end change when the end changes?",
                "Set `end.grad` before the loop.",
            ): back(start=0.0),
            (
                "The gradient of the end with respect to itself is not its value. Nudge it by 0.1: by how much does it change?",
                "It changes by just as much, so its gradient is 1.",
            ): back(start=None),
            (
                "Only the parents of the end have a gradient. Do you go through the whole order, and from which side?",
                "From the front, the gradients that you multiply by are still 0. Go through `topological_order(end)` backwards.",
            ): [back(order=list), one_level],
            (
                "Your local derivatives are multiplied by 1, or by nothing. How much does the end change with `value`, which stands in between?",
                "The chain rule multiplies: the local derivative times `value.grad`.",
            ): back(rule=lambda local, grad: local),
            (
                "Every Value gets the gradient 1 in your loop. Only the end begins with 1; the others get theirs from what was computed from them.",
                "Set `end.grad` once, before the loop.",
            ): all_ones,
            (
                "The chain rule multiplies the two factors. Yours adds them.",
                "The local derivative times `value.grad`.",
            ): back(rule=lambda local, grad: local + grad),
            (
                "You pass the gradient on as it is. Each arrow of the graph multiplies it by the number that stands there.",
                "The local derivative times `value.grad`.",
            ): back(rule=lambda local, grad: grad),
            (
                "Gradients flow from a value to its parents. In your version they flow the other way.",
                "`parent.grad` is what changes, and `value.grad` is what it is computed from.",
            ): upwards,
            (
                "Nothing reaches the parents yet. Only the end has its gradient.",
                "Go through `topological_order(end)` backwards, and let each Value give its parents their share.",
            ): only_the_end,
            (
                "Every parent gets every local derivative. Each should get only its own.",
                "Go through both side by side: the first parent belongs to the first local derivative.",
            ): all_pairs,
            (
                "You set every grad to 0 first, and what lay there is lost. Backward adds to it.",
                "Leave the grads of the parents as they are. Only `end.grad` is set.",
            ): emptied,
            (
                "A gradient is passed on before all of it has arrived, and then passed on again: some parts count twice.",
                "Use your `topological_order`, backwards. Then each Value passes its gradient on once.",
            ): every_way,
            (
                "You multiply by the number in the parent. The local derivatives lie in `value.local`, one for each parent.",
                "`zip(value.parents, value.local)` gives pairs of a parent and its local derivative.",
            ): by_data,
        }
    ),
    hints=(
        "Three steps: the gradient of the end is 1; go through the order backwards; give each parent its share.",
        "A parent's share is the local derivative times `value.grad`. Shares are added.",
    ),
)


def layer(x=lambda w, g: g @ w, weight=lambda x, g: g.T @ x, bias=lambda g: g.sum(dim=0), arrange=lambda *grads: grads):
    """The gradients of a linear layer, right as they stand; each argument spoils one of them."""
    return lambda inputs, matrix, grad: arrange(x(matrix, grad), weight(inputs, grad), bias(grad))


def each_gradient(answer, *given):
    """A trial of the three gradients, one by one."""
    grads = answer(*given)
    if not isinstance(grads, (tuple, list)) or len(grads) != 3:
        return {"the result": f"{len(grads)} things" if isinstance(grads, (tuple, list)) else type(grads).__name__}
    names = ("the gradient of x", "the gradient of the weight", "the gradient of the bias")
    return {"the result": "3 things"} | dict(zip(names, grads, strict=True))


def linear_backward(x, weight, grad):
    return grad @ weight, grad.T @ x, grad.sum(dim=0)


LINEAR = Exercise(
    "Two products and a sum: this is what PyTorch computes for every linear layer of a GPT.",
    right=linear_backward,
    run=each_gradient,
    mistakes=listed(
        {
            (
                "The gradient of the weight should have the shape of the weight, (n_out, n_in). Yours is transposed.",
                "Which of the two matrices has to be transposed so that B is summed away and n_out comes first?",
            ): layer(weight=lambda x, g: x.T @ g),
            (
                "The texts of a batch add up in the gradient of a weight. Yours is their mean.",
                "No division by B: if the loss is a mean, the division is in `grad` already.",
            ): [
                layer(weight=lambda x, g: g.T @ x / len(x)),
                layer(weight=lambda x, g: g.T @ x / len(x), bias=lambda g: g.mean(dim=0)),
            ],
            (
                "The bias is used once for each text of the batch. What happens to the gradients of something that is used often?",
                "Sum over dimension 0, so that the result has the shape (n_out,).",
            ): layer(bias=lambda g: g),
            (
                "The gradient of the bias is a sum over the batch, as for every number that is used often. Yours is a mean.",
                "`sum(dim=0)`.",
            ): layer(bias=lambda g: g.mean(dim=0)),
            (
                "You have summed over the outputs. The bias has one number for each of them, so the batch has to go.",
                "`sum(dim=0)`.",
            ): [layer(bias=lambda g: g.sum(dim=1)), layer(bias=lambda g: g.sum())],
            (
                "(B, n_out) times (n_in, n_out) does not fit. For the gradient of x, which shape of the weight does?",
                "The forward pass multiplies by the transposed weight, so the way back does not.",
            ): layer(x=lambda w, g: g @ w.T),
            (
                "These are the right three gradients in another order. Asked: x, weight, bias.",
                "`return grad_x, grad_weight, grad_bias`.",
            ): [layer(arrange=lambda x, w, b: (w, b, x)), layer(arrange=lambda x, w, b: (w, x, b))],
            (
                "`*` multiplies element by element. Here you need a matrix product, `@`.",
                "Write the shapes down, (B, n_out), (n_out, n_in), (B, n_in), and see which products can come out of them.",
            ): [
                *(layer(x=f) for f in (lambda w, g: g * w, lambda w, g: w * g)),
                *(layer(weight=f) for f in (lambda x, g: g * x, lambda x, g: x * g, lambda x, g: g.T * x)),
                *(layer(lambda w, g: g * w, f) for f in (lambda x, g: g * x, lambda x, g: g.T * x)),
                *(layer(lambda w, g: w * g, f) for f in (lambda x, g: x * g, lambda x, g: x * g.T)),
            ],
            (
                "Three are asked, the gradients of x, of the weight and of the bias, and yours gives one.",
                "`return` the three with commas between them, in this order.",
            ): [layer(arrange=lambda x, w, b: x), layer(arrange=lambda x, w, b: [x])],
            (
                "Three are asked, and yours gives two. One of the three is still missing: of x, of the weight, or of the bias?",
                "`return` the three with commas between them, in this order.",
            ): layer(arrange=lambda x, w, b: (x, w)),
        }
    ),
    hints=(
        "The gradient of a tensor has the shape of that tensor. Only one product of each pair has the right shape.",
        "grad_x from `grad` and `weight`, grad_weight from `grad.T` and `x`, grad_bias from `grad` alone.",
    ),
    cases=lambda g: [
        (torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([[1.0, -1.0, 0.5]])),
        *((randn(g, b, i), randn(g, o, i), randn(g, b, o)) for b, i, o in ((2, 3, 2), (3, 2, 4), (3, 3, 3), (5, 4, 2))),
    ],
)
