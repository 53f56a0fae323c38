"""A text that grows under one's eyes: what was written, and all that was at stake at each character."""

import torch

from helpers.cache import Reader
from helpers.sampling import GREEDY, draw, keep_top_k, keep_top_p, next_distribution, with_temperature

STAGES = ("the model says", "temperature", "top-k", "top-p")


def stages(logits, temperature, top_k, top_p):
    """Probabilities (V,) of the next token from logits (V,), before any filter and after each in turn: four of them."""
    if temperature < GREEDY:  # greedy: the filters have nothing left to do
        return [logits.softmax(0)] + 3 * [next_distribution(logits, 0)]
    warm = with_temperature(logits, temperature)
    cut = keep_top_k(warm, top_k)
    return [part.softmax(0) for part in (logits, warm, cut, keep_top_p(cut, top_p))]


def entropy(probs):
    """The entropy in nats of probabilities (V,): how much choice there is."""
    return -torch.special.xlogy(probs, probs).sum().item()


class Writer:
    """Writes with a model, one character at a time. `settings()` gives temperature, top_k and top_p of the moment."""

    def __init__(self, model, tokenizer, settings):
        self.model, self.tokenizer, self.settings = model, tokenizer, settings
        self.device = next(model.parameters()).device

    def begin(self, prompt, seed):
        """Put the prompt at the beginning and forget what was written."""
        if not prompt:
            raise ValueError("The prompt is empty; begin with at least one character.")
        idx = self.tokenizer.encode(prompt).to(self.device)[None]  # (1, T); a ValueError names an unknown character
        self.reader = Reader(self.model, idx)
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self.tokens, self.logits, self.shares = [], [], []  # of each written character

    def step(self):
        """Write one character."""
        with torch.no_grad():
            logits = self.reader.logits()  # (1, V)
            settings = self.settings()  # read once: another thread may change them at any moment
            probs = next_distribution(logits, *settings)
            token = draw(logits, *settings, self.generator)  # (1, 1)
            self.reader.append(token)
        self.logits.append(logits[0].cpu())
        self.shares.append(probs[0, token.item()].item())
        self.tokens.append(token.item())

    def at(self, place):
        """Logits (V,) of the character number `place`, and that character's token; None for the one yet to come."""
        if place < len(self.tokens):
            return self.logits[place], self.tokens[place]
        return self.reader.logits()[0].cpu(), None
