"""The training loop, as a generator: after every step it hands over what happened, and waits.

A script drains it with `train`; the dashboard drains it with an `await` between, so that Stop gets through;
a test or a learner loops over it in plain sight. Interrupts, NaN and checkpoints are handled here and nowhere else.
"""

import argparse
import contextlib
import dataclasses
import math
import os
import time
import warnings
from dataclasses import dataclass

import torch
from tqdm import tqdm

from helpers import checkpoint as ckpt
from helpers.corpus import load_text
from helpers.device import autocast, describe, pick_device, seed_everything
from helpers.evaluation import evaluate, kept_mode, loss_of
from helpers.history import History
from helpers.interrupts import held_interrupts
from helpers.model import GPT, GPTConfig, count_parameters
from helpers.paths import checkpoint_path
from helpers.recipe import PRESETS, learning_rate_at, make_optimizer
from helpers.sampling import sample_text
from helpers.text import Batches, CharTokenizer, fixed_windows, train_val_split


@dataclass(frozen=True)
class Step:
    """What `steps` yields. `loss` is a tensor on the device: reading it waits for a GPU, so do that seldom."""

    step: int
    loss: torch.Tensor | None
    logged: bool
    history: History


class TrainingDiverged(RuntimeError):
    """The loss is no number any more."""


