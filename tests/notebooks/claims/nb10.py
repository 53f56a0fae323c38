"""Claims of notebook 10, each behind the cell that it is about."""

# %% cell-7
assert torch.allclose(said, torch.full((4,), 0.5), atol=1e-5)

# %% cell-9
assert torch.equal(relu(z), z.clamp(min=0))
assert torch.equal(relu(z), torch.maximum(z, torch.zeros(5)))

# %% cell-11
assert z.grad.tolist() == [0, 0, 0, 1, 1]

# %% cell-13
assert torch.equal(hidden @ W_2.T, exactly_one)

# %% cell-15
assert torch.equal(net(cases), net[2](net[1](net[0](cases))))  # calling one after the other

# %% cell-19
assert shuffled and not torch.allclose(after, before, atol=0.01)

# %% cell-23
assert ratio < 1e-10

# %% cell-25
assert torch.equal(with_residual[0](x), x + plain[0](x))

# %% cell-26
assert 1e-18 < plain_norms[0] < 1e-14 and 1e-3 < plain_norms[-1] < 1e-1
assert 2 / 3 < residual_norms[0] / residual_norms[-1] < 4 / 3

# %% cell-31
assert math.isclose(a.grad, 1.2**24, rel_tol=1e-4)

# %% fe9004d5
assert 0.2 < length < 0.3 and abs(cosine) < 0.15 and 1.5 < growth < 2.5
assert abs(1.2**24 - 80) < 1

# %% stream-grows
with torch.no_grad():
    sizes_so_far = [with_residual[:depth](x).std().item() for depth in range(25)]
assert all(a < b for a, b in zip(sizes_so_far, sizes_so_far[4:])) and sizes_so_far[-1] > 1.5 * sizes_so_far[0]

# %% cell-35
assert torch.allclose(ours(x), theirs(x), rtol=0, atol=1e-6)  # nearer than the lesson asks for

# %% cell-37
assert torch.allclose(biased, nn.LayerNorm(4)(small), atol=1e-6)

# %% cell-40
assert constant.tolist() == [0] * 4
assert (torch.zeros(4) / torch.zeros(4)).isnan().all()  # without eps

# %% cell-42
assert normed.mean(dim=-1).abs().max() < 1e-5  # (B, T), one mean for each position
assert (normed.var(dim=-1, unbiased=False) - 1).abs().max() < 1e-3
assert torch.allclose(norm(wide[:1]), normed[:1], atol=1e-6)  # the first text by itself

# %% cell-44
assert over_two.mean(dim=(1, 2)).abs().max() < 1e-5 and over_two.mean(dim=-1).abs().max() > 0.05

# %% cell-48
assert leaks == {"LayerNorm": False, "BatchNorm": True}
assert sees_the_future(nn.LayerNorm((16, 32)), x, 8)  # over T and C together: it leaks, too

# %% cell-50
assert name == "BatchNorm" and min(moved, switched) > 0.5 and fits < 0.1
with torch.no_grad():
    alone, together = norm(company[:1]), norm(company)[:1]
assert torch.allclose(alone, together, atol=1e-5) and torch.allclose(norm(wide)[:1], together, atol=1e-5)

# %% cell-55
pre, post = runs["pre"], runs["post"]
assert all(0.055 < norms[-1] < 0.1 for norms, _ in post)
assert 0.065 < pre[0][0][-1] < 0.085 and 0.35 < pre[-1][0][-1] / pre[0][0][-1] < 0.5
assert all(abs(size - 1) < 0.05 for _, size in post) and 1.8 < pre[-1][1] < 3
assert all(a[1] < b[1] for a, b in zip(pre, pre[1:]))
assert last_gradients["pre"][-1] == pre[-1][0][-1] and stream_sizes["post"][0] == post[0][1]

# %% cell-62
assert measured(12, False, "none")[0][0] < 1e-10 * measured(12, False, "none")[0][-1]
assert [type(layer.part) for layer in pile(config, 2)] == 2 * [CausalSelfAttention, FeedForward]
for version in ((True, "none"), (True, "pre"), (True, "post")):
    norms, _ = measured(12, *version)
    assert 1 / 3 < norms[0] / norms[-1] < 3
for place in ("pre", "post"):
    norms, _ = measured(12, False, place)
    assert 1 / 40 < norms[0] / norms[-1] < 40

# %% cell-65
kept = dropped[dropped > 0].unique()
assert abs(share - 0.2) < 0.01 and abs(dropped.mean() - 1) < 0.02 and len(kept) == 1
assert math.isclose(kept.item(), 1 / 0.8, rel_tol=1e-6)
assert not torch.equal(dropout(ones), dropout(ones))  # other numbers at each call
assert torch.equal(nn.Dropout(0.2).eval()(ones), ones)  # switched off: nothing changes at all

# %% cell-71
assert table["train()", "with gradients"][:2] == [True, True]
assert table["train()", "no_grad"] == [True, False, 0]
assert table["eval()", "with gradients"][:2] == [False, True]
assert table["eval()", "no_grad"] == [False, False, 0]
assert 0.5 < in_eval / in_train < 1

