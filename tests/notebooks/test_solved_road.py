"""A learner who solves every exercise, and one who skips every second: what is in their my_gpt.py, and what it can do."""

import os
import subprocess
import sys

import pytest

from helpers.workbook import sections
from helpers.workbook.my_gpt import MyGPT
from helpers.workbook.parts import PARTS
from tests.exercises import ALL, questions
from tests.road import USERS, play, uses


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A place for the file of the learner who solves everything."""
    return MyGPT(tmp_path_factory.mktemp("solved") / "my_gpt.py")


def test_every_part_has_its_exercise():
    held = [(number, exercise.part) for number in ALL if (exercise := questions(number)[number]).part]
    assert held == [(part.exercise, part.name) for part in PARTS]


def test_the_solved_road(solved):
    play(solved, PARTS)
    assert "helpers" not in solved.read().split('"""', 2)[2]


ALONE = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("helpers", "IPython", "matplotlib", "ipywidgets"):
            raise ImportError(f"{name} is not there")
sys.meta_path.insert(0, Nothing())
import torch
from my_gpt import *
import my_gpt
text = "to be, or not to be, that is the question: whether 'tis nobler in the mind to suffer. " * 40
tokenizer = CharTokenizer(text)
tokens, g = tokenizer.encode(text), torch.Generator().manual_seed(0)
assert tokenizer.decode(tokens) == text
V = tokenizer.vocab_size
def batch(T, last=False):
    x, y = random_batch(tokens, 16, T, g)
    return (x, y[:, -1:]) if last else (x, y)
torch.manual_seed(0)
for model, T, last, enough in ((Bigram(V), 8, False, 1.7), (MLP(V, 8, 8, 64), 8, True, 0.5)):
    optimizer = AdamW(model.parameters(), lr=0.03)
    losses = fit(model, lambda: batch(T, last), optimizer, 300)
    assert losses[-1] < enough < losses[0], (losses[0], losses[-1])
written = tokenizer.decode(generate(model, tokens[None, :8], 60, 8, g)[0])
assert len(written) == 68 and "or not" in written or "question" in written or "nobler" in written, written
x, y = batch(8)
loss = cross_entropy(Bigram(V)(x).flatten(0, 1), y.flatten())
assert abs(softmax(torch.randn(3, 5)).sum(-1) - 1).max() < 1e-6 and broadcast_shape((3, 1), (4,)) == (3, 4)
a, b = Value(2.0), Value(-3.0)
backward(a * b + a)
assert (a.grad, b.grad) == (-2.0, 2.0)
assert not [name for name in sys.modules if name.startswith("helpers")]
print("done")
"""


def test_the_file_runs_alone(solved, tmp_path):
    """It needs PyTorch and nothing else; it learns a sentence and writes it."""
    if "helpers" in solved.read().split('"""', 2)[2]:
        pytest.skip("the solved road failed")
    environment = os.environ | {"PYTHONPATH": str(solved.path.parent)}
    command = [sys.executable, "-c", ALONE]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stdout) == (0, "done\n"), run.stderr


@pytest.mark.parametrize("name", ["05_bigram", "07_optimizers"])
def test_notebooks_run_with_the_learners_parts(solved, name, tmp_path, monkeypatch):
    """tests/long has all of them, also with every second part."""
    assert name in USERS
    if "helpers" in solved.read().split('"""', 2)[2]:
        pytest.skip("the solved road failed")
    uses(name, solved, tmp_path, monkeypatch)


@pytest.mark.parametrize("first", [0, 1])
def test_every_second_part(tmp_path, first):
    mine = MyGPT(tmp_path / "my_gpt.py")
    play(mine, PARTS[first::2])
    for part in PARTS:
        section = sections.part_of(mine.read(), part, PARTS)
        assert sections.is_ours(section, part) == (part not in PARTS[first::2])
