"""Claims of notebook 00, each behind the cell that it is about."""

# %% cell-9
assert x.sum() == 6

# %% cell-11
assert math.isclose(sum(next_character.values()), 1)
assert round(-math.log(0.6), 2) == 0.51 and round(-math.log(0.1), 2) == 2.30

# %% cell-19
assert certain == 0 and math.isclose(one_in_four, math.log(4))
assert round(one_in_four, 3) == 1.386

# %% cell-21
assert round(math.exp(1.386)) == 4

# %% cell-23
assert round(-math.log(0.005), 1) == 5.3
