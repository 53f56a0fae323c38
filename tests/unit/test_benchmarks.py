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


def test_dashboard_costs_less_than_two_percent():
    measured = json.loads((RESULTS / "dashboard_cost.json").read_text(encoding="utf-8"))
    rows = measured["rows"]
    assert len(rows) % 2 and sorted(row["ratio"] for row in rows)[len(rows) // 2] == measured["median_ratio"] < 1.02
    assert all(row["between_steps"] < 0.02 for row in rows)
    assert all(row["samples"] >= 3 and row["pictures"] > 10 and row["texts"] > 50 for row in rows)  # and it is alive


def test_studio_answers_at_once():
    measured = json.loads((RESULTS / "studio_latency.json").read_text(encoding="utf-8"))
    answers = {row["answer"]: row["milliseconds"] for row in measured["rows"]}
    assert measured["presses"] >= 200
    assert 0 < answers["median"] < 150 and answers["median"] <= answers["95th percentile"] < 400
