"""Claims of notebook 03, each behind the cell that it is about."""

# %% cell-7
order = logits.argsort()  # the indices, from the smallest logit to the largest
assert torch.equal(logits.exp().argsort(), order) and (logits.exp() > 0).all()
for other in (logits**2, logits.abs()):
    assert other.argmax() == logits.argmin() == 3 and (other >= 0).all()

# %% cell-9
assert math.isclose(probs.sum(), 1, abs_tol=1e-6)
assert torch.equal(probs.argsort(), logits.argsort())
assert torch.allclose(probs[:2] / probs[1:3], torch.tensor(math.e)) and round(math.e, 2) == 2.72

# %% cell-15
assert torch.allclose(moved, probs)

# %% cell-20
assert torch.tensor(88.0).exp().isfinite() and torch.tensor(89.0).exp().isinf()
assert round(torch.finfo(torch.float32).max / 1e38, 1) == 3.4

# %% cell-22
small = torch.tensor([0.0, 1.0, 2.0])
assert torch.allclose(stable, small.exp() / small.exp().sum())

# %% cell-32
assert (batch - batch.amax(dim=1, keepdim=True)).tolist() == [[0, -1, -2], [-3, -3, 0]]
by_hand = [[round(p, 2) for p in row] for row in F.softmax(batch, dim=-1).tolist()]
assert by_hand == [[0.67, 0.24, 0.09], [0.05, 0.05, 0.91]]

# %% cell-24
assert torch.allclose(softmax(batch.T, dim=0).T, F.softmax(batch, dim=-1))

# %% cell-50
assert real.shape == (84, 84) and tokenizer.vocab_size == 84

# %% cell-56
normal, cold, hot = (at_temperature("t", t)[1] for t in (1.0, 0.1, 3.0))  # the captions
assert "h, with probability 0.33." in normal and explorer.caption == normal
assert "h, with probability 0.96." in cold and "h, with probability 0.09." in hot
after_t = real[tokenizer.encode("t")[0]]
top = [softmax(after_t / t).topk(10) for t in (1.0, 3.0)]
assert torch.equal(top[0].indices, top[1].indices)
assert top[1].values[0] / top[1].values[9] < 3 < 10 < top[0].values[0] / top[0].values[9]

# %% cell-116
ruled_out = softmax(torch.tensor([1.0, 2.0, float("-inf")]))
assert ruled_out[2] == 0 and torch.allclose(ruled_out[:2], softmax(torch.tensor([1.0, 2.0])))

# %% cell-40
assert torch.allclose(wrong.sum(dim=1), torch.ones(2, 4))
assert not torch.allclose(wrong.sum(dim=2), torch.ones(2, 3)) and not torch.allclose(
    wrong.sum(dim=(1, 2)), torch.ones(2)
)

# %% cell-35
assert [round(p, 2) for p in tables[1][0].tolist()] == [0.88, 0.73, 0.05]
assert round(tables[1][0].sum().item(), 2) == 1.66

# %% cell-164
assert round(-math.log(0.1), 1) == 2.3 and -torch.tensor(0.0).log() == math.inf

# %% cell-165
assert max(losses) == losses[2] and chars[logits[2].argmax()] == "r" and chars[targets[2]] == "y"
assert round(sum(losses) / N, 3) == 0.948
assert logits[torch.arange(N), targets].tolist() == [2, 2.5, 1]

# %% cell-67
by_index = [logits[row, column].item() for row, column in ((0, 3), (2, 1), (0, 1))]
assert by_index == logits[[0, 2, 0], [3, 1, 1]].tolist() == [-3, 3, 1]

# %% cell-26
assert F.log_softmax(far, dim=-1).tolist() == [0.0, -200.0]
assert torch.tensor(-200.0).exp() == 0
assert 1 <= (far - far.max()).exp().sum() < 1 + 1e-6
sums = logits.exp().sum(dim=-1, keepdim=True).log()
assert sums.shape == (N, 1)

# %% cell-71
assert round(cross_entropy(logits, targets).item(), 3) == 0.948

# %% cell-76
assert round(math.log(4), 3) == 1.386 and math.isclose(
    cross_entropy(knows_nothing, came[1:]), math.log(84), abs_tol=1e-5
)
assert 2.4 < cross_entropy(real[came[:-1]], came[1:]) < 2.6

# %% cell-78
assert abs(first[0] - math.log(84)) < 0.01 and first == sorted(first)
assert 2.7 < first[-1] / math.log(84) < 3

# %% cell-86
assert math.isclose(best, 0.8, abs_tol=1e-6)

# %% cell-87
assert round(entropy, 2) == 0.5 and round(math.log(2), 2) == 0.69
assert math.isclose(costs.min(), entropy, abs_tol=1e-4) and (costs >= entropy - 1e-6).all()

# %% cell-95
one_hot = torch.tensor([0.0, 1.0, 0.0, 0.0], dtype=torch.float64)
assert torch.allclose(torch.tensor(slopes, dtype=torch.float64), softmax(z)[0] - one_hot, atol=1e-5)

# %% cell-100
assert torch.allclose(z.grad, softmax(z.detach()) - torch.tensor([0.0, 1.0, 0.0, 0.0]), atol=1e-9)

# %% cell-102
assert (-z.grad[0]).argmin() == 0 and chars[0] == "e" and abs(z.grad.sum()) < 1e-9

# %% cell-119
assert math.isclose(fed, math.log(1 + 83 / math.e), abs_tol=1e-5) and round(fed.item(), 2) == 3.45
assert 0.95 < math.log(84) - fed < 1.05  # about one nat below knowing nothing
for scale in (1, 10, 100):  # whatever probabilities a model gives, it gets no lower this way
    given = softmax(scale * torch.randn(2000, 84))
    assert F.cross_entropy(given, torch.full((2000,), 7), reduction="none").min() > fed - 1e-5

# %% cell-123
assert F.cross_entropy(perfect.log(), torch.tensor([7])) == 0
assert F.cross_entropy(50 * perfect, torch.tensor([7])) < 1e-6

# %% cell-125
try:
    F.cross_entropy(outputs, wanted)
except RuntimeError as refused:
    assert "[2, 4]" in str(refused)
else:
    raise AssertionError("(B, T, V) was taken")

# %% cell-127
square, came = torch.randn(2, 4, 4), torch.randint(4, (2, 4))  # T = V: no error, another loss
assert abs(F.cross_entropy(square, came) - F.cross_entropy(square.view(-1, 4), came.view(-1))) > 1e-3
