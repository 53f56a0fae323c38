"""Where the tensors live: choosing a device, seeding it, waiting for it, computing faster on it."""

import contextlib

import torch

from helpers import checks


def pick_device(prefer=None):
    """Return the best `torch.device` on this machine: CUDA, else Apple's MPS, else the CPU.

    `prefer` names one instead ("cpu", "cuda:1"); a ValueError says if it is not there.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if prefer is None:
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    try:
        device = torch.device(checks.kind("device", prefer, (str, torch.device), "a name, as 'cuda:0', or None"))
    except RuntimeError as error:
        raise ValueError(f"{prefer!r} is no device name. Use 'cpu', 'cuda', 'cuda:0' or 'mps'.") from error
    missing = {"cuda": not cuda, "mps": not mps, "cpu": False}.get(device.type, True)
    if device.type == "cuda" and cuda and device.index is not None:
        missing = device.index >= torch.cuda.device_count()
    if missing:
        raise ValueError(f"This machine has no {prefer!r} that PyTorch can use. It has {str(pick_device())!r}.")
    return device


def describe(device):
    """The device in words, for a person: its name and, on the CPU, the number of threads."""
    checks.kind("device", device, torch.device, "a torch.device, as pick_device() gives it")
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} (CUDA)"
    if device.type == "mps":
        return "Apple GPU (MPS)"
    return f"CPU with {torch.get_num_threads()} threads"


def seed_everything(seed):
    """Seed PyTorch's default random generators on every device (weights, dropout)."""
    torch.manual_seed(checks.integer("seed", seed, most=2**63 - 1))


def synchronize(device):
    """Wait until the device has finished. A GPU works on after the call that gave it work has returned."""
    checks.kind("device", device, torch.device, "a torch.device, as pick_device() gives it")
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def autocast(device):
    """A context that computes matrix products in bfloat16 where a CUDA card has it, and changes nothing elsewhere."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", torch.bfloat16)
    return contextlib.nullcontext()
