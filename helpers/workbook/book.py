"""Exercises that answer back, and predictions that are remembered.

`check, predict, score = workbook("02")` opens the workbook of notebook 02: `check("02.1", answer)` says whether an
answer is right and, if not, gives a hint that fits; `predict(question, options)` asks, and its `.reveal(actual)`
compares; `score()` counts. The record lives in the workbook, so it begins anew where the notebook does. What lasts are
the parts of the learner's GPT, which `check` writes into my_gpt.py.
"""

import importlib
import pkgutil
import sys
from collections import Counter

import torch
from IPython.display import display

from helpers import checks
from helpers.workbook import questions
from helpers.workbook.judging import judge
from helpers.workbook.my_gpt import MyGPT, install
from helpers.workbook.predict import Prediction
from helpers.workbook.stubs import untouched
from helpers.workbook.typed import NotTyped, typed


def workbook(number):
    """A fresh record for the notebook with this number ("02"): its functions check, predict and score.

    From then on `import my_gpt` finds the learner's own GPT, wherever the notebook lies.
    """
    exercises = exercises_of(number)
    mine = MyGPT()
    install(mine)
    book = Workbook(exercises, mine)
    return book.check, book.predict, book.score


def exercises_of(number):
    """The exercises of the notebook with this number: number -> Exercise."""
    names = (module.name[2:] for module in pkgutil.iter_modules(questions.__path__))  # nb01, nb05_table, ...
    there = sorted(name for name in names if name.isdecimal())
    if not isinstance(number, str) or number not in there:
        raise ValueError(
            f"number is {checks.given(number)}; it must be that of a notebook with exercises: {', '.join(there)}."
        )
    return importlib.import_module(f"helpers.workbook.questions.nb{number}").EXERCISES


class Workbook:
    """The answers and predictions of one learner in one notebook. `exercises`: number -> Exercise; `mine`: a MyGPT."""

    def __init__(self, exercises, mine=None):
        self._exercises, self._mine = exercises, mine
        self._solved, self._met, self._predictions = set(), Counter(), {}

    def check(self, number, answer):
        """Print ✓ and what was learned, or ✗ and a hint that fits the mistake; the next one when it is made again.

        A part of the learner's GPT that passes is written into my_gpt.py.
        """
        if not isinstance(number, str) or number not in self._exercises:
            there = ", ".join(self._exercises)
            raise ValueError(f"There is no exercise {checks.given(number)} here. There are: {there}.")
        exercise = self._exercises[number]
        if untouched(answer):
            print(
                f"· {number}  not yet" + f": until then, this notebook uses our {exercise.part}." * bool(exercise.part)
            )
            return
        if exercise.part and is_ours(answer):
            print(f"· {number}  this is our {exercise.part}, not yours: write your own in the cell, and run it again.")
            return
        with torch.random.fork_rng(devices=[]):  # a check must not change the random numbers of the cells below
            mistake, what, hints = judge(exercise, answer)
            reached = ""
            if mistake is None and exercise.reach:
                loss, enough, reached = exercise.reach(answer, progress)
                if not loss <= enough:
                    what = (
                        f"It passes every comparison with ours, but its loss is {loss:.3f}, and {enough:.3f} is needed."
                    )
                    mistake, hints = "loss", exercise.hints
        if mistake is None:
            self._solved.add(number)
            print(f"✓ {number}  {exercise.learned}" + f" {reached}" * bool(reached))
            if exercise.part:
                self._keep(exercise.part, answer)
            return
        stage = min(self._met[number, hints[0]], len(hints) - 1)
        self._met[number, hints[0]] += 1
        last = " (That was the last hint. The solution is folded below.)" if stage == len(hints) - 1 else ""
        print(f"✗ {number}  {what}\n  Hint: {hints[stage]}{last}")

    def _keep(self, name, answer):
        """Write a part that has passed into my_gpt.py, and say so; where that fails, say why."""
        if self._mine is None:
            return
        try:
            names = [part.name for part in self._mine.parts]
            said = self._mine.keep(name, typed(answer, names).text)
        except NotTyped as error:
            said = f"It is right, but not written to my_gpt.py: {error}"
        except (OSError, UnicodeError) as error:
            said = f"It is right, but could not be written to my_gpt.py ({error})."
        else:
            install(self._mine)  # the next `from my_gpt import ...` reads the file anew
            said += f"\n  {self._mine.bar()}"
        print(f"  {said}")

    def predict(self, question, options=None, within=0.0):
        """Ask, with a button for each option or, without options, a line to type in.

        A typed number is right if it lies within a thousandth, or within `within`, of what is so.
        """
        self._predictions[question] = prediction = Prediction(question, options, within)
        display(prediction)
        return prediction

    def score(self):
        """Print how many predictions were made and how many were right, how many exercises are solved, and the bar."""
        made = [prediction.right for prediction in self._predictions.values() if prediction.right is not None]
        asked, right, solved = len(self._predictions), sum(made), len(self._solved)
        print(f"Predictions: {len(made) or 'none'} of {asked} made" + (f", {right or 'none'} right." if made else "."))
        print(f"Exercises: {solved or 'none'} of {len(self._exercises)} solved.")
        if self._mine is not None:
            print(self._mine.bar())


def is_ours(answer):
    """Whether an answer is the version of the course, imported and not typed."""
    module = getattr(answer, "__module__", None) or ""
    return module.split(".")[0] == "helpers" and ".questions" not in module  # where typical wrong versions stand


def progress(text):
    """Show how far a training in a check has come, in one line that is written over."""
    sys.stdout.write(f"\r  {text}\x1b[K" if text else "\r\x1b[K")
    sys.stdout.flush()
