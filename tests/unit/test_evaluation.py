"""Measuring: equal to a direct loop, and the model is found as it was."""

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evaluation import eval_mode, evaluate, loss_of
from helpers.model import GPT, GPTConfig
from helpers.text import fixed_windows

few = settings(max_examples=25)


def make(seed):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=9, context_length=5, n_layer=1, n_head=2, n_embd=8, dropout=0.4))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.4)
    return model


@few
@given(st.integers(0, 10**6), st.integers(6, 200), st.integers(1, 50), st.booleans())
def test_evaluate_equals_a_direct_loop(seed, n_tokens, batch_size, training):
    model, tokens = make(seed).train(training), torch.randint(9, (n_tokens,))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    windows, states = fixed_windows(tokens, 5), torch.get_rng_state()
    loss = evaluate(model, windows, batch_size)
    assert isinstance(loss, float)
    assert torch.equal(states, torch.get_rng_state())  # dropout off: nothing was drawn
    assert model.training == training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())

    model.eval()
    slow = []
    for x, y in zip(*windows, strict=True):
        log_probs = model(x[None])[0].log_softmax(dim=-1)
        slow += [-log_probs[t, y[t]].item() for t in range(len(y))]
    assert loss == pytest.approx(sum(slow) / len(slow), rel=1e-5)  # every token counts the same, whatever the batches
    assert loss == pytest.approx(evaluate(model, windows), rel=1e-6)


def test_uniform_model_is_measured_as_ln_v():
    class Constant(nn.Module):
        def forward(self, idx):
            return torch.full((*idx.shape, 9), 3.0)

    assert evaluate(Constant(), fixed_windows(torch.randint(9, (300,)), 5)) == pytest.approx(2.1972246, abs=1e-6)


@few
@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 10**6))
def test_loss_is_the_mean_over_all_positions(batch_size, length, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(batch_size, length, 9, generator=generator)
    y = torch.randint(9, (batch_size, length), generator=generator)
    slow = torch.stack([F.cross_entropy(logits[b, t], y[b, t]) for b in range(batch_size) for t in range(length)])
    torch.testing.assert_close(loss_of(lambda x: logits, torch.zeros_like(y), y), slow.mean())


@pytest.mark.parametrize("training", [True, False])
def test_mode_is_put_back_even_after_an_error(training):
    model = make(0).train(training)
    with eval_mode(model):
        assert not model.training and not model.blocks[0].feed_forward.net[3].training and not torch.is_grad_enabled()
    assert torch.is_grad_enabled() and all(module.training == training for module in model.modules())
    with pytest.raises(KeyError), eval_mode(model):
        raise KeyError
    assert torch.is_grad_enabled() and model.training == training


def test_mode_of_every_part_is_put_back():
    """A part that its owner keeps in eval mode (frozen, say) is found in eval mode again."""
    model = make(0).train()
    model.blocks.eval()
    evaluate(model, fixed_windows(torch.randint(9, (30,)), 5))
    assert model.training and not model.blocks[0].training
