"""The shape of the house: arrows one way, small files, nothing that happens on import, all public things explained."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELPERS = ROOT / "helpers"
TREES = {
    ".".join(file.relative_to(HELPERS).with_suffix("").parts): ast.parse(file.read_text(encoding="utf-8"))
    for file in sorted(HELPERS.rglob("*.py"))
}
PACKAGES = ("basics", "training", "show", "workbook")

# What each file at the top of helpers may import of the others.
ALLOWED = {
    "__init__": set(),
    "device": {"checks"},
    "paths": {"checks"},
    "checks": set(),
    "model": {"checks"},
    "baselines": {"checks"},
    "corpus": {"paths", "baselines"},
    "text": {"checks", "corpus", "device"},
    "mapped": {"corpus", "text"},
    "evaluation": {"checks", "device"},
    "cache": {"checks", "model", "evaluation"},
    "sampling": {"checks", "cache"},
    "inside": {"checks", "cache", "evaluation"},
}
# What the files of a package may import of the other packages; of the top, everything.
ABOVE = {"basics": set(), "training": {"basics"}, "show": {"basics", "training"}}
ABOVE |= {"workbook": {"basics", "training", "show"}}


def imports(tree):
    """The files of helpers that a file imports, wherever in it that stands, as "model" or "training.loop"."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {file_of(alias.name) for alias in node.names if alias.name.split(".")[0] == "helpers"}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name their package in full"
            if (node.module or "").split(".")[0] == "helpers":
                found |= {file_of(f"{node.module}.{alias.name}") for alias in node.names}
    return found


def file_of(dotted):
    """The file that a dotted name leads to: the longest beginning of it that is one."""
    parts = dotted.split(".")[1:]
    for n in range(len(parts), -1, -1):
        for name in (".".join(parts[:n]), ".".join([*parts[:n], "__init__"])):
            if name in TREES:
                return name
    raise AssertionError(f"{dotted} leads nowhere")


def package(name):
    """The package of a file; "" at the top."""
    return name.split(".")[0] if name.split(".")[0] in PACKAGES else ""


def test_every_way_to_import_is_seen():
    lines = [
        "import helpers.model",
        "from helpers import text as x",
        "from helpers.cache import KVCache",
        "import torch",
    ]
    lines += ["from helpers.training import loop", "from helpers.training import steps", "import helpers.show.widgets"]
    expected = {"model", "text", "cache", "training.loop", "training.__init__", "show.widgets"}
    assert imports(ast.parse("\n".join(lines))) == expected
    with pytest.raises(AssertionError, match="in full"):
        imports(ast.parse("from . import model"))


@pytest.mark.parametrize("name", TREES)
def test_arrows_go_one_way(name):
    """The top knows no package, training draws nothing, show knows no exercise."""
    if not package(name):
        assert name in ALLOWED, f"helpers/{name}.py is new: say above what it may import"
        assert imports(TREES[name]) <= ALLOWED[name]
    else:
        assert {package(target) for target in imports(TREES[name])} <= {"", package(name)} | ABOVE[package(name)]


def test_no_cycles():
    arrows = {name: imports(tree) - {name} for name, tree in TREES.items()}
    while arrows:
        free = {name for name, targets in arrows.items() if not targets & arrows.keys()}
        assert free, f"a cycle among {sorted(arrows)}"
        arrows = {name: targets for name, targets in arrows.items() if name not in free}


@pytest.mark.parametrize("name", TREES)
def test_files_are_small(name):
    file = HELPERS.joinpath(*name.split(".")).with_suffix(".py")
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


def test_the_top_of_helpers_can_be_surveyed():
    assert len([name for name in TREES if not package(name)]) <= 14
    assert {path.name for path in HELPERS.iterdir() if path.is_dir()} - {"__pycache__"} == set(PACKAGES)


@pytest.mark.parametrize("name", TREES)
def test_everything_public_says_what_it_is(name):
    assert ast.get_docstring(TREES[name])
    if name.startswith("workbook.questions.") and not name.endswith("__init__"):  # there the hints say it
        return
    for node in TREES[name].body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            # `main` is described by its parser.
            assert node.name.startswith("_") or node.name == "main" or ast.get_docstring(node), node.name


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_in_two_sentences_what_is_inside(name):
    said = ast.get_docstring(TREES[f"{name}.__init__"])
    assert 2 <= len(re.findall(r"[.:](?:\s|$)", said)) <= 5


@pytest.mark.parametrize("name", TREES)
def test_no_notebook_is_read_and_no_global_is_set(name):
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Global), "no global state"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert ".ipynb" not in node.value


@pytest.mark.parametrize("folder", PACKAGES)
def test_tests_mirror_helpers(folder):
    """A test of a part of a package stands in the folder of the same name."""
    for file in (ROOT / "tests" / "unit" / folder).glob("test_*.py"):
        named = {package(target) for target in imports(ast.parse(file.read_text(encoding="utf-8")))}
        assert folder in named, f"{file.name} tests nothing of helpers/{folder}"


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
    scripts = ("__init__", "training.__main__", "workbook.__main__")
    names = [name.removesuffix(".__init__") for name in TREES if name not in scripts]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", IMPORT_ALL, *names]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
