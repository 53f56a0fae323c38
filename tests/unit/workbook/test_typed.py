"""What is taken along into my_gpt.py: the source as typed, with all that it needs, and nothing that is not there."""

import math
import types

import pytest
import torch

from helpers.workbook.stubs import half_done, untouched
from helpers.workbook.typed import NotTyped, typed
from tests.cells import type_in

IMPORTS = "import math\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def notebook(*cells):
    scope = {}
    for cell in (IMPORTS, *cells):
        type_in(cell, scope)
    return scope


def taken(source, name, *cells, parts=()):
    """What is taken along of `name`, executed as my_gpt.py would be: (text, its namespace)."""
    text = typed(notebook(*cells, source)[name], parts).text
    alone = types.ModuleType("alone")
    exec(IMPORTS + text, alone.__dict__)
    return text, vars(alone)


FUNCTION = '''# Mine, at last.
@torch.no_grad()
def mean(x):
    """With a comment."""
    return x.mean()  # here
'''
CLASS = '''class Table(nn.Module):
    """Mine."""

    def __init__(self, n):
        super().__init__()
        self.rows = nn.Embedding(n, n)  # (n, n)

    # looks up
    def forward(self, idx):
        return self.rows(idx)
'''


@pytest.mark.parametrize(("source", "name"), [(FUNCTION, "mean"), (CLASS, "Table")])
def test_source_is_taken_letter_for_letter(source, name):
    text, alone = taken(f"x = 1\n\n{source}\n\ny = {name}\nprint(y)\n", name)
    assert text == source.rstrip("\n") and callable(alone[name])


def test_of_two_definitions_the_last_one_counts():
    again = CLASS.replace("Mine.", "Second.")
    assert '"""Second."""' in taken(CLASS + "\n" + again, "Table")[0]
    twice = "def f():\n    return 1\n\ndef f():\n    return 2\n"
    assert taken(twice, "f")[1]["f"]() == 2
    scope = notebook("def f():\n    return 1\n")
    first = scope["f"]
    type_in("def f():\n    return 2\n", scope)
    assert "return 1" in typed(first).text and "return 2" in typed(scope["f"]).text


def test_other_functions_and_numbers_come_along():
    helper = "EPS = 1e-5\nSIZES = (2, 3)\ndef act(x):\n    return F.relu(x) + EPS\n"
    source = "def part(x):\n    return act(x) * SIZES[1]\n"
    text, alone = taken(source, "part", helper)
    assert alone["part"](torch.tensor(1.0)).item() == pytest.approx(3.00003)
    assert text.index("EPS = 1e-05") < text.index("def act") < text.index("def part")
    calls_itself = "def part(n):\n    return 1 if n == 0 else other(n)\n\ndef other(n):\n    return n * part(n - 1)\n"
    assert taken(calls_itself, "part")[1]["part"](4) == 24


@pytest.mark.parametrize(
    ("line", "use", "expected"),
    [
        ("import numpy.linalg", "math.pi", ""),  # not used: not taken
        ("from collections import Counter", "Counter('aab')['a']", "from collections import Counter"),
        (
            "from dataclasses import dataclass as d",
            "d(type('A', (), {})) and 1",
            "from dataclasses import dataclass as d",
        ),
        ("from torch import tril", "tril(torch.ones(2, 2)).sum().item()", "from torch import tril"),
        ("import itertools as it", "next(it.count(4))", "import itertools as it"),
        ("from math import sqrt", "sqrt(4.0)", "from math import sqrt"),
        ("import torch.nn.functional as tf", "tf.relu(torch.tensor(1.0)).item()", "import torch.nn.functional as tf"),
        ("from torch.nn import Linear", "Linear(2, 3).out_features", "import Linear"),
    ],
)
def test_imports_come_along(line, use, expected):
    text, alone = taken(f"def part():\n    return {use}\n", "part", line)
    assert expected in text and math.isfinite(alone["part"]())


@pytest.mark.parametrize(
    ("cell", "use", "said"),
    [
        ("table = torch.ones(3)", "table", "`table`, which is a variable of this notebook (Tensor)"),
        ("names = {}", "names", "(dict)"),
        ("import numpy as np", "np.ones(2)", "(module)"),
        ("from helpers.text import CharTokenizer", "CharTokenizer", "`CharTokenizer`, which is ours"),
        ("", "missing", "`missing`, which this notebook does not have"),
    ],
)
def test_what_would_not_be_there_is_refused(cell, use, said):
    scope = notebook(cell, f"def part():\n    return {use}\n")
    with pytest.raises(NotTyped, match=r"part uses") as refused:
        typed(scope["part"])
    assert said in str(refused.value)


def test_other_parts_are_not_taken_along_again():
    cells = ("from helpers.model import Head\n", "def part(n):\n    return Head(n, n, n)\n")
    assert typed(notebook(*cells)["part"], ["Head"]).text == "def part(n):\n    return Head(n, n, n)"


@pytest.mark.parametrize("answer", [len, torch.softmax, lambda x: x, 3, torch.nn.Linear(2, 2)])
def test_what_was_not_typed_in_a_cell_is_refused(answer):
    with pytest.raises(NotTyped, match="cannot be read"):
        typed(answer)


STUB = """class Part(nn.Module):
    'What it is.'

    def __init__(self, n):
        super().__init__()
        ...

    def forward(self, x):
        ...
"""


def test_a_stub_is_untouched_and_half_a_class_is_not():
    assert untouched(notebook(STUB)["Part"]) and not half_done(notebook(CLASS)["Table"])
    half = notebook(STUB.replace("        ...\n\n", "        self.n = n\n\n"))["Part"]
    assert not untouched(half) and half_done(half) == "`forward`"
    other = notebook(STUB.replace("        ...\n\n", "        self.n = n\n        ...\n\n"))["Part"]
    assert not untouched(other) and half_done(other) == "`__init__`"
    assert not untouched(notebook(CLASS)["Table"])
    assert untouched(notebook("class Part:\n    def f(self): ...\n    def g(self):\n        pass\n")["Part"])