class Run:
    """The state of one training run: everything that a checkpoint has to hold."""

    def __init__(self, model, batches, config, history, tokenizer):
        self.model, self.batches, self.config = model, batches, config
        self.history, self.tokenizer = history, tokenizer
        self.optimizer = make_optimizer(model, config)
        self.forward = torch.compile(model) if config.compile else model
        self.windows = fixed_windows(batches.val, batches.context_length, config.eval_windows)
        self.device = batches.train.device
        self.step = 0  # steps done
        self.seconds = 0.0  # spent in earlier sittings
        self.pending = []  # (loss, gradient norm) of the steps since the last logged one, still on the device
        self.started = time.perf_counter()

    def learn(self):
        """One step of training."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(self.step, self.config)
        self.model.train()
        x, y = next(self.batches)
        with autocast(self.device):
            loss = loss_of(self.forward, x, y)
        if self.device.type == "cpu":  # costs nothing here; on a GPU it would wait, so `log` looks later
            self.check(self.step + 1, loss.item())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_clip)
        if self.device.type == "cpu":
            self.check(self.step + 1, norm.item(), "gradient norm")  # before it breaks the weights
        self.optimizer.step()
        self.step += 1
        self.pending.append(torch.stack([loss.detach().float(), norm.float()]))
        return loss.detach()

    def elapsed(self):
        """Seconds of this run, earlier sittings included."""
        return self.seconds + time.perf_counter() - self.started

    def log(self, evaluated):
        """Add a row to the history: the mean training loss since the last one, and the validation loss on demand."""
        loss, norm = self.settle()
        self.pending = []
        val_loss = evaluate(self.model, self.windows) if evaluated else None
        if evaluated:
            self.check(self.step, val_loss, "validation loss")
        self.history.append(
            step=self.step,
            tokens=self.step * self.batches.batch_size * self.batches.context_length,
            train_loss=loss,
            grad_norm=norm,
            val_loss=val_loss,
            learning_rate=learning_rate_at(max(0, self.step - 1), self.config),
            seconds=self.elapsed(),
        )

    def settle(self):
        """Fetch and check the pending losses; return mean loss and mean gradient norm, None if there are none."""
        if not self.pending:
            return None, None
        values = torch.stack(self.pending).cpu()  # (steps, 2): one wait for all of them
        for i, (loss, norm) in enumerate(values.tolist()):
            self.check(self.step - len(values) + 1 + i, loss)
            self.check(self.step - len(values) + 1 + i, norm, "gradient norm")
        return values.mean(dim=0).tolist()

    def check(self, step, loss, what="loss"):
        if not math.isfinite(loss):
            last = self.history.last("train_loss")
            raise TrainingDiverged(
                f"The {what} became {loss} at step {step}; the last good logged loss was "
                f"{'not yet known' if last is None else f'{last:.3f}'}, at a learning rate of "
                f"{learning_rate_at(step - 1, self.config):.2g}. Usual causes, in this order: the learning rate is too "
                "high (try a third of it), there is no warm-up, gradients are not clipped, the data holds bad values. "
                "The last good checkpoint, if there is one, was kept."
            )

    def save(self, path):
        """Write a checkpoint. Where that fails, say so and go on: the model in memory is whole."""
        self.settle()  # never overwrite a good checkpoint with broken weights
        try:
            ckpt.save_run(path, self)
        except OSError as error:
            warnings.warn(
                f"The checkpoint could not be written ({error}). Training goes on. Make room or choose another path, "
                "and save the model at the end with helpers.checkpoint.save_model.",
                stacklevel=2,
            )


def steps(model, batches, config, *, history=None, tokenizer=None, checkpoint=None, resume=False):
    """Train `model` on `batches`; a generator that yields a `Step` at the start and after every step.

    With `checkpoint` (a path), the run is saved at every evaluation and whenever the generator ends or is closed:
    by an interrupt, by `break`, by an error elsewhere. With `resume`, a run saved there goes on where it stopped,
    on the same CPU with as many threads to the last bit as if it had never stopped; else a new one begins.
    Raises TrainingDiverged when the loss is NaN or infinite, and CheckpointError when the saved run does not fit.
    """
    run = Run(model, batches, config, History() if history is None else history, tokenizer)
    if resume and checkpoint is None:
        raise ValueError("resume=True needs checkpoint=PATH, to know what to resume.")
    if resume and os.path.exists(checkpoint):
        ckpt.load_run(checkpoint, run)
    saved, whole = run.step, True
    with kept_mode(model):
        try:
            if run.step == 0:
                run.log(evaluated=True)  # the loss before any training: about ln V
            yield Step(run.step, None, True, run.history)
            while run.step < config.steps:
                with held_interrupts():
                    whole = False  # in the middle of a step there is nothing worth saving
                    loss = run.learn()
                    last = run.step == config.steps
                    evaluated = last or run.step % config.eval_every == 0
                    logged = evaluated or run.step % config.log_every == 0
                    if logged:
                        run.log(evaluated)
                    if checkpoint is not None and evaluated:
                        run.save(checkpoint)
                        saved = run.step
                    whole = True
                yield Step(run.step, loss, logged, run.history)
        finally:
            if checkpoint is not None and whole and run.step > saved:
                with held_interrupts():
                    run.save(checkpoint)


def train(model, batches, config, *, progress=True, **options):
    """Drain `steps` with a progress bar and return the History; an interrupt ends it early, with nothing lost."""
    history = options.pop("history", None)
    history = History() if history is None else history
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


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m helpers.training", description="Train a GPT without Jupyter, and print a sample of its text."
    )
    parser.add_argument("--corpus", default="shakespeare", help="a corpus by name, or the path of a text file")
    parser.add_argument("--preset", choices=PRESETS, help="sizes; default: what fits this machine")
    parser.add_argument("--steps", type=int, help="train for another number of steps than the preset's")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the best there is")
    parser.add_argument("--out", default=checkpoint_path("script"), help="where the checkpoint is kept")
    parser.add_argument("--resume", action="store_true", help="go on with the run that is saved at --out")
    parser.add_argument("--seed", type=int, default=1337)
    args = parser.parse_args(arguments)
    device = pick_device(args.device)
    seed_everything(args.seed)
    sizes, batch_size, config = PRESETS[args.preset or ("gpu" if device.type == "cuda" else "cpu")]
    if args.steps is not None:
        config = dataclasses.replace(config, steps=args.steps)
    text = load_text(args.corpus)
    tokenizer = CharTokenizer(text)
    train_tokens, val_tokens = train_val_split(tokenizer.encode(text))
    batches = Batches(train_tokens, val_tokens, batch_size, sizes["context_length"], seed=args.seed, device=device)
    model = GPT(GPTConfig(vocab_size=tokenizer.vocab_size, **sizes)).to(device)
    print(f"{args.corpus}: {len(text):,} characters. {count_parameters(model):,} parameters on {describe(device)}.")
    history = train(model, batches, config, tokenizer=tokenizer, checkpoint=args.out, resume=args.resume)
    whole = evaluate(model, fixed_windows(batches.val, batches.context_length))
    print(
        f"Step {history.last('step')}: {whole:.4f} nats per character on the whole validation split. Saved: {args.out}"
    )
    print(sample_text(model, tokenizer, "\n", 300, seed=args.seed))


if __name__ == "__main__":
    try:
        main()
    except (ValueError, RuntimeError, OSError) as error:
        raise SystemExit(f"Error: {error}") from None
