"""For all tests, the notebooks among them: claims are checked; the learner's own GPT and checkpoints are left alone."""

import os
import tempfile

import pytest
from nbval.plugin import IPyNbFile

from tests.claims import Notebook


def pytest_configure(config):
    config.checkpoints = tempfile.TemporaryDirectory(prefix="checkpoints-")
    os.environ["GPT_CHECKPOINTS"] = config.checkpoints.name  # kernels and JupyterLab inherit it
    os.environ["MY_GPT"] = os.path.join(config.checkpoints.name, "mine", "my_gpt.py")


def pytest_unconfigure(config):
    config.checkpoints.cleanup()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """In place of nbval's notebooks, notebooks with claims."""
    collected = yield
    return [Notebook.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c for c in collected]
