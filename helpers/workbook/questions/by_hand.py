"""How functions of logits are tried: their values, their gradient, and whether PyTorch's ready-made one did the work."""

import inspect
import warnings
from collections import Counter

import torch
from torch.overrides import TorchFunctionMode

from helpers.workbook.saying import kind_of

CALM = 100  # above it only the values are compared: a right function may have gradients that round away
LOST = "none at all, because the result does not know how it was computed"


class Seen(dict):
    """What came out of a trial, and in `used` how often which PyTorch function was called on the way."""

    def __init__(self, *seen):
        super().__init__(*seen)
        self.used = Counter()


class Watch(TorchFunctionMode):
    """Counts the PyTorch functions that are called, by name, however they are spelled: F.softmax, logits.softmax, ..."""

    def __init__(self):
        super().__init__()
        self.names = Counter()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.names[getattr(func, "__name__", "")] += 1
        return func(*args, **(kwargs or {}))


def of_softmax(function, logits, *dim):
    """A trial of softmax(logits, dim=-1): how it is called, what it gives, and its gradient."""
    seen = Seen({"it takes": taken(function)})
    if seen["it takes"] != "(logits, dim=-1)":
        return seen
    options = {"dim": dim[0] if dim else -1} if dim or is_ready_made(function) else {}
    return tried(seen, lambda z: function(z, **options), logits)


def of_logits_and_targets(function, logits, targets):
    """A trial of a function of logits and targets: what it gives, and its gradient."""
    return tried(Seen(), lambda z: function(z, targets), logits)


# A case of these trials is what the function is called with, so its arguments can be named in a report.
of_softmax.as_called = of_logits_and_targets.as_called = True


def tried(seen, function, logits):
    """Add to `seen` what a function of the logits gives, of which kind that is, and its gradient."""
    with Watch() as watch:
        result = function(logits)
    if result is ...:
        return ...
    seen.used = watch.names
    seen["its result"] = kind_of(result) if isinstance(result, (list, tuple, int, float)) else "a tensor"
    seen["it gives"] = result
    if logits.abs().max() < CALM:
        seen["its gradient"] = gradient(function, logits)
        if isinstance(result, torch.Tensor) and seen["its gradient"] == LOST and watch.names["tensor"]:
            seen["its gradient"] = "none at all, because `torch.tensor(...)` does not know where its numbers come from"
    return seen


def taken(function):
    """The arguments of a function of logits and a dim, as they are written in its head."""
    if is_ready_made(function):
        return "(logits, dim=-1)"
    _, *others = inspect.signature(function).parameters.values()
    said = (p.name if p.default is p.empty else f"{p.name}={p.default}" for p in others)
    return f"({', '.join(['logits', *said])})"


def is_ready_made(function):
    """Whether a function is PyTorch's own."""
    return not inspect.isfunction(function) or function.__module__.split(".")[0] == "torch"


def gradient(function, logits):
    """The gradient of a random direction of function(logits) with respect to the logits; in words where there is none."""
    x = logits.clone().requires_grad_()
    with warnings.catch_warnings(action="ignore"):  # a learner's torch.tensor(...) would be told of for each case
        out = function(x * 1.0)  # a leaf must not be changed in place, and what follows from it may be
    if not isinstance(out, torch.Tensor) or not out.requires_grad:
        return LOST
    direction = torch.randn(out.shape, generator=torch.Generator().manual_seed(7))
    try:
        (out * direction).sum().backward()
    except RuntimeError as error:
        if "inplace" not in str(error):
            raise
        return "lost, because a change in place wrote over numbers that it needs"
    return x.grad


def not_asked(*parts, ready="", loop=""):
    """An `also`: the hint `ready` where a PyTorch function did the work whose name holds one of `parts`, and the hint
    `loop` where rows were taken one by one."""

    def also(after, result):
        used = getattr(result, "used", Counter())
        if any(part in name for part in parts for name in used):
            return ready
        return loop if used["__iter__"] or used["unbind"] or used["__getitem__"] > 3 else None

    return also
