"""How to train: the settings, the learning-rate schedule, the optimizer, and presets that fit a machine."""

import math
from dataclasses import dataclass

import torch

from helpers import checks


@dataclass(frozen=True)
class TrainConfig:
    """How to train; counts are in steps, losses in nats per token."""

    steps: int = 2200
    learning_rate: float = 4e-3
    min_learning_rate: float = 1e-4
    warmup_steps: int = 100
    weight_decay: float = 0.1
    betas: tuple = (0.9, 0.99)
    grad_clip: float = 1.0
    log_every: int = 10
    eval_every: int = 200
    eval_windows: int | None = 512  # validation windows looked at during training; None: all
    compile: bool = False

    def __post_init__(self):
        pair = isinstance(self.betas, (tuple, list)) and len(self.betas) == 2
        if not pair or not all(checks.is_number(beta) and 0 <= beta < 1 for beta in self.betas):
            given = checks.said(self.betas)
            raise ValueError(f"betas is {given}; it must be two numbers from 0 to below 1, as (0.9, 0.99).")
        object.__setattr__(self, "betas", tuple(self.betas))  # JSON gives a list back
        for name in ("steps", "log_every", "eval_every"):
            checks.integer(name, getattr(self, name), 1)
        if self.eval_windows is not None:
            checks.integer("eval_windows", self.eval_windows, 1)
        checks.integer("warmup_steps", self.warmup_steps)
        none = isinstance(self.grad_clip, float) and self.grad_clip == math.inf
        if not none and (not checks.is_number(self.grad_clip) or not self.grad_clip > 0):
            given = checks.said(self.grad_clip)
            raise ValueError(f"grad_clip is {given}; it must be above 0 (float('inf') for none).")
        checks.number("learning_rate", self.learning_rate, above=0)
        # Above it, the "decay" would rise.
        checks.number("min_learning_rate", self.min_learning_rate, least=0, most=self.learning_rate)
        checks.number("weight_decay", self.weight_decay, least=0)
        checks.kind("compile", self.compile, bool, "True or False")


@dataclass
class Controls:
    """What may be changed while a model trains, at any time and from any thread.

    `scale` multiplies the schedule's learning rate, from the next step on.
    """

    scale: float = 1.0

    def __setattr__(self, name, value):
        if name == "scale" and (not checks.is_number(value) or not value > 0):
            raise ValueError(
                f"scale is {checks.said(value)}; it must be above 0, for example 0.5 for half the learning rate."
            )
        super().__setattr__(name, value)


def learning_rate_at(step, config):
    """Linear warm-up, then half a cosine down to `min_learning_rate` (Loshchilov and Hutter, 2017)."""
    checks.number("step", step, least=0)
    checks.kind("config", config, TrainConfig, "a TrainConfig")
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    share = min(1.0, (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps))
    return config.min_learning_rate + 0.5 * (1 + math.cos(math.pi * share)) * (
        config.learning_rate - config.min_learning_rate
    )


def make_optimizer(model, config):
    """AdamW with weight decay on matrices only: decaying biases and norms would pull them from where they work."""
    checks.module("model", model)
    checks.kind("config", config, TrainConfig, "a TrainConfig")
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(p.device.type in ("cpu", "cuda") for p in parameters)
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, fused=fused)


PRESETS = {  # sizes of the model, batch size, and how to train: about two minutes on two cores; see README.md for GPUs
    "cpu": (dict(context_length=64, n_layer=2, n_head=4, n_embd=128), 16, TrainConfig()),
    "gpu": (
        dict(context_length=256, n_layer=6, n_head=6, n_embd=384, dropout=0.2),
        64,
        TrainConfig(steps=5000, learning_rate=1e-3, warmup_steps=200, eval_every=250, eval_windows=None),
    ),
}


def preset_for(device, name=None):
    """Sizes of the model, batch size and TrainConfig: those of a name in `PRESETS`, or what fits the device."""
    if name is None:
        name = "gpu" if device.type == "cuda" else "cpu"
    if not isinstance(name, str) or name not in PRESETS:
        raise ValueError(
            f"preset is {checks.given(name)}; it must be one of {', '.join(PRESETS)}, or None for what fits."
        )
    return PRESETS[name]
