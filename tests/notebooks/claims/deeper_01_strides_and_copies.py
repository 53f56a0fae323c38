"""Claims of the side trip on strides and copies, each behind the cell that it is about."""

# %% diagonal
assert torch.as_strided(x, (3,), (5,)).tolist() == [x[0, 0], x[1, 1], x[2, 2]]

# %% windows
rolled = torch.as_strided(x, (4, 3), (1, 1))
assert rolled.tolist() == x.flatten().unfold(0, 3, 1)[:4].tolist() and sum(2 in row for row in rolled.tolist()) == 3
assert shares_memory(rolled, x)

# %% after-copy
assert xt.flatten().diff().tolist()[:4] == [4, 4, -7, 4]
assert flat.tolist()[:6] == memory_of(flat)[:6] == [0, 4, 8, 1, 5, 9]
assert cells_of(flat.view(4, 3))[1] == [3, 4, 5] and torch.equal(flat.view(4, 3), xt)  # a run of cells
try:
    xt.view(12)
except RuntimeError:
    assert not shares_memory(flat, xt)
else:
    raise AssertionError("this view should not exist")

# %% left
assert left.stride() == (12, 4, 1) and 3 * 4 == 12 != 2 * 1 != 4

# %% merge
assert left.view(6, 2).stride() == (4, 1) and shares_memory(left.view(6, 2), left)

# %% no-merge
try:
    left.view(2, 6)
except RuntimeError:
    assert torch.equal(left.reshape(2, 6), left.contiguous().view(2, 6))
else:
    raise AssertionError("this view should not exist")

# %% heads
for _ in range(200):  # the rule, on random tensors
    sizes = torch.randint(2, 5, (4,)).tolist()
    any_order = torch.arange(torch.Size(sizes).numel()).view(sizes).permute(torch.randperm(4).tolist())
    for k in range(3):
        new = list(any_order.shape)
        new[k : k + 2] = [new[k] * new[k + 1]]
        fits = any_order.stride(k) == any_order.shape[k + 1] * any_order.stride(k + 1)
        try:
            merged = any_order.view(new)
        except RuntimeError:
            merged = None
        assert fits == (merged is not None)
assert not shares_memory(swapped, swapped.reshape(1, 3, 8))
