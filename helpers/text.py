"""From text to tensors: a character tokenizer, the split, and batches. Built by hand in notebook 04."""

import numpy as np
import torch

from helpers import checks
from helpers.corpus import load_text  # noqa: F401 (a notebook takes its text and its tokens from one place)


class CharTokenizer:
    """One token per character; the vocabulary is the sorted set of characters of a text."""

    def __init__(self, text):
        if not isinstance(text, str):
            raise ValueError(f"The text is {type(text).__name__}; it must be a string, for instance load_text(...).")
        if not text:
            raise ValueError("The text is empty, so there are no characters to make a vocabulary of.")
        self.chars = sorted(set(text))
        self._token_of = np.full(ord(self.chars[-1]) + 2, -1, dtype=np.int32)  # by code point; the last: any above
        self._token_of[[ord(char) for char in self.chars]] = range(len(self.chars))

    @property
    def vocab_size(self):
        return len(self.chars)

    def encode(self, text, dtype=torch.long):
        """A string of n characters -> tensor (n,) of integers. A ValueError names a character outside the vocabulary.

        dtype: 64 bits unless another is asked for. `self.small` is the smallest that holds the vocabulary, for long
        texts: what reads tokens here takes it, but as an index of your own it needs .long() first.
        """
        if not isinstance(text, str):
            raise ValueError(f"Only a string can be encoded, and this is {type(text).__name__}.")
        tokens = torch.empty(len(text), dtype=dtype)
        for start in range(0, len(text), PIECE):  # by pieces: code points take four bytes each
            codes = np.frombuffer(text[start : start + PIECE].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            found = self._token_of[np.minimum(codes, len(self._token_of) - 1)]
            if (found < 0).any():
                raise self._unknown(text, start + int((found < 0).argmax()))
            tokens[start : start + PIECE] = torch.from_numpy(found)
        return tokens

    @property
    def small(self):
        """The smallest integer type that holds all tokens: one byte for up to 256 characters."""
        return torch.uint8 if self.vocab_size <= 256 else torch.int16 if self.vocab_size <= 32_768 else torch.int32

    def _unknown(self, text, position):
        char = text[position]
        swap = next((c for c in (char.lower(), char.upper()) if c in self.chars), None)
        remedy = f"{swap!r} is there; use that instead." if swap else "Remove or replace it."
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in self.chars[:300])
        more = f" and {self.vocab_size - 300} more" if self.vocab_size > 300 else ""
        return ValueError(
            f"{char!r} at position {position} is not in the vocabulary, "
            f"because it does not occur in the text this tokenizer was made from. {remedy} "
            f"The {self.vocab_size} known characters are: {shown}{more}"
        )

    def decode(self, tokens):
        """Tensor or list of token indices -> string: the inverse of `encode`."""
        tokens = torch.as_tensor(tokens).flatten()
        if tokens.is_floating_point() and len(tokens):
            raise ValueError(f"Tokens are integers, and these are {tokens.dtype}. Are they logits or probabilities?")
        tokens = tokens.tolist()
        for token in tokens:
            if not 0 <= token < self.vocab_size:
                raise ValueError(f"Token {token} is outside the vocabulary: tokens go from 0 to {self.vocab_size - 1}.")
        return "".join(self.chars[token] for token in tokens)


PIECE = 1 << 20  # characters that are encoded at a time


def train_val_split(tokens, val_fraction=0.1):
    """Cut a sequence (or a string) in two: the first part to learn from, the last `val_fraction` to be judged on."""
    if not (isinstance(val_fraction, (int, float)) and 0 < val_fraction < 1):
        raise ValueError(f"val_fraction is {val_fraction}; it must lie between 0 and 1, for example 0.1.")
    cut = int(len(tokens) * (1 - val_fraction))
    return tokens[:cut], tokens[cut:]


def check_long_enough(tokens, context_length, name="text"):
    """A ValueError in plain words if not even one window of context plus one target fits."""
    checks.integers(name.replace("text", "tokens"), tokens, 1, "(N,)")
    if len(tokens) < checks.integer("context_length", context_length, 1) + 1:
        raise ValueError(
            f"The {name} has {len(tokens)} tokens, too few for a context of {context_length}: "
            f"at least {context_length + 1} are needed (the context and one target). "
            "Use a longer text or a smaller context_length."
        )


def random_batch(tokens, batch_size, context_length, generator=None):
    """Random windows of `tokens` (N,) as contexts x and targets y, each (B, T); y is x shifted by one.

    The windows are read with one indexed read, on the device that holds the tokens.
    """
    check_long_enough(tokens, context_length)
    checks.integer("batch_size", batch_size, 1)
    starts = torch.randint(
        len(tokens) - context_length, (batch_size, 1), generator=generator, device=tokens.device
    )  # (B, 1)
    offsets = torch.arange(context_length + 1, device=tokens.device)  # (T + 1,)
    windows = tokens[starts + offsets].long()  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


def fixed_windows(tokens, context_length, most=None):
    """Non-overlapping windows x, y, each (N, T), that cover `tokens` in order: the same at every call.

    With `most`, at most that many of them, evenly spread. Tokens after the last whole window are left out.
    """
    check_long_enough(tokens, context_length)
    starts = torch.arange(0, len(tokens) - context_length, context_length, device=tokens.device)  # (N,)
    if most is not None and checks.integer("most", most, 1) < len(starts):
        starts = starts[torch.arange(most, device=tokens.device) * len(starts) // most]
    windows = tokens[starts[:, None] + torch.arange(context_length + 1, device=tokens.device)].long()  # (N, T + 1)
    return windows[:, :-1], windows[:, 1:]


class Batches:
    """An endless supply of training batches, and the validation windows that go with them.

    It owns its random generator, so `position` says exactly where in the data training stands.
    """

    def __init__(self, train, val, batch_size, context_length, seed=0, device=None):
        check_long_enough(train, context_length, "training text")
        check_long_enough(val, context_length, "validation text")
        checks.integer("batch_size", batch_size, 1)
        self.train = train.to(device) if device is not None else train
        self.val = val.to(self.train.device)
        self.batch_size, self.context_length = batch_size, context_length
        self.generator = torch.Generator(self.train.device).manual_seed(seed)

    def __iter__(self):
        return self

    def __next__(self):
        return random_batch(self.train, self.batch_size, self.context_length, self.generator)

    @property
    def position(self):
        """The generator's state, a ByteTensor; give it back to `position` to draw the same batches again."""
        return self.generator.get_state()

    @position.setter
    def position(self, state):
        self.generator.set_state(state)
