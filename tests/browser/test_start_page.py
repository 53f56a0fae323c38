"""Notebook 00 in a real JupyterLab, by keyboard: from the page to a GPT that writes, and what else it tries out."""

import re
import time

import pytest
from moving import run_cell, run_to_end

FIRST = "FirstGPT(seconds=60)"
WRITER = "writer = show.Typewriter("
WITHIN = 300  # seconds, from the page to text of a GPT


def output_of(notebook, text):
    """What the cell that contains `text` has printed, or shows as plain text."""
    return notebook.page.evaluate(
        """text => window.jupyterapp.shell.currentWidget.content.widgets.find(cell =>
            cell.model.type === 'code' && cell.model.sharedModel.source.includes(text)
        ).model.outputs.toJSON().map(output =>
            (output.text || output.data?.['text/plain'] || []).toString()
        ).join('')""",
        text,
    )


def replace(notebook, old, new):
    """Edit the cell that contains `old`."""
    notebook.go_to(old)
    notebook.page.evaluate(
        """([old, now]) => {
            const cell = window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel;
            cell.setSource(cell.source.replace(old, now));
        }""",
        [old, new],
    )


def shift_enter_past(notebook, text):
    """Press Shift + Enter until the cell that contains `text` has been started."""
    where = """text => {
        const notebook = window.jupyterapp.shell.currentWidget.content;
        const last = notebook.widgets.findIndex(cell =>
            cell.model.type === 'code' && cell.model.sharedModel.source.includes(text));
        return [notebook.activeCellIndex, last];
    }"""
    while (place := notebook.page.evaluate(where, text))[0] <= place[1]:
        notebook.page.keyboard.press("Shift+Enter")
        notebook.page.wait_for_function(
            "before => window.jupyterapp.shell.currentWidget.content.activeCellIndex > before", arg=place[0]
        )


def wait_for(notebook, cell, question, seconds=WITHIN):
    """Wait until the text of the outputs below a cell answers `question` with something; gives that."""
    end = time.time() + seconds
    while True:
        notebook.go_to(cell)  # what is out of sight may not be drawn
        text = "\n".join(notebook.page.locator(".jp-mod-active .jp-Cell-outputArea").all_inner_texts())
        if found := question(text):
            return found
        assert time.time() < end and notebook.failures() == [], f"never came: {text!r}, {notebook.failures()}"
        notebook.page.wait_for_timeout(100)


@pytest.fixture
def shortened(open_notebook):
    """Notebook 00, whose training ends after a moment."""
    notebook = open_notebook("00_start_here")
    replace(notebook, FIRST, "FirstGPT(seconds=3)")
    return notebook


def test_00_a_gpt_writes_within_five_minutes(open_notebook, artefacts):
    start = time.time()
    notebook = open_notebook("00_start_here")
    page = notebook.page
    notebook.go_to('workbook("00")')
    page.locator(".jp-mod-active .jp-InputPrompt").click()
    shift_enter_past(notebook, FIRST)
    first = wait_for(notebook, FIRST, lambda text: re.search(r"After [1-9][\d,]* steps:\s*(ROMEO\..{50,})", text, re.S))
    seen = time.time() - start
    page.screenshot(path=artefacts / "00_learning.png")
    wait_for(notebook, FIRST, lambda text: "Finished: step" in text)
    learned = time.time() - start
    shift_enter_past(notebook, WRITER)
    text = wait_for(notebook, WRITER, lambda text: "300 characters written" in text and text)
    written = time.time() - start
    print(f"a first text after {seen:.0f} s, trained after {learned:.0f} s, 300 characters after {written:.0f} s")
    assert "ROMEO." in first[1] and written < WITHIN
    assert text.split("ROMEO.", 1)[1].split() == notebook.ask("writer.whole()[0]").split("ROMEO.", 1)[1].split()

    page.locator(".jp-mod-active .noUi-handle").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    streaming = wait_for(notebook, WRITER, lambda text: "Temperature 1.4: " in text and text)
    hot = wait_for(notebook, WRITER, lambda text: "Temperature 1.4: 300 characters written" in text and text)
    assert len(streaming) < len(hot)  # it came character by character
    assert hot.split("ROMEO.", 1)[1].split() == notebook.ask("writer.whole()[0]").split("ROMEO.", 1)[1].split()
    assert hot.split("ROMEO.", 1)[1] != text.split("ROMEO.", 1)[1]
    page.screenshot(path=artefacts / "00_temperature.png")
    assert notebook.failures() == notebook.errors == []


def test_00_other_texts_by_mouse_and_prompt(shortened, artefacts):
    notebook, page = shortened, shortened.page
    run_to_end(notebook)
    before = wait_for(notebook, WRITER, lambda text: "300 characters written" in text and text)
    page.locator(".jp-mod-active button", has_text="Another text").click()
    wait_for(notebook, WRITER, lambda text: "300 characters written" in text and text != before)
    assert notebook.ask("writer.seed") == 2
    field = page.locator(".jp-mod-active input[type=text]").first
    for prompt, said in (("JULIET.", "JULIET."), ("<b>", "'<' at position 0 is not in the vocabulary")):
        field.fill(prompt)
        page.keyboard.press("Enter")
        wait_for(notebook, WRITER, lambda text: said in text)  # noqa: B023
    assert notebook.errors == []


def test_00_prediction_and_exercise_by_keyboard(shortened, artefacts):
    notebook, page = shortened, shortened.page
    run_to_end(notebook)
    answer = "guess_choices.reveal("
    assert output_of(notebook, answer) == "No prediction made. Unfold to see the answer."
    notebook.go_to(answer)
    folded = page.locator(".jp-OutputArea details").first
    folded.locator("summary").click()
    assert "Its loss is" in folded.inner_text()

    notebook.go_to("guess_choices = predict(")
    buttons = page.locator(".widget-toggle-buttons").first.locator("button")
    buttons.first.focus()
    page.keyboard.press("Tab")  # from the first option to the second
    page.keyboard.press("Space")
    page.wait_for_function(
        "document.querySelector('.widget-toggle-buttons button.mod-active')?.innerText === '12 to 40'"
    )
    run_cell(notebook, answer)
    assert "You predicted 12 to 40." in output_of(notebook, answer)
    assert buttons.first.is_disabled()  # the choice stays to be seen, and stays

    stub, said = "    ...\n", ["✗ 00.1", "✗ 00.1", "✓ 00.1"]
    bodies = ["    return [(text[:i], text[i]) for i in range(len(text))]\n"] * 2
    bodies.append("    return [(text[:i], text[i]) for i in range(1, len(text))]\n")
    for body, mark in zip(bodies, said, strict=True):
        replace(notebook, stub, body)
        stub, before = body, output_of(notebook, 'check("00.1"')
        run_cell(notebook, 'check("00.1"')
        assert mark in output_of(notebook, 'check("00.1"') != before  # the second hint is another one
    run_cell(notebook, "score()")
    assert "1 of 1 made" in output_of(notebook, "score()") and "Exercises: 1 of 1" in output_of(notebook, "score()")
    assert re.search(r"Your GPT: .* none of \d+ parts are yours\.", output_of(notebook, "score()"))
    page.screenshot(path=artefacts / "00_exercise.png")
    assert notebook.errors == []
