"""Pictures of random numbers and times: bars, lines and dots carry the numbers, and the words name them."""

import math

import pytest

from helpers import show


def test_a_histogram_counts():
    figure = show.histogram([0, 0.1, 0.2, 3.9, 4], "Two heaps", "number", bins=4)
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches] == [3, 0, 0, 2] and ax.get_xlabel() == "number"
    for words in ("5 numbers from 0.0 to 4.0, 4 bars", "tallest stands near 0.5", "between 0.10 and 3.90"):
        assert words in figure.alt


def test_frequencies_stand_beside_their_probabilities():
    figure = show.frequencies({10: [0.5, 0.5], 1000: [0.3, 0.7]}, [0.25, 0.75], "Shares")
    (ax,) = figure.axes
    drawn = [line for line in ax.lines if line.get_linestyle() == "-"]
    assert [list(line.get_xdata()) for line in drawn] == [[10, 1000]] * 2
    assert [list(line.get_ydata()) for line in drawn] == [[0.5, 0.3], [0.5, 0.7]]
    assert [line.get_ydata()[0] for line in ax.lines if line.get_linestyle() == "--"] == [0.25, 0.75]
    assert [text.get_text() for text in ax.texts] == ["index 0", "index 1"] and ax.get_xscale() == "log"
    assert "0.25, 0.75. With 10 draws the farthest line is 0.250 away, with 1,000 it is 0.050." in figure.alt


def test_each_call_is_a_dot():
    figure = show.call_times([2e-3, 1e-6, 3e-6, 4e-3, 2e-6], "Calls")
    (ax,) = figure.axes
    dots, median = ax.lines
    assert list(dots.get_xdata()) == [1, 2, 3, 4, 5] and list(dots.get_ydata()) == pytest.approx([2000, 1, 3, 4000, 2])
    assert median.get_ydata()[0] == pytest.approx(3) and ax.get_yscale() == "log"
    assert "The first took 2,000.0, the slowest, call 4, 4,000.0. A dashed line marks the median, 3.0." in figure.alt


def test_two_times_cross_where_the_second_first_wins():
    sizes, loop, tensor = [1, 10, 100], [1e-6, 1e-5, 1e-4], [5e-6, 4e-6, 2e-5]
    figure = show.times_by_size(sizes, {"loop": loop, "tensor": tensor}, "Who wins", "numbers")
    (ax,) = figure.axes
    first, second, mark = ax.lines
    for line, seconds in ((first, loop), (second, tensor)):
        assert list(line.get_xdata()) == sizes and list(line.get_ydata()) == pytest.approx([1e6 * s for s in seconds])
    assert mark.get_xdata()[0] == 10 and (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["loop", "tensor", "first size where tensor wins: 10"]
    for words in (
        "over numbers (from 1 on)",
        "loop, from 1 to 100; tensor, from 5 to 20",
        "line at 10: there 'tensor'",
    ):
        assert words in figure.alt
    never = show.times_by_size(sizes, {"loop": loop, "slow": [1, 1, 1]}, "Who wins", "numbers")
    assert len(never.axes[0].lines) == 2 and "dashed" not in never.alt


def test_the_dot_stands_on_the_curve_of_the_loss():
    figure = show.surprise_curve(0.5, math.log(2))
    curve, dot = figure.axes[0].lines
    assert list(curve.get_ydata()) == pytest.approx([-math.log(p) for p in curve.get_xdata()])
    assert (curve.get_xdata()[0], curve.get_xdata()[-1]) == (0.005, 1)
    assert list(dot.get_xdata()) == [0.5] and list(dot.get_ydata()) == [math.log(2)]
    for words in ("from 5.3 nats at 0.005 to 0 at 1", "at 0.50"):
        assert words in figure.alt


@pytest.mark.parametrize(
    "make",
    [
        lambda alt: show.histogram([1, 2], "T", "x", alt=alt),
        lambda alt: show.frequencies({10: [1.0]}, [1.0], "T", alt=alt),
        lambda alt: show.call_times([1e-6], "T", alt=alt),
        lambda alt: show.times_by_size([1, 2], {"a": [1, 2], "b": [2, 1]}, "T", "n", alt=alt),
    ],
)
def test_words_that_are_given_come_first(make):
    assert make("Mine.").alt == "Mine."
