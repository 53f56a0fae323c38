"""Claims of the side trip on distances, einsum and padding, each behind the cell that it is about."""

# %% cell-72
inside_a, inside_b, between = distances[:6, :6], distances[6:, 6:], distances[:6, 6:]
assert max(inside_a.max(), inside_b.max()) < between.min()
assert distances.diagonal().tolist() == [0] * 12  # the numbers at (0, 0), (1, 1) ...

# %% cell-212
assert torch.equal(torch.einsum("nk->kn", a), a.transpose(0, 1))  # (n, k) -> (k, n)
assert torch.equal(torch.einsum("nk->n", a), a.sum(dim=1))  # (n, k) -> (n,)

# %% cell-90
try:
    torch.zeros(2, 1) @ torch.zeros(3, 4)
except RuntimeError as refused:
    assert "cannot be multiplied" in str(refused)
else:
    raise AssertionError("a size of 1 was stretched by @")

# %% cell-96
assert mask.sum(dim=(1, 2)).tolist() == [21, 18, 11]
assert not mask[1, :, 4:].any() and not mask[2, :, 2:].any()

# %% cell-32
assert torch.broadcast_shapes((0,), (1,)) == (0,) == (torch.zeros(0) + torch.zeros(1)).shape

# %% cell-62
assert torch.isclose(theirs, ((perfect - target) ** 2).mean()) and "due to broadcasting" in message
assert torch.isclose(theirs, 2 * target.var(correction=0))  # every prediction against every target

# %% cell-104
assert (predicted == labels).float().mean() == 0.25 and (predicted.squeeze(1) == labels).all()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    predicted == labels
assert not caught

# %% cell-114
assert small.shape == (2, 3)

# %% cell-107
assert stretched.tolist() == [[0, 0, 0], [0, 0, 0]]
