"""The two commands: what they say, how they end, and that a run can be taken up again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from helpers import corpus
from helpers.training import __main__ as command_line
from helpers.training import checkpoint as ckpt
from helpers.training import recipe
from helpers.training.run import Run
from tests.texts import KINDS, own_text

ROOT = Path(__file__).parents[2]


def command(tmp_path, *args):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GPT_CHECKPOINTS": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", *args], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    "args, words",
    [
        (["helpers.corpus", "nonsense"], "no corpus and no file named 'nonsense'. Corpora: shakespeare,"),
        (["helpers.training", "--corpus", "toy", "--steps", "0"], "steps is 0; it must be at least 1"),
        (["helpers.training", "--corpus", "toy", "--device", "abacus"], "'abacus' is no device name"),
    ],
)
def test_mistakes_get_one_line_and_exit_1(tmp_path, args, words):
    result = command(tmp_path, *args)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1 and words in result.stderr
    assert not list(tmp_path.iterdir())


def test_help_names_every_option(capsys):
    for module, options in (
        (command_line, ["--corpus", "--preset", "--steps", "--device", "--out", "--resume", "--seed", "Jupyter"]),
        (corpus, ["--from", "shakespeare, tiny_shakespeare, toy, python"]),
    ):
        with pytest.raises(SystemExit) as end:
            module.main(["--help"])
        said = capsys.readouterr().out
        assert end.value.code == 0 and all(option in " ".join(said.split()) for option in options)


@pytest.fixture
def small(monkeypatch):
    """Presets of tiny models, so that the command takes a moment."""
    sizes = dict(context_length=16, n_layer=1, n_head=2, n_embd=16)
    config = recipe.TrainConfig(steps=8, log_every=2, eval_every=4, warmup_steps=2, eval_windows=8)
    for name in ("cpu", "gpu"):
        monkeypatch.setitem(recipe.PRESETS, name, (sizes, 4, config))
    monkeypatch.setattr(command_line, "load_text", lambda name: corpus.load_text(name)[:30_000])


@pytest.fixture
def interruptible():
    """Interrupts as on a terminal. What is started by nohup, or in the background, inherits that they are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_training_from_the_command_line(small, interruptible, tmp_path, capsys, monkeypatch):
    out = tmp_path / "new" / "run.safetensors"
    arguments = ["--corpus", "toy", "--preset", "cpu", "--device", "cpu", "--out", str(out)]
    command_line.main(arguments)
    said = capsys.readouterr().out
    assert "toy: 30,000 characters." in said and "parameters on CPU with" in said
    assert "Step 8:" in said and "nats per character on the whole validation split" in said and str(out) in said
    sample = said.split("validation split.\n")[1]
    assert sample.endswith(f"Saved: {out}\n")  # last, because it is true only then
    assert len(sample.removesuffix(f"Saved: {out}\n")) == 302  # a line break, the sample, and the end of its line
    model, chars, info = ckpt.load_model(out)
    assert info["step"] == 8 and len(chars) == model.config.vocab_size

    # Interrupted on its way, and taken up again: the same run to the last bit.
    other = tmp_path / "other.safetensors"
    learn, calls = Run.learn, []

    def interrupt_once(run):
        calls.append(1)
        if len(calls) == 6:
            signal.raise_signal(signal.SIGINT)  # held back until step 6 is whole
        return learn(run)

    monkeypatch.setattr(Run, "learn", interrupt_once)
    command_line.main([*arguments[:-1], str(other)])
    assert "Stopped after step 6" in capsys.readouterr().out and ckpt.read(other)[1]["step"] == 6
    command_line.main([*arguments[:-1], str(other), "--resume"])
    assert "Step 8:" in capsys.readouterr().out
    a, b = ckpt.read(out)[0], ckpt.read(other)[0]
    assert all(torch.equal(a[name], b[name]) for name in a if name.startswith(("model", "optimizer")))

    command_line.main([*arguments, "--resume", "--steps", "9"])  # a finished run goes on
    assert f"Saved: {out}\n" in capsys.readouterr().out and ckpt.read(out)[1]["step"] == 9
    with pytest.raises(ckpt.CheckpointError, match="'steps': 9.*'steps': 8"):
        command_line.main([*arguments, "--resume"])
    before = out.read_bytes()
    command_line.main([*arguments, "--steps", "2", "--seed", "5"])  # without --resume a new run begins
    assert f"What was at {out} is now run-2.safetensors.\n" in capsys.readouterr().out
    assert ckpt.read(out)[1]["step"] == 2 and (out.parent / "run-2.safetensors").read_bytes() == before
    command_line.main([*arguments, "--steps", "3"])
    assert ckpt.read(out.parent / "run-3.safetensors")[1]["step"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_own_texts_go_through_the_command_line(kind, small, tmp_path, capsys):
    path, out = tmp_path / "own.txt", tmp_path / "run.safetensors"
    path.write_bytes(own_text(kind))
    arguments = ["--corpus", str(path), "--device", "cpu", "--out", str(out)]
    command_line.main(arguments)
    said, text = capsys.readouterr().out, corpus.load_text(path)
    assert f"{path}: {len(text):,} characters. " in said and said.endswith(f"Saved: {out}\n")
    sample = said.split("validation split.\n")[1].removesuffix(f"\nSaved: {out}\n")
    assert len(sample) == 301 and set(sample) <= set(text) and (sample[0] == "\n" or "\n" not in text)
    capsys.readouterr()
    command_line.main([*arguments, "--resume", "--steps", "9"])
    assert ckpt.load_model(out)[1] == sorted(set(text)) and ckpt.read(out)[1]["step"] == 9


def a_text(tmp_path, text="a b c d e f g h\n" * 200):
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("out", ["none.safetensors", "new/none.safetensors"])
def test_nothing_to_resume_is_said(tmp_path, out):
    result = command(tmp_path, "helpers.training", "--corpus", "toy", "--resume", "--out", out)
    assert result.returncode == 1 and result.stdout == "" and not list(tmp_path.iterdir())
    assert result.stderr == (f"Error: There is nothing to resume at {out}. Without --resume, a new run begins there.\n")


@pytest.mark.parametrize("out", ["", ".", "/dev/null", "text.txt/run", "x" * 300])
def test_an_impossible_place_is_one_line_before_anything_is_read(tmp_path, out):
    a_text(tmp_path)
    result = command(tmp_path, "helpers.training", "--corpus", "text.txt", "--out", out)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["text.txt"]


@pytest.mark.parametrize("from_step", [1, 5])
def test_saved_is_said_only_of_what_is_saved(small, tmp_path, capsys, monkeypatch, from_step):
    """The disk is full from the beginning on, or after the evaluation at step 4 has been saved."""
    out, replace, calls = tmp_path / "run", os.replace, []

    def full(*names):
        calls.append(names)
        if len(calls) >= (2 if from_step == 5 else 1):
            raise OSError(28, "No space left on device")
        return replace(*names)

    monkeypatch.setattr("helpers.training.place.os.replace", full)
    there = "it is kept as it was after step 4" if from_step == 5 else "nothing of this run is kept"
    with (
        pytest.warns(UserWarning, match="could not be written"),
        pytest.raises(ckpt.CheckpointError, match=f"Not saved: at {out} {there}. Make room, or choose another --out"),
    ):
        command_line.main(["--corpus", "toy", "--device", "cpu", "--out", str(out)])
    assert "Saved" not in capsys.readouterr().out
    assert out.exists() == (from_step == 5)


def test_saved_is_not_said_of_what_is_gone_or_another_ones(small, tmp_path, capsys, monkeypatch):
    evaluate = command_line.evaluate
    for thief in (lambda: (tmp_path / "run").unlink(), lambda: (tmp_path / "run").write_bytes(b"another one's")):
        with monkeypatch.context() as patch:
            patch.setattr(command_line, "evaluate", lambda *args, thief=thief: (thief(), evaluate(*args))[1])
            with pytest.raises(ckpt.CheckpointError, match="Not saved: at "):
                command_line.main(["--corpus", "toy", "--device", "cpu", "--out", str(tmp_path / "run")])
        assert "Saved" not in capsys.readouterr().out


def test_a_disk_that_is_full_is_exit_1(tmp_path):
    resource = pytest.importorskip("resource", reason="file size limits need Unix")
    a_text(tmp_path)
    arguments = ["--corpus", "text.txt", "--steps", "1", "--preset", "cpu", "--out", "run"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "helpers.training", *arguments], cwd=tmp_path, env=environment, capture_output=True,
        text=True, timeout=120, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert result.returncode == 1 and "Saved" not in result.stdout and "Step 1:" in result.stdout
    assert result.stderr.splitlines()[-1].startswith("Error: Not saved: at ") and "Traceback" not in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["text.txt"]


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
     {"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "ascii:strict", "LANG": "C"}],
)  # fmt: skip
def test_output_that_is_not_utf_8_never_ends_a_run(tmp_path, monkeypatch, variables):
    """The sample, the name of the text and the name of the file: none of them can be shown as it is."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = "\u03b1\u03b2\u03b3 \U0001f600\u4e2d\u6587 \u05d0\n" * 300
    (tmp_path / "\u03b1.txt").write_text(text, encoding="utf-8")
    result = command(
        tmp_path, "helpers.training", "--corpus", "\u03b1.txt", "--steps", "1", "--preset", "cpu", "--out", "\u4e2d"
    )
    assert result.returncode == 0, result.stderr
    assert "Saved: " in result.stdout and "\\u03b1" in result.stdout and "Traceback" not in result.stderr
    assert ckpt.read(tmp_path / "\u4e2d")[1]["step"] == 1


def test_checkpoint_goes_where_the_variable_says(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GPT_CHECKPOINTS", str(tmp_path / "here"))
    command_line.main(["--corpus", "toy", "--device", "cpu", "--steps", "1"])
    assert [file.name for file in (tmp_path / "here").iterdir()] == ["script.safetensors"]


def test_preset_must_be_known(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--preset", "huge"])
    assert "invalid choice: 'huge'" in capsys.readouterr().err
