"""A training run in one file, so that it can go on exactly where it stands: weights, optimizer, random numbers.

`load_run` first reads and compares everything, and only then changes the run: a file that does not fit changes nothing.
"""

import dataclasses
import hashlib
import json
import warnings

import torch

from helpers.training.checkpoint import (
    compare_state,
    expect_finite,
    expect_kind,
    is_count,
    is_number,
    model_info,
    prefixed,
    unprefixed,
)
from helpers.training.storage import REMEDY, CheckpointError, read


def save_run(place, run):
    """Store a training run (helpers.training.run.Run) whole at a `storage.Place`, so that it can go on where it stands.

    Returns the step and the scale that were stored: the scale may be changed by another thread meanwhile.
    """
    stored = (run.step, run.controls.scale)
    tensors = {"batches.position": run.batches.position}
    tensors["pending"] = torch.stack(run.pending).cpu() if run.pending else torch.zeros(0, 2)
    tensors |= prefixed("model", run.model.state_dict())
    tensors |= prefixed("optimizer", optimizer_tensors(run.optimizer))
    tensors |= prefixed("random", random_states())
    progress = {"step": run.step, "seconds": run.elapsed(), "history": vars(run.history), "machine": machine(run)}
    place.write(tensors, run.identity | progress | {"scale": stored[1]})
    return stored


def load_run(path, run):
    """Put back into `run` what `save_run` stored. A CheckpointError says what differs if it was another run.

    A warning says when it was made on another device, or with another number of threads: then it goes on, and its
    numbers will differ in their last digits from those of a run that was never stopped.
    """
    tensors, info = read(path)
    if "train" not in info:
        raise CheckpointError(f"{path} holds a model, but no training run that could be resumed. Use load_model.")
    same_run(info, run, path)
    progress = progress_of(info, run, path)
    model, states = unprefixed("model", tensors), unprefixed("random", tensors)
    compare_state(run.model, model, path)
    optimizer = optimizer_state(run.optimizer, unprefixed("optimizer", tensors), path)
    position = tensors.get("batches.position")
    for name, state, device in (("batches.position", position, run.batches.generator.device), *generators(states)):
        try_state(name, state, device, path)
    pending = tensors.get("pending")
    if pending is None or pending.shape[1:] != (2,) or len(pending) > progress["step"]:
        raise CheckpointError(f"{path} is incomplete: the losses since the last logged step are missing. {REMEDY}")
    expect_kind("pending", pending, torch.float32, path)
    expect_finite("pending", pending, path)
    if (there := info.get("machine")) is not None and there != machine(run):
        warnings.warn(
            f"This run was saved on {said(there)} and goes on on {said(machine(run))}: from here on its numbers differ "
            "in their last digits from those of a run that was never stopped.",
            stacklevel=2,
        )
    # From here on nothing is refused.
    run.model.load_state_dict(model)
    run.optimizer.load_state_dict({"state": optimizer, "param_groups": run.optimizer.state_dict()["param_groups"]})
    restore_random_states(states)
    run.batches.position = position
    run.pending = list(pending.to(run.device))
    run.step, run.seconds = progress["step"], progress["seconds"]
    run.scale = run.controls.scale = progress["scale"]
    run.saved = (run.step, run.scale)
    for name, values in vars(run.history).items():
        values[:] = progress["history"][name]


def machine(run):
    """Where a run computes: equal numbers to the last bit are promised only for the same of these."""
    return {"device": run.device.type, "threads": torch.get_num_threads() if run.device.type == "cpu" else None}


def said(machine):
    """A machine in words."""
    threads = machine.get("threads") if isinstance(machine, dict) else None
    return f"{machine['device']} with {threads} threads" if threads else str(machine.get("device", machine))[:50]


def identity(run):
    """What must be equal for a run to go on: model, vocabulary, settings and data, as JSON gives them back."""
    batches = run.batches
    data = {"train": len(batches.train), "val": len(batches.val)}
    data |= {"train_sha256": fingerprint(batches.train), "val_sha256": fingerprint(batches.val)}
    data |= {"batch_size": batches.batch_size, "context_length": batches.context_length}
    parts = model_info(run.model, run.tokenizer) | {"train": dataclasses.asdict(run.config), "data": data}
    return json.loads(json.dumps(parts))


def fingerprint(tokens, piece=1 << 24):
    """SHA-256 of a split's tokens, read piece by piece, whatever integer type holds them."""
    sha256 = hashlib.sha256()
    for start in range(0, len(tokens), piece):
        sha256.update(memoryview(tokens[start : start + piece].cpu().to(torch.int32).numpy()))
    return sha256.hexdigest()


def same_run(info, run, path):
    """A CheckpointError names what differs between the run that was stored and this one.

    A finished run may be given more steps than were planned: it goes on to the new number, along the new schedule.
    """
    ours = dict(run.identity)
    if info["format"] == 1:  # of the first edition, which knew a text by its lengths and its sum
        batches = run.batches
        data = {"train": len(batches.train), "val": len(batches.val), "sum": int(batches.train.sum())}
        ours["data"] = data | {key: ours["data"][key] for key in ("batch_size", "context_length")}
    for part, here in ours.items():
        there = info.get(part)
        if part == "train" and isinstance(there, dict) and is_count(there.get("steps")):
            finished = info.get("step") == there["steps"]
            there = there | {"steps": here["steps"]} if finished and there["steps"] < here["steps"] else there
        if there == here:
            continue
        if part == "data" and isinstance(there, dict) and any(there.get(k) != v for k, v in here.items() if "sha" in k):
            raise CheckpointError(
                f"{path} is from a run on another text: {there.get('train')} tokens to train on and {there.get('val')} "
                f"to validate on, this run {here['train']} and {here['val']}, or as many others. Resume it with its "
                "own text, or begin a new run with resume=False."
            )
        if isinstance(there, dict) and isinstance(here, dict):
            there, here = ({k: v for k, v in a.items() if b.get(k) != v} for a, b in ((there, here), (here, there)))
        raise CheckpointError(
            f"{path} is from another run: its {part} has {str(there)[:200]}, this run {str(here)[:200]}. "
            "A run goes on only as it began, and on the same text. Use the same settings, begin a new run with "
            "resume=False, or load the weights alone with helpers.training.load_model."
        )


