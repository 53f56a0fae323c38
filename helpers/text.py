"""From text to tensors: a character tokenizer, the split, and batches. Built by hand in notebook 04."""

import torch

from helpers.corpus import load_text  # noqa: F401 (a notebook takes its text and its tokens from one place)


class CharTokenizer:
    """One token per character; the vocabulary is the sorted set of characters of a text."""

    def __init__(self, text):
        if not text:
            raise ValueError("The text is empty, so there are no characters to make a vocabulary of.")
        self.chars = sorted(set(text))
        self._index = {char: i for i, char in enumerate(self.chars)}

    @property
    def vocab_size(self):
        return len(self.chars)

    def encode(self, text):
        """A string of n characters -> LongTensor (n,). A ValueError names a character outside the vocabulary."""
        try:
            return torch.tensor([self._index[char] for char in text], dtype=torch.long)
        except KeyError as error:
            char = error.args[0]
            swap = next((c for c in (char.lower(), char.upper()) if c in self._index), None)
            remedy = f"{swap!r} is there; use that instead." if swap else "Remove or replace it."
            shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in self.chars)
            raise ValueError(
                f"{char!r} at position {text.index(char)} is not in the vocabulary, "
                f"because it does not occur in the text this tokenizer was made from. {remedy} "
                f"The {self.vocab_size} known characters are: {shown}"
            ) from None

    def decode(self, tokens):
        """LongTensor or list of token indices -> string: the inverse of `encode`."""
        tokens = torch.as_tensor(tokens).flatten().tolist()
        for token in tokens:
            if not 0 <= token < self.vocab_size:
                raise ValueError(f"Token {token} is outside the vocabulary: tokens go from 0 to {self.vocab_size - 1}.")
        return "".join(self.chars[token] for token in tokens)


def train_val_split(tokens, val_fraction=0.1):
    """Cut a sequence (or a string) in two: the first part to learn from, the last `val_fraction` to be judged on."""
    if not 0 < val_fraction < 1:
        raise ValueError(f"val_fraction is {val_fraction}; it must lie between 0 and 1, for example 0.1.")
    cut = int(len(tokens) * (1 - val_fraction))
    return tokens[:cut], tokens[cut:]


def check_long_enough(tokens, context_length, name="text"):
    """A ValueError in plain words if not even one window of context plus one target fits."""
    if len(tokens) < context_length + 1:
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
    starts = torch.randint(
        len(tokens) - context_length, (batch_size, 1), generator=generator, device=tokens.device
    )  # (B, 1)
    offsets = torch.arange(context_length + 1, device=tokens.device)  # (T + 1,)
    windows = tokens[starts + offsets]  # (B, T + 1)
    return windows[:, :-1], windows[:, 1:]


def fixed_windows(tokens, context_length, most=None):
    """Non-overlapping windows x, y, each (N, T), that cover `tokens` in order: the same at every call.

    With `most`, at most that many of them, evenly spread. Tokens after the last whole window are left out.
    """
    check_long_enough(tokens, context_length)
    starts = torch.arange(0, len(tokens) - context_length, context_length, device=tokens.device)  # (N,)
    if most is not None and most < len(starts):
        starts = starts[torch.arange(most, device=tokens.device) * len(starts) // most]
    windows = tokens[starts[:, None] + torch.arange(context_length + 1, device=tokens.device)]  # (N, T + 1)
    return windows[:, :-1], windows[:, 1:]


class Batches:
    """An endless supply of training batches, and the validation windows that go with them.

    It owns its random generator, so `position` says exactly where in the data training stands.
    """

    def __init__(self, train, val, batch_size, context_length, seed=0, device=None):
        check_long_enough(train, context_length, "training text")
        check_long_enough(val, context_length, "validation text")
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; it must be at least 1.")
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
