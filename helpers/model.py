"""The models of the series, from the bigram to the GPT.

Every class here is built line by line in a notebook: Bigram in 05, Head in 08,
MultiHeadAttention and CausalSelfAttention in 09, FeedForward and Block in 10, GPT in 11.

Shapes are written (B, T, C): batch, time (position in the context), channels (n_embd).
Every model maps token indices (B, T) to logits (B, T, vocab_size).
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from helpers import checks

ACTIVATIONS = {"relu": nn.ReLU, "gelu": lambda: nn.GELU(approximate="tanh")}  # GPT-2 uses tanh-GELU


@dataclass(frozen=True)
class GPTConfig:
    """The sizes of a GPT. `context_length` is called `block_size` by some others."""

    vocab_size: int
    context_length: int = 64
    n_layer: int = 3
    n_head: int = 4
    n_embd: int = 128
    dropout: float = 0.0
    activation: str = "relu"
    tie_weights: bool = False

    def __post_init__(self):
        for name in ("vocab_size", "context_length", "n_layer", "n_head", "n_embd"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= checks.MOST:
                raise ValueError(f"{name} is {checks.said(value)}; it must be a whole number of at least 1.")
        if self.n_embd % self.n_head:
            fits = [h for h in range(1, self.n_embd + 1) if self.n_embd % h == 0]
            raise ValueError(
                f"n_embd is {self.n_embd}, which {self.n_head} heads cannot share equally. "
                f"Choose n_head from {fits}, or an n_embd that is a multiple of {self.n_head}."
            )
        if not checks.is_number(self.dropout) or not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {checks.said(self.dropout)}; it must be at least 0 and less than 1.")
        if not isinstance(self.activation, str) or self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}; choose one of {sorted(ACTIVATIONS)}.")
        checks.kind("tie_weights", self.tie_weights, bool, "True or False")


class Bigram(nn.Module):
    """Predicts the next token from the current one alone: a table of logits (V, V)."""

    def __init__(self, vocab_size):
        checks.integer("vocab_size", vocab_size, 1)
        super().__init__()
        self.table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx):
        checks.indices("idx", idx, self.table.num_embeddings)
        return self.table(idx)  # (B, T) -> (B, T, V)


class Head(nn.Module):
    """One head of causal self-attention (Vaswani et al., 2017), written out: (B, T, C) -> (B, T, head_size)."""

    def __init__(self, n_embd, head_size, context_length, dropout=0.0):
        super().__init__()
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.dropout = nn.Dropout(dropout)
        mask = torch.tril(torch.ones(context_length, context_length, dtype=torch.bool))
        self.register_buffer("mask", mask, persistent=False)  # a constant: no need to save it

    def forward(self, x):
        T = x.shape[1]
        q, k, v = self.query(x), self.key(x), self.value(x)  # each (B, T, head_size)
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5  # (B, T, T)
        scores = scores.masked_fill(~self.mask[:T, :T], float("-inf"))
        weights = F.softmax(scores, dim=-1)  # (B, T, T), each row sums to 1
        return self.dropout(weights) @ v  # (B, T, head_size)


class MultiHeadAttention(nn.Module):
    """Several heads that read the same input, side by side, then one projection: (B, T, C) -> (B, T, C)."""

    def __init__(self, n_embd, n_head, context_length, dropout=0.0):
        super().__init__()
        head_size = n_embd // n_head
        self.heads = nn.ModuleList(Head(n_embd, head_size, context_length, dropout) for _ in range(n_head))
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out = torch.cat([head(x) for head in self.heads], dim=-1)  # (B, T, C)
        return self.dropout(self.proj(out))


class CausalSelfAttention(nn.Module):
    """All heads in one batched product, through PyTorch's fused attention: (B, T, C) -> (B, T, C)."""

    def __init__(self, config):
        super().__init__()
        self.n_head = config.n_head
        self.dropout_p = config.dropout
        self.qkv = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.proj = nn.Linear(config.n_embd, config.n_embd)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (
            part.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)  # (B, H, T, C / H)
            for part in self.qkv(x).split(C, dim=-1)
        )
        dropout_p = self.dropout_p if self.training else 0.0
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout_p)
        out = out.transpose(1, 2).reshape(B, T, C)  # heads side by side again
        return self.dropout(self.proj(out))


class FeedForward(nn.Module):
    """Two linear layers with a non-linearity between, at every position by itself: (B, T, C) -> (B, T, C)."""

    def __init__(self, config):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(config.n_embd, 4 * config.n_embd),
            ACTIVATIONS[config.activation](),
            nn.Linear(4 * config.n_embd, config.n_embd),
            nn.Dropout(config.dropout),
        )

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    """A Transformer block with LayerNorm before each part (pre-norm; Xiong et al., 2020): (B, T, C) -> (B, T, C)."""

    def __init__(self, config):
        super().__init__()
        self.norm_1 = nn.LayerNorm(config.n_embd)
        self.attention = CausalSelfAttention(config)
        self.norm_2 = nn.LayerNorm(config.n_embd)
        self.feed_forward = FeedForward(config)

    def forward(self, x):
        x = x + self.attention(self.norm_1(x))  # tokens look at each other
        x = x + self.feed_forward(self.norm_2(x))  # each thinks for itself
        return x


class GPT(nn.Module):
    """A decoder-only Transformer language model (Radford et al., 2019): indices (B, T) -> logits (B, T, V)."""

    def __init__(self, config):
        if isinstance(config, type) or not hasattr(config, "n_layer"):
            raise ValueError(
                f"config is {checks.said(config)}; it must be a GPTConfig, as GPTConfig(vocab_size=84) is."
            )
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding = nn.Embedding(config.context_length, config.n_embd)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.Sequential(*(Block(config) for _ in range(config.n_layer)))
        self.final_norm = nn.LayerNorm(config.n_embd)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        init_weights(self)
        if config.tie_weights:
            self.lm_head.weight = self.token_embedding.weight

    def forward(self, idx):
        T = checks.indices("idx", idx, self.config.vocab_size).shape[1]
        if T > self.config.context_length:
            raise ValueError(
                f"The sequence has {T} tokens, but this model was built for a context of at most "
                f"{self.config.context_length}. Crop it: idx[:, -{self.config.context_length}:]."
            )
        positions = torch.arange(T, device=idx.device)
        x = self.token_embedding(idx) + self.position_embedding(positions)  # (B, T, C) + (T, C)
        x = self.blocks(self.dropout(x))  # (B, T, C)
        return self.lm_head(self.final_norm(x))  # (B, T, V)


def init_weights(model):
    """GPT-2's first weights: normal with a small standard deviation, biases zero (Radford et al., 2019).

    We take GPT-2's 0.02 as right for a width of 768 and scale it by 1/sqrt(width), so that sums keep their size:
    the first logits have a variance of 0.3 at any width, and the first loss is about ln V + 0.15. What each block adds
    to the residual stream is made smaller by 1/sqrt(2 * n_layer), or its variance would grow with the depth.
    """
    std = 0.02 * (768 / model.config.n_embd) ** 0.5
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=std)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    for block in model.blocks:
        for projection in (block.attention.proj, block.feed_forward.net[2]):
            nn.init.normal_(projection.weight, std=std / (2 * len(model.blocks)) ** 0.5)


def count_parameters(model):
    """Number of trainable values, each shared one counted once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
