"""Pictures of small networks: every number of a graph is drawn, once and to the right of its parents."""

import pytest
import torch
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers import show
from helpers.basics import Value, backward
from helpers.show.networks import walk


def boxes(figure):
    """{the first line of a box: (its place, the other lines)}."""
    found = {}
    for text in figure.axes[0].texts:
        first, *more = text.get_text().split("\n")
        if more:
            assert first not in found, "two boxes of one name"
            found[first] = (text.get_position(), more)
    return found


def example():
    x, w, b = Value(3.0), Value(2.0), Value(-4.0)
    s = x * w
    h = s + b
    r = h.relu()
    return {"x": x, "w": w, "b": b, "s": s, "h": h, "r": r, "L": r * r}


def test_a_graph_shows_data_grads_and_local_derivatives():
    named = example()
    backward(named["L"])
    figure = show.computation_graph(named["L"], "A title", **named)
    drawn = boxes(figure)
    assert {name: lines for name, (_, lines) in drawn.items()} == {
        name: [f"data {value.data:.4g}", f"grad {value.grad:.4g}"] for name, value in named.items()
    }
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    on_arrows = sorted(text.get_text() for text in figure.axes[0].texts if text.get_text().startswith("×"))
    assert len(arrows) == 7 and on_arrows == ["× 1"] * 3 + ["× 2"] * 3 + ["× 3"]
    assert figure.alt.startswith("A title. A computation graph") and "w, data 2, grad 12" in figure.alt
    assert "L, data 4, grad 1 from r and r" in figure.alt


def test_parents_stand_to_the_left_and_no_box_lies_on_another():
    named = example()
    y = named["L"] * named["x"] + named["s"].exp()
    figure = show.computation_graph(y, **named, y=y)
    at = {name: place for name, (place, _) in boxes(figure).items()}
    for name, value in (named | {"y": y}).items():
        for parent in value.parents:
            said = next((n for n, v in named.items() if v is parent), None)
            assert said is None or at[said][0] < at[name][0]
    places = [patch.get_bbox().get_points() for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert len(places) == 10 == len(at)
    for i, a in enumerate(places):
        for b in places[:i]:
            assert (a[0] >= b[1]).any() or (b[0] >= a[1]).any()


def test_boxes_without_a_name_are_numbered_and_a_deep_graph_is_no_problem():
    figure = show.computation_graph(Value(2.0) * Value(5.0))
    assert set(boxes(figure)) == {"2", "5", "step 1"} and figure.alt.startswith("A computation graph")
    end = Value(1.0)
    for _ in range(2000):
        end = end + end
    assert len(walk(end)[0]) == 2001


def test_a_map_holds_every_character_at_its_place_in_the_colour_of_its_kind():
    vectors, chars = torch.tensor([[0.0, 1], [0.1, 1], [2, 2], [-1, 0], [0, -1]]), "aeT\n,"
    figure = show.embedding_map(vectors, chars, "A map")
    drawn = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert drawn == {name: pytest.approx(tuple(v)) for name, v in zip("aeT⏎,", vectors.tolist(), strict=True)}
    colors = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colors["a"] == colors["e"] and len(set(colors.values())) == 3 and colors["⏎"] == colors[","]
    assert figure.alt.startswith("A map. 5 characters as points in a plane. a has e ")
    assert show.embedding_map(vectors, chars, "A map", box=4).axes[0].get_xlim() == (-4, 4)
    with pytest.raises(ValueError, match=r"\(5, 3\); it must be \(N, 2\)"):
        show.embedding_map(torch.randn(5, 3), chars, "A map")


def test_points_before_and_after_a_layer():
    before, after = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [0, 1], [1, 0], [0, 0]]
    figure = show.two_planes(before, after, ["aa", "ab", "ba", "bb"], [0, 1, 1, 0], "Planes", line=0.5)
    left, right = ([text.get_text() for text in ax.texts] for ax in figure.axes)
    assert left == ["aa", "ab", "ba", "bb"] and right == ["aa and bb", "ab", "ba"]
    filled = [line.get_markerfacecolor() != "white" for line in figure.axes[0].lines]
    assert filled == [False, True, True, False]
    assert "aa and bb at (0, 0)" in figure.alt and "x + y = 0.5" in figure.alt
