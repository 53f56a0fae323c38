"""Damaged files: whatever is broken in them, a sentence refuses them, and what is in memory stays as it was."""

import copy
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.training import History, steps, storage
from helpers.training.checkpoint import load_model, save_model
from helpers.training.recipe import Controls
from helpers.training.resuming import load_run
from helpers.training.run import Run
from helpers.training.storage import CheckpointError

ROOT = Path(__file__).parents[3]
FLIPS = 1000  # in each of the two files
# What a refusal tells the reader to do: every one of its sentences ends with one of these.
REMEDIES = (
    "Delete it and train again, or use another file.",
    "Use another file.",
    "update this project",
    "Update this project",
    "resume=False",
    "load the weights alone",
    "use helpers.training.load_model",
    "Use load_model.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damage")


class Stored(tuple):
    """The file of a run, its tensors, its information; named shortly, where a failing test would print them all."""

    def __repr__(self):
        return "Stored()"


@pytest.fixture
def stored(new_run, folder):
    """A run stopped after 17 of 20 steps, between two rows of its history."""
    path = folder / "run"
    if not path.exists():
        with_it = dict(tokenizer=new_run.tokenizer, checkpoint=path)
        for event in steps(*new_run(dropout=0.1), **with_it):
            if event.step == 17:
                break
        del event
    return Stored((path, *storage.read(path)))


@pytest.fixture
def run(new_run):
    """A run that has not begun, as `load_run` takes it."""
    return Run(*new_run(dropout=0.1), History(), new_run.tokenizer, Controls())


def snapshot(run):
    """All that `load_run` may change, in bytes."""
    tensors = {f"model.{name}": value for name, value in run.model.state_dict().items()}
    for i, entry in run.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{name}": torch.as_tensor(value) for name, value in entry.items()}
    tensors |= {"position": run.batches.position, "random": torch.get_rng_state()}
    tensors |= {f"pending.{i}": value for i, value in enumerate(run.pending)}
    found = {name: (value.dtype, value.shape, value.numpy().tobytes()) for name, value in tensors.items()}
    groups = copy.deepcopy(run.optimizer.state_dict()["param_groups"])
    numbers = (run.step, run.seconds, run.scale, run.controls.scale, run.saved, groups)
    return found, repr(numbers), repr(vars(run.history))


def said_well(error):
    """Whether a refusal is a sentence that ends with something to do."""
    return any(remedy in str(error.value) for remedy in REMEDIES)


# One bit


