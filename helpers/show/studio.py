"""The sampling studio: write with your own GPT, move temperature, top-k and top-p, and see what they do to each choice.

Two columns, A and B, write from one prompt and one seed with settings of their own. Writing goes on in a thread of its
own, so that sliders and Stop answer meanwhile, also while a cell runs. It never touches the model that was handed over:
that may be training, so the studio works with a copy.
"""

import copy
import html
import threading
import time

import ipywidgets as widgets

from helpers.show import model_plots, picture
from helpers.show.ranges import LENGTHS, SEEDS, check_studio, settings_of
from helpers.show.widgets import PICTURE, Pictured, text_box
from helpers.show.writer import STAGES, Writer, entropy, stages

SHOWN = 16  # tokens with a bar of their own: more cannot be told apart
SEEN = "Rows of bars for A and B: how likely each next character is, stage by stage; below, what both wrote."
WIDE = {"style": {"description_width": "7em"}, "layout": {"width": "97%"}, "continuous_update": True}


class Column:
    """The controls, picture and text of one writer."""

    def __init__(self, name, model, tokenizer, settings, redraw):
        V, (temperature, top_k, top_p) = tokenizer.vocab_size, settings_of(name, settings, tokenizer.vocab_size)
        self.name, self.tokenizer = name, tokenizer
        self.temperature = widgets.FloatSlider(temperature, min=0, max=3, step=0.05, description="Temperature", **WIDE)
        self.top_k = widgets.IntSlider(top_k, min=1, max=V, description="Top-k", **WIDE)
        self.top_p = widgets.FloatSlider(top_p, min=0.01, max=1, step=0.01, description="Top-p", **WIDE)
        self.writer = Writer(model, tokenizer, self.settings)
        self.figure, (self.panels,) = model_plots.stage_figure(STAGES, min(SHOWN, V))
        self.image = widgets.Image(format="png", layout=PICTURE)
        self.text, self.caption = widgets.HTML(), widgets.HTML()
        sliders = (self.temperature, self.top_k, self.top_p)
        heading = widgets.HTML(f"<b>{name}</b>")
        self.box = widgets.VBox([heading, *sliders, self.image, self.caption, self.text], layout={"width": "50%"})
        for control in sliders:
            control.observe(lambda change: redraw(self), names="value")

    def settings(self):
        return self.temperature.value, self.top_k.value, self.top_p.value

    def numbers(self, place):
        """What the picture shows: title, labels, a row of probabilities per stage, notes, the chosen one; a caption."""
        logits, token = self.writer.at(place)
        temperature, top_k, top_p = self.settings()  # read once: they may move meanwhile
        rows = stages(logits, temperature, top_k, top_p)
        order = rows[0].argsort(descending=True, stable=True)[: min(SHOWN, len(logits))]
        labels = [self.tokenizer.decode([i]) for i in order]
        left = [int((row > 0).sum()) for row in rows]
        notes = [f"entropy {entropy(row):.2f}, {n} left" for row, n in zip(rows, left, strict=True)]
        chosen = order.tolist().index(token) if token is not None and token in order else None
        best = self.tokenizer.decode([int(rows[-1].argmax())])
        said = f"{self.name}: {left[-1]} of {len(logits)} characters can come, entropy {entropy(rows[-1]):.2f} nats; "
        said += f"likeliest is {picture.visible(best)} with {rows[-1].max():.2f}."
        if token is not None:
            mine, before = (row[token].item() for row in (rows[-1], rows[0]))
            drawn = picture.visible(self.tokenizer.decode([token]))
            said += (
                f" Written was {drawn}, with {self.writer.shares[place]:.2f} (now {mine:.2f}, unfiltered {before:.2f})."
            )
        title = f"{self.name}: temperature {temperature:.2f}, top-k {top_k}, top-p {top_p:.2f}"
        return title, labels, [row[order].tolist() for row in rows], notes, chosen, said

    def show(self, place):
        """Draw the distribution at `place`, and say it in words."""
        *drawn, said = self.numbers(place)
        self.panels.show(*drawn)
        self.image.value = picture.png(self.figure)
        self.caption.value = f"<p>{html.escape(said)}</p>"

    def show_text(self, prompt, place):
        """The prompt, then what was written: the less likely a character was, the darker; the one at `place` framed."""
        pieces = [f"<b>{html.escape(prompt)}</b>"]
        for i, (token, share) in enumerate(zip(self.writer.tokens[:], self.writer.shares[:], strict=False)):
            look = f"background:rgba(230,159,0,{1 - share:.2f})" + (";outline:2px solid #0072B2" if i == place else "")
            char = html.escape(self.tokenizer.decode([token]))
            pieces.append(f'<span style="{look}" title="{share:.2f}">{"⏎" if char == chr(10) else ""}{char}</span>')
        look = "white-space:pre-wrap;word-break:break-all;line-height:1.5;color:#000;background:#fff;padding:4px"
        self.text.value = f'<pre style="{look}">{"".join(pieces)}</pre>'


