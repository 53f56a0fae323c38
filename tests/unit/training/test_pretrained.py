"""A trained GPT once and for all: it says where it comes from, keeps its word about time, and throws nothing away."""

import dataclasses
import hashlib
import itertools
import math
import tempfile
import types
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import baselines
from helpers.baselines import ToyLanguage
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training import checkpoint as ckpt
from helpers.training import keeping, pretrained
from helpers.training.loop import steps
from helpers.training.pretrained import load_or_train, shortened
from helpers.training.recipe import PRESETS, TrainConfig

CPU = torch.device("cpu")
TEXT = ToyLanguage().sample(3000, torch.Generator().manual_seed(3))
SIZES = dict(context_length=8, n_layer=1, n_head=2, n_embd=16)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where models are kept; a tiny preset that trains in a moment, from a toy text."""
    recipe = TrainConfig(steps=12, learning_rate=1e-2, warmup_steps=4, eval_every=6, eval_windows=4)
    monkeypatch.setitem(PRESETS, "cpu", (SIZES, 4, recipe))
    monkeypatch.setattr(pretrained, "load_text", {"toy": TEXT}.__getitem__)
    monkeypatch.setenv("GPT_CHECKPOINTS", str(tmp_path))
    return tmp_path


def obtain(name="gpt", seconds=600, **options):
    return load_or_train(name, "toy", device=CPU, seconds=seconds, progress=False, **options)


def quick(name="gpt", text=TEXT):
    """The name of the file that a model trained on the spot gets."""
    return f"{name}-quick-{hashlib.sha256(text.encode()).hexdigest()[:8]}.safetensors"


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def same(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def small_gpt(path, seed=0, **info):
    """Save a GPT of somebody's, and return it."""
    torch.manual_seed(seed)
    tokenizer = CharTokenizer(TEXT)
    model = GPT(GPTConfig(tokenizer.vocab_size, **SIZES))
    ckpt.save_model(path, model, tokenizer, **info)
    return model


def ticking(monkeypatch, ticks):
    """A clock for pretrained.py alone: each time it is read, it has moved on by the next of `ticks`."""
    now = itertools.accumulate(ticks)
    monkeypatch.setattr(pretrained, "time", types.SimpleNamespace(perf_counter=lambda: next(now)))


def test_it_trains_once_and_says_so(folder, capsys, monkeypatch):
    model, tokenizer = obtain()
    said = capsys.readouterr().out
    assert "There is no trained GPT for this text yet" in said and "Training one now: 12 steps" in said
    assert "Trained and saved. Its validation loss is " in said
    assert names(folder) == [quick()]
    assert not any(module.training for module in model.modules())
    assert tokenizer.chars == sorted(set(TEXT)) and model.config == GPTConfig(tokenizer.vocab_size, **SIZES)
    info = ckpt.load_model(folder / quick())[2]
    assert info["steps"] == 12 and f"{info['val_loss']:.3f}" in said and 0 < info["val_loss"] < 5

    def never(*args):
        raise AssertionError("the second time nothing is trained")

    monkeypatch.setattr(pretrained, "steps", never)
    again, its_tokenizer = obtain()
    said = capsys.readouterr().out
    assert said.startswith("Loaded the GPT that was saved as " + quick() + ". ") and said.count("\n") == 1
    assert f" Its validation loss was {info['val_loss']:.3f} nats." in said
    assert same(model, again) and its_tokenizer.chars == tokenizer.chars
    assert not any(module.training for module in again.modules())


def test_the_model_had_the_steps_that_are_said_and_no_others(folder):
    """Measuring the speed trains a copy. And whatever was random before, the same model comes out."""
    torch.manual_seed(5)
    found, tokenizer = obtain()
    torch.manual_seed(1337)
    model = GPT(GPTConfig(tokenizer.vocab_size, **SIZES))
    data = train_val_split(tokenizer.encode(TEXT))
    for _ in steps(model, Batches(*data, 4, 8, seed=1), PRESETS["cpu"][2]):
        pass
    assert same(found, model)


@pytest.fixture
def pairs():
    """The loss of counting pairs of characters: what a model under the learner's own name must beat."""
    tokenizer = CharTokenizer(TEXT)
    return baselines.bigram(*train_val_split(tokenizer.encode(TEXT)), tokenizer.vocab_size)


