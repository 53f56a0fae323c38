"""Windows and batches with one thing wrong in them, and what a check looks at, for notebook 04."""

import random
from typing import NamedTuple

import torch

from helpers.text import random_batch
from helpers.workbook.judging import kind_of
from helpers.workbook.questions.tokens import staged

MANY = 400  # windows: enough for every start in a short text to come


class Order(NamedTuple):
    """What a batch is asked from: a text in which every window stands once, and the sizes of the batch."""

    tokens: torch.Tensor
    batch_size: int
    context_length: int

    def __str__(self):
        return f"{len(self.tokens)} tokens, batch_size = {self.batch_size}, context_length = {self.context_length}:"


def batch_trial(answer, order):
    """What a `random_batch` does: shapes, windows, starts, generators, and in the end the same draws as ours."""
    with torch.random.fork_rng(devices=[]):
        return staged(steps_of_a_batch(answer, *order))


def steps_of_a_batch(answer, tokens, B, T):
    """The steps of the trial, in the order in which one writes them."""

    def seeded():
        return torch.Generator().manual_seed(3)

    batch = answer(tokens, B, T, generator=seeded())
    yield "it returns", returned(batch), in_words([(B, T)] * 2)
    x, y = answer(tokens, MANY, T, generator=seeded())
    yield f"with batch_size = {MANY}, it returns", returned((x, y)), in_words([(MANY, T)] * 2)
    starts = [place_of(row, tokens.tolist()) for row in x.tolist()]
    yield "the share of its windows that stand in the text", sum(start is not None for start in starts) / MANY, 1.0
    yield "y, compared with x", beside(x, y), "shifted by one"
    whole = [place_of([*row, last], tokens.tolist()) for row, last in zip(x.tolist(), y[:, -1].tolist(), strict=True)]
    yield "the share of windows whose last target follows them", sum(start is not None for start in whole) / MANY, 1.0
    yield f"of {MANY} windows, the earliest and the latest start", [min(starts), max(starts)], [0, len(tokens) - T - 1]
    generator = seeded()
    first, second = (answer(tokens, MANY, T, generator=generator)[0] for _ in range(2))
    yield "two batches from one generator", same(first, second), "different"
    yield "two batches from two generators with the same seed", same(first, x), "the same"
    yield "x for a generator with seed 3", batch[0], random_batch(tokens, B, T, seeded())[0]
    yield "without a generator, it returns", returned(answer(tokens, B, T)), in_words([(B, T)] * 2)


def place_of(row, tokens):
    """Where a row of tokens begins in the text; None where it does not stand in it."""
    return next((i for i in range(len(tokens) - len(row) + 1) if tokens[i : i + len(row)] == row), None)


def returned(result):
    """What a function returned, in words."""
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return kind_of(result)
    return in_words([tuple(part.shape) if isinstance(part, torch.Tensor) else kind_of(part) for part in result])


def in_words(shapes):
    """The shapes of a batch in words."""
    return f"x {shapes[0]} and y {shapes[1]}"


def beside(x, y):
    """How y stands to x, in words."""
    if torch.equal(x, y):
        return "the same"
    if torch.equal(x[:, 1:], y[:, :-1]):
        return "shifted by one"
    return "shifted the other way" if torch.equal(x[:, :-1], y[:, 1:]) else "something else"


def same(a, b):
    """Whether two batches are the same, in words."""
    return "the same" if torch.equal(a, b) else "different"


def random_tokens(g):
    """Short texts in which every window stands once, and the sizes of batches from them."""
    sizes = ((12, 3, 4), (9, 4, 2), (11, 2, 8), (7, 5, 1))
    return [(Order(100 + 3 * torch.randperm(n, generator=g), B, T),) for n, B, T in sizes]


def windows(tokens, starts, context_length):
    """The windows of `tokens` that begin at `starts`, with their targets: x and y, each (B, T)."""
    positions = torch.as_tensor(starts)[:, None] + torch.arange(context_length + 1)
    return tokens[positions[:, :-1]], tokens[positions[:, 1:]]


def random_starts(g):
    """Texts, starts in them (the first and the last possible one too), and context lengths."""
    cases = [(torch.tensor([7, 1, 4, 9, 2, 8, 5]), torch.tensor([0, 3]), 3)]
    for n, B, T in ((20, 4, 3), (30, 2, 8), (9, 3, 1), (50, 5, 7)):
        starts = torch.randint(n - T, (B,), generator=g)
        starts[0], starts[-1] = 0, n - T - 1
        cases.append((torch.randint(100, (n,), generator=g), starts, T))
    return cases


