"""Checkpoints: whole or not at all, exact, opened without running anything, and clear about what does not fit."""

import ast
import itertools
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import GPT, Bigram, GPTConfig
from helpers.text import CharTokenizer
from helpers.training import checkpoint as ckpt
from helpers.training.checkpoint import CheckpointError

ROOT = Path(__file__).parents[3]
few = settings(max_examples=15)
dtypes = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def tiny(**changes):
    return GPT(GPTConfig(**dict(vocab_size=9, context_length=6, n_layer=1, n_head=2, n_embd=8) | changes))


@given(st.dictionaries(st.text(min_size=1, max_size=6).filter(lambda name: name != "__metadata__"),
                       st.tuples(dtypes, st.lists(st.integers(0, 3), max_size=3)), max_size=4),
       st.dictionaries(st.text(max_size=6).filter(lambda name: name != "format"), json_values, max_size=3))  # fmt: skip
def test_what_is_written_is_read(tmp_path, shapes, info):
    tensors = {name: (torch.rand(shape) * 4).to(dtype) for name, (dtype, shape) in shapes.items()}
    ckpt.write(tmp_path / "file", tensors, info)
    back, back_info = ckpt.read(tmp_path / "file")
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype and torch.equal(back[name], tensor)
    assert back_info == info | {"format": ckpt.FORMAT}


def test_every_size_of_header_is_read(tmp_path):
    """A safetensors file begins with the length of its header: bytes that may be those of a pickle or a zip."""
    beginnings = set()
    for padding in [*range(0, 2100, 8), *range(0x4B50 - 400, 0x4B50 + 100, 8)]:
        ckpt.write(tmp_path / "file", {"a": torch.zeros(1)}, {"padding": "x" * padding})
        beginnings.add((tmp_path / "file").read_bytes()[:2])
        assert ckpt.read(tmp_path / "file")[1]["padding"] == "x" * padding
    assert b"PK" in beginnings and {b[:1] for b in beginnings} >= {b"\x80", b"P"}


@few
@given(st.booleans(), st.integers(0, 10**6), st.text(min_size=1))
def test_model_round_trip(tmp_path, tie_weights, seed, text):
    torch.manual_seed(seed)
    tokenizer = CharTokenizer(text)
    model = tiny(vocab_size=tokenizer.vocab_size, tie_weights=tie_weights, dropout=0.2).train()
    ckpt.save_model(tmp_path / "model", model, tokenizer, note="mine")
    loaded, chars, info = ckpt.load_model(tmp_path / "model")
    assert chars == tokenizer.chars and info["note"] == "mine" and loaded.config == model.config
    assert not loaded.training
    assert (loaded.lm_head.weight is loaded.token_embedding.weight) == tie_weights
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name])
    idx = torch.randint(tokenizer.vocab_size, (2, 6))
    assert torch.equal(model.eval()(idx), loaded(idx))


def test_views_and_shared_memory_are_stored_as_they_look(tmp_path):
    big = torch.arange(24.0).view(4, 6)
    tensors = {"t": big.T, "row": big[1], "same": big, "again": big, "scalar": torch.tensor(3)}
    ckpt.write(tmp_path / "file", tensors, {})
    back = ckpt.read(tmp_path / "file")[0]
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())


@given(st.integers(0, 2**31), st.integers(0, 20))
def test_random_states_round_trip(tmp_path, seed, drawn):
    torch.manual_seed(seed)
    torch.randn(drawn)
    ckpt.write(tmp_path / "file", ckpt.random_states(), {})
    first = torch.randn(5), torch.rand(3)
    torch.manual_seed(seed + 1)
    ckpt.restore_random_states(ckpt.read(tmp_path / "file")[0])
    assert torch.equal(first[0], torch.randn(5)) and torch.equal(first[1], torch.rand(3))


@few
@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(1, 4))
def test_optimizer_round_trip(tmp_path, seed, before, after):
    """Put into a fresh optimizer, the state goes on to the same weights bit for bit."""

    def learn(model, optimizer, first, n):
        for step in range(first, first + n):
            idx = torch.randint(9, (2, 6), generator=torch.Generator().manual_seed(step))
            optimizer.zero_grad()
            model(idx).square().mean().backward()
            optimizer.step()

    torch.manual_seed(seed)
    model = tiny()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=True)
    learn(model, optimizer, 0, before)
    ckpt.write(tmp_path / "file", ckpt.optimizer_tensors(optimizer), {})
    other = tiny()
    other.load_state_dict(model.state_dict())
    fresh = torch.optim.AdamW(other.parameters(), lr=0.01, fused=True)
    ckpt.load_optimizer(fresh, ckpt.read(tmp_path / "file")[0])
    learn(model, optimizer, before, after)
    learn(other, fresh, before, after)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


# Files that are not what they should be


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(CheckpointError, match="There is no checkpoint at .*Train and save"):
            ckpt.read(path)


