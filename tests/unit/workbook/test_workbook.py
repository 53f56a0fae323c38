"""`check`, `predict` and `score`: what they say, and that nothing wrong gets through."""

import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given

from helpers.workbook import judging
from helpers.workbook.book import Workbook, workbook
from helpers.workbook.predict import Folded, Prediction, agree
from helpers.workbook.questions import Exercise, Mistake
from helpers.workbook.stubs import untouched


def softmax_rows(logits):
    return logits.softmax(-1)


def tables(g):
    return [(torch.tensor([[1.0, 2.0], [3.0, 3.0]]),), *((torch.randn(3, 4, generator=g),) for _ in range(5))]


COLUMNS, KEEPDIM = "The columns sum to 1, not the rows.", "The sum has lost its dimension."


def missing_keepdim(logits):
    return logits.exp() / logits.exp().sum(1)


ROWS = Exercise(
    "Each row is a distribution.",
    softmax_rows,
    (Mistake(lambda logits: logits.softmax(0), COLUMNS, "Which dim?"), Mistake(missing_keepdim, KEEPDIM)),
    ("First hint.", "Second hint."),
    cases=tables,
)
VALUE = Exercise(
    "It is ln 84.", 4.43, (Mistake(84, "That is V itself."),), ("Think.", "Take the logarithm."), tolerance=0.01
)


@pytest.fixture
def say(capsys):
    """A function that hands an answer to `check` and gives back what was printed."""
    book = Workbook({"01.1": ROWS, "01.2": VALUE})

    def check(answer, number="01.1"):
        capsys.readouterr()
        book.check(number, answer)
        return capsys.readouterr().out

    check.book = book
    return check


def stub(logits): ...


def stub_with_words(logits):
    """Here be code."""
    ...


def stub_that_passes(logits):
    pass


@torch.no_grad()
def stub_below_a_decorator(logits): ...


@pytest.mark.parametrize(
    "answer", [stub, stub_with_words, stub_that_passes, stub_below_a_decorator, ..., None, (..., 1), [...]]
)
def test_untouched_is_not_yet(say, answer):
    assert say(answer) == "· 01.1  not yet\n"


def begun(logits):
    logits.exp()


def constant(logits):
    return 3


@pytest.mark.parametrize("answer", [begun, constant, 0, "", (1, 2), lambda logits: False])
def test_begun_is_touched(answer):
    assert not untouched(answer)


def test_right(say, capsys):
    assert say(lambda x: x.softmax(1)) == "✓ 01.1  Each row is a distribution.\n"
    assert say(4.4308, "01.2") == "✓ 01.2  It is ln 84.\n"
    assert say(torch.tensor(4.43), "01.2").startswith("✓")
    say.book.score()
    assert "Exercises: 2 of 2 solved." in capsys.readouterr().out


def by_hand_over_columns(logits):
    e = torch.exp(logits)
    return torch.stack([e[:, j] / e[:, j].sum() for j in range(e.shape[1])], dim=1)


def test_hints_fit_the_mistake_and_come_one_after_the_other(say):
    assert f"Hint: {COLUMNS}\n" in say(by_hand_over_columns)
    keepdim = say(lambda z: torch.exp(z) / torch.exp(z).sum(1))
    assert f"Hint: {KEEPDIM}\n" in keepdim and "For logits = [[1.0, 2.0], [3.0, 3.0]] it gives" in keepdim
    assert "Hint: Which dim?\n" in say(by_hand_over_columns)
    assert "Hint: First hint.\n" in say(by_hand_over_columns)
    last = "Hint: Second hint. (That was the last hint. The solution is folded below.)\n"
    assert last in say(by_hand_over_columns) and last in say(by_hand_over_columns)
    assert "Hint: First hint.\n" in say(missing_keepdim)  # each mistake counts by itself


def test_values(say):
    assert say(84, "01.2") == "✗ 01.2  Not 84.\n  Hint: That is V itself.\n"
    assert "Hint: Think.\n" in say(5, "01.2")
    assert "this is a function" in say(lambda: 4.43, "01.2")
    for wrong in ("4.43", float("nan"), True, [4.43], torch.tensor([4.43, 4.43])):
        assert say(wrong, "01.2").startswith("✗")


GENERIC = {
    "gives back None": lambda z: None if z.sum() > -99 else z,
    "The right numbers in the wrong shape: yours is (4,), and (2, 2)": lambda z: softmax_rows(z).flatten(),
    "Look at the shape first: yours is (2,), and (2, 2)": lambda z: z.sum(1),
    "a list": lambda z: softmax_rows(z).tolist(),
    "It should take (logits), in this order.": lambda: 1,
    "its name, without brackets": softmax_rows(torch.zeros(2, 2)),
    "still `...`": lambda z: [...][0] if z.sum() > -99 else z,
}


