"""Claims of the side trip on timing, each behind the cell that it is about."""

# %% calls
assert seconds[0] > 3 * statistics.median(seconds)

# %% race
loop_of_3, tensors_of_3 = race(3)
assert loop_of_3 < tensors_of_3  # with 3 numbers the loop is done before the call
assert loop_seconds[-1] > 3 * tensor_seconds[-1]
at = dict(zip(sizes, zip(loop_seconds, tensor_seconds, strict=True), strict=True))
assert at[30_000][0] > 20 * at[100][0]  # the loop pays for each number
assert at[100][1] < 5 * at[1][1]  # the tensor pays for the call

# %% making
assert making > 3 * tensor_seconds[-1]
