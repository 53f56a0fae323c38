"""The stored measurements say what the texts claim of them."""

import json
from itertools import pairwise
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"


def test_each_model_comes_visibly_nearer_to_the_limit_and_none_below():
    measured = json.loads((RESULTS / "toy_ladder.json").read_text(encoding="utf-8"))
    above = [row["above_limit"] for row in measured["rows"]]
    assert [row["model"] for row in measured["rows"]] == ["bigram", "one head", "four heads", "GPT"]
    assert all(before - after > 0.05 for before, after in pairwise(above))
    assert all(row["nats"] > measured["limit"] for row in measured["rows"])