class Studio(Pictured):
    """Prompt, seed and length for both columns; Generate, Step and Stop; a slider to look at a character again."""

    def __init__(
        self, model, tokenizer, prompt="ROMEO.\n", a=(0.8, None, None), b=(1.2, None, 0.9), seed=1, length=150
    ):
        super().__init__()
        check_studio(model, tokenizer, prompt, seed, length)
        model = copy.deepcopy(model).eval()
        self.tokenizer, self._quiet = tokenizer, False
        self._lock, self._halt, self._thread = threading.RLock(), threading.Event(), None
        self.prompt = text_box("Prompt", prompt.replace("\n", "\\n"))
        look = {"style": {"description_width": "7em"}, "layout": {"width": "30em"}}
        self.seed = widgets.IntSlider(seed, *SEEDS, description="Seed", **look)
        self.length = widgets.IntSlider(length, *LENGTHS, description="Length", **look)
        self.place = widgets.IntSlider(0, min=0, max=1, description="Look at", continuous_update=True, **look)
        self.place.tooltip = "The number of a written character; the last is the one yet to come"
        names = {"Generate": self.generate, "Step": lambda: self.write(1), "Stop": self.stop}
        icons = {"Generate": "play", "Step": "step-forward", "Stop": "stop"}
        self.buttons = {name: widgets.Button(description=name, icon=icons[name]) for name in names}
        for name, action in names.items():
            self.buttons[name].on_click(lambda button, action=action: action())
        self._message = widgets.HTML()
        self.columns = [
            Column(name, model, tokenizer, settings, lambda column: self._safely(lambda: column.show(self.place.value)))
            for name, settings in (("A", a), ("B", b))
        ]
        self.children = [
            self.prompt,
            widgets.HBox([self.seed, self.length]),
            widgets.HBox([*self.buttons.values()]),
            self._message,
            self.place,
            widgets.HBox([column.box for column in self.columns]),
        ]
        self._begin()  # a ValueError says what is wrong with the prompt
        self._show()
        for control in (self.prompt, self.seed):
            control.observe(lambda change: self._restart(), names="value")
        self.place.observe(lambda change: None if self._quiet else self._safely(self._show), names="value")

    @property
    def message(self):
        """The line under the buttons, as plain text."""
        return html.unescape(self._message.value.removeprefix("<p>").removesuffix("</p>"))

    def _say(self, text):
        self._message.value = f"<p>{html.escape(text)}</p>"

    def _start(self):
        """The prompt as it is meant: \\n in the box is a line break."""
        return self.prompt.value.replace("\\n", "\n")

    def _safely(self, action):
        """Run `action` under the lock; bad input becomes a sentence, and what was shown stays."""
        with self._lock:
            try:
                action()
                return True
            except ValueError as error:
                self._say(str(error))
                return False

    def _quietly(self, place, last):
        """Move the slider `Look at` without drawing; whoever calls draws when all is in place."""
        self._quiet = True
        self.place.max = max(1, last)  # a slider of no length is none
        self.place.value = place
        self._quiet = False

    def _begin(self):
        for column in self.columns:
            column.writer.begin(self._start(), self.seed.value)
        self._begun = self._start()  # the box may hold another prompt later, one that cannot be read
        self._quietly(0, 0)
        T, n = self.columns[0].writer.reader.context_length, len(self._begun)
        seen = f"of the prompt's {n} it sees the last {T}" if n > T else "once they are full, the oldest drops out"
        self._say(f"The model sees at most {T} characters; {seen}.")

    def _show(self):
        for column in self.columns:
            column.show(self.place.value)
            column.show_text(self._begun, self.place.value)

    def _restart(self):
        self.stop()

        def anew():
            self._begin()
            self._show()

        self._safely(anew)

    def _write(self):
        for column in self.columns:
            column.writer.step()
        n = len(self.columns[0].writer.tokens)
        self._quietly(n, n)

    def write(self, n_chars):
        """Write `n_chars` more characters in each column at once, and wait until they stand there."""
        self.stop()

        def on():
            for _ in range(n_chars):
                self._write()
            self._show()

        self._safely(on)

    def generate(self):
        """Write `length` characters from the prompt anew, in a thread of its own."""
        self.stop()
        if self._safely(self._begin):
            self._halt.clear()
            self._thread = threading.Thread(target=self._run, args=(self.length.value,), daemon=True)
            self._thread.start()

    def _run(self, length):
        drawn = n = 0
        while n < length and not self._halt.wait(0.02):  # fifty characters a second can be followed with the eye
            with self._lock:
                self._write()
                n += 1
                for column in self.columns:
                    column.show_text(self._begun, n)
                if time.perf_counter() - drawn > 0.5:
                    for column in self.columns:
                        column.show(n)
                    drawn = time.perf_counter()
        with self._lock:
            self._show()
            self._say(
                f"{'Stopped after' if n < length else 'Wrote'} {n} characters. Look at each with the slider below."
            )

    def stop(self):
        """Stop writing; what is written stays."""
        self._halt.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(10)
            self._thread = None

    def picture(self):
        """The studio as it stands, as one Figure: both distributions, and both texts below them."""
        shown = len(self.columns[0].panels.bars[0])
        figure, panels = model_plots.stage_figure(STAGES, shown, columns=2, text_height=1.6)
        for i, (column, part) in enumerate(zip(self.columns, panels, strict=True)):
            *drawn, _ = column.numbers(self.place.value)
            part.show(*drawn)
            writer, prompt = column.writer, self._begun
            text = prompt + self.tokenizer.decode(writer.tokens)
            shades = [0.0] * len(prompt) + [1 - share for share in writer.shares]
            model_plots.write_shaded(figure, text, shades, left=(i + 0.03) / 2, top=1.4)
        return figure

    def in_words(self):
        """What the picture shows, and what each column says below it."""
        return " ".join([SEEN, *(column.numbers(self.place.value)[-1] for column in self.columns)])

    def _repr_mimebundle_(self, **kwargs):
        with self._lock:
            self._image.value = picture.png(self.picture())
        return super()._repr_mimebundle_(**kwargs)
