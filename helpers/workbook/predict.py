"""A question before a result, and the answer after it: folded, unless somebody has made a prediction."""

import html
import math

import ipywidgets as widgets
from IPython.display import display

from helpers import checks


class Prediction(widgets.VBox):
    """A question with buttons or a line to type in; where no kernel runs, the question and its options as text."""

    def __init__(self, question, options=None, within=0.0):
        self.question, self.right = checks.text("question", question, 1), None
        self.within = checks.number("within", within, least=0)
        self.options = None if options is None else [str(option) for option in listed(options)]
        if self.options is None:
            self.answer = widgets.Text(placeholder="your prediction, then Enter")
        else:
            style, layout = {"button_width": "auto"}, {"width": "auto"}
            self.answer = widgets.ToggleButtons(options=self.options, value=None, style=style, layout=layout)
        super().__init__([widgets.HTML(f"<b>Predict:</b> {html.escape(question)}"), self.answer])

    def _repr_mimebundle_(self, **kwargs):
        shown = "" if self.options is None else "<br>" + " &nbsp; ".join(f"○ {html.escape(o)}" for o in self.options)
        static = {"text/html": f"<p><b>Predict:</b> {html.escape(self.question)}{shown}</p>"}
        return super()._repr_mimebundle_(**kwargs) | static | {"text/plain": f"Predict: {self.question}"}

    def reveal(self, actual, why=""):
        """Compare what was predicted with what is so, and say why. Without a prediction the answer is folded."""
        answer = f"{actual}. {checks.text('why', why)}".rstrip()
        offered = self.options is None or str(actual) in self.options
        if not offered:  # somebody has changed what the cells compute
            answer = f"{actual}, which is none of the options: the cells above were changed."
        guess = (self.answer.value or "").strip()
        if not guess:
            display(Folded("No prediction made. Unfold to see the answer.", answer))
        elif self.options is None and types_number(actual) and not types_number(guess):
            display(Folded(f"{guess!r} is not a number, so it does not count. Unfold to see the answer.", answer))
        else:
            self.answer.disabled = True  # what was predicted stays to be seen
            right = agree(guess, actual, self.within) if self.options is None else guess == str(actual)
            self.right = right if offered else None
            if not self.right:
                print(f"You predicted {guess}. Answer: {answer}")
            elif plain(guess) == plain(actual):
                print(f"You predicted {guess}. Right. {why}".rstrip())
            else:
                print(f"You predicted {guess}. Right, near enough to {answer}")


def listed(options):
    """The options of a question if they are two different ones at least, in a list."""
    if not isinstance(options, (list, tuple)) or len(set(map(str, options))) < max(2, len(options)):
        wanted = "a list of two or more, no two alike, or None to type in"
        raise ValueError(f"options is {checks.given(options)}; it must be {wanted}.")
    return options


class Folded:
    """A line that can be unfolded, on a page without a kernel too. As plain text it keeps to itself what it hides."""

    def __init__(self, line, hidden):
        self.line, self.hidden = line, hidden

    def __repr__(self):
        return self.line

    def _repr_mimebundle_(self, **kwargs):
        shown = f"<details><summary>{html.escape(self.line)}</summary>{html.escape(self.hidden)}</details>"
        return {"text/html": shown, "text/plain": self.line}


def plain(value):
    """A value as text in which brackets, spaces, capitals and `torch.Size` make no difference."""
    text = str(value).lower().removeprefix("torch.size").removeprefix("torch.")
    return "".join(char for char in text if char not in "()[]{}'\"` ").removesuffix(",")


def agree(guess, actual, within):
    """Whether a guess means the actual value: as numbers where both are numbers, else as text."""
    if types_number(guess) and types_number(actual):
        return math.isclose(typed_number(guess), typed_number(actual), rel_tol=1e-3, abs_tol=within)
    return plain(guess) == plain(actual)


def typed_number(value):
    """A typed number: `~`, `%` and the commas of thousands do not matter, and a single other comma is a point."""
    text = str(value).strip().strip("~≈% ")
    whole, comma, rest = text.partition(",")
    return float(text.replace(",", "") if len(rest) % 4 == 3 or not comma else f"{whole}.{rest}")


def types_number(value):
    """Whether a value is a number, or the text of one."""
    try:
        typed_number(value)
    except ValueError:
        return False
    return True
