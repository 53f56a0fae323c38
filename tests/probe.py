"""What a process costs: its memory, its time and what lives in it: for scripts that tests run on their own."""

import gc
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = "from tests.probe import *\n"


def alone(script, *arguments, **environment):
    """Run a script in a process of its own, with this module's names; returns the JSON of the last line it printed."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", WORDS + script, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "agg", "GOMP_SPINCOUNT": "1000"} | environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def megabytes(name):
    """A line of the system's account of this process, in MB: VmHWM is its peak, RssAnon what is in no file."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) * 1024 / 1e6


def cpu_seconds():
    """The time that processors have spent on this process; other programs do not count, unless they share a core."""
    return time.process_time()


def alive():
    """How many tensors, figures and widgets live, and the MB in memory that belong to no file."""
    import torch
    from ipywidgets import Widget
    from matplotlib.figure import Figure

    gc.collect()
    counts = {"tensors": torch.Tensor, "figures": Figure, "widgets": Widget}
    objects = gc.get_objects()
    found = {name: sum(issubclass(type(thing), kind) for thing in objects) for name, kind in counts.items()}
    return found | {"mb": megabytes("RssAnon")}


TRAINING = """
import sys, tempfile
import torch
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training import TrainConfig, steps
torch.set_num_threads(1)
tokenizer = CharTokenizer("to be, or not to be\\n" * 100)
train, val = train_val_split(tokenizer.encode("to be, or not to be\\n" * 100))
model = GPT(GPTConfig(tokenizer.vocab_size, context_length=8, n_layer=1, n_head=2, n_embd=16, dropout=0.1))
config = TrainConfig(steps=int(sys.argv[1]), log_every=10, eval_every=200, eval_windows=16)
rows = []
with tempfile.TemporaryDirectory() as folder:
    for event in steps(model, Batches(train, val, 4, 8), config, tokenizer=tokenizer, checkpoint=folder + "/run"):
        if event.step % 200 == 0:
            rows.append(alive())
print(json.dumps(rows))
"""

WIDGETS = """
import asyncio, sys
import torch
from helpers.model import GPT, GPTConfig
from helpers.show import dashboard, heads
from helpers.show.dashboard import SCALES, Dashboard
from helpers.show.studio import Studio
from helpers.show.widgets import Explorer, slider
from helpers.text import Batches, CharTokenizer
from helpers.training import TrainConfig, steps
torch.set_num_threads(1)
kind, events, rows = sys.argv[1], int(sys.argv[2]), []
text = "to be, or not to be\\n"
tokenizer = CharTokenizer(text)
model = GPT(GPTConfig(tokenizer.vocab_size, context_length=8, n_layer=1, n_head=2, n_embd=16))

def noted(i):
    if i % (events // 10) == 0:
        rows.append(alive())

def bars(position, temperature):
    weights = torch.softmax(torch.arange(position + 1) / temperature, dim=0)
    return heads.attention_row(weights, text[: position + 1])

if kind == "explorer":
    sliders = slider("Position", 3, 1, 12), slider("Temperature", 1.0, 0.5, 3.0)
    explorer = Explorer(bars, position=sliders[0], temperature=sliders[1])
    for i in range(events + 1):
        noted(i)
        sliders[i % 2].value = (1 + i % 11, 0.5 + i % 20 / 10)[i % 2]
if kind == "studio":
    studio = Studio(model, tokenizer, "to be\\n", length=12)
    for i in range(events + 1):
        if i % (events // 5) == 0:
            studio.write(12)
            studio.seed.value = i // (events // 5)
            studio.write(12)
        noted(i)
        column, which = studio.columns[i % 2], i // 2 % 4
        control = (column.temperature, column.top_k, column.top_p, studio.place)[which]
        control.value = (0.1 + i % 23 / 10, 1 + i % 9, 0.1 + i % 9 / 10, i % 12)[which]
if kind == "dashboard":
    dashboard.display = lambda *args, **options: None  # there is no page
    config = TrainConfig(steps=events, log_every=1, eval_every=events // 5, eval_windows=8)
    ticking = iter(range(10**9))  # a clock on which everything is due at every step
    board = Dashboard("A run", sample=lambda: "text", clock=lambda: 1000.0 * next(ticking))

    def moved():
        tokens = tokenizer.encode(text * 20)
        for event in steps(model, Batches(tokens, tokens, 4, 8), config, controls=board.controls):
            noted(event.step)
            board._scale.value = SCALES[event.step % len(SCALES)]
            yield event

    asyncio.run(board.run(moved()))
print(json.dumps(rows))
"""


def grown(rows):
    """How much was added from the third row on, when everything has been used once, to the last."""
    return {name: rows[-1][name] - rows[2][name] for name in rows[0]}
