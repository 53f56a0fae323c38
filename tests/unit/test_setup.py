"""The files that name versions agree; tools/setup.py fails in one line; tools/execute.py strips what varies.

tools/lab.py starts JupyterLab and ends it; tools/contents.py shows what a kernel left behind.
"""

import ast
import asyncio
import importlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def tool(name):
    """A program of tools/ as a module: the folder is no package."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


execute, oldest = tool("execute"), tool("oldest")


# --- The files that name versions -------------------------------------------------------------------------------------


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements():
    listed = project()["dependencies"] + project()["optional-dependencies"]["test"]
    return [Requirement(line) for line in listed]


def test_the_oldest_versions_are_the_lower_ends_of_the_ranges():
    named = {canonicalize_name(pin.name): pin.specifier for pin in map(Requirement, oldest.constraints(project()))}
    for requirement in requirements():
        (pin,) = named.pop(canonicalize_name(requirement.name))
        lower = [bound.version for bound in requirement.specifier if bound.operator == ">="]
        assert pin.operator == "==" and [pin.version] == lower and requirement.specifier.contains(pin.version)
    assert not named


def test_a_range_without_a_lower_end_is_named():
    spoilt = {"dependencies": ["torch>=2", "numpy"], "optional-dependencies": {"test": []}}
    with pytest.raises(SystemExit, match="'numpy' has no lower end"):
        list(oldest.constraints(spoilt))


def pins():
    """From constraints.txt: the version of every package whose marker fits this machine."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            assert re.fullmatch(r"==[0-9.]+", str(pin.specifier)), f"no exact version: {line}"
            if pin.marker is None or pin.marker.evaluate():
                name = canonicalize_name(pin.name)
                assert name not in found, f"listed twice: {line}"
                found[name] = str(pin.specifier)[2:]
    return found


@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_a_range_with_a_tested_version_inside_and_imports(requirement):
    operators = {specifier.operator for specifier in requirement.specifier}
    assert operators and "==" not in operators, "pyproject.toml gives ranges"
    pin = pins()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pin), f"constraints.txt has {pin}, outside of {requirement}"
    assert requirement.specifier.contains(importlib.metadata.version(requirement.name))
    importlib.import_module(requirement.name)


def test_the_constraints_reach_everything_that_gets_installed():
    """Also what the dependencies draw in, so that two installs a year apart are the same."""
    pinned, reached = pins(), set()
    queue = [(requirement, "") for requirement in requirements()]
    while queue:
        requirement, parent = queue.pop()
        name = canonicalize_name(requirement.name)
        exact = any(specifier.operator == "==" for specifier in requirement.specifier)
        # A CUDA build of torch names the libraries that belong to it; the constraints leave that to torch.
        if (name, *sorted(requirement.extras)) in reached or re.match(r"(nvidia|cuda)-|triton$", name):
            continue
        reached.add((name, *sorted(requirement.extras)))
        assert name in pinned or exact, f"{name}, which {parent or 'pyproject.toml'} needs, is not in constraints.txt"
        for line in importlib.metadata.requires(name) or []:
            needed = Requirement(line)
            extras = ["", *requirement.extras]
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                queue.append((needed, name))
    assert len(reached) > 50


def test_conda_installs_from_the_same_constraints():
    import yaml  # comes with JupyterLab

    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, with_pip = conda["dependencies"]
    assert project()["requires-python"] == ">=3.11" and python == "python=3.12" and pip == "pip"
    assert with_pip == {"pip": ["-c constraints.txt", "-e .[test]"]}, (
        "all versions come from the two files, none from here"
    )


# --- tools/setup.py ---------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """A copy of what set-up reads, with a corpus already there."""
    for folder in ("tools", "helpers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "constraints.txt", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "shakespeare.txt").write_text("To be")
    return tmp_path


# No test reaches a package index, also when what it guards is broken.
OFFLINE = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}


def set_up(checkout, condition="", mode="lab"):
    """Runs set-up where `condition`, a line of Python, has changed the machine."""
    start = "runpy.run_path('tools/setup.py', run_name='__main__')"
    runner = f"import sys, runpy; sys.argv = ['setup.py', {mode!r}]\n{condition}\n{start}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    clean |= {"PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": str(checkout / "cache")} | OFFLINE
    command = [sys.executable, "-c", runner]
    return subprocess.run(command, cwd=checkout, env=clean, capture_output=True, text=True, timeout=120)


