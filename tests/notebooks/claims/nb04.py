"""Claims of notebook 04, each behind the cell that it is about."""

# %% cell-4
assert len(text) == 5_057_321

# %% cell-25
assert V == 84

# %% cell-20
assert data.shape == (len(text),) and data.dtype == torch.int64

# %% cell-82
assert f"{math.log(12):.2f}" == f"{surprise[0]:.2f}" == "2.48" and all(value > 0 for value in surprise[:4])
assert sum(surprise[second : second + 4]) == 0
speech = max(story.rindex(phrase) for phrase in baselines.PHRASES if phrase in story)
assert sum(surprise[speech + 1 :]) == 0 and surprise[speech] > 0

# %% cell-84
assert math.isclose(sum(surprise), toy.nats_per_story) and round(sum(surprise), 2) == 22.87

# %% cell-86
assert len(toy_text) == 1_000_000 and round(limit, 2) == 0.21
toy_val_text = train_val_split(toy_text)[1]
assert round(toy.nats_per_char(toy_val_text[toy_val_text.index("\n") + 1 :]), 2) == 0.21

# %% cell-69
assert round(uniform, 2) == 4.43

# %% cell-71
assert round(unigram.item(), 2) == 3.33

# %% cell-11
assert tokenizer.decode(common[:1]) == " " and probs.max() > 1 / 7

# %% cell-75
left, right = tokenizer.encode("th").tolist()
assert (left, right, left * V + right) == (75, 63, 6363)
assert round(bigram.item(), 2) == 2.54
assert math.isclose(baselines.uniform(V), uniform)
assert math.isclose(baselines.unigram(train, val, V), unigram, abs_tol=1e-4)
assert math.isclose(baselines.bigram(train, val, V), bigram, abs_tol=1e-4)
# the best smoothing is hardly better than 1
assert bigram - min(baselines.bigram(train, val, V, smoothing) for smoothing in (0.03, 0.1, 0.3)) < 0.001
assert round(float(uniform - unigram), 1) == 1.1 and round(float(unigram - bigram), 1) == 0.8

# %% cell-87
assert toy_losses["bigram"] - limit > 1.7
assert [round(value, 2) for value in toy_losses.values()] == [3.81, 2.99, 1.95]

# %% cell-129
assert 1 / 3 - 0.03 < unseen[8] < 1 / 3 + 0.03 and list(unseen.values()) == sorted(unseen.values())
texts = text[:cut], text[cut:]  # the integers say of a short piece just what the letters say
assert abs(unseen[2] - sum(texts[1][i : i + 2] not in texts[0] for i in range(20_000)) / 20_000) < 0.001

# %% cell-67
assert torch.equal(x[:, 1:], y[:, :-1]) and x.numel() == 32
assert all(tokenizer.decode(row) in text for row in x)

# %% cell-94
assert (repeated == x).all() and 0 < (repeated == y).float().mean() < 0.06

# %% cell-101
assert torch.isinf(-raw[val[:-1], val[1:]].log().mean())

# %% cell-142
assert (small[0] * V + small[1]).item() == 6363 % 256