def test_somebodys_own_is_taken_before_the_quick_one(folder, capsys, pairs):
    loss = pairs - 0.01
    own = small_gpt(folder / "gpt.safetensors", val_loss=loss)
    small_gpt(folder / quick(), seed=1, val_loss=1.0)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert same(obtain()[0], own)
    assert f"saved as gpt.safetensors. Its validation loss was {loss:.3f} nats" in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_one_that_was_stopped_early_does_not_count_and_stays(folder, capsys, pairs):
    small_gpt(folder / "gpt.safetensors", val_loss=pairs + 0.01)
    before = (folder / "gpt.safetensors").read_bytes()
    model, _ = obtain()
    said = capsys.readouterr().out
    assert f"saved as gpt.safetensors has a validation loss of {pairs + 0.01:.2f} nats: stopped early" in said
    assert "Trained and saved." in said and names(folder) == sorted([quick(), "gpt.safetensors"])
    assert (folder / "gpt.safetensors").read_bytes() == before
    assert same(model, obtain()[0])  # the quick one counts, whatever its loss


def test_where_no_loss_was_stored_none_is_claimed(folder, capsys):
    own = small_gpt(folder / "gpt.safetensors")
    assert same(obtain()[0], own)
    assert capsys.readouterr().out == "Loaded the GPT that was saved as gpt.safetensors.\n"


def test_a_model_of_another_text_does_not_count_and_stays(folder, capsys, monkeypatch):
    """Two texts with the same characters: their models look alike, and only the hash tells."""
    other = TEXT[::-1]
    monkeypatch.setattr(pretrained, "load_text", {"toy": TEXT, "other": other}.__getitem__)
    small_gpt(folder / "gpt.safetensors", val_loss=0.5, text=keeping.text_identity(other))
    before = (folder / "gpt.safetensors").read_bytes()
    model, _ = obtain()
    assert "Trained and saved." in capsys.readouterr().out
    assert names(folder) == sorted([quick(), "gpt.safetensors"])
    assert (folder / "gpt.safetensors").read_bytes() == before
    theirs = load_or_train("gpt", "other", device=CPU, progress=False)[0]
    assert "saved as gpt.safetensors" in capsys.readouterr().out and not same(model, theirs)
    (folder / "gpt.safetensors").unlink()
    load_or_train("gpt", "other", device=CPU, progress=False)
    assert names(folder) == sorted([quick(), quick(text=other)])
    assert same(model, obtain()[0])


def test_a_quick_one_with_other_characters_is_not_mistaken_for_ours(folder):
    """The name of the file says the right text, and its inside another one."""
    ckpt.save_model(folder / quick(), GPT(GPTConfig(2, **SIZES)), CharTokenizer("ab"), text={"sha256": "another"})
    assert obtain()[0].config.vocab_size == len(set(TEXT))


def test_a_text_is_told_from_another_by_every_character():
    one = keeping.text_identity("na\u00efve")
    assert one["characters"] == 5 and one != keeping.text_identity("nai\u0308ve")
    assert one != keeping.text_identity("na\u00efve\n")
    keeping.text_identity("half a character: \ud83d")  # no reason to fail


# Better or not


def better(folder, loss, text=TEXT, seed=0):
    torch.manual_seed(seed)
    tokenizer = CharTokenizer(text)
    model = GPT(GPTConfig(tokenizer.vocab_size, **SIZES))
    return keeping.keep_better(folder / "gpt.safetensors", model, tokenizer, text, loss, steps=3), model


def test_a_better_model_is_kept(folder, capsys):
    (kept, first), path = better(folder, 2.0), folder / "gpt.safetensors"
    said = capsys.readouterr().out
    assert kept == path and said == "Saved as gpt.safetensors, with a validation loss of 2.000 nats.\n"
    before = path.read_bytes()
    assert better(folder, 2.001, seed=1)[0] == path and path.read_bytes() == before
    said = capsys.readouterr().out
    assert said == "Not saved: the model at gpt.safetensors is better (2.000 nats; this one has 2.001).\n"
    kept, second = better(folder, 1.5, seed=2)
    assert kept == path and same(ckpt.load_model(path)[0], second) and not same(first, second)
    assert ckpt.load_model(path)[2]["steps"] == 3


