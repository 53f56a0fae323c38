"""The CPU always works, what is not there is named, and nothing but a CUDA card gets autocast."""

import contextlib

import pytest
import torch

from helpers.device import autocast, describe, pick_device, seed_everything, synchronize

CPU = torch.device("cpu")


@pytest.fixture
def bare(monkeypatch):
    """A machine with nothing but a CPU, whatever this one has."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def test_cpu_is_always_there(bare):
    assert pick_device() == pick_device("cpu") == pick_device(CPU) == CPU


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", "CPU please", "cuda:-2"])
def test_what_is_no_name_is_refused(bare, name):
    with pytest.raises(ValueError, match=r"is no device name\. Use 'cpu', 'cuda'"):
        pick_device(name)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7", "mps", "meta", "xpu"])
def test_what_is_not_there_is_named(bare, name):
    with pytest.raises(ValueError, match=f"no '{name}' that PyTorch can use. It has 'cpu'"):
        pick_device(name)


def test_best_device_first(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device().type == "mps" and pick_device("mps").type == "mps" and pick_device("cpu") == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device().type == "cuda" and pick_device("cuda:1").index == 1
    with pytest.raises(ValueError, match="no 'cuda:2' that PyTorch can use. It has 'cuda'"):
        pick_device("cuda:2")


def test_autocast_changes_nothing_on_the_cpu():
    assert isinstance(autocast(CPU), contextlib.nullcontext)
    with autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


@pytest.mark.parametrize("has_bf16", [True, False])
def test_autocast_asks_the_card(monkeypatch, has_bf16):
    def supported(including_emulation=True):
        return has_bf16 or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    made = []
    monkeypatch.setattr(torch, "autocast", lambda *args: made.append(args) or contextlib.nullcontext())
    with autocast(torch.device("cuda:0")):
        pass
    assert made == ([("cuda", torch.bfloat16)] if has_bf16 else [])  # never "cuda:0", never emulated


def test_describe_is_for_people(monkeypatch):
    assert describe(CPU) == f"CPU with {torch.get_num_threads()} threads"
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Card {device.index}")
    assert describe(torch.device("cuda:1")) == "Card 1 (CUDA)"
    assert "MPS" in describe(torch.device("mps"))


def test_seed_and_synchronize():
    seed_everything(5)
    first = torch.rand(3)
    seed_everything(5)
    assert torch.equal(first, torch.rand(3))
    assert synchronize(CPU) is None
