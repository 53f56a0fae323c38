"""A trained model in one file, with what is needed to build it again: its configuration, its characters, its text.

Everything in a file is compared with what it should be before anything is built from it or changed by it.
"""

import dataclasses
import math

import torch

from helpers import checks
from helpers.device import pick_device
from helpers.model import GPT, GPTConfig
from helpers.training.storage import REMEDY, CheckpointError, read, write


def save_model(path, model, tokenizer=None, **info):
    """Store a GPT with its configuration and vocabulary; `info` is stored beside them."""
    checks.module("model", model)
    if tokenizer is not None:
        checks.same_text(model, tokenizer)
    write(path, prefixed("model", model.state_dict()), model_info(model, tokenizer) | info)


def load_model(path, device="cpu"):
    """The GPT stored at `path` (by `save_model` or by training), in eval mode, with its characters and its info."""
    tensors, info = read(path)
    state = unprefixed("model", tensors)
    config, chars = stored_config(info, state, path), stored_chars(info, path)
    if chars is not None and len(chars) != config.vocab_size:
        raise CheckpointError(
            f"{path} has {len(chars)} characters for a vocabulary of {config.vocab_size}, so it is damaged. {REMEDY}"
        )
    with torch.device("meta"):  # no memory is asked for before all shapes agree
        compare_state(GPT(config), state, path)
    if config.tie_weights and not torch.equal(state["lm_head.weight"], state["token_embedding.weight"]):
        raise CheckpointError(f"{path} says that two matrices are one, but they differ, so it is damaged. {REMEDY}")
    model = GPT(config)
    model.load_state_dict(state)
    return model.to(pick_device(device)).eval(), chars, info


def model_info(model, tokenizer=None):
    """What has to be known, beside the tensors, to build the model again and to read its tokens."""
    config = getattr(model, "config", None)
    return {
        "model": dataclasses.asdict(config) if dataclasses.is_dataclass(config) else None,
        "chars": tokenizer.chars if tokenizer is not None else None,
    }


def stored_config(info, state, path):
    """The GPTConfig that a file tells of; a CheckpointError where it tells of none that this version can build.

    `state` (name -> Tensor) is what the file holds: no size can be above the number of values in its largest tensor.
    """
    stored = info.get("model")
    if not stored:
        raise CheckpointError(f"{path} does not say how its model was built (it is not a GPT). Use another file.")
    fields = {field.name: field for field in dataclasses.fields(GPTConfig)}
    if not isinstance(stored, dict) or stored.keys() != fields.keys():
        other = sorted(stored.keys() ^ fields.keys()) if isinstance(stored, dict) else stored
        raise CheckpointError(
            f"{path} has a configuration that is not this version's: {str(other)[:200]}. "
            "It may be from a later version: update this project, or use another file."
        )
    largest = max((tensor.numel() for tensor in state.values()), default=0)
    for name, value in stored.items():
        kind = fields[name].type if isinstance(fields[name].type, type) else type(fields[name].default)
        good = is_count(value) if kind is int else is_number(value) if kind is float else isinstance(value, kind)
        if not good or (kind is int and value > (len(state) if name == "n_layer" else largest)):
            raise CheckpointError(f"{path} says that {name} is {str(value)[:200]}, which cannot be. {REMEDY}")
    try:
        return GPTConfig(**stored)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path} has a configuration of which no GPT can be built: {error} {REMEDY}") from error


def stored_chars(info, path):
    """The characters of the vocabulary that a file tells of, in order, or None where it tells of none."""
    chars = info.get("chars")
    if chars is None:
        return None
    good = isinstance(chars, list) and all(isinstance(char, str) and len(char) == 1 for char in chars)
    if not good or chars != sorted(set(chars)):
        raise CheckpointError(f"{path} has a damaged list of characters: {str(chars)[:100]}. {REMEDY}")
    return chars


def is_count(value):
    """Whether a value is an integer from 0 to what fits into 64 bits. JSON's true is not one."""
    return type(value) is int and 0 <= value < 2**63


def is_number(value):
    """Whether a value is a finite number, and not one with hundreds of digits. JSON's true is none."""
    return (type(value) is float and math.isfinite(value)) or (type(value) is int and abs(value) < 2**63)


def compare_state(model, state, path):
    """A CheckpointError names the first tensor of `state` that does not fit `model`, or that is not finite."""
    own = model.state_dict()
    for name in sorted(own.keys() | state.keys()):
        there = tuple(state[name].shape) if name in state else "missing"
        here = tuple(own[name].shape) if name in own else "missing"
        if there != here:
            raise CheckpointError(
                f"{path} is from a model of another shape: {name} is {there} in the file and {here} in this model. "
                "Build the model with the configuration that was saved, or use helpers.training.load_model."
            )
        expect_kind(name, state[name], own[name].dtype, path)
        expect_finite(name, state[name], path)


def expect_kind(name, tensor, dtype, path):
    """A CheckpointError if a tensor has another dtype."""
    if tensor.dtype != dtype:
        raise CheckpointError(f"{path} has {name} as {tensor.dtype}, and {dtype} was expected. {REMEDY}")


def expect_finite(name, tensor, path):
    """A CheckpointError if a tensor holds nan or infinity: a training that diverged, or a damaged file."""
    if tensor.is_floating_point() and not torch.isfinite(tensor).all():
        raise CheckpointError(f"{path} has nan or infinite numbers in {name}. {REMEDY}")


def prefixed(prefix, tensors):
    """The tensors under longer names: `prefix.name`."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def unprefixed(prefix, tensors):
    """The tensors that `prefixed` has named, under their own names again; all others are left out."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(prefix + ".")}
