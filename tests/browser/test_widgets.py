"""The notebooks' widgets in a real JupyterLab, by keyboard and mouse, on values."""

import re

import pytest


def picture(scope):
    """The picture of a widget, as the browser holds it: it changes when the picture is drawn anew."""
    return scope.locator("img.widget-image").evaluate(
        """async image => {
            const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            return bytes.length + ':' + bytes.reduce((sum, byte) => (sum * 31 + byte) % 1000000007, 7);
        }"""
    )


def caption(scope):
    return scope.locator(".widget-html-content").last


def run_to_end(notebook):
    notebook.run_all()
    notebook.wait_until_done(notebook.code_cells())


def explorer(notebook, cell):
    notebook.go_to(cell)
    box = notebook.page.locator(".jp-Notebook .widget-vbox").filter(has=notebook.page.locator("img.widget-image"))
    box.first.wait_for()
    return box.first


def test_00_slider_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("00_start_here")
    run_to_end(notebook)
    box = explorer(notebook, "explorer = Explorer(surprise")
    handle = box.locator(".noUi-handle")
    assert "Probability 0.25: loss 1.39 nats" in caption(box).inner_text()
    seen = [picture(box)]
    for value, loss in (("0.26", "1.35"), ("0.27", "1.31")):
        handle.focus()
        notebook.page.keyboard.press("ArrowRight")
        notebook.page.wait_for_function(
            "text => document.body.innerText.includes(text)", arg=f"Probability {value}: loss {loss} nats"
        )
        assert float(handle.get_attribute("aria-valuenow")) == float(value)
        seen.append(picture(box))
    assert len(set(seen)) == 3  # the picture moved with the caption
    assert notebook.ask("explorer.caption").startswith("Probability 0.27")
    box.screenshot(path=artefacts / "00_slider.png")
    assert notebook.errors == []


def test_opens_without_asking(open_notebook):
    page = open_notebook("00_start_here").page
    page.wait_for_timeout(1500)
    assert page.locator(".jp-Dialog").count() == 0


def test_04_window_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("04_text_as_tensors")
    run_to_end(notebook)
    box = explorer(notebook, "Explorer(show_window")
    before = picture(box)
    box.locator(".noUi-handle").last.focus()
    notebook.page.keyboard.press("ArrowRight")  # one character longer
    expected = notebook.ask("tokenizer.decode(train[5000:5010])")
    notebook.page.wait_for_function(
        "text => document.body.innerText.includes(text)",
        arg=f"after {expected[:-1]!r}, what comes? Answer: {expected[-1]!r}",
    )
    assert picture(box) != before
    box.screenshot(path=artefacts / "04_window.png")
    assert notebook.errors == []


def test_05_followers_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("05_bigram")
    run_to_end(notebook)
    box = explorer(notebook, "Explorer(followers")
    before = picture(box)
    box.locator("select").select_option("q")
    share = notebook.ask("round(counted[q, u].item(), 2)")
    notebook.page.wait_for_function(
        "text => document.body.innerText.includes(text)",
        arg=f"After q most likely comes u, with probability {share:.2f}",
    )
    assert picture(box) != before
    box.locator("select").focus()
    notebook.page.keyboard.press("ArrowDown")  # the next character in the list: r
    notebook.page.wait_for_function("document.body.innerText.includes('After r most likely comes')")
    box.screenshot(path=artefacts / "05_followers.png")
    assert notebook.errors == []


@pytest.fixture
def training(open_notebook):
    """Notebook 10, run as far as some steps of training."""
    notebook = open_notebook("10_gpt")
    notebook.run_all()
    notebook.go_to("await dashboard.run")
    notebook.page.wait_for_function(r"/Training: step \d+/.test(document.body.innerText)")
    notebook.page.wait_for_function(
        r"Number((/Training: step ([\d,]+)/.exec(document.body.innerText) || [0, '0'])[1].replace(',', '')) >= 20"
    )
    return notebook


def stopped_step(notebook):
    notebook.page.wait_for_function(r"/Stopped: step [\d,]+/.test(document.body.innerText)")
    found = re.search(r"Stopped: step ([\d,]+)", notebook.page.inner_text("body"))
    return int(found.group(1).replace(",", ""))


def test_10_stop_resume_and_interrupt(training, artefacts):
    page = training.page
    page.get_by_role("button", name="Stop", exact=True).focus()
    page.keyboard.press("Enter")
    first = stopped_step(training)
    training.wait_until_done(training.code_cells())  # the cells below run with the model as it is
    facts = training.ask("[finished, history.last('step'), len(history.train_loss), path.exists()]")
    assert facts[0] is False and 0 < facts[1] <= first and facts[2] == len(training.ask("history.step")) and facts[3]
    losses = training.ask("history.train_loss")

    training.go_to("await dashboard.run")  # run the training cell again: it goes on where it stopped
    training.command("notebook:run-cell")
    page.wait_for_function(
        "first => Number((/Training: step ([\\d,]+)/.exec(document.body.innerText) || [0, '0'])[1].replace(',', '')) > first + 9",
        arg=first,
    )
    page.locator(".widget-vbox").filter(has=page.locator("img.widget-image")).first.screenshot(
        path=artefacts / "10_dashboard.png"
    )
    training.command("notebook:interrupt-kernel")  # the notebook's own stop button
    page.wait_for_function(
        "first => Number((/Stopped: step ([\\d,]+)/.exec(document.body.innerText) || [0, '0'])[1].replace(',', '')) > first",
        arg=first,
    )
    assert training.ask("history.train_loss")[: len(losses)] == losses  # nothing that was there is lost
    assert training.ask("history.last('step')") >= first
    assert training.ask("sample_text(model, tokenizer, 'A', 5, seed=0)")[0] == "A"  # the model is usable
    assert training.errors == []
