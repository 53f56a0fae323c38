"""Exercises that answer back, and predictions that are remembered.

`check, predict, score = workbook("02")` opens the workbook of notebook 02: `check("02.1", answer)` says whether an
answer is right and, if not, gives a hint that fits; `predict(question, options)` asks, and its `.reveal(actual)`
compares; `score()` counts. The record lives in the workbook, so it begins anew where the notebook does.
"""

import html
import importlib
import math
from collections import Counter

import ipywidgets as widgets
import torch
from IPython.display import display

from helpers.judging import judge, untouched


def workbook(number):
    """A fresh record for the notebook with this number ("02"): its functions check, predict and score."""
    book = Workbook(importlib.import_module(f"helpers.questions.nb{number}").EXERCISES)
    return book.check, book.predict, book.score


class Workbook:
    """The answers and predictions of one learner in one notebook. `exercises`: number -> Exercise."""

    def __init__(self, exercises):
        self._exercises, self._solved, self._met, self._predictions = exercises, set(), Counter(), {}

    def check(self, number, answer):
        """Print ✓ and what was learned, or ✗ and a hint that fits the mistake; the next one when it is made again."""
        if number not in self._exercises:
            raise ValueError(f"There is no exercise {number!r} here. There are: {', '.join(self._exercises)}.")
        if untouched(answer):
            print(f"· {number}  not yet")
            return
        with torch.random.fork_rng(devices=[]):  # a check must not change the random numbers of the cells below
            mistake, what, hints = judge(self._exercises[number], answer)
        if mistake is None:
            self._solved.add(number)
            print(f"✓ {number}  {self._exercises[number].learned}")
            return
        stage = min(self._met[number, mistake], len(hints) - 1)
        self._met[number, mistake] += 1
        last = " (That was the last hint. The solution is folded below.)" if stage == len(hints) - 1 else ""
        print(f"✗ {number}  {what}\n  Hint: {hints[stage]}{last}")

    def predict(self, question, options=None, within=0.0):
        """Ask, with a button for each option or, without options, a line to type in.

        A typed number is right if it lies within a thousandth, or within `within`, of what is so.
        """
        self._predictions[question] = prediction = Prediction(question, options, within)
        display(prediction)
        return prediction

    def score(self):
        """Print how many predictions were made, how many were right, and how many exercises are solved."""
        made = [prediction.right for prediction in self._predictions.values() if prediction.right is not None]
        asked, right, solved = len(self._predictions), sum(made), len(self._solved)
        print(f"Predictions: {len(made) or 'none'} of {asked} made" + (f", {right or 'none'} right." if made else "."))
        print(f"Exercises: {solved or 'none'} of {len(self._exercises)} solved.")


class Prediction(widgets.VBox):
    """A question with buttons or a line to type in; where no kernel runs, the question and its options as text."""

    def __init__(self, question, options=None, within=0.0):
        self.question, self.within, self.right = question, within, None
        self.options = None if options is None else [str(option) for option in options]
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
        """Print what was predicted and what is so; where the two differ, also `why`. Without a prediction, say so."""
        if self.options is not None and str(actual) not in self.options:
            raise ValueError(f"{actual!s} is not among the options {self.options}.")
        guess = (self.answer.value or "").strip()
        if not guess:
            print(f"No prediction made. Answer: {actual}.")
            return
        if self.options is None and types_number(actual) and not types_number(guess):
            print(f"{guess!r} is no number, so it does not count. Answer: {actual}.")
            return
        self.answer.disabled = True  # what was predicted stays to be seen
        self.right = agree(guess, actual, self.within) if self.options is None else guess == str(actual)
        if self.right:
            print(
                f"You predicted {guess}. Right"
                + ("." if plain(guess) == plain(actual) else f", near enough to {actual}.")
            )
        else:
            print(f"You predicted {guess}. Answer: {actual}. {why}".rstrip())


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