@pytest.mark.parametrize("hint", GENERIC)
def test_general_mistakes(say, hint):
    output = say(GENERIC[hint])
    assert output.startswith("✗ 01.1  ") and hint in output
    assert say(GENERIC[hint]) != output  # and another hint when it is made again


def test_dtype():
    exercise = Exercise("-", lambda n: torch.arange(n), (), ("a", "b"), cases=lambda g: [(3,), (5,)])
    assert (
        "dtype: yours is torch.float32, and torch.int64"
        in judging.judge(exercise, lambda n: torch.arange(n) * 1.0)[2][0]
    )
    assert judging.judge(exercise, lambda n: torch.arange(n, dtype=torch.int32))[0] is None  # the width is free


def fails_in_the_middle(logits):
    e = logits.exp()
    return e / e[:, 7]


def test_error_is_short_and_names_its_line(say):
    output = say(fails_in_the_middle)
    assert "it fails with IndexError at `return e / e[:, 7]` (there e is (2, 2)): index 7 is out of bounds" in output
    assert "Traceback" not in output and output.count("\n") == 2


def test_error_that_is_asked_for():
    def right(n):
        if n < 0:
            raise ValueError("negative")
        return n**0.5

    exercise = Exercise("-", right, (), ("a", "b"), cases=lambda g: [(4,), (-1,)])

    def other_words(n):
        if n < 0:
            raise ValueError("no root")
        return n**0.5

    assert judging.judge(exercise, other_words)[0] is None
    kind, _, hints = judging.judge(exercise, lambda n: abs(n) ** 0.5)
    assert kind == "silent" and hints[0] == "Here your function should raise ValueError, and it does not."
    assert judging.judge(exercise, lambda n: n**0.5 if n >= 0 else [][1])[0] == "error"


def test_an_answer_may_not_change_what_it_is_given(say):
    def spoils(logits):
        result = logits.softmax(-1)
        logits.zero_()
        return result

    assert "changes what it is given" in say(spoils)


def test_what_an_answer_prints_is_not_repeated_for_each_case(say):
    def chatty(logits):
        print("noise")
        return logits.softmax(-1)

    assert say(chatty) == "✓ 01.1  Each row is a distribution.\n"


def test_further_look_at_memory():
    exercise = Exercise(
        "-", lambda x: x.t(), (), ("a", "b"), cases=lambda g: [(torch.randn(2, 3, generator=g),)],
        also=lambda used, result: None if result.data_ptr() == used[0].data_ptr() else "A copy.",
    )  # fmt: skip
    assert judging.judge(exercise, lambda x: x.transpose(0, 1))[0] is None
    assert judging.judge(exercise, lambda x: x.t().clone())[2][0] == "A copy."


def test_unknown_exercise_is_named(say):
    with pytest.raises(ValueError, match=r"no exercise '01.9' .*here. There are: 01.1, 01.2"):
        say(1, "01.9")


NESTED = st.recursive(
    st.integers(-5, 5) | st.floats(-5, 5) | st.booleans() | st.none() | st.text(max_size=3)
    | st.lists(st.integers(-5, 5), min_size=1, max_size=4).map(torch.tensor),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple), max_leaves=5,
)  # fmt: skip


@given(NESTED)
def test_everything_is_as_itself(value):
    assert judging.differs(value, value, 0.0) is None
    assert isinstance(judging.shown(value), str) and isinstance(judging.kind_of(value), str)


@given(NESTED, NESTED)
def test_any_two_values_can_be_compared_and_explained(a, b):
    if judging.differs(a, b, 1e-6):
        assert all(isinstance(hint, str) for hint in judging.explained(a, b, 1e-6))


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=5), st.integers(0, 4), st.floats(0.1, 3))
def test_one_wrong_number_is_seen(numbers, at, by):
    right = torch.tensor(numbers, dtype=torch.float64)
    wrong = right.clone()
    wrong[at % len(numbers)] += by
    assert judging.differs(wrong, right, 1e-3) == "values"
    assert judging.differs(right + 1e-5, right, 1e-3) is None
    assert judging.differs(wrong.tolist(), numbers, 1e-3) == "values"


def test_modules_are_compared_by_their_weights():
    a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    assert judging.differs(a, b, 1e-6) == "values"
    b.load_state_dict(a.state_dict())
    assert judging.differs(a, b, 1e-6) is None


def test_another_error_is_another_mistake():
    exercise = Exercise("-", softmax_rows, (Mistake(lambda z: z[:, 7], "Column 7."),), ("a", "b"), cases=tables)
    assert judging.judge(exercise, lambda z: z[:, 7] * 2)[2][0] == "Column 7."
    assert judging.judge(exercise, lambda z: z[9])[2][0].startswith("Places run from 0")  # not that one


