"""What `check` knows about the exercises: one file for each notebook, named after its number.

Each holds a dictionary EXERCISES from an exercise's number to an Exercise. A mistake is described by what it gives: a
wrong answer, beside the hints for whoever gave just that. So the hint fits the mistake, however it was written down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


class Mistake:
    """A typical wrong answer (a function, or a value where a value is asked) and hints that fit it, gentlest first."""

    def __init__(self, wrong, *hints):
        self.wrong, self.hints = wrong, hints


@dataclass(frozen=True)
class Exercise:
    """How one exercise is checked.

    learned: one sentence for whoever has solved it. right: a correct function, or the value that is asked.
    cases: for a function, generator -> list of argument tuples, fixed and random, small ones first.
    mistakes: tried in order. hints: what comes after a mistake's own, and for answers that are like none of them.
    also: (arguments after the call, result) -> a hint or None, for what equality does not see, as shared memory.
    tolerance: absolute, on top of a relative error of 1e-5.

    Where the answer is a part of the learner's GPT:
    part: its name there. run: (answer, *arguments) -> {what is looked at: what came out}, in place of a call (`trials`).
    reach: (answer, say) -> (loss, the loss that is enough, a sentence); `say(text)` shows how far it is. At most 15 s.
    """

    learned: str
    right: Any
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    cases: Callable[..., list] | None = None
    also: Callable[..., str | None] | None = None
    tolerance: float = 1e-5
    part: str | None = None
    run: Callable[..., dict] | None = None
    reach: Callable[..., tuple] | None = None


def listed(wrong):
    """Mistakes from a dictionary: hint, or several in a tuple -> the function that earns it, or a list of several."""
    pairs = ((hints, f) for hints, fs in wrong.items() for f in (fs if isinstance(fs, list) else [fs]))
    return tuple(Mistake(f, *(hints if isinstance(hints, tuple) else [hints])) for hints, f in pairs)


def randn(g, *shape):
    """Random numbers of a shape, rounded to look at."""
    return (20 * torch.randn(*shape, generator=g)).round() / 10
