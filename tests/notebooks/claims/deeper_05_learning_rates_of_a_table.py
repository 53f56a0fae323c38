"""Claims of the side trip about learning rates of a table, each behind the cell that it is about."""

# %% cell-51
short, right, long = runs.values()
assert 4.5 < short[500] < 4.65 and short[500] > math.log(V)
assert abs(right[500] - lines["bigram"]) < 0.02
assert max(long.values()) > 10 and 2.6 < long[500] < 2.85
assert any(lines["bigram"] + 0.3 < loss < math.log(V) for step, loss in long.items() if step <= 300)

# %% cell-85
assert furthest == 0.25

# %% cell-88
assert round(len(train) / (V * V)) == 645
