"""Tensors and what belongs to them in one file, whole or not at all, under one checksum; no pickle.

A file is written beside its place and renamed into it: a kill at any moment leaves the old one or the new one. It is
read once, into memory: what is checked is what is used, and nothing stays mapped that another program might change.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

FORMAT = 2  # raised when the meaning of what is stored changes; 1, of the first edition, had no checksum
LONGEST = 255 - len("..1234567890-12345678.part")  # bytes in the name of a file, so that one in the making has room
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
        too_long = any(len(os.fsencode(part)) > 255 for part in target.parts)
        mode = _mode(target)
    except (OSError, ValueError) as error:  # a NUL byte, a loop of links, a path that is too long
        raise CheckpointError(f"{str(path)!r} cannot name a checkpoint: {error}. Give the path of a file.") from error
    if mode is not None and not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise CheckpointError(f"{path} is {kind}, not a file. Give the path of a file for the checkpoint.")
    if too_long or len(os.fsencode(target.name)) > LONGEST:
        raise CheckpointError(f"The name of {str(path)!r} is too long for a file. Choose a shorter one.")
    there = next(folder for folder in target.parents if os.path.exists(folder))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise CheckpointError(f"Nothing can be written in {there}. Choose another place for the checkpoint.")
    return target


def _mode(target):
    """What kind of file stands at a path, as os.stat tells it; None where nothing does."""
    try:
        return os.stat(target).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def write(path, tensors, info):
    """Store `tensors` (name -> Tensor) and `info` (anything JSON can hold) in one file, atomically.

    An OSError (no space, no permission) leaves what stood at `path` before untouched; a CheckpointError says why
    nothing could be kept there, or that `info` holds nan, which would not be read again.
    """
    path = destination(path)
    with made(path, tensors, info) as part:
        os.replace(part, path)


@contextlib.contextmanager
def made(path, tensors, info):
    """A file beside `path` that holds everything, to be renamed inside; what has not been is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    # Clones, because safetensors refuses tensors that share memory, as tied weights do.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    text = json.dumps({"format": FORMAT} | info)
    try:
        json.loads(text, parse_constant=_constant)
    except ValueError as error:
        raise CheckpointError(f"{path} was not written: {error}. Leave out what is no number.") from error
    try:
        content = save(tensors, metadata={"info": text, "sha256": digest(tensors, text)})
    except SafetensorError as error:
        raise OSError(f"{path} could not be written: {error}") from error
    part = _beside(path, os.getpid())
    try:
        with open(part, "xb") as file:  # with the permissions that a file of this user has
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # on disk before the rename makes it the one that counts
        yield part
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
    """Whether a process may still be running: yes, where that cannot be told."""
    try:
        os.kill(pid, 0) if os.name == "posix" else None
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's; no number of a process at all
        return True
    return True


def digest(tensors, text):
    """SHA-256, in hexadecimal, of the information as it is written down, and of all tensors: names, kinds, bytes."""
    sha256 = hashlib.sha256(text.encode())
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
        text = metadata.get("info", "null")
        info = json.loads(text, parse_constant=_constant)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise CheckpointError(f"{path} is damaged or not a checkpoint ({error}). {REMEDY}") from error
    if not isinstance(info, dict) or type(info.get("format")) is not int:
        raise CheckpointError(f"{path} holds tensors, but not a checkpoint of this series. Use another file.")
    if not 1 <= info["format"] <= FORMAT:
        raise CheckpointError(
            f"{path} was written by a later version (format {info['format']}; this one reads up to {FORMAT}). "
            "Update this project, or train again."
        )
    if (info["format"] > 1 or "sha256" in metadata) and metadata.get("sha256") != digest(tensors, text):
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
    except (OSError, ValueError, MemoryError) as error:
        raise CheckpointError(f"{path} cannot be read: {error or 'it is too big'}. Give the path of a file.") from error


def _constant(name):
    """What JSON has no number for: infinity may be meant (no clipping of gradients, say), nan never is."""
    if name == "NaN":
        raise ValueError("nan stands where a number should be")
    return float(name)
