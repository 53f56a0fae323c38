"""Claims of the side trip on drawing and recording, each behind the cell that it is about."""

# %% multinomial
assert all(sorted(torch.multinomial(p, 4).tolist()) == [0, 1, 2, 3] for _ in range(200))
assert (shares[10] - p).abs().max() > 0.05
assert (shares[100_000] - p).abs().max() < 0.01

# %% five
try:
    torch.multinomial(p, 5)
except RuntimeError:
    pass
else:
    raise AssertionError("five of four should not be possible")

# %% only-two
assert "three" not in globals() or (only_two[three] == 0).any()

# %% matrix
assert each_row[0].unique().tolist() == [0] and each_row[1].unique().tolist() == [1, 2]

# %% steps
assert inputs.nbytes == 1_000_000
assert with_graph == list(range(1, 11)) and set(without_graph) == {0}

# %% losses
assert megabytes == 5 and all(isinstance(loss, float) for loss in losses)
assert steps(1).mean().grad_fn is not None

# %% dropped
assert 400 < (out == 0).sum() < 600 and set(out.tolist()) == {0.0, 2.0}

# %% overwritten
try:
    y.sum().backward()
except RuntimeError:
    assert w.grad is None
else:
    raise AssertionError("the overwritten numbers should be missed")
