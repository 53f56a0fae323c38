"""Claims of notebook 01, each behind the cell that it is about."""

# %% cell-4
assert table.shape == (2, 3) and table.dim() == 2 and table.numel() == 6
assert table.shape[0] == 2 and table.shape[-1] == 3
assert torch.tensor(7).shape == ()

# %% cell-13
assert len(cases) == 2000

# %% cell-15
assert torch.equal(bell, again) and not torch.equal(bell, more)

# %% cell-17
assert abs(bell.mean()) < 0.05 and abs(bell.std() - 1) < 0.05
assert 0.66 < within_one < 0.71 and bell.abs().max() < 6
assert (bell.abs() > 4).sum() < 10

# %% cell-21
assert torch.zeros(2).dtype == torch.ones(2).dtype == bell.dtype == torch.float32
assert torch.arange(2).dtype == torch.int64

# %% conversions
assert mixed.dtype == torch.float32 and mixed.nbytes == 2 * 4 and mixed.long().nbytes == 2 * 8
assert mixed.long().tolist() == [1, 2]
assert (torch.tensor([1, 2]) / 2).dtype == torch.float32

# %% cell-29
assert torch.equal(x.flip(0), torch.stack([x[2], x[1], x[0]]))
assert torch.equal(x[1], x[1, :]) and torch.equal(x[..., 0], x[:, 0])
assert x[..., 0].tolist() == [0, 4, 8]

# %% cell-34
assert x[:, 1].shape == (3,) and x[:, 1:2].shape == (3, 1)

# %% cell-40
assert torch.equal(row[:, None], row.unsqueeze(1))
assert torch.equal(row[:, None].squeeze(1), row)

# %% cell-45
assert x.sum() == 66

# %% cell-47
assert column.shape == (3, 1) and column.squeeze(1).tolist() == [6, 22, 38]
assert torch.allclose(shares.sum(dim=1), torch.ones(3))
assert x.argmax() == 11 and [part.tolist() for part in x.max(dim=0)] == [[8, 9, 10, 11], [2, 2, 2, 2]]

# %% cell-53
assert len(memory) == 12

# %% cell-55
assert cells_of(x) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
assert memory == list(range(12))  # each cell holds its own number

# %% cell-59
assert memory_of(mine) == [3, 1, 4, 1, 5, 9] and draw(torch.tensor([1.5, 2]), "A row").alt

# %% cell-66
assert shares_memory(base, v) and not shares_memory(base, base.clone())
assert base.tolist() == list(range(12))  # put back

# %% cell-68
assert base.view(2, 3, 2).stride() == (3 * 2, 2 * 1, 1)

# %% cell-72
assert all(shares_memory(part, x) for part in (x[1], x[:, 1], x[:, ::2]))
assert not shares_memory(x[[0, 1]], x)  # a list of indices copies
assert not shares_memory(x[x > 8], x)  # and so does a mask

# %% cell-75
assert shares_memory(x, xt) and torch.equal(xt, x.T)

# %% cell-78
assert cells_of(xt)[:2] == [[0, 4, 8], [1, 5, 9]]

# %% cell-85
for name, t in readings.items():
    for element in range(12):
        index, caption = way_to(t, element)
        # each cell of `storage` holds its own number, so an element's value is its cell
        assert caption.endswith(f"cell {t[index]}.") and t.flatten()[min(element, t.numel() - 1)] == t[index]
assert readings["diagonal"].stride() == (5,) and readings["diagonal"].tolist() == [0, 5, 10]
assert readings["expanded"].stride() == (0, 1)

# %% cell-90
assert came == "none: an error"

# %% cell-92
assert torch.equal(flat, xt.contiguous().view(12))  # contiguous() copies into reading order

# %% cell-99
assert left.view(6, 2).stride() == (4, 1) and left.stride() == (12, 4, 1)

# %% cell-93
assert flat.tolist()[:6] == memory_of(flat)[:6] == [0, 4, 8, 1, 5, 9]
assert cells_of(flat.view(4, 3))[1] == [3, 4, 5]  # a run of cells

# %% cell-95
assert shares_memory(xt, xt.view(2, 2, 3))

# %% cell-100
try:
    left.view(2, 6)
except RuntimeError:
    assert torch.equal(left.reshape(2, 6), left.contiguous().view(2, 6))
else:
    raise AssertionError("this view should not exist")

# %% cell-105
assert torch.equal(sideways, torch.cat([a[:, None], b[:, None]], dim=1))
assert not shares_memory(stacked, a)  # both copy

# %% cell-108
assert all(sorted(result) == [0, 1, 2, 3] for result in results)

# %% cell-110
assert len(draws.unique()) == 4  # unique: each index once

# %% cell-112
try:
    torch.multinomial(p, 5)
except RuntimeError:
    pass
else:
    raise AssertionError("five of four should not be possible")

# %% cell-114
assert "three" not in globals() or (only_two[three] == 0).any()

# %% cell-116
assert each_row[0].unique().tolist() == [0] and each_row[1].unique().tolist() == [1, 2]

# %% cell-118
assert (shares_at[10] - p).abs().max() > 0.05
assert (shares_at[100_000] - p).abs().max() < 0.01

# %% cell-121
assert recorded == unrecorded

# %% cell-125
assert inputs.nbytes == 1_000_000

# %% cell-126
assert with_graph == list(range(1, 11)) and set(without_graph) == {0}

# %% cell-130
assert 400 < zeros < 600 and set(out.tolist()) == {0.0, 2.0}

# %% cell-134
assert grid.tolist() == [[1, 1, 1], [7, 7, 7]] and not shares_memory(grid, larger)

# %% cell-138
assert after_plus == 0 and after_in_place == 3 and b is a

# %% cell-140
assert a.tolist() == [1, 1, 1] and own.tolist() == [2, 2, 2]

# %% cell-142
try:
    y.sum().backward()
except RuntimeError:
    assert w.grad is None
else:
    raise AssertionError("the overwritten numbers should be missed")

# %% cell-149
assert seconds[0] > 3 * statistics.median(seconds)

# %% cell-158
assert loop_of_3 < tensors_of_3  # with 3 numbers the loop is done before the call
assert loop_seconds[-1] > 3 * tensor_seconds[-1]

# %% cell-159
at = dict(zip(sizes, zip(loop_seconds, tensor_seconds, strict=True), strict=True))
assert at[30_000][0] > 20 * at[100][0]  # the loop pays for each number
assert at[100][1] < 5 * at[1][1]  # the tensor pays for the call

# %% cell-162
assert making > 3 * tensor_seconds[-1]

# %% cell-164
assert not torch.equal(t.reshape(3, 2), t.transpose(0, 1))

# %% cell-168
assert abs(ages.float().mean() - 91 / 3) < 1e-4
try:
    ages.mean()
except RuntimeError:
    pass
else:
    raise AssertionError("the mean of integers should fail")

# %% cell-172
assert megabytes == 5 and all(isinstance(loss, float) for loss in losses)
assert steps(1).mean().grad_fn is not None
