"""From logits to probabilities to a loss, as notebook 03 writes it."""

import torch


def softmax(logits, dim=-1):
    """Probabilities of the same shape, which sum to 1 along `dim`. Large logits do not overflow."""
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def cross_entropy(logits, targets):
    """The mean of -ln p(target), in nats: logits (N, V) and targets (N,) give one number."""
    shifted = logits - logits.amax(dim=-1, keepdim=True)  # (N, V)
    log_probs = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()  # (N, V)
    return -log_probs[torch.arange(len(targets)), targets].mean()
