"""A part is tried in all that it does, and what differs first is named."""

import pytest
import torch
import torch.nn as nn

from helpers.workbook.book import Workbook
from helpers.workbook.questions import Exercise, Mistake
from helpers.workbook.trials import module_trial


class Mixer(nn.Module):
    """Averages over the past, then a linear layer with dropout: (B, T, C) -> (B, T, C)."""

    def __init__(self, C, T, p):
        super().__init__()
        self.mix = nn.Linear(C, C)
        self.drop = nn.Dropout(p)
        self.register_buffer("mask", torch.tril(torch.ones(T, T)), persistent=False)

    def average(self, x):
        T = x.shape[1]
        weights = self.mask[:T, :T]
        return weights / weights.sum(1, keepdim=True) @ x

    def forward(self, x):
        return self.drop(self.mix(self.average(x)))


class OtherName(Mixer):
    def __init__(self, C, T, p):
        super().__init__(C, T, p)
        self.linear = self.mix
        del self.mix

    def forward(self, x):
        return self.drop(self.linear(self.average(x)))


class Whole(Mixer):
    def average(self, x):
        return self.mask / self.mask.sum(1, keepdim=True) @ x


class Future(Mixer):
    def average(self, x):
        return x.mean(1, keepdim=True).expand_as(x)


class FutureInTraining(Mixer):
    def average(self, x):
        return Future.average(self, x) if self.training else super().average(x)


class Detached(Mixer):
    def forward(self, x):
        return self.drop(self.mix(self.average(x))).detach()


class HalfDetached(Mixer):
    def forward(self, x):
        return self.drop(torch.nn.functional.linear(self.average(x), self.mix.weight.detach(), self.mix.bias))


class DropsAlways(Mixer):
    def forward(self, x):
        return nn.functional.dropout(self.mix(self.average(x)), self.drop.p, training=True)


class NeverDrops(Mixer):
    def forward(self, x):
        return self.mix(self.average(x))


class InPlace(Mixer):
    def forward(self, x):
        x.add_(1)
        return super().forward(x - 1)


class Flat(Mixer):
    def forward(self, x):
        return super().forward(x).flatten(1)


FOUND = {
    OtherName: "its parameters: linear.bias (4,), linear.weight (4, 4), and not mix.bias (4,), mix.weight (4, 4)",
    Whole: "RuntimeError at `return self.mask / self.mask.sum(1, keepdim=True) @ x` (there x is (2, 2, 4))",
    Future: "its output with our weights: other numbers than in ours",
    FutureInTraining: "its output in train mode: other numbers",
    Detached: "its gradients: none at all",
    HalfDetached: "its gradients: ",
    DropsAlways: "its output with our weights: other numbers",
    NeverDrops: "its output in train mode: other numbers",
    InPlace: "what it does to its input: it changes it, and not nothing",
    Flat: "its output with our weights: a tensor of shape (2, 20), and not a tensor of shape (2, 5, 4)",
}
MIXER = Exercise(
    "Done.",
    Mixer,
    (Mistake(Future, "It sees the future."),),
    ("First.", "Second."),
    cases=lambda g: [((4, 5, 0.5), torch.randn(2, 5, 4, generator=g))],
    run=module_trial(causal=True, shorter=True),
)


def said(answer, capsys):
    capsys.readouterr()
    Workbook({"01.1": MIXER}).check("01.1", answer)
    return capsys.readouterr().out


def test_the_right_one_passes(capsys):
    assert said(Mixer, capsys).startswith("✓ 01.1  Done.")


@pytest.mark.parametrize("wrong", FOUND)
def test_what_differs_first_is_named(wrong, capsys):
    output = said(wrong, capsys)
    assert output.startswith("✗") and FOUND[wrong] in output


def test_a_typical_mistake_is_known_by_what_it_computes(capsys):
    class Mine(Mixer):
        def average(self, x):
            return (x.sum(1) / x.shape[1])[:, None] + 0 * x

    assert "Hint: It sees the future." in said(Mine, capsys)


def test_a_leak_is_found_where_outputs_alone_agree():
    run = module_trial(causal=True)
    x = torch.randn(2, 5, 4)
    label = "positions that change with a later one"
    assert run(Mixer, (4, 5, 0.0), x)[label] == [] and run(Future, (4, 5, 0.0), x)[label] == [0, 1, 2, 3]
    tokens = torch.randint(4, (2, 5))
    table = lambda cls: lambda *sizes: nn.Sequential(nn.Embedding(4, 4), cls(*sizes))  # noqa: E731
    assert run(table(Mixer), (4, 5, 0.0), tokens)[label] == []
    assert run(table(Future), (4, 5, 0.0), tokens)[label] == [0, 1, 2, 3]


def test_first_weights_are_compared_where_that_is_asked():
    class Wide(Mixer):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            nn.init.normal_(self.mix.weight, std=3.0)

    run, x = module_trial(starts=True), torch.randn(2, 5, 4)
    label = "the spread of its first weights"
    assert run(Mixer, (4, 5, 0.0), x)[label] == run(Mixer, (4, 5, 0.0), x)[label] != run(Wide, (4, 5, 0.0), x)[label]


def test_a_loss_has_to_be_reached(capsys):
    shown, bar = [], [None]

    def reach(answer, say):
        say("step 1")
        shown.append(answer)
        return 2.0, bar[0], "It reaches 2.0 nats."

    for enough, mark in ((2.5, "✓ 01.1  Done. It reaches 2.0 nats."), (1.5, "its loss is 2.000, and 1.500 is needed")):
        bar[0] = enough
        exercise = Exercise("Done.", Mixer, (), ("a", "b"), cases=MIXER.cases, run=MIXER.run, reach=reach)
        capsys.readouterr()
        Workbook({"01.1": exercise}).check("01.1", Mixer)
        assert mark in capsys.readouterr().out
    Workbook({"01.1": exercise}).check("01.1", Future)
    assert len(shown) == 2, "what fails the comparison is not trained"
