"""Widgets in a notebook that is open in the browser: moving them, and what page and kernel then show."""

import itertools
import json
import time
import urllib.request

from conftest import TOKEN

SEED = 987654  # the default random generator stands there when an Explorer is looked up, and is to stay there

# In the kernel: what an Explorer's controls say, what it holds, and what its draw function gives for these values now.
IN_THE_KERNEL = """
def _looked_at(model_id, seed):
    import hashlib, html, ipywidgets, torch
    from helpers import show
    def label_of(control):
        if hasattr(control, "index"):
            return control._options_labels[control.index]
        return f"{control.value:.2f}" if isinstance(control.value, float) else str(control.value)
    explorer = ipywidgets.widgets.widget._instances[model_id]
    with explorer._lock:  # not while it draws
        values = {name: control.value for name, control in explorer._controls.items()}
        held, caption = explorer._image.value, explorer.caption
        try:
            figure, fresh_caption = explorer._draw(**values)
            fresh = show.png(figure)
        except ValueError as error:
            fresh_caption, fresh = str(error), None
    sliders = [c for c in explorer._controls.values() if not isinstance(c, ipywidgets.Text)]
    return {
        "places": [getattr(c, "index", c.value) for c in sliders],
        "texts": [c.value for c in explorer._controls.values() if isinstance(c, ipywidgets.Text)],
        "labels": [label_of(c) for c in sliders],
        "picture": hashlib.sha256(held).hexdigest(), "caption": caption,
        "fresh picture": fresh and hashlib.sha256(fresh).hexdigest(), "fresh caption": fresh_caption,
        "random": torch.equal(torch.get_rng_state(), torch.Generator().manual_seed(seed).get_state()),
    }
"""


