"""AdamW as notebook 07 writes it: PyTorch's, over random settings."""

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from helpers.basics import AdamW


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    lr=st.floats(1e-4, 0.3),
    betas=st.tuples(st.floats(0, 0.99), st.floats(0, 0.9999)),
    eps=st.floats(1e-10, 1e-2),
    weight_decay=st.floats(0, 1),
    scale=st.sampled_from([1e-6, 1e-2, 1.0, 1e3]),
)
def test_equal_to_that_of_pytorch(seed, lr, betas, eps, weight_decay, scale):
    generator = torch.Generator().manual_seed(seed)
    ours = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((3, 4), (5,), ())]
    theirs = [tensor.clone() for tensor in ours]
    chosen = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    pair = AdamW(iter(ours), **chosen), torch.optim.AdamW(theirs, **chosen)
    for step in range(12):
        pair[0].lr = pair[1].param_groups[0]["lr"] = lr / (1 + step)
        for a, b in zip(ours[:2], theirs[:2], strict=True):  # the third is not used
            a.grad = scale * torch.randn(a.shape, generator=generator, dtype=torch.float64)
            b.grad = a.grad.clone()
        for optimizer in pair:
            optimizer.step()
        assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(ours, theirs, strict=True))


def test_default_settings_are_those_of_pytorch():
    ours, theirs = AdamW([torch.zeros(1)]), torch.optim.AdamW([torch.zeros(1)])
    assert {
        name: getattr(ours, name) for name in ("lr", "betas", "eps", "weight_decay")
    }.items() <= theirs.defaults.items()


@pytest.mark.parametrize("gradient", [None, torch.ones(2)])
def test_zero_grad_removes_the_gradient(gradient):
    weight = torch.zeros(2)
    weight.grad = gradient
    AdamW([weight]).zero_grad()
    assert weight.grad is None
