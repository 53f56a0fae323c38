"""What the live dashboard costs: the training of notebook 11, drained bare and drained by the dashboard.

Both run in a real kernel, where widgets send what they show, and in turns of 50 steps each, so that whatever else the
machine does hits both. The figure is the ratio of their wall times over the whole training, its first and last picture
and samples included; beside it stands the time between steps as the dashboard's own clock sees it.
"""

import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks._common import store

KERNEL = '''
import asyncio, json, os, sys, time
os.chdir(ROOT)
sys.path.insert(0, ROOT)
from helpers.corpus import load_text
from helpers.show.dashboard import Dashboard
from helpers.device import pick_device, seed_everything
from helpers.baselines import uniform
from helpers.model import GPT, GPTConfig
from helpers.training.recipe import PRESETS
from helpers.sampling import sample_text
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training.loop import steps

device = pick_device()
sizes, batch_size, recipe = PRESETS["gpu" if device.type == "cuda" else "cpu"]
text = load_text("shakespeare")
tokenizer = CharTokenizer(text)
train, val = train_val_split(tokenizer.encode(text))


def new_run(**options):
    """The same model and the same batches each time."""
    seed_everything(1337)
    model = GPT(GPTConfig(tokenizer.vocab_size, **sizes)).to(device)
    batches = Batches(train, val, batch_size, sizes["context_length"], seed=1, device=device)
    return model, steps(model, batches, recipe, **options)


class Turns:
    """The events of a run; every 50 steps as many of the bare run are taken, on a clock of their own."""

    def __init__(self, events, bare):
        self.events, self.bare, self.aside, self.inside = events, bare, 0.0, 0.0

    def clock(self):
        return time.perf_counter() - self.aside

    def __iter__(self):
        return self

    def __next__(self):
        begun = self.clock()
        event = next(self.events)
        self.inside += self.clock() - begun
        if event.step % 50 == 0:
            begun = time.perf_counter()
            for _ in range(1 if event.step == 0 else 50):
                next(self.bare)
            self.aside += time.perf_counter() - begun
        return event

    def send(self, message):
        return self.events.send(message)

    def close(self):
        self.events.close()


async def measure():
    board = Dashboard("A GPT learns Shakespeare", dict(uniform=uniform(tokenizer.vocab_size)))
    model, events = new_run(controls=board.controls)
    turns = Turns(events, new_run()[1])
    count = dict(pictures=-1, texts=0, samples=0)  # the first picture is none: it is empty
    board._image.observe(lambda change: count.update(pictures=count["pictures"] + 1), names="value")
    board._status.observe(lambda change: count.update(texts=count["texts"] + 1), names="value")

    def sample():
        count["samples"] += 1
        return sample_text(model, tokenizer, "\\n", 120, seed=1)

    board.sample, board.clock = sample, turns.clock
    begun = turns.clock()
    await board.run(turns)
    whole = turns.clock() - begun
    return dict(bare_seconds=round(turns.aside, 2), dashboard_seconds=round(whole, 2),
                ratio=round(whole / turns.aside, 4), between_steps=round(1 - turns.inside / whole, 4), **count)
'''


def main(repeats=3):
    root = str(Path(__file__).resolve().parent.parent)
    cells = [KERNEL.replace("ROOT", repr(root)), *["print(json.dumps(await measure()))"] * repeats]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=3600, kernel_name="python3").execute()
    said = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells[1:]]
    rows = [json.loads(text.splitlines()[-1]) for text in said]
    ratios = sorted(row["ratio"] for row in rows)
    store("dashboard_cost", rows, median_ratio=ratios[len(ratios) // 2])


if __name__ == "__main__":
    main()
