"""Pictures have names where a screen reader meets them: in the accessibility tree of Chromium."""

import subprocess
import sys

import nbformat
import pytest
from moving import run_to_end, small_notebook
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers import show
from tools.execute import clean

WORDS = "A line that rises from 0 to n & stays below <n + 1>."
SOURCE = f"""
from helpers import show

def rising(n):
    figure, ax = show.new_figure("Rising", 4, 2, alt={WORDS!r})
    ax.plot([0, n])
    return figure, f"It ends at {{n}}."
"""
CELLS = [SOURCE, "rising(1)[0]", 'show.Explorer(rising, n=show.slider("n", 2, 0, 10))']


@pytest.fixture(scope="module")
def stored():
    """A small notebook with its outputs as the repository stores them, which JupyterLab does not trust."""
    names = {}
    exec(SOURCE, names)
    shown = [names["rising"](1)[0], show.Explorer(names["rising"], n=show.slider("n", 2, 0, 10))]
    cells = [new_code_cell(source.strip(), execution_count=count) for count, source in enumerate(CELLS, 1)]
    for cell, thing in zip(cells[1:], shown, strict=True):
        data = thing._repr_mimebundle_()
        cell.outputs = [new_output("execute_result", data, execution_count=cell.execution_count)]
    notebook = new_notebook(cells=cells)
    clean(notebook)
    return notebook


def names_of_pictures(page):
    """The names that the accessibility tree gives to the pictures on the page, in their order."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    pictures = [node for node in tree if node.get("role", {}).get("value") in ("image", "img") and not node["ignored"]]
    return [node.get("name", {}).get("value") for node in pictures]


def test_stored_pictures_have_names_in_jupyterlab(lab, open_notebook, stored):
    small_notebook(lab, "alt", stored)
    notebook = open_notebook("alt")
    notebook.page.locator(".jp-OutputArea img").nth(1).wait_for()
    assert notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.trusted)"
    ) == [False, False, False]
    assert [name for name in names_of_pictures(notebook.page) if name] == [WORDS, f"{WORDS} It ends at 2."]
    assert notebook.page.locator(".jp-OutputArea img").count() == 2

    run_to_end(notebook)  # now trusted; the Explorer is live, and says in words what its picture shows
    assert WORDS in names_of_pictures(notebook.page)
    assert notebook.page.locator(".widget-html-content", has_text="It ends at 2.").is_visible()
    assert notebook.errors == []


def test_stored_pictures_have_names_on_an_exported_page(browser, stored, tmp_path):
    nbformat.write(stored, tmp_path / "alt.ipynb")
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "alt.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    page = browser.new_page()
    page.goto((tmp_path / "alt.html").as_uri(), wait_until="domcontentloaded")
    assert names_of_pictures(page) == [WORDS, f"{WORDS} It ends at 2."]
    assert page.locator("img").evaluate_all("images => images.every(image => image.naturalWidth > 50)")
    page.close()
