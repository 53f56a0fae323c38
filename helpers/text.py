"""From text to tensors: a character tokenizer, the split, and batches. Built by hand in notebook 04."""

import sys

import numpy as np
import torch

from helpers import checks
from helpers.corpus import load_text  # noqa: F401 (a notebook takes its text and its tokens from one place)
from helpers.device import pick_device


class CharTokenizer:
    """One token per character; the vocabulary is the sorted set of characters of a text."""

    def __init__(self, text):
        if not isinstance(text, str):
            raise ValueError(f"The text is {type(text).__name__}; it must be a string, for instance load_text(...).")
        if not text:
            raise ValueError("The text is empty, so there are no characters to make a vocabulary of.")
        seen = np.zeros(sys.maxunicode + 1, dtype=bool)
        for codes in code_points(text):
            seen[codes] = True
        self._codes = np.flatnonzero(seen).astype("<u4")  # (V,): in order, as sorted(set(text)) is
        self.chars = [chr(code) for code in self._codes]
        self._token_of = np.full(self._codes[-1] + 2, -1, dtype=np.int32)  # by code point; the last: any above
        self._token_of[self._codes] = range(len(self.chars))

    @property
    def vocab_size(self):
        return len(self.chars)

    def encode(self, text, dtype=torch.long):
        """A string of n characters -> tensor (n,) of integers. A ValueError names a character outside the vocabulary.

        dtype: 64 bits unless another is asked for, so that tokens can be used as an index. `self.small` is the smallest
        that holds the vocabulary, for long texts; what reads tokens here takes it, and turns each batch into 64 bits.
        100 million characters take one second, and 100 MB in one byte each (800 MB in 64 bits), beside the text itself.
        For a text that memory does not hold there is helpers.mapped.
        """
        if not isinstance(text, str):
            raise ValueError(f"Only a string can be encoded, and this is {type(text).__name__}.")
        if dtype not in INTEGERS or torch.iinfo(dtype).max < self.vocab_size - 1:
            raise ValueError(
                f"dtype is {dtype}, which cannot hold tokens from 0 to {self.vocab_size - 1}. Use torch.long, or "
                "tokenizer.small for a long text."
            )
        tokens, start = torch.empty(len(text), dtype=dtype), 0
        places = tokens.numpy()  # the same memory: sharing such short work among torch's threads would cost more
        for codes in code_points(text):
            found = self._token_of.take(codes, mode="clip")
            if found.min() < 0:
                raise self._unknown(text, start + int((found < 0).argmax()))
            places[start : start + len(found)] = found
            start += len(found)
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
        tokens = as_tensor(tokens).flatten()
        if (tokens.is_floating_point() or tokens.dtype == torch.bool or tokens.is_complex()) and len(tokens):
            given = f"{checks.said(tokens)} ({tokens.dtype})"
            raise ValueError(f"Tokens are integers, and these are {given}. Are they logits or probabilities?")
        tokens, pieces = tokens.cpu().numpy(), []
        for start in range(0, len(tokens), PIECE):
            piece = tokens[start : start + PIECE].astype(np.int64)
            wrong = (piece < 0) | (piece >= self.vocab_size)
            if wrong.any():
                token, most = piece[wrong][0], self.vocab_size - 1
                raise ValueError(f"Token {token} is outside the vocabulary: tokens go from 0 to {most}.")
            pieces.append(self._codes[piece].tobytes().decode("utf-32-le", "surrogatepass"))
        return "".join(pieces)


PIECE = 1 << 16  # characters that are looked at together: few enough for their codes to stay in the processor's cache
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def code_points(text):
    """The numbers that Unicode gives to the characters of a text, in arrays of at most PIECE of them."""
    for start in range(0, len(text), PIECE):
        yield np.frombuffer(text[start : start + PIECE].encode("utf-32-le", "surrogatepass"), dtype="<u4")


def excerpt(text, wanted):
    """`wanted` if all its characters occur in `text`, else as long a beginning of `text`: an example in any script."""
    checks.text("text", text, 1)
    checks.text("wanted", wanted)
    return wanted if set(wanted) <= set(text) else text[: len(wanted)]


def as_tensor(tokens):
    """Tokens as a tensor, from a tensor, an array, a list or one number; a ValueError says what else they are."""
    try:
        return torch.as_tensor(tokens)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"tokens is {checks.said(tokens)}; it must be a tensor or a list of integers.") from error


def train_val_split(tokens, val_fraction=0.1):
    """Cut a sequence (or a string) in two: the first part to learn from, the last `val_fraction` to be judged on."""
    if not checks.is_number(val_fraction) or not 0 < val_fraction < 1:
        raise ValueError(f"val_fraction is {checks.said(val_fraction)}; it must lie between 0 and 1, for example 0.1.")
    whole = isinstance(tokens, (str, list, tuple)) or getattr(tokens, "ndim", 0)  # a tensor or an array
    if not whole or len(tokens) < 2:
        raise ValueError(f"tokens is {checks.said(tokens)}; it must be a sequence of at least two, to be cut in two.")
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
    checks.generator(generator)
    batch_size, context_length = checks.integer("batch_size", batch_size, 1), int(context_length)
    starts = torch.randint(
        len(tokens) - context_length, (batch_size, 1), generator=generator, device=tokens.device
    )  # (B, 1)
    offsets = torch.arange(context_length + 1, device=tokens.device)  # (T + 1,)
    windows = tokens[starts + offsets].long()  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


def fixed_windows(tokens, context_length, most=None):
    """Non-overlapping windows x, y, each (N, T), that cover `tokens` in order: the same at every call.

    With `most`, at most that many of them, evenly spread. Tokens after the last whole window are left out. All windows
    are views of `tokens`, in the integers that hold these: a split of any length costs no memory twice.
    """
    check_long_enough(tokens, context_length)
    windows = tokens.unfold(0, context_length + 1, context_length)  # (N, T + 1)
    if most is not None and checks.integer("most", most, 1) < len(windows):
        windows = windows[torch.arange(most, device=tokens.device) * len(windows) // most]
    return windows[:, :-1], windows[:, 1:]


class Batches:
    """An endless supply of training batches, and the validation windows that go with them.

    It owns its random generator, so `position` says exactly where in the data training stands.
    """

    def __init__(self, train, val, batch_size, context_length, seed=0, device=None):
        check_long_enough(train, context_length, "training text")
        check_long_enough(val, context_length, "validation text")
        checks.integer("batch_size", batch_size, 1)
        seed = checks.integer("seed", seed, most=2**63 - 1)
        device = device if device is None else pick_device(device)
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
