"""Measuring a model without changing it: the loss, eval mode, and nothing left behind."""

import contextlib

import torch
import torch.nn.functional as F

from helpers import checks
from helpers.device import autocast


def loss_of(model, x, y):
    """Mean cross-entropy in nats per token of predictions for contexts x (B, T) against targets y (B, T)."""
    checks.module("model", model)
    checks.integers("x", x, 2, "(B, T)")
    checks.integers("y", y, 2, "(B, T)")
    if x.shape != y.shape:  # as many of them in another shape would be compared in the wrong order
        raise ValueError(f"x has the shape {tuple(x.shape)} and y {tuple(y.shape)}; each context has its own target.")
    if not x.numel():
        raise ValueError(f"x has the shape {tuple(x.shape)}: it is empty, and there must be something to measure.")
    logits = model(x)
    if logits.dim() != 3 or logits.shape[:2] != x.shape:
        raise ValueError(
            f"The model gives {tuple(logits.shape)} for x {tuple(x.shape)}; it should give logits (B, T, V), a row for "
            "each position."
        )
    checks.indices("y", y.long(), logits.shape[-1])  # a target of -100 would be left out without a word
    return F.cross_entropy(logits.flatten(0, 1), y.flatten().long())


@contextlib.contextmanager
def kept_mode(model):
    """Afterwards the model and each of its parts are back in the mode (train or eval) they were found in."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module, was_training in modes.items():
            module.training = was_training


@contextlib.contextmanager
def eval_mode(model):
    """Dropout off and no graph inside; afterwards the model is back in the mode it was found in."""
    with kept_mode(model), torch.no_grad():
        model.eval()
        yield


def pair_of(windows):
    """`windows` if it is a pair x, y of integers (N, T), as many of one as of the other."""
    if not isinstance(windows, (tuple, list)) or len(windows) != 2:
        raise ValueError(f"windows is {checks.said(windows)}; it must be a pair x, y, as fixed_windows makes one.")
    x, y = (checks.integers(f"windows[{i}]", part, 2, "(N, T)") for i, part in enumerate(windows))
    if x.shape != y.shape or not x.numel():
        raise ValueError(f"windows has x {tuple(x.shape)} and y {tuple(y.shape)}; both must have one shape, not empty.")
    return x, y


def evaluate(model, windows, batch_size=256):
    """Mean loss in nats per token over all `windows`, a pair x, y of shape (N, T) each, in any integers."""
    checks.module("model", model)
    x, y = pair_of(windows)
    batch_size = checks.integer("batch_size", batch_size, 1)
    total = torch.zeros((), dtype=torch.float64 if x.device.type != "mps" else torch.float32, device=x.device)
    with eval_mode(model), autocast(x.device):
        for part_x, part_y in zip(x.split(batch_size), y.split(batch_size), strict=True):
            total += loss_of(model, part_x.long(), part_y.long()) * len(part_x)
    return total.item() / len(x)
