"""Claims of notebook 01, each behind the cell that it is about."""

# %% table
assert table.shape == (2, 3) and table.dim() == 2 and table.numel() == 6
assert table.shape[0] == 2 and table.shape[-1] == 3 and isinstance(table.shape, tuple)
assert torch.tensor(7).shape == ()

# %% text
encoded = torch.tensor([ord(character) for character in "O Romeo, Romeo"])
assert encoded.shape == (14,) and len(encoded.unique()) == len(set("O Romeo, Romeo")) and encoded.dtype == torch.int64

# %% creating
for start in range(-10, 10):
    for more in range(20):
        for step in range(1, 6):  # rounded up: the ceiling
            assert len(torch.arange(start, start + more, step)) == -(-more // step)
assert torch.arange(0, 10, 4).tolist() == [0, 4, 8]

# %% randn
assert torch.equal(bell, again) and not torch.equal(bell, more)

# %% bell
assert abs(bell.mean()) < 0.05 and abs(bell.std() - 1) < 0.05

# %% dtypes
assert torch.zeros(2).dtype == torch.ones(2).dtype == bell.dtype == torch.float32
assert torch.arange(2).dtype == torch.int64

# %% converting
assert mixed.dtype == torch.float32 and mixed.nbytes == 2 * 4 and mixed.long().nbytes == 2 * 8
assert mixed.long().tolist() == [1, 2]
assert (torch.tensor([1, 2]) / 2).dtype == torch.float32

# %% numbered
assert torch.equal(x[1], x[1, :]) and torch.equal(x[..., 0], x[:, 0])
assert torch.arange(24).view(2, 3, 4)[..., 0].tolist() == [[0, 4, 8], [12, 16, 20]]

# %% row
assert x[:, 1].shape == (3,) and x[:, 1:2].shape == (3, 1)

# %% many-places
assert x[[0, 1, 2], [3, 0, 3]].tolist() == [3, 4, 11] and x[x > 8].tolist() == [9, 10, 11]
assert torch.equal(x[[2, 0, 2]], x[torch.tensor([2, 0, 2])])

# %% new-dimension
assert torch.equal(row[:, None].squeeze(1), row) and torch.equal(row[None][0], row)

# %% by-hand
assert x.sum() == 66 and x.sum(dim=1, keepdim=True)[:, 0].tolist() == x.sum(dim=1).tolist()
assert (x / x.sum(dim=1, keepdim=True)).sum(dim=1).tolist() == [1, 1, 1]
assert x.argmax() == 11 and [part.tolist() for part in x.max(dim=0)] == [[8, 9, 10, 11], [2, 2, 2, 2]]
assert x.argmax(dim=1).tolist() == [3, 3, 3] and x.float().mean(dim=0).tolist() == [4, 5, 6, 7]

# %% memory
assert "row 1 reads cells 4, 5, 6, 7" in show.memory(x, "x").alt
assert "They hold 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11" in show.memory(x, "x").alt

# %% mine
assert "They hold 3, 1, 4, 1, 5, 9" in show.memory(mine, "mine").alt

# %% cell
assert 3 + 1 * 12 + 0 * 4 + 2 * 1 == 17

# %% shares-memory
assert all(shares_memory(parts[name], x) == (name in ("x[1]", "x[:, 1]", "x[:, ::2]")) for name in parts)

# %% minus-one
assert base.view(2, 3, 2).stride() == (3 * 2, 2 * 1, 1)

# %% transposed
assert shares_memory(x, xt) and torch.equal(xt, x.T)
assert "row 0 reads cells 0, 4, 8; row 1 reads cells 1, 5, 9" in show.memory(xt, "xt").alt

# %% explorer
for name, t in readings.items():
    for element in range(t.numel()):
        index, words = show.way_to(t, element)
        # each cell holds its own number, so an element's value is its cell
        assert words.endswith(f"cell {t[index]}.") and t.flatten()[element] == t[index]
assert readings["expanded"].stride() == (0, 1) and len(readings) == 7
assert explorer.caption == "Element [2, 1]: offset 0 + 2*1 + 1*4 = cell 6."

# %% no-view
assert xt.flatten().tolist()[:4] == [0, 4, 8, 1]
steps_in_memory = xt.flatten().diff().tolist()
assert steps_in_memory[:4] == [4, 4, -7, 4]

# %% flat
assert torch.equal(flat, xt.contiguous().view(12)) and not shares_memory(flat, xt)
assert shares_memory(x.reshape(12), x)

# %% split-heads
pieces = torch.arange(8).view(1, 2, 4).view(1, 2, 2, 2).transpose(1, 2)
assert pieces[0].tolist() == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]

# %% stack
assert torch.stack([a, b]).tolist() == [[1, 2, 3], [4, 5, 6]] and not shares_memory(torch.stack([a, b]), a)
assert not shares_memory(torch.cat([a, b]), a)

# %% get-windows
tens = torch.arange(10, 20)
assert torch.stack([tens[i : i + 3] for i in (0, 4, 2)]).tolist() == [[10, 11, 12], [14, 15, 16], [12, 13, 14]]

# %% recorded
assert recorded == unrecorded and recorded.grad_fn is not None and unrecorded.grad_fn is None

# %% reveal-names
assert after_plus == [0, 0, 0] and after_in_place == [1, 1, 1] and b is a

# %% pitfall-reshape
assert t.reshape(3, 2).tolist() == [[0, 1], [2, 3], [4, 5]] and t.transpose(0, 1).tolist() == [[0, 3], [1, 4], [2, 5]]

# %% capital
assert torch.tensor(3).shape == () and torch.Tensor(3).shape == (3,)

# %% and
try:
    bool(n > 1)
except RuntimeError:
    assert n[(n > 1) & (n < 4)].tolist() == [2, 3]
else:
    raise AssertionError("a mask should have no single truth value")
