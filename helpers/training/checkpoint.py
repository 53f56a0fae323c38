"""Saving and loading without pickle: tensors as safetensors, the rest as JSON in the same file's header.

One file, written beside its place and renamed into it: a kill at any moment leaves the old file or the new one, whole.
"""

import dataclasses
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from helpers.model import GPT, GPTConfig

FORMAT = 1  # raised when the meaning of what is stored changes


class CheckpointError(ValueError):
    """A checkpoint that cannot be read or does not fit; the message says why and what to do."""


def write(path, tensors, info):
    """Store `tensors` (name -> Tensor) and `info` (anything JSON can hold) in one file, atomically.

    An OSError (no space, no permission) leaves what stood at `path` before untouched.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    # Clones, because safetensors refuses tensors that share memory, as tied weights do.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    try:
        save_file(tensors, beside, metadata={"info": json.dumps({"format": FORMAT} | info)})
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())  # on disk before the rename makes it the one that counts
        os.replace(beside, path)
    except SafetensorError as error:  # safetensors wraps the system's own errors, a full disk among them
        raise OSError(f"{beside} could not be written: {error}") from error
    finally:
        beside.unlink(missing_ok=True)


def read(path):
    """The `(tensors, info)` that `write` stored, on the CPU. A CheckpointError says what is wrong with the file."""
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint at {path}. Train and save a model first (notebook 11).")
    with open(path, "rb") as file:
        start = file.read(9)
    # safetensors: the length of the header in eight bytes (which may be any), then the header's opening brace.
    if start[8:] != b"{" and (start[:2] == b"PK" or start[:1] == b"\x80"):
        raise CheckpointError(
            f"{path} is a pickle (torch.save makes these). Opening one can run any code that its author put in, "
            "so it was not opened. Save with helpers.training.checkpoint, or as safetensors."
        )
    try:
        with safe_open(path, framework="pt") as file:
            info = json.loads((file.metadata() or {}).get("info", "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CheckpointError(
            f"{path} is damaged or not a checkpoint ({error}). Delete it and train again, or use another file."
        ) from error
    if not isinstance(info, dict) or info.get("format") != FORMAT:
        raise CheckpointError(f"{path} holds tensors, but not a checkpoint of this series (format {FORMAT}).")
    return tensors, info


def save_model(path, model, tokenizer=None, **info):
    """Store a GPT with its configuration and vocabulary; `info` is stored beside them."""
    write(path, prefixed("model", model.state_dict()), model_info(model, tokenizer) | info)


def load_model(path, device="cpu"):
    """The GPT stored at `path` (by `save_model` or by training), in eval mode, with its characters and its info."""
    tensors, info = read(path)
    if not info.get("model"):
        raise CheckpointError(f"{path} does not say how its model was built (it is not a GPT).")
    model = GPT(GPTConfig(**info["model"]))
    load_state(model, unprefixed("model", tensors), path)
    return model.to(device).eval(), info.get("chars"), info


def model_info(model, tokenizer=None):
    """What has to be known, beside the tensors, to build the model again and to read its tokens."""
    config = getattr(model, "config", None)
    return {
        "model": dataclasses.asdict(config) if config is not None else None,
        "chars": tokenizer.chars if tokenizer is not None else None,
    }


def load_state(model, state, path):
    """Copy `state` into `model`; a CheckpointError names the first tensor that does not fit. Changes nothing then."""
    own = model.state_dict()
    for name in sorted(own.keys() | state.keys()):
        there = tuple(state[name].shape) if name in state else "missing"
        here = tuple(own[name].shape) if name in own else "missing"
        if there != here:
            raise CheckpointError(
                f"{path} is from a model of another shape: {name} is {there} in the file and {here} in this model. "
                "Build the model with the configuration that was saved, or use helpers.training.checkpoint.load_model."
            )
    model.load_state_dict(state)


def optimizer_tensors(optimizer):
    """The optimizer's tensors (momenta, step counts) under plain names: {parameter number}.{name}."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": torch.as_tensor(value) for i, entry in state.items() for name, value in entry.items()}


def load_optimizer(optimizer, tensors):
    """Put back what `optimizer_tensors` gave; learning rates and other settings stay as they are."""
    state = {}
    for key, value in tensors.items():
        i, name = key.split(".", 1)
        state.setdefault(int(i), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def random_states():
    """The states of PyTorch's default generators: the CPU's and every CUDA card's."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states |= {f"cuda{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    return states


def restore_random_states(states):
    """Put back what `random_states` gave, for the devices that are there."""
    torch.set_rng_state(states["cpu"])
    for i in range(torch.cuda.device_count()):
        if f"cuda{i}" in states:
            torch.cuda.set_rng_state(states[f"cuda{i}"], i)


def prefixed(prefix, tensors):
    """The tensors under longer names: `prefix.name`."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def unprefixed(prefix, tensors):
    """The tensors that `prefixed` has named, under their own names again; all others are left out."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(prefix + ".")}


def save_run(path, run):
    """Store a training run (helpers.training.run.Run) whole, so that it can go on exactly where it stands.

    Returns the step and the scale that were stored: the scale may be changed by another thread meanwhile.
    """
    stored = (run.step, run.controls.scale)
    tensors = {"batches.position": run.batches.position}
    tensors["pending"] = torch.stack(run.pending).cpu() if run.pending else torch.zeros(0, 2)
    tensors |= prefixed("model", run.model.state_dict())
    tensors |= prefixed("optimizer", optimizer_tensors(run.optimizer))
    tensors |= prefixed("random", random_states())
    progress = {"step": run.step, "seconds": run.elapsed(), "history": vars(run.history)}
    write(path, tensors, _identity(run) | progress | {"scale": stored[1]})
    return stored


def load_run(path, run):
    """Put back into `run` what `save_run` stored. A CheckpointError says what differs if it was another run."""
    tensors, info = read(path)
    if "train" not in info:
        raise CheckpointError(f"{path} holds a model, but no training run that could go on.")
    for part, here in _identity(run).items():
        there = info.get(part)
        if there != here:
            if isinstance(there, dict) and isinstance(here, dict):
                there, here = ({k: v for k, v in a.items() if b.get(k) != v} for a, b in ((there, here), (here, there)))
            raise CheckpointError(
                f"{path} is from another run: its {part} has {str(there)[:200]}, this run {str(here)[:200]}. "
                "A run goes on only as it began. Use the same settings, begin a new run with resume=False, "
                "or load the weights alone with helpers.training.checkpoint.load_model."
            )
    load_state(run.model, unprefixed("model", tensors), path)
    load_optimizer(run.optimizer, unprefixed("optimizer", tensors))
    restore_random_states(unprefixed("random", tensors))
    run.batches.position = tensors["batches.position"]
    run.pending = list(tensors["pending"].to(run.device))
    run.step, run.seconds = info["step"], info["seconds"]
    run.scale = run.controls.scale = info.get("scale", 1.0)  # files written before there was one have none
    run.saved = (run.step, run.scale)
    rows = len(info["history"]["step"])
    for name, values in vars(run.history).items():
        values[:] = info["history"].get(name, [None] * rows)  # nor had they all of today's columns


def _identity(run):
    """What must be equal for a run to go on: model, vocabulary, settings and data, as JSON gives them back."""
    batches = run.batches
    data = {"train": len(batches.train), "val": len(batches.val), "sum": int(batches.train.sum())}
    data |= {"batch_size": batches.batch_size, "context_length": batches.context_length}
    parts = model_info(run.model, run.tokenizer) | {"train": dataclasses.asdict(run.config), "data": data}
    return json.loads(json.dumps(parts))
