"""Pictures of heads: maps, bars, dots and curves stand where the numbers say, and the words say what is seen."""

import numpy as np
import pytest

from helpers.show import heads, png


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


@pytest.mark.parametrize("n_panels", [1, 2])
def test_over_doublings(n_panels):
    panels = {
        "largest weight": {"without": [0.4, 0.9], "with": [0.2, 0.25]},
        "gradient": {"without": [1, 0], "with": [1, 1]},
    }
    panels = dict(list(panels.items())[:n_panels])
    figure = heads.over_doublings([4, 1024], panels, "Saturation", "head size")
    assert [ax.get_ylabel() for ax in figure.axes] == list(panels)
    for ax, lines in zip(figure.axes, panels.values(), strict=True):
        for name, values in lines.items():
            assert line(ax, name).get_xydata().tolist() == [[4, values[0]], [1024, values[1]]]
        assert ax.get_xscale() == "log" and ax.get_ylim()[0] == 0 and ax.get_xlabel() == "head size"
        assert [tick.get_text() for tick in ax.get_xticklabels()] == ["4", "1024"]
        colors = {drawn.get_color() for drawn in ax.lines}
        assert len(colors) == 2
    assert "Saturation" in figure.alt and "over head size, from 4 to 1024" in figure.alt
    assert "largest weight, without: from 0.4 to 0.9." in figure.alt
    assert ("gradient, without: from 1 to 0." in figure.alt) == (n_panels == 2)


def back(T, k):
    """A map in which every position looks k back, and the first k at position 0."""
    return np.eye(T)[[max(0, t - k) for t in range(T)]]


def test_attention_maps():
    tables = {"head 0": back(7, 0), "head 1": back(7, 2), "head 2": (back(7, 0) + 3 * back(7, 1)) / 4}
    figure = heads.attention_maps(tables, "Three heads", text="ab c$\n.", columns=2)
    maps = [ax for ax in figure.axes if ax.images and ax.get_title()]
    assert [ax.get_title() for ax in maps] == list(tables)
    for ax, table in zip(maps, tables.values(), strict=True):
        assert ax.images[0].get_array().tolist() == table.tolist()
        assert ax.images[0].get_clim() == (0, 1)  # one scale for all
        for axis in (ax.xaxis, ax.yaxis):
            assert [label.get_text() for label in axis.get_ticklabels()] == ["a", "b", "␣", "c", "$", "⏎", "."]
        assert not ax.texts
    assert [ax.get_visible() for ax in figure.axes[:4]] == [True, True, True, False]
    assert figure.get_supxlabel() == "position looked at" and figure.get_supylabel() == "position that looks"
    assert "head 0: most weight in the mean on itself (1.00) and" in figure.alt
    assert "head 1: most weight in the mean on 2 back (1.00) and" in figure.alt
    assert "head 2: most weight in the mean on 1 back (0.75) and itself (0.36)" in figure.alt  # row 0: all on itself
    png(figure)  # a $ is no formula


def test_attention_maps_without_text_stand_in_one_row():
    figure = heads.attention_maps({"one": back(16, 1), "two": back(16, 2)}, "A title")
    one, two = figure.axes[:2]
    assert one.get_position().y0 == pytest.approx(two.get_position().y0) and "b" not in [
        label.get_text() for label in one.get_xticklabels()
    ]
    assert figure.alt.startswith("A title. 2 maps, a row for each position that looks")


def test_a_small_map_has_its_numbers_written_in():
    figure = heads.attention_maps({"by hand": [[1.0, 0.0], [0.25, 0.75]]}, "Two positions")
    written = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
    assert written == {(0, 0): "1.00", (1, 0): "0.00", (0, 1): "0.25", (1, 1): "0.75"}
    assert "by hand: row 0: 1.00; row 1: 0.25, 0.75." in figure.alt


def test_attention_row():
    figure, caption = heads.attention_row([0.25, 0.625, 0.125], "B d")
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.625, 0.125]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["B", "␣", "d"]
    colors = [bar.get_facecolor() for bar in ax.patches]
    assert colors[0] == colors[2] != colors[1]
    assert caption == "Position 2 (d) attends most to position 1 (␣), with weight 0.62."
    assert "up to position 2 (d), none for what follows" in figure.alt and figure.get_suptitle().endswith("2 (d) looks")
    assert heads.attention_row([1.0], "B")[1] == "Position 0 (B) attends most to position 0 (B), with weight 1.00."


def test_weights_and_costs():
    weights, costs = [[0.05, 0.95], [0.01, 0.5]], [[-0.25, 9.0], [0.5, -1.5]]
    figure = heads.weights_and_costs(weights, costs, "Cloud")
    (ax,) = figure.axes
    assert ax.collections[0].get_offsets().tolist() == [[0.05, -0.25], [0.95, 9.0], [0.01, 0.5], [0.5, -1.5]]
    assert ax.lines[0].get_ydata() == [0, 0]
    for said in ("Cloud. A cloud of 4 dots", "below 0.1, the costs lie between -0.2 and 0.5", "between -1.5 and 9.0"):
        assert said in figure.alt
    assert "of 0.5 and more" not in heads.weights_and_costs([0.1], [2.0], "Cloud").alt


@pytest.mark.parametrize(
    "starts, said",
    [
        ([5.0, 5.002, 5.004], "Each begins after the one above it has ended"),
        ([5.0, 5.001, 5.004], "Some begin before the one above has ended"),
    ],
)
def test_calls_in_time(starts, said):
    figure = heads.calls_in_time(starts, [5.002, 5.003, 5.005], "Stairs")
    (ax,) = figure.axes
    for bar, start, end in zip(ax.collections, starts, [5.002, 5.003, 5.005], strict=True):
        x = bar.get_paths()[0].vertices[:, 0]
        assert x.min() == pytest.approx(1000 * (start - 5)) and x.max() == pytest.approx(1000 * (end - 5))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["head 0", "head 1", "head 2"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first at the top
    assert said in figure.alt and "each of 3 calls" in figure.alt
