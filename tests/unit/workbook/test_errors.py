"""Errors that learners run into, each made by the code that makes it, and the hint that it gets."""

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F

from helpers.workbook.book import Workbook
from helpers.workbook.errors import KNOWN, error_hint
from helpers.workbook.questions import Exercise
from tests.cells import type_in

T = torch.zeros(2, 3)
CODE = {
    "x = total; total = 1": "`total` has no value yet",
    "torch.zeros(4 / 2)": "`/` always gives a float",
    "range(4 / 2)": "`/` always gives a float",
    "[1, 2][: 4 / 2]": "`/` always gives a float",
    "T.view(6 / 2, 2)": "`/` always gives a float",
    "T.split(3 / 1, dim=1)": "`/` always gives a float",
    "a = [1].append(2); a.append(3)": "Something there is None",
    "None + 1": "Something there is None",
    "[T].sum(dim=0)": "That is a Python list, and `sum` is a method of tensors",
    "nn.Linear(2, 3).weights": "`weights` is nothing that a Linear has",
    "1 + (2, 3)": "A number and a tuple",
    "(2, 3) + 1": "A number and a tuple",
    "x = 2; x(T)": "You call something of the kind `int` as if it were a function",
    "a, b = 3": "A loop, or an assignment to several names",
    "for x in torch.tensor(3): pass": "A loop, or an assignment to several names",
    "len[3]": "You put an index behind something",
    "(lambda a, b: a)(1)": "In that call something is left out: `b`",
    "(lambda a=1: a)(c=1)": "That call knows no argument `c`",
    "(lambda: 1)(2)": "That call hands over more than",
    "B, C, D = T.shape": "To the left of `=` stand more or fewer names",
    "T[5]": "Places run from 0 to the size minus 1",
    "[1][5]": "Places run from 0 to the size minus 1",
    "T.sum(dim=2)": "The tensor has fewer dimensions",
    "T[0, 0, 0]": "There are more indices than",
    "T + torch.zeros(4)": "Two shapes do not fit: write them below each other, aligned at the right. A 3 meets a 4.",
    "T @ T": "In a matrix product, the last size of the first (2x3) has to be the first size of the second (2x3)",
    "T.view(4, 2)": "The sizes [4, 2] have to multiply to 6",
    "T.T.view(6)": "A view cannot read that tensor in this order",
    "if T: pass": "`if`, `and` and `or` want one truth value",
    "w = torch.ones(2, requires_grad=True); w += 1": "Weights are changed where PyTorch does not record it",
    "T.sum().backward()": "The way from the result back to the weights is cut",
    "T.long().mean()": "Those are integers, and floats are needed",
    "torch.tensor([1, 2]).softmax(0)": "Those are integers, and floats are needed",
    "torch.tensor([[1]]) @ torch.ones(1, 1)": "Those are integers, and floats are needed",
    "torch.cat([T, torch.zeros(2)])": "The tensors that you put together do not fit",
    "torch.stack([T, torch.zeros(2)])": "The tensors that you put together do not fit",
    "torch.tensor([T, T])": "`torch.tensor` makes a tensor of numbers",
    "torch.stack([1, 2])": "`torch.tensor` makes a tensor of numbers",
    "T.sum(keepdim=True)": "Name that dimension too",
    "torch.cat(T, T)": "write brackets around them",
    "def f(): return f()\nf()": "Your function calls itself without end",
    "import unheard_of": "Only torch and the parts of this course",
    "amax(T)": "`torch.amax(...)`",
    "unsqueeze_(T)": "put the tensor in front, `t.unsqueeze_(...)`",
    "cross_entropy(T, T)": "`F.cross_entropy(...)`",
    "Linear(2, 3)": "`nn.Linear`",
    "softmaks(T)": "Is it spelled right",
}


def raised(code):
    scope = {"torch": torch, "nn": nn, "F": F, "T": T}
    try:
        exec("def answer():\n    " + code.replace("\n", "\n    ") + "\nanswer()", scope)
    except Exception as error:
        return type(error).__name__, str(error)
    return None, ""


@pytest.mark.parametrize("code", CODE)
def test_an_error_gets_the_hint_that_fits(code):
    hint = error_hint(*raised(code))
    assert hint and CODE[code] in hint[0], (raised(code), hint)


def test_every_hint_is_met_by_some_code():
    """A text of PyTorch that changes with its version would otherwise leave a hint that nobody ever sees."""
    met = {hint for code in CODE for hint in error_hint(*raised(code))}
    for _, _, hint in KNOWN:
        beginning = hint.split("{")[0].split("`", 2)[-1] if hint.startswith("`{") else hint.split("{")[0]
        assert any(beginning in said for said in met), hint


def test_a_check_says_it(capsys):
    exercise = Exercise("Learned.", right=lambda x: x.amax(), cases=lambda g: [(T,)], mistakes=(), hints=("General.",))
    scope = {"check": Workbook({"01.1": exercise}).check}
    type_in("def largest(x):\n    return unsqueeze_(x)\n\n\ncheck('01.1', largest)", scope)
    said = capsys.readouterr().out
    assert "it fails with NameError at `return unsqueeze_(x)`" in said and "Hint: Python knows no `unsqueeze_`" in said
    type_in("def largest(x):\n    return unsqueeze_(x)\n\n\ncheck('01.1', largest)", scope)
    assert "Hint: General." in capsys.readouterr().out


def test_another_error_gets_its_own_hint_although_one_came_before(capsys):
    exercise = Exercise("Learned.", right=lambda x: x.amax(), cases=lambda g: [(T,)], mistakes=(), hints=("General.",))
    book = Workbook({"01.1": exercise})
    book.check("01.1", lambda x: unheard(x))  # noqa: F821
    assert "Hint: Python knows no" in capsys.readouterr().out
    book.check("01.1", lambda x: x.amax(5))
    assert "Hint: The tensor has fewer" in capsys.readouterr().out
