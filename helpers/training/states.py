"""What a training run carries beside its weights: the optimizer's state and the random numbers, as named tensors."""

import torch

from helpers.training.checkpoint import expect_finite, expect_kind
from helpers.training.storage import REMEDY, CheckpointError

STATE = ("step", "exp_avg", "exp_avg_sq")  # what AdamW keeps for each parameter


def optimizer_tensors(optimizer):
    """The optimizer's tensors (momenta, step counts) under plain names: {parameter number}.{name}."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": torch.as_tensor(value) for i, entry in state.items() for name, value in entry.items()}


def optimizer_state(optimizer, tensors, step, path):
    """What `optimizer_tensors` gave after `step` steps, as AdamW takes it; a CheckpointError where it does not fit.

    A tensor of another shape would be read beyond its end by the fused kernel, which does not look. A parameter that
    never had a gradient has no state; all others have a whole one.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state = {}
    for key, value in tensors.items():
        i, _, name = key.partition(".")
        known = i.isascii() and i.isdecimal() and str(int(i)) == i and int(i) < len(parameters)
        if not known or name not in STATE:
            raise CheckpointError(f"{path} has a tensor {key!r} of an optimizer that is not this one. {REMEDY}")
        parameter = parameters[int(i)]
        shape, dtype = (torch.Size([]), torch.float32) if name == "step" else (parameter.shape, parameter.dtype)
        if value.shape != shape:
            raise CheckpointError(f"{path} has optimizer.{key} as {tuple(value.shape)}, not {tuple(shape)}. {REMEDY}")
        expect_kind(f"optimizer.{key}", value, dtype, path)
        expect_finite(f"optimizer.{key}", value, path)
        if name == "exp_avg_sq" and (value < 0).any():
            raise CheckpointError(f"{path} has negative numbers in optimizer.{key}, which cannot be. {REMEDY}")
        if name == "step" and not (1 <= value.item() <= step and value.item().is_integer()):
            raise CheckpointError(f"{path} has {value.item()} in optimizer.{key} after {step} steps. {REMEDY}")
        state.setdefault(int(i), {})[name] = value
    if any(len(entry) != len(STATE) for entry in state.values()) or bool(state) != (step > 0):
        raise CheckpointError(f"{path} holds only a part of the optimizer's state. {REMEDY}")
    return state


def random_states():
    """The states of PyTorch's default generators: the CPU's and every CUDA card's."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states |= {f"cuda{i}": state for i, state in enumerate(torch.cuda.get_rng_state_all())}
    return states


def generators(states, device):
    """(name, state, device) of each stored generator for which this machine has the device, and of the run's own."""
    yield "random.cpu", states.get("cpu"), "cpu"
    for i in range(torch.cuda.device_count()):
        if f"cuda{i}" in states or device == torch.device("cuda", i):
            yield f"random.cuda{i}", states.get(f"cuda{i}"), f"cuda:{i}"


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
