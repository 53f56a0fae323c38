"""Nonsense for what trains a model and keeps it. See tests/nonsense.py."""

import math
import tempfile
from pathlib import Path

import pytest
import torch

from helpers import training
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer
from tests.nonsense import Spec, equal, faults

TEXT = "the owl and the hen went to the mill by the old gate, and so on and on. " * 4
TOKENIZER = CharTokenizer(TEXT)
TOKENS = TOKENIZER.encode(TEXT)
CONFIG = training.TrainConfig(steps=2, warmup_steps=1, log_every=1, eval_every=2, eval_windows=2)
SIZES = GPTConfig(TOKENIZER.vocab_size, context_length=8, n_layer=1, n_head=2, n_embd=8)


def new_model():
    torch.manual_seed(0)
    return GPT(SIZES)


def new_history():
    history = training.History()
    history.append(step=0, tokens=0, seconds=0.0, train_loss=None, val_loss=3.0)
    history.append(step=10, tokens=80, seconds=1.0, train_loss=2.5, val_loss=2.0)
    return history


def run(**more):
    """Arguments for a short run."""
    return dict(model=new_model(), batches=Batches(TOKENS, TOKENS, 2, 8), config=CONFIG) | more


def trained(**arguments):
    training.train(progress=False, **arguments)
    return [p.detach() for p in arguments["model"].parameters()]


def stepped(**arguments):
    return [event.step for event in training.steps(**arguments)]


def appended(**row):
    history = training.History()
    history.append(**row)
    return vars(history)


SETTINGS = dict(
    steps=100, learning_rate=1e-2, min_learning_rate=1e-3, warmup_steps=10, weight_decay=0.1, betas=(0.9, 0.95),
    grad_clip=1.0, log_every=5, eval_every=20, eval_windows=7, compile=False,
)  # fmt: skip
ZERO_IS_FINE = {f"{name}:zero": None for name in ("min_learning_rate", "warmup_steps", "weight_decay")}


def rate(step):
    """The schedule of SETTINGS, written out."""
    if step < 10:
        return 1e-2 * (step + 1) / 10
    return 1e-3 + 9e-3 * (1 + math.cos(math.pi * min(1.0, (step - 10) / 90))) / 2


def as_written(config, arguments):
    return all(getattr(config, name) == value for name, value in arguments.items())


FOLDER = Path(tempfile.mkdtemp(prefix="nonsense-"))
training.save_model(FOLDER / "good.safetensors", new_model(), TOKENIZER)


def new_folder():
    return Path(tempfile.mkdtemp(dir=FOLDER))


OWN_TEXT = str(FOLDER / "own.txt")
Path(OWN_TEXT).write_text(TEXT * 9, encoding="utf-8")
OWN = {"model:a layer": "the error comes from inside the model that was handed over"}

SPECS = [
    Spec(
        "TrainConfig",
        training.TrainConfig,
        lambda: dict(SETTINGS),
        fine={
            **dict.fromkeys(ZERO_IS_FINE, as_written),
            "grad_clip:infinity": as_written,
            "eval_windows:None": as_written,
        },
    ),
    Spec(
        "learning_rate_at",
        training.learning_rate_at,
        lambda: dict(step=50, config=training.TrainConfig(**SETTINGS)),
        fine={"step": lambda r, a: math.isclose(r, rate(float(a["step"])), rel_tol=1e-9)},
    ),
    Spec(
        "make_optimizer",
        training.make_optimizer,
        lambda: dict(model=new_model(), config=CONFIG),
        look=lambda o: [group["lr"] for group in o.param_groups],
        fine={"model:of another text": None, "model:a layer": None},
    ),
    Spec("Controls", training.Controls, lambda: dict(scale=0.5)),
    Spec(
        "History.append",
        appended,
        lambda: dict(step=1, train_loss=2.0, val_loss=1.0),
        look=lambda columns: [columns[name] for name in ("step", "train_loss", "val_loss")],
        fine={
            name: lambda r, a: equal(r, [[a["step"]], [a["train_loss"]], [a["val_loss"]]])
            for name in (
                "step:None",
                "step:zero",
                *(
                    f"{loss}_loss:{label}"
                    for loss in ("train", "val")
                    for label in (
                        "None",
                        "a tensor",
                        "nan",
                        "infinity",
                        "minus infinity",
                        "negative",
                        "zero",
                        "too large for a float",
                        "a list",
                    )
                ),
            )
        },
    ),
    Spec("History.series", lambda **a: new_history().series(**a), lambda: dict(name="val_loss", over="tokens")),
    Spec("History.last", lambda **a: new_history().last(**a), lambda: dict(name="val_loss")),
    Spec(
        "train",
        trained,
        lambda: run(history=training.History(), controls=training.Controls()),
        skip=("batches",),
        exempt=OWN,
        fine={"history:None": None, "controls:None": None},
    ),
    Spec(
        "steps",
        stepped,
        lambda: run(history=training.History(), tokenizer=TOKENIZER, resume=False, controls=training.Controls()),
        exempt=OWN,
        fine=dict.fromkeys(["history:None", "tokenizer:None", "controls:None"], lambda r, a: r == [0, 1, 2]),
    ),
    Spec(
        "save_model",
        training.save_model,
        lambda: dict(path=FOLDER / "a.safetensors", model=new_model(), tokenizer=TOKENIZER),
        skip=("path",),
        fine={"tokenizer:None": None, "model:a layer": None},
    ),
    Spec(
        "load_model",
        training.load_model,
        lambda: dict(path=FOLDER / "good.safetensors", device="cpu"),
        look=lambda found: found[1],
        skip=("path",),
        fine={"device:None": None},
    ),
    Spec(
        "find_run",
        lambda **a: training.find_run(**a).name,
        lambda: dict(path=FOLDER / "run.safetensors", **run(), tokenizer=TOKENIZER),
        skip=("path", "batches"),
        fine={"tokenizer:None": None, "model:a layer": None},
    ),
    Spec(
        "keep_better",
        lambda **a: training.keep_better(**a).name,
        lambda: dict(
            path=new_folder() / "kept.safetensors", model=new_model(), tokenizer=TOKENIZER, text=TEXT, val_loss=2.0
        ),
        skip=("path",),
        fine={"val_loss:zero": None, "model:a layer": None, "text:another script": None, "text:nothing": None},
    ),
    Spec(
        "load_or_train",
        lambda **a: training.load_or_train(progress=False, **a)[1].vocab_size,
        lambda: dict(name="quick", corpus=OWN_TEXT, device=torch.device("cpu"), seconds=0.3, preset="cpu"),
        skip=("corpus",),
        fine={
            "device:None": None,
            "preset:None": None,
            "name:another script": None,
            "seconds:infinity": None,
            "seconds:too large for a float": None,
        },
    ),
    Spec(
        "FirstGPT",
        lambda **a: training.FirstGPT(**a).tokenizer.vocab_size,
        lambda: dict(corpus=OWN_TEXT, seconds=0.3, device=torch.device("cpu"), preset="cpu", prompt="the owl"),
        skip=("corpus",),
        fine={"device:None": None, "preset:None": None},
    ),
    Spec("checkpoint_path", training.checkpoint_path, lambda: dict(name="gpt"), fine={"name:another script": None}),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nonsense_gets_a_sentence_or_a_right_answer(spec):
    wrong, _ = faults(spec)
    assert not wrong, "\n".join(wrong)
