"""Where files are kept: `data/` in the checkout, or the user's cache folder; and one process at a time in a folder."""

import contextlib
import os
import tempfile
import time
import warnings
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None

DATA = Path(__file__).resolve().parent.parent / "data"


def cache_dir():
    """The folder for downloads and models: `data/` if it can be written to, else one in the user's cache.

    Where neither can be written to, it is a temporary one, and a warning says so: no notebook ends for lack of a place.
    """
    if os.access(DATA, os.W_OK):
        return DATA
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(home) / "from-tensors-to-gpt"
    if _can_be_written(cache):
        return cache
    user = os.getuid() if hasattr(os, "getuid") else ""  # the temporary folder is everybody's
    cache = Path(tempfile.gettempdir()) / f"from-tensors-to-gpt-{user}"
    warnings.warn(
        f"Neither {DATA} nor {home} can be written to. What is saved goes to {cache}, which the system "
        "empties some day. To keep it, set the variable XDG_CACHE_HOME to a folder of yours.",
        stacklevel=2,
    )
    return cache


def _can_be_written(folder):
    """Whether the folder, or the nearest one above it that exists, can be written to."""
    there = next((place for place in (folder, *folder.parents) if os.path.exists(place)), folder)
    return folder.is_absolute() and os.access(there, os.W_OK)


def checkpoint_path(name):
    """Where the notebooks keep the checkpoint `name`; the variable GPT_CHECKPOINTS names another folder, for tests."""
    from helpers import checks  # it imports torch, and tools/setup.py needs this file before that is installed

    checks.text("name", name, 1)
    folder = os.environ.get("GPT_CHECKPOINTS")
    return (Path(folder) if folder else cache_dir() / "checkpoints") / f"{name}.safetensors"


@contextlib.contextmanager
def one_at_a_time(folder, seconds=5):
    """One process at a time looks and renames in `folder`; one that is stopped meanwhile is not waited for forever."""
    if fcntl is None:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(round(seconds / 0.01)):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:  # a file system without locks
                break
        yield
    finally:
        os.close(handle)
