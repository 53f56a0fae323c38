"""Reading on with a memory: the keys and values of what a GPT has read are kept, so that a new token costs one row.

Without it, writing n tokens reads 1 + 2 + ... + n of them. Built by hand in notebook 13.
"""

import torch
import torch.nn.functional as F

from helpers import checks
from helpers.evaluation import eval_mode
from helpers.model import Block, CausalSelfAttention

PARTS = ("config", "token_embedding", "position_embedding", "blocks", "final_norm", "lm_head")


class KVCache:
    """For each block the keys and values of the tokens read so far, each (B, H, T, C / H). Begins empty."""

    def __init__(self):
        self._blocks = []

    def __len__(self):
        """How many tokens have been read."""
        return self._blocks[-1][0].shape[2] if self._blocks else 0

    def extend(self, block, k, v):
        """Put the new tokens' keys and values behind those of block number `block`; returns all of both."""
        if block == len(self._blocks):
            self._blocks.append((k, v))
        else:
            old_k, old_v = self._blocks[block]
            self._blocks[block] = (torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2))
        return self._blocks[block]


def split_heads(attention, x):
    """Queries, keys and values of all heads of a CausalSelfAttention: three of (B, H, T, C / H) from x (B, T, C)."""
    B, T, C = x.shape
    H = attention.n_head
    return (part.view(B, T, H, C // H).transpose(1, 2) for part in attention.qkv(x).split(C, dim=-1))


def read_on(model, idx, cache):
    """Logits (B, t, V) of a `helpers.model.GPT` for the tokens idx (B, t) that follow those in `cache`, which grows.

    Equal to the last t rows of the model's logits for all tokens, up to rounding, in eval mode. A ValueError says
    when more tokens come than the context holds: positions are learned, so a full cache cannot slide; begin a new one.
    """
    checks.module("model", model, PARTS)
    checks.kind("cache", cache, KVCache, "a KVCache()")
    past, t = len(cache), checks.indices("idx", idx, model.config.vocab_size).shape[1]
    if past + t > model.config.context_length:
        raise ValueError(
            f"The cache holds {past} tokens and {t} more were given, but this model's context is "
            f"{model.config.context_length}. Begin a new KVCache with the last tokens."
        )
    positions = torch.arange(past, past + t, device=idx.device)
    x = model.token_embedding(idx) + model.position_embedding(positions)  # (B, t, C)
    # Row i is the token at place past + i: it sees all that was read before, itself, and nothing later.
    sees = torch.ones(t, past + t, dtype=torch.bool, device=idx.device).tril(past)
    for number, block in enumerate(model.blocks):
        q, k, v = split_heads(block.attention, block.norm_1(x))  # each (B, H, t, C / H)
        k, v = cache.extend(number, k, v)  # each (B, H, past + t, C / H)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=sees)
        x = x + block.attention.proj(out.transpose(1, 2).flatten(2))  # heads side by side: (B, t, C)
        x = x + block.feed_forward(block.norm_2(x))
    return model.lm_head(model.final_norm(x))  # (B, t, V)


class Reader:
    """A model and the texts that it has read so far, idx (B, T): `logits()` for what may follow, `append` what does.

    The model sees a window that ends with the newest token. When that is full (`context_length`), its beginning moves
    on by `slide` tokens, and what is left in it is read anew, since each of them now stands at another position.
    With 1 the window is always as long as it can be, and past the context every token costs a whole window. With more,
    most tokens cost one row, and the window is up to slide - 1 tokens shorter. A model without `config` sees one token.

    A KV cache is used where the model is made of `helpers.model`'s blocks and answers the same with it; `use_cache`
    says True or False instead.
    """

    def __init__(self, model, idx, *, use_cache=None, slide=1):
        checks.module("model", model)
        if not isinstance(idx, torch.Tensor) or idx.dim() != 2 or idx.shape[1] < 1:
            shape = f"has the shape {tuple(idx.shape)}" if isinstance(idx, torch.Tensor) else f"is {checks.said(idx)}"
            raise ValueError(
                f"idx {shape}; it must be (B, T) with at least one token to continue from. To begin from nothing, "
                "begin from a line break."
            )
        config = getattr(model, "config", None)
        self.context_length = config.context_length if config is not None else 1
        if isinstance(slide, bool) or not isinstance(slide, int) or not 1 <= slide <= self.context_length:
            raise ValueError(
                f"slide is {checks.said(slide)}; it must be from 1 to the context's length, {self.context_length}."
            )
        checks.tokens("idx", idx.flatten(), getattr(config, "vocab_size", None))
        checks.kind("use_cache", use_cache, (bool, type(None)), "True, False or None")
        self.model, self.idx, self.slide = model, idx.long(), slide
        self.start = max(0, idx.shape[1] - self.context_length)  # where the window begins
        if use_cache and not self._has_parts():
            raise ValueError("use_cache is True, but this model is not made of the blocks of helpers.model.")
        self.use_cache = self._can_cache() if use_cache is None else use_cache
        self._cache, self._logits = KVCache(), None

    def logits(self):
        """Logits (B, V) of the next token, in eval mode whatever mode the model is in."""
        if self._logits is None:
            with eval_mode(self.model):
                if self.use_cache:
                    new = self.idx[:, self.start + len(self._cache) :]
                    self._logits = read_on(self.model, new, self._cache)[:, -1].float()
                else:
                    self._logits = self.model(self.idx[:, self.start :])[:, -1].float()
        return self._logits

    def append(self, token):
        """Put one token (B, 1) behind each text."""
        checks.integers("token", token, 2, "(B, 1)")
        if token.shape != (len(self.idx), 1):
            raise ValueError(f"token has the shape {tuple(token.shape)}; it must be ({len(self.idx)}, 1).")
        logits = self.logits()  # what came before must be in the cache
        token = checks.indices("token", token.long(), logits.shape[-1])
        self.idx, self._logits = torch.cat([self.idx, token], dim=1), None
        if self.idx.shape[1] - self.start > self.context_length:
            self.start, self._cache = self.start + self.slide, KVCache()

    def _has_parts(self):
        """Whether the model has what `read_on` reads."""
        return all(hasattr(self.model, part) for part in PARTS) and all(
            isinstance(block, Block) and isinstance(block.attention, CausalSelfAttention) for block in self.model.blocks
        )

    def _can_cache(self):
        """Whether `read_on` gives the model's own logits: a model of one's own may do something else with its parts."""
        if not self._has_parts():
            return False
        T = self.context_length
        with eval_mode(self.model):
            window = self.idx[:1, self.start :]
            window = window.repeat(1, T)[:, :T]  # a full one: over a single token many kinds of attention are alike
            own, cached = self.model(window).float(), read_on(self.model, window, KVCache()).float()
            return torch.allclose(own, cached, rtol=1e-3, atol=1e-3)
