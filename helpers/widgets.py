"""Things to move: controls that redraw a picture. No mathematics of their own; they call functions and show what comes.

Callbacks may run on another thread while a cell runs. So they draw on Figures (never through pyplot), one at a time
under a lock, and always from the controls' present values: the last picture drawn is the right one.
"""

import asyncio
import base64
import contextlib
import html
import threading
import time

import ipywidgets as widgets
from IPython.display import display

from helpers import plots

# Sliders answer while they move; wide enough descriptions that none is cut off.
SLIDER = {"continuous_update": True, "style": {"description_width": "10em"}, "layout": {"width": "30em"}}
PICTURE = {"align_self": "flex-start", "max_width": "100%"}  # its own size: a box would otherwise stretch it


def slider(description, value, low, high, step=None):
    """A labelled slider for whole numbers or, where a value or the step has a decimal point, for real ones."""
    real = any(isinstance(x, float) for x in (value, low, high, step))
    kind = widgets.FloatSlider if real else widgets.IntSlider
    return kind(value=value, min=low, max=high, step=step or (0.01 if real else 1), description=description, **SLIDER)


def choice_slider(description, options, value):
    """A labelled slider over a list of options, (label, value) pairs or plain values.

    Arrow keys move it, while JupyterLab takes those keys away from a drop-down list to move between cells.
    """
    return widgets.SelectionSlider(options=options, value=value, description=description, **SLIDER)


def text_box(description, value):
    """A labelled line of text; it counts when Enter is pressed or the box is left, not at every letter."""
    look = {"style": SLIDER["style"], "layout": {"width": "40em"}}
    return widgets.Text(value=value, description=description, continuous_update=False, **look)


class Pictured(widgets.VBox):
    """A box that holds a picture, and shows that picture alone where no kernel runs (on the web, on paper)."""

    def __init__(self):
        self._image = widgets.Image(format="png", layout=PICTURE)
        super().__init__()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if self._image.value:
            bundle["image/png"] = base64.b64encode(self._image.value).decode()
        return bundle


class Explorer(Pictured):
    """Controls above a picture and its caption. `draw(**values of the controls)` returns a Figure and a caption."""

    def __init__(self, draw, **controls):
        super().__init__()
        self._draw, self._controls, self._lock = draw, controls, threading.Lock()
        self._caption = widgets.HTML()
        self.children = [*controls.values(), self._image, self._caption]
        self.redraw()
        for control in controls.values():
            control.observe(lambda change: self.redraw(), names="value")

    @property
    def caption(self):
        """The text under the picture, as plain text."""
        return html.unescape(self._caption.value.removeprefix("<p>").removesuffix("</p>"))

    def redraw(self):
        with self._lock:
            try:
                figure, caption = self._draw(**{name: control.value for name, control in self._controls.items()})
                self._image.value = plots.png(figure)
            except ValueError as error:  # bad input: the helpers' sentences say what to do; the old picture stays
                caption = str(error)
            self._caption.value = f"<p>{html.escape(caption)}</p>"


class Dashboard(Pictured):
    """The live loss curve of a training run, a Stop button, and a sample of text at every evaluation.

    `await dashboard.run(steps(...))` shows it and drains the generator with an `await` between steps: that is what
    lets the click on Stop, and the kernel's own stop button, through. Redraws at most once in `every` seconds.
    """

    def __init__(self, title="Training", floors=None, sample=None, every=1.0):
        super().__init__()
        self.title, self.floors, self.sample, self.every = title, floors or {}, sample, every
        self.stopped = False
        self._stop = widgets.Button(description="Stop", icon="stop", tooltip="Stop after this step; nothing is lost")
        self._stop.on_click(lambda button: setattr(self, "stopped", True))
        self._status, self._sample = widgets.HTML(), widgets.HTML()
        self.children = [self._stop, self._status, self._image, self._sample]

    @property
    def status(self):
        """The line beside the button, as plain text."""
        return html.unescape(self._status.value)

    async def run(self, events):
        """Drain `events` (from `helpers.training.steps`); True if it ran to its end, False if it was stopped."""
        self.stopped, drawn, waited, event = False, 0.0, 0.0, None
        self._stop.disabled = False
        shown = display(self, display_id=True)
        with contextlib.closing(events):
            try:
                for event in events:
                    now = time.perf_counter()
                    evaluated = event.logged and event.history.val_loss[-1] is not None
                    if evaluated and self.sample is not None:
                        self._sample.value = f"<pre>{html.escape(self.sample())}</pre>"
                    if event.logged and (now - drawn > self.every or evaluated):
                        self.show(event)
                        drawn = time.perf_counter()
                    if now - waited > 0.05:  # twenty times a second is often enough to hear a click
                        await asyncio.sleep(0)
                        waited = time.perf_counter()
                    if self.stopped:
                        break
            except (KeyboardInterrupt, asyncio.CancelledError):  # the kernel's stop button
                self.stopped = True
        self._stop.disabled = True
        if event is not None:
            self.show(event, "Stopped" if self.stopped else "Finished")
        if shown is not None:
            shown.update(self)  # the final picture, for readers without a kernel
        return not self.stopped

    def show(self, event, state="Training"):
        """Draw the history as it stands."""
        history = event.history
        losses = ((name, history.last(f"{name}_loss")) for name in ("train", "val"))
        shown = ", ".join(f"{name} {value:.3f}" for name, value in losses if value is not None)
        self._status.value = html.escape(f"{state}: step {event.step:,}, {history.last('seconds'):.0f} s, {shown}")
        self._image.value = plots.png(plots.loss_curve(history, self.floors, self.title))