def windows_with(first=0, second=1, stack=torch.stack, end=0, dim=0, swap=False):
    """As `windows`, with slices; each argument spoils one step of it."""

    def wrong(tokens, starts, context_length):
        long = context_length + end
        x = stack([tokens[i + first : i + first + long] for i in starts], dim)
        y = stack([tokens[i + second : i + second + long] for i in starts], dim)
        return (y, x) if swap else (x, y)

    return wrong


def as_lists(tokens, starts, context_length):
    x, y = windows(tokens, starts, context_length)
    return list(x), list(y)


def positions_only(tokens, starts, context_length):
    x = starts[:, None] + torch.arange(context_length)
    return x, x + 1


def next_window(tokens, starts, context_length):
    return windows(tokens, starts, context_length)[0], torch.stack([tokens[i + context_length] for i in starts])


def plus_one(tokens, starts, context_length):
    x, _ = windows(tokens, starts, context_length)
    return x, x + 1


def one_slice(tokens, starts, context_length):
    return tokens[starts : starts + context_length], tokens[starts + 1 : starts + context_length + 1]


def tensor_of_tensors(tokens, starts, context_length):
    x = torch.tensor([tokens[i : i + context_length] for i in starts])
    return x, torch.tensor([tokens[i + 1 : i + context_length + 1] for i in starts])


def last_window(tokens, starts, context_length):
    return tuple(both[-1] for both in windows(tokens, starts, context_length))


def only_x(tokens, starts, context_length):
    return windows(tokens, starts, context_length)[0]


def batch_with(above=lambda T: 0, cut=windows, start=0, seed=None, deaf=False, one=False):
    """A `random_batch`, right as it stands; each argument spoils one step of it. above: context length -> too many."""

    def wrong(tokens, batch_size, context_length, generator=None):
        if seed is not None:
            generator = (generator or torch.default_generator).manual_seed(seed)
        starts = start + torch.randint(
            len(tokens) - context_length + above(context_length) - start, (1 if one else batch_size,), generator=None if deaf else generator
        )
        return cut(tokens, starts.expand(batch_size), context_length)

    return wrong


def long_windows(tokens, starts, context_length):
    """As `windows`: slices with a target more, cut in two afterwards."""
    both = torch.stack([tokens[i : i + context_length + 1] for i in starts])
    return both[:, :-1], both[:, 1:]


def too_late():
    """Starts of which some lie too late, drawn and cut in each usual way."""
    ends = (lambda T: T, lambda T: 1, lambda T: T - 1)
    return [batch_with(above, cut) for above in ends for cut in (windows, windows_with(), long_windows)]


def by_python(tokens, batch_size, context_length, generator=None):
    """Starts from Python's own random numbers."""
    starts = [random.randrange(len(tokens) - context_length) for _ in range(batch_size)]
    return windows(tokens, torch.tensor(starts), context_length)


def without_repeats(tokens, batch_size, context_length, generator=None):
    """Starts that never come twice: too few for a large batch."""
    starts = torch.randperm(len(tokens) - context_length, generator=generator)[:batch_size]
    return windows(tokens, starts, context_length)


def by_fractions(tokens, batch_size, context_length, generator=None):
    """Starts from fractions of the text's length."""
    starts = torch.rand(batch_size, generator=generator) * (len(tokens) - context_length)
    return windows(tokens, starts.long(), context_length)


def shape_missing(low):
    """randint with a number where a shape is asked."""

    def wrong(tokens, batch_size, context_length, generator=None):
        return torch.randint(*low, len(tokens) - context_length, batch_size, generator=generator)

    return wrong


def without_return(tokens, batch_size, context_length, generator=None):
    random_batch(tokens, batch_size, context_length, generator)


def side_by_side(tokens, batch_size, context_length, generator=None):
    return windows(tokens, torch.arange(batch_size) % (len(tokens) - context_length), context_length)


def without_overlap(tokens, batch_size, context_length, generator=None):
    number = (len(tokens) - 1) // context_length
    return windows(tokens, context_length * torch.randint(number, (batch_size,), generator=generator), context_length)


def transposed(tokens, batch_size, context_length, generator=None):
    x, y = random_batch(tokens, batch_size, context_length, generator)
    return x.T, y.T


def drawn_twice(tokens, batch_size, context_length, generator=None):
    """x and y from starts of their own."""
    x = random_batch(tokens, batch_size, context_length, generator)[0]
    return x, random_batch(tokens, batch_size, context_length, generator)[1]
