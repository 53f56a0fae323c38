"""Claims of notebook 00, each behind the cell that it is about."""

# %% cell-9
assert x.sum() == 6

# %% cell-11
assert math.isclose(sum(next_character.values()), 1)
assert round(-math.log(next_character["e"]), 2) == 0.51 and round(-math.log(next_character["y"]), 2) == 2.30

# %% cell-19
assert certain == 0 and math.isclose(one_in_four, math.log(4))
assert round(one_in_four, 3) == 1.386

# %% cell-21
assert round(math.exp(loss_of_ten)) == 10 and f"{loss_of_ten:.3f}" == "2.303"

# %% cell-23
assert round(-math.log(0.005), 1) == 5.3
assert explorer.caption == "Probability 0.25: loss 1.39 nats, like guessing among 4.0 characters."
assert surprise(0.01)[1].startswith("Probability 0.01: loss 4.61 nats, like guessing among 100.0")
