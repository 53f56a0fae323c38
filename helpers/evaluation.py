"""Measuring a model without changing it: the loss, eval mode, and nothing left behind."""

import contextlib

import torch
import torch.nn.functional as F

from helpers.device import autocast


def loss_of(model, x, y):
    """Mean cross-entropy in nats per token of predictions for contexts x (B, T) against targets y (B, T)."""
    return F.cross_entropy(model(x).flatten(0, 1), y.flatten())


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


def evaluate(model, windows, batch_size=256):
    """Mean loss in nats per token over all `windows`, a pair x, y of shape (N, T) each."""
    x, y = windows
    total = torch.zeros((), dtype=torch.float64 if x.device.type != "mps" else torch.float32, device=x.device)
    with eval_mode(model), autocast(x.device):
        for part_x, part_y in zip(x.split(batch_size), y.split(batch_size), strict=True):
            total += loss_of(model, part_x, part_y) * len(part_x)
    return total.item() / len(x)
