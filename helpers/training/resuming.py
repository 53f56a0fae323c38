"""A training run in one file, so that it can go on exactly where it stands: weights, optimizer, random numbers.

`stored_run` reads and compares everything, and only then `load_run` changes the run: a file that does not fit changes
nothing.
"""

import dataclasses
import hashlib
import json
import re
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
from helpers.training.states import (
    generators,
    optimizer_state,
    optimizer_tensors,
    random_states,
    restore_random_states,
    try_state,
)
from helpers.training.storage import REMEDY, CheckpointError, read

TENSORS = r"model\..+|optimizer\..+|random\.(cpu|cuda\d+)|batches\.position|pending"  # the names of a run's tensors


def save_run(place, run):
    """Store a training run (helpers.training.run.Run) whole at a `place.Place`, so that it can go on where it stands.

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


class AnotherRun(CheckpointError):
    """A whole file, but of another run: on another text, with other settings, or of another model."""


def load_run(path, run):
    """Put back into `run` what `save_run` stored. A CheckpointError says what differs if it was another run.

    A warning says when it was made on another device, or with another number of threads: then it goes on, and its
    numbers will differ in their last digits from those of a run that was never stopped.
    """
    model, optimizer, states, tensors, progress, there = stored_run(path, run)
    if there is not None and there != machine(run):
        warnings.warn(
            f"This run was saved on {said(there)} and goes on on {said(machine(run))}: from here on its numbers differ "
            "in their last digits from those of a run that was never stopped.",
            stacklevel=2,
        )
    run.model.load_state_dict(model)
    run.optimizer.load_state_dict({"state": optimizer, "param_groups": run.optimizer.state_dict()["param_groups"]})
    restore_random_states(states)
    run.batches.position = tensors["batches.position"]
    run.pending = list(tensors["pending"].to(run.device))
    run.step, run.seconds = progress["step"], progress["seconds"]
    run.scale = run.controls.scale = progress["scale"]
    run.saved = (run.step, run.scale)
    for name, values in vars(run.history).items():
        values[:] = progress["history"][name]


def stored_run(path, run):
    """All that `save_run` stored, read and compared with `run`, which stays as it is; a CheckpointError if it differs.

    Model, optimizer, states of random numbers, all tensors, progress (a dictionary) and machine.
    """
    tensors, info = read(path)
    if "train" not in info:
        raise CheckpointError(f"{path} holds a model, but no training run that could be resumed. Use load_model.")
    known = {*run.identity, "format", "step", "seconds", "history", "scale", "machine"}
    foreign = [*(info.keys() - known), *(name for name in tensors if not re.fullmatch(TENSORS, name))]
    if foreign:
        raise CheckpointError(
            f"{path} holds {str(sorted(foreign))[1:-1][:200]}, which this version does not know. "
            "It may be from a later version: update this project, or begin a new run with resume=False."
        )
    same_run(info, run, path)
    progress = progress_of(info, run, path)
    model, states = unprefixed("model", tensors), unprefixed("random", tensors)
    compare_state(run.model, model, path)
    optimizer = optimizer_state(run.optimizer, unprefixed("optimizer", tensors), progress["step"], path)
    position = tensors.get("batches.position")
    drawn = ("batches.position", position, run.batches.generator.device)
    for name, state, device in (drawn, *generators(states, run.device)):
        try_state(name, state, device, path)
    pending = tensors.get("pending")
    since = progress["step"] - progress["history"]["step"][-1]  # each step's, from the last row of the history on
    if pending is None or pending.shape != (since, 2):
        raise CheckpointError(f"{path} is incomplete: the losses since the last logged step are missing. {REMEDY}")
    expect_kind("pending", pending, torch.float32, path)
    expect_finite("pending", pending, path)
    if (pending < 0).any():
        raise CheckpointError(f"{path} has a negative loss or gradient norm in pending, which cannot be. {REMEDY}")
    return model, optimizer, states, tensors, progress, machine_of(info, path)


def machine(run):
    """Where a run computes: equal numbers to the last bit are promised only for the same of these."""
    return {"device": run.device.type, "threads": torch.get_num_threads() if run.device.type == "cpu" else None}


def machine_of(info, path):
    """The machine on which a run was saved; None for the first edition, which did not write it down."""
    there = info.get("machine")
    if there is None and info["format"] == 1:
        return None
    good = isinstance(there, dict) and there.keys() == {"device", "threads"} and isinstance(there["device"], str)
    if not good or not (there["threads"] is None or is_count(there["threads"])):
        raise CheckpointError(f"{path} says that its machine was {str(there)[:50]}, which cannot be. {REMEDY}")
    return there


def said(machine):
    """A machine in words."""
    threads = machine["threads"]
    return f"{machine['device']} with {threads} thread{'s' * (threads != 1)}" if threads else machine["device"][:50]


def identity(run):
    """What must be equal for a run to go on: model, vocabulary, settings and data, as JSON gives them back."""
    batches = run.batches
    data = {"train": len(batches.train), "val": len(batches.val)}
    data |= {"train_sha256": fingerprint(batches.train), "val_sha256": fingerprint(batches.val)}
    data |= {"batch_size": batches.batch_size, "context_length": batches.context_length}
    parts = model_info(run.model, run.tokenizer) | {"train": dataclasses.asdict(run.config), "data": data}
    return json.loads(json.dumps(parts))


def fingerprint(tokens, piece=1 << 22):
    """SHA-256 of a split's tokens, read piece by piece, whatever integer type holds them."""
    sha256 = hashlib.sha256()
    for start in range(0, len(tokens), piece):
        sha256.update(memoryview(tokens[start : start + piece].cpu().to(torch.int32).contiguous().numpy()))
    return sha256.hexdigest()