@few
@given(st.data())
def test_truncated_file_is_refused(tmp_path, data):
    ckpt.save_model(tmp_path / "whole", tiny())
    content = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(CheckpointError, match=r"damaged or not a checkpoint \(.*Delete it and train again"):
        ckpt.load_model(tmp_path / "cut")


@given(st.binary(max_size=200))
def test_any_bytes_get_a_sentence(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CheckpointError):
        ckpt.read(tmp_path / "file")


class Trap:
    """Unpickling this makes a file: the sign that a pickle was opened."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_pickle_is_refused_unopened(tmp_path, protocol):
    marker, path = tmp_path / "marker", tmp_path / "file"
    path.write_bytes(pickle.dumps(Trap(marker), protocol))
    with pytest.raises(CheckpointError) as error:
        ckpt.load_model(path)
    assert not marker.exists()
    assert protocol < 2 or "is a pickle" in str(error.value)
    pickle.loads(path.read_bytes()).close()
    assert marker.exists()  # the trap works


@pytest.mark.parametrize("zipped", [True, False])
def test_torch_save_is_refused_unopened(tmp_path, zipped):
    marker, path = tmp_path / "marker", tmp_path / "file"
    torch.save({"model": Trap(marker)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match="is a pickle .*so it was not opened"):
        ckpt.read(path)
    assert not marker.exists()


@pytest.mark.parametrize("metadata", [None, {"author": "someone"}, {"info": "[1]"}, {"info": '{"format": 999}'}])
def test_foreign_safetensors_are_refused(tmp_path, metadata):
    safetensors.torch.save_file({"weight": torch.ones(2)}, tmp_path / "file", metadata=metadata)
    with pytest.raises(CheckpointError, match="holds tensors, but not a checkpoint of this series"):
        ckpt.load_model(tmp_path / "file")


def test_info_that_is_not_json_is_refused(tmp_path):
    safetensors.torch.save_file({"weight": torch.ones(2)}, tmp_path / "file", metadata={"info": "{half"})
    with pytest.raises(CheckpointError, match="damaged or not a checkpoint"):
        ckpt.read(tmp_path / "file")


def test_another_shape_is_named_and_changes_nothing(tmp_path):
    ckpt.save_model(tmp_path / "file", tiny())
    state = ckpt.unprefixed("model", ckpt.read(tmp_path / "file")[0])
    for changes, name, there, here in (
        (dict(vocab_size=10), "lm_head.weight", "(9, 8)", "(10, 8)"),
        (dict(n_layer=2), "blocks.1.attention.proj.bias", "missing", "(8,)"),
        (dict(context_length=5), "position_embedding.weight", "(6, 8)", "(5, 8)"),
    ):
        model = tiny(**changes)
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(CheckpointError) as error:
            ckpt.load_state(model, state, "the file")
        message = f"the file is from a model of another shape: {name} is {there} in the file and {here}"
        assert message in str(error.value)
        assert all(torch.equal(value, model.state_dict()[key]) for key, value in before.items())
    with pytest.raises(CheckpointError, match=r"blocks.1.attention.proj.bias is \(8,\) in the file and missing"):
        ckpt.load_state(tiny(), tiny(n_layer=2).state_dict(), "the file")


def test_model_alone_is_no_run_and_a_table_is_no_gpt(tmp_path, new_run):
    from helpers.training.loop import steps

    ckpt.save_model(tmp_path / "model", tiny())
    with pytest.raises(CheckpointError, match="no training run that could go on"):
        next(steps(*new_run(), checkpoint=tmp_path / "model", resume=True))
    ckpt.save_model(tmp_path / "table", Bigram(4))
    with pytest.raises(CheckpointError, match="not a GPT"):
        ckpt.load_model(tmp_path / "table")


def test_trained_checkpoint_gives_the_model_and_its_characters(tmp_path, new_run):
    from helpers.training.loop import train

    model, batches, config = new_run(steps=3)
    train(model, batches, config, progress=False, tokenizer=new_run.tokenizer, checkpoint=tmp_path / "run")
    loaded, chars, info = ckpt.load_model(tmp_path / "run")
    assert chars == new_run.tokenizer.chars and info["step"] == 3
    assert torch.equal(loaded.lm_head.weight, model.lm_head.weight)


def test_nothing_that_opens_pickles_is_used():
    """No pickle anywhere in helpers: neither the module nor what is built on it."""
    banned = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    files = sorted((ROOT / "helpers").rglob("*.py"))
    assert len(files) > 8
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not banned & {alias.name.split(".")[0] for alias in node.names}, file
            elif isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert (node.module or "").split(".")[0] not in banned, file
                assert not (node.module == "torch" and names & {"load", "save"}), file
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in {("torch", "load"), ("torch", "save"), ("np", "load")}, file
            elif isinstance(node, ast.keyword):
                assert node.arg not in {"allow_pickle", "weights_only"}, file


# Killed


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes the Unix way")


def killed_in_child(action):
    """Run `action` in a copy of this process, and see that it was killed and did not end."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 warns of any fork with threads
