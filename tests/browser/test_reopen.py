"""A notebook on the second day: opened again after its kernel has ended, and opened without being changed."""

import json
from pathlib import Path

from moving import explorer, picture, press, run_cell, run_to_end, small_notebook, wait_for_caption

EXPLORER = """
from helpers import show

def draw(n):
    figure, ax = show.new_figure(f"n is {n}", 4, 2, alt="A rising line.")
    ax.plot([0, n])
    return figure, f"n = {n}"

show.Explorer(draw, n=show.slider("n", 3, 0, 10))
"""


def save(notebook):
    """Save the notebook, and give what is then in its file."""
    notebook.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    return json.loads(
        notebook.page.evaluate(
            """async () => {
                const { context } = window.jupyterapp.shell.currentWidget;
                const contents = window.jupyterapp.serviceManager.contents;
                const as_text = {type: 'file', format: 'text', content: true};  // as it is on the disk
                return (await contents.get(context.path, as_text)).content;
            }"""
        )
    )


def pictures_in(content):
    """How many outputs of a notebook hold a picture with a text alternative."""
    outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
    return sum("<img alt=" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)


def look_through(notebook):
    """Look at every cell with outputs; gives how many pictures show, and what else does."""
    return notebook.page.evaluate(
        """async () => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const seen = {pictures: 0, broken: 0, errors: 0, widgets: 0};
            for (let i = 0; i < notebook.widgets.length; i++) {
                if (!notebook.widgets[i].model.outputs?.length) continue;
                await notebook.scrollToItem(i);
                await new Promise(done => setTimeout(done, 50));
                const { node } = notebook.widgets[i];
                for (const image of node.querySelectorAll('.jp-OutputArea img')) {
                    await image.decode().catch(() => {});
                    const there = image.naturalWidth > 50 && image.getBoundingClientRect().width > 50;
                    seen[there ? 'pictures' : 'broken'] += 1;
                }
                seen.errors += /Error displaying widget|Loading widget/.test(node.innerText);
                seen.widgets += node.querySelectorAll('.jupyter-widgets').length;
            }
            return seen;
        }"""
    )


def shut_down(notebook):
    """As one does in the evening: the kernel is shut down, and the page closed."""
    notebook.page.evaluate("async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }")
    notebook.page.close()


def is_dirty(notebook):
    """Whether JupyterLab takes the notebook for changed, once the kernel has said what it is."""
    return notebook.page.evaluate(
        """async () => {
            const { context } = window.jupyterapp.shell.currentWidget;
            await context.sessionContext.session.kernel.info;
            await context.sessionContext.session.kernel.spec;
            await new Promise(done => setTimeout(done, 1000));
            return context.model.dirty;
        }"""
    )


def test_a_notebook_that_was_run_and_saved_shows_its_pictures_on_the_second_day(lab, open_notebook, artefacts):
    text = (Path(__file__).resolve().parents[2] / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert "seconds=60" in text
    small_notebook(lab, "second-day", json.loads(text.replace("seconds=60", "seconds=3")))  # trained for a moment
    notebook = open_notebook("second-day")
    run_to_end(notebook)
    stored = save(notebook)
    expected = pictures_in(stored)
    assert expected >= 1
    shut_down(notebook)

    for day in (2, 3):  # saved on the second day without having been run, too
        notebook = open_notebook("second-day")
        for _ in range(2):
            assert not is_dirty(notebook)
            assert look_through(notebook) == {"pictures": expected, "broken": 0, "errors": 0, "widgets": 0}
            notebook.page.reload()  # now with a kernel at work, which knows nothing of these widgets
            notebook.wait_for_kernel()
        assert notebook.errors == []
        notebook.page.screenshot(path=artefacts / f"00_day_{day}.png")
        if day == 2:
            notebook.page.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }")
            assert pictures_in(save(notebook)) == expected
            shut_down(notebook)

    run_to_end(notebook)
    notebook.go_to("show.Typewriter(")
    notebook.page.locator(".jp-mod-active .noUi-handle").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.locator("p", has_text="Temperature 0.9: 300 characters written").wait_for()
    assert notebook.errors == []


def test_a_page_that_is_loaded_again_keeps_the_widgets_of_a_kernel_at_work(lab, open_notebook):
    small_notebook(lab, "reload", [EXPLORER, "import time; time.sleep(15)"])
    notebook = open_notebook("reload")
    run_cell(notebook, "show.Explorer(draw")
    notebook.go_to("time.sleep")
    notebook.command("notebook:run-cell")
    save(notebook)
    notebook.page.reload()  # while the cell runs
    notebook.wait_for_kernel(idle=False)
    box = explorer(notebook, "show.Explorer(draw")
    before = picture(box)
    press(notebook, box, 0, "ArrowRight")
    wait_for_caption(notebook, box, "n = 4")
    assert picture(box) != before
    assert notebook.errors == []


def test_opening_a_notebook_changes_nothing(open_notebook):
    notebook = open_notebook("05_bigram")
    assert not is_dirty(notebook)
    assert notebook.page.locator(".jp-mod-dirty").count() == 0  # the dot in its tab
    assert notebook.ask("__import__('sys').version.split()[0]") == notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.model.getMetadata('language_info').version"
    )