def flips(content, n):
    """`n` copies of `content` with one bit turned over: a third in the header, and each of the first eight bytes."""
    rng = random.Random(8)
    (header,) = struct.unpack("<Q", content[:8])
    bits = [*range(64), *(rng.randrange(64, 8 * (8 + header)) for _ in range(n // 3))]
    bits += [rng.randrange(8 * len(content)) for _ in range(n - len(bits))]
    for bit in bits:
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def test_one_bit_of_a_model_is_never_overlooked(new_run, folder):
    path, tokenizer = folder / "flipped", new_run.tokenizer
    save_model(path, new_run()[0], tokenizer, val_loss=1.5, text={"characters": 6000, "sha256": "ab" * 32})
    content, (model, chars, info) = path.read_bytes(), load_model(path)
    refused = 0
    for changed in flips(content, FLIPS):
        path.write_bytes(changed)
        try:
            other, its_chars, its_info = load_model(path)
        except CheckpointError as error:
            refused += 1
            assert str(path) in str(error)
            continue
        assert its_chars == chars and repr(its_info) == repr(info) and other.config == model.config
        for name, value in model.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name
    assert refused > 0.9 * FLIPS  # else nothing was tried; what is left are bits that say nothing, as of a space


def test_one_bit_of_a_run_is_never_overlooked(stored, folder, run, new_run):
    source, path = stored[0], folder / "flipped run"
    other = Run(*new_run(dropout=0.1), History(), new_run.tokenizer, Controls())
    load_run(source, other)
    whole = snapshot(other)
    state, refused = torch.get_rng_state(), 0
    before = snapshot(run)
    for changed in flips(source.read_bytes(), FLIPS):
        path.write_bytes(changed)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                load_run(path, run)
            except CheckpointError:
                refused += 1
                assert torch.equal(torch.get_rng_state(), state)
                continue
        assert snapshot(run) == whole
        run = Run(*new_run(dropout=0.1), History(), new_run.tokenizer, Controls())
        torch.set_rng_state(state)
        before = snapshot(run)
    assert refused > 0.9 * FLIPS and snapshot(run) == before


# A field, a tensor


def forged(path, tensors, info):
    """A file with a checksum that is right, whatever it holds."""
    text = json.dumps(info)
    tensors = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    path.write_bytes(safetensors.torch.save(tensors, {"info": text, "sha256": storage.digest(tensors, text)}))


def places(info, at=()):
    """The ways to every field of the information, to its lists and to what stands in them."""
    yield at
    if isinstance(info, (dict, list)):
        for key in info if isinstance(info, dict) else range(len(info)):
            yield from places(info[key], (*at, key))


def get(info, at):
    for key in at:
        info = info[key]
    return info


WRONG = [None, True, "x", "", -1, -0.5, -(2**70), 10**30, 10**400, float("nan"), float("inf"), -float("inf"), [], {}]
WRONG += [[-1], [float("nan")], {"later": 1}]


def is_possible(at, value):
    """Whether a value may stand there: where numbers are measured, "no number" is one of the answers."""
    column = at[1] if at[0] == "history" and len(at) > 1 else ""
    if at == ("machine", "threads"):
        return value is None
    if at == ("machine", "device"):
        return isinstance(value, str)
    if len(at) == 3 and column not in ("", "step", "tokens", "seconds"):
        return value is None
    return len(at) == 4 and value == float("inf")  # the size of a stream may overflow


@st.composite
def damages(draw, info):
    """One damage to the information: a field that is missing, is one too many, or holds what cannot be."""
    info = copy.deepcopy(info)
    # First the part, so that the many losses do not take all the examples.
    part = draw(st.sampled_from(sorted(info)))
    at = draw(st.sampled_from([(part, *rest) for rest in places(info[part])]))
    parent, key = get(info, at[:-1]), at[-1]
    kind = draw(st.sampled_from(["missing", "later", "wrong"]))
    if kind == "missing":
        del parent[key]
    elif kind == "later":
        holder = next(
            holder for holder in (get(info, at[:n]) for n in range(len(at), -1, -1)) if isinstance(holder, dict)
        )
        holder["later"] = draw(st.sampled_from(WRONG))
    else:
        old = parent[key]
        parent[key] = draw(st.sampled_from(WRONG).filter(lambda value: value != old and not is_possible(at, value)))
    return Damaged(info, f"{kind} at {at}: {parent.get(key) if isinstance(parent, dict) else parent!r}")


class Damaged(dict):
    """Damaged information that tells only what was done to it."""

    def __init__(self, info, done):
        super().__init__(info)
        self.done = done

    def __repr__(self):
        return f"Damaged({self.done})"


def refused_and_unchanged(path, run, before):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(CheckpointError) as error:
            load_run(path, run)
    assert said_well(error), error.value
    assert snapshot(run) == before


def same_model_or_refused(path, original):
    """What is wrong may be no business of the model alone; but then it is the same model."""
    model, chars, _ = load_model(original)
    try:
        other, its_chars, _ = load_model(path)
    except CheckpointError:
        return
    assert its_chars in (chars, None) and other.config == model.config
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in model.state_dict().items())


@settings(max_examples=300)
@given(data=st.data())
def test_any_damaged_field_is_refused_before_anything_changes(stored, folder, run, data):
    original, tensors, info = stored
    path = folder / "field"
    forged(path, tensors, data.draw(damages(info)))
    refused_and_unchanged(path, run, snapshot(run))
    same_model_or_refused(path, original)


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:20])
def test_any_part_that_is_something_else_is_refused(stored, folder, run, value):
    """All parts, all values: what hypothesis draws is a sample."""
    _, tensors, info = stored
    for at in [at for at in places(info) if 0 < len(at) < 3]:
        if is_possible(at, value) or value == get(info, at):
            continue
        changed = copy.deepcopy(info)
        get(changed, at[:-1])[at[-1]] = value
        forged(folder / "part", tensors, changed)
        refused_and_unchanged(folder / "part", run, snapshot(run))


def test_any_key_of_a_later_version_is_refused(stored, folder, run):
    """At the top, and in each of the parts that have names: what is not understood is not passed over."""
    _, tensors, info = stored
    holders = [at for at in ((), *places(info)) if isinstance(get(info, at), dict)]
    assert {at[0] for at in holders if at} == {"model", "train", "data", "history", "machine"}
    for at in holders:
        for value in (1, None, info["history"]["train_loss"]):
            changed = copy.deepcopy(info)
            get(changed, at)["later"] = value
            forged(folder / "later", tensors, changed)
            refused_and_unchanged(folder / "later", run, snapshot(run))