@pytest.mark.parametrize("moment", ["before", "half", "written", "renamed"])
@pytest.mark.parametrize("had_one", [True, False])
def test_kill_while_writing_leaves_a_whole_file(tmp_path, monkeypatch, moment, had_one):
    path, old, new = tmp_path / "model", tiny(), tiny(n_embd=32)
    if had_one:
        ckpt.save_model(path, old)

    def half(tensors, file, metadata):
        content = safetensors.torch.save(tensors, metadata)
        Path(file).write_bytes(content[: len(content) // 2])
        die()

    def act():
        replace = os.replace
        if moment == "before":
            ckpt.save_file = die
        elif moment == "half":
            ckpt.save_file = half
        elif moment == "written":
            os.replace = die
        else:
            os.replace = lambda *names: (replace(*names), die())
        ckpt.save_model(path, new)

    killed_in_child(act)
    if moment == "renamed":
        assert ckpt.load_model(path)[0].config == new.config
    elif had_one:
        loaded = ckpt.load_model(path)[0]
        assert loaded.config == old.config and torch.equal(loaded.lm_head.weight, old.lm_head.weight)
    else:
        assert not path.exists()
    ckpt.save_model(path, new)  # what a kill left lying about is in nobody's way, and is tidied up
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert ckpt.load_model(path)[0].config == new.config


TRAINED = """
import os, random, signal, sys, time
import torch
from helpers.model import GPT, GPTConfig
from helpers.training.recipe import TrainConfig
from helpers.text import Batches
from helpers.training.loop import steps

def run(path, told):
    torch.manual_seed(0)
    tokens = torch.randint(9, (500,), generator=torch.Generator().manual_seed(0))
    model = GPT(GPTConfig(9, context_length=8, n_layer=2, n_head=2, n_embd=16, dropout=0.1, tie_weights=True))
    config = TrainConfig(steps=60, log_every=2, eval_every=3, warmup_steps=20)
    batches = Batches(tokens[:400], tokens[400:], 4, 8)
    for event in steps(model, batches, config, checkpoint=path, resume=True):
        print(event.step, file=told, flush=True)

def process(path):
    # A process of its own that trains, and the steps it tells of. A copy of this one: importing torch takes long.
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        run(path, os.fdopen(writing, "w"))
        os._exit(0)
    os.close(writing)
    return pid, os.fdopen(reading)

folder, kills = sys.argv[1], int(sys.argv[2])
run(folder + "/" + sys.argv[3], sys.stderr) if kills == 0 else None
rng = random.Random()
torch.optim.AdamW([torch.zeros(1)])  # the first optimizer makes PyTorch load more: once here, not in every copy
for kill in range(kills):
    pid, told = process(folder + "/killed")
    first = last = int(told.readline())
    for _ in range(rng.randint(3, 10)):
        last = int(told.readline())
    time.sleep(rng.uniform(0, 0.02))
    os.kill(pid, signal.SIGKILL)
    rest = told.read().split()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    print(first, int(rest[-1]) if rest else last)
"""


def training(*args):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", TRAINED, *map(str, args)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


@needs_fork
def test_killed_training_resumes_bit_identical(tmp_path):
    """Real processes are killed, one after the other, at no chosen moment; the end is the same to the last bit."""
    rows = [list(map(int, line.split())) for line in training(tmp_path, 5, "").splitlines()]
    assert len(rows) == 5 and rows[0][0] == 0
    for (_, reached), (begun, _) in itertools.pairwise(rows):
        # A run is saved every three steps: at most what came after is lost, and nothing is made up.
        assert reached - 3 <= begun <= reached + 3
    assert rows[-1][0] > 0 and rows[-1][1] < 60, "the kills came too early or too late"
    training(tmp_path, 0, "killed")
    training(tmp_path, 0, "whole")
    (a, a_info), (b, b_info) = ckpt.read(tmp_path / "whole"), ckpt.read(tmp_path / "killed")
    assert a.keys() == b.keys() and {name.split(".")[0] for name in a} >= {"model", "optimizer", "random", "batches"}
    for name in a:
        assert torch.equal(a[name], b[name]), name
    for info in (a_info, b_info):
        del info["seconds"], info["history"]["seconds"]
    assert a_info["step"] == 60 and a_info == b_info


def test_format_is_what_safetensors_says(tmp_path):
    """The file can be read by anything that reads safetensors: length, JSON header, bytes."""
    ckpt.save_model(tmp_path / "file", tiny())
    content = (tmp_path / "file").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    assert json.loads(header["__metadata__"]["info"])["model"]["n_embd"] == 8
    assert header["model.lm_head.weight"]["shape"] == [9, 8]
