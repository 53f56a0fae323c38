"""From logits to text: temperature, top-k and top-p reshape the distribution, `generate` draws from it."""

import torch
import torch.nn.functional as F

from helpers.evaluation import eval_mode


def next_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    """Probabilities of the next token from logits, both (..., V), after temperature, then top-k, then top-p.

    Temperature 0 means greedy: all probability on the largest logit. `top_k` keeps the k most likely tokens
    (Fan et al., 2018), `top_p` the smallest set of most likely tokens that holds probability p (Holtzman et al., 2020).
    """
    if not temperature >= 0:
        raise ValueError(f"temperature is {temperature}; it must be above 0, or 0 for the most likely token always.")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; it must be at least 1, or None to keep every token.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}; it must be above 0 and at most 1, or None to keep every token.")
    if temperature < 1e-6:  # below that, dividing would overflow
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    logits = logits / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        smallest = logits.topk(top_k, dim=-1).values[..., -1:]  # (..., 1)
        logits = logits.masked_fill(logits < smallest, float("-inf"))
    if top_p is not None and top_p < 1:
        ordered, order = logits.sort(dim=-1, descending=True)
        probs = ordered.softmax(dim=-1)
        too_late = probs.cumsum(dim=-1) - probs >= top_p  # p was reached before this token; the first one always stays
        drop = torch.zeros_like(too_late).scatter(-1, order, too_late)
        logits = logits.masked_fill(drop, float("-inf"))
    return logits.softmax(dim=-1)


def generate(model, idx, max_new_tokens, *, temperature=1.0, top_k=None, top_p=None, generator=None):
    """Continue idx (B, T) by `max_new_tokens` tokens, one at a time: (B, T + max_new_tokens).

    The model sees the last `context_length` tokens at most. Same generator state, same text.
    """
    if idx.dim() != 2 or idx.shape[1] < 1:
        raise ValueError(
            f"idx has the shape {tuple(idx.shape)}; it must be (B, T) with at least one token to continue from. "
            "To begin from nothing, begin from a line break."
        )
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens is {max_new_tokens}; it must be 0 or more.")
    config = getattr(model, "config", None)
    context_length = config.context_length if config is not None else 1  # a bigram looks at one token
    with eval_mode(model):
        for _ in range(max_new_tokens):
            logits = model(idx[:, -context_length:])[:, -1].float()  # (B, V): only the last position is asked
            probs = next_distribution(logits, temperature, top_k, top_p)
            idx = torch.cat([idx, torch.multinomial(probs, 1, generator=generator)], dim=1)
    return idx


def sample_text(model, tokenizer, prompt, n_chars, *, seed=None, **settings):
    """Continue the string `prompt` by `n_chars` characters. Says so where the prompt is longer than the context."""
    if not prompt:
        raise ValueError("The prompt is empty; begin with at least one character, for instance a line break '\\n'.")
    device = next(model.parameters()).device
    generator = None if seed is None else torch.Generator(device).manual_seed(seed)
    config = getattr(model, "config", None)
    if config is not None and len(prompt) > config.context_length:
        print(f"The prompt has {len(prompt)} characters; the model sees the last {config.context_length} of them.")
    idx = tokenizer.encode(prompt).to(device)[None]  # (1, T)
    return tokenizer.decode(generate(model, idx, n_chars, generator=generator, **settings)[0])
