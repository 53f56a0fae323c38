"""Claims of notebook 03, each behind the cell that it is about."""

# %% cell-7
order = logits.argsort()  # the indices, from the smallest logit to the largest
assert torch.equal(logits.exp().argsort(), order) and (logits.exp() > 0).all()
for other in (logits**2, logits.abs()):
    assert other.argmax() == logits.argmin() == 3 and (other >= 0).all()

# %% cell-9
assert math.isclose(probs.sum(), 1, abs_tol=1e-6)
assert torch.equal(probs.argsort(), logits.argsort())
assert torch.allclose(probs[:2] / probs[1:3], torch.tensor(math.e)) and round(math.e, 2) == 2.72
assert logits[2] - logits[3] == 3 and 0 < probs[3] < 0.005

# %% cell-15
assert torch.allclose(moved, probs)

# %% cell-18
assert int(1000 / math.log(10)) + 1 == 435  # digits before the point
assert largest_exp.isinf() and round(torch.finfo(torch.float32).max / 1e38, 1) == 3.4

# %% cell-20
assert torch.tensor(88.0).exp().isfinite() and torch.tensor(89.0).exp().isinf()

# %% cell-22
small = torch.tensor([0.0, 1.0, 2.0])
assert torch.allclose(stable, small.exp() / small.exp().sum())
assert torch.allclose(F.softmax(logits, dim=0), probs)

# %% cell-26
assert torch.tensor(-103.0).exp() > 0 and torch.tensor(-105.0).exp() == 0

# %% cell-28
assert round(log_sum_exp(large).item(), 2) == 1002.41

# %% cell-30
near_3000 = torch.tensor([3000.0, 2990.0])
assert log_sum_exp(near_3000) - near_3000[0] == 0 and F.log_softmax(near_3000, dim=0)[0] < -4e-5
assert 0.0002 < torch.nextafter(near_3000[0], torch.tensor(4000.0)) - 3000 < 0.0003
assert log_probs.tolist() == [0.0, -200.0]

# %% cell-32
assert torch.allclose(by_row.sum(dim=1), torch.ones(2))

# %% cell-35
assert [round(p, 2) for p in by_column[0].tolist()] == [0.88, 0.73, 0.05]
assert round(by_column[0].sum().item(), 2) == 1.66

# %% cell-40
assert not torch.allclose(wrong.sum(dim=2), torch.ones(B, T)) and not torch.allclose(wrong.sum(dim=0), torch.ones(T, V))

# %% cell-44
assert round(entropy.item(), 2) == 0.86 and round(entropy.exp().item(), 1) == 2.4

# %% cell-46
assert math.isclose(most, math.log(V), abs_tol=1e-6)

# %% cell-48
assert (H > 0).all() and (H < math.log(V)).all()

# %% cell-50
assert real.shape == (84, 84)

# %% cell-52
assert tokenizer.decode(after_t.argmax()) == "h" and round(after_t.max().exp().item(), 2) == 0.33

# %% cell-53
assert torch.allclose(cold, after_t.exp() ** 2 / (after_t.exp() ** 2).sum())

# %% cell-58
normal, cold_one, hot_one = (at_temperature("t", t)[1] for t in (1.0, 0.1, 3.0))  # the captions
assert "h, with probability 0.33." in normal and "guessing among 8.9." in normal
assert "h, with probability 0.96." in cold_one and "h, with probability 0.09." in hot_one
assert "guessing among 37.8." in hot_one
assert explorer.caption == normal

# %% cell-60
assert coldest.argmax() == after_t.argmax() and coldest.max() > 0.999
assert torch.allclose(hottest, torch.full((84,), 1 / 84, dtype=torch.float64), rtol=0.01)

# %% cell-61
assert (entropies[1:] >= entropies[:-1] - 1e-6).all() and round(math.log(84), 2) == 4.43
assert entropies[0] < 0.01 and math.log(84) - entropies[-1] < 0.01

