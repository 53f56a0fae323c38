"""Pictures of distributions and losses: each number that goes in stands where it belongs."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from helpers import show
from helpers.show.distributions import curves_in_words
from helpers.show.picture import BLUE, VERMILION


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def ticks(ax):
    return [label.get_text() for label in ax.get_xticklabels()]


def test_logits_stand_beside_their_probabilities():
    figure = show.logits_and_probabilities(["a", "b"], [1.5, -2.0], [0.9, 0.1], "Both")
    left, right = figure.axes
    assert heights(left) == [1.5, -2.0] and heights(right) == [0.9, 0.1]
    assert ticks(left) == ticks(right) == ["a", "b"]
    assert [text.get_text() for text in left.texts + right.texts] == ["1.5", "-2", "0.900", "0.100"]
    assert figure.alt.endswith("a 1.5 and 0.900, b -2 and 0.100.")


@settings(max_examples=15)
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=6), st.integers(1, 6))
def test_likeliest_characters_come_first_and_the_caption_is_right(logits, most):
    probs = torch.softmax(torch.tensor(logits, dtype=torch.float64), 0)
    chars = "ab \n.z"[: len(logits)]
    figure, caption = show.likeliest(probs.tolist(), chars, "Here", most)
    (ax,) = figure.axes
    best = sorted(range(len(logits)), key=lambda i: -probs[i])[:most]  # equal ones in the order of the characters
    assert heights(ax) == probs[best].tolist() and ticks(ax) == [show.visible(chars[i]) for i in best]
    entropy = torch.special.entr(probs).sum().item()
    assert caption == (
        f"Here most likely comes {show.visible(chars[best[0]])}, with probability {probs.max():.2f}. "
        f"Entropy {entropy:.2f} nats, like guessing among {math.exp(entropy):.1f}."
    )
    assert figure.get_suptitle() == "Here comes" and ax.get_ylim() == (0, 1.1)


def test_a_certain_character_has_no_entropy():
    assert show.likeliest([0.0, 1.0], "ab", "So")[1] == (
        "So most likely comes b, with probability 1.00. Entropy 0.00 nats, like guessing among 1.0."
    )


def test_pushes_go_up_and_down_from_a_line_at_zero():
    figure = show.pushes(["a", "b"], [0.5, -0.25], "Pushed", "characters", "push", highlight=0)
    (ax,) = figure.axes
    assert heights(ax) == [0.5, -0.25] and [list(line.get_ydata()) for line in ax.lines] == [[0, 0]]
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [VERMILION, BLUE]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("characters", "push") and "a 0.50, b -0.25" in figure.alt


def test_curves_stand_beside_baselines_and_limit():
    x = torch.tensor([1.0, 2.0, 4.0])
    lines = {"one": torch.tensor([3.0, 1.0, 2.0]), "two": [4.0, 4.0, 4.0]}
    figure = show.curves(x, lines, "Curves", "steps", "nats", {"ln 2 =": 0.7}, 0.5, dot=(2, 1), ylim=(0, 5))
    (ax,) = figure.axes
    first, second, dot, baseline, limit = ax.lines
    assert first.get_xydata().tolist() == [[1, 3], [2, 1], [4, 2]] and list(second.get_ydata()) == [4, 4, 4]
    assert dot.get_xydata().tolist() == [[2, 1]]
    assert (baseline.get_ydata()[0], baseline.get_linestyle()) == (0.7, "--")
    assert (limit.get_ydata()[0], limit.get_linestyle()) == (0.5, "-")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]
    assert (ax.get_xscale(), ax.get_ylim()) == ("linear", (0, 5))
    assert figure.alt == (
        "Curves. Curves of nats over steps. The curve “one” goes from 3.00 at 1 to 2.00 at 4, with its lowest point "
        "1.00 at 2. The curve “two” goes from 4.00 at 1 to 4.00 at 4. Dashed lines: ln 2 = 0.70. A solid line marks "
        "the limit, 0.50."
    )


def test_one_curve_needs_no_name():
    figure = show.curves(range(1, 3), [2.0, -0.0], "A curve", "x", "y", log_x=True, marker="o", alt="Falls to zero.")
    (ax,) = figure.axes
    assert ax.get_legend() is None and ax.get_xscale() == "log" and ax.lines[0].get_marker() == "o"
    assert figure.alt == "Falls to zero."
    said = curves_in_words("A curve", "x", "y", [1, 2], {"y": [2.0, -0.0]}, {}, None)
    assert said == "A curve. A curve of y over x. It goes from 2.00 at 1 to 0.00 at 2."


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 0.999, 1.0]])
def test_no_lowest_point_is_told_where_there_is_none(values):
    assert "lowest" not in curves_in_words("", "x", "y", [0, 1, 2], {"y": values}, {}, None)