def test_a_full_disk_loses_neither_the_model_nor_the_one_before(folder, capsys):
    resource = pytest.importorskip("resource", reason="file size limits need Unix")
    kept, _ = better(folder, 2.0)
    before, limits = kept.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    capsys.readouterr()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))  # writing fails in the middle of the file
    try:
        with pytest.raises(
            ckpt.CheckpointError, match=r"gpt.safetensors could not be written: .*Make room in .*, then"
        ):
            better(folder, 1.5, seed=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert capsys.readouterr().out == "" and names(folder) == ["gpt.safetensors"] and kept.read_bytes() == before
    assert better(folder, 1.5, seed=1)[0] == kept and ckpt.load_model(kept)[2]["val_loss"] == 1.5  # run again


OTHER = TEXT[::-1]  # the same characters: only the hash tells it from TEXT
BESIDE = f"gpt-{hashlib.sha256(OTHER.encode()).hexdigest()[:8]}.safetensors"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), min_size=1, max_size=6))
def test_of_two_texts_each_keeps_its_best(visits):
    """In any order of texts and losses, both best models are there in the end, and the first text has the name."""
    with tempfile.TemporaryDirectory() as name:
        folder, best, first = Path(name), {}, visits[0][0]
        for i, (other, loss) in enumerate(visits):
            place, model = better(folder, float(loss), text=OTHER if other else TEXT, seed=i)
            if other not in best or loss <= best[other][0]:
                best[other] = (loss, model, place)
            assert place == best[other][2]
        assert len(names(folder)) == len(best)
        for other, (loss, model, place) in best.items():
            assert (place.name == "gpt.safetensors") == (other == first)
            stored, _, info = ckpt.load_model(place)
            assert same(stored, model) and info["val_loss"] == loss


def test_load_or_train_finds_the_model_that_was_saved_beside_another_texts(folder, capsys, monkeypatch, pairs):
    monkeypatch.setattr(pretrained, "load_text", {"toy": TEXT, "other": OTHER}.__getitem__)
    _, ours = better(folder, 0.5)
    place, theirs = better(folder, 0.6, text=OTHER, seed=1)
    assert "gpt.safetensors holds a model of another text and stays as it is." in capsys.readouterr().out
    assert place.name == BESIDE and names(folder) == sorted(["gpt.safetensors", BESIDE])
    assert same(obtain()[0], ours)
    found = load_or_train("gpt", "other", device=CPU, progress=False)[0]
    assert same(found, theirs) and names(folder) == sorted(["gpt.safetensors", BESIDE])  # none was trained


def test_a_place_of_its_own_that_another_text_has_taken_is_put_aside_whole(folder, capsys):
    better(folder, 2.0)
    small_gpt(folder / BESIDE, seed=5, text={"sha256": "another"}, val_loss=0.1)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    place, model = better(folder, 3.0, text=OTHER, seed=1)
    assert place.name == BESIDE and same(ckpt.load_model(place)[0], model)
    assert f"It was renamed to {BESIDE}.unusable." in capsys.readouterr().out
    assert (folder / f"{BESIDE}.unusable").read_bytes() == before[BESIDE]
    assert (folder / "gpt.safetensors").read_bytes() == before["gpt.safetensors"]


def test_a_better_model_of_the_first_edition_is_kept(folder):
    small_gpt(folder / "gpt.safetensors", val_loss=1.5)  # it does not say what it has read
    before = (folder / "gpt.safetensors").read_bytes()
    path = folder / "gpt.safetensors"
    assert better(folder, 1.6)[0] == path and path.read_bytes() == before and names(folder) == [path.name]


@pytest.mark.parametrize("loss", [math.nan, math.inf, -1.0, None, "2"])
def test_a_loss_that_is_none_replaces_nothing(folder, loss):
    better(folder, 2.0)
    before = (folder / "gpt.safetensors").read_bytes()
    with pytest.raises(ValueError, match="val_loss is .*; it must be"):
        better(folder, loss, seed=1)
    assert (folder / "gpt.safetensors").read_bytes() == before


def test_what_cannot_be_read_is_put_aside_before_the_new_one_is_saved(folder, capsys):
    (folder / "gpt.safetensors").write_bytes(b"dear to somebody")
    assert better(folder, 2.0)[0] == folder / "gpt.safetensors"
    assert "It was renamed to gpt.safetensors.unusable." in capsys.readouterr().out
    assert (folder / "gpt.safetensors.unusable").read_bytes() == b"dear to somebody"
    assert ckpt.load_model(folder / "gpt.safetensors")[2]["val_loss"] == 2.0


def broken(kind, path):
    if kind == "garbage":
        path.write_bytes(b"these are no tensors, but they may be dear to somebody")
    elif kind == "cut short":
        small_gpt(path)
        path.write_bytes(path.read_bytes()[:-100])
    elif kind == "no characters":
        ckpt.save_model(path, GPT(GPTConfig(5, **SIZES)))
    elif kind == "a pickle":
        torch.save({"a": torch.zeros(2)}, path)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["garbage", "cut short", "no characters", "a pickle"])
