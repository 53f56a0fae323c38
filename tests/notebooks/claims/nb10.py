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

# %% cell-35
assert torch.allclose(ours(x), theirs(x), rtol=0, atol=1e-6)

# %% cell-37
assert torch.allclose(biased, nn.LayerNorm(4)(small), atol=1e-6)

# %% cell-40
assert constant.tolist() == [0] * 4 and without_eps.isnan().all()

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
assert min(moved, switched) > 0.5 and fits < 0.1 and max(difference["LayerNorm"]) < 1e-5

# %% cell-57
assert all(0.055 < norms[-1] < 0.1 for norms, _ in post)
assert 0.065 < pre[0][0][-1] < 0.085 and 0.35 < pre[-1][0][-1] / pre[0][0][-1] < 0.5
assert all(abs(size - 1) < 0.05 for _, size in post) and 1.8 < pre[-1][1] < 3
assert all(a[1] < b[1] for a, b in zip(pre, pre[1:]))

# %% cell-62
assert measured(12, False, "none")[0][0] < 1e-10 * measured(12, False, "none")[0][-1]
assert [type(layer.part) for layer in pile(config, 2)] == 2 * [CausalSelfAttention, FeedForward]

# %% cell-65
assert abs(share - 0.2) < 0.01 and abs(dropped.mean() - 1) < 0.02 and len(kept) == 1
assert math.isclose(kept.item(), 1 / 0.8, rel_tol=1e-6)
assert not torch.equal(dropout(ones), dropout(ones))  # other numbers at each call
assert torch.equal(dropout.eval()(ones), ones)  # switched off: nothing changes at all

# %% cell-71
assert table["train()", "with gradients"][:2] == [True, True]
assert table["train()", "no_grad"] == [True, False, 0]
assert table["eval()", "with gradients"][:2] == [False, True]
assert table["eval()", "no_grad"] == [False, False, 0]
assert 0.5 < in_eval / in_train < 1

# %% cell-75
assert torch.equal(block(x), same(x)) and block(x).shape == x.shape
assert not any(sees_the_future(block, x, cut) for cut in range(1, 16))
assert 0.6 < parts[1] / parts[0] < 0.7

# %% cell-81
assert abs(first_losses[0.02] - math.log(V)) < 0.05 and excess > 5

# %% cell-82
assert round(math.log(V), 2) == 3.81
assert all(abs(first_losses[std] - estimates[std]) < 0.2 for std in stds if std <= 0.1)
assert abs(first_losses[0.2] - estimates[0.2]) < 0.6
assert first_losses[0.05] < math.log(V) + 0.15 and 14 < first_losses[1.0] < 21 < estimates[1.0]

# %% 44346282
assert math.isclose(z.exp().mean(), math.exp(s**2 / 2), rel_tol=0.02)

# %% cell-88
assert moves[0] < -3 and abs(moves[1]) < 0.5 and 2.2 < moves[2] < 2.8
assert round(right_std, 3) == 0.088

# %% cell-90
assert 1 / 20 < revived[0] / revived[-1] < 20

# %% cell-93
assert all(torch.equal(a, b) for a, b in zip(models[0].parameters(), models[1].parameters()))
assert abs(beginning - math.log(V) - 0.15) < 0.3 and round(768 * 0.02**2, 2) == 0.31

# %% de68ef01
assert all(0.08 < begins < 0.12 and 0.27 < ends < 0.45 for begins, ends in sizes.values())
assert abs(sizes[1][1] - sizes[32][1]) < 0.1

# %% cell-99
assert alone - in_turn > 0.03 and in_turn - whole > 0.02 and limit < whole and 0.15 < gain < 0.4

# %% cell-102
assert all(curve[3] < toy_baselines["bigram"] for curve in curves)  # after 150 steps
assert limit < whole < in_turn < alone and round(limit, 2) == 0.21

# %% cell-105
assert abs(ablation["no residual"] - toy_baselines["unigram"]) < 0.1
assert not (ablation["no norm"] < ablation["whole"] + 0.3)  # not: it may be nan
assert ablation["no feed-forward"] > ablation["whole"] + 0.05
assert abs(ablation["post-norm"] - ablation["whole"]) < 0.3
assert round(toy_baselines["unigram"], 2) == 2.99

# %% cell-108
assert change < -0.1 and fast["post-norm"] > ablation["post-norm"] + 0.2
assert not (fast["no norm"] < ablation["no norm"])  # no better, or nan

# %% cell-110
assert cosines["whole"] < 0.5 < cosines["feed-forward only"] < 0.95
assert min(cosines["no residual"], cosines["attention only"]) > 0.97

# %% cell-114
assert sees_the_future(over_time, x, 8)
assert not sees_the_future(nn.LayerNorm(x.shape[-1]), x, 8)  # the mend: the last dimension

# %% cell-116
assert not torch.equal(handed, made)  # but the caller's tensor has changed
assert torch.equal(handed, x)

# %% cell-120
assert torch.allclose(two(x), x @ W.T + b, atol=1e-5)
assert not torch.allclose(bent(x), x @ W.T + b, atol=0.01)
