"""Looking inside a GPT: attention, the residual stream, what each layer would answer, what was learned by heart.

Built by hand in notebook 13. Nothing here changes a model.
"""

import math
from typing import NamedTuple

import torch

from helpers import checks
from helpers.cache import PARTS, split_heads
from helpers.evaluation import eval_mode


class Trace(NamedTuple):
    """What went on while a GPT read idx (B, T).

    stream: the residual stream (L + 1, B, T, C), before the first block and after each of the L blocks.
    attention: the weights (L, B, H, T, T) of all heads; row t says where position t looked and sums to 1.
    """

    stream: torch.Tensor
    attention: torch.Tensor


def trace(model, idx):
    """Read idx (B, T) with a `helpers.model.GPT`, slowly, and keep everything: a Trace."""
    checks.module("model", model, PARTS)
    T = checks.integers("idx", idx, 2, "(B, T)").shape[1]
    checks.tokens("idx", idx.flatten(), model.config.vocab_size)
    idx = idx.long()
    if not 1 <= T <= model.config.context_length:
        raise ValueError(
            f"The sequence has {T} tokens; give this model from 1 to {model.config.context_length} of them, "
            "for instance the last ones."
        )
    causal = torch.ones(T, T, dtype=torch.bool, device=idx.device).tril()
    with eval_mode(model):
        x = model.token_embedding(idx) + model.position_embedding(torch.arange(T, device=idx.device))  # (B, T, C)
        stream, attention = [x], []
        for block in model.blocks:
            q, k, v = split_heads(block.attention, block.norm_1(x))  # each (B, H, T, C / H)
            scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-1])  # (B, H, T, T)
            weights = scores.masked_fill(~causal, float("-inf")).softmax(dim=-1)  # (B, H, T, T)
            x = x + block.attention.proj((weights @ v).transpose(1, 2).flatten(2))  # (B, T, C)
            x = x + block.feed_forward(block.norm_2(x))
            stream.append(x)
            attention.append(weights)
        return Trace(torch.stack(stream), torch.stack(attention))


def logit_lens(model, idx):
    """What each layer would answer: logits (L + 1, B, T, V) from the stream before and after each block.

    The stream at every depth goes through the final norm and the output head (nostalgebraist, 2020). The last of
    them are the model's own logits.
    """
    checks.module("model", model, PARTS)
    with eval_mode(model):
        return model.lm_head(model.final_norm(trace(model, idx).stream))


def repeated_sequence(vocab_size, length, batch_size=1, generator=None):
    """Random tokens, and then the same again: (B, 2 * length). Whoever can copy needs no other knowledge here."""
    for name, value in (("vocab_size", vocab_size), ("length", length), ("batch_size", batch_size)):
        checks.integer(name, value, 1)
    checks.generator(generator)
    once = torch.randint(vocab_size, (batch_size, length), generator=generator)
    return torch.cat([once, once], dim=1)


def head_scores(model, idx):
    """How much each head does of three known things, on repeated sequences idx (B, 2n): name -> (L, H), from 0 to 1.

    previous: the mean weight on the token just before. first: on the first token of all. induction: in the second
    half, on the token that followed the same one in the first half (Elhage et al., 2021; Olsson et al., 2022).
    """
    n = checks.integers("idx", idx, 2, "(B, 2n)").shape[1] // 2
    if n < 2 or not torch.equal(idx[:, :n], idx[:, n:]):
        raise ValueError(f"idx {tuple(idx.shape)} is not a sequence followed by itself; see repeated_sequence.")
    weights = trace(model, idx).attention  # (L, B, H, 2n, 2n)

    def score(offset, since):
        return weights.diagonal(offset, dim1=-2, dim2=-1)[..., since:].mean(dim=(1, -1))  # (L, H)

    # The diagonal `-k` holds the weights on the token k places before, beginning at position k.
    return {
        "previous": score(-1, 0),
        "first": weights[..., 1:, 0].mean(dim=(1, -1)),
        "induction": score(1 - n, 1),  # position t + n looks at t + 1; the first that can is at n
    }


def longest_shared(text, source):
    """The longest stretch of `text` that stands somewhere in `source`, as a string (the first of equals)."""
    checks.text("text", text)
    checks.text("source", source)
    start = best = length = 0
    for end in range(1, len(text) + 1):  # text[start:end] is the longest shared stretch that ends here
        while start < end and text[start:end] not in source:
            start += 1
        if end - start > length:
            best, length = start, end - start
    return text[best : best + length]
