"""The shape of the house: arrows one way, small files, nothing that happens on import, all public things explained."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "helpers").glob("*.py"))
QUESTIONS = sorted((ROOT / "helpers" / "questions").glob("*.py"))  # what is known about the exercises of each notebook
TREES = {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
TREES |= {f"questions.{file.stem}": ast.parse(file.read_text(encoding="utf-8")) for file in QUESTIONS}

# What each file of helpers may import of the others.
ALLOWED = {
    "__init__": set(),
    "device": set(),
    "paths": set(),
    "text": set(),
    "baselines": set(),
    "model": set(),
    "recipe": set(),
    "history": set(),
    "interrupts": set(),
    "plots": set(),
    "judging": set(),
    "exercises": {"judging"},
    "questions.__init__": set(),
    "questions.nb04": {"questions", "baselines", "text"},
    "questions.nb11": {"questions", "baselines", "model"},
    "corpus": {"paths", "baselines"},
    "evaluation": {"device"},
    "cache": {"model", "evaluation"},
    "sampling": {"cache"},
    "inside": {"cache", "evaluation"},
    "checkpoint": {"model"},
    "run": {"checkpoint", "device", "evaluation", "recipe", "text"},
    "training": {
        "model",
        "text",
        "device",
        "checkpoint",
        "evaluation",
        "recipe",
        "run",
        "history",
        "interrupts",
        "corpus",
        "sampling",
        "paths",
    },
    "pretrained": {
        "checkpoint",
        "corpus",
        "device",
        "evaluation",
        "model",
        "paths",
        "recipe",
        "text",
        "training",
    },
    "writer": {"cache", "sampling"},
    "model_plots": {"plots"},
    "studio": {"model_plots", "plots", "widgets", "writer"},
    "training_plots": {"plots"},
    "widgets": {"plots"},
    "dashboard": {"recipe", "training_plots", "widgets"},
}


def imports(tree):
    """The files of helpers that a file imports, wherever in it that stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("helpers.")}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                found |= {node.module} if node.module else {alias.name for alias in node.names}
            elif node.module == "helpers":
                found |= {alias.name for alias in node.names}
            elif (node.module or "").startswith("helpers."):
                found.add(node.module.split(".")[1])
    return found


def test_every_way_to_import_is_seen():
    lines = ["import helpers.a", "from helpers import b as x", "from helpers.c import d", "from . import e"]
    lines += ["from .f import g", "import torch"]
    assert imports(ast.parse("\n".join(lines))) == {"a", "b", "c", "e", "f"}


@pytest.mark.parametrize("name", TREES)
def test_imports_are_allowed(name):
    allowed = ALLOWED.get(name, {"questions"} if name.startswith("questions.") else None)
    assert allowed is not None, f"helpers/{name}.py is new: say above what it may import"
    assert imports(TREES[name]) <= allowed


def test_no_cycles():
    arrows = {name.removesuffix(".__init__"): imports(tree) for name, tree in TREES.items()}
    while arrows:
        free = {name for name, targets in arrows.items() if not targets & arrows.keys()}
        assert free, f"a cycle among {sorted(arrows)}"
        arrows = {name: targets for name, targets in arrows.items() if name not in free}


@pytest.mark.parametrize("file", FILES + QUESTIONS, ids=lambda file: file.name)
def test_files_are_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


def test_all_of_helpers_is_small():
    # What computes can be read in two evenings. What draws and what moves stands apart, and what checks the exercises;
    # what is known about single exercises is not for reading.
    shows = {"plots", "model_plots", "training_plots", "widgets", "dashboard", "studio"}
    checks = {"exercises", "judging"}
    lines = {file.stem: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert shows | checks < lines.keys()
    assert sum(n for name, n in lines.items() if name not in shows | checks) <= 2100
    assert sum(lines[name] for name in shows) <= 1100
    assert sum(lines[name] for name in checks) <= 400


@pytest.mark.parametrize("name", TREES)
def test_everything_public_says_what_it_is(name):
    assert ast.get_docstring(TREES[name])
    if name.startswith("questions.") and name != "questions.__init__":  # there the hints say it
        return
    for node in TREES[name].body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            # `main` is described by its parser.
            assert node.name.startswith("_") or node.name == "main" or ast.get_docstring(node), node.name


@pytest.mark.parametrize("name", TREES)
def test_no_notebook_is_read_and_no_global_is_set(name):
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Global), "no global state"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert ".ipynb" not in node.value


IMPORT_ALL = """
import importlib, os, random, signal, sys
import torch, numpy
before = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
settings = torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
handler = signal.getsignal(signal.SIGINT)
environment, folder = dict(os.environ), sorted(os.listdir())
for name in sys.argv[1:]:
    importlib.import_module("helpers." + name)
    after = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].tolist()
    assert torch.equal(before[0], after[0]) and before[1:] == after[1:], name + " uses random numbers"
now = torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
assert handler is signal.getsignal(signal.SIGINT)
assert settings == now and folder == sorted(os.listdir())
assert "matplotlib.pyplot" not in sys.modules, "pyplot is not safe where widgets draw from threads"
"""


def test_importing_does_nothing(tmp_path):
    names = [name.removesuffix(".__init__") for name in TREES if name != "__init__"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", IMPORT_ALL, *names]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
