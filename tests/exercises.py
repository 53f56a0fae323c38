"""The exercises of the notebooks, taken out of them: the stub, the answer's expression, the folded solution."""

import ast
import functools
import importlib
import json
import re
import runpy
from pathlib import Path

from helpers.corpus import load_text
from helpers.text import CharTokenizer, train_val_split
from helpers.workbook.my_gpt import MyGPT, install
from tests.cells import type_in

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}

install(MyGPT())  # cells import from my_gpt, where nothing is solved


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
    return runpy.run_path(str(ROOT / "tests" / "notebooks" / "wrong_answers" / f"nb{number[:2]}.py"))["WRONG"][number]


def answered(number, source):
    """The answer that a learner hands over who has written `source` in place of the stub."""
    path, stub, expression, _, index = ALL[number]
    scope = scope_of(cells_of(path), index) | {"check": lambda number, answer: None}
    type_in(stub, scope)
    type_in(source, scope)
    return eval(expression, scope)
