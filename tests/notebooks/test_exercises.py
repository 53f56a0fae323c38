"""Every exercise, taken out of its notebook: the stub, the folded solution, and answers as learners get them wrong."""

import re

import pytest
import torch

from helpers.workbook.book import Workbook
from tests.cells import type_in
from tests.exercises import ALL, NOTEBOOKS, answered, cells_of, exercises_in, questions, scope_of, wrong_answers

SECOND = {"00", "01", "02", "03", "04", "05", "06", "07"}  # of the second edition: few predictions, and parts to write


def said(capsys, book, number, answer):
    capsys.readouterr()
    book.check(number, answer)
    return capsys.readouterr().out


def hint_in(output):
    return re.search(r"Hint: (.*?)(?: \(That was the last hint.*)?\n?$", output, re.DOTALL).group(1)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_sets_just_the_exercises_that_are_known(notebook):
    cells = cells_of(NOTEBOOKS[notebook])
    set_here = [number for number in ALL if number[:2] == notebook]
    assert set_here == list(questions(notebook)) == [f"{notebook}.{i + 1}" for i in range(len(set_here))]
    code = "\n".join(source for kind, source in cells if kind == "code")
    asked, answered = len(re.findall(r"\bpredict\(", code)), len(re.findall(r"\.reveal\(", code))
    assert asked == answered >= 1
    assert asked <= 5 if notebook in SECOND else len(set_here) >= 3
    assert cells[-1] == ("code", "score()") and f'workbook("{notebook}")' in code


def test_an_exercise_without_a_solution_is_found():
    cells = cells_of(NOTEBOOKS["00"])
    exercises_in(cells)
    spoilt = [(kind, source.replace("```python", "```", 1)) for kind, source in cells]
    with pytest.raises(AssertionError, match="no folded solution"):
        exercises_in(spoilt)


@pytest.mark.parametrize("number", ALL)
def test_stub_is_not_yet(number, capsys):
    path, stub, _, _, index = ALL[number]
    scope = scope_of(cells_of(path), index)
    scope["check"] = Workbook(questions(number)).check
    capsys.readouterr()
    type_in(stub, scope)
    assert f"· {number}  not yet" in capsys.readouterr().out


@pytest.mark.parametrize("number", ALL)
def test_folded_solution_passes(number, capsys):
    book = Workbook(questions(number))
    output = said(capsys, book, number, answered(number, ALL[number][3]))
    assert f"✓ {number}  {questions(number)[number].learned}" in output
    book.score()
    assert f"Exercises: 1 of {len(questions(number))} solved." in capsys.readouterr().out


@pytest.mark.parametrize("number", ALL)
def test_wrong_answers_get_a_hint_each(number, capsys):
    general, hints = questions(number)[number].hints, []
    for source in wrong_answers(number):
        book = Workbook(questions(number))
        answer = answered(number, source)
        first, second = said(capsys, book, number, answer), said(capsys, book, number, answer)
        assert f"✗ {number}  " in first, f"accepted:\n{source}\n{first}"
        assert hint_in(first) not in general, f"no hint of its own:\n{source}\n{first}"
        assert hint_in(second) != hint_in(first), f"the same hint twice:\n{source}\n{first}"
        hints.append(hint_in(first))
    assert len(hints) >= (6 if questions(number)[number].part else 3) and len(set(hints)) == len(hints), hints


@pytest.mark.parametrize("number", ALL)
def test_no_wrong_answer_is_accepted_and_none_hides_another(number, capsys):
    exercise = questions(number)[number]
    assert len(exercise.mistakes) >= (6 if exercise.part else 3) and len(exercise.hints) >= 2
    for mistake in exercise.mistakes:
        assert mistake.hints
        output = said(capsys, Workbook(questions(number)), number, mistake.wrong)
        assert f"✗ {number}  " in output and hint_in(output) == mistake.hints[0], (mistake.hints, output)


@pytest.mark.parametrize("number", ALL)
def test_the_solution_is_never_shown(number, capsys):
    lines = [line.strip() for line in ALL[number][3].splitlines()]
    lines = [line for line in lines if len(line) > 12 and not line.startswith(("def ", "assert"))]
    for source in wrong_answers(number):
        book = Workbook(questions(number))
        answer = answered(number, source)
        for _ in range(6):
            output = said(capsys, book, number, answer)
            own = {line.strip() for line in source.splitlines()}
            assert not any(line in output.replace("\n", " ") for line in lines if line not in own), output
            if "folded below" in output:  # the last hint: from now on it is repeated
                break
        assert "folded below" in output


@pytest.mark.parametrize("number", ALL)
def test_number_that_is_learned_is_the_right_one(number):
    exercise = questions(number)[number]
    if not isinstance(exercise.right, float):
        return
    written = [float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*\.?\d*", exercise.learned)]
    assert any(abs(value - exercise.right) <= max(0.5 * exercise.tolerance, 0.05) for value in written)


@pytest.mark.parametrize("number", ALL)
def test_checks_do_not_touch_the_random_numbers_of_the_notebook(number, capsys):
    if not callable(questions(number)[number].right):
        return
    torch.manual_seed(5)
    before = torch.get_rng_state()
    said(capsys, Workbook(questions(number)), number, questions(number)[number].right)
    assert torch.equal(before, torch.get_rng_state())
