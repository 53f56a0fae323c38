"""Claims of notebook 02, each behind the cell that it is about."""

# %% cell-5
assert total.tolist() == [[11, 12, 13], [21, 22, 23]]

# %% cell-9
assert table[6, 7] == 7 * 8 and torch.equal(table, table.transpose(0, 1))

# %% cell-16
assert added((5, 1, 4), (3, 1)) == (5, 3, 4)
assert show.shape_table((5, 1, 4), (3, 1), (5, 3, 4), "").alt.endswith(
    "Stretched: a at -2, b at -1. Missing: b at -3."
)

# %% cell-19
assert added((4, 3), (4,)) is None

# %% cell-21
assert added((4, 3), (4, 1)) == (4, 3)

# %% cell-26
assert agree == len(pairs) == 2000 and 0.5 < fit / len(pairs) < 0.8
assert max(len(shape) for pair in pairs for shape in pair) == 4

# %% cell-29
assert added((), ()) == () and added((), (4,)) == (4,) and added((0,), ()) == (0,)

# %% cell-32
assert added((0,), (1,)) != (max(0, 1),) and added((0,), (3,)) is None

# %% cell-37
assert explorer.caption.startswith("(4, 1, 3) and (2, 1) give (4, 2, 3), 24 numbers. Stretched: a at -2, b at -1.")
assert torch_says((8, 1, 6, 1), (7, 1, 5)) == (8, 7, 6, 5) and torch_says((0,), (1,)) == (0,)

# %% cell-46
assert torch.equal(copied, wide) and copied.data_ptr() != tall.data_ptr()
assert wide.stride() == (1, 0)

# %% cell-48
assert full.numel() == 1_000_000 and bytes_of(full) == "4,000,000 bytes"

# %% cell-51
assert (perfect - target).shape == (50, 50) and round(loss.item(), 2) == 2.78
assert torch.isclose(loss, 2 * target.var(correction=0))  # correction=0: divided by N

# %% cell-54
assert abs(best_right - 2) < 0.03 and abs(best_wrong) < 0.03
assert right_loss.min() < 1e-6 and wrong_loss.min() > 1 and abs(target.mean() - 3) < 1e-5

# %% cell-60
assert column_removed.shape == target.shape and ((column_removed - target) ** 2).mean() == 0
assert perfect.shape == column_added.shape and ((perfect - column_added) ** 2).mean() == 0

# %% cell-62
assert torch.isclose(theirs, loss) and "due to broadcasting" in message

# %% cell-64
assert centred_columns.mean(dim=0).tolist() == [0, 0, 0]

# %% cell-66
assert added(grades.shape, grades.mean(dim=1).shape) is None
assert centred_rows.mean(dim=1).tolist() == [0, 0]

# %% cell-72
inside_a, inside_b, between = distances[:6, :6], distances[6:, 6:], distances[:6, 6:]
assert max(inside_a.max(), inside_b.max()) < between.min()
assert distances.diagonal().tolist() == [0] * 12  # the numbers at (0, 0), (1, 1) ...

# %% cell-77
assert torch.equal(torch.einsum("nk->kn", a), a.transpose(0, 1))  # (n, k) -> (k, n)
assert torch.equal(torch.einsum("nk->n", a), a.sum(dim=1))  # (n, k) -> (n,)

# %% cell-82
assert torch.allclose(logits, torch.einsum("btc,cv->btv", x, weight), atol=1e-5)
assert torch.allclose(logits[1], x[1] @ weight, atol=1e-5)  # the same weight for each text

# %% cell-84
assert scores.shape == (B, H, T, T)
assert torch.isclose(scores[1, 2, 3, 0], q[1, 2, 3] @ k[1, 2, 0], atol=1e-5)

# %% cell-86
assert torch.allclose(own, (q * k).sum(dim=-1), atol=1e-5)

# %% cell-88
assert projected.shape == (B, H, T, 6)
assert torch.allclose(projected[1, 2], q[1, 2] @ each_head[2], atol=1e-5)

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

# %% cell-100
assert embedded.shape == (B, T, C)
assert torch.equal(embedded[1, 3], token_table[tokens[1, 3]] + position_table[3])

# %% cell-102
assert right.abs().max() == 0 and wrong[0].tolist() == [0, -1, -5]

# %% cell-105
assert predicted.squeeze(1).shape == labels.shape and accuracy == 0.25

# %% cell-107
assert stretched.tolist() == [[0, 0, 0], [0, 0, 0]]

# %% cell-114
assert small.shape == (2, 3)