def test_an_error_where_a_tuple_is_asked():
    exercise = Exercise("-", lambda n: (n, n), (), ("a", "b"), cases=lambda g: [(0,), (1,)])
    assert judging.judge(exercise, lambda n: ((0,)[n], (0,)[n]))[2][1:] == ("a", "b")  # behind the hint for the error
    assert judging.judge(exercise, lambda n: (n, n) if n == 0 else [][n])[0] == "error"


def test_none_can_be_an_answer():
    exercise = Exercise("-", lambda n: n or None, (), ("a", "b"), cases=lambda g: [(0,), (1,), (2,)])
    assert judging.judge(exercise, lambda n: n or None)[0] is None
    assert judging.judge(exercise, lambda n: n if n == 1 else None)[2] == ("a", "b")  # it did return, but wrongly
    assert judging.judge(exercise, lambda n: n or "no")[2][0] == "The result should be None, and yours is a str."


def test_lengths_are_compared():
    exercise = Exercise("-", lambda n: list(range(n)), (), ("a", "b"), cases=lambda g: [(2,), (3,)])
    kind, _, hints = judging.judge(exercise, lambda n: list(range(n + 1)))
    assert kind == "length" and hints[0] == "There should be 2 in the result, and yours has 3."


def test_true_is_not_one_and_nan_is_nan():
    nan = torch.tensor([float("nan"), 1.0])
    assert judging.differs(nan, nan.clone(), 0.0) is None and judging.differs(nan, torch.ones(2), 0.0) == "values"
    assert judging.differs(True, 1, 0.1) == judging.differs(1, True, 0.1) == "kind"
    assert judging.differs(float("nan"), float("nan"), 0.0) is None
    assert judging.differs(float("nan"), 1.0, 0.5) == judging.differs(1.0, float("nan"), 0.5) == "values"


# Predictions


def choose(prediction, value):
    prediction.answer.value = value


def test_prediction_right_wrong_and_not_made(capsys):
    for chosen, said, right in (
        ("(2, 3)", "You predicted (2, 3). Right. Rows come first.\n", True),
        ("(3, 2)", "You predicted (3, 2). Answer: (2, 3). Rows come first.\n", False),
        (None, "No prediction made. Unfold to see the answer.\n", None),
    ):
        prediction = Prediction("What is the shape?", ["(2, 3)", "(3, 2)"])
        choose(prediction, chosen)
        prediction.reveal((2, 3), why="Rows come first.")
        assert capsys.readouterr().out == said
        assert prediction.right is right and prediction.answer.disabled is (chosen is not None)


def test_an_option_in_words_beside_a_number_is_an_answer(capsys):
    prediction = Prediction("What is the loss?", ["0", "0.0", "more than 0", "an error"])
    choose(prediction, "an error")
    prediction.reveal(0, why="It is perfect.")
    assert capsys.readouterr().out == "You predicted an error. Answer: 0. It is perfect.\n"
    assert prediction.right is False
    prediction = Prediction("What is the loss?", ["0", "0.0"])
    choose(prediction, "0.0")
    prediction.reveal(0)
    assert prediction.right is False  # an option is what it says


def test_typed_predictions_are_taken_as_they_are_meant(capsys):
    for guess, actual, within, right in (
        ("2, 3", (2, 3), 0, True),
        ("torch.Size([2, 3])", (2, 3), 0, True),
        ("(3,)", (3,), 0, True),
        ("(3,)", (3, 1), 0, False),
        ("4.4", 4.43, 0.1, True),
        ("4.2", 4.43, 0.1, False),
        ("1,000", 1000, 0, True),
        ("1,234,567", 1234567, 0, True),
        ("1,39", 1.386, 0.01, True),
        ("~77 %", 77, 0, True),
        ("77%", 78, 0, False),
        ("float32", torch.float32, 0, True),
        ("ERROR", "an error", 0, False),
        ("four", 4, 0, False),
    ):
        assert agree(guess, actual, within) is right, (guess, actual)
    prediction = Prediction("How large?", within=0.5)
    choose(prediction, " 4 ")
    prediction.reveal(4.4)
    assert capsys.readouterr().out == "You predicted 4. Right, near enough to 4.4.\n"
    prediction = Prediction("How large?", within=0.5)
    choose(prediction, "ln 4")
    prediction.reveal(1.39)
    assert capsys.readouterr().out == "'ln 4' is not a number, so it does not count. Unfold to see the answer.\n"
    assert prediction.right is None and not prediction.answer.disabled


