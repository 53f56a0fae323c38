"""A picture carries its own words: in the HTML that a cell shows, escaped, and as plain text."""

import base64
import html
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import show
from helpers.show.picture import shown
from helpers.training import History


class Images(HTMLParser):
    """The attributes of every <img> in a piece of HTML, and whether anything else stands there."""

    def __init__(self, text):
        super().__init__()
        self.images, self.other = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        (self.images if tag == "img" else self.other).append(dict(attributes))

    def handle_data(self, data):
        self.other.append(data)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_any_words_reach_the_reader_whole_and_as_words(alt):
    bundle = shown(b"png", alt)
    found = Images(bundle["text/html"])
    assert found.images == [{"alt": alt, "src": "data:image/png;base64," + base64.b64encode(b"png").decode()}]
    assert found.other == [] and bundle["text/plain"] == alt and "image/png" not in bundle


def test_a_figure_shows_its_own_picture_and_words():
    figure, ax = show.new_figure("A title", alt="A line that rises from 0 to 1.")
    ax.plot([0, 1])
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == "A line that rises from 0 to 1."
    assert base64.b64encode(show.png(figure)).decode() in bundle["text/html"]
    figure.alt = ""
    assert figure._repr_mimebundle_()["text/plain"] == "A title"  # better than nothing


def history():
    made = History()
    for step, loss in enumerate((4.0, 3.0, 2.0)):
        made.append(step=step, tokens=step, seconds=step, train_loss=loss, val_loss=loss + 0.5)
    return made


FIGURES = {
    "bars": lambda: (show.bars(["a", "<b>"], [0.25, 0.75], "Shares"), ["Shares", "a 0.25", "<b> 0.75"]),
    "heat_map": lambda: (
        show.heat_map([[1, 2]], ["r"], ["c", "d"], "Map", xlabel="next", ylabel="before"),
        ["Map", "1 rows (before)", "2 columns (next)"],
    ),
    "loss_curve": lambda: (
        show.loss_curve(history(), {"uniform": 4.43}, "Loss", limit=0.21),
        [
            "training loss goes from 4.00 to 2.00",
            "validation loss goes from 4.50 to 2.50",
            "uniform 4.43",
            "limit, 0.21",
        ],
    ),
    "fit_curve": lambda: (
        show.fit_curve([4.0, 3.0, 2.0], {0: 4.5, 3: 2.5}, {"bigram": 2.25}, "Fit", limit=0.21),
        [
            "training loss goes from 4.00 to 2.00",
            "validation loss goes from 4.50 to 2.50",
            "bigram 2.25",
            "limit, 0.21",
        ],
    ),
    "attention": lambda: (show.attention_picture([[1, 0], [0.75, 0.25]], "ab", "Head"), ["Head", "b at a (0.75)"]),
    "lens": lambda: (
        show.lens_picture("abc", ["bbb", "bcb"], [[0.5] * 3, [0.9] * 3], "Lens"),
        ["Right of 2", "embedding 1", "block 1 2"],
    ),
    "heads": lambda: (
        show.head_table({"previous": [[0.1, 0.7]], "first": [[0.9, 0.2]]}, "Scores"),
        ["previous: the highest, 0.70, has head 1 of block 1", "first: the highest, 0.90, has head 0"],
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_say_their_numbers(name):
    figure, words = FIGURES[name]()
    for word in words:
        assert word in figure.alt, figure.alt
    assert html.escape(figure.alt) in figure._repr_mimebundle_()["text/html"]


def test_what_is_given_comes_before_what_is_made():
    assert show.bars(["a"], [1.0], "Title", alt="Mine.").alt == "Mine."
    assert show.bars(["a"], [1.0], "Title", "nats", xlabel="n").alt == "Title. 1 bars, nats over n: a 1.00."
    assert show.loss_curve(history(), title="Title", alt="Mine.").alt == "Mine."


def test_losses_of_a_fit_stand_at_their_steps():
    """A training loss belongs to the step that begins with it, a measured one to the steps that are done."""
    train, val = show.fit_curve([4.0, 3.0, 2.0], {0: 4.5, 3: 2.5}, {}, "Fit").axes[0].lines
    assert list(train.get_xdata()) == [0, 1, 2] and list(train.get_ydata()) == [4.0, 3.0, 2.0]
    assert list(val.get_xdata()) == [0, 3] and list(val.get_ydata()) == [4.5, 2.5]
    assert show.fit_curve([4.0, 3.0], {}, {}, "Nothing measured").axes[0].lines


def test_baselines_are_dashed_and_the_limit_is_solid():
    _, ax = show.new_figure()
    show.draw_baselines(ax, {"uniform": 4.0, "bigram": 2.5}, limit=0.2)
    assert [(line.get_ydata()[0], line.get_linestyle()) for line in ax.lines] == [(4.0, "--"), (2.5, "--"), (0.2, "-")]
    assert [text.get_text() for text in ax.texts] == ["uniform 4.00", "bigram 2.50", "limit 0.20"]


def test_an_explorer_says_the_figure_and_its_caption():
    def draw(x):
        return show.new_figure(alt=f"A picture of {x}.")[0], f"x is {x} < 9"

    explorer = show.Explorer(draw, x=show.slider("x", 2, 0, 5))
    assert explorer._repr_mimebundle_()["text/plain"] == "A picture of 2. x is 2 < 9"
    explorer._controls["x"].value = 4
    assert 'alt="A picture of 4. x is 4 &lt; 9"' in explorer._repr_mimebundle_()["text/html"]
