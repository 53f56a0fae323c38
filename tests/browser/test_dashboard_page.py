"""The training dashboard of notebook 11 in a real JupyterLab: steered by keyboard while its cell runs."""

import contextlib
import re
import time

import pytest

from helpers.training import checkpoint as ckpt

CELL = "await dashboard.run"


def wait_for_step(notebook, state, more_than):
    """Wait until the dashboard's line says `state` with a step above `more_than`, and return that step."""
    end = time.time() + 240
    while time.time() < end:
        notebook.go_to(CELL)  # running cells scroll the page, and what is out of sight is not drawn
        notebook.page.wait_for_timeout(300)
        found = re.search(state + r": step ([\d,]+)", notebook.page.inner_text("body"))
        if found and (step := int(found.group(1).replace(",", ""))) > more_than:
            return step
    raise AssertionError(f"the dashboard never said {state!r} with a step above {more_than}: {notebook.failures()}")


def wait_for_status(notebook, text, there=True):
    """Wait until the dashboard's line contains `text`, or until it does not."""
    end = time.time() + 120
    line = dashboard(notebook).locator(".widget-html-content").first
    while (text in line.inner_text()) != there:
        assert time.time() < end, (text, line.inner_text(), dashboard(notebook).locator(".widget-readout").inner_text())
        notebook.page.wait_for_timeout(100)


def dashboard(notebook):
    """The box with the buttons, the picture and the sample."""
    page = notebook.page
    return page.locator(".widget-vbox").filter(has=page.locator("button.widget-button", has_text="Stop")).first


def press_button(notebook, name, key="Enter"):
    """Focus one of the dashboard's buttons and press a key."""
    dashboard(notebook).locator("button.widget-button", has_text=name).focus()
    notebook.page.keyboard.press(key)


def start_training(notebook):
    """Run all cells above the training, and then start it; returns where its checkpoint will be."""
    notebook.go_to(CELL)
    notebook.command("notebook:run-all-above")
    path = notebook.ask("str(path)")  # answered after the cells
    notebook.ask("globals().update(recipe=replace(recipe, eval_every=50))")  # the disk gets something soon
    notebook.go_to(CELL)
    notebook.command("notebook:run-cell")
    return path


@pytest.fixture
def fresh(open_notebook):
    """Notebook 10 without anything that an earlier test has trained, and with one thread.

    Where other programs want the processor too, two threads spend their time waiting for each other.
    """
    notebook = open_notebook("11_gpt")
    notebook.ask("__import__('torch').set_num_threads(1)")
    notebook.ask("__import__('helpers.paths').paths.checkpoint_path('gpt-training').unlink(missing_ok=True)")
    return notebook


def test_11_stop_resume_and_interrupt(fresh, artefacts):
    notebook = fresh
    notebook.run_all()
    wait_for_step(notebook, "Training", 20)
    press_button(notebook, "Stop")
    first = wait_for_step(notebook, "Stopped", 20)
    notebook.wait_until_done(notebook.code_cells())  # the cells below run with the model as it is
    finished, last, saved = notebook.ask("[finished, history.last('step'), path.exists()]")
    assert finished is False and first - 10 <= last <= first and saved
    losses = notebook.ask("history.train_loss")

    notebook.go_to(CELL)  # run the training cell again: it goes on where it stopped
    notebook.command("notebook:run-cell")
    wait_for_step(notebook, "Training", first + 9)
    dashboard(notebook).screenshot(path=artefacts / "11_dashboard.png")
    notebook.command("notebook:interrupt-kernel")  # the notebook's own stop button
    second = wait_for_step(notebook, "Stopped", first)
    assert notebook.ask("history.train_loss")[: len(losses)] == losses  # nothing that was there is lost
    assert second - 10 <= notebook.ask("history.last('step')") <= second
    assert notebook.ask("sample_text(model, tokenizer, 'A', 5, seed=0)").startswith("A")  # the model is usable
    assert notebook.errors == []


def test_11_pause_slider_and_resume(fresh, artefacts):
    notebook = fresh
    path = start_training(notebook)
    wait_for_step(notebook, "Training", 20)
    handle = dashboard(notebook).locator(".noUi-handle")
    handle.focus()
    notebook.page.keyboard.press("End")
    wait_for_status(notebook, "(× 10)")
    moved = wait_for_step(notebook, "Training", 20)
    wait_for_step(notebook, "Training", moved + 20)
    press_button(notebook, "Pause")
    paused = wait_for_step(notebook, "Paused", moved)
    wait_for_status(notebook, f"saved at step {paused:,}")
    assert ckpt.read(path)[1]["step"] == paused  # a killed kernel would lose nothing
    dashboard(notebook).screenshot(path=artefacts / "11_paused.png")
    handle.focus()
    for scale in ("7", "5", "3", "2", "1.5", "1"):
        notebook.page.keyboard.press("ArrowLeft")
        readout = dashboard(notebook).locator(".widget-readout")
        notebook.page.wait_for_function(
            "([node, text]) => node.innerText === text", arg=[readout.element_handle(), scale]
        )
    wait_for_status(notebook, "(×", False)
    assert wait_for_step(notebook, "Paused", 0) == paused  # it did not go on meanwhile
    press_button(notebook, "Resume", "Space")
    wait_for_step(notebook, "Training", paused + 20)
    press_button(notebook, "Pause", "Space")
    again = wait_for_step(notebook, "Paused", paused + 20)
    notebook.command("notebook:interrupt-kernel")  # also while it waits
    assert wait_for_step(notebook, "Stopped", paused) == again
    rates = notebook.ask(
        "[[step, rate / learning_rate_at(max(0, step - 1), recipe)]"
        " for step, rate in zip(history.step, history.learning_rate)]"
    )
    assert all(abs(factor - 1) < 1e-6 for step, factor in rates if step < 20 or step > paused)
    assert all(abs(factor - 10) < 1e-6 for step, factor in rates if moved < step <= paused)
    assert len([step for step, _ in rates if step > paused]) >= 1
    assert notebook.errors == []


def test_11_goes_on_when_the_tab_is_closed(fresh, open_notebook, artefacts):
    notebook = fresh
    path = start_training(notebook)
    closed_at = wait_for_step(notebook, "Training", 20)
    notebook.page.close()
    end, on_disk = time.time() + 240, 0
    while on_disk <= closed_at:
        assert time.time() < end, f"nothing was trained after the tab was closed at step {closed_at}"
        time.sleep(1)
        with contextlib.suppress(ckpt.CheckpointError):  # there is none yet
            on_disk = ckpt.read(path)[1]["step"]
    notebook = open_notebook("11_gpt", idle=False)
    notebook.command("notebook:interrupt-kernel")
    last, rows = notebook.ask("[history.last('step'), len(history.step)]")  # in the same kernel, after the cell
    assert last >= on_disk > closed_at and rows >= last // 10
    assert ckpt.read(path)[1]["step"] >= last
    notebook.go_to(CELL)
    notebook.command("notebook:run-cell")  # and it goes on
    wait_for_step(notebook, "Training", last + 9)
    dashboard(notebook).screenshot(path=artefacts / "11_reopened.png")
    press_button(notebook, "Stop")
    wait_for_step(notebook, "Stopped", last)
    assert notebook.ask("[history.last('step'), len(history.step)]")[1] > rows
    assert notebook.errors == []
