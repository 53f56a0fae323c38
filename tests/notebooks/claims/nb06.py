"""Claims of notebook 06, each behind the cell that it is about."""

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
assert 0.35 < bigram - two_loss < 0.45 and abs(two_loss - eight_loss - 0.17) < 0.015

# %% cell-linear-train
assert gap > 0.2 and -0.15 < loss_on(val, linear, 8) - baselines.bigram(train, val, V) < 0.1

# %% cell-bars
share = {pair: text.count(pair + "u") / text.count(pair) for pair in ("o", "yo", "to")}
assert 0.15 < share["o"] < 0.25 and share["yo"] > 0.95 and share["to"] < 0.05

# %% cell-cost
assert ratio < 20

# %% cell-graph-after
assert {name: value.grad for name, value in graph.items()} == dict(x=8, w=12, b=4, s=4, h=4, r=4, L=1)

# %% cell-descend
assert len(weights) == 9 and loss.data < 0.2
scores = [network(weights, Value(x1), Value(x2)).data for x1, x2, _ in examples]
assert scores[0] < -1 and scores[1] > 1 and scores[2] > 1 and scores[3] < -1

# %% pit1-code
assert (a.grad, again.grad) == (1, 2)

# %% cell-pit2
assert not alive
dead.zero_grad()
batch_loss(dead).backward()
for name, parameter in dead.named_parameters():  # only one of the five can still learn
    assert (parameter.grad.abs().max() > 0) == (name == "output.bias"), name
assert loss_on(val, dead, 8) < math.log(V) - 0.5  # and the loss has fallen
logits = dead(inputs)[:, 0]
assert torch.equal(logits, dead.output.bias.expand_as(logits))  # a unigram: the same for every text

# %% cell-pit2-fixed
assert loss_on(val, dead, 8) < baselines.bigram(train, val, V) < baselines.unigram(train, val, V)

# %% pit3-code
assert abs(batch_loss(fresh).item() - math.log(V)) < 0.05
nn.init.normal_(fresh.output.weight, std=1.0)
assert batch_loss(fresh).item() > math.log(V) + 0.5  # certain of nonsense