@pytest.mark.parametrize("row", range(8))
def test_a_count_of_tokens_that_does_not_follow_from_its_step(stored, folder, run, row):
    """A number like any other, but not the right one."""
    _, tensors, info = stored
    changed = copy.deepcopy(info)
    changed["history"]["tokens"][row] += 1
    forged(folder / "tokens", tensors, changed)
    refused_and_unchanged(folder / "tokens", run, snapshot(run))


def filled(tensor, value):
    return torch.full_like(tensor, value)


def one(tensor, value):
    """The tensor with another number at one place."""
    tensor = tensor.clone()
    tensor.view(-1)[tensor.numel() // 2] = value
    return tensor


def ways(name, tensor):
    """Every way to damage the tensor `name`, as (what is done, the tensor after it)."""
    yield "another shape", tensor[None]
    yield "an empty shape", tensor.new_zeros(0)
    yield "twice as long", torch.cat([tensor.reshape(-1)] * 2)
    others = (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int8, torch.bool)
    for dtype in (others[len(name) % 7], others[len(name) % 6 + 1]):  # another two for another name
        yield f"as {dtype}", tensor.to(dtype)
    if tensor.is_floating_point():
        for value in (float("nan"), float("inf"), -float("inf")):
            yield f"one {value}", one(tensor, value)
        if not name.startswith("model.") and not name.endswith("exp_avg"):
            yield "negative", one(tensor, -1e-3)
    if name.endswith(".step"):
        for value in (0, 0.5, 18, 1e30):
            yield f"step {value}", filled(tensor, value)
    if tensor.dtype == torch.uint8:  # the state of a generator
        yield "zeros", filled(tensor, 0)
        yield "255", filled(tensor, 255)
        yield "cut", tensor[:-1]


def test_any_damaged_tensor_is_refused_before_anything_changes(stored, folder, run):
    _, tensors, info = stored
    before, tried = snapshot(run), 0
    for name, tensor in tensors.items():
        for what, changed in [("missing", None), *ways(name, tensor)]:
            others = {other: value for other, value in tensors.items() if other != name}
            forged(folder / "tensor", others | ({} if changed is None else {name: changed}), info)
            with pytest.raises(CheckpointError) as error:
                load_run(folder / "tensor", run)
            assert said_well(error), (name, what, error.value)
            tried += 1
            if name.startswith("model."):
                with pytest.raises(CheckpointError):
                    load_model(folder / "tensor")
    assert tried > 600 and snapshot(run) == before


FOREIGN = [
    "optimizer.999.exp_avg",
    "optimizer.0.momentum",
    "optimizer.x.step",
    "optimizer.-1.step",
    "optimizer.00.step",
]
FOREIGN += [
    "optimizer.\u0663.step",
    "optimizer.0",
    "optimizer.",
    "optimizer.0.step.more",
    "model.later",
    "later",
    "random2",
]
FOREIGN += ["batches.later", "random.later"]


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize(
    "value", [torch.zeros(()), torch.ones(2, 2), torch.zeros(5, dtype=torch.uint8)], ids=["one", "four", "bytes"]
)
def test_a_tensor_too_many_is_refused(stored, folder, run, name, value):
    _, tensors, info = stored
    forged(folder / "foreign", tensors | {name: value}, info)
    refused_and_unchanged(folder / "foreign", run, snapshot(run))


@pytest.mark.parametrize("number", ["00", "\u0660", "+0", " 0", "0_0", "1e0"])
def test_another_spelling_of_a_parameter_is_refused(stored, folder, run, number):
    """Python would take these for numbers, too, and the values under them would take the place of the right ones."""
    _, tensors, info = stored
    twice = {f"optimizer.{number}.{name}": tensors[f"optimizer.0.{name}"] for name in ("step", "exp_avg", "exp_avg_sq")}
    forged(folder / "spelling", tensors | twice, info)
    refused_and_unchanged(folder / "spelling", run, snapshot(run))


def test_an_optimizer_in_part_is_refused(stored, folder, run):
    _, tensors, info = stored
    forged(folder / "part", {name: value for name, value in tensors.items() if "optimizer" not in name}, info)
    refused_and_unchanged(folder / "part", run, snapshot(run))


def test_undamaged_it_goes_on(stored, folder, run):
    """What is refused above is refused for its damage, not for the way in which the file is made here."""
    original, tensors, info = stored
    forged(folder / "whole", tensors, info)
    before = snapshot(run)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_run(folder / "whole", run)
    assert run.step == 17 and snapshot(run) != before
    assert load_model(folder / "whole")[1] == load_model(original)[1]


def test_two_matrices_that_are_said_to_be_one(new_run, folder):
    """A GPT with tied weights would take the second one for both, without a word."""
    tensors, info = {f"model.{name}": value for name, value in new_run()[0].state_dict().items()}, None
    save_model(folder / "tied", new_run(tie_weights=True)[0], new_run.tokenizer)
    info = storage.read(folder / "tied")[1]
    forged(folder / "tied", tensors, info)
    with pytest.raises(CheckpointError, match="says that two matrices are one, but they differ"):
        load_model(folder / "tied")


# Another machine


def test_another_number_of_threads_is_said_before_anything_is_loaded(stored, run):
    path, before = stored[0], snapshot(run)
    torch.set_num_threads(2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # whoever does not want that may stop here
            with pytest.raises(UserWarning, match="saved on cpu with 1 thread and goes on on cpu with 2 threads"):
                load_run(path, run)
        assert snapshot(run) == before
        with pytest.warns(UserWarning, match="its numbers differ in their last digits"):
            load_run(path, run)
        assert run.step == 17
    finally:
        torch.set_num_threads(1)


def test_another_device_is_said(stored, folder, run):
    _, tensors, info = stored
    forged(folder / "device", tensors, info | {"machine": {"device": "cuda", "threads": None}})
    with pytest.warns(UserWarning, match="saved on cuda and goes on on cpu with 1 thread:"):
        load_run(folder / "device", run)


# Memory


HUGE = """
import json, os, resource, struct, sys, time
import torch
from helpers.training.checkpoint import load_model
from helpers.training.storage import CheckpointError
from helpers.model import GPT, GPTConfig
model = GPT(GPTConfig(4, 4, 1, 1, 4)).eval()  # what torch itself needs is there
torch.save, model(torch.zeros(1, 2, dtype=torch.long))
limit = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE") + 400_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    begun = time.process_time()
    try:
        load_model(path)
    except CheckpointError as error:
        print(os.path.basename(path), error)
    assert time.process_time() - begun < 5, path
print("grown by", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is measured the Linux way")
def test_a_small_file_asks_for_no_memory(new_run, tmp_path):
    """It tells of a model of up to 2^62 parameters, in every size and in several at once."""
    save_model(tmp_path / "small", new_run()[0], new_run.tokenizer)
    tensors, info = storage.read(tmp_path / "small")
    sizes = ("vocab_size", "context_length", "n_layer", "n_head", "n_embd")
    paths = []
    for names, size in itertools.product(
        [*((name,) for name in sizes), sizes[:2], sizes[::2], sizes], (10**6, 2**30, 2**62)
    ):
        paths.append(tmp_path / f"huge{len(paths)}")
        forged(paths[-1], tensors, info | {"chars": None, "model": info["model"] | dict.fromkeys(names, size)})
    # Sizes that the file itself could hold, each alone; together they make a model of some hundred million numbers.
    most = max(tensor.numel() for tensor in tensors.values())
    paths.append(tmp_path / f"huge{len(paths)}")
    model = info["model"] | dict.fromkeys(("vocab_size", "context_length", "n_embd"), most) | {"n_layer": len(tensors)}
    forged(paths[-1], tensors, info | {"chars": None, "model": model | {"n_head": 1}})
    for shape in ((0, 2**40), (2**40, 0)):
        paths.append(tmp_path / f"huge{len(paths)}")
        empty = {"model.lm_head.weight": torch.empty(shape), "model.token_embedding.weight": torch.empty(shape)}
        model = info["model"] | {"vocab_size": 2**40, "n_embd": 2**40, "n_head": 3}
        forged(paths[-1], tensors | empty, info | {"chars": None, "model": model})
    for length in (2**20, 2**40, 2**62, 2**64 - 1):
        paths.append(tmp_path / f"huge{len(paths)}")
        paths[-1].write_bytes(struct.pack("<Q", length) + b'{"a": 1}' * 100)
    assert all(path.stat().st_size < 60_000 for path in paths)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", HUGE, *map(str, paths)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    *refusals, grown = result.stdout.splitlines()
    assert [line.split()[0] for line in refusals] == [path.name for path in paths], "not all were refused"
    assert int(grown.split()[-1]) < 50_000  # kilobytes
