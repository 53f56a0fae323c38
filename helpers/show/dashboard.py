"""The dashboard of a training run: its curves, its sample, and what steers it, while the cell runs.

Clicks may arrive on another thread. So callbacks only set plain attributes; all drawing is done between two steps.
"""

import asyncio
import collections
import contextlib
import html
import threading
import time

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from helpers import checks
from helpers.show.taking import taken
from helpers.show.training_plots import TrainingPicture
from helpers.show.widgets import Pictured, choice_slider
from helpers.training.recipe import Controls

SCALES = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)  # even on a logarithmic scale
OFTEN = 0.2  # seconds: at most five refreshes a second
LISTEN = 0.05  # seconds: twenty times a second is often enough to hear a click
SHARES = {"picture": 0.007, "status": 0.002, "sample": 0.002}  # of the time; what begins and ends a run comes on top


class Pace:
    """Keeps something that costs time to a `share` of the time: after it took d seconds, it is due d / share later."""

    def __init__(self, share, clock=time.perf_counter):
        self.share, self.clock, self.next = share, clock, clock()

    def due(self):
        """Whether it may be done now."""
        return self.clock() >= self.next

    @contextlib.contextmanager
    def spend(self):
        """Do it inside."""
        begun = self.clock()
        try:
            yield
        finally:
            now = self.clock()
            self.next = begun + max(OFTEN, (now - begun) / self.share)