def files(checkout):
    return sorted(str(path.relative_to(checkout)) for path in checkout.rglob("*"))


def assert_one_line(result, *words):
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("sys.version_info = (3, 8, 10, 'final', 0)", ["Python 3.8 is too old", "3.11", "make lab PYTHON="]),
        (
            "import importlib.util as u; u.find_spec = lambda name: None if name == 'ensurepip' else True",
            ["ensurepip", "apt install python3-venv"],
        ),
        (
            "import shutil, types; shutil.disk_usage = lambda path: types.SimpleNamespace(free=0)",
            ["0.0 GB are free", "3 GB", "7 GB", "PIP_ARGS"],
        ),
        (
            "import subprocess; subprocess.run = lambda *a, **k: subprocess.CompletedProcess(a, 1, 'Error: no')",
            ["Error: no"],
        ),
    ],
    ids=["old Python", "no ensurepip", "no disk", "venv fails"],
)
def test_a_machine_that_lacks_something_is_told_in_one_line_and_left_alone(checkout, condition, words):
    before = files(checkout)
    assert_one_line(set_up(checkout, condition), *words)
    assert files(checkout) == before


def test_without_network_what_the_run_made_is_removed_again(checkout):
    before = files(checkout)
    assert_one_line(set_up(checkout), "could not be downloaded", "Check the network")
    assert files(checkout) == before


def fake_environment(checkout, script):
    """A .venv whose Python is a shell script, so that nothing needs to be installed."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


VERSION = f"echo {sys.version_info[0]} {sys.version_info[1]}"
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script, and this is Windows")


@posix
@pytest.mark.parametrize(
    ("pip_says", "words"),
    [
        ("WARNING: Retrying after connection broken by NewConnectionError", "could not be downloaded"),
        ("ERROR: Could not install packages due to an OSError: No space left on device", "disk became full"),
        ("ERROR: No matching distribution found for torch", "no build for Python"),
        ("ERROR: No matching distribution found for tqdm", "No matching distribution found for tqdm"),
        ("error: subprocess-exited-with-error", "note"),
    ],
)
def test_when_pip_fails_an_environment_that_was_there_stays(checkout, pip_says, words):
    fails = f'echo Collecting; echo "{pip_says}"; echo note; exit 1'
    fake_environment(checkout, f'case "$*" in *pip\\ install*) {fails};; *) {VERSION};; esac')
    before = files(checkout)
    assert_one_line(set_up(checkout), words)
    assert files(checkout) == before


@posix
def test_an_environment_of_another_python_is_refused(checkout):
    fake_environment(checkout, "echo 3 7")
    assert_one_line(set_up(checkout), "another Python", "make clean")


@posix
def test_a_second_run_installs_nothing_and_is_quick(checkout):
    log = checkout / "log"
    fake_environment(checkout, f'echo "$*" >> {log}; {VERSION}')

    def installs(mode):
        log.write_text("")
        start = time.perf_counter()
        result = set_up(checkout, mode=mode)
        assert result.returncode == 0, result.stderr
        return [line for line in log.read_text().splitlines() if "install" in line], time.perf_counter() - start

    calls, _ = installs("lab")
    assert len(calls) == 1 and "-c constraints.txt -e ." in calls[0] and "[test]" not in calls[0]
    settings = json.loads((checkout / ".venv/share/jupyter/lab/settings/overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"

    calls, seconds = installs("lab")
    assert not calls and not log.read_text() and seconds < 1
    assert "-e .[test]" in installs("test")[0][0]
    assert not installs("test")[0] and not installs("lab")[0], "an environment for the tests serves for the lab too"
    with open(checkout / "constraints.txt", "a") as file:
        file.write("# changed\n")
    assert "-e .[test]" in installs("lab")[0][0], "new pins are installed, and the test packages keep up with them"


@posix
def test_set_up_needs_no_package_itself(checkout):
    """It runs in the system's Python, which has no torch."""
    fake_environment(checkout, VERSION)
    result = set_up(checkout, "sys.modules |= dict.fromkeys(['torch', 'numpy', 'packaging'])")
    assert result.returncode == 0, result.stderr


@posix
def test_the_corpus_is_obtained_where_it_is_missing_and_a_failure_is_one_line(checkout):
    (checkout / "data" / "shakespeare.txt").unlink()
    fake_environment(checkout, f'case "$*" in *corpus*) echo "Error: no way" >&2; exit 1;; *) {VERSION};; esac')
    assert_one_line(set_up(checkout), "the corpus is not there", "no way")


