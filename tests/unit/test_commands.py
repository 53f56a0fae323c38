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
    monkeypatch.setattr(command_line, "PRESETS", {"cpu": (sizes, 4, config), "gpu": (sizes, 4, config)})
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
    assert len(said.split(f"Saved: {out}\n")[1]) == 302  # a line break, the sample, and the end of its line
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

    with pytest.raises(ckpt.CheckpointError, match="'steps': 8.*'steps': 9"):
        command_line.main([*arguments, "--resume", "--steps", "9"])
    command_line.main([*arguments, "--steps", "2", "--seed", "5"])  # without --resume a new run begins
    assert ckpt.read(out)[1]["step"] == 2


def test_checkpoint_goes_where_the_variable_says(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GPT_CHECKPOINTS", str(tmp_path / "here"))
    command_line.main(["--corpus", "toy", "--device", "cpu", "--steps", "1"])
    assert [file.name for file in (tmp_path / "here").iterdir()] == ["script.safetensors"]


def test_preset_must_be_known(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--preset", "huge"])
    assert "invalid choice: 'huge'" in capsys.readouterr().err
