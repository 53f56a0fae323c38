"""What sampling leaves, and what goes on inside: the numbers stand where they belong, and the words say them."""

import pytest

from helpers import show
from helpers.show.sampled import depth_names


def test_kept_characters_are_bars_from_one_beside_the_number_of_top_k():
    figure = show.kept_by_top_p([0.25, 0.5, 0.125, 0.125], 2, "Kept")
    ax = figure.axes[0]
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.5, 0.125, 0.125]
    assert [bar.get_x() + bar.get_width() / 2 for bar in ax.patches] == pytest.approx([1, 2, 3, 4])
    assert list(ax.lines[0].get_xdata()) == [2, 2] and ax.texts[0].get_text() == "top-k 2"
    for word in ("Kept.", "from 1 to 4", "stands at 2, with a share of 0.50", "hold 0.75", "beyond it 0.25"):
        assert word in figure.alt, figure.alt


def test_losses_by_depth_have_the_names_of_the_lens():
    figure = show.loss_by_depth([4.5, 2.25, 1.75], {"uniform": 5.0, "bigram": 2.5}, "Depth")
    ax = figure.axes[0]
    assert [bar.get_height() for bar in ax.patches] == [4.5, 2.25, 1.75]
    names = ["embedding", "block 1", "block 2"]
    assert [label.get_text() for label in ax.get_xticklabels()] == names == depth_names(3)
    assert [(line.get_ydata()[0], line.get_linestyle()) for line in ax.lines] == [(5.0, "--"), (2.5, "--")]
    assert ax.get_ylim() == (0, 1.15 * 5.0), "the highest line can be seen"
    for word in ("Depth.", "embedding 4.50, block 1 2.25, block 2 1.75", "uniform 5.00, bigram 2.50"):
        assert word in figure.alt, figure.alt


def test_where_a_head_looks_is_said_of_the_last_character():
    weights = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.125, 0.75, 0.125]]
    figure, caption = show.where_it_looks(weights, "a b", "Block 2, head 0")
    assert caption == "Block 2, head 0: the last character, b, looks most at ␣ (position 1), with weight 0.75."
    assert figure.axes[0].images[0].get_array().tolist() == weights
    assert "Where it looks: Block 2, head 0" in figure.alt and "b at ␣ (0.75)" in figure.alt
    figure, caption = show.where_it_looks(weights, "xyz a b", "Head")
    assert "b, looks most at ␣ (position 1)" in caption
    assert caption.endswith(" Only the last 3 of 7 characters fit into the context.")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "␣", "b"]


def test_expectations_are_counted_where_something_came():
    best, shares = ["bbb", "bcx"], [[0.5] * 3, [0.25, 0.5, 0.75]]
    for text in ("abc", "zzabc"):  # the last three characters are those that were read
        figure, caption = show.what_each_layer_expects(text, best, shares)
        assert caption == "Right: embedding 1 of 2, block 1 2 of 2."
        assert figure.axes[0].images[0].get_array().tolist() == shares
        assert "embedding 1, block 1 2" in figure.alt
    with pytest.raises(ValueError, match="at least two characters"):
        show.what_each_layer_expects("a", ["b"], [[0.5]])
