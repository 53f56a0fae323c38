"""How far the sliders of the studio go. A slider would move a value outside without a word, so it is refused here."""

from helpers import checks

SEEDS, LENGTHS = (0, 100), (1, 500)


def settings_of(name, settings, vocab_size):
    """Temperature, top-k and top-p of one column, None for all tokens; a ValueError names one outside."""
    if not isinstance(settings, (tuple, list)) or len(settings) != 3:
        raise ValueError(
            f"{name} is {checks.said(settings)}; it must be (temperature, top_k, top_p), as (0.8, None, 0.9)."
        )
    temperature, top_k, top_p = settings
    checks.number(f"temperature of {name}", temperature, least=0, most=3)
    top_k = vocab_size if top_k is None else checks.integer(f"top_k of {name}", top_k, 1, vocab_size)
    top_p = 1.0 if top_p is None else checks.number(f"top_p of {name}", top_p, least=0.01, most=1)
    return temperature, top_k, top_p


def check_studio(model, tokenizer, prompt, seed, length):
    """A ValueError names the first of these that the studio cannot begin with."""
    checks.module("model", model)
    checks.same_text(model, tokenizer)
    checks.text("prompt", prompt)
    checks.integer("seed", seed, *SEEDS)
    checks.integer("length", length, *LENGTHS)
