"""Functions of logits, tried: PyTorch's own is found however it is spelled, and nobody is accused who wrote by hand."""

import pytest
import torch
import torch.nn.functional as F

from helpers.basics import cross_entropy, softmax
from helpers.workbook.book import Workbook
from helpers.workbook.questions.by_hand import gradient, of_softmax, taken
from helpers.workbook.questions.nb03 import EXERCISES


def said(capsys, number, answer):
    capsys.readouterr()
    Workbook(EXERCISES).check(number, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "answer",
    [
        lambda z, dim=-1: z.softmax(dim),
        lambda z, dim=-1: torch.softmax(z, dim=dim),
        lambda z, dim=-1: F.softmax(z, dim),
        lambda z, dim=-1: torch.special.softmax(z, dim),
        lambda z, dim=-1: torch.nn.Softmax(dim)(z),
        lambda z, dim=-1: F.softmin(-z, dim),
        lambda z, dim=-1: F.log_softmax(z, dim).exp(),
        torch.softmax,
    ],
)
def test_every_spelling_of_the_ready_made_softmax_is_found(capsys, answer):
    assert "PyTorch's own softmax did the work" in said(capsys, "03.2", answer)


@pytest.mark.parametrize(
    "answer",
    [
        lambda z, y: F.cross_entropy(z, y),
        lambda z, y: torch.nn.CrossEntropyLoss()(z, y),
        lambda z, y: F.nll_loss(F.log_softmax(z, -1), y),
        lambda z, y: -z.log_softmax(-1)[torch.arange(len(y)), y].mean(),
    ],
)
def test_every_spelling_of_the_ready_made_loss_is_found(capsys, answer):
    assert "PyTorch's own function did the work" in said(capsys, "03.4", answer)


def my_softmax(logits, dim=-1):  # its own name holds "softmax", and it calls another that does
    return softmax(logits, dim)


@pytest.mark.parametrize(
    "number, answer",
    [
        ("03.2", my_softmax),
        ("03.2", lambda z, dim=-1: (z - z.logsumexp(dim, keepdim=True)).exp()),
        ("03.3", lambda z, y: z.gather(1, y[:, None]).squeeze(1)),
        ("03.3", lambda z, y: z[:, y].diagonal()),
        ("03.4", lambda z, y: (torch.logsumexp(z, -1) - z[range(len(y)), y]).mean()),
        ("03.4", lambda z, y: cross_entropy(z, y)),
        ("03.4", lambda z, y: -(F.one_hot(y, z.shape[1]) * (z - z.logsumexp(-1, True))).sum() / len(y)),
    ],
)
def test_what_is_written_by_hand_is_accepted(capsys, number, answer):
    assert f"✓ {number}" in said(capsys, number, answer)


def test_rows_one_by_one_are_slow(capsys):
    def loop(logits, targets):
        return torch.stack([logits[i, targets[i]] for i in range(len(targets))])

    assert "one row after the other is slow" in said(capsys, "03.3", loop)


def test_the_call_is_looked_at_first():
    assert taken(lambda z, dim: z) == "(logits, dim)" and taken(F.softmax) == "(logits, dim=-1)"
    assert list(of_softmax(lambda z, axis=-1: z, torch.zeros(2))) == ["it takes"]


def test_a_gradient_that_is_lost_is_told_in_words():
    def in_place(z):
        e = z.exp()
        e /= e.sum()
        return e

    z = torch.tensor([1.0, 2.0])
    assert gradient(softmax, z).shape == (2,)
    assert "change in place" in gradient(in_place, z)
    assert "none at all" in gradient(lambda z: softmax(z).detach(), z)
    assert "none at all" in gradient(lambda z: softmax(z).tolist(), z)


def test_a_report_names_the_arguments(capsys):
    Workbook(EXERCISES).check("03.2", lambda logits, dim=-1: logits.exp())
    said = capsys.readouterr().out
    assert "✗ 03.2  For logits = [" in said and " it gives" in said
