"""Pictures of several models beside each other, and of a text: what goes in is there, in the picture and in words."""

import warnings

import pytest

from helpers.show import png
from helpers.show.ladder import WIDTH, loss_ladder, text_page

CURVES = {"bigram": ([0, 2_000_000], [4.4, 2.5]), "GPT": ([0, 1_000_000, 2_000_000], [4.6, 2.0, 1.7])}


@pytest.mark.parametrize("limit", [None, 0.21])
def test_loss_ladder(limit):
    figure = loss_ladder(CURVES, {"uniform": 4.43}, "Down", limit=limit, over="million characters", per=1e6)
    (ax,) = figure.axes
    drawn = {line.get_label(): line for line in ax.lines}
    assert drawn["bigram"].get_xydata().tolist() == [[0, 4.4], [2, 2.5]]
    assert drawn["GPT"].get_xydata().tolist() == [[0, 4.6], [2, 1.7]]  # only where all were measured
    assert drawn["bigram"].get_color() != drawn["GPT"].get_color()
    levels = {line.get_ydata()[0]: line.get_linestyle() for line in ax.lines if line.get_label() not in CURVES}
    assert levels == {4.43: "--"} | ({0.21: "-"} if limit else {})
    assert ax.get_xlabel() == "million characters"
    for said in ("Down", "million characters", "bigram: from 4.40 to 2.50.", "GPT: from 4.60 to 1.70.", "uniform 4.43"):
        assert said in figure.alt
    assert ("solid line marks the limit, 0.21" in figure.alt) == (limit is not None)


PAGES = ["ROMEO.\nGood night & <b>good</b> night", "one line " * 40, "no $\\nothing{$, $^$", "$x^2$ \\frac" * 30]


@pytest.mark.parametrize("text", [*PAGES, "ACGT" * 77, "\n" * 300, "漢" * 300], ids=ascii)
def test_text_page(text):
    figure = text_page(text, "After 'ROMEO.'")
    (ax,) = figure.axes
    (lines,) = [shown.get_text().split("\n") for shown in ax.texts]
    assert "".join(lines) == text.replace("\n", "") and max(map(len, lines)) <= WIDTH and not ax.axison
    assert [line for line in lines if line in text.split("\n")] == [t for t in text.split("\n") if len(t) <= WIDTH]
    assert figure.alt == f"After 'ROMEO.'. A page of {len(text)} characters: {text}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert png(figure)[:4] == b"\x89PNG"