def test_setup_can_be_read_by_an_old_python():
    ast.parse((ROOT / "tools" / "setup.py").read_text(encoding="utf-8"), feature_version=(3, 6))


# --- tools/execute.py -------------------------------------------------------------------------------------------------


def stream(text, name="stderr"):
    return new_output("stream", name=name, text=text)


def display(**data):
    return new_output("display_data", data={key.replace("__", "/"): value for key, value in data.items()})


def test_progress_is_stored_as_it_ended():
    outputs = [stream("\r  0%|  |"), stream("\r 50%|# |"), stream("\r100%|##|\nready\n")]
    assert execute.clean_outputs(outputs) == [stream("100%|##|\nready\n")]
    assert execute.final_state("a longer line\rshort") == "shortger line", "as on a terminal"
    assert execute.final_state("windows\r\nends") == "windows\nends"
    assert execute.clean_outputs([stream("\r50%\r    \r")]) == [], "a bar that removed itself leaves nothing"


def test_streams_are_joined_by_name_only():
    outputs = [stream("a", "stdout"), stream("b", "stdout"), stream("c"), stream("d", "stdout")]
    assert [output.text for output in execute.clean_outputs(outputs)] == ["ab", "c", "d"]


def test_of_a_widget_only_its_picture_is_stored():
    bare = new_output("display_data", data={WIDGET_VIEW: {"model_id": "1"}, "text/plain": "FloatSlider()"})
    pictured = new_output("display_data", data={WIDGET_VIEW: {}, "text/plain": "Studio()", "image/png": "iVBO"})
    plain = display(text__plain="42")
    kept = execute.clean_outputs([stream("a"), bare, stream("b"), pictured, plain])
    assert [sorted(output.get("data", [])) for output in kept] == [[], ["image/png", "text/plain"], ["text/plain"]]
    assert kept[0].text == "ab"


def test_metadata_that_varies_is_stripped():
    cell = new_code_cell("1", metadata={"execution": {"iopub.status.busy": "2026"}, "tags": ["keep"]})
    notebook = new_notebook(
        cells=[cell],
        metadata={"widgets": {"state": {}}, "language_info": {"name": "python", "version": "3.11.7"}, "title": "T"},
    )
    execute.clean(notebook)
    assert notebook.cells[0].metadata == {"tags": ["keep"]}
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": "T",
    }


def test_cell_ids_stay_and_missing_or_doubled_ones_are_numbered():
    cells = [{"id": "cell-2"}, {}, {"id": "mine"}, {"id": "mine"}]
    ids = [cell["id"] for cell in execute.add_cell_ids({"cells": cells, "nbformat": 4, "nbformat_minor": 4})["cells"]]
    assert ids == ["cell-2", "cell-2x", "mine", "cell-4"]


@pytest.mark.parametrize(
    "output",
    [
        stream(f"saved to {ROOT}/data"),
        stream(str(Path.home() / "model.safetensors")),
        stream("/tmp/ipykernel_123/456.py:1: UserWarning: x"),
        display(text__html=f"<a href='file://{ROOT}'>"),
        new_output("error", ename="E", evalue="", traceback=[f"File {ROOT}/helpers/model.py"]),
    ],
    ids=["repository", "home", "kernel's file", "html", "traceback"],
)
def test_outputs_that_name_local_folders_are_refused(output):
    notebook = new_notebook(cells=[new_code_cell("1"), new_code_cell("2", outputs=[output])])
    with pytest.raises(execute.NotebookError, match=r"05\.ipynb, cell 2"):
        execute.refuse_local_paths(notebook, "05.ipynb")


def test_other_paths_and_pictures_are_not_refused():
    outputs = [stream(f"data/shakespeare.txt, {ROOT}er, x{ROOT}"), display(image__png=f"{ROOT}")]
    outputs.append(display(text__html=f'<img alt="a" src="data:image/png;base64,AA{ROOT}/BB">'))
    execute.refuse_local_paths(new_notebook(cells=[new_code_cell("1", outputs=outputs)]), "05.ipynb")


