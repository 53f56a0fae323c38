"""Claims of the side trip of notebook 03, each behind the cell that it is about."""

# %% cell-44
assert round(entropy.item(), 2) == 0.86 and round(entropy.exp().item(), 1) == 2.4

# %% cell-48
assert (H >= 0).all() and (H <= math.log(4)).all()

# %% cell-133
assert math.isclose(-terms.sum(), math.log(2), abs_tol=1e-6)
for fix, at_zero in ((lambda p: torch.where(p > 0, p * p.log(), 0.0), "nan"), (torch.special.entr, "inf")):
    tried = certain.clone().requires_grad_()
    fix(tried).sum().backward()
    assert str(tried.grad[2].item()) == at_zero

# %% cell-60
assert coldest.argmax() == after_t.argmax() and coldest.max() > 0.999
assert torch.allclose(hottest, torch.full((84,), 1 / 84, dtype=torch.float64), rtol=0.01)

# %% cell-61
assert (entropies[1:] >= entropies[:-1] - 1e-6).all() and round(math.log(84), 2) == 4.43
assert entropies[0] < 0.01 and math.log(84) - entropies[-1] < 0.01

# %% cell-81
assert torch.allclose(q.sum(dim=-1), torch.ones(N))

# %% cell-83
try:
    F.cross_entropy(logits, one_hot.long())
except RuntimeError as refused:
    assert "floating point" in str(refused)
else:
    raise AssertionError("a table of integers was taken")

# %% cell-73
each = F.cross_entropy(logits, targets, reduction="none")
assert torch.allclose(F.cross_entropy(logits, targets, reduction="sum"), each.sum())
assert torch.allclose(F.cross_entropy(logits, targets), each.mean())

# %% cell-91
assert torch.allclose(cross, entropy + kl) and kl > 0

# %% cell-108
assert torch.allclose(F.softmax(z, dim=0), q, atol=0.01)

# %% cell-109
assert math.isclose(losses[0], math.log(4), abs_tol=1e-6) and round(math.log(4), 2) == 1.39
assert round(entropy, 2) == 1.14 and 0 <= losses[-1] - entropy < 0.001
assert all(a > b for a, b in zip(losses, losses[1:], strict=False))

# %% cell-113
assert torch.allclose(smooth.sum(dim=-1), torch.ones(N))

# %% cell-121
right = -p.log()
assert [round(x.item(), 2) for x in (fed[0], fed[-1], right[0])] == [4.42, 3.45, 3.91]
assert right[0] - right[1] > 30 * (fed[0] - fed[1])
assert math.isclose(fed[-1], math.log(math.e + 83) - 1, abs_tol=1e-5)

# %% cell-137
assert F.softmax(nobody, dim=0).tolist() == [1.0, 0.0, 0.0]
