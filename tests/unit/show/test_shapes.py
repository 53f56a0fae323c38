"""Pictures of shapes: what is drawn, said and asked for is what broadcasting does."""

import re

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from helpers import show
from helpers.basics import broadcast_shape
from helpers.show.picture import GREY, ORANGE, SKY, VERMILION
from helpers.show.shapes import shapes_in_words

sizes = st.lists(st.integers(0, 3), max_size=4).map(tuple)


def result_of(a, b):
    try:
        return tuple(torch.broadcast_shapes(a, b))
    except RuntimeError:
        return None


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    "text, shape", [("4, 1, 3", (4, 1, 3)), ("(2,)", (2,)), ("", ()), ("()", ()), ("[0, 5]", (0, 5)), ("9999", (9999,))]
)
def test_shapes_are_read(text, shape):
    assert show.read_shape(text) == shape


@pytest.mark.parametrize(
    "text, said",
    [
        ("4, x", "'x' is not a size. Type integers from 0 to 9999"),
        ("-2, 3", "'-2' is not a size"),
        ("4 3", "'4 3' is not a size"),
        (", 2", "'' is not a size"),
        ("10000", "'10000' is not a size"),
        ("1, 1, 1, 1, 1, 1, 1", "7 dimensions are too many for the picture. Type at most 6 sizes."),
    ],
)
def test_what_is_no_shape_is_refused_with_what_to_type(text, said):
    with pytest.raises(ValueError) as refused:
        show.read_shape(text)
    assert str(refused.value).startswith(said)


@settings(max_examples=200)
@example((4, 1, 3), (2, 1))
@example((), ())
@example((0,), (1,))
@given(sizes, sizes)
def test_words_say_what_is_stretched_and_what_is_missing(a, b):
    result = result_of(a, b)
    said = shapes_in_words(a, b, result)
    if result is None:
        place = int(said.split("dimension ")[1].split(" ")[0])  # the last that fails, counted from the right
        assert result_of(a[place:], b[place:]) is None and f"has {a[place]} and {b[place]}." in said
        assert place == -1 or result_of(a[place + 1 :], b[place + 1 :]) is not None
        return
    assert said.startswith(f"{a} and {b} give {result}, {torch.zeros(result).numel():,} number")
    for name, shape in (("a", a), ("b", b)):
        strides = torch.zeros(shape).expand(result).stride() if 0 not in result else None
        for place in range(-len(result), 0):
            missing, stretched = (f"{name} at {place}" in part for part in said.split("Missing: ")[::-1])
            assert missing == (-place > len(shape))
            assert stretched == (-place <= len(shape) and shape[place] != result[place])
            if strides and shape and result[place] > 1:  # PyTorch's own mark of a dimension that is repeated
                assert (strides[place] == 0) == (missing or stretched)


@settings(max_examples=20)
@example((5, 1, 4), (3, 1))
@example((4, 3), (4,))
@given(sizes, sizes)
def test_a_table_of_shapes_holds_sizes_and_their_fate(a, b):
    result = result_of(a, b)
    figure = show.shape_table(a, b, result, "A title")
    (ax,) = figure.axes
    columns = max(len(a), len(b))
    at = {(text.get_position()[0], round(text.get_position()[1])): text.get_text() for text in ax.texts[::-1]}
    fates = {GREY: "missing", SKY: "as it is", VERMILION: "no fit", ORANGE: "stretched"}
    if columns:
        for y, shape in enumerate((a, b, result)):
            for place in range(-columns, 0):
                if shape is not None:
                    assert at[place, y] == (str(shape[place]) if -place <= len(shape) else "–")
        boxes = {(patch.get_x() + 0.45, round(patch.get_y() + 0.42)): patch for patch in ax.patches}
        for (x, y), patch in boxes.items():
            word = next((w for c, w in fates.items() if c == to_hex(patch.get_facecolor()).upper()), "")
            told = [t.get_text() for t in ax.texts if abs(t.get_position()[0] - x) < 0.1 and t.get_position()[1] > y]
            assert y == 2 or any(told_here.startswith(word) for told_here in told)
    assert ("they do not fit" in texts(ax)) == (result is None)
    assert figure.get_suptitle() == "A title" and shapes_in_words(a, b, result) in figure.alt


