"""The training loop, as a generator: after every step it hands over what happened, and waits.

A script drains it with `train`; the dashboard drains it with an `await` between, so that Stop gets through;
a test or a learner loops over it in plain sight. Interrupts, NaN and checkpoints are handled here and nowhere else.
"""

import contextlib
import dataclasses
import time
from dataclasses import dataclass

import torch
from tqdm import tqdm

from helpers import checks
from helpers.evaluation import kept_mode
from helpers.training.history import History
from helpers.training.interrupts import held_interrupts
from helpers.training.place import Place
from helpers.training.recipe import Controls, TrainConfig
from helpers.training.resuming import load_run
from helpers.training.run import Run


@dataclass(frozen=True)
class Step:
    """What `steps` yields. `loss` is a tensor on the device: reading it waits for a GPU, so do that seldom."""

    step: int
    loss: torch.Tensor | None
    logged: bool
    history: History
    of: int = 0  # steps in all
    tokens: int = 0  # read so far
    saved: int = 0  # the step that the checkpoint on disk holds; 0: none


def steps(model, batches, config, *, history=None, tokenizer=None, checkpoint=None, resume=False, controls=None):
    """Train `model` on `batches`; a generator that yields a `Step` at the start and after every step.

    With `checkpoint` (a path, or a place.Place), the run is saved at every evaluation and whenever the generator ends
    or is closed: by an interrupt, by `break`, by an error elsewhere. With `resume`, a run saved there goes on where it
    stopped, on the same CPU with as many threads to the last bit as if it had never stopped; else a new one begins. A
    finished run goes on to a larger number of steps.
    `controls` (helpers.training.recipe.Controls) may be changed while it runs; a resumed run puts in them what it was
    stopped with. `send("pause")` instead of `next` saves, gives the same Step again, and stops the clock until the
    next one.
    Raises TrainingDiverged when the loss is NaN or infinite, and CheckpointError when the saved run does not fit.
    """
    controls = Controls() if controls is None else controls
    _check(model, batches, config, history, tokenizer, controls)
    checks.kind("resume", resume, bool, "True or False")
    run = Run(model, batches, config, History() if history is None else history, tokenizer, controls)
    if resume and checkpoint is None:
        raise ValueError("resume=True needs checkpoint=PATH, to know what to resume.")
    place = checkpoint if checkpoint is None or isinstance(checkpoint, Place) else Place(checkpoint)
    if resume and place.path.exists():
        load_run(place.path, run)
        place.step = run.step
    elif run.history.step:
        raise ValueError(
            f"This history already holds a run up to step {run.history.step[-1]}; two runs in one could not be told "
            "apart. Give a new History()."
        )
    vocab_size = getattr(getattr(model, "config", None), "vocab_size", None)
    for name, tokens in (("the training tokens", batches.train), ("the validation tokens", batches.val)):
        checks.tokens(name, tokens, vocab_size)
    whole = True
    with kept_mode(model):
        try:
            if run.step == 0:
                run.log(evaluated=True)  # the loss before any training: about ln V
            yield from _handed_over(run, None, True, place)
            while run.step < config.steps:
                with held_interrupts():
                    whole = False  # in the middle of a step there is nothing worth saving
                    loss = run.learn()
                    if run.logs(run.step):
                        run.log(run.evaluates(run.step))
                    if place is not None and run.evaluates(run.step):
                        run.save(place)
                    whole = True
                yield from _handed_over(run, loss, run.logs(run.step), place)
        finally:
            if place is not None and whole and run.changed():
                with held_interrupts():
                    run.save(place)


def _check(model, batches, config, history, tokenizer, controls):
    """A ValueError names the first part that is no part of a training run, or that belongs to another text."""
    checks.module("model", model)
    checks.kind("config", config, TrainConfig, "a TrainConfig")
    checks.kind("controls", controls, Controls, "a Controls(), or None")
    checks.kind("history", history, (History, type(None)), "a History(), or None")
    if not all(hasattr(batches, name) for name in ("train", "val", "batch_size", "context_length")):
        raise ValueError(f"batches is {checks.said(batches)}; it must be Batches(...), as helpers.text makes.")
    if tokenizer is not None:
        checks.same_text(model, tokenizer)


def _handed_over(run, loss, logged, place):
    """Yield what happened; as often as "pause" is the answer, save and yield it again while the clock stands still."""
    tokens = run.step * run.batches.batch_size * run.batches.context_length
    event = Step(run.step, loss, logged, run.history, run.config.steps, tokens, run.saved[0])
    answer = yield event
    while answer == "pause":
        if place is not None and run.changed():
            with held_interrupts():
                run.save(place)
        run.seconds = run.elapsed()
        try:
            answer = yield dataclasses.replace(event, saved=run.saved[0])
        finally:
            run.started = time.perf_counter()


def train(model, batches, config, *, progress=True, **options):
    """Drain `steps` with a progress bar and return the History; an interrupt ends it early, with nothing lost."""
    history = options.pop("history", None)
    history = History() if history is None else history
    _check(model, batches, config, history, options.get("tokenizer"), options.get("controls") or Controls())
    per_step = batches.batch_size * batches.context_length
    bar = tqdm(total=config.steps, disable=not progress, unit="step", mininterval=0.5)
    try:
        with bar, contextlib.closing(steps(model, batches, config, history=history, **options)) as events:
            for event in events:
                if event.loss is None:
                    # The steps of earlier sittings say nothing about the speed of this one.
                    bar.initial = bar.n = event.step
                bar.update(event.step - bar.n)
                if event.logged and event.loss is not None:
                    rate = bar.format_dict["rate"] or 0.0
                    val = history.last("val_loss")
                    bar.set_postfix_str(
                        f"train {history.last('train_loss'):.3f}, val {val:.3f}, {rate * per_step:,.0f} tokens/s",
                        refresh=False,
                    )
    except KeyboardInterrupt:
        tqdm.write(f"Stopped after step {history.last('step')}. The model and its history are whole.")
    return history
