"""Claims of the side trip from notebook 04, each behind the cell that it is about."""

# %% cell-48
assert random_split > 0.95 and one_cut < 0.10

# %% cell-106
assert round(trigram(train, val, V), 2) == 2.04 and round(baselines.bigram(train, val, V), 2) == 2.54
assert 49_000_000 < V**4 < 51_000_000

# %% cell-91
assert torch.isinf(torch.tensor(toy.nats_per_char(spoiled))) and sum(a != b for a, b in zip(spoiled, story)) == 1

# %% cell-65
assert loop > read

# %% cell-113
assert abs(python_baseline - baselines.bigram(train, val, V)) < 0.3
