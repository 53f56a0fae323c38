"""A text that a GPT writes while one looks on, and its temperature under a slider."""

import copy
import html
import threading

import ipywidgets as widgets

from helpers import checks
from helpers.show.widgets import slider, text_box
from helpers.show.writer import Writer

LOOK = "white-space:pre-wrap;line-height:1.5;max-width:60em;color:#000;background:#fff;padding:4px"
PAUSE = 0.015  # seconds between two characters: fast, and the eye can follow


class Typewriter(widgets.VBox):
    """Writes from a prompt, character by character; begins anew whenever temperature or prompt are changed.

    It writes in a thread of its own, with a copy of the model, so that the slider answers meanwhile. The same
    temperature gives the same text, until "Another text" is pressed.
    """

    def __init__(self, model, tokenizer, prompt="ROMEO.\n", temperature=0.8, seed=1, length=300):
        checks.same_text(checks.module("model", model, ("config", "blocks")), tokenizer)
        self.length, self.seed = checks.integer("length", length, 1), checks.integer("seed", seed, most=2**62)
        self._model, self._tokenizer = copy.deepcopy(model).eval(), tokenizer
        checks.number("temperature", temperature)  # its slider names the range
        self.temperature = slider("Temperature", float(temperature), 0.0, 2.0, step=0.1)
        self.prompt = text_box("Prompt", checks.text("prompt", prompt).replace("\n", "\\n"))
        self.another = widgets.Button(description="Another text", icon="refresh")
        self._text, self._caption = widgets.HTML(), widgets.HTML()
        self._lock, self._turn, self.text, self.caption = threading.Lock(), 0, "", ""
        super().__init__([self.prompt, self.temperature, self.another, self._caption, self._text])
        self._writer()  # a ValueError says what is wrong with the prompt
        for control in (self.prompt, self.temperature):
            control.observe(lambda change: self.write(), names="value")
        self.another.on_click(lambda button: self._next())

    def _next(self):
        self.seed += 1
        self.write()

    def _writer(self):
        """A writer that has not written yet, its prompt, and its temperature."""
        prompt, temperature = self.prompt.value.replace("\\n", "\n"), self.temperature.value
        writer = Writer(self._model, self._tokenizer, lambda: (temperature, None, None))
        writer.begin(prompt, self.seed)
        return writer, prompt, temperature

    def write(self):
        """Begin anew, in a thread of its own; what is being written ends there."""
        with self._lock:
            self._turn += 1
            turn = self._turn
        threading.Thread(target=self._run, args=(turn,), daemon=True).start()

    def _run(self, turn):
        try:
            writer, prompt, temperature = self._writer()
        except ValueError as error:  # the prompt; what was written stays
            self._show(turn, self.text, str(error))
            return
        rest = threading.Event()
        for n in range(1, self.length + 1):
            writer.step()
            text, more = prompt + self._tokenizer.decode(writer.tokens), " ..." * (n < self.length)
            if not self._show(turn, text, f"Temperature {temperature:.1f}: {n} characters written{more}"):
                return
            rest.wait(PAUSE)

    def _show(self, turn, text, caption):
        """Show it, if nothing has begun anew meanwhile; whether that was so."""
        with self._lock:
            if turn != self._turn:
                return False
            self.text, self.caption = text, caption
            self._text.value = f'<pre style="{LOOK}">{html.escape(text)}</pre>'
            self._caption.value = f"<p>{html.escape(caption)}</p>"
            return True

    def whole(self):
        """The text as it will be when it is finished, and its temperature."""
        writer, prompt, temperature = self._writer()
        for _ in range(self.length):
            writer.step()
        return prompt + self._tokenizer.decode(writer.tokens), temperature

    def _repr_mimebundle_(self, **kwargs):
        """On a page with a kernel it begins to write; elsewhere the finished text stands there."""
        text, temperature = self.whole()
        self.write()
        said = f"Temperature {temperature:.1f}:"
        page = f'<p>{said}</p><pre style="{LOOK}">{html.escape(text)}</pre>'
        return super()._repr_mimebundle_(**kwargs) | {"text/html": page, "text/plain": f"{said}\n{text}"}
