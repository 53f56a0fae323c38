"""Claims of notebook 08, each behind the cell that it is about."""

# %% cell-4
assert by_loop.tolist() == [[6, 0], [3, 1], [2, 1], [2, 1]]

# %% cell-9
assert torch.allclose(weights.sum(dim=1), torch.ones(T))
assert torch.allclose(weights[2], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0]))

# %% cell-17
assert weights[3].tolist() == [0.25] * 4
assert math.isclose(other[3, 1], by_hand, abs_tol=1e-6)
assert torch.allclose(other.sum(dim=-1), torch.ones(T)) and other.triu(1).sum() == 0

# %% cell-21
assert scores[4, 1] == 8 and scores.sum() == 8

# %% cell-24
assert out[4, 1] > 0.99 and out[4, 0] == 0

# %% cell-26
assert math.isclose(weights[4, 1], math.exp(8) / (math.exp(8) + 4), abs_tol=1e-6)
assert round(weights[4, 1].item(), 3) == 0.999
assert torch.allclose(weights[2, :3], torch.tensor(1 / 3))
assert torch.equal(weights_round, weights)
assert torch.allclose(out_round, out.flip(1))  # the two columns swapped

# %% cell-30
assert layer.weight.shape == (2, C) and layer.bias is None
with_bias = nn.Linear(C, 2)
assert torch.allclose(with_bias(x), x @ with_bias.weight.T + with_bias.bias)

# %% cell-33
assert shuffled and not torch.allclose(after, before)

# %% cell-35
assert not torch.allclose(after, before[order], atol=0.01)

# %% cell-38
assert abs(products.var() / 64 - 1) < 0.05 and abs((products / 8).var() - 1) < 0.05

# %% cell-41
assert (scaled[:, 0] - 0.24).abs().max() < 0.03 and (scaled[:, 1] - 0.27).abs().max() < 0.03
assert 0.35 < unscaled[0, 0] < 0.5 and unscaled[-1, 0] > 0.9
assert unscaled[2, 1] < 0.3 * scaled[2, 1] and unscaled[-1, 1] < 0.001

# %% cell-47
assert torch.allclose(head(x[:, :3]), head(x)[:, :3], atol=1e-6)  # a shorter text
assert "mask" not in head.state_dict()

# %% cell-55
assert found == {"honest": False, "leaky": True}

# %% cell-57
assert sees_the_future(holed, idx, T // 2) and not sees_the_future(holed, idx, T // 2 + 1)

# %% cell-63
assert limit + 0.5 < toy_loss < toy_baselines["bigram"] - 0.5

# %% cell-64
step_losses = dict(zip(*history.series("val_loss"), strict=True))
assert step_losses[400] < toy_baselines["bigram"] and abs(toy_loss - 1.1) < 0.2
assert round(toy_baselines["bigram"], 2) == 1.95 and round(limit, 2) == 0.21
assert 0.35 < (toy_baselines["bigram"] - toy_loss) / (toy_baselines["bigram"] - limit) < 0.65

# %% cell-69
assert leak_loss < 0.1 < limit

# %% cell-72
assert on_next.mean() > 0.9
assert sees_the_future(leaky, idx, T // 2) and not sees_the_future(honest, idx, T // 2)
with torch.no_grad():
    for model in (honest, leaky):  # these are the weights that the head uses
        value = model.head.value(model.embed(idx))
        used = weights_of(model, idx).to(device) @ value
        assert torch.allclose(used, model.head(model.embed(idx)), atol=1e-4)

# %% cell-77
assert abs(gain) < 0.1 and round(real_baselines["bigram"], 2) == 2.54

# %% cell-81
assert 0.02 < real_loss - losses["HeadPlusValue"] < 0.12 < 0.15 < real_loss - losses["HeadPlusInput"] < 0.3
sizes_of = {library.count_parameters(model) for model in (reader, *trained.values())}
assert len(sizes_of) == 1

# %% cell-83
windows = real_windows[0][:256]
assert weights_of(reader, windows).diagonal(dim1=1, dim2=2).mean() > 0.5
assert weights_of(trained["HeadPlusInput"], windows).diagonal(dim1=1, dim2=2).mean() < 0.2

# %% cell-87
assert seen.triu(1).sum() == 0 and torch.allclose(seen.sum(dim=-1), torch.ones(len(sentence)))
assert (back[2:] <= 1).float().mean() > 0.5 and back.max() >= 2
assert seen[sentence.index("l"), 0] > 0.8

# %% cell-90
assert looks[quotation.index("[")] < 0.2

# %% cell-94
assert torch.allclose(row_of(sentence, 12), seen[12, :13], atol=1e-6)
try:
    attention_of("Xado lost a red key", 0)
    raise AssertionError("an X was read")
except ValueError as error:
    assert "'X' at position 0 is not in the vocabulary" in str(error)

# %% cell-99
assert output["a[bc."] == output["a(bc."] < 0.01 and round(without_bracket["a[bc."], 2) == 0.75
assert F.softmax((x @ W_key.T) @ (x[4] @ W_query.T), dim=-1)[1] > 0.99

# %% cell-101
assert torch.allclose(log_p[:, 0], F.log_softmax(honest(x)[:, -1], dim=-1), atol=1e-3)

# %% cell-104
assert top_cost.mean() > 1 and 0.03 < kept_share < 1 / 3 and 0.45 < agreeing < 0.75

# %% cell-105
small = weights < 0.01
assert cost.min() < -1 and cost.max() > 10 and cost[small].abs().max() < 0.5
assert cost[weights > 0.5].std() > 10 * cost[small].std()

# %% cell-112
assert (sums[:, :-1] < 0.999).all() and torch.allclose(sums[:, -1], torch.ones(2))

# %% cell-114
assert (late_changed - late)[:, :-1].abs().max() > 1e-3

# %% cell-116
assert zeroed[:, 0, 1:].sum() > 0.5 and right[:, 0, 1:].sum() == 0

# %% cell-118
assert not sees_the_future(turned, idx, T // 2)
turned.head.mask = turned.head.mask.T
assert sees_the_future(turned, idx, T // 2)
turned.head.mask = ~turned.head.mask.T  # `mask` for `~mask`
only_later = F.softmax(torch.zeros(T, T).masked_fill(~turned.head.mask.cpu(), float("-inf")), dim=-1)
assert only_later[-1].isnan().all() and not only_later[:-1].isnan().any() and only_later[:-1].tril().sum() == 0

# %% cell-120
assert torch.allclose(columns.sum(dim=1), torch.ones(2, 5))
assert torch.allclose(right.sum(dim=-1), torch.ones(2, 5))  # the fix: dim=-1
assert (columns_later - columns)[:, :-1].abs().max() > 1e-3  # earlier ones move

# %% cell-122
assert abs((raw * scales["1/√d"]).var() - 1) < 0.2
assert all((raw * scales[name]).var() > 20 for name in ("left out", "multiplied", "1/√T"))

# %% cell-124
with torch.no_grad():
    for model in (honest, leaky):
        moved = (model(changed) - model(idx)).abs().amax(dim=(0, 2)) > 1e-5
        assert moved[-1] and moved[: T // 2].any() == (model is leaky)
