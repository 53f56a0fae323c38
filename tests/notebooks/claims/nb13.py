"""Claims of notebook 13, each behind the cell that it is about."""

# %% cell-9
assert (probs > 0).all()

# %% cell-31
assert kept == 3

# %% cell-35
assert torch.allclose(after, torch.tensor([0, 0.625, 0, 0.375]), atol=1e-6)

# %% cell-44
assert math.isinf(cut_loss) and 0 < impossible < 0.3

# %% cell-46
assert torch.equal(sampling.with_temperature(some, 0.7), with_temperature(some, 0.7))
assert torch.equal(sampling.keep_top_k(some, 9), keep_top_k(some, 9))
assert torch.equal(sampling.keep_top_p(some, 0.8), keep_top_p(some, 0.8))
assert torch.allclose(sampling.next_distribution(some, 0.7, 9, 0.8), by_hand)

# %% cell-50
assert steepest[1] > steepest[0] and max(b[2][1]) < max(b[2][0])
assert a[1] == b[1] and a[2][0] == b[2][0] and len(studio.columns[0].writer.tokens) == 150

# %% cell-54
assert enough

# %% cell-59
assert difference < 1e-3 and len(memory) == line.shape[1]

# %% cell-61
assert torch.equal(*texts)

# %% cell-69
assert torch.equal(usual[:, :T], out[:, :T]) and not torch.equal(usual, out)

# %% cell-74
assert not traced.attention.triu(1).any()  # nothing looks ahead
assert torch.allclose(traced.attention.sum(dim=-1), torch.ones(1, device=device), atol=1e-4)

# %% cell-79
assert small[0, position] == small[0, position - half]
assert small[0, target] == small[0, position + 1]

# %% cell-82
assert all(table.shape == (L, H) and 0 <= table.min() <= table.max() <= 1 for table in scores.values())

# %% cell-84
assert first_half > math.log(V)

# %% cell-89
assert known_half < 0.1 and abs(news - math.log(16)) < 0.15 and found.max() > 0.5

# %% cell-91
assert elsewhere > math.log(16)

# %% cell-93
assert torch.allclose(by_hand, inside.logit_lens(model, line))
assert torch.allclose(by_hand[-1], whole, atol=1e-3)  # the last layer is the model itself

# %% cell-109
assert whole_spans["a parrot"] == 100

# %% cell-111
assert torch.allclose(wrong, p)  # nothing has changed
assert not torch.allclose(mended, p, atol=0.1)

# %% cell-115
assert after_heat >= before_heat

# %% cell-117
assert torch.multinomial(shifted, 1).shape == (1,)
