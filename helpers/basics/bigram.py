"""The first training loop and the first sampler, as notebook 05 writes them."""

import torch
import torch.nn.functional as F


def fit(model, next_batch, optimizer, steps):
    """Train `model` for some steps; returns the loss of each, a list of floats.

    next_batch: a function without arguments that gives x and y, each (B, T). model: (B, T) -> logits (B, T, V).
    """
    losses = []
    for _ in range(steps):
        x, y = next_batch()
        logits = model(x)  # (B, T, V)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def generate(model, idx, n_new, context_length, generator=None):
    """Continue idx (B, T) by `n_new` tokens: (B, T + n_new). The model sees the last `context_length` at a time."""
    for _ in range(n_new):
        logits = model(idx[:, -context_length:])  # (B, T, V)
        probs = F.softmax(logits[:, -1], dim=-1)  # (B, V): what comes after the last token
        token = torch.multinomial(probs, 1, generator=generator)  # (B, 1)
        idx = torch.cat([idx, token], dim=1)
    return idx
