"""The file of a checkpoint: whole or not at all, exact, opened without running anything, and checked."""

import ast
import json
import math
import os
import pickle
import signal
import struct
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import GPT, GPTConfig
from helpers.training import storage
from helpers.training.checkpoint import load_model, save_model
from helpers.training.storage import CheckpointError

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
    storage.write(tmp_path / "file", tensors, info)
    back, back_info = storage.read(tmp_path / "file")
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype and torch.equal(back[name], tensor)
    assert back_info == info | {"format": storage.FORMAT}


def test_every_size_of_header_is_read(tmp_path):
    """A safetensors file begins with the length of its header: bytes that may be those of a pickle or a zip."""
    beginnings = set()
    for padding in [*range(0, 2100, 8), *range(0x4B50 - 400, 0x4B50 + 100, 8)]:
        storage.write(tmp_path / "file", {"a": torch.zeros(1)}, {"padding": "x" * padding})
        beginnings.add((tmp_path / "file").read_bytes()[:2])
        assert storage.read(tmp_path / "file")[1]["padding"] == "x" * padding
    assert b"PK" in beginnings and {b[:1] for b in beginnings} >= {b"\x80", b"P"}


def test_views_and_shared_memory_are_stored_as_they_look(tmp_path):
    big = torch.arange(24.0).view(4, 6)
    tensors = {"t": big.T, "row": big[1], "same": big, "again": big, "scalar": torch.tensor(3)}
    storage.write(tmp_path / "file", tensors, {})
    back = storage.read(tmp_path / "file")[0]
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())


def test_format_is_what_safetensors_says(tmp_path):
    """The file can be read by anything that reads safetensors: length, JSON header, bytes."""
    save_model(tmp_path / "file", tiny())
    content = (tmp_path / "file").read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    assert json.loads(header["__metadata__"]["info"])["model"]["n_embd"] == 8
    assert header["model.lm_head.weight"]["shape"] == [9, 8]


# Files that are not what they should be


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "none", tmp_path / "none" / "file", ""):
        with pytest.raises(CheckpointError, match="There is no checkpoint at .*Train and save"):
            storage.read(path)
    for path in (tmp_path, "/dev/zero"):  # one of these would be read for ever
        with pytest.raises(
            CheckpointError, match="is not a file that could hold a checkpoint. Give the path of a file"
        ):
            storage.read(path)
    for path in ("a\0b", "x" * 300):
        with pytest.raises(CheckpointError, match="cannot be read: .*Give the path of a file"):
            storage.read(path)


@few
@given(st.data())
def test_truncated_file_is_refused(tmp_path, data):
    save_model(tmp_path / "whole", tiny())
    content = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(CheckpointError, match=r"damaged or not a checkpoint \(.*Delete it and train again"):
        load_model(tmp_path / "cut")


@given(st.binary(max_size=200))
def test_any_bytes_get_a_sentence(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CheckpointError):
        storage.read(tmp_path / "file")


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
        storage.read(path)
    assert not marker.exists()
    assert protocol < 2 or "is a pickle" in str(error.value)
    pickle.loads(path.read_bytes()).close()
    assert marker.exists()  # the trap works


