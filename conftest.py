"""For all tests, the notebooks among them: keep away from the checkpoints that the learner has trained."""

import os
import tempfile


def pytest_configure(config):
    config.checkpoints = tempfile.TemporaryDirectory(prefix="checkpoints-")
    os.environ["GPT_CHECKPOINTS"] = config.checkpoints.name  # kernels and JupyterLab inherit it


def pytest_unconfigure(config):
    config.checkpoints.cleanup()