def test_broadcasting_gives_a_picture_and_its_caption_once():
    figure, caption = show.broadcasting((4, 1, 3), (2, 1), (4, 2, 3))
    assert caption == "(4, 1, 3) and (2, 1) give (4, 2, 3), 24 numbers. Stretched: a at -2, b at -1. Missing: b at -3."
    assert "in a table" in figure.alt and caption not in figure.alt
    assert show.broadcasting((), (), ())[1] == "() and () give (), 1 number. Stretched: nothing. Missing: nothing."


def test_an_explorer_draws_what_a_rule_says_of_two_typed_shapes():
    explorer = show.shape_explorer(broadcast_shape)
    a, b = explorer.children[:2]
    assert explorer.caption.startswith("(4, 1, 3) and (2, 1) give (4, 2, 3)")
    a.value, b.value = "4, 3", "4"
    assert explorer.caption == "(4, 3) and (4,) do not fit: dimension -1 has 3 and 4. They differ, and neither is 1."
    b.value = "x"
    assert explorer.caption.startswith("'x' is not a size.")


@settings(max_examples=200)
@example((4, 1, 3), (2, 1))
@example((0,), (1,))
@example((), ())
@given(sizes, sizes)
def test_our_rule_is_the_one_of_pytorch(a, b):
    if (expected := result_of(a, b)) is not None:
        assert broadcast_shape(a, b) == expected == tuple((torch.zeros(a) + torch.zeros(b)).shape)
    else:
        with pytest.raises(ValueError, match=re.escape(f"The shapes {a} and {b} do not broadcast")):
            broadcast_shape(a, b)


def test_number_tables_hold_their_numbers_on_one_scale():
    column, table = torch.tensor([[1], [2]]), torch.arange(12.0).view(2, 6)
    figure = show.number_tables([column, table], "Numbers", width=5, height=2)
    for ax, values in zip(figure.axes, (column, table), strict=True):
        assert texts(ax) == [f"{value:g}" for value in values.flatten().tolist()]
        assert ax.images[0].get_clim() == (0, 11) and ax.images[0].get_array().tolist() == values.tolist()
        assert ax.get_title() == str(tuple(values.shape))
    assert [text.get_color() for text in figure.axes[1].texts] == ["white"] * 7 + ["black"] * 5
    assert "(2, 1), rows 1 and 2; (2, 6), from 0 to 11" in figure.alt

    figure = show.number_tables([[[0.25, 0.75]]], "One", ["shares"], ["q"], ["a", "b"], "{:.2f}", alt="Said otherwise.")
    (ax,) = figure.axes
    assert texts(ax) == ["0.25", "0.75"] and figure.alt == "Said otherwise."
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]


def test_mask_tables_say_may_where_a_mask_is_true():
    masks = torch.tensor([[[True, False], [True, True]], [[False, False], [False, True]]])
    figure = show.mask_tables(masks, "Masks", ["first", "second"])
    for ax, mask, name in zip(figure.axes, masks, ["first", "second"], strict=True):
        assert texts(ax) == ["may" if allowed else "" for allowed in mask.flatten().tolist()]
        assert ax.get_title() == name
    assert show.mask_tables(masks[:1], "One", ["alone"]).axes[0].get_ylabel() == "position that looks"
    assert "Masks. 2 tables" in figure.alt and "first, 3 of 4 boxes; second, 1 of 4 boxes" in figure.alt
    assert "One. A table, position that looks downwards" in show.mask_tables(masks[:1], "One", ["alone"]).alt


def test_a_search_for_a_slope_marks_where_each_loss_is_smallest():
    slopes, x = torch.linspace(-1, 1, 5), torch.arange(8.0)
    losses = {"right loss": (slopes - 1) ** 2, "wrong loss": slopes**2 + 1}
    figure = show.slope_search(slopes, losses, x, {"right loss": x, "wrong loss": 0 * x}, x, "Slopes")
    left, right = figure.axes
    curves = {line.get_label(): line.get_xydata().tolist() for line in left.lines}
    assert curves["right loss"] == torch.stack([slopes, losses["right loss"]], dim=1).tolist()
    assert curves["its smallest, at slope 1"] == [[1, 0]] and curves["its smallest, at slope 0"] == [[0, 1]]
    drawn = {line.get_label(): line.get_xydata().tolist() for line in right.lines}
    assert drawn["found with the wrong loss"] == [[i, 0] for i in range(8)]
    assert drawn["every fourth target"] == [[0, 0], [4, 4]]
    assert "right loss is smallest at slope 1, where it is 0.00; the wrong loss is smallest at slope 0" in figure.alt