# %% cell-67
assert losses.argmax() == 2 and chars[logits[2].argmax()] == "r" and chars[targets[2]] == "y"

# %% cell-71
assert torch.allclose(per_row, losses) and torch.allclose(loss, per_row.mean())

# %% cell-73
assert torch.allclose(F.cross_entropy(logits, targets, reduction="none"), losses)  # (N,)
assert torch.allclose(F.cross_entropy(logits, targets, reduction="sum"), losses.sum())
assert torch.allclose(F.cross_entropy(logits, targets, reduction="mean"), losses.mean())

# %% cell-76
rows = F.cross_entropy(nothing, every_target, reduction="none")
assert len(rows) == 84 and torch.allclose(rows, torch.tensor(math.log(84)))

# %% cell-78
assert abs(first[0] - math.log(84)) < 0.01 and first == sorted(first)
assert 2.7 < first[-1] / math.log(84) < 3

# %% cell-83
try:
    F.cross_entropy(logits, one_hot.long())
except RuntimeError as refused:
    assert "floating point" in str(refused)
else:
    raise AssertionError("a table of integers was taken")

# %% cell-86
assert math.isclose(costs.min(), entropy, abs_tol=1e-4) and (costs >= entropy - 1e-6).all()

# %% cell-87
assert round(entropy.item(), 2) == 0.5 and round(math.log(2), 2) == 0.69
assert math.isclose(costs[49], math.log(2), abs_tol=1e-5)  # p[49] is 0.5
assert costs[95] < math.log(2) < costs[96]  # 0.96 and 0.97
assert math.isclose(best, 0.8, abs_tol=1e-6)

# %% cell-91
assert torch.allclose(cross, entropy + kl) and kl > 0

# %% cell-95
assert [char for char, slope in zip(chars, slopes, strict=True) if slope < 0] == ["r"]

# %% cell-100
assert torch.allclose(z.grad, slopes, atol=1e-5)

# %% cell-102
assert [round(x, 2) for x in push.tolist()] == [-0.64, 0.76, -0.09, -0.03]
assert abs(push.sum()) < 1e-9

# %% cell-108
assert torch.allclose(F.softmax(z, dim=0), q, atol=0.01)

# %% cell-109
assert math.isclose(losses[0], math.log(4), abs_tol=1e-6) and round(math.log(4), 2) == 1.39
assert round(entropy, 2) == 1.14 and 0 <= losses[-1] - entropy < 0.001
assert all(a > b for a, b in zip(losses, losses[1:], strict=False))

# %% cell-113
assert torch.allclose(smooth.sum(dim=-1), torch.ones(N))

# %% cell-116
assert torch.allclose(allowed[:2], F.softmax(masked[:2], dim=0)) and allowed[2] == 0

# %% cell-119
assert math.isclose(fed, math.log(1 + 83 / math.e), abs_tol=1e-5)

# %% cell-121
right = -p.log()
assert [round(x.item(), 2) for x in (fed[0], fed[-1], right[0])] == [4.42, 3.45, 3.91]
assert right[0] - right[1] > 30 * (fed[0] - fed[1])

# %% cell-123
assert F.cross_entropy(50 * perfect, torch.tensor([7])) < 1e-6

# %% cell-125
try:
    F.cross_entropy(outputs, wanted)
except RuntimeError as refused:
    assert "[2, 4]" in str(refused)
else:
    raise AssertionError("(B, T, V) was taken")

# %% cell-129
assert abs(silent - correct) > 0.01

# %% cell-133
assert math.isclose(-terms.sum(), math.log(2), abs_tol=1e-6)
for fix, at_zero in ((lambda p: torch.where(p > 0, p * p.log(), 0.0), "nan"), (torch.special.entr, "inf")):
    tried = certain.clone().requires_grad_()
    fix(tried).sum().backward()
    assert str(tried.grad[2].item()) == at_zero

# %% cell-137
assert F.softmax(nobody, dim=0).tolist() == [1.0, 0.0, 0.0]