def progress_of(info, run, path):
    """Step, seconds, scale and history of a stored run, each of them possible, or a CheckpointError."""
    step, history = info.get("step"), info.get("history")
    found = {"step": step, "seconds": info.get("seconds"), "scale": info.get("scale", 1.0)}  # older files have no scale
    if not is_count(step) or step > run.config.steps:
        raise CheckpointError(f"{path} says that it stands at step {str(step)[:50]} of {run.config.steps}. {REMEDY}")
    for name in ("seconds", "scale"):
        if not is_number(found[name]) or found[name] < 0 or (name == "scale" and found[name] == 0):
            raise CheckpointError(f"{path} has {str(found[name])[:50]} for its {name}, which cannot be. {REMEDY}")
    columns = vars(run.history)
    rows = history.get("step") if isinstance(history, dict) else None
    counts = isinstance(rows, list) and all(map(is_count, rows))
    if not counts or rows != sorted(set(rows)) or max(rows, default=0) > step:
        raise CheckpointError(f"{path} has a damaged history of its losses. {REMEDY}")
    found["history"] = {name: history.get(name, [None] * len(rows)) for name in columns}
    for name, values in found["history"].items():
        good = isinstance(values, list) and len(values) == len(rows) and all(map(is_entry, values))
        if not good or (name in ("tokens", "seconds") and None in values):
            raise CheckpointError(f"{path} has a damaged history: the column {name} does not fit. {REMEDY}")
    return found


def is_entry(value):
    """Whether a value can stand in a history: a number, a list of numbers, or nothing."""
    return value is None or is_number(value) or (isinstance(value, list) and all(map(is_number, value)))


def optimizer_tensors(optimizer):
    """The optimizer's tensors (momenta, step counts) under plain names: {parameter number}.{name}."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": torch.as_tensor(value) for i, entry in state.items() for name, value in entry.items()}


def optimizer_state(optimizer, tensors, path):
    """What `optimizer_tensors` gave as AdamW takes it; a CheckpointError where it does not fit the parameters.

    A tensor of another shape would be read beyond its end by the fused kernel, which does not look.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state = {}
    for key, value in tensors.items():
        i, _, name = key.partition(".")
        if not i.isdecimal() or int(i) >= len(parameters) or name not in ("step", "exp_avg", "exp_avg_sq"):
            raise CheckpointError(f"{path} has a tensor {key!r} of an optimizer that is not this one. {REMEDY}")
        parameter = parameters[int(i)]
        shape, dtype = (torch.Size([]), torch.float32) if name == "step" else (parameter.shape, parameter.dtype)
        if value.shape != shape:
            raise CheckpointError(f"{path} has optimizer.{key} as {tuple(value.shape)}, not {tuple(shape)}. {REMEDY}")
        expect_kind(f"optimizer.{key}", value, dtype, path)
        expect_finite(f"optimizer.{key}", value, path)
        if name != "exp_avg" and (value < 0).any():
            raise CheckpointError(f"{path} has negative numbers in optimizer.{key}, which cannot be. {REMEDY}")
        state.setdefault(int(i), {})[name] = value
    if any(len(entry) != 3 for entry in state.values()) or (state and len(state) != len(parameters)):
        raise CheckpointError(f"{path} holds only a part of the optimizer's state. {REMEDY}")
    return state


def random_states():
    """The states of PyTorch's default generators: the CPU's and every CUDA card's."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states |= {f"cuda{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    return states


def generators(states):
    """(name, state, device) of each stored generator for which this machine has the device."""
    yield "random.cpu", states.get("cpu"), "cpu"
    for i in range(torch.cuda.device_count()):
        if f"cuda{i}" in states:
            yield f"random.cuda{i}", states[f"cuda{i}"], f"cuda:{i}"


def try_state(name, state, device, path):
    """A CheckpointError if `state` is no state of a generator on `device`."""
    scratch = torch.Generator(device)
    ours = scratch.get_state()
    if state is None or state.dtype != ours.dtype or state.shape != ours.shape:
        raise CheckpointError(
            f"{path} has no usable state of random numbers under {name} for {device}. A run resumes on the kind of "
            "device on which it began; or load the weights alone with helpers.training.load_model."
        )
    try:
        scratch.set_state(state)
    except RuntimeError as error:
        raise CheckpointError(f"{path} has a damaged state of random numbers under {name}: {error} {REMEDY}") from error


def restore_random_states(states):
    """Put back what `random_states` gave, for the devices that are there."""
    torch.set_rng_state(states["cpu"])
    for i in range(torch.cuda.device_count()):
        if f"cuda{i}" in states:
            torch.cuda.set_rng_state(states[f"cuda{i}"], i)
