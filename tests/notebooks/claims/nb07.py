"""Claims of notebook 07, each behind the cell that it is about."""

# %% cell-data
assert round(bigram, 2) == 2.54

# %% cell-two
assert 3.7 < final(sgd_losses) < 4.1 and 2.2 < final(adamw_losses) < 2.4
assert final(sgd_losses) - final(adamw_losses) > 1 and final(adamw_losses) < bigram
assert len(sgd_losses) == 200 and sgd_losses[0] == adamw_losses[0]  # the same weights and the same batch

# %% cell-4
assert p.grad.tolist() == [-4, 20]
assert (p - p.grad).tolist() == [0, -19]
assert torch.allclose(p - 0.01 * p.grad, torch.tensor([-3.96, 0.8]))

# %% cell-13
assert difference(partial(SGD, lr=0.1), partial(torch.optim.SGD, lr=0.11)) > 1e-3  # it can tell them apart

# %% cell-18
assert [round(1 - 20 * lr, 2) for lr in rates.values()] == [0.9, -0.2, -1.1]
for name, lr in rates.items():
    y = paths[name][:5, 1]
    assert torch.allclose(y[1:], (1 - 20 * lr) * y[:-1], atol=1e-5)
assert valley(paths["too high"][-1]) > 1000 and paths["too low"][-1, 0] < -3 and abs(paths["good"][-1, 0]) < 0.5
assert 0.9**22 < 0.1 < 0.9**21

# %% cell-sgd-rates
assert min(sgd_rates, key=lambda lr: final(sgd_rates[lr])) == 2.0 == 400 * 0.005
assert 0.03 < final(sgd_rates[2.0]) - final(adamw_losses) < 0.12

# %% cell-31
steady = flipping = 0.0
seen = []
for i in range(101):
    steady, flipping = 0.9 * steady + 1, 0.9 * flipping + (-1) ** i
    seen.append((round(steady, 2), round(flipping, 2)))
assert seen[:3] == [(1, 1), (1.9, -0.1), (2.71, 0.91)] and seen[-1] == (10, 0.53)

# %% cell-sizes
space, H, z = (tokenizer.encode(char).item() for char in " Hz")
assert 1 < 1 / (1 - 0.99**300) ** 0.5 < 1.03  # RMSProp's step in parts of lr, after a few hundred equal gradients
assert 7 < sizes[space] / sizes[H] < 11 and sizes[z] == 0 and not (x == z).any() and (x == H).any()

# %% cell-40
assert squares["steady"] == squares["flipping"] and abs(velocities["steady"][-1] - 10) < 0.05
assert max(abs(v) for v in velocities["flipping"]) <= 1

# %% cell-bias-code
assert abs(0.9 * 0 + 0.1 * 2 - 0.2) < 1e-12 and abs(0.001 * 2**2 - 0.004) < 1e-12
assert abs(m / (1 - 0.9**4) - 2) < 1e-12

# %% cell-66
(in_large, in_small), decoupled = (t.tolist() for t in lost.values())
assert in_large < 0.02 and in_small > 0.35
assert all(abs(amount - (1 - 0.999**500)) < 0.03 for amount in decoupled) and round(0.999**500, 2) == 0.61
ends = [end_of(partial(kind, weight_decay=1.0)) for kind in kinds.values()]
assert (ends[0] - ends[1]).abs().max() > 0.1

# %% cell-62
kinds = {"SGD": SGD, "Momentum": Momentum, "RMSProp": RMSProp, "Adam": Adam, "AdamW": AdamW}
steps = {}
for name, kind in kinds.items():
    for g in (0.001, 1000.0):
        q = torch.zeros(1)
        q.grad = torch.full((1,), g)
        kind([q], lr=0.01).step()
        steps[name, g] = q.item()
assert all(abs(steps[name, g] + 0.01) < 1e-4 for name in ("Adam", "AdamW") for g in (0.001, 1000.0))
q = torch.tensor([2.0])
q.grad = torch.tensor([2.0])
AdamW([q], lr=0.1, weight_decay=0.5).step()
assert abs(q.item() - 1.8) < 1e-6

# %% cell-73
for name, (surface, start, minimum, _) in SURFACES.items():
    missed = {
        lr: (walk(surface, partial(Adam, lr=lr), start, 60)[-1] - torch.tensor(minimum)).norm() for lr in (0.1, 0.3)
    }
    assert missed[0.1] < 0.1 if name == "straight" else missed[0.1] > 1
    assert missed[0.3] < 0.5
assert "diverged" in journey("gradient descent", 0.3, "straight")[1]
ends = {lr: walk(valley, partial(SGD, lr=lr), n_steps=60)[-1] for lr in (0.03, 0.1)}
assert -0.8 < ends[0.03][0] < -0.5 and abs(abs(ends[0.1][1]) - 1) < 0.01

# %% cell-93
ends = {name: final(losses) for name, losses in runs.items()}
assert all(2.33 < ends[name] < 2.4 for name in ("gradient descent", "momentum"))
assert all(2.2 < ends[name] < 2.3 for name in ("RMSProp", "Adam", "AdamW"))
assert 0.08 < min(ends["gradient descent"], ends["momentum"]) - max(ends[name] for name in ("RMSProp", "Adam", "AdamW"))
assert max(ends["gradient descent"], ends["momentum"]) - min(ends[name] for name in ("RMSProp", "Adam", "AdamW")) < 0.15
assert GOOD["gradient descent"] / GOOD["AdamW"] > 100

# %% cell-94
reached = next(step for step, loss in curves["AdamW"].items() if loss < curves["gradient descent"][200])
assert 100 <= reached <= 140

# %% cell-109
assert 5e-4 < swept[begins + 7] < 3e-3 and min(losses) < 3
assert max(loss for lr, loss in zip(swept, losses, strict=True) if lr < 0.01) < 4.6
assert max(loss for lr, loss in zip(swept, losses, strict=True) if 0.01 < lr < 0.23) < 3.6
assert min(loss for lr, loss in zip(swept, losses, strict=True) if lr > 0.24) > 3.4
assert max(loss for lr, loss in zip(swept, losses, strict=True) if lr > 0.24) > 5

# %% cell-78
assert without.grad is None and zero.grad.item() == 0
assert without.item() == 1 and abs(zero.item() - 0.9) < 1e-6

# %% cell-groups
assert sum(p.numel() for p in matrices + biases) == sum(p.numel() for p in model.parameters()) == 55_956

# %% cell-111
bad = train_mlp(partial(AdamW, lr=2.0), steps=60)
assert max(bad) > 100 and bad[-1] > 3 and losses[-1] < 2.8

# %% cell-115
assert stale[-1] > 4.2 and fresh[-1] < 3