@pytest.mark.parametrize("name", ["gpt.safetensors", quick()], ids=["own", "quick"])
def test_a_file_that_cannot_be_used_is_put_aside_whole(folder, capsys, kind, name):
    path = folder / name
    content = broken(kind, path)
    model, _ = obtain()
    said = capsys.readouterr().out
    assert name in said and f"It was renamed to {name}.unusable." in said
    assert "Trained and saved." in said
    assert (folder / f"{name}.unusable").read_bytes() == content
    assert same(model, obtain()[0])


def test_a_file_that_cannot_be_put_aside_does_not_end_it(folder, capsys, monkeypatch):
    (folder / "gpt.safetensors").write_bytes(b"dear to somebody")

    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.rename", refuse)
        obtain()
    said = capsys.readouterr().out
    assert "It could not be renamed ([Errno 13] Permission denied)." in said and "Trained and saved." in said
    assert (folder / "gpt.safetensors").read_bytes() == b"dear to somebody"


def test_a_second_one_does_not_take_the_place_of_the_first(folder, capsys):
    path = folder / "gpt.safetensors"
    for content in (b"one", b"two", b"three"):
        path.write_bytes(content)
        obtain()
    spares = [folder / f"gpt.safetensors{number}.unusable" for number in ("", ".2", ".3")]
    assert [spare.read_bytes() for spare in spares] == [b"one", b"two", b"three"]
    assert "It was renamed to gpt.safetensors.3.unusable." in capsys.readouterr().out


def test_a_disk_that_takes_nothing_costs_only_the_file(folder, capsys, monkeypatch):
    def full(*args, **info):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pretrained, "save_model", full)
    model, tokenizer = obtain()
    said = capsys.readouterr().out
    assert "Trained, but it could not be saved ([Errno 28] No space left on device)" in said and not names(folder)
    assert model(tokenizer.encode(TEXT[:8])[None]).isfinite().all()


# Time


def test_the_schedule_fits_the_time(folder, capsys, monkeypatch):
    """One second per look at the clock: 27 while measuring, and in the other 9 there are steps of 1.1 seconds each."""
    ticking(monkeypatch, itertools.repeat(1.0))
    obtain(seconds=36)
    assert "Training one now: 8 steps in at most 36 seconds." in capsys.readouterr().out
    assert ckpt.load_model(folder / quick())[2]["steps"] == 8


@pytest.mark.parametrize("slow, done", [(2.0, 5), (5.0, 2), (1000.0, 1)])
def test_training_ends_early_when_the_machine_slows_down(folder, monkeypatch, slow, done):
    """Once measured, every step takes longer than it did. What was learned is kept; one step is taken in any case."""
    ticking(monkeypatch, itertools.chain(itertools.repeat(1.0, 28), itertools.repeat(slow)))
    model, _ = obtain(seconds=36)
    info = ckpt.load_model(folder / quick())[2]
    assert info["steps"] == done and same(model, obtain()[0])


def test_next_to_no_time_is_one_step(folder, capsys):
    obtain(seconds=1e-9)
    assert "Training one now: 1 steps" in capsys.readouterr().out
    assert ckpt.load_model(folder / quick())[2]["steps"] == 1


def test_time_without_end_is_the_whole_recipe(folder, capsys):
    obtain(seconds=math.inf)
    assert "Training one now: 12 steps" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), -math.inf])
def test_no_time_is_refused(folder, seconds):
    small_gpt(folder / "gpt.safetensors")
    with pytest.raises(ValueError, match=f"seconds is {seconds}; it must be above 0, for instance"):
        obtain(seconds=seconds)


@given(st.integers(1, 5000), st.integers(0, 500), st.integers(1, 500), st.floats(-10, 10**7) | st.just(math.inf))
def test_shortened_keeps_the_proportions(steps, warmup, every, most):
    recipe = TrainConfig(steps=steps, warmup_steps=warmup, eval_every=every)
    short = shortened(recipe, most)
    assert 1 <= short.steps <= steps and (short.steps <= most or short.steps == 1)
    assert short.steps == steps or short.steps > most - 1  # no shorter than it has to be
    share = short.steps / steps
    assert short.warmup_steps == pytest.approx(warmup * share, abs=1) and short.warmup_steps <= warmup
    assert short.eval_every == pytest.approx(max(1, every * share), abs=1) and short.eval_every >= 1
    if most >= steps:
        assert short == recipe
    before = dict(steps=steps, warmup_steps=warmup, eval_every=every)
    assert dataclasses.replace(short, **before) == recipe  # all else is as it was
