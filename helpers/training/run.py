"""The state of one training run and one step of it: everything that a checkpoint has to hold, and what a row tells."""

import contextlib
import functools
import math
import time
import warnings

import torch

from helpers.device import autocast
from helpers.evaluation import eval_mode, evaluate, loss_of
from helpers.text import fixed_windows
from helpers.training import resuming
from helpers.training.recipe import learning_rate_at, make_optimizer
from helpers.training.storage import CheckpointError


class TrainingDiverged(RuntimeError):
    """The loss is no number any more."""


class Run:
    """The state of one training run: everything that a checkpoint has to hold."""

    def __init__(self, model, batches, config, history, tokenizer, controls):
        self.model, self.batches, self.config = model, batches, config
        self.history, self.tokenizer, self.controls = history, tokenizer, controls
        self.optimizer = make_optimizer(model, config)
        self.forward = torch.compile(model) if config.compile else model
        self.windows = fixed_windows(batches.val, batches.context_length, config.eval_windows)
        self.device = batches.train.device
        self.step = 0  # steps done
        self.saved = (0, controls.scale)  # the step and the scale that a checkpoint of this run holds
        self.seconds = 0.0  # spent in earlier sittings
        self.pending = []  # (loss, gradient norm) of the steps since the last logged one, still on the device
        self.blocks = blocks_of(model)
        self.grads = self.streams = None  # of each block at the newest logged step, still on the device
        self.scale = controls.scale  # of the newest step
        self.started = time.perf_counter()

    def evaluates(self, step):
        """Whether the validation loss is measured after `step` steps."""
        return step == self.config.steps or step % self.config.eval_every == 0

    def logs(self, step):
        """Whether the history gets a row after `step` steps."""
        return self.evaluates(step) or step % self.config.log_every == 0

    def learning_rate(self, step):
        """The schedule's learning rate of a step, times the scale."""
        return learning_rate_at(step, self.config) * self.scale

    def learn(self):
        """One step of training; one that will be logged also keeps the size of gradients and stream of each block."""
        logged = self.logs(self.step + 1)
        self.scale = self.controls.scale  # read once: another thread may set it at any moment
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate(self.step)
        self.model.train()
        x, y = next(self.batches)
        with autocast(self.device), stream_sizes(self.blocks if logged and not self.config.compile else []) as sizes:
            loss = loss_of(self.forward, x, y)
        if self.device.type == "cpu":  # costs nothing here; on a GPU it would wait, so `log` looks later
            self.check(self.step + 1, loss.item())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if logged and self.blocks:
            # Before clipping, which changes them.
            self.grads = torch.stack([gradient_norm(block, self.device) for block in self.blocks])
            self.streams = self.measured(sizes, x)
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.grad_clip)
        if self.device.type == "cpu":
            self.check(self.step + 1, norm.item(), "gradient norm")  # before it breaks the weights
        self.optimizer.step()
        self.step += 1
        self.pending.append(torch.stack([loss.detach().float(), norm.float()]))
        return loss.detach()

    def measured(self, sizes, x):
        """The sizes of the stream after each block as one tensor; None where not every block was passed once."""
        if self.config.compile:  # a compiled model passes hooks over: a few rows once more, through the plain one
            with eval_mode(self.model), autocast(self.device), stream_sizes(self.blocks) as sizes:
                self.model(x[:4])
        return torch.stack(sizes) if len(sizes) == len(self.blocks) else None

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
            learning_rate=self.learning_rate(max(0, self.step - 1)),
            seconds=self.elapsed(),
            block_grad_norms=None if self.grads is None else self.grads.tolist(),
            block_stream_sizes=None if self.streams is None else self.streams.tolist(),
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
                f"{self.learning_rate(step - 1):.2g}. Usual causes, in this order: the learning rate is too "
                "high (try a third of it), there is no warm-up, gradients are not clipped, the data holds bad values. "
                "The last good checkpoint, if there is one, was kept."
            )

    def changed(self):
        """Whether there is anything that the newest checkpoint does not hold."""
        return self.step > 0 and (self.step, self.controls.scale) != self.saved

    @functools.cached_property
    def identity(self):
        """What must be equal for a stored run to be this one; its fingerprint of the text takes a moment, once."""
        return resuming.identity(self)

    def save(self, place):
        """Write a checkpoint. Where that fails, say so and go on: the model in memory is whole."""
        self.settle()  # never overwrite a good checkpoint with broken weights
        try:
            self.saved = resuming.save_run(place, self)
        except (OSError, CheckpointError) as error:  # a full disk; a folder where the file was
            warnings.warn(
                f"The checkpoint could not be written ({error}). Training goes on. Make room or choose another path, "
                "and save the model at the end with helpers.training.save_model.",
                stacklevel=2,
            )


def blocks_of(model):
    """The blocks that `model` holds in a row under that name; an empty list where it has none."""
    blocks = getattr(model, "blocks", None)
    return list(blocks) if isinstance(blocks, (torch.nn.Sequential, torch.nn.ModuleList)) else []


def gradient_norm(module, device="cpu"):
    """The length of all of a module's gradients, taken as one vector; a tensor, to be read when it is needed."""
    norms = [torch.linalg.vector_norm(p.grad).float() for p in module.parameters() if p.grad is not None]
    return torch.linalg.vector_norm(torch.stack(norms)) if norms else torch.zeros((), device=device)


@contextlib.contextmanager
def stream_sizes(blocks):
    """A list that gets, from every block passed inside, the root mean square of what it gives: the residual stream."""
    sizes = []

    def note(block, inputs, out):
        if isinstance(out, torch.Tensor):
            sizes.append(out.detach().float().square().mean().sqrt())

    hooks = [block.register_forward_hook(note) for block in blocks]
    try:
        yield sizes
    finally:
        for hook in hooks:
            hook.remove()