def notebook_of(sources):
    """A notebook of code cells that have not run."""
    return {
        "cells": [
            {"cell_type": "code", "id": f"cell-{i}", "source": source.strip(), "metadata": {}, "outputs": []}
            | {"execution_count": None}
            for i, source in enumerate(sources)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def small_notebook(address, name, cells):
    """Put a notebook into the folder that the lab serves; `cells` are the sources of its cells, or a whole notebook."""
    content = cells if isinstance(cells, dict) else notebook_of(cells)
    body = json.dumps({"type": "notebook", "content": content}).encode()
    url = f"{address}/api/contents/notebooks/{name}.ipynb?token={TOKEN}"
    with urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=30) as answer:
        assert answer.status in (200, 201)


def run_to_end(notebook):
    """Run All Cells, and then look at each: what is out of sight may not have been drawn yet."""
    notebook.run_all()
    notebook.wait_until_done(notebook.code_cells())
    notebook.page.evaluate(
        """async () => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            for (let i = 0; i < notebook.widgets.length; i++) await notebook.scrollToItem(i);
        }"""
    )


def run_cell(notebook, text):
    """Run the cell that contains `text`, and wait until it has run."""
    notebook.go_to(text)
    notebook.page.evaluate(
        """async text => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.findIndex(cell =>
                cell.model.type === 'code' && cell.model.sharedModel.source.includes(text));
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        text,
    )


def explorer(notebook, text, number=0):
    """The Explorer below the code cell that contains `text`; the first, or the one with that number."""
    notebook.go_to(text)
    cell_id = notebook.page.evaluate(
        """text => {
            const cell = window.jupyterapp.shell.currentWidget.content.widgets.find(cell =>
                cell.model.type === 'code' && cell.model.sharedModel.source.includes(text));
            return cell.node.dataset.tested = cell.model.id;
        }""",
        text,
    )
    with_image = notebook.page.locator("img.widget-image")
    box = notebook.page.locator(f'[data-tested="{cell_id}"] .widget-vbox').filter(has=with_image).nth(number)
    box.wait_for()
    notebook.ask(f"__import__('torch').manual_seed({SEED}) is None")
    return box


def press(notebook, box, control, key, times=1):
    """Focus the handle of a widget's slider (the number `control`) and press a key."""
    for _ in range(times):
        box.locator(".noUi-handle").nth(control).focus()
        notebook.page.keyboard.press(key)


def picture(scope):
    """The SHA-256 of the picture of a widget, as the browser holds it."""
    return scope.locator("img.widget-image").evaluate(
        """async image => {
            const bytes = await (await fetch(image.src)).arrayBuffer();
            const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
            return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
        }"""
    )


def caption(scope):
    return scope.locator(".widget-html-content").last


def as_shown(text):
    """A page shows any run of spaces as one."""
    return " ".join(text.split())


def wait_for_caption(notebook, box, text):
    """Wait until the caption of a widget contains `text`."""
    end = time.time() + 60
    while as_shown(text) not in as_shown(caption(box).inner_text()):
        fields = [field.input_value() for field in box.locator("input").all()]
        assert time.time() < end, (
            f"{text!r} never came; the fields hold {fields}, below stands {caption(box).inner_text()!r}"
        )
        notebook.page.wait_for_timeout(50)


def in_the_kernel(notebook, box):
    """What IN_THE_KERNEL says about the Explorer that the page shows as `box`."""
    model_id = box.evaluate(
        """box => {
            const cells = window.jupyterapp.shell.currentWidget.content.widgets;
            const cell = cells.find(cell => cell.node.contains(box));
            const boxes = [...cell.node.querySelectorAll('.widget-vbox')];
            const views = cell.model.outputs.toJSON().map(o => o.data?.['application/vnd.jupyter.widget-view+json']);
            return views.filter(view => view)[boxes.indexOf(box)].model_id;
        }"""
    )
    return notebook.ask(f"(exec({IN_THE_KERNEL!r}), _looked_at({model_id!r}, {SEED}))[1]")


def on_the_page(box):
    """What the page shows of an Explorer, under the same names."""
    handles = box.locator(".noUi-handle").all()
    return {
        "places": [float(handle.get_attribute("aria-valuetext")) for handle in handles],
        "texts": [field.input_value() for field in box.locator("input").all()],
        "labels": box.locator(".widget-readout").all_inner_texts(),
        "picture": picture(box),
        "caption": as_shown(caption(box).inner_text()),
    }


def settled(notebook, box):
    """Wait until page and kernel agree, on what the draw function gives for the values that the controls have.

    The caption alone does not tell: it can be the same before and after, and between a new value and its picture lies a
    moment. Where the function refuses the values ("fresh picture" is None), the caption says why, and the picture is an
    older one.
    """
    end, tries = time.time() + 60, 0
    while True:
        kernel, page = in_the_kernel(notebook, box), on_the_page(box)
        there = {name: as_shown(kernel[name]) if name == "caption" else kernel[name] for name in page}
        drawn = kernel["caption"] == kernel["fresh caption"] and kernel["fresh picture"] in (None, kernel["picture"])
        if page == there and drawn:
            break
        tries += 1  # on a busy machine a single look can take long
        assert tries < 5 or time.time() < end, f"page and kernel never agreed:\n{page}\n{kernel}"
        notebook.page.wait_for_timeout(50)
    assert kernel["random"], "moving the widget has changed PyTorch's default random generator"
    return kernel


def by_mouse(notebook, box, *texts):
    """Move every slider of an Explorer by a click, one by dragging too, and type `texts` into its text boxes."""
    seen = [settled(notebook, box)]
    for field, text in enumerate(texts):
        box.locator("input").nth(field).click(click_count=3)  # selects what is there
        notebook.page.keyboard.type(text)
        box.locator("img.widget-image").click()  # elsewhere: a box that is left counts
        seen.append(settled(notebook, box))
        assert seen[-1]["texts"][field] == text
    for number in range(len(seen[-1]["places"])):
        seen.append(slide(notebook, box, number, 0.9))
    if seen[-1]["places"]:
        seen.append(slide(notebook, box, 0, 0.1, drag=True))
    for before, after in itertools.pairwise(seen):
        assert after["fresh picture"] or after["picture"] == before["picture"]  # refused: the old picture stays
    assert len({state["picture"] for state in seen}) > 2


def slide(notebook, box, number, place, drag=False):
    """Move a slider by mouse to a place between 0 and 1 on its track, by a click there or by dragging the handle."""
    before = settled(notebook, box)["places"]
    handle, track = box.locator(".noUi-handle").nth(number), box.locator(".noUi-base").nth(number)
    low, high = (float(handle.get_attribute(f"aria-value{end}")) for end in ("min", "max"))
    if abs(low + place * (high - low) - before[number]) < 0.35 * (high - low):
        place = 1 - place  # it stands near there already
    handle.hover()  # scrolls there, and waits until the handle stands still
    area = track.bounding_box()
    x, y = area["x"] + place * area["width"], area["y"] + area["height"] / 2
    if drag:
        notebook.page.mouse.down()
        notebook.page.mouse.move(x, y, steps=6)
        notebook.page.mouse.up()
    else:
        notebook.page.mouse.click(x, y)
    state = settled(notebook, box)
    after, wanted = state["places"], low + place * (high - low)
    assert after[number] != before[number] and abs(after[number] - wanted) <= 0.5 + 0.02 * (high - low), (after, wanted)
    assert [*after[:number], *after[number + 1 :]] == [*before[:number], *before[number + 1 :]]  # the others stay
    return state


def type_markup(notebook, box, field, said):
    """Markup typed into a text box is shown as text; the caption then contains `said`."""
    for markup in ("<script>window.hacked=1</script>", '<img src=x onerror="window.hacked=1">'):
        box.locator("input").nth(field).fill(markup)
        notebook.page.keyboard.press("Enter")
        wait_for_caption(notebook, box, said.format(markup=markup))
        assert caption(box).locator("*").evaluate_all("nodes => nodes.map(node => node.tagName)") == ["P"]
        assert notebook.page.evaluate("typeof window.hacked") == "undefined"
