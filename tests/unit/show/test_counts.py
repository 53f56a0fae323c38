"""Pictures of counts: the bars and boxes carry the numbers that they are given, and the words name them."""

import pytest
import torch

from helpers import show


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_a_bar_for_each_character():
    figure = show.character_bars([" ", "e", "\n"], [0.25, 0.5, 0.125], "Shares", ylabel="share")
    (ax,) = figure.axes
    assert heights(ax) == [0.25, 0.5, 0.125] and ticks(ax.xaxis) == ["␣", "e", "⏎"] and ax.get_ylabel() == "share"
    assert figure.alt == "Shares. 3 bars, one for each character, share. The highest: e 0.5, ␣ 0.25, ⏎ 0.125."
    wide = show.character_bars([chr(97 + i) for i in range(84)], [0.153 / (i + 1) for i in range(84)], "Wide")
    wide.draw_without_rendering()
    assert wide.axes[0].yaxis.label.get_window_extent().x0 >= 0  # its label is not cut off
    many = show.character_bars("abcdefg", [1, 7, 2, 6, 3, 5, 4], "Many")
    assert many.alt.endswith("The highest: b 7, d 6, f 5, g 4, e 3.")


def test_a_window_has_each_target_under_its_context():
    figure = show.window_picture("to $", "o b$", "Window")
    (ax,) = figure.axes
    boxes = {text.get_position(): text.get_text() for text in ax.texts if len(text.get_text()) == 1}
    assert boxes == {(i, -row): char for row, chars in enumerate(["to␣$", "o␣b$"]) for i, char in enumerate(chars)}
    assert "t to o, o to ␣, ␣ to b, $ to $" in figure.alt


def test_a_window_asks_for_what_follows():
    figure, caption = show.window_question("to b", "o be")
    assert "asked what follows 'to b'. The text says 'e'." in caption and "4 contexts" in figure.alt
    with pytest.raises(ValueError, match="The text ends before"):
        show.window_question("", "")


def test_surprise_says_where_it_ends():
    figure = show.surprise_bars("an owl.", [0.5, 0.0, 0.0, 2.25, 0.0, 0.0, 0.0], "Surprise")
    assert heights(figure.axes[0]) == [0.5, 0, 0, 2.25, 0, 0, 0] and figure.axes[0].get_ylabel() == "nats"
    for words in (
        "each of the 7 characters",
        "2 stand above 0",
        "highest at 2.25",
        "that of o in 'an o'",
        "all 3 after",
    ):
        assert words in figure.alt
    assert "above 0" not in show.surprise_bars("ab", [0.0, 0.0], "Nothing").alt


def test_losses_stand_as_bars_and_the_limit_as_a_solid_line():
    figure = show.loss_bars({"uniform": 3.5, "bigram": 2.0}, "Losses", limit=0.25)
    (ax,) = figure.axes
    assert heights(ax) == [3.5, 2.0] and ticks(ax.xaxis) == ["uniform", "bigram"]
    assert [(line.get_ydata()[0], line.get_linestyle()) for line in ax.lines] == [(0.25, "-")]
    assert "uniform 3.50, bigram 2.00. A solid line marks the limit, 0.25." in figure.alt
    bare = show.loss_bars({"uniform": 3.5}, "Losses")
    assert not bare.axes[0].lines and "limit" not in bare.alt


def test_a_table_of_pairs_names_its_brightest():
    table = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [1.0, 0.0, 0.0]]
    figure = show.pair_table(table, "a \n", "Pairs")
    ax = figure.axes[0]
    assert ax.images[0].get_array().tolist() == table
    assert ticks(ax.xaxis) == ticks(ax.yaxis) == ["a", "␣", "⏎"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("next character", "current character")
    assert "The brightest: a after ⏎ 1.00, ␣ after ␣ 0.75, a after a 0.50" in figure.alt


def test_paired_bars_stand_side_by_side():
    figure = show.paired_bars("a ", {"counted": [0.5, 0.25], "learned": [0.375, 0.125]}, "Two")
    (ax,) = figure.axes
    assert heights(ax) == [0.5, 0.25, 0.375, 0.125] and ticks(ax.xaxis) == ["a", "␣"]
    middles = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches]
    assert middles == pytest.approx([-0.2, 0.8, 0.2, 1.2])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["counted", "learned"]
    assert "counted and learned, probability: a 0.500 and 0.375; ␣ 0.250 and 0.125" in figure.alt


@pytest.mark.parametrize(
    "make",
    [
        lambda alt: show.character_bars("a", [1], "T", alt=alt),
        lambda alt: show.window_picture("a", "b", "T", alt=alt),
        lambda alt: show.surprise_bars("a", [1.0], "T", alt=alt),
        lambda alt: show.loss_bars({"a": 1.0}, "T", alt=alt),
        lambda alt: show.pair_table([[1.0]], "a", "T", alt=alt),
        lambda alt: show.paired_bars("a", {"x": [1.0]}, "T", alt=alt),
    ],
)
def test_words_that_are_given_come_first(make):
    assert make("Mine.").alt == "Mine."


def test_two_tables_stand_in_one_scale_of_colors():
    tables = {"learned": torch.tensor([[0.5, 0.5], [0.1, 0.9]]), "counted": torch.tensor([[0.25, 0.75], [0.0, 1.0]])}
    figure = show.pair_tables(tables, "q ", "Tables")
    left, right = figure.axes[:2]
    assert [ax.get_title() for ax in (left, right)] == ["learned", "counted"]
    assert ticks(left.xaxis) == ticks(right.yaxis) == ["q", "␣"]
    assert left.images[0].get_clim() == right.images[0].get_clim() == (0, 1)
    assert right.images[0].get_array().tolist() == [[0.25, 0.75], [0.0, 1.0]]
    assert "In “learned” the brightest are ␣ after ␣ 0.90, q after q 0.50" in figure.alt
    assert "In “counted” the brightest are ␣ after ␣ 1.00, ␣ after q 0.75" in figure.alt
