"""Claims of notebook 05, each behind the cell that it is about."""

# %% cell-3
assert len(train) + len(val) == len(text)  # nothing is cut off

# %% cell-6
assert counts.sum() == len(train) - 1 and counts[q, u] / counts[q].sum() > 0.99

# %% cell-9
assert torch.allclose(counted.sum(dim=1), torch.ones(V, dtype=torch.float64))
assert math.isclose(counted_loss, baselines.bigram(train, val, V)) and round(counted_loss, 4) == 2.5418
assert V == 84 and V**2 == 7056

# %% cell-11
table = counted[places][:, places]
brightest = [shown[i // len(shown)] + shown[i % len(shown)] for i in table.flatten().topk(4).indices.tolist()]
assert brightest == ["qu", ".\n", "ve", ", "]
assert (table > 0.5).float().mean() < 0.01

# %% cell-29
_x = torch.randn(2, 3)
assert linear.weight.shape == (5, 3) and torch.allclose(linear(_x), _x @ linear.weight.T)

# %% cell-204
assert model(x).shape == (256, 32, V)

# %% cell-206
assert torch.allclose(counted_model.table.weight.softmax(dim=1).double(), counted, atol=1e-6)

# %% cell-211
assert abs(validation_loss(counted_model) - counted_loss) < 5e-5

# %% cell-34
assert math.log(V) + 0.4 < first_loss < math.log(V) + 0.6
zeros = Bigram(V)
nn.init.zeros_(zeros.table.weight)
assert math.isclose(loss_of(zeros, x, y).item(), math.log(V), abs_tol=1e-5)

# %% cell-38
assert model.table.weight.grad is None

# %% cell-43
assert predicted < actual
assert math.isclose(share * (predicted - actual), model.table.weight.grad[e, space], abs_tol=1e-5)

# %% cell-45
assert 0 < loss.item() - loss_of(model, x, y).item() < 0.01

# %% cell-51
assert list(tables) == [0, 5, 10, 20, 50, 100, 200, 400, 500] and len(losses) == 500
steps_below = [next(step for step, loss in measured.items() if loss < level) for level in (math.log(V), 3.33)]
assert steps_below[0] <= 20 and steps_below[1] <= 50
_probs = {step: tables[step].softmax(dim=-1)[places][:, places] for step in (0, 50)}
assert _probs[0].max() < 0.35 and _probs[50][shown.index("q"), shown.index("u")] > 0.8

# %% cell-59
assert abs(learned_loss - counted_loss) < 0.01

# %% cell-53
_counted_on_train = -counted.log()[train[:-1], train[1:]].mean().item()
_learned_on_train = sum(losses[-50:]) / 50
assert 0 < _learned_on_train - _counted_on_train < 0.02 and _learned_on_train < counted_loss - 0.02

# %% cell-64
assert (learned[e] - counted[e]).abs().max() < 0.02

# %% cell-218
_grads = [m.table.weight.grad.abs().max().item() for m in (model, counted_model)]
assert 1e-4 < min(_grads) <= max(_grads) < 0.003 and m is counted_model and len(x) == 4096

# %% cell-16
assert abs((drawn == u).float().mean() - counted[q, u]) < 0.01

# %% cell-66
words_of = lambda text: [word for word in text.split() if word]
_lengths = [sum(map(len, words)) / len(words) for words in (words_of(write(model, 4000)), words_of(text[:300_000]))]
assert abs(_lengths[0] - _lengths[1]) < 0.6

# %% cell-229
toy = baselines.ToyLanguage()
_, _toy_val_text = train_val_split(toy_text)
_exact = toy.nats_per_char(_toy_val_text[_toy_val_text.index("\n") + 1 :])
assert abs(_exact - limit) < 0.005
assert abs(toy_loss - 1.96) < 0.006 and abs(toy_loss - _exact - 1.75) < 0.006

# %% cell-238
assert abs(toy_bigram - 1.95) < 0.006 and 0 < toy_loss - toy_bigram < 0.02
