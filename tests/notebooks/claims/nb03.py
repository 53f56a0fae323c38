"""Claims of notebook 03, each behind the cell that it is about."""

# %% cell-9
assert math.isclose(probs.sum(), 1, abs_tol=1e-6)
assert (probs > 0).all() and torch.equal(probs.argsort(), order)

# %% cell-10
assert [round(p, 2) for p in probs.tolist()[:3]] == [0.66, 0.24, 0.09] and 0 < probs[3] < 0.005
assert torch.allclose(probs[:2] / probs[1:3], torch.tensor(math.e)) and round(math.e, 2) == 2.72

# %% cell-15
assert torch.allclose(moved, probs)

# %% cell-18
assert int(1000 / math.log(10)) + 1 == 435  # digits before the point

# %% cell-20
assert torch.tensor(88.0).exp().isfinite() and torch.tensor(89.0).exp().isinf()

# %% cell-22
assert torch.allclose(stable, small.exp() / small.exp().sum())
assert torch.allclose(F.softmax(logits, dim=0), probs)
assert torch.allclose(F.softmax(large, dim=0), stable)

# %% cell-28
assert torch.allclose(log_sum_exp(large), torch.logsumexp(large, dim=0))
assert round(log_sum_exp(large).item(), 2) == 1002.41

# %% cell-30
assert log_sum_exp(near_3000) - near_3000[0] == 0 and F.log_softmax(near_3000, dim=0)[0] < -4e-5
assert 0.0002 < torch.nextafter(near_3000[0], torch.tensor(4000.0)) - 3000 < 0.0003
assert torch.allclose(log_probs, F.log_softmax(far, dim=0))
assert log_probs.tolist() == [0.0, -200.0]

# %% cell-32
assert torch.allclose(rows, F.softmax(batch, dim=1))
assert torch.allclose(rows.sum(dim=1), torch.ones(2))

# %% cell-35
assert [round(p, 2) for p in rows[0].tolist()] == [0.67, 0.24, 0.09]
assert [round(p, 2) for p in wrong[0].tolist()] == [0.88, 0.73, 0.05]
assert round(wrong[0].sum().item(), 2) == 1.66

# %% cell-40
assert positions and not characters

# %% cell-42
assert torch.allclose(right.sum(dim=-1), torch.ones(B, T))

# %% cell-44
assert round(entropy.item(), 2) == 0.86 and round(entropy.exp().item(), 1) == 2.4

# %% cell-46
assert math.isclose(most, math.log(V), abs_tol=1e-6)

# %% cell-48
assert (H > 0).all() and (H < math.log(V)).all()

# %% cell-50
assert torch.allclose(F.softmax(real, dim=-1), counted) and real.shape == (84, 84)

# %% cell-52
assert (
    tokenizer.decode(after_t.argmax()) == "h" and round(after_t.max().exp().item(), 2) == 0.33
)

# %% cell-53
assert torch.allclose(cold, after_t.exp() ** 2 / (after_t.exp() ** 2).sum())

# %% cell-58
assert "h, with probability 0.33." in normal and "guessing among 8.9." in normal
assert round(after_t.exp()[tokenizer.encode(" ")[0]].item(), 2) == 0.24
assert "h, with probability 0.96." in cold_one and "h, with probability 0.09." in hot_one
assert "guessing among 37.8." in hot_one and tokenizer.decode(after_t.topk(2).indices) == "h "

# %% cell-60
assert coldest.argmax() == after_t.argmax() and coldest.max() > 0.999
assert torch.allclose(hottest, torch.full((84,), 1 / 84, dtype=torch.float64), rtol=0.01)

# %% cell-61
assert (entropies[1:] >= entropies[:-1] - 1e-6).all() and round(math.log(84), 2) == 4.43
assert entropies[0] < 0.01 and math.log(84) - entropies[-1] < 0.01

# %% cell-67
assert [round(x, 2) for x in losses.tolist()] == [0.41, 0.22, 2.21]

# %% cell-69
assert torch.allclose(loss, F.cross_entropy(logits, targets))

# %% cell-71
assert torch.allclose(per_row, losses)
assert torch.allclose(F.cross_entropy(logits, targets, reduction="none"), losses)  # (N,)
assert torch.allclose(F.cross_entropy(logits, targets, reduction="sum"), losses.sum())
assert torch.allclose(F.cross_entropy(logits, targets, reduction="mean"), losses.mean())

# %% cell-76
assert math.isclose(loss, math.log(84), abs_tol=1e-5)

# %% cell-78
assert abs(first[0] - math.log(84)) < 0.01 and first == sorted(first)
assert 2.7 < first[-1] / math.log(84) < 3

# %% cell-81
assert torch.allclose(by_hand, F.cross_entropy(logits, q))

# %% cell-83
assert torch.allclose(F.cross_entropy(logits, one_hot), F.cross_entropy(logits, targets))

# %% cell-86
assert math.isclose(costs.min(), entropy, abs_tol=1e-4) and (costs >= entropy - 1e-6).all()

# %% cell-87
assert round(entropy.item(), 2) == 0.5 and round(math.log(2), 2) == 0.69
assert math.isclose(costs[49], math.log(2), abs_tol=1e-5)  # p[49] is 0.5
assert costs[95] < math.log(2) < costs[96]  # 0.96 and 0.97
assert math.isclose(best, 0.8, abs_tol=1e-6)

# %% cell-91
assert torch.allclose(cross, entropy + kl) and kl > 0
assert torch.allclose(kl, F.kl_div(guessed.log(), truth, reduction="sum"))

# %% cell-96
assert down == ["r"]

# %% cell-98
assert torch.allclose(slopes, F.softmax(z, dim=0) - is_target, atol=1e-5)

# %% cell-100
assert torch.allclose(z.grad, slopes, atol=1e-5)
assert torch.allclose(z.grad, F.softmax(z, dim=0) - is_target)

# %% cell-102
assert [round(x, 2) for x in push.tolist()] == [-0.64, 0.76, -0.09, -0.03]
assert abs(push.sum()) < 1e-9

# %% cell-106
assert torch.allclose(tracked.grad, by_hand)

# %% cell-108
assert torch.allclose(F.softmax(z, dim=0), q, atol=0.01)

# %% cell-109
assert math.isclose(losses[0], math.log(4), abs_tol=1e-6) and round(math.log(4), 2) == 1.39
assert round(entropy, 2) == 1.14 and 0 <= losses[-1] - entropy < 0.001
assert all(a > b for a, b in zip(losses, losses[1:], strict=False))

# %% cell-113
assert torch.allclose(smooth.sum(dim=-1), torch.ones(N))
assert torch.allclose(by_hand, F.cross_entropy(logits, targets, label_smoothing=0.1))

# %% cell-116
assert torch.allclose(p[:2], F.softmax(masked[:2], dim=0))

# %% cell-119
assert math.isclose(fed, math.log(1 + 83 / math.e), abs_tol=1e-5)

# %% cell-123
assert [round(x.item(), 2) for x in (fed[0], fed[-1], right[0])] == [4.42, 3.45, 3.91]
assert right[0] - right[1] > 30 * (fed[0] - fed[1])
assert F.cross_entropy(logits_of_perfect, torch.tensor([7])) < 1e-6

# %% cell-127
assert torch.allclose(flat, turned)

# %% cell-129
assert abs(silent - correct) > 0.01

# %% cell-133
assert math.isclose(-terms.sum(), math.log(2), abs_tol=1e-6)
assert torch.allclose(torch.special.entr(certain), -terms)

# %% cell-137
assert F.softmax(nobody, dim=0).tolist() == [1.0, 0.0, 0.0]
