"""Claims of notebook 02, each behind the cell that it is about."""

# %% cell-4
assert (column + row).tolist() == [[11, 12, 13], [21, 22, 23]]

# %% cell-9
assert table[6, 7] == 7 * 8 and torch.equal(table, table.transpose(0, 1))

# %% cell-16
assert added((5, 1, 4), (3, 1)) == (5, 3, 4)
assert show.shape_table((5, 1, 4), (3, 1), (5, 3, 4), "").alt.endswith("Stretched: a at -2, b at -1. Missing: b at -3.")

# %% cell-19
assert added((4, 3), (4,)) is None

# %% cell-21
assert added((4, 3), (4, 1)) == (4, 3)

# %% cell-28
assert added((), ()) == () and added((), (4,)) == (4,) and added((), (2, 3)) == (2, 3)

# %% cell-25
assert all((added(a, b) is None) == (b == (2,)) for a, b in cases)
assert all(added(a, b) == broadcast_shape(a, b) for a, b in cases if b != (2,))
assert broadcast_shape((1,), (0,)) == (0,) == added((1,), (0,))

# %% cell-23
assert [added(a, b) for a, b in cases] == [(2, 3), None, (4, 2, 3), (8, 7, 6, 5)]

# %% cell-37
assert explorer.caption.startswith("(4, 1, 3) and (2, 1) give (4, 2, 3), 24 numbers. Stretched: a at -2, b at -1.")
assert broadcast_shape((8, 1, 6, 1), (7, 1, 5)) == (8, 7, 6, 5)

# %% cell-46
assert torch.equal(copied, wide) and copied.data_ptr() != tall.data_ptr()
assert wide.stride() == (1, 0) and bytes_of(wide) == "4,000 bytes"
assert full.numel() == 1_000_000 and bytes_of(full) == "4,000,000 bytes"

# %% cell-51
assert (perfect - target).shape == (50, 50) and round(loss.item(), 2) == 2.78

# %% cell-53
assert own.shape == (101, 50) and every.shape == (101, 50, 50) and right_loss.shape == wrong_loss.shape == (101,)
one = ((3 + slopes[7] * x)[:, None] - target) ** 2  # one slope alone, with the bug
assert torch.isclose(wrong_loss[7], one.mean())

# %% cell-56
best_right, best_wrong = (slopes[values.argmin()].item() for values in losses.values())
assert abs(best_right - 2) < 0.03 and abs(best_wrong) < 0.03
assert right_loss.min() < 1e-6 and wrong_loss.min() > 1 and abs(target.mean() - 3) < 1e-5
assert (lines["wrong loss"] - 3).abs().max() < 0.03

# %% cell-64
assert ((perfect.squeeze(1) - target) ** 2).mean() == 0 == ((perfect - target[:, None]) ** 2).mean()
assert ((torch.tensor([1.0, 3.0]) - torch.tensor([1.0, 2.0])) ** 2).mean() == 0.5
assert (grades - grades.mean(dim=0)).mean(dim=0).tolist() == [0, 0, 0]

# %% cell-66
assert added(grades.shape, grades.mean(dim=1).shape) is None
assert (grades - grades.mean(dim=1, keepdim=True)).mean(dim=1).tolist() == [0, 0]
example = torch.tensor([1.0, 3.0, 8.0])
assert [round(v, 2) for v in ((example - example.mean()) / example.std()).tolist()] == [-0.83, -0.28, 1.11]

# %% cell-68
assert torch.equal(one_hot, torch.nn.functional.one_hot(tokens, 4))

# %% cell-92
assert causal[3].tolist() == [True] * 4 + [False] * 2

# %% cell-75
assert products.shape == (2, 3, 4)
assert (4 * size**3, 4 * size**2) == (512 * 2**20, 2**20)  # half a gigabyte, one megabyte

# %% cell-81
assert (x @ weight).shape == (B, T, V) and torch.allclose((x @ weight)[1], x[1] @ weight, atol=1e-5)

# %% cell-100
embedded = token_table[tokens] + position_table
assert embedded.shape == (B, T, C) and torch.equal(embedded[1, 3], token_table[tokens[1, 3]] + position_table[3])

# %% cell-102
assert right.abs().max() == 0 and wrong[0].tolist() == [0, -1, -5]

# %% cell-110
assert stretched_row.tolist() == [9, 9, 9]

# %% cell-112
assert safe.tolist() == [9, 0, 0]
try:
    stretched_row += 1
except RuntimeError as refused:
    assert "single memory location" in str(refused) and stretched_row.tolist() == [9, 9, 9]
else:
    raise AssertionError("+= wrote into a stretched tensor")