def test_an_answer_that_was_not_offered_is_said_and_counts_for_nobody(capsys):
    """A learner who changes a width or a text gets other answers; hygiene looks for these words in what is stored."""
    prediction = Prediction("?", ["a", "b"])
    choose(prediction, "a")
    prediction.reveal("c", why="Because of b.")
    said = capsys.readouterr().out
    assert said == "You predicted a. Answer: c, which is none of the options: the cells above were changed.\n"
    assert prediction.right is None


def test_score_counts_the_last_of_each_question(capsys):
    book = Workbook({"01.1": ROWS})
    book.score()
    assert capsys.readouterr().out.endswith("Predictions: none of 0 made.\nExercises: none of 1 solved.\n")
    for chosen in ("a", "b"):  # the cell is run a second time, and the answer is changed
        prediction = book.predict("Which?", ["a", "b"])
        choose(prediction, chosen)
        prediction.reveal("b")
    book.predict("And this?", ["a", "b"]).reveal("a")
    capsys.readouterr()
    book.score()
    assert capsys.readouterr().out == "Predictions: 1 of 2 made, 1 right.\nExercises: none of 1 solved.\n"


def test_an_answer_without_a_prediction_is_folded_and_complete():
    """Shown folded, with its reason, escaped; nothing of it stands outside the fold or in the plain text."""
    bundle = Folded("Unfold < me", "<b>. Because 1 < 2 & 3.")._repr_mimebundle_()
    assert bundle["text/html"] == (
        "<details><summary>Unfold &lt; me</summary>&lt;b&gt;. Because 1 &lt; 2 &amp; 3.</details>"
    )
    assert bundle["text/plain"] == repr(Folded("Unfold < me", "x")) == "Unfold < me"


@pytest.mark.parametrize("guess", [None, "", "  ", "a lot"])
def test_what_is_folded_is_answer_and_reason(guess, monkeypatch):
    shown = []
    monkeypatch.setattr("helpers.workbook.predict.display", shown.append)
    prediction = Prediction("How many?")
    if guess is not None:
        choose(prediction, guess)
    prediction.reveal(3, why="Two and one.")
    assert [folded.hidden for folded in shown] == ["3. Two and one."] and "3" not in shown[0].line


def test_prediction_reads_well_without_a_kernel_and_is_escaped():
    bundle = Prediction("Is 1 < 2 & <b>?", ["<i>", "no"])._repr_mimebundle_()
    assert bundle["text/plain"] == "Predict: Is 1 < 2 & <b>?"
    assert bundle["text/html"].startswith("<p><b>Predict:</b> Is 1 &lt; 2 &amp; &lt;b&gt;?<br>○ &lt;i&gt; &nbsp; ○ no")
    assert "&lt;b&gt;" in Prediction("<b>").children[0].value


def test_two_workbooks_know_nothing_of_each_other(capsys):
    first, second = workbook("00"), workbook("00")
    first[0]("00.1", lambda text: [(text[:i], text[i]) for i in range(1, len(text))])
    second[2]()
    assert "Exercises: none of 1 solved." in capsys.readouterr().out


def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


def wrong_half(kind, n, text="odd"):
    if n % 2 or n == 8:
        raise kind(text)
    return n // 2


HALF = Exercise(
    "Even numbers have a half.",
    half,
    (
        Mistake(lambda n: wrong_half(ValueError, n), "8 is even, too."),
        Mistake(lambda n: wrong_half(TypeError, n) if n % 2 else n // 2, "Another kind of error is asked."),
        Mistake(lambda n: math.exp("x") if n == 8 else half(n), "That is a text."),
    ),
    ("First hint.", "Second hint."),
    cases=lambda g: [(n,) for n in range(10)],
)


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda n: wrong_half(ValueError, n, f"my own words about {n}"), "8 is even, too."),
        (lambda n: wrong_half(TypeError, n, "no") if n % 2 else n // 2, "Another kind of error is asked."),
        (lambda n: math.exp("y") if n == 8 else half(n), "That is a text."),
        (lambda n: int("y") if n == 8 else half(n), "8 is even"),  # a ValueError: of the kind that is asked elsewhere
        (lambda n: [][n] if n == 8 else half(n), "Places run from 0"),
    ],
)
def test_the_text_of_an_error_that_is_asked_for_is_the_learners_own(answer, hint, capsys):
    Workbook({"01.1": HALF}).check("01.1", answer)
    assert f"Hint: {hint}" in capsys.readouterr().out


def test_a_length_is_explained_where_it_differs():
    assert "2 in the result, and yours has 1" in judging.explained(((1,), (2,)), ((1, 1), (2,)), 0.0)[0]
    assert "2 in the result, and yours has 1" in judging.explained(((1,),), ((1, 1), (2,)), 0.0)[0]
