"""How long the sampling studio of notebook 13 takes to answer: from a key press on a slider to the new picture.

Measured inside the browser, a real Chromium with a real JupyterLab: the clock starts with the keydown event on the
slider's handle and stops when the new picture has been decoded. The model has the size of notebook 11's (untrained:
what it says does not change how long it takes). Needs Chromium.
"""

import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks._common import RESULTS, store

sys.path.insert(0, str(RESULTS.parents[1] / "tests" / "browser"))

SETUP = """
import torch
from helpers.corpus import load_text
from helpers.device import pick_device
from helpers.model import GPT, GPTConfig
from helpers.training.recipe import PRESETS
from helpers.show.studio import Studio
from helpers.text import CharTokenizer

device = pick_device()
sizes, *_ = PRESETS["gpu" if device.type == "cuda" else "cpu"]
tokenizer = CharTokenizer(load_text("shakespeare"))
torch.manual_seed(0)
studio = Studio(GPT(GPTConfig(tokenizer.vocab_size, **sizes)).to(device), tokenizer)
studio.write(150)
"""

# Puts the milliseconds of each answer into window.answers: one for each key press that moved a slider.
WATCH = """
box => {
    window.answers = [];
    let pressed = null;
    box.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    for (const image of box.querySelectorAll('img.widget-image'))
        image.addEventListener('load', () => {
            if (pressed !== null) { window.answers.push(performance.now() - pressed); pressed = null; }
        });
}
"""


def main(presses=200):
    try:
        from moving import run_cell, small_notebook

        from conftest import Notebook, find_chromium, serve, started_chromium
    except ImportError as error:
        sys.exit(f"studio_latency needs what the tests need ({error}): run make test once.")
    if not find_chromium():
        sys.exit("studio_latency needs Chromium. On Debian or Ubuntu: apt-get install chromium.")
    os.environ.setdefault("GPT_CHECKPOINTS", tempfile.gettempdir())
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as address, started_chromium() as chromium:
        small_notebook(address, "latency", [SETUP, "display(studio)"])
        page = chromium.new_page(viewport={"width": 1300, "height": 1000})
        notebook = Notebook(page, address, "latency")
        run_cell(notebook, "import torch")
        run_cell(notebook, "display(studio)")
        handles = page.locator(".widget-hslider").filter(
            has=page.locator('.widget-label:text-matches("Temperature|Top-k|Top-p")')
        )
        handles.first.wait_for()
        page.locator(".widget-vbox").filter(has=page.locator("button", has_text="Generate")).first.evaluate(WATCH)
        rows, order = [], random.Random(0)
        for i in range(presses):
            control = i % handles.count()
            handle = handles.nth(control).locator(".noUi-handle")
            now, low, high = (float(handle.get_attribute(f"aria-value{end}")) for end in ("now", "min", "max"))
            key = (
                "ArrowRight"
                if now == low
                else "ArrowLeft"
                if now == high
                else order.choice(["ArrowLeft", "ArrowRight"])
            )
            handle.focus()
            handle.press(key)
            page.wait_for_function("n => window.answers.length >= n", arg=i + 1)
        answers = sorted(page.evaluate("window.answers"))
        assert len(answers) == presses and not notebook.errors, notebook.errors
        for name, milliseconds in (
            ("median", statistics.median(answers)),
            ("95th percentile", answers[int(0.95 * presses)]),
            ("slowest", answers[-1]),
        ):
            rows.append({"answer": name, "milliseconds": round(milliseconds, 1)})
    store("studio_latency", rows, presses=presses)


if __name__ == "__main__":
    main()
