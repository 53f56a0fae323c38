"""Where a run goes on: an unfinished one of this very kind is found again, and any other file stays, whole."""

import dataclasses
import itertools

import pytest
import torch

from helpers.baselines import ToyLanguage
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training import checkpoint as ckpt
from helpers.training.history import History
from helpers.training.keeping import find_run
from helpers.training.loop import steps
from helpers.training.recipe import TrainConfig

TEXT = ToyLanguage().sample(3000, torch.Generator().manual_seed(3))
RECIPE = TrainConfig(steps=12, learning_rate=1e-2, warmup_steps=4, eval_every=6, eval_windows=4)
SIZES = dict(context_length=8, n_layer=1, n_head=2, n_embd=16)


class Visit:
    """A visit to notebook 11: model, batches, and where the run is kept; then some steps of it."""

    def __init__(self, folder, text=TEXT, recipe=RECIPE, **sizes):
        torch.manual_seed(1)
        self.recipe, self.tokenizer = recipe, CharTokenizer(text)
        sizes = SIZES | sizes
        self.model = GPT(GPTConfig(self.tokenizer.vocab_size, **sizes))
        data = train_val_split(self.tokenizer.encode(text))
        self.batches = Batches(*data, 4, sizes["context_length"], seed=1)
        before = [p.clone() for p in self.model.parameters()], self.batches.position, torch.get_rng_state()
        self.path = find_run(folder / "run.safetensors", self.model, self.batches, recipe, self.tokenizer)
        after = list(self.model.parameters()), self.batches.position, torch.get_rng_state()
        assert all(map(torch.equal, before[0], after[0]))  # looking changes nothing
        assert torch.equal(before[1], after[1]) and torch.equal(before[2], after[2])
        self.began = None

    def until(self, last):
        """Train until a step, as somebody who then presses Stop."""
        history = History()
        options = dict(tokenizer=self.tokenizer, history=history, checkpoint=self.path, resume=True)
        run = steps(self.model, self.batches, self.recipe, **options)
        for event in run:
            self.began = event.step if self.began is None else self.began
            if event.step == last:
                break
        run.close()
        return self


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_stopped_run_is_found_again_and_a_finished_one_makes_room(tmp_path, capsys):
    assert Visit(tmp_path).until(5).path == tmp_path / "run.safetensors"
    assert Visit(tmp_path).until(12).began == 5
    assert capsys.readouterr().out == ""
    before = contents(tmp_path)
    third = Visit(tmp_path)
    said = "The run at run.safetensors is finished. It is now run-finished.safetensors, and a new one begins.\n"
    assert capsys.readouterr().out == said
    assert contents(tmp_path) == {"run-finished.safetensors": before["run.safetensors"]}
    assert third.until(2).began == 0


def test_a_finished_run_goes_on_to_more_steps(tmp_path):
    Visit(tmp_path).until(12)
    assert Visit(tmp_path, recipe=dataclasses.replace(RECIPE, steps=20)).until(15).began == 12


KINDS = {
    "another text": dict(text=TEXT[::-1]),
    "another alphabet": dict(text="the cat sat on the mat. " * 40),
    "another learning rate": dict(recipe=dataclasses.replace(RECIPE, learning_rate=2e-2)),
    "another number of steps": dict(recipe=dataclasses.replace(RECIPE, steps=11)),
    "another width": dict(n_embd=32),
    "another context": dict(context_length=6),
}


@pytest.mark.parametrize("first, second", list(itertools.permutations([*KINDS, "ours"], 2)))
def test_runs_of_two_kinds_stand_side_by_side_and_each_goes_on(tmp_path, capsys, first, second):
    one, two = KINDS.get(first, {}), KINDS.get(second, {})
    assert Visit(tmp_path, **one).until(3).path.name == "run.safetensors"
    before = contents(tmp_path)
    other = Visit(tmp_path, **two).until(4)
    assert other.path.name == "run-2.safetensors" and other.began == 0
    said = "run.safetensors holds a run on another text or with other settings. It stays as it is.\n"
    assert capsys.readouterr().out == said
    assert contents(tmp_path)["run.safetensors"] == before["run.safetensors"]
    assert Visit(tmp_path, **one).until(6).began == 3
    assert Visit(tmp_path, **two).until(6).began == 4
    assert sorted(contents(tmp_path)) == ["run-2.safetensors", "run.safetensors"]


def damaged(kind, path):
    if kind == "garbage":
        path.write_bytes(b"dear to somebody")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "a model":
        ckpt.save_model(path, GPT(GPTConfig(5, **SIZES)))
    elif kind == "a pickle":
        torch.save({"a": torch.zeros(2)}, path)
    else:
        Visit(path.parent).until(5)
        whole = path.read_bytes()
        half = len(whole) // 2
        flipped = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
        path.write_bytes({"cut short": whole[:-100], "a flipped bit": flipped}[kind])
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["garbage", "empty", "a model", "a pickle", "cut short", "a flipped bit"])
def test_a_file_that_cannot_be_resumed_is_put_aside_whole(tmp_path, capsys, kind):
    content = damaged(kind, tmp_path / "run.safetensors")
    visit = Visit(tmp_path)
    assert "It was renamed to run.safetensors.unusable." in capsys.readouterr().out
    assert contents(tmp_path) == {"run.safetensors.unusable": content}
    assert visit.until(5).began == 0 and Visit(tmp_path).until(6).began == 5


def test_a_file_that_cannot_be_renamed_stays_and_the_run_goes_beside_it(tmp_path, capsys, monkeypatch):
    content = damaged("garbage", tmp_path / "run.safetensors")

    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    visit = Visit(tmp_path)
    assert "It could not be renamed" in capsys.readouterr().out
    assert visit.until(3).path.name == "run-2.safetensors"
    assert (tmp_path / "run.safetensors").read_bytes() == content