# %% cell-75
assert block(x).shape == x.shape and not any(sees_the_future(block, x, cut) for cut in range(1, 16))
assert 0.6 < parts[1] / parts[0] < 0.7

# %% cell-81
assert abs(first_losses[0.02] - math.log(V)) < 0.05 and excess > 5

# %% cell-82
estimates = {std: math.log(V) + C * std**2 / 2 for std in stds}
assert round(math.log(V), 2) == 3.81 and min(estimated) < 0.0021 and 0.99 < max(estimated) < 1.01
assert all(abs(first_losses[std] - estimates[std]) < 0.2 for std in stds if std <= 0.1)
assert abs(first_losses[0.2] - estimates[0.2]) < 0.6
assert first_losses[0.05] < math.log(V) + 0.15 and 14 < first_losses[1.0] < 21 < estimates[1.0]

# %% 44346282
assert math.isclose(z.exp().mean(), math.exp(s**2 / 2), rel_tol=0.02)

# %% cell-86
moves = [(layers[5].median() - layers[0].median()).item() for layers in activations.values()]
assert moves[0] < -3 and abs(moves[1]) < 0.5 and 2.2 < moves[2] < 2.8
assert round(right_std, 3) == 0.088

# %% cell-90
assert 1 / 20 < revived[0] / revived[-1] < 20

# %% cell-93
assert abs(beginning - math.log(V) - 0.15) < 0.3 and round(768 * 0.02**2, 2) == 0.31
own, kept = copy.deepcopy(models[0]), library.GPT(replace(toy_config, n_layer=2))
kept.load_state_dict(own.state_dict())  # the same names as the GPT of 11
with torch.no_grad():
    assert torch.allclose(own(idx), kept(idx), atol=1e-5)

# %% de68ef01
assert all(0.08 < begins < 0.12 and 0.27 < ends < 0.45 for begins, ends in sizes.values())
assert abs(sizes[1][1] - sizes[32][1]) < 0.1

# %% cell-99
assert alone - in_turn > 0.03 and in_turn - whole > 0.02 and limit < whole and 0.15 < gain < 0.4
assert alone - in_turn > gain / 2  # the largest part

# %% cell-100
assert all(losses[3] < toy_baselines["bigram"] for _, losses in curves.values())  # after 150 steps
assert all(steps[3] == 150 for steps, _ in curves.values())
assert limit < whole < in_turn < alone and round(limit, 2) == 0.21
n_parameters = [count_parameters(Model(toy_config, nn.Sequential(kind(toy_config)))) for kind in kinds.values()]
assert n_parameters[1] > 2 * n_parameters[0] and n_parameters[2] - n_parameters[1] == 256

# %% cell-105
assert abs(ablation["no residual"] - toy_baselines["unigram"]) < 0.1
assert not (ablation["no norm"] < ablation["whole"] + 0.3)  # not: it may be nan
assert ablation["no feed-forward"] > ablation["whole"] + 0.05
assert abs(ablation["post-norm"] - ablation["whole"]) < 0.3
assert round(toy_baselines["unigram"], 2) == 2.99
block_sizes = [count_parameters(pile(narrow, 6, **variants[name])) for name in ("no feed-forward", "whole")]
assert 0.3 < block_sizes[0] / block_sizes[1] < 0.37

# %% cell-108
assert change < -0.1 and fast["post-norm"] > ablation["post-norm"] + 0.2
assert not (fast["no norm"] < ablation["no norm"])  # no better, or nan

# %% cell-110
assert likeness["whole"] < 0.5 < likeness["feed-forward only"] < 0.95
assert min(likeness["no residual"], likeness["attention only"]) > 0.97

# %% cell-114
assert sees_the_future(over_time, x, 8)
assert not sees_the_future(nn.LayerNorm(x.shape[-1]), x, 8)  # the fix: the last dimension

# %% cell-116
assert not torch.equal(handed_over, x)
nn.Sequential(nn.Linear(32, 32), Residual(norm_first))(x).sum().backward()  # the fix: no error
untouched = x.clone()
Residual(feed_forward)(untouched)
assert torch.equal(untouched, x)
try:
    nn.Sequential(nn.Linear(32, 32), InPlace(norm_first))(x).sum().backward()
except RuntimeError as error:
    assert "modified by an inplace operation" in str(error)
else:
    raise AssertionError("x += f(x) gave no error")

# %% cell-118
for kind in (WrongPath, Sublayer):
    layer = kind(FeedForward(config), 32)
    nn.init.zeros_(layer.part.net[2].weight)
    nn.init.zeros_(layer.part.net[2].bias)
    assert torch.equal(layer(wide), wide) == (kind is Sublayer)

# %% cell-120
assert torch.allclose(two(x), x @ W.T + b, atol=1e-5)
bent = nn.Sequential(two[0], nn.ReLU(), two[1])
assert not torch.allclose(bent(x), x @ W.T + b, atol=0.01)
