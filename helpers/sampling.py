"""From logits to text: temperature, top-k and top-p reshape the distribution, `generate` draws from it.

Built by hand in notebook 13.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F

from helpers import checks
from helpers.cache import Reader

MOST_NEW = 10**7  # tokens of one text: a day's work
GREEDY = 1e-6  # temperatures below count as 0: dividing by them would overflow


def with_temperature(logits, temperature):
    """Logits (..., V) divided by a temperature above 0: below 1 likely tokens gain, above 1 unlikely ones."""
    checks.logits(logits)
    if not checks.is_number(temperature) or not temperature > 0:
        given = checks.said(temperature)
        raise ValueError(f"temperature is {given}; it must be above 0 (0, always the likeliest, has no logits).")
    return logits / temperature


def keep_top_k(logits, k):
    """Logits (..., V) in which all but the k largest are -inf (Fan et al., 2018).

    Ties with the k-th stay, so none of equals is preferred. k at or above V keeps all.
    """
    checks.logits(logits)
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError(f"top_k is {checks.said(k)}; it must be at least 1, an integer, or None to keep every token.")
    if k >= logits.shape[-1]:
        return logits
    smallest = logits.topk(k, dim=-1).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < smallest, float("-inf"))


def keep_top_p(logits, p):
    """Logits (..., V) in which all are -inf but the fewest likeliest that hold probability p (Holtzman et al., 2020).

    The likeliest always stays, p = 1 keeps all. Of equals at the border, only as many stay as are needed.
    """
    checks.logits(logits)
    if not checks.is_number(p) or not 0 < p <= 1:
        raise ValueError(f"top_p is {checks.said(p)}; it must be above 0 and at most 1, or None to keep every token.")
    if p == 1:
        return logits
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    probs = ordered.softmax(dim=-1)
    too_late = probs.cumsum(dim=-1) - probs >= p  # p was reached before this token; False for the first
    drop = torch.zeros_like(too_late).scatter(-1, order, too_late)
    return logits.masked_fill(drop, float("-inf"))


def next_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    """Probabilities of the next token from logits, both (..., V), after temperature, then top-k, then top-p.

    Temperature 0 means greedy: all probability on the largest logit, the first of equals. `None` leaves a filter out.
    """
    if not checks.is_number(temperature) or not temperature >= 0:
        given = checks.said(temperature)
        raise ValueError(f"temperature is {given}; it must be above 0, or 0 for the most likely token always.")
    checks.logits(logits)
    greedy = temperature < GREEDY
    scaled = logits if greedy else with_temperature(logits, temperature)
    scaled = scaled if top_k is None else keep_top_k(scaled, top_k)
    scaled = scaled if top_p is None else keep_top_p(scaled, top_p)
    if greedy:
        return F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    return scaled.softmax(dim=-1)


class Drawn(NamedTuple):
    """One step of `stream`: the tokens drawn (B, 1), and the logits (B, V) that the model gave for them."""

    token: torch.Tensor
    logits: torch.Tensor


def stream(model, idx, *, temperature=1.0, top_k=None, top_p=None, generator=None, **reading):
    """Continue idx (B, T) without end: an iterator over `Drawn`, one token for each of the B texts at a time.

    `reading` goes to `helpers.cache.Reader`: use_cache, and slide for what happens past the context. Same generator
    state, same text, with the cache and without.
    """
    checks.generator(generator)
    next_distribution(torch.zeros(2), temperature, top_k, top_p)  # bad settings are named before anything is read
    reader = Reader(model, idx, **reading)

    def drawn():
        while True:
            logits = reader.logits()  # (B, V)
            token = draw(logits, temperature, top_k, top_p, generator)
            yield Drawn(token, logits)
            reader.append(token)

    return drawn()


def draw(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    """One token for each row of logits (B, V), drawn from `next_distribution`: (B, 1)."""
    checks.generator(generator)
    if checks.logits(logits).dim() != 2:
        raise ValueError(f"logits has the shape {tuple(logits.shape)}; it must be (B, V), a row for each text.")
    return torch.multinomial(next_distribution(logits, temperature, top_k, top_p), 1, generator=generator)


def generate(model, idx, max_new_tokens, **settings):
    """Continue idx (B, T) by `max_new_tokens` tokens: (B, T + max_new_tokens). Settings are those of `stream`."""
    checks.integer("max_new_tokens", max_new_tokens, most=MOST_NEW)
    drawn = stream(model, idx, **settings)
    return torch.cat([idx, *(next(drawn).token for _ in range(max_new_tokens))], dim=1)


def sample_text(model, tokenizer, prompt, n_chars, *, seed=None, **settings):
    """Continue the string `prompt` by `n_chars` characters. Says so where the prompt is longer than the context."""
    checks.module("model", model)
    checks.text("prompt", prompt)
    if seed is not None:
        seed = checks.integer("seed", seed, most=2**63 - 1)
    checks.same_text(model, tokenizer)
    config = getattr(model, "config", None)
    if not prompt:
        raise ValueError("The prompt is empty; begin with at least one character, for instance a line break '\\n'.")
    device = next(model.parameters()).device
    generator = None if seed is None else torch.Generator(device).manual_seed(seed)
    if config is not None and len(prompt) > config.context_length:
        print(f"The prompt has {len(prompt)} characters; the model sees the last {config.context_length} of them.")
    idx = tokenizer.encode(prompt).to(device)[None]  # (1, T)
    return tokenizer.decode(generate(model, idx, n_chars, generator=generator, **settings)[0])