@contextlib.contextmanager
def answered_moves():
    """While a cell runs, tell the page that what was moved has arrived.

    A slider on the page waits for that word before it tells of its next move, and the kernel (ipykernel 7.4) does not
    give it while a cell waits: every slider would answer once and then never again. Without a kernel, nothing is done.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    handlers = getattr(kernel, "shell_handlers", {})
    if "comm_msg" not in handlers:
        yield
        return
    handle, cell = handlers["comm_msg"], kernel.get_parent()

    def handle_and_answer(stream, ident, message):
        result = handle(stream, ident, message)
        if threading.current_thread() is threading.main_thread():  # on a thread of its own the kernel does it
            for state, parent in (("idle", message), ("busy", cell)):  # the cell itself is still running
                kernel.session.send(kernel.iopub_socket, "status", {"execution_state": state}, parent=parent)
        return result

    handlers["comm_msg"] = handle_and_answer
    try:
        yield
    finally:
        handlers["comm_msg"] = handle


class Dashboard(Pictured):
    """The live picture of a training run, a sample of text, and what steers it: Pause, Stop, the learning rate.

    `await dashboard.run(steps(..., controls=dashboard.controls))` shows it and drains the generator, with an `await`
    between steps: that is what lets a click, and the kernel's own stop button, through. Pictures and samples wait until
    they are affordable: together with all else they take less than 2 % of the time. A larger `sample_share` of the time
    gives more samples.
    """

    def __init__(
        self,
        title="Training",
        baselines=None,
        sample=None,
        limit=None,
        clock=time.perf_counter,
        *,
        sample_share=SHARES["sample"],
    ):
        taken("baselines", {} if baselines is None else baselines, "baselines", {})
        if limit is not None:
            checks.number("limit", limit)
        if sample is not None and not callable(sample):
            raise ValueError(
                f"sample is {checks.said(sample)}; it must be a function without arguments that gives a text."
            )
        super().__init__()
        self.title, self.baselines, self.limit = title, baselines or {}, limit
        self.sample, self.clock, self.shares = sample, clock, SHARES | {"sample": sample_share}
        self.controls, self.stopped, self.paused = Controls(), False, False
        self._pause = widgets.Button(description="Pause", icon="pause", tooltip="Save, and wait after this step")
        self._stop = widgets.Button(description="Stop", icon="stop", tooltip="Save, and end the cell after this step")
        self._pause.on_click(lambda button: setattr(self, "paused", not self.paused))
        self._stop.on_click(lambda button: setattr(self, "stopped", True))
        self._scale = choice_slider("Learning rate ×", [(f"{scale:g}", scale) for scale in SCALES], 1.0)
        self._scale.observe(lambda change: setattr(self.controls, "scale", change["new"]), names="value")
        self._steering = (self._pause, self._stop, self._scale)
        self._status, self._sample = widgets.HTML(), widgets.HTML()
        self.children = [widgets.HBox(self._steering), self._status, self._image, self._sample]
        self._enable(False)

    @property
    def status(self):
        """The line below the buttons, as plain text."""
        return html.unescape(self._status.value)

    def in_words(self):
        """The title, what the lines are, and the status line."""
        lines = ", ".join(f"{name} {value:.2f}" for name, value in self.baselines.items())
        below = "Below it, over the same steps: learning rate, gradient norms and stream sizes of the blocks."
        said = f"{self.title}. Training and validation loss over the steps, beside {lines or 'no baselines'}."
        return f"{said} {below} {self.status}"

    async def run(self, events):
        """Drain `events` (from `helpers.training.steps`); True if it ran to its end, False if it was stopped."""
        self.stopped = self.paused = False
        self._paces = {name: Pace(share, self.clock) for name, share in self.shares.items()}
        self._speed = collections.deque(maxlen=100)  # (seconds, step): how fast it went of late
        self._owed = False  # a sample that was not affordable when its evaluation came
        shown, event, state, heard = display(self, display_id=True), None, "Failed", 0.0
        with contextlib.closing(events), answered_moves():
            try:
                for event in events:
                    if event.loss is None:
                        self._begin(event)
                    self._look(event)
                    if self.clock() - heard > LISTEN:
                        await asyncio.sleep(0)
                        heard = self.clock()
                    if self.paused and not self.stopped:
                        event = await self._wait(events)
                    if self.stopped:
                        break
                state = "Stopped" if self.stopped else "Finished"
            except (KeyboardInterrupt, asyncio.CancelledError):  # the kernel's stop button
                self.stopped, state = True, "Stopped"
            finally:
                self._enable(False)
                if event is not None:
                    self._end(event, state)
                if shown is not None:
                    shown.update(self)  # the final picture, for readers without a kernel
        return not self.stopped

    def _enable(self, running):
        for control in self._steering:
            control.disabled = not running
        self._pause.description, self._pause.icon = "Pause", "pause"

    def _begin(self, event):
        """The first step of a sitting: it may be the first of all, or the one at which a run goes on."""
        self._picture = TrainingPicture(self.title, self.baselines, event.of, self.limit)
        scale = self.controls.scale  # a run that goes on has set what it was stopped with; the slider shows the nearest
        self._scale.value = min(SCALES, key=lambda shown: abs(shown - scale))
        self.controls.scale = scale
        self._enable(True)
        self._draw_sample(event)
        self._image.value = self._picture.quick_png(event.history)

    def _look(self, event):
        """After a step: show what is new, as far as it is affordable."""
        if self._paces["status"].due():
            with self._paces["status"].spend():
                self._speed.append((self.clock(), event.step))
                self._say(event, "Training")
        if not event.logged or event.loss is None:
            return
        self._owed |= event.history.val_loss[-1] is not None
        if self._paces["picture"].due():
            with self._paces["picture"].spend():
                self._image.value = self._picture.quick_png(event.history)
        if self._owed and self._paces["sample"].due():
            with self._paces["sample"].spend():
                self._draw_sample(event)

    async def _wait(self, events):
        """Until Resume or Stop is pressed. The run is on disk then, and its clock stands still."""
        event = events.send("pause")
        self._pause.description, self._pause.icon = "Resume", "play"
        self._image.value = self._picture.quick_png(event.history)
        said = None
        while self.paused and not self.stopped:
            if said != self.controls.scale:
                said = self.controls.scale
                self._say(event, "Paused")
            await asyncio.sleep(LISTEN)
        self._pause.description, self._pause.icon = "Pause", "pause"
        self._speed.clear()  # the pause says nothing about the speed
        return event

    def _end(self, event, state):
        if self.sample is not None and state != "Failed":
            self._draw_sample(event)
        self._say(event, state)
        self._image.value = self._picture.png(event.history)

    def _draw_sample(self, event):
        self._owed = False
        if self.sample is not None:
            self._sample.value = f"<pre>After {event.step:,} steps:\n\n{html.escape(self.sample())}</pre>"

    def _say(self, event, state):
        """The status line: what it does, how far it is, how fast it goes, and the newest losses."""
        history, scale = event.history, self.controls.scale
        parts = [f"{state}: step {event.step:,} of {event.of:,}", f"{history.last('seconds'):.0f} s"]
        if len(self._speed) > 1 and self._speed[-1][1] > self._speed[0][1]:
            (then, first), (now, last) = self._speed[0], self._speed[-1]
            speed = (last - first) / (now - then)  # steps per second
            if state in ("Training", "Paused"):
                left = (event.of - event.step) / speed
                parts.append(f"{left:.0f} s left" if left < 120 else f"{left / 60:.0f} min left")
            parts.append(f"{speed * event.tokens / event.step:,.0f} tokens/s")
        rate = history.last("learning_rate")
        parts.append(f"learning rate {rate:.2g}" + (f" (× {scale:g})" if scale != 1 else ""))
        losses = ((name, history.last(f"{name}_loss")) for name in ("train", "val"))
        parts.append(", ".join(f"{name} {value:.3f}" for name, value in losses if value is not None))
        if event.saved and state != "Stopped":  # then it is saved a moment later
            parts.append(f"saved at step {event.saved:,}")
        self._status.value = html.escape(" · ".join(parts))
