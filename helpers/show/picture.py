"""A figure that says in words what there is to see, in the one visual style of the series.

Figures are made without pyplot, whose global state is not safe where a widget draws from another thread.
"""

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

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
    """The figure as PNG bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})  # the version would change the bytes
    return buffer.getvalue()


def visible(char):
    """A character as a label that can be seen: ␣ for a space, ⏎ for a line break."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(char, char if char.isprintable() else f"\\x{ord(char):02x}")
