"""How the optimizers of notebook 07 are tried: on weights with given gradients, step by step."""

import contextlib
from dataclasses import dataclass, field

import torch

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


def step_trial(answer, given):
    """A single step, as a function of the weights and the learning rate."""
    weights, next_gradients = given.tensors()
    next_gradients()
    before = [weight.grad if weight.grad is None else weight.grad.clone() for weight in weights]
    with named():
        answer(weights, **given.settings)
    used = [g for g in before if g is not None]
    after = [weight.grad for weight, g in zip(weights, before, strict=True) if g is not None]
    kept = all(g is not None and torch.equal(g, b) for g, b in zip(after, used, strict=True))
    return {"the weights afterwards": values(weights), "the gradients afterwards": "as before" if kept else "changed"}


def optimizer_trial(answer, given):
    """An optimizer class on weights with given gradients, over several steps."""
    weights, next_gradients = given.tensors()
    optimizer = answer(iter(weights), **given.settings)  # model.parameters() can be read only once, too
    own = "PyTorch's optimizer" if isinstance(optimizer, torch.optim.Optimizer) else "written by hand"
    seen = {"its class": own, "the weights before any step": values(weights)}
    next_gradients()
    with named():
        optimizer.step()
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
