"""Claims of notebook 05, each behind the cell that it is about."""

# %% cell-6
assert counts.sum() == len(train) - 1

# %% cell-7
assert pair == "qu" and counts[q, u] / counts[q].sum() > 0.99

# %% cell-9
assert torch.allclose(counted.sum(dim=1), torch.ones(V, dtype=torch.float64))
assert (counts[q, u], counts[q].sum()) == (2477, 2478) and round(counted[q, u].item(), 3) == 0.967

# %% cell-11
table = counted[places][:, places]
brightest = [shown[i // len(shown)] + shown[i % len(shown)] for i in table.flatten().topk(4).indices.tolist()]
assert brightest == ["qu", ".\n", "ve", ", "]
before_a_space = [shown[i] for i in table[:, shown.index(" ")].topk(3).indices.tolist()]
assert before_a_space == [",", "y", "d"]

# %% cell-16
assert abs(share - counted[q, u]) < 0.02

# %% cell-18
assert sorted(without.tolist()) == [0, 1, 2, 3, 4]

# %% cell-19
written, real = write(counted, 10_000).split(), text[:300_000].split()
mean_length = [sum(map(len, words)) / len(words) for words in (written, real)]
short = [sum(len(word) < 3 for word in words) / len(words) for words in (written, real)]
long = [sum(len(word) > 9 for word in words) / len(words) for words in (written, real)]
assert abs(mean_length[0] - mean_length[1]) < 0.4 and short[0] > 1.3 * short[1] and long[0] > 1.3 * long[1]

# %% cell-21
assert math.isclose(counted_loss, baselines.bigram(train, val, V)) and round(counted_loss, 2) == 2.54

# %% cell-23
assert torch.allclose(by_hand[0, :-1] / by_hand[0, 1:], torch.tensor(math.e))

# %% cell-29
assert linear.weight.shape == (3, V)

# %% cell-34
assert math.log(V) + 0.3 < first_loss < math.log(V) + 0.7

# %% cell-38
assert model.table.weight.grad is None

# %% cell-43
assert gradient < 0 and math.isclose(gradient, measured, rel_tol=0.05)

# %% cell-45
assert after < loss.item()

# %% cell-47
with torch.no_grad():
    assert not loss_of(model, x, y).requires_grad

# %% cell-53
steps, losses = history.series("val_loss")
crossed = [next(step for step, loss in zip(steps, losses) if loss < lines[name]) for name in ("uniform", "unigram")]
assert crossed[0] <= 20 and crossed[0] < crossed[1] <= 50

# %% cell-57
assert max(counted_here, counted_on_train) < counted_loss
assert history.last("val_loss") > counted_here - 0.002

# %% cell-59
assert abs(learned - counted_loss) < 0.01

# %% cell-61
apart = (learned_probs - counted).abs().amax(dim=1)  # (V,)
assert all(apart[tokenizer.encode(rare)[0]] > 0.1 for rare in "&1234")
assert max((apart[i].item(), shown[n]) for n, i in enumerate(places))[1] == "z"

# %% cell-63
assert gap < 0.05

# %% cell-71
assert wrong > right + 1

# %% cell-75
assert against_x < 0.001 and against_y > 50

# %% cell-86
assert 4.5 < slow.last("val_loss") < 4.65 and 2.6 < wild.last("val_loss") < 2.8
assert max(wild.series("val_loss")[1]) > 11
assert all(loss < math.log(V) for step, loss in zip(*wild.series("val_loss")) if step >= 250)
