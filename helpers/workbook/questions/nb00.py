"""The exercise of notebook 00: what a text teaches a language model."""

from helpers.workbook.questions import Exercise, listed


def training_examples(text):
    return [(text[:i], text[i]) for i in range(1, len(text))]


def cases(g):
    return [("GPT",), ("ROMEO",), ("aa b",), ("To be, or not to be",), ("a",)]


SHARED = "Print what your function gives for `GPT`, and compare it with the description."

EXERCISES = {
    "00.1": Exercise(
        "A text of n characters gives n - 1 examples: every character is the answer to the text before it.",
        right=training_examples,
        cases=cases,
        mistakes=listed(
            {
                ("The beginning grows: it is all of the text so far. How long is yours?", SHARED): (
                    lambda text: [(text[i - 1], text[i]) for i in range(1, len(text))]
                ),
                ("Can you continue a text that has not begun? Which number does your loop begin with?", SHARED): [
                    lambda text: [(text[:i], text[i]) for i in range(len(text))],
                    lambda text: [(text[:i], text[i]) for i in range(len(text) - 1)],
                ],
                ("Your beginning already holds the answer. Which index does a slice leave out?", SHARED): [
                    lambda text: [(text[: i + 1], text[i]) for i in range(1, len(text))],
                    lambda text: [(text[: i + 1], text[i]) for i in range(len(text))],
                ],
                ("The answer is a single character. How many characters are yours?", SHARED): (
                    lambda text: [(text[:i], text[i:]) for i in range(1, len(text))]
                ),
                ("Which comes first in a pair, the beginning or the character that follows it?", SHARED): (
                    lambda text: [(text[i], text[:i]) for i in range(1, len(text))]
                ),
                ("One example is missing at the end. Does the last character of the text ever come?", SHARED): (
                    lambda text: [(text[:i], text[i]) for i in range(1, len(text) - 1)]
                ),
                ("Each example is a pair of two strings. Yours have been joined into one.", SHARED): [
                    lambda text: [text[:i] + text[i] for i in range(1, len(text))],
                    lambda text: [text[: i + 1] for i in range(len(text))],
                ],
            }
        ),
        hints=(
            "For the character at index `i`, which slice of `text` holds everything before it?",
            "`text[:i]` is everything before `text[i]`. Collect both for each `i` from 1 to the last index.",
        ),
    ),
}
