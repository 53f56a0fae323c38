"""A language model with one hidden layer, as notebook 06 writes it (Bengio et al., 2003)."""

import torch.nn as nn
import torch.nn.functional as F


class MLP(nn.Module):
    """Predicts the token after a window: indices (B, T = context_length) -> logits (B, 1, V)."""

    def __init__(self, vocab_size, context_length, n_embd, n_hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, n_embd)
        self.hidden = nn.Linear(context_length * n_embd, n_hidden)
        self.output = nn.Linear(n_hidden, vocab_size)

    def forward(self, idx):
        x = self.embedding(idx).flatten(1)  # (B, T, n_embd) -> (B, T * n_embd), side by side
        h = F.relu(self.hidden(x))  # (B, n_hidden)
        return self.output(h)[:, None]  # (B, 1, V): one prediction for each window
