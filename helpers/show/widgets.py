"""Things to move: controls that redraw a picture. No mathematics of their own; they call functions and show what comes.

Callbacks may run on another thread while a cell runs. So they draw on Figures (never through pyplot), one at a time
under a lock, and always from the controls' present values: the last picture drawn is the right one.
"""

import html
import threading

import ipywidgets as widgets

from helpers import checks
from helpers.show.picture import png, shown

# Sliders answer while they move; wide enough descriptions that none is cut off.
SLIDER = {"continuous_update": True, "style": {"description_width": "10em"}, "layout": {"width": "30em"}}
PICTURE = {"align_self": "flex-start", "max_width": "100%"}  # its own size: a box would otherwise stretch it


def slider(description, value, low, high, step=None):
    """A labelled slider for integers or, where a value or the step has a decimal point, for floats."""
    bounds = [("value", value), ("low", low), ("high", high), *([("step", step)] if step is not None else [])]
    for name, number in bounds:
        checks.number(f"{name} of {description!r}", number)
    if step is not None and step <= 0:
        raise ValueError(f"step of {description!r} is {step}; it must be above 0.")
    real = any(isinstance(x, float) for x in (value, low, high, step))
    if not low <= value <= high:  # the slider would move it there without a word
        raise ValueError(f"{description} is {value}; the slider goes from {low} to {high}.")
    kind = widgets.FloatSlider if real else widgets.IntSlider
    return kind(value=value, min=low, max=high, step=step or (0.01 if real else 1), description=description, **SLIDER)


def choice_slider(description, options, value):
    """A labelled slider over a list of options, (label, value) pairs or plain values.

    Arrow keys move it, while JupyterLab takes those keys away from a drop-down list to move between cells.
    """
    options = [*checks.kind(f"options of {description!r}", options, (list, tuple, range), "a list of at least one")]
    values = [option[1] if isinstance(option, tuple) and len(option) == 2 else option for option in options]
    if not any(type(value) is type(one) and value == one for one in values):
        raise ValueError(f"{description} is {checks.said(value)}; it must be one of {checks.said(values)}.")
    look = SLIDER | {"layout": {"width": "36em"}}  # room for a label of a few words
    return widgets.SelectionSlider(options=options, value=value, description=description, **look)


def text_box(description, value):
    """A labelled line of text; it counts when Enter is pressed or the box is left, not at every letter."""
    checks.text(f"value of {description!r}", value)
    look = {"style": SLIDER["style"], "layout": {"width": "40em"}}
    return widgets.Text(value=value, description=description, continuous_update=False, **look)


class Pictured(widgets.VBox):
    """A box that holds a picture, and shows that picture alone where no kernel runs (on the web, on paper)."""

    def __init__(self):
        self._image = widgets.Image(format="png", layout=PICTURE)
        super().__init__()

    def in_words(self):
        """What the picture shows, in words; where a kernel runs, the box itself says it beside the picture."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | shown(self._image.value, self.in_words()) if self._image.value else bundle


class Explorer(Pictured):
    """Controls above a picture and its caption. `draw(**values of the controls)` returns a Figure and a caption."""

    def __init__(self, draw, **controls):
        if not callable(draw):
            raise ValueError(f"draw is {checks.said(draw)}; it must be a function that gives a figure and a caption.")
        for name, control in controls.items():
            checks.kind(name, control, widgets.ValueWidget, "a control, as show.slider(...) makes one")
        super().__init__()
        self._draw, self._controls, self._lock = draw, controls, threading.Lock()
        self._caption, self._words = widgets.HTML(), ""
        self.children = [*controls.values(), self._image, self._caption]
        self.redraw()
        for control in controls.values():
            control.observe(lambda change: self.redraw(), names="value")

    @property
    def caption(self):
        """The text under the picture, as plain text."""
        return html.unescape(self._caption.value.removeprefix("<p>").removesuffix("</p>"))

    def in_words(self):
        """The figure's own words, if it has any, and the caption."""
        return f"{self._words} {self.caption}".strip()

    def redraw(self):
        with self._lock:
            try:
                figure, caption = self._draw(**{name: control.value for name, control in self._controls.items()})
                self._image.value, self._words = png(figure), getattr(figure, "alt", "")
            except ValueError as error:  # bad input: the helpers' sentences say what to do; the old picture stays
                caption = str(error)
            self._caption.value = f"<p>{html.escape(caption)}</p>"
