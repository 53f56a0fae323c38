"""What the measurements share: the name of the machine, and storing a result."""

import json
import platform
from pathlib import Path

import torch

from helpers.device import describe, pick_device

RESULTS = Path(__file__).resolve().parent / "results"


def machine():
    """What a figure depends on, in words that name nobody's computer."""
    return {
        "device": describe(pick_device()),
        "processor": platform.machine(),
        "torch": torch.__version__.split("+")[0],
        "python": platform.python_version(),
    }


def store(name, rows, **facts):
    """Write `rows` (a list of dictionaries) as JSON and print them as a table."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **facts, "rows": rows}, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
