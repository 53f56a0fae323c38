"""Where files are kept: `data/` in the checkout, or the user's cache folder where the checkout is read-only."""

import os
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def cache_dir():
    """The folder for downloads: `data/` if it can be written to, else one in the user's cache."""
    if os.access(DATA, os.W_OK):
        return DATA
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "from-tensors-to-gpt"


def checkpoint_path(name):
    """Where the notebooks keep the checkpoint `name`; the variable GPT_CHECKPOINTS names another folder, for tests."""
    folder = os.environ.get("GPT_CHECKPOINTS")
    return (Path(folder) if folder else cache_dir() / "checkpoints") / f"{name}.safetensors"
