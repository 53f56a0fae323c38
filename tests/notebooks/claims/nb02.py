"""Claims of notebook 02, each behind the cell that it is about."""

# %% cell-7
assert torch.equal(wide_column + high_row, total)

# %% cell-9
assert table[6, 7] == 7 * 8 and torch.equal(table, table.transpose(0, 1))

# %% cell-10
assert table.min() == table[0, 0] == 1 and table.max() == table[11, 11] == 144

# %% cell-16
assert added((5, 1, 4), (3, 1)) == (5, 3, 4)

# %% cell-19
assert added((4, 3), (4, 1)) == (4, 3)

# %% cell-26
assert [added(a, b) for a, b in pairs] == ["an error" if r is None else r for r in results]

# %% cell-29
assert added((), ()) == () and added((), (4,)) == (4,) and added((0,), ()) == (0,)

# %% cell-32
assert added((0,), (1,)) != (max(0, 1),)

# %% cell-34
assert [read_shape(text) for text in ("4, 1, 3", "(2,)", "", "()")] == [(4, 1, 3), (2,), (), ()]

# %% cell-35
assert first_misfit((5, 4, 3), (7, 1, 3)) == -3

# %% cell-37
assert explorer.caption == in_words((4, 1, 3), (2, 1))

# %% cell-46
assert torch.equal(copied, wide) and copied.data_ptr() != tall.data_ptr()
assert wide.stride() == (1, 0)

# %% cell-48
assert full.numel() == 1_000_000 and bytes_of(full) == "4,000,000 bytes"

# %% cell-51
assert (perfect - target).shape == (50, 50) and round(loss.item(), 2) == 2.78

# %% cell-53
assert torch.isclose(loss, 2 * target.var(correction=0))  # correction=0: divided by N

# %% cell-54
assert abs(best_right - 2) < 0.03 and abs(best_wrong) < 0.03
assert right.min() < 1e-6 and wrong.min() > 1 and abs(target.mean() - 3) < 1e-5

# %% cell-60
assert column_removed.shape == target.shape and ((column_removed - target) ** 2).mean() == 0
assert perfect.shape == column_added.shape and ((perfect - column_added) ** 2).mean() == 0

# %% cell-62
assert torch.isclose(theirs, loss)

# %% cell-64
assert centred_columns.mean(dim=0).tolist() == [0, 0, 0]

# %% cell-68
assert torch.equal(one_hot, F.one_hot(tokens, vocab_size))

# %% cell-70
assert torch.allclose(distances, torch.cdist(points, points), atol=1e-4)

# %% cell-73
assert max(inside_a.max(), inside_b.max()) < between.min()
assert distances.diagonal().tolist() == [0] * 12  # the numbers at (0, 0), (1, 1) ...

# %% cell-75
assert torch.allclose(products.sum(dim=1), a @ b)  # (n, k, m) -> (n, m)

# %% cell-77
assert torch.allclose(by_letters, a @ b)
assert torch.equal(torch.einsum("nk->kn", a), a.transpose(0, 1))  # (n, k) -> (k, n)
assert torch.equal(torch.einsum("nk->n", a), a.sum(dim=1))  # (n, k) -> (n,)

# %% cell-82
assert torch.allclose(logits, torch.einsum("btc,cv->btv", x, weight), atol=1e-5)
assert torch.allclose(logits[1], x[1] @ weight, atol=1e-5)  # the same weight for each text

# %% cell-84
assert scores.shape == (B, H, T, T)
assert torch.isclose(scores[1, 2, 3, 0], q[1, 2, 3] @ k[1, 2, 0], atol=1e-5)
assert torch.allclose(scores, torch.einsum("bhtd,bhsd->bhts", q, k), atol=1e-5)

# %% cell-86
assert torch.allclose(own, (q * k).sum(dim=-1), atol=1e-5)

# %% cell-88
assert projected.shape == (B, H, T, 6)
assert torch.allclose(projected[1, 2], q[1, 2] @ each_head[2], atol=1e-5)

# %% cell-92
assert torch.equal(causal, torch.tril(everything))

# %% cell-96
assert mask.sum(dim=(1, 2)).tolist() == [21, 18, 11]

# %% cell-100
assert embedded.shape == (B, T, C)
assert torch.equal(embedded[1, 3], token_table[tokens[1, 3]] + position_table[3])

# %% cell-102
assert right.abs().max() == 0 and wrong[0].tolist() == [0, -1, -5]

# %% cell-105
assert predicted.squeeze(1).shape == labels.shape

# %% cell-114
assert small.shape == (2, 3)
