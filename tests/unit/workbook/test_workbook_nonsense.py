"""Nonsense for what asks and answers. See tests/nonsense.py."""

import pytest

from helpers.workbook import workbook
from helpers.workbook.book import Workbook
from helpers.workbook.questions.nb01 import EXERCISES
from tests.nonsense import Spec, faults

QUESTION = "How many?"


def asked(**arguments):
    prediction = Workbook(EXERCISES).predict(**arguments)
    return [prediction.question, prediction.options, prediction.within]


def revealed(actual, why):
    return Workbook(EXERCISES).predict(QUESTION, ["2", "3"]).reveal(actual, why)


SPECS = [
    Spec("workbook", lambda number: len(workbook(number)), lambda: dict(number="01")),
    # An answer may be anything: what it is worth is what the check says.
    Spec("check", Workbook(EXERCISES).check, lambda: dict(number="01.2", answer=len), fine={"answer": None}),
    Spec(
        "predict",
        asked,
        lambda: dict(question=QUESTION, options=["2", "3"], within=0.5),
        fine={
            "question:another script": None,
            "options": lambda r, a: r[1] is None or r[1] == [str(option) for option in a["options"]],
            "within:zero": lambda r, a: r[2] == 0,
        },
    ),
    # What was computed may be anything; that it is none of the options is said.
    Spec(
        "reveal",
        revealed,
        lambda: dict(actual="2", why="So it is."),
        fine={"actual": None, "why:nothing": None, "why:another script": None},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nonsense_gets_a_sentence_or_a_right_answer(spec):
    wrong, _ = faults(spec)
    assert not wrong, "\n".join(wrong)