def same_run(info, run, path):
    """AnotherRun names what differs between the run that was stored and this one.

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
            raise AnotherRun(
                f"{path} is from a run on another text: {there.get('train')} tokens to train on and {there.get('val')} "
                f"to validate on, this run {here['train']} and {here['val']}, or as many others. Resume it with its "
                "own text, or begin a new run with resume=False."
            )
        if isinstance(there, dict) and isinstance(here, dict):
            there, here = ({k: v for k, v in a.items() if b.get(k) != v} for a, b in ((there, here), (here, there)))
        raise AnotherRun(
            f"{path} is from another run: its {part} has {str(there)[:200]}, this run {str(here)[:200]}. "
            "A run goes on only as it began, and on the same text. Use the same settings, begin a new run with "
            "resume=False, or load the weights alone with helpers.training.load_model."
        )


def progress_of(info, run, path):
    """Step, seconds, scale and history of a stored run, each of them possible, or a CheckpointError."""
    step = info.get("step")
    found = {"step": step, "seconds": info.get("seconds")}
    found["scale"] = info.get("scale", 1.0 if info["format"] == 1 else None)  # the first files had none
    if not is_count(step) or step > run.config.steps:
        raise CheckpointError(f"{path} says that it stands at step {str(step)[:50]} of {run.config.steps}. {REMEDY}")
    for name in ("seconds", "scale"):
        if not is_number(found[name]) or found[name] < 0 or (name == "scale" and found[name] == 0):
            raise CheckpointError(f"{path} has {str(found[name])[:50]} for its {name}, which cannot be. {REMEDY}")
    history, columns = info.get("history"), vars(run.history)
    rows = history.get("step") if isinstance(history, dict) else None
    counts = isinstance(rows, list) and all(map(is_count, rows))
    # The first row is of the loss before any step.
    if not counts or rows[:1] != [0] or rows != sorted(set(rows)) or rows[-1] > step or history.keys() - columns.keys():
        raise CheckpointError(f"{path} has a damaged history of its losses. {REMEDY}")
    missing = [None] * len(rows) if info["format"] == 1 else None  # nor had they all of today's columns
    found["history"] = {name: history.get(name, missing) for name in columns}
    per_step = run.batches.batch_size * run.batches.context_length
    for name, values in found["history"].items():
        good = isinstance(values, list) and len(values) == len(rows)
        good = good and all(is_entry(name, value, len(run.blocks)) for value in values)
        if not good or (name == "tokens" and values != [row * per_step for row in rows]):
            raise CheckpointError(f"{path} has a damaged history: the column {name} does not fit. {REMEDY}")
    return found


def is_entry(name, value, blocks):
    """Whether a value can stand in a column of a history: nothing below zero; for blocks, a number for each of them.

    The size of a stream may overflow to infinity while the loss, behind a LayerNorm, is still a number.
    """
    if value is None:
        return name not in ("step", "tokens", "seconds")
    if name.startswith("block_"):
        numbers = isinstance(value, list) and len(value) == blocks and all(type(v) is float for v in value)
        return numbers and all(v >= 0 for v in value)
    return is_number(value) and value >= 0
