"""Claims of notebook 07, each behind the cell that it is about."""

# %% cell-4
assert p.grad.tolist() == [-4, 20] and loss == 18

# %% cell-13
assert gap < 1e-6

# %% cell-20
assert round(paths["too low"][-1, 0].item(), 2) == -3.27
assert round(paths["good"][-1, 0].item(), 2) == -0.34
assert valley(paths["too high"][-1]) > 1000

# %% cell-24
assert 0.098 < max(falling) < 0.1015

# %% cell-27
assert 0.085 < best < 0.095 and min(lasts) < 0.01 and round(lasts[0]) == 7

# %% cell-29
assert [round(f, 2) for f in factors.values()] == [0.9, -0.2, -1.1]

# %% cell-31
assert gap < 1e-6

# %% cell-34
assert math.isclose(velocities(steady)[-1], 10, abs_tol=0.02)
assert math.isclose(abs(velocities(flipping)[-1]), 1 / 1.9, abs_tol=0.01)

# %% cell-36
assert gap < 1e-6

# %% cell-44
assert round(length_of_walk(lambda ps: RMSProp(ps, lr=0.01), 1.0), 2) == 1.33

# %% cell-47
assert math.isclose(first, 0.1 / 0.001**0.5) and round(first, 2) == 3.16

# %% cell-49
assert gap < 1e-6

# %% cell-53
assert path[:, 0].max() > 0.5  # Adam's, past the star

# %% cell-55
assert all(math.isclose(sum(0.1 * 0.9**k for k in range(t)), 1 - 0.9**t) for t in times[:50])
assert [round(factor[t - 1], 2) for t in (1, 12, 1000)] == [3.16, 6.57, 1.26] and worst == 12

# %% cell-58
assert math.isclose(moved[0] / moved[1], 3.16, abs_tol=0.01)
assert math.isclose(moved[1], -0.01, rel_tol=1e-4)

# %% cell-65
assert l2[0] > -0.02 and l2[1] < -0.35
assert all(abs(change - (0.999**500 - 1)) < 0.03 for change in decoupled)

# %% cell-68
assert round(0.999**500, 2) == 0.61
assert torch.allclose(w - lr * (g + decay * w), (1 - lr * decay) * w - lr * g)

# %% cell-75
assert (
    walk(valley, lambda ps: Momentum(ps, 0.03), n_steps=60)[:, 0].max().round(decimals=1) == 1.5
)
assert "diverged" in journey("gradient descent", 0.3, "straight")[1]
assert -0.8 < ends[0.03][0] < -0.5 and abs(abs(ends[0.1][1]) - 1) < 0.01

# %% cell-78
assert without.grad is None and zero.grad is None
assert without.item() == 1 and math.isclose(zero.item(), 0.9, abs_tol=1e-6)

# %% cell-84
assert norm == 13 and torch.allclose(torch.cat(shorter) * 13, torch.cat(grads))

# %% cell-86
assert before == 13
assert all(torch.allclose(p.grad, g, atol=1e-6) for p, g in zip(params, shorter, strict=True))
assert (TrainConfig().grad_clip, TrainConfig().weight_decay) == (1.0, 0.1)

# %% cell-91
assert round(lines["counted"], 2) == 2.53

# %% cell-96
assert all(0 < ends[name] < 0.025 for name in ("RMSProp", "Adam", "AdamW"))
assert all(0.03 < ends[name] < 0.06 for name in ("gradient descent", "momentum"))
assert all(losses[0] > 4.8 and losses[50] < 3 for losses, _ in runs.values())
assert min(runs, key=lambda name: runs[name][0][11]) == "RMSProp"
assert math.isclose(1 / (1 - 0.99) ** 0.5, 10)

# %% cell-98
assert 1e-5 < typical < 1e-3 and 64 * 32 == 2048

# %% cell-103
assert (
    0 < lead[0] < 0.05
    and abs(lead[1] - 0.28) < 0.06
    and 0.01 < ends["gradient descent"] - ends["Adam"] < 0.05
)

# %% cell-106
assert ratio > 5

# %% cell-108
assert 0.05 < fastest < 0.4 and 10 < explodes < 40 and V * V == 7056
assert all(
    abs(loss - 4.9) < 0.25 for rate, loss in zip(rates, losses, strict=True) if rate < 0.01
)
assert fastest < rates[losses.index(min(losses))] < 5

# %% cell-111
assert swapped["Adam with 100"] > 10 and swapped["gradient descent with 0.06"] > 4.8

# %% cell-113
assert bad > 100 * good

# %% cell-115
assert torch.equal(before, model.table.weight)

# %% cell-117
assert without_zero_grad() > 1 and valley(paths["good"][-1]) < 0.1
