"""Claims of notebook 05, each behind the cell that it is about."""

# %% cell-6
assert counts.sum() == len(train) - 1

# %% cell-7
assert counts[q, u] / counts[q].sum() > 0.99

# %% cell-9
assert torch.allclose(counted.sum(dim=1), torch.ones(V, dtype=torch.float64))
assert (counts[q, u], counts[q].sum()) == (2477, 2478) and round(
    counted[q, u].item(), 3
) == 0.967

# %% cell-16
assert abs(share - counted[q, u]) < 0.02

# %% cell-18
assert sorted(without.tolist()) == [0, 1, 2, 3, 4]

# %% cell-21
assert math.isclose(floor, baselines.bigram(train, val, V))

# %% cell-23
assert torch.allclose(by_hand, logits.softmax(dim=1))
assert torch.allclose(by_hand[0, :-1] / by_hand[0, 1:], torch.tensor(math.e))
assert [round(p, 2) for p in by_hand[0].tolist()] == [0.67, 0.24, 0.09]

# %% cell-27
assert torch.allclose(table(idx), one_hot @ table.weight)

# %% cell-29
assert linear.weight.shape == (3, V)
assert torch.allclose(linear(one_hot), one_hot @ linear.weight.T)

# %% cell-34
assert math.log(V) + 0.3 < first_loss < math.log(V) + 0.7

# %% cell-36
assert math.isclose(loss_of(zeros, x, y).item(), math.log(V), abs_tol=1e-5)

# %% cell-38
assert model.table.weight.grad is None

# %% cell-43
assert gradient < 0 and math.isclose(gradient, measured, rel_tol=0.05)

# %% cell-45
assert after < loss.item()

# %% cell-57
assert max(counted_here, counted_on_train) < floor
assert history.last("val_loss") > counted_here - 0.002

# %% cell-59
assert abs(learned - floor) < 0.01

# %% cell-63
assert gap < 0.05

# %% cell-69
assert torch.allclose(model.table.weight.grad, 2 * once, atol=1e-6)

# %% cell-71
assert wrong > right + 1

# %% cell-75
assert against_x < 0.001 and against_y > 50

# %% cell-86
assert 4.5 < slow.last("val_loss") < 4.65 and 2.6 < wild.last("val_loss") < 2.8
assert max(wild.series("val_loss")[1]) > 11
