"""Claims of notebook 09, each behind the cell that it is about."""

# %% cell-4
assert wanted[0, 0].tolist() == [letters[0, 1], letters[0, 0]]

# %% cell-7
assert count_parameters(OneLook()) == count_parameters(TwoLooks())

# %% cell-14
assert (means["OneLook"] > 0.3).all() and (means["OneLook"] < one_place + 0.02).all()
assert (means["TwoLooks"] < 0.02).all()

# %% cell-19
one_back = {name: table.diagonal(-1)[1:].mean() for name, table in looks.items()}
two_back = {name: table.diagonal(-2).mean() for name, table in looks.items()}
single, *pair = looks
assert 0.35 < one_back[single] < 0.6 and 0.35 < two_back[single] < 0.6
assert max(one_back[name] for name in pair) > 0.9 and max(two_back[name] for name in pair) > 0.9
for name, table in looks.items():  # row r of the table without its first two rows belongs to position r + 2
    assert math.isclose(one_back[name], table[2:].diagonal(1).mean(), abs_tol=1e-6)
    assert math.isclose(two_back[name], table[2:].diagonal(0).mean(), abs_tol=1e-6)

# %% cell-23
assert (losses < 0.05).all() and max(alone) < 0.05

# %% cell-27
assert torch.equal(found[..., : C // 2], first(x)) and torch.equal(found[..., C // 2 :], second(x))

# %% cell-36
assert set(counts.values()) == {4 * 64**2 + 64}

# %% cell-38
assert counts[4] == 16_448
assert built.state_dict().keys() == kept.state_dict().keys()

# %% e7d09ccf
assert torch.equal(noisy(x), noisy(x))  # it stands in eval()
noisy.train()
assert not torch.equal(noisy(x), noisy(x))
noisy.dropout.p = 0.0  # what is left: the dropout on the weights
assert not torch.equal(noisy(x), noisy(x))
noisy.dropout.p = 0.5
for head in noisy.heads:
    head.dropout.p = 0.0  # what is left: the dropout on the output
assert not torch.equal(noisy(x), noisy(x))
noisy.dropout.p = 0.0
assert torch.equal(noisy(x), noisy(x))

# %% cell-46
for name, model in damaged.items():
    torch.manual_seed(0)
    again = AttentionModel(V, T, C, type(model.attention)(C, 4, T))
    pairs = zip(again.attention.heads, model.attention.heads, strict=True)
    same = all(torch.equal(a.query.weight, b.query.weight) for a, b in pairs)
    assert same == (name == "ListAttention")
assert losses["MultiHeadAttention"] + 0.1 < losses["ListAttention"]

# %% cell-48
assert losses["ListAttention"] < worse - 0.5

# %% cell-51
assert apart and len(inputs) == len(starts) == len(ends) == 4

# %% cell-56
assert head_times[16] > 4 * head_times[1]

# %% cell-60
assert count_parameters(models[1]) == count_parameters(models[4])
assert 0.85 < losses[1] < 1.45 and limit + 0.15 < losses[4] < 0.65

# %% cell-63
assert round(toy_baselines["bigram"], 2) == 1.95 and round(limit, 2) == 0.21
assert 0.35 < way[1] < 0.65 and 0.75 < way[4] < 0.95

# %% cell-67
assert [split[0, h].tolist() for h in (0, 1)] == [[[0, 1], [10, 11], [20, 21]], [[2, 3], [12, 13], [22, 23]]]

# %% 2ccfb8bc
sizes = GPTConfig(vocab_size=10, n_head=2, n_embd=8)
kept = library.GPTConfig(vocab_size=10, n_head=2, n_embd=8)
assert vars(sizes).items() <= vars(kept).items()  # the same names and values, and two more
assert len(vars(kept)) == len(vars(sizes)) + 2
try:
    GPTConfig(vocab_size=10, n_head=3, n_embd=8)
    raise AssertionError("3 heads share a width of 8")
except ValueError as error:
    assert str(error) == "3 heads cannot share a width of 8."

# %% cell-72
assert built.state_dict().keys() == BatchedAttention(config).state_dict().keys()

# %% cell-79
assert 0 < largest < 1e-5 and len(differences) == 5 * 2 * 4

# %% cell-81
assert abs(evaluate(swapped, windows) - losses[4]) < 5e-3

# %% cell-85
assert growth["loop"] > 1.5 and times["loop"][-1] > times["fused"][-1]
assert growth["loop"] > growth["fused"] and growth["loop"] > growth["batched"]

# %% cell-88
assert torch.allclose(seen.sum(dim=-1), torch.ones(4, len(sentence)))
assert seen.triu(1).sum() == 0  # nothing above the diagonal
with torch.no_grad():
    x = four.embed(tokenizer.encode(sentence).to(device)[None])
    for table, head in zip(seen.to(device), four.attention.heads, strict=True):  # the weights that the heads use
        assert torch.allclose(table @ head.value(x)[0], head(x)[0], atol=1e-4)

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

# %% cell-101
for sign in '"([':  # better than a guess, with weight or without
    assert closing_losses(four)[1][signs == tokenizer.encode(sign)].mean() < 1.0

# %% cell-103
assert abs(evaluate(without(four, []), (x, y)) - base) < 1e-3 and min(cost) > 0.2

# %% cell-106
assert closing_cost[finder] > 0.2

# %% cell-109
assert off < -0.2 and bare > toy_baselines["unigram"]

# %% cell-110
assert max(abs(difference) for difference in differences) > 0.1

# %% cell-113
try:
    picture_of("Xado lost a red key", 0)
    raise AssertionError("an X was read")
except ValueError as error:
    assert "'X' at position 0 is not in the vocabulary" in str(error)

# %% cell-117
assert not sees_the_future(honest, idx, T // 2)

# %% cell-120
assert leaks and sees_the_future(not_back, idx, T // 2)

# %% cell-124
assert quarters.min() < 0.6 * quarters.mean()

# %% cell-126
assert not any(sees_the_future(both_slips, idx, cut) for cut in range(1, T))
with torch.no_grad():
    for model in (honest, both_slips):
        assert ((model(changed) - model(idx))[:, -1].abs().max() > 1e-5) == (model is honest)

# %% cell-128
assert not sees_the_future(fixed, idx, T // 2)

# %% cell-132
assert not torch.equal(once, again)
assert torch.equal(attention(example), attention(example))  # the fix: 0.0 unless self.training
attention.train()
attention.dropout.p = 0.0  # what varies now is the dropout on the weights alone
assert not torch.equal(attention(example), attention(example))
