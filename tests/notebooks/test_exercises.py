"""Every exercise, taken out of its notebook: the stub, the folded solution, and answers as learners get them wrong."""

import ast
import functools
import importlib
import itertools
import json
import linecache
import re
import runpy
from pathlib import Path

import pytest
import torch

from helpers.corpus import load_text
from helpers.text import CharTokenizer, train_val_split
from helpers.workbook.book import Workbook

ROOT = Path(__file__).resolve().parents[2]
CELLS = itertools.count()
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
SECOND = {"00", "01", "02", "03", "04", "05", "06", "07"}  # of the second edition: few predictions, and parts to write


def cells_of(path):
    return [
        (cell["cell_type"], "".join(cell["source"])) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]


def exercises_in(cells):
    """{number: (stub cell, the answer's expression in the call of check, solution, index of the cell)}."""
    found = {}
    for i, (kind, source) in enumerate(cells):
        if kind != "code" or not (numbers := re.findall(r'check\("(\d\d\.\d+)"', source)):
            continue
        (number,) = numbers  # one exercise in a cell
        call = next(
            node for node in ast.walk(ast.parse(source)) if getattr(getattr(node, "func", 0), "id", 0) == "check"
        )
        below = []
        for kind_below, text in cells[i + 1 :]:
            if kind_below == "code":
                break
            below.append(text)
        text = re.split(r"\*\*\d\d\.\d+\*\*", "\n".join(below))[0]  # up to the next exercise
        folded = re.search(r"<details><summary>Solution</summary>\s*```python\n(.*?)```.*?</details>", text, re.DOTALL)
        assert folded, f"exercise {number} has no folded solution under it"
        assert re.search(rf"\*\*{re.escape(number)}\*\*", "\n".join(t for _, t in cells[:i])), f"{number} is not set"
        found[number] = (source, ast.unparse(call.args[1]), folded.group(1), i)
    return found


@functools.cache
def shakespeare():
    text = load_text("shakespeare")
    tokenizer = CharTokenizer(text)
    train, val = train_val_split(tokenizer.encode(text))
    return {"text": text, "tokenizer": tokenizer, "train": train, "val": val, "V": tokenizer.vocab_size}


def scope_of(cells, index):
    """The names that a learner has at a cell: imports, functions and classes of the cells before it, and the corpus."""
    scope = dict(shakespeare()) if any("load_text" in source for _, source in cells[:index]) else {}
    for kind, source in cells[:index]:
        if kind == "code" and "await" not in source:
            kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            nodes = [node for node in ast.parse(source).body if isinstance(node, kept)]
            exec(compile(ast.Module(nodes, []), "notebook", "exec"), scope)
    return scope


ALL = {
    number: (path, *exercise)
    for path in NOTEBOOKS.values()
    for number, exercise in exercises_in(cells_of(path)).items()
}


def questions(number):
    return importlib.import_module(f"helpers.workbook.questions.nb{number[:2]}").EXERCISES


def wrong_answers(number):
    return runpy.run_path(str(Path(__file__).parent / "wrong_answers" / f"nb{number[:2]}.py"))["WRONG"][number]


def answered(number, source):
    """The answer that a learner hands over who has written `source` in place of the stub."""
    path, stub, expression, _, index = ALL[number]
    scope = scope_of(cells_of(path), index) | {"check": lambda number, answer: None}
    type_in(stub, scope)
    type_in(source, scope)
    return eval(expression, scope)


def type_in(source, scope):
    """Execute a cell as a notebook does: its source can be read afterwards."""
    file = f"<cell {next(CELLS)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), scope)


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
    assert "folded below" in output  # the last hint has come


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
