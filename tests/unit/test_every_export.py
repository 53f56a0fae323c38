"""Every function of ours that a notebook uses has a table of nonsense, or a reason why it needs none."""

import ast
import importlib
import importlib.util
import types
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LEARNERS = "the learner writes this one, and our version checks nothing that theirs does not"
UNTRIED = {
    "fit": LEARNERS,
    "Head": LEARNERS,
    "MultiHeadAttention": LEARNERS,
    "CausalSelfAttention": LEARNERS,
    "Block": LEARNERS,
    "split_heads": LEARNERS,
    "init_weights": LEARNERS,
    "count_parameters": "one line, which fails with its own name for anything that is no module",
}


def used(cells):
    """The names of the classes and functions of helpers that code cells import, or call on a module of ours."""
    names, modules = set(), {}
    for tree in map(ast.parse, cells):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
                for alias in node.names:
                    found = attribute(importlib.import_module(node.module), alias.name)
                    if isinstance(found, types.ModuleType):
                        modules[alias.asname or alias.name] = found
                    elif callable(found):
                        names.add(found.__name__)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                found = getattr(modules[node.value.id], node.attr, None)
                if callable(found):
                    names.add(found.__name__)
    return names


def attribute(module, name):
    return getattr(module, name) if hasattr(module, name) else importlib.import_module(f"{module.__name__}.{name}")


def code(path):
    return [
        cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code" and "await" not in cell.source
    ]


def tried():
    """The names of all tables of nonsense."""
    names = set()
    for path in (ROOT / "tests" / "unit").rglob("*nonsense.py"):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        names |= {table.name.split(".")[0] for table in module.SPECS}
    return names


def test_every_function_that_notebooks_use_is_tried_with_nonsense():
    names = set().union(*(used(code(path)) for path in (ROOT / "notebooks").rglob("*.ipynb")))
    assert len(names) > 100 and names - tried() <= set(UNTRIED), names - tried() - set(UNTRIED)
    assert set(UNTRIED) <= names - tried(), "a reason is given that nothing needs"


def test_functions_of_modules_and_of_packages_are_found():
    cells = [
        "from helpers import show, cache as kv\nfrom helpers.text import load_text as read",
        "kv.split_heads\nshow.bars",
    ]
    assert used(cells) == {"load_text", "split_heads", "bars"}
