"""A figure that says in words what there is to see, in the one visual style of the series.

Figures are made without pyplot, whose global state is not safe where a widget draws from another thread.
"""

import base64
import functools
import html
import io
import unicodedata

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text

from helpers import checks

# Okabe and Ito (2008): eight colours that stay apart for colour-blind readers.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#777777"
CYCLE = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW)
DPI = 100


class Picture(Figure):
    """A Figure that shows itself when it is the value of a cell, with `alt`, one or more sentences, for who cannot see.

    It is shown as HTML, not as a bare PNG: that is the form in which the sentences reach a screen reader, in JupyterLab
    and on an exported page alike.
    """

    def __init__(self, *args, alt="", **kwargs):
        super().__init__(*args, **kwargs)
        self.alt = alt

    def _repr_mimebundle_(self, **kwargs):
        return shown(png(self), self.alt or self.get_suptitle())


def shown(image, alt):
    """What a cell shows for a PNG (bytes) that `alt` describes: HTML with both, and the description as plain text."""
    data = base64.b64encode(image).decode()
    return {"text/html": f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">', "text/plain": alt}


def new_figure(title="", width=7.0, height=3.4, columns=1, rows=1, alt="", **subplots):
    """An empty figure in the style of the series, and its axes (one, or an array of them).

    alt: what there is to see, in words, for readers who cannot see it.
    """
    for name, size in (("width", width), ("height", height)):
        checks.number(name, size, least=0.5, most=60)
    for name, count in (("columns", columns), ("rows", rows)):
        checks.integer(name, count, 1, 50)
    figure = Picture(figsize=(width, height), dpi=DPI, layout="constrained", alt=alt)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **subplots)
    for ax in [axes] if columns == rows == 1 else axes.flat:
        style(ax)
    if title:
        figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    return figure, axes


def style(ax):
    """The look that every picture shares: light grid, no box."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="#DDDDDD", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(labelsize=9)
    ax.set_prop_cycle(color=CYCLE)
    return ax


def png(figure):
    """The figure as PNG bytes. Its words are taken as they are: two dollar signs in a text make no formula, and a
    character for which there is no glyph is shown by its code."""
    texts = figure.findobj(Text)
    for text in texts:
        if not (words := text.get_text()).isascii():
            text.set_text("".join(char if char in "\n" or has_glyph(char) else visible(char) for char in words))
    if any("$" in text.get_text() and text.get_parse_math() for text in texts):
        figure.draw_without_rendering()  # axes make their labels when they are drawn
        for text in figure.findobj(Text):
            text.set_parse_math(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})  # the version would change the bytes
    return buffer.getvalue()


SHORT = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def visible(char):
    """A character as a label that can be seen: ␣ for a space, ⏎ for a line break, its code where there is no glyph."""
    if len(checks.text("char", char)) != 1:
        raise ValueError(f"char is {checks.said(char)}; it must be one character.")
    if char in SHORT:
        return SHORT[char]
    alone = char.isprintable() and not unicodedata.category(char).startswith("M")  # an accent needs a letter
    return char if alone and has_glyph(char) else f"U+{ord(char):04X}"


@functools.cache
def fonts():
    """The fonts in which labels are set, each as the set of codes that it has glyphs for."""
    names = ("DejaVu Sans", "DejaVu Sans Mono")
    return [frozenset(get_font(findfont(name)).get_charmap()) for name in names]


def has_glyph(char):
    """Whether a character can be drawn in every font of the series."""
    return all(ord(char) in codes for codes in fonts())