def test_a_notebook_is_stored_only_when_all_of_it_ran(tmp_path, monkeypatch):
    """With a stand-in for the kernel; the real one is at work in every stored notebook."""
    path = tmp_path / "05.ipynb"
    cell = {"cell_type": "code", "source": "1\n2", "metadata": {}, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    before = path.read_bytes()

    def fail(notebook, path):
        notebook.cells[0].outputs = [stream("half")]
        raise execute.NotebookError("cell 1 failed")

    monkeypatch.setattr(execute, "execute", fail)
    with pytest.raises(execute.NotebookError):
        execute.refresh(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["05.ipynb"]

    monkeypatch.setattr(execute, "execute", lambda notebook, path: None)
    first = execute.refresh(path)
    assert path.read_bytes() == first and first.endswith(b"}\n") and b'\n "cells"' in first
    assert execute.refresh(path) == first, "stored again, it is the same to the byte"
    assert nbformat.read(path, as_version=4).cells[0].source == "1\n2"


def test_an_unknown_number_is_named():
    with pytest.raises(execute.NotebookError, match="begins with 99"):
        execute.main(["99"])


# --- tools/lab.py -----------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("how", ["terminal", "nohup"])
def test_lab_serves_the_notebooks_and_ends_as_it_says(tmp_path, how):
    """What is started by nohup ignores Ctrl-C and the end of its terminal, and says what ends it."""
    handler = {"terminal": signal.SIG_DFL, "nohup": signal.SIG_IGN}[how]
    process = subprocess.Popen(
        [sys.executable, "tools/lab.py", "--no-browser", "--port=0"],
        cwd=ROOT,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: [signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGHUP)],
    )
    try:
        said = process.stdout.readline()
        address, token = process.stdout.readline().strip().split("?token=")
        notebook = f"{address.split('/lab/')[0]}/api/contents/notebooks/05_bigram.ipynb?token={token}"
        with urllib.request.urlopen(notebook, timeout=60) as answer:
            served = json.load(answer)["content"]
        assert served["metadata"]["language_info"]["version"] == sys.version.split()[0]  # by tools/contents.py
        if how == "nohup":
            assert f"kill {process.pid} ends it" in said
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.terminate()
        else:
            assert "Ctrl-C ends it" in said
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.terminate()
        process.wait(30)
    with pytest.raises(OSError):
        urllib.request.urlopen(notebook, timeout=5)


# --- tools/contents.py ------------------------------------------------------------------------------------------------


def served(folder, notebook, monkeypatch, living=()):
    """What JupyterLab gets to see of a notebook, while a kernel has the widgets `living`."""
    from tools.contents import Contents

    async def ask(self, path, ids):
        return set(living)

    monkeypatch.setattr(Contents, "living_widgets", ask)
    nbformat.write(notebook, folder / "a.ipynb")
    before = (folder / "a.ipynb").read_bytes()
    model = asyncio.run(Contents(root_dir=str(folder)).get("a.ipynb"))
    assert (folder / "a.ipynb").read_bytes() == before, "the file is left alone"
    return model["content"]


def test_a_widget_whose_kernel_has_ended_leaves_its_picture(tmp_path, monkeypatch):
    def widget(name, **pictures):
        data = {WIDGET_VIEW: {"model_id": name}, "text/plain": "Explorer()"} | pictures
        return new_output("execute_result", data, execution_count=1)

    picture = {"text/html": "<img>"}
    outputs = [widget("gone", **picture), widget("gone too"), widget("living", **picture), widget("saved", **picture)]
    outputs += [stream("printed", "stdout"), display(text__plain="42")]
    cells = [new_code_cell("1", outputs=[output], execution_count=1) for output in outputs]
    state = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": {"saved": {}}}}
    notebook = new_notebook(cells=cells, metadata={"widgets": state})
    shown = [cell.outputs for cell in served(tmp_path, notebook, monkeypatch, ["living"]).cells]
    kept = [[sorted(output.get("data", [])) for output in outputs] for outputs in shown]
    alive = [[WIDGET_VIEW, "text/html", "text/plain"]]
    assert kept == [[["text/html", "text/plain"]], [], alive, alive, [[]], [["text/plain"]]]


def test_a_notebook_is_served_as_jupyterlab_would_write_it(tmp_path, monkeypatch):
    from ipykernel.ipkernel import IPythonKernel

    stored = new_notebook(metadata={"language_info": {"name": "python"}})
    assert served(tmp_path, stored, monkeypatch).metadata["language_info"] == IPythonKernel.language_info
    other = {"name": "python", "version": "2.7"}
    stored = new_notebook(metadata={"language_info": other})
    assert served(tmp_path, stored, monkeypatch).metadata["language_info"] == other
