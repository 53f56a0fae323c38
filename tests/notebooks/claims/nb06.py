"""Claims of notebook 06, each behind the cell that it is about."""

# %% cell-sizes
assert 9 < V**4 / len(text) < 11 and 8e5 < 4 * V**9 / 1e12 < 8.5e5

# %% cell-squeezed
assert sum(p.numel() for p in squeezed.parameters()) == 420 and V * V == 7056

# %% cell-near
bigram = baselines.bigram(train, val, V)
last = sum(losses[-50:]) / 50
assert 0.2 < last - bigram < 0.4 and min(distance, key=distance.get) == "p"

# %% cell-map-picture
final = maps[-1]
vowels, others = tokenizer.encode("aiou"), tokenizer.encode("bdfghklmnprstwy")
centre = final[vowels].mean(dim=0)
assert (final[vowels] - centre).norm(dim=1).mean() < 0.6 * (final[others] - centre).norm(dim=1).mean()

# %% cell-slider
assert float(torch.stack(maps)[:, places].abs().max()) < 4
assert "a" in tokenizer.decode(places) and len(maps) == 41

# %% cell-xor
assert hidden.sum(dim=1).tolist() == [0, 1, 1, 0]

# %% cell-two
assert sum(p.numel() for p in eight.parameters()) == 55956 < V**3 / 10
two_loss, eight_loss, bigram = loss_on(val, two, 2), loss_on(val, eight, 8), baselines.bigram(train, val, V)
assert 0.35 < bigram - two_loss < 0.45 and 0.1 < two_loss - eight_loss < 0.2

# %% cell-linear-train
assert gap > 0.2 and -0.15 < loss_on(val, linear, 8) - baselines.bigram(train, val, V) < 0.1

# %% cell-bars
share = {pair: text.count(pair + "u") / text.count(pair) for pair in ("o", "yo", "to")}
assert 0.15 < share["o"] < 0.25 and share["yo"] > 0.95 and share["to"] < 0.05

# %% cell-toy-code
toy_loss, toy_bigram = loss_on(toy_val, toy, 8), baselines.bigram(toy_train, toy_val)
limit = baselines.ToyLanguage().nats_per_char(toy_text)
assert round(limit, 2) == 0.21 and limit < toy_loss < limit + 0.25 * (toy_bigram - limit)

# %% cell-nudge
assert math.isclose(measured, bias.grad[0].item(), rel_tol=0.2, abs_tol=1e-4)

# %% cell-cost
assert ratio < 20

# %% cell-graph-after
assert [v.grad for v in (L, r, h, s, b, w, x)] == [1, 4, 4, 4, 4, 12, 8]

# %% cell-same
assert len(weights) == 9

# %% cell-descend
scores = [network(weights, Value(p), Value(q)).data for p, q in pairs.tolist()]
assert scores[0] < -1 and scores[1] > 1 and scores[2] > 1 and scores[3] < -1

# %% cell-whole-code
assert grad_weight.numel() == 32768

# %% cell-pit1
assert (a.grad, again.grad) == (1, 2)

# %% cell-pit2
assert largest == 0 and dead.hidden.weight.grad.abs().max() > 0
dead = MLP(V, 8, 16, 256)
nn.init.constant_(dead.hidden.bias, -30.0)
optimizer = torch.optim.AdamW(dead.parameters(), lr=5e-3)
for _ in range(20):
    optimizer.zero_grad()
    loss_of(dead).backward()
    optimizer.step()
    assert dead.hidden.weight.grad.abs().max() == 0
assert (dead.hidden(dead.embedding(inputs).flatten(1)) > 0).sum() == 0

# %% cell-pit3
assert loss_of(fresh).item() - math.log(V) < 0.05
