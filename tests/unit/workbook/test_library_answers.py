"""An answer that is a library function, a class, a number or anything else is judged, without a bare error."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.workbook import questions
from helpers.workbook.book import Workbook
from tests.nonsense import Thing, outcome

EXERCISES = {
    number: exercise
    for path in sorted(Path(questions.__file__).parent.glob("nb[0-9][0-9].py"))
    for number, exercise in importlib.import_module(f"{questions.__name__}.{path.stem}").EXERCISES.items()
}


class Module(torch.nn.Module):
    """A module with a forward that gives nothing."""

    def forward(self, *inputs):
        return None


def exits(*inputs):
    raise SystemExit(3)


ANSWERS = {
    "torch.softmax": torch.softmax,
    "F.cross_entropy": torch.nn.functional.cross_entropy,
    "max": max,
    "len": len,
    "a lambda": lambda *inputs: inputs[0],
    "a lambda without arguments": lambda: 3,
    "a class": Thing,
    "a module": Module(),
    "a number": 7,
    "None": None,
    "a string": "softmax",
    "a tensor": torch.ones(2, 3),
    "gives an array": lambda *inputs: np.ones(3),
    "gives complex numbers": lambda *inputs: torch.ones(2, dtype=torch.complex64) * 1j,
    "gives words": lambda *inputs: ["a", {}],
    "ends Python": exits,
}
RIGHT = {}  # nothing that a library gives is taken for what a learner should write


def test_there_are_exercises():
    assert len(EXERCISES) >= 50


@pytest.mark.parametrize("number", EXERCISES)
def test_any_answer_is_judged(number, capsys):
    for name, answer in ANSWERS.items():
        book = Workbook({number: EXERCISES[number]})
        kind, what = outcome(book.check, {"number": number, "answer": answer})
        assert kind == "gave", f"{name}: {what}"
        said = capsys.readouterr().out
        marks = [line[0] for line in said.splitlines() if line[:1] in "·✗✓"]
        assert len(marks) == 1, f"{name}: {said}"
        assert (marks == ["✓"]) == (name in RIGHT.get(number, ())), f"{name}: {said}"
