"""A real JupyterLab on 127.0.0.1 and a real Chromium, for tests by keyboard and mouse."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools.lab import CONTENTS

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "test"
PATIENCE = 120_000  # milliseconds; two busy cores can be slow, and a wait ends as soon as it is answered


def find_chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items):
    """Without Chromium the browser tests are skipped, unless REQUIRE_BROWSER says that they must run."""
    if find_chromium() or os.environ.get("REQUIRE_BROWSER") == "1":
        return
    reason = "Chromium is not installed. On Debian or Ubuntu: apt-get install chromium. Then run make test again."
    for item in items:
        if Path(item.fspath).is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab's address, serving a copy of the notebooks, with settings and checkpoints of its own."""
    folder = tmp_path_factory.mktemp("lab")
    trained = Path(os.environ["GPT_CHECKPOINTS"], "gpt.safetensors")  # there after notebook 11, as in make test
    if trained.exists():  # notebook 13 then takes this, and need not train one
        (folder / "checkpoints").mkdir()
        shutil.copy(trained, folder / "checkpoints" / "gpt.safetensors")
    with serve(folder) as address:
        yield address


@contextlib.contextmanager
def serve(folder):
    """Serve a copy of the notebooks, made in `folder`, with JupyterLab, as `make lab` does; gives its address."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    # Saved with outputs, a notebook would show the next test pictures where widgets should be.
    kept = folder / "settings" / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"autosave": false}')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}
    environment = os.environ | {name: str(folder / value) for name, value in own.items()}
    environment |= {"GPT_CHECKPOINTS": str(folder / "checkpoints"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.contents_manager_class={CONTENTS}"]
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status?token={TOKEN}", server, folder / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url, server, log, seconds=90):
    end = time.time() + seconds
    while time.time() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if "kernels" in json.load(response):
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser():
    with started_chromium() as chromium:
        yield chromium


@contextlib.contextmanager
def started_chromium():
    """A headless Chromium, driven by playwright."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    assert path, "REQUIRE_BROWSER is 1, but there is no Chromium: apt-get install chromium"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


class Notebook:
    """One notebook, open in JupyterLab."""

    def __init__(self, page, address, name, idle=True):
        self.page, self.errors = page, []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.note(message))
        page.goto(f"{address}/lab/tree/notebooks/{name}.ipynb?token={TOKEN}&reset")
        self.wait_for_kernel(idle)

    def wait_for_kernel(self, idle=True):
        """Until the page is there with a kernel; with idle=False the kernel may be at work."""
        self.page.wait_for_function(
            "window.jupyterapp && window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
        )
        if idle:
            self.page.wait_for_function(
                "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
            )

    def note(self, message):
        # A failed lookup of a favicon or the like says nothing about the notebook.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def command(self, name):
        self.page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)

    def run_all(self):
        self.command("notebook:run-all-cells")

    def wait_until_done(self, last):
        """Until the code cell with the execution count `last` has run, or a cell has failed."""
        self.page.wait_for_function(
            """last => window.jupyterapp.shell.currentWidget.content.widgets.some(cell =>
                cell.model.type === 'code' &&
                (cell.model.executionCount === last && cell.model.executionState !== 'running'
                || (cell.model.outputs.toJSON() || []).some(output => output.output_type === 'error')))""",
            arg=last,
            timeout=5 * PATIENCE,
        )
        assert self.failures() == []

    def failures(self):
        """The errors that stand in the notebook's outputs, each with the cell that it came from."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code')
                .flatMap(c => c.model.outputs.toJSON().filter(o => o.output_type === 'error')
                    .map(o => `${o.ename}: ${o.evalue} in ${c.model.sharedModel.source}`))"""
        )

    def code_cells(self):
        return self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code').length"
        )

    def ask(self, expression):
        """The value of a Python expression in the notebook's kernel, through JSON."""
        text = self.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let out = '';
                future.onIOPub = message => {
                    if (message.header.msg_type === 'stream') out += message.content.text;
                    if (message.header.msg_type === 'error') out += message.content.evalue;
                };
                await future.done;
                return out;
            }""",
            f"import json; print(json.dumps({expression}))",
        )
        return json.loads(text)

    def go_to(self, text):
        """Scroll to the code cell that contains `text`, so that its outputs are drawn, and make it the active one."""
        self.page.evaluate(
            """async text => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const i = notebook.widgets.findIndex(cell =>
                    cell.model.type === 'code' && cell.model.sharedModel.source.includes(text));
                notebook.activeCellIndex = i;
                await notebook.scrollToItem(i);
            }""",
            text,
        )


@pytest.fixture
def open_notebook(lab, browser):
    """A function that opens a notebook by name; after the test its kernel is shut down.

    With idle=False it does not wait for the kernel, which may be at work since an earlier page.
    """
    pages = []

    def open_it(name, **options):
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        pages.append(page)
        return Notebook(page, lab, name, **options)

    yield open_it
    for page in pages:
        if page.is_closed():
            continue
        page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
        page.close()


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory):
    """A folder for screenshots; TEST_ARTEFACTS names one that is kept."""
    folder = Path(os.environ.get("TEST_ARTEFACTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
