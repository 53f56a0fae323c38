"""The first GPT of notebook 00: it ends in time, counts no pauses, and its texts say when they were written."""

import contextlib

import pytest
import torch

from helpers.training import first, recipe
from helpers.training.first import FirstGPT, within
from helpers.training.loop import Step
from helpers.training.recipe import Controls, TrainConfig

SIZES = dict(context_length=16, n_layer=1, n_head=2, n_embd=16)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Sizes and a text that take a moment."""
    preset = (SIZES, 4, TrainConfig(steps=40, warmup_steps=4))
    monkeypatch.setitem(recipe.PRESETS, "cpu", preset)
    text = "ROMEO.\nBut soft, what light through yonder window breaks?\n" * 40
    monkeypatch.setattr(first, "load_text", lambda corpus: text)


def make(**options):
    return FirstGPT(device=torch.device("cpu"), **options)


def test_it_trains_to_the_end_and_notes_its_texts():
    gpt = make(seconds=60)
    texts = [gpt.sample()]
    for event in gpt.steps():
        if event.step == 20 and event.loss is not None:
            texts.append(gpt.sample())
    texts.append(gpt.sample())
    assert event.step == event.of == 40 and gpt.history.last("step") == 40
    assert gpt.texts == list(zip((0, 20, 40), texts, strict=True))
    assert all(text.startswith("ROMEO.\n") and len(text) == 7 + 180 for text in texts) and len(set(texts)) == 3
    assert gpt.val_loss < gpt.baselines["uniform"]


def test_the_same_from_the_same_seed():
    texts = []
    for _ in range(2):
        gpt = make()
        torch.rand(3)  # what else has drawn random numbers makes no difference
        list(gpt.steps())
        texts.append(gpt.sample())
    assert texts[0] == texts[1]


@pytest.mark.parametrize("seconds_per_step, steps, width", [(0.01, 40, 16), (1.0, 40, 16), (2.7, 20, 8), (1000, 1, 8)])
def test_the_schedule_fits_the_machine(monkeypatch, seconds_per_step, steps, width):
    """Where the time does not allow enough steps, the model is narrower, and then the schedule is shorter."""
    monkeypatch.setattr(first, "NARROWER", {"n_embd": 8})
    monkeypatch.setattr(first, "seconds_per_step", lambda *args, **options: seconds_per_step)
    gpt = make(seconds=60.3)
    with contextlib.closing(gpt.steps()) as events:
        assert next(events).of == steps
        assert width == 16 or torch.get_num_threads() == 1
    assert gpt.model.config.n_embd == width


def test_the_number_of_threads_is_put_back(monkeypatch):
    monkeypatch.setattr(first, "seconds_per_step", lambda *args, **options: 1000)
    with first.threads(2):
        events = make().steps()
        next(events)
        assert torch.get_num_threads() == 1
        events.close()
        assert torch.get_num_threads() == 2


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), None, "60"])
def test_a_limit_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds is"):
        make(seconds=seconds)


def test_the_controls_reach_the_training():
    controls, gpt = Controls(), make()
    controls.scale = 0.5
    rates = [event.history.last("learning_rate") for event in gpt.steps(controls) if event.logged]
    assert max(rates) < 0.6 * TrainConfig().learning_rate


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def slow(clock, n=100):
    """The events of a training whose steps take a second each; "pause" gives the same step again."""
    for i in range(n):
        clock.now += bool(i)
        while (yield Step(i, None, False, None, n)) == "pause":
            pass


def test_it_ends_in_time():
    clock = Clock()
    assert [event.step for event in within(5, slow(clock), clock=clock)] == list(range(6))
    assert [event.step for event in within(1000, slow(clock, 8), clock=clock)] == list(range(8))
    assert [event.step for event in within(-5, slow(clock), clock=clock)] == [0, 1]  # it has learned something


def test_what_the_one_who_looks_on_does_counts_and_a_pause_does_not():
    clock = Clock()
    events, steps = within(10, slow(clock), clock=clock), []
    for event in events:
        steps.append(event.step)
        clock.now += 1  # a picture
        if event.step == 2:
            assert events.send("pause").step == 2
            clock.now += 1000
            assert events.send("pause").step == 2
            clock.now += 1000
    assert steps[-1] in (4, 5, 6)


def test_closing_closes_the_training():
    ended = []

    def events():
        try:
            yield from slow(Clock())
        finally:
            ended.append(True)

    watched = within(5, events())
    next(watched)
    watched.close()
    assert ended == [True]
