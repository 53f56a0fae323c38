"""Tensors and what belongs to them in one file, whole or not at all, under one checksum; no pickle.

A file is written beside its place and renamed into it: a kill at any moment leaves the old one or the new one. It is
read once, into memory: what is checked is what is used, and nothing stays mapped that another program might change.
"""

import contextlib
import hashlib
import itertools
import json
import os
import re
import secrets
import stat
import warnings
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

FORMAT = 2  # raised when the meaning of what is stored changes; 1, of the first edition, had no checksum
REMEDY = "Delete it and train again, or use another file."


class CheckpointError(ValueError):
    """A checkpoint that cannot be read, written or used here; the message says why and what to do."""


def destination(path):
    """The regular file that `path` leads to, links resolved, whether it exists or not.

    A CheckpointError says why nothing could be kept there; so this is asked before training starts.
    """
    if not os.fspath(path):
        raise CheckpointError("The name of the checkpoint is empty. Give the path of a file.")
    try:
        target = Path(os.path.realpath(path))
        mode = os.stat(target).st_mode if os.path.lexists(target) else None
        name = str(_beside(target, 0)).encode()
    except (OSError, ValueError) as error:  # a NUL byte, a loop of links, a name that is too long
        raise CheckpointError(f"{str(path)!r} cannot name a checkpoint: {error}. Give the path of a file.") from error
    if mode is not None and not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise CheckpointError(f"{path} is {kind}, not a file. Give the path of a file for the checkpoint.")
    there = next(folder for folder in target.parents if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise CheckpointError(f"Nothing can be written in {there}. Choose another place for the checkpoint.")
    if len(os.path.basename(name)) > 255:
        raise CheckpointError(f"The name of {path} is too long for a file. Choose a shorter one.")
    return target


def write(path, tensors, info):
    """Store `tensors` (name -> Tensor) and `info` (anything JSON can hold) in one file, atomically.

    An OSError (no space, no permission) leaves what stood at `path` before untouched.
    """
    path = destination(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    # Clones, because safetensors refuses tensors that share memory, as tied weights do.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    info = {"format": FORMAT} | info
    try:
        content = save(tensors, metadata={"info": json.dumps(info), "sha256": digest(tensors, info)})
    except SafetensorError as error:
        raise OSError(f"{path} could not be written: {error}") from error
    part = _beside(path, os.getpid())
    try:
        with open(part, "xb") as file:  # with the permissions that a file of this user has
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # on disk before the rename makes it the one that counts
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _beside(path, pid):
    """A name for a file in the making, which no other program and no other run uses."""
    return path.with_name(f".{path.name}.{pid}-{secrets.token_hex(4)}.part")


def _remove_leftovers(path):
    """Files in the making whose program has been killed."""
    for part in path.parent.glob(f".{_escaped(path.name)}.*.part"):
        pid = re.search(r"\.(\d+)-[0-9a-f]{8}\.part$", part.name)
        if pid and not _alive(int(pid[1])):
            with contextlib.suppress(OSError):
                part.unlink()


def _escaped(name):
    """A file name as a pattern that matches only itself."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _alive(pid):
    try:
        os.kill(pid, 0) if os.name == "posix" else None
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def digest(tensors, info):
    """SHA-256 of the names, kinds, shapes and bytes of all tensors, and of the information."""
    sha256 = hashlib.sha256(json.dumps(info, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        sha256.update(f"\0{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        sha256.update(memoryview(tensor.reshape(-1).view(torch.uint8).numpy()))
    return sha256.hexdigest()


def read(path):
    """The `(tensors, info)` that `write` stored, on the CPU. A CheckpointError says what is wrong with the file."""
    content = _content(path)
    # safetensors begins with a length in eight bytes, which may be any, and then a brace.
    if content[8:9] != b"{" and (content[:2] == b"PK" or content[:1] == b"\x80"):
        raise CheckpointError(
            f"{path} is a pickle (torch.save makes these). Opening one can run any code that its author put in, "
            "so it was not opened. Save with helpers.training.save_model, or as safetensors."
        )
    try:
        tensors = load(content)
        metadata = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")]).get("__metadata__") or {}
        info = json.loads(metadata.get("info", "null"), parse_constant=_refuse_constant)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise CheckpointError(f"{path} is damaged or not a checkpoint ({error}). {REMEDY}") from error
    if not isinstance(info, dict) or type(info.get("format")) is not int:
        raise CheckpointError(f"{path} holds tensors, but not a checkpoint of this series. Use another file.")
    if not 1 <= info["format"] <= FORMAT:
        raise CheckpointError(
            f"{path} was written by a later version (format {info['format']}; this one reads up to {FORMAT}). "
            "Update this project, or train again."
        )
    if (info["format"] > 1 or "sha256" in metadata) and metadata.get("sha256") != digest(tensors, info):
        raise CheckpointError(f"{path} is damaged: what it holds does not match its checksum. {REMEDY}")
    return tensors, info


def _content(path):
    """The bytes of a regular file, read in one go."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CheckpointError(f"{path} is not a file that could hold a checkpoint. Give the path of a file.")
        return Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CheckpointError(
            f"There is no checkpoint at {path}. Train and save a model first (notebook 11)."
        ) from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}. Give the path of a file.") from error


def _refuse_constant(name):
    raise ValueError(f"{name} stands where a number should be")


def seen(path):
    """What tells one writing of a file from the next, or None where there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class Place:
    """Where a run is kept: a path that can be used, and what this run has last written there (`step`; None: nothing).

    When another run has written to the same path meanwhile, this one goes on under another name and says so.
    """

    def __init__(self, path):
        self.path, self.step = destination(path), None
        self._seen = seen(self.path)

    def write(self, tensors, info):
        """Store what `storage.write` stores."""
        if seen(self.path) not in (None, self._seen):
            ours = free_name(self.path)
            warnings.warn(
                f"Another run has written to {self.path} since this one began. It is left alone; this run is saved as "
                f"{ours.name} from now on.",
                stacklevel=2,
            )
            self.path = ours
        write(self.path, tensors, info)
        self._seen, self.step = seen(self.path), info.get("step")


def free_name(path):
    """A name like that of `path` under which there is nothing yet: name-2, name-3, ..."""
    path = Path(path)
    names = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in itertools.count(2))
    return next(name for name in names if not os.path.lexists(name))
