"""One quick notebook with one thread and with four; tests/long has the others."""

import pytest

from tests.shortened import run


@pytest.mark.parametrize("n_threads", [1, 4])
def test_a_notebook_runs_with_any_number_of_threads(n_threads, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", str(n_threads))
    run("02_broadcasting", tmp_path, last=f"import os\nassert os.environ['OMP_NUM_THREADS'] == '{n_threads}'")
