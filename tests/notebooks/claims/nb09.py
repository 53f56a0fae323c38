"""Claims of notebook 09, each behind the cell that it is about."""

# %% cell-4
assert wanted[0, 0].tolist() == [letters[0, 1], letters[0, 0]]

# %% cell-7
assert count_parameters(OneLook()) == count_parameters(TwoLooks())

# %% cell-14
assert (means["OneLook"] > 0.3).all() and (means["OneLook"] < one_place + 0.02).all()
assert (means["TwoLooks"] < 0.02).all()

# %% cell-19
assert all(0.35 < stripe["OneLook"] < 0.6 for stripe in (one_back, two_back))
assert max(one_back[name] for name in pair) > 0.9 and max(two_back[name] for name in pair) > 0.9

# %% cell-21
assert torch.allclose(half @ values, half @ exchanged)

# %% cell-23
assert (losses < 0.05).all()

# %% cell-27
assert torch.equal(found[..., :4], first(x)) and torch.equal(found[..., 4:], second(x))

# %% cell-32
assert torch.allclose(by_parts, proj(found), atol=1e-6)

# %% cell-36
assert set(counts.values()) == {4 * 64**2 + 64}

# %% cell-38
assert counts[4] == 16_448
assert torch.equal(built(x), kept(x)) and built.state_dict().keys() == kept.state_dict().keys()

# %% e7d09ccf
assert not torch.equal(noisy(x), noisy(x))
assert torch.equal(noisy.eval()(x), noisy(x))  # the same at each call
assert not torch.equal(noisy(x), noisy(x))
assert not torch.equal(noisy(x), noisy(x))

# %% cell-41
assert torch.equal(listed(example), registered(example))  # yet both compute the same

# %% cell-48
assert losses["MultiHeadAttention"] + 0.1 < losses["ListAttention"] < worse - 0.5

# %% cell-51
assert apart and len(inputs) == 4 and all(read is x for read in inputs)

# %% cell-56
assert times[20] > 4 * times[1]

# %% cell-60
assert count_parameters(models[1]) == count_parameters(models[4])
assert 0.85 < losses[1] < 1.45 and limit + 0.15 < losses[4] < 0.65

# %% cell-63
assert round(toy_baselines["bigram"], 2) == 1.95 and round(limit, 2) == 0.21
assert 0.35 < way[1] < 0.65 and 0.75 < way[4] < 0.95

# %% cell-67
assert torch.equal(joined, small)  # and back

# %% 2ccfb8bc
assert vars(sizes).items() <= vars(kept).items()  # the same names and values, and some more

# %% cell-72
assert torch.equal(built(example), kept(example))
assert built.state_dict().keys() == BatchedAttention(config).state_dict().keys()

# %% cell-79
assert 0 < largest < 1e-5

# %% cell-81
assert abs(evaluate(swapped, windows) - losses[4]) < 5e-3

# %% cell-85
assert slower and growth["loop"] > 1.5 and times["loop"][-1] > times["fused"][-1]
assert growth["loop"] > growth["fused"] and growth["loop"] > growth["batched"]

# %% cell-88
assert torch.allclose(seen.sum(dim=-1), torch.ones(4, len(sentence)))
assert seen.triu(1).sum() == 0  # nothing above the diagonal

# %% cell-91
assert min(mean_distance(seen)) > 0.8 > max(mean_distance(random_heads))

# %% cell-94
assert on_previous.max() > 0.2 and on_previous.max() > 1.15 * on_previous.min()
assert on_first.max() < 0.07 and entropy.max() < 1.1 < math.log(3) + 0.01

# %% cell-96
assert set(tokenizer.decode(quotations[rows, opened])) == set('"([')

# %% cell-98
assert choice < 0.8 and choice < closing[1][1] - 0.2 and closing[4][0] < closing[1][0] - 0.3

# %% cell-99
assert average.max() > 0.15

# %% cell-103
assert abs(evaluate(without(four, []), (x, y)) - base) < 1e-3 and min(cost) > 0.2

# %% cell-106
assert closing_cost[finder] > 0.2

# %% cell-109
assert off < -0.2 and bare > toy_baselines["unigram"]

# %% cell-110
assert max(abs(difference) for difference in differences) > 0.1

# %% cell-117
assert not sees_the_future(honest, idx, T // 2)

# %% cell-120
assert leaks and sees_the_future(not_back, idx, T // 2)

# %% cell-124
assert quarters.min() < 0.6 * quarters.mean()

# %% cell-126
assert not cuts

# %% cell-128
assert torch.equal(mended(idx), honest(idx)) and not sees_the_future(mended, idx, T // 2)

# %% cell-132
assert not torch.equal(once, again)
assert torch.equal(attention(example), attention(example))  # the mend: 0.0 unless self.training
assert not torch.equal(attention(example), attention(example))
