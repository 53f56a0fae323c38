"""How the optimizers of notebook 07 are tried: on weights with given gradients, step by step."""

import ast
import contextlib
from dataclasses import dataclass, field

import torch

from helpers.workbook.typed import NotTyped, definition

PROBE = 11  # the seed of weights and gradients


@dataclass(frozen=True)
class Weights:
    """Weights and the gradients that come; as text, what a learner reads of them. A gradient of None: never any."""

    words: str
    shapes: tuple
    settings: dict = field(default_factory=dict)
    scale: float = 1.0
    value: float | None = None  # every weight and gradient is this number
    unused: bool = False  # before the others stands a weight that never gets a gradient

    def __str__(self):
        return self.words

    def tensors(self):
        """(weights, a function that gives every weight its next gradient, or None to the unused one)."""
        generator = torch.Generator().manual_seed(PROBE)

        def fresh(shape, scale=1.0):
            if self.value is not None:
                return torch.full(shape, self.value)
            return scale * torch.randn(shape, generator=generator)

        weights = [fresh(shape).requires_grad_() for shape in self.shapes]
        unused = [torch.ones(2).requires_grad_()] if self.unused else []

        def next_gradients():
            for weight in weights:
                weight.grad = fresh(tuple(weight.shape), self.scale)

        return unused + weights, next_gradients


def values(weights):
    """Copies of the weights: a list of tensors, or the one number that there is."""
    copies = [weight.detach().clone() for weight in weights]
    return copies[0] if len(copies) == 1 and not copies[0].dim() else copies


@contextlib.contextmanager
def named():
    """Every way to calculate with None fails with one text, so that one mistake is known by it."""
    try:
        yield
    except (TypeError, AttributeError) as error:
        if "NoneType" not in str(error):
            raise
        raise TypeError("a `.grad` is None").with_traceback(error.__traceback__) from None


def left(gradients):
    """Whether gradients are there."""
    there = sum(gradient is not None for gradient in gradients)
    if there and all(gradient is None or not gradient.any() for gradient in gradients):
        return "zeros in `.grad`"
    return "`.grad` is None everywhere" if not there else "the gradients"


def renames(answer):
    """Whether an answer has a line like `p = p - ...`, where `p` is a weight, something whose `.grad` it reads."""
    try:
        nodes = list(ast.walk(definition(answer)[0]))
    except NotTyped:
        return False
    weights = {ast.unparse(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "grad"}
    lines = ((node.targets, ast.walk(node.value)) for node in nodes if isinstance(node, ast.Assign))
    return any(
        isinstance(target, ast.Name) and target.id in weights and target.id in (getattr(part, "id", "") for part in value)
        for targets, value in lines
        for target in targets
    )


def lists_of(optimizer, weights):
    """The attributes in which an optimizer keeps just these weights."""
    return {
        name
        for name, value in vars(optimizer).items()
        if isinstance(value, list) and len(value) == len(weights) and all(map(lambda a, b: a is b, value, weights))
    }


def at_zero(optimizer, weights):
    """Whether every list of tensors that an optimizer keeps beside the weights holds nothing but zeros."""
    kept = [value for value in vars(optimizer).values() if isinstance(value, list)]
    tensors = [t for value in kept for t in value if isinstance(t, torch.Tensor) and not any(t is w for w in weights)]
    return bool(tensors) and not any(t.any() for t in tensors)


def step_trial(answer, given):
    """A single step, as a function of the weights and the learning rate."""
    weights, next_gradients = given.tensors()
    next_gradients()
    before = [weight.grad if weight.grad is None else weight.grad.clone() for weight in weights]
    handed = list(weights)
    with named():
        answer(handed, **given.settings)
    after = [(weight.grad, g) for weight, g in zip(weights, before, strict=True) if g is not None]
    gone = any(g is None for g, _ in after)
    kept = "removed" if gone else "as before" if all(torch.equal(*pair) for pair in after) else "other numbers"
    seen = {"the weights afterwards": values(weights), "the gradients afterwards": kept}
    if len(handed) != len(weights) or any(map(lambda a, b: a is not b, handed, weights)):
        seen["the list afterwards"] = "other tensors"  # only mistakes are known by this
    return seen


def optimizer_trial(answer, given):
    """An optimizer class on weights with given gradients, over several steps."""
    weights, next_gradients = given.tensors()
    optimizer = answer(iter(weights), **given.settings)  # model.parameters() can be read only once, too
    own = "PyTorch's optimizer" if isinstance(optimizer, torch.optim.Optimizer) else "written by hand"
    seen = {"its class": own, "the weights before any step": values(weights)}
    if renames(answer):
        seen["a line like `p = p - ...`"] = "there"  # this, the averages and the list: only mistakes are known by them
    held = lists_of(optimizer, weights)
    next_gradients()
    with named():
        optimizer.step()
    if given.scale and at_zero(optimizer, weights):
        seen["its averages"] = "still 0"
    if held - lists_of(optimizer, weights):
        seen["the list of weights"] = "other tensors"
    seen["the weights after 1 step"] = values(weights)
    used = [weight.grad for weight in weights[-len(given.shapes) :]]
    seen["what `step` leaves in `.grad`"] = left(used)
    optimizer.zero_grad()
    seen["what `zero_grad` leaves behind"] = left([weight.grad for weight in weights])
    for steps in (2, 6):
        for _ in range({2: 1, 6: 4}[steps]):
            next_gradients()
            optimizer.step()
        seen[f"the weights after {steps} steps"] = values(weights)
    optimizer.lr = 0.5
    next_gradients()
    optimizer.step()
    return seen | {"the weights after a step with another `lr`": values(weights)}
