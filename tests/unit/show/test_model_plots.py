"""Pictures of a GPT at work: each number that goes in stands where it belongs, whatever characters there are."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from helpers import show
from helpers.show.model_plots import attention_picture, head_table, lens_picture, stage_figure, write_shaded
from helpers.show.picture import BLUE, GREEN, ORANGE, VERMILION

few = settings(max_examples=6)
shares = st.floats(0, 1, width=32)


def silent_png(figure):
    """The picture; a warning, for instance about a character without a glyph, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return show.png(figure)


@st.composite
def shows(draw, shown, stages):
    rows = [draw(st.lists(shares, min_size=shown, max_size=shown)) for _ in range(stages)]
    labels = draw(st.lists(st.sampled_from("ab \n\t$_^\\{}<&"), min_size=shown, max_size=shown))
    notes = [f"note {draw(st.integers(0, 9))}" for _ in range(stages)]
    return "$a_1$ title", labels, rows, notes, draw(st.none() | st.integers(0, shown - 1))


@few
@given(st.integers(1, 8), st.integers(1, 3), st.integers(1, 2), st.data())
def test_stage_panels_show_the_newest_numbers(shown, stages, columns, data):
    names = [f"stage {i}" for i in range(stages)]
    _, panels = stage_figure(names, shown, columns)
    assert len(panels) == columns
    for panel in panels:
        for _ in range(2):  # what is shown again is not mixed with what was there
            title, labels, rows, notes, chosen = data.draw(shows(shown, stages))
            if max(map(max, rows)) == 0:
                rows[0][0] = 1.0
            panel.show(title, labels, rows, notes, chosen)
        assert panel.title.get_text() == title
        for ax, bars, row, name, note in zip(panel.axes, panel.bars, rows, names, notes, strict=True):
            assert [bar.get_height() for bar in bars] == row
            colors = [to_hex(bar.get_facecolor()).upper() for bar in bars]
            assert colors == [VERMILION if i == chosen else BLUE for i in range(shown)]
            assert ax.get_ylim() == (0, 1.35 * max(map(max, rows))), "one scale for all stages"
            assert f"{name}: {note}" in [text.get_text() for text in ax.texts]
        ticks = [label.get_text() for label in panel.axes[-1].get_xticklabels()]
        assert ticks == [show.visible(label) for label in labels]


def test_a_figure_shown_again_is_the_figure_shown_first():
    """Bars that move leave nothing of what they showed before; dollar signs are no mathematics."""
    first = ("$x^2$", ["$", "a", "$"], [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]], ["one", "two"], 1)
    other = ("B", [" ", "\n", "\\"], [[0.1, 0.2, 0.7], [0.0, 0.0, 1.0]], ["three", "four"], None)
    pictures = []
    for order in ([first], [other, first], [other]):
        figure, (panel,) = stage_figure(("p", "q"), 3)
        for numbers in order:
            panel.show(*numbers)
        pictures.append(silent_png(figure))
    assert pictures[0] == pictures[1] != pictures[2]


def slow_lines(text, per_line, lines):
    """The lines on paper: broken where the text has a break, and where one is full."""
    found = []
    for line in text.split("\n"):
        pieces = [line[i : i + per_line] for i in range(0, len(line), per_line)]
        found += pieces or [""]
    return found[:lines]


@settings(max_examples=25)
@example("\n\na", 1, 1)  # two breaks at once jump over the last line
@given(st.text(st.sampled_from("ab \n"), max_size=60), st.integers(1, 8), st.integers(1, 6))
def test_shaded_text_stands_line_by_line(text, per_line, lines):
    shades = [round(i / max(1, len(text)), 3) for i in range(len(text))]
    figure = Figure((5, 4))
    write_shaded(figure, text, shades, left=0.1, top=1.4, per_line=per_line, lines=lines)
    width, height = figure.get_size_inches()
    found = {}
    for drawn in figure.texts:
        x, y = drawn.get_position()
        place = round((1.4 - y * height) / 0.2), round((x - 0.1) * width / 0.09)
        assert place not in found, "one upon another"
        found[place] = drawn.get_text()
    expected = slow_lines(text, per_line, lines)
    assert found == {(y, x): char for y, line in enumerate(expected) for x, char in enumerate(line)}
    kept = [shade for char, shade in zip(text, shades, strict=True) if char != "\n"][: len(found)]
    for drawn, shade in zip(figure.texts, kept, strict=True):
        assert drawn.get_bbox_patch().get_facecolor() == pytest.approx((*to_rgba(ORANGE)[:3], shade))


