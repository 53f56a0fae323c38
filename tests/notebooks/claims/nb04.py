"""Claims of notebook 04, each behind the cell that it is about."""

# %% cell-4
assert len(text) == 5_057_321

# %% cell-11
assert round(100 * 6 / 84) == 7

# %% cell-12
assert common[:6] == list(" etoah") and 1 / 7 < shares[0] < 0.16
assert all(
    counts[char] < 0.01 * len(text) for char in chars if char.isupper() or char.isdigit()
)
assert 0.01 * len(text) < counts["."] < counts[","] < 0.02 * len(text)

# %% cell-23
assert tokenizer.decode(tokenizer.encode(sample)) == sample

# %% cell-25
assert V == 84

# %% cell-27
assert data.numel() * data.element_size() == 8 * len(text)

# %% cell-43
assert all(text.rindex(title) > 0.88 * len(text) for title in titles)

# %% cell-48
assert random_split > 0.95 and one_cut < 0.10

# %% cell-56
assert torch.equal(x[:, 1:], y[:, :-1])

# %% cell-61
assert torch.equal(batch[:, :-1], x) and torch.equal(batch[:, 1:], y)

# %% cell-67
assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])

# %% cell-69
assert round(uniform, 2) == 4.43

# %% cell-71
assert round(unigram.item(), 2) == 3.33

# %% cell-73
assert (q, u, q * V + u) == (72, 76, 6124) and divmod(6124, 84) == (72, 76)

# %% cell-75
assert round(bigram.item(), 2) == 2.54
assert math.isclose(baselines.uniform(V), uniform)
assert math.isclose(baselines.unigram(train, val, V), unigram, abs_tol=1e-4)
assert math.isclose(baselines.bigram(train, val, V), bigram, abs_tol=1e-4)

# %% cell-84
assert sum(surprise[speech + 1 :]) == 0 and max(surprise) < 2.5
assert math.isclose(sum(surprise), toy.nats_per_story)

# %% cell-86
assert 0.15 < limit < 0.25

# %% cell-87
assert toy_baselines["bigram"] - limit > 1.5
assert [round(value, 2) for value in toy_baselines.values()] == [3.81, 2.99, 1.95, 0.21]

# %% cell-91
assert math.isinf(toy.nats_per_char(spoiled))

# %% cell-94
assert against_x == 1 and against_y < 0.06

# %% cell-101
assert torch.isinf(loss)

# %% cell-113
assert bigram - 0.3 < python_baseline < bigram
