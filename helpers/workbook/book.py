"""Exercises that answer back, and predictions that are remembered.

`check, predict, score = workbook("02")` opens the workbook of notebook 02: `check("02.1", answer)` says whether an
answer is right and, if not, gives a hint that fits; `predict(question, options)` asks, and its `.reveal(actual)`
compares; `score()` counts. The record lives in the workbook, so it begins anew where the notebook does.
"""

import importlib
from collections import Counter

import torch
from IPython.display import display

from helpers.workbook.judging import judge, untouched
from helpers.workbook.predict import Prediction


def workbook(number):
    """A fresh record for the notebook with this number ("02"): its functions check, predict and score."""
    book = Workbook(importlib.import_module(f"helpers.workbook.questions.nb{number}").EXERCISES)
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
