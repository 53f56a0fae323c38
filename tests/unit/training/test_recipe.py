"""The schedule's shape, and what the optimizer decays."""

import dataclasses
import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.model import GPT, GPTConfig
from helpers.training.recipe import PRESETS, TrainConfig, learning_rate_at, make_optimizer

train_configs = st.builds(
    TrainConfig,
    steps=st.integers(1, 500),
    learning_rate=st.floats(1e-3, 1e-1),
    min_learning_rate=st.floats(0, 1e-3),
    warmup_steps=st.integers(0, 300),
)


@given(train_configs)
def test_schedule_rises_in_a_line_then_falls(config):
    rates = [learning_rate_at(step, config) for step in range(config.steps + 1)]
    warm = min(config.warmup_steps, config.steps)
    for step in range(warm):
        assert rates[step] == pytest.approx(config.learning_rate * (step + 1) / config.warmup_steps)
    falling = rates[warm:]
    assert all(a >= b for a, b in itertools.pairwise(falling))
    if config.warmup_steps < config.steps:
        assert rates[config.warmup_steps] == pytest.approx(config.learning_rate)  # no jump where the parts meet
        assert rates[config.steps] == pytest.approx(config.min_learning_rate, abs=1e-12)
        middle = (config.warmup_steps + config.steps) / 2
        halfway = (config.learning_rate + config.min_learning_rate) / 2
        assert learning_rate_at(middle, config) == pytest.approx(halfway)
    assert all(0 < rate <= config.learning_rate * (1 + 1e-9) for rate in rates[: config.steps])


@given(train_configs, st.integers(0, 1000))
def test_schedule_stays_at_the_end(config, beyond):
    step = max(config.steps, config.warmup_steps + 1) + beyond
    assert learning_rate_at(step, config) == pytest.approx(config.min_learning_rate, abs=1e-12)


@given(st.booleans(), st.floats(0, 0.5), st.booleans())
def test_only_matrices_decay(tie_weights, weight_decay, freeze):
    model = GPT(GPTConfig(vocab_size=5, context_length=4, n_layer=1, n_head=1, n_embd=4, tie_weights=tie_weights))
    model.final_norm.requires_grad_(not freeze)
    config = TrainConfig(weight_decay=weight_decay, learning_rate=0.02, betas=(0.8, 0.9))
    optimizer = make_optimizer(model, config)
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(decay)  # none twice
    assert set(decay) == {id(p) for p in model.parameters() if p.requires_grad}
    for p in model.parameters():
        if p.requires_grad:
            assert decay[id(p)] == (weight_decay if p.dim() >= 2 else 0)
    assert all(group["lr"] == 0.02 and group["betas"] == (0.8, 0.9) for group in optimizer.param_groups)


def test_optimizer_step_shrinks_matrices_alone():
    model = GPT(GPTConfig(vocab_size=5, context_length=4, n_layer=1, n_head=1, n_embd=4))
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(1.0)
            p.grad = torch.zeros_like(p)
    make_optimizer(model, TrainConfig(learning_rate=0.1, weight_decay=0.5)).step()
    for p in model.parameters():  # without a gradient only the decay is left: 1 - 0.1 * 0.5
        torch.testing.assert_close(p.detach(), torch.full_like(p, 0.95 if p.dim() >= 2 else 1.0))


@pytest.mark.parametrize(
    "name, value",
    [
        *(("steps", value) for value in (0, -5)),
        *(("learning_rate", value) for value in (0, -1e-3, float("nan"))),
        *(("grad_clip", value) for value in (0, -1.0)),
        *((name, 0) for name in ("log_every", "eval_every", "eval_windows")),
        ("warmup_steps", -1),
    ],
)
def test_bad_values_are_named(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        TrainConfig(**{name: value})


def test_config_survives_json():
    config = TrainConfig(betas=[0.9, 0.95])
    assert config.betas == (0.9, 0.95)
    assert TrainConfig(**dataclasses.asdict(config)) == config


@pytest.mark.parametrize("name", PRESETS)
def test_presets_make_a_gpt(name):
    sizes, batch_size, config = PRESETS[name]
    assert GPTConfig(vocab_size=84, **sizes).context_length > 1 and batch_size > 0
    assert config.warmup_steps < config.steps
