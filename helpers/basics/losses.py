"""From logits to probabilities to a loss, as notebook 03 writes it."""

import torch


def softmax(logits, dim=-1):
    """Probabilities of the same shape, which sum to 1 along `dim`. Large logits do not overflow."""
    shifted = logits - logits.max(dim=dim, keepdim=True).values
    weights = torch.exp(shifted)
    return weights / weights.sum(dim=dim, keepdim=True)


def cross_entropy(logits, targets):
    """The mean of -log p(target), in nats: logits (N, V) and targets (N,) -> a tensor without dimensions."""
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    log_probs = shifted - torch.exp(shifted).sum(dim=-1, keepdim=True).log()  # (N, V)
    rows = torch.arange(len(targets), device=logits.device)
    return -log_probs[rows, targets].mean()
