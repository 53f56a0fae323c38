"""A learner who solves exercises, as the folded solutions do, into a my_gpt.py; and notebooks that use it."""

import contextlib
import io

from helpers.workbook.book import Workbook
from helpers.workbook.my_gpt import broken, install
from helpers.workbook.parts import PARTS
from tests.exercises import ALL, answered, questions
from tests.shortened import ROOT, code_cells, run

USERS = [
    path.stem
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    if "from my_gpt import" in path.read_text(encoding="utf-8")
]
USED = """
import my_gpt
assert my_gpt.__file__ == {path!r}, my_gpt.__file__
for name in {names!r}:
    assert (globals()[name].__module__ == "my_gpt") == (name in {mine!r}), name
"""


def play(mine, parts):
    """Solve the exercises of `parts` in order; after each, the file is whole."""
    for n, part in enumerate(parts, 1):
        install(mine)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            Workbook(questions(part.exercise), mine).check(
                part.exercise, answered(part.exercise, ALL[part.exercise][3])
            )
        said = out.getvalue()
        assert f"✓ {part.exercise}" in said and "Written to my_gpt.py, line" in said, said
        assert f"{n} of {len(PARTS)} parts" in said and broken(mine.read()) == ""
        assert set(mine.mine()) == {part.name for part in parts[:n]}


def imported(name):
    """What a notebook takes from my_gpt."""
    lines = [line for cell in code_cells(name) for line in cell.source.splitlines()]
    taken = [line.split(" import ")[1].split("#")[0] for line in lines if line.startswith("from my_gpt import ")]
    return [one.strip() for some in taken for one in some.split(",")]


def uses(name, mine, folder, monkeypatch):
    """Run a notebook, its trainings shortened, with a learner's my_gpt.py, and see that it uses what is theirs."""
    monkeypatch.setenv("MY_GPT", str(mine.path))
    names = imported(name)
    assert set(names) <= {part.name for part in PARTS}
    run(name, folder, last=USED.format(path=str(mine.path), names=names, mine=sorted(mine.mine())))