@pytest.mark.parametrize("zipped", [True, False])
def test_torch_save_is_refused_unopened(tmp_path, zipped):
    marker, path = tmp_path / "marker", tmp_path / "file"
    torch.save({"model": Trap(marker)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match="is a pickle .*so it was not opened"):
        storage.read(path)
    assert not marker.exists()


def test_pickles_behind_a_header_stay_closed(tmp_path):
    """Disguised ones: in place of the tensors, of the information, or behind a length that is one of safetensors."""
    marker, path = tmp_path / "marker", tmp_path / "file"
    trap = pickle.dumps(Trap(marker), 4)
    text = trap.decode("latin-1")
    header = json.dumps({"a": {"dtype": "U8", "shape": [len(trap)], "data_offsets": [0, len(trap)]}}).encode()
    storage.write(tmp_path / "whole", {"a": torch.frombuffer(bytearray(trap), dtype=torch.uint8)}, {"info": text})
    whole = (tmp_path / "whole").read_bytes()
    disguises = [
        struct.pack("<Q", len(header)) + header + trap,
        struct.pack("<Q", len(trap)) + b"{" + trap,
        struct.pack("<Q", len(trap)) + trap,
        trap + whole,
        whole + trap,
        whole.replace(b'"info"', b'"fnio"'),
        trap[:8] + b"{" + trap[8:],
        b"PK\3\4" + b"\0" * 4 + b"{" + trap,
    ]
    for content in disguises:
        path.write_bytes(content)
        with pytest.raises(CheckpointError):
            storage.read(path)
        with pytest.raises(CheckpointError):
            load_model(path)
    storage.read(tmp_path / "whole")  # bytes of a pickle are as good as any others
    assert not marker.exists()


@pytest.mark.parametrize(
    "metadata",
    [None, {"author": "someone"}, {"info": "[1]"}, {"info": '{"format": true}'}, {"info": '{"format": "2"}'}],
)
def test_foreign_safetensors_are_refused(tmp_path, metadata):
    safetensors.torch.save_file({"weight": torch.ones(2)}, tmp_path / "file", metadata=metadata)
    with pytest.raises(CheckpointError, match="holds tensors, but not a checkpoint of this series"):
        storage.read(tmp_path / "file")


@pytest.mark.parametrize("number", [0, -1, storage.FORMAT + 1, 10**30])
def test_another_format_is_said(tmp_path, number):
    safetensors.torch.save_file({}, tmp_path / "file", metadata={"info": json.dumps({"format": number})})
    with pytest.raises(CheckpointError, match=r"was written by a later version \(format .*Update this project"):
        storage.read(tmp_path / "file")


@few
@given(
    st.recursive(
        st.just(math.nan), lambda inner: st.lists(inner, min_size=1, max_size=2) | st.fixed_dictionaries({"a": inner})
    )
)
def test_nan_is_refused_before_it_is_written(tmp_path, value):
    """It would be refused when read: what cannot come back is not put down in the first place."""
    with pytest.raises(CheckpointError, match="was not written: nan stands where a number should be"):
        storage.write(tmp_path / "file", {}, {"value": value})
    assert not list(tmp_path.iterdir())
    info = json.dumps({"format": 1, "value": value})
    safetensors.torch.save_file({}, tmp_path / "foreign", metadata={"info": info})
    with pytest.raises(CheckpointError, match="damaged or not a checkpoint"):
        storage.read(tmp_path / "foreign")
    (tmp_path / "foreign").unlink()


def test_info_that_is_not_json_is_refused(tmp_path):
    safetensors.torch.save_file({"weight": torch.ones(2)}, tmp_path / "file", metadata={"info": "{half"})
    with pytest.raises(CheckpointError, match="damaged or not a checkpoint"):
        storage.read(tmp_path / "file")


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
        save_model(path, old)

    def half(handle):
        os.truncate(handle, os.fstat(handle).st_size // 2)
        die()

    def act():
        replace = os.replace
        if moment == "before":
            storage.save = die
        elif moment == "half":
            storage.os.fsync = half
        elif moment == "written":
            os.replace = die
        else:
            os.replace = lambda *names: (replace(*names), die())
        save_model(path, new)

    killed_in_child(act)
    if moment == "renamed":
        assert load_model(path)[0].config == new.config
    elif had_one:
        loaded = load_model(path)[0]
        assert loaded.config == old.config and torch.equal(loaded.lm_head.weight, old.lm_head.weight)
    else:
        assert not path.exists()
    save_model(path, new)  # what a kill left lying about is in nobody's way, and is tidied up
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert load_model(path)[0].config == new.config
