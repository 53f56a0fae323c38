"""Claims of notebook 11, each behind the cell that it is about."""

# %% cell-106
assert a.dtype == torch.float32 and layer.weight.dtype == torch.float64

# %% 5b51e4ee
assert tokens.shape == h.shape == (B, T, C) and logits.shape == (B, T, V)

# %% cell-27
assert same_text

# %% cell-30
assert sum(parts.values()) == count_parameters(model)
assert parts["feed-forward"] > 1.9 * parts["attention"] > 1.9 * parts["token\nembedding"]
assert (V, T, C) == (84, 64, 128) or preset != "cpu"

# %% cell-35
assert abs(first_loss - math.log(V)) < 0.25

# %% cell-37
assert 0.2 < variance < 0.4 and abs(first_loss - math.log(V) - variance / 2) < 0.05

# %% ac1fb4af
assert excess > 5

# %% cell-40
assert difference[: T // 2].max() < 1e-5 < difference[T // 2 :].max()

# %% cell-43
assert schedule[0] < schedule[50] < schedule[recipe.warmup_steps - 1] <= max(schedule)

# %% cell-66
assert round(math.exp(0.8), 1) == 2.2

# %% cell-92
assert toy_tokenizer.decode(y.cpu()[inside_story]) == "".join(stories)
assert max(map(len, stories)) <= 128

# %% cell-97
assert all(step > margin for step, margin in zip(steps_down, (0.3, 0.2, 0.1, 0.005), strict=True))
assert rungs_down[-1] > 0  # below the limit would be a leak
assert parts["bigram"]["spelling"] > 0.5 * missing["bigram"]
assert per_letter["one block"]["spelling"] < 0.06 and per_letter["GPT"]["spelling"] < 0.02
assert per_letter["one block"]["bracket"] < 0.1 * per_letter["bigram"]["bracket"]
assert round(math.log(12), 2) == 2.48 and round(form, 2) == 1.60
assert spoken["the name"] > 0.5 * missing["GPT"]

# %% cd48b563
assert 0.15 < back < 0.45

# %% cell-109
assert in_train > in_eval + 0.1

# %% cell-124
assert [round(value, 2) for value in lines.values()] == [4.43, 3.33, 2.54]