def test_shaded_text_draws_any_character():
    figure, _ = stage_figure(("a",), 2, text_height=1.6)
    write_shaded(figure, "$a$ \\frac{\t_^%\n", [0.5] * 15, left=0.1, top=1.4)
    silent_png(figure)


@few
@given(st.integers(1, 9), st.integers(0, 10**6))
def test_attention_is_a_map_and_an_arc_for_each_weight_that_counts(T, seed):
    scores = np.random.default_rng(seed).normal(size=(T, T)) * 2
    weights = np.tril(np.exp(scores))
    weights /= weights.sum(axis=1, keepdims=True)
    text = "$a \n\tb_^\\"[:T]
    figure = attention_picture(weights, text, "title")
    left, right = figure.axes[:2]
    assert np.array_equal(left.images[0].get_array(), weights) and left.images[0].get_clim() == (0, 1)
    labels = [show.visible(char) for char in text]
    for ticks in (left.get_xticklabels(), left.get_yticklabels(), right.get_yticklabels()):
        assert [label.get_text() for label in ticks] == labels
    expected = [(t, s) for t in range(T) for s in range(t) if weights[t, s] >= 0.1]
    assert len(right.lines) == len(expected)
    for line, (t, s) in zip(right.lines, expected, strict=True):
        assert (line.get_ydata()[0], line.get_ydata()[-1]) == pytest.approx((t, s))
        assert line.get_alpha() == pytest.approx(weights[t, s])
    dots = right.collections[0]
    assert dots.get_offsets().tolist() == [[0, t] for t in range(T)]
    assert dots.get_facecolors()[:, 3] == pytest.approx(weights.diagonal())
    assert left.get_ylim()[0] > left.get_ylim()[1] and right.get_ylim()[0] > right.get_ylim()[1], "read from the top"


@few
@given(st.integers(1, 8), st.integers(1, 4), st.integers(0, 10**6))
def test_lens_frames_what_came(T, rows, seed):
    random = np.random.default_rng(seed)
    text = "".join(random.choice(list("a$\n"), T))
    best = ["".join(random.choice(list("a$\n"), T)) for _ in range(rows)]
    table = random.random((rows, T))
    figure = lens_picture(text, best, table, "title")
    ax = figure.axes[0]
    assert np.array_equal(ax.images[0].get_array(), table)
    found = {}
    for drawn in ax.texts:
        patch = drawn.get_bbox_patch()
        framed = patch is not None and to_hex(patch.get_edgecolor()).upper() == GREEN
        found[tuple(reversed(drawn.get_position()))] = (drawn.get_text(), framed)
    assert found == {
        (layer, t): (show.visible(best[layer][t]), t + 1 < T and text[t + 1] == best[layer][t])
        for layer in range(rows)
        for t in range(T)
    }
    assert [label.get_text() for label in ax.get_xticklabels()] == [show.visible(char) for char in text]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["embedding", *(f"block {layer}" for layer in range(1, rows))]


@few
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_head_table_writes_each_score_in_its_place(layers, heads, seed):
    random = np.random.default_rng(seed)
    scores = {name: random.random((layers, heads)) for name in ("previous", "first", "induction")}
    figure = head_table(scores, "title")
    for ax, (name, table) in zip(figure.axes, scores.items(), strict=False):
        assert ax.get_title() == name and ax.images[0].get_clim() == (0, 1)
        assert np.array_equal(ax.images[0].get_array(), table)
        found = {text.get_position(): text.get_text() for text in ax.texts}
        assert found == {(h, k): f"{table[k, h]:.2f}" for k in range(layers) for h in range(heads)}
        assert [label.get_text() for label in ax.get_yticklabels()] == [str(k + 1) for k in range(layers)]
        assert [label.get_text() for label in ax.get_xticklabels()] == [str(h) for h in range(heads)]


def test_every_picture_can_be_drawn_with_signs_that_mean_mathematics():
    text, T = "$a\\$_^{", 7
    silent_png(attention_picture(np.tril(np.ones((T, T))) / np.arange(1, T + 1)[:, None], text, "A title"))
    silent_png(lens_picture(text, [text, text[::-1]], np.full((2, T), 0.5), "A title"))
