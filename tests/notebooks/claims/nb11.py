"""Claims of notebook 11, each behind the cell that it is about."""

# %% cell-106
assert a.dtype == torch.float32 and layer.weight.dtype == torch.float64

# %% 5b51e4ee
B, C = x.shape[0], small.n_embd
assert tokens.shape == h.shape == (B, T, C) and logits.shape == (B, T, V)

# %% cell-25
assert sample_text(model, tokenizer, "\n", 120, seed=1) == written
assert sample_text(model, tokenizer, "\n", 120, seed=2) != written

# %% cell-30
assert sum(parts.values()) == count_parameters(model)
assert parts["feed-forward"] > 1.9 * parts["attention"] > 1.9 * parts["token\nembedding"]
assert (V, T, C) == (84, 64, 128) or preset != "cpu"

# %% cell-35
assert abs(first_loss - math.log(V)) < 0.25

# %% cell-37
assert 0.2 < variance < 0.4 and abs(first_loss - math.log(V) - variance / 2) < 0.05

# %% ac1fb4af
assert excess > 5

# %% cell-40
assert first_half < 1e-5 < second_half

# %% 58f28800
assert device.type != "cpu" or all(alike)

# %% cell-42
assert schedule[0] < schedule[50] < schedule[recipe.warmup_steps - 1] <= max(schedule) and schedule[-1] < 2e-4
assert recipe.betas == (0.9, 0.99) and 0.4 < 1000 / recipe.steps < 0.5 or preset != "cpu"
weight = torch.tensor([5.0, -0.1, 1e-3]).requires_grad_()  # the first step of Adam: as long for every gradient
adam = torch.optim.Adam([weight], lr=0.1, betas=recipe.betas)
before = weight.detach().clone()
(weight * torch.tensor([30.0, -1.0, 1e-4])).sum().backward()
adam.step()
assert torch.allclose((weight.detach() - before).abs(), torch.full((3,), 0.1), rtol=1e-3)

# %% cell-49
assert finished and history.learning_rate == [learning_rate_at(max(0, step - 1), recipe) for step in history.step]

# %% cell-53
assert samples[1][0] == recipe.eval_every and early_models  # early in the training
assert len(early) > 100 and length_off < 0.15 and invented > 0.3
letters = sum(char.isalpha() or char == "'" for char in tokenizer.decode(train)) / len(train)
assert abs(1 / (1 - letters) / real_length - 1) < 0.25  # the mean length of words in the text of a unigram

# %% cell-56
assert 0.5 < share < 0.95 and of_short > of_long + 0.1
assert invented > 1 - share  # it invents less in the end

# %% cell-62
at_a_tenth = history.val_loss[history.step.index(recipe.eval_every)]
assert recipe.eval_every <= recipe.steps / 10 and at_a_tenth < lines["bigram"]
assert lines["uniform"] < history.val_loss[0] < lines["uniform"] + 0.3
measured = [loss for loss in history.val_loss if loss is not None]
assert measured[-2] - measured[-1] < 0.02 < measured[1] - measured[2]  # flat at the end

# %% cell-64
assert val_loss <= 1.70
assert round(lines["bigram"], 2) == 2.54 and lines["bigram"] - val_loss > 0.8
assert round(math.exp(0.8), 1) == 2.2

# %% cell-69
assert abs(gap) < 0.15 or preset != "cpu"

# %% cell-71
if preset == "cpu":
    assert round(seen, 2) == 0.49
    assert 0.58 < never < 0.64 and 0.27 < once < 0.33 and 0.07 < 1 - never - once < 0.11

# %% 56f31fe5
grads = history.series("block_grad_norms")[1]
later = grads[max(1, len(grads) // 10) :]
at_first, later = grads[0], [sum(values) / len(values) for values in zip(*later)]
last_block = [sizes[-1] for sizes in stream]
assert growth > 3 and all(sizes[-1] > sizes[0] for sizes in stream)
if preset == "cpu":
    assert max(at_first) < 1.5 * min(at_first) and later[0] > 2 * later[-1]
    assert 1.05 * last_block[-1] < max(last_block) < 2 * last_block[-1]

# %% cell-83
margins = {"one head": 0.02, "several heads": 0.2, "one block": 0.2, "GPT": 0.005}
assert all(gains[name] > margin for name, margin in margins.items())
n_parameters = {name: count_parameters(rung) for name, (rung, _) in ladder.items()}
assert n_parameters["one head"] == n_parameters["several heads"] > 10 * n_parameters["bigram"]
assert n_parameters["one block"] > 2 * n_parameters["several heads"]
factors = [factor for factor, _ in rungs(config).values()]
assert all(a != b for a, b in zip(factors[:3], factors[1:4])) and factors[3] == factors[4]  # the learning rates
if preset == "cpu":
    assert final_losses["several heads"] < 2.2 and final_losses["one block"] < 1.8
    assert gains["one head"] < 0.15 and gains["GPT"] < 0.1
    early_on = {name: h.val_loss[h.step.index(400)] for name, (_, h) in ladder.items()}
    assert early_on["one head"] > early_on["bigram"] > lines["bigram"] - 0.03
    assert abs(final_losses["bigram"] - lines["bigram"]) < 0.03

# %% cell-88
ends_at = {name: history.last("val_loss") for name, (_, history) in toy_ladder.items()}
assert list(ends_at) == sorted(ends_at, key=ends_at.get, reverse=True) and ends_at["GPT"] > toy_limit
assert ends_at["several heads"] < 0.5 * toy_lines["bigram"] and ends_at["one block"] - ends_at["GPT"] < 0.1
assert round(toy_limit, 2) == 0.21

# %% cell-92
assert toy_tokenizer.decode(targets.cpu()[inside_story]) == "".join(stories)
assert max(map(len, stories)) <= 128

# %% cell-95
for name, row in by_kind.items():
    assert math.isclose(sum(row.values()), missing[name], abs_tol=1e-6)
rungs_down = list(missing.values())
steps_down = [a - b for a, b in zip(rungs_down, rungs_down[1:])]
assert all(step > margin for step, margin in zip(steps_down, (0.3, 0.2, 0.1, 0.005), strict=True))
assert rungs_down[-1] > 0  # below the limit would be a leak
assert by_kind["bigram"]["spelling"] > 0.5 * missing["bigram"]
assert per_letter["several heads"]["spelling"] < 0.5 * per_letter["one head"]["spelling"]
assert per_letter["one block"]["spelling"] < 0.06 and per_letter["GPT"]["spelling"] < 0.02
assert per_letter["one block"]["bracket"] < 0.1 * per_letter["bigram"]["bracket"]
form = (math.log(5) + math.log(12) + math.log(2)) / 3
assert round(math.log(12), 2) == 2.48 and round(form, 2) == 1.60
assert by_kind["GPT"]["name, 1st"] + by_kind["GPT"]["name, rest"] > 0.5 * missing["GPT"]
for name in ("one block", "GPT"):
    assert abs(per_letter[name]["name, 1st"] - math.log(12)) < 0.15
    assert abs(per_letter[name]["name, rest"] - form) < 0.15
for kind in ("name, 1st", "name, rest", "thing"):
    assert abs(per_letter["GPT"][kind] - per_letter["one block"][kind]) < 0.15

# %% cd48b563
assert 0.15 < back < 0.45

# %% cell-103
assert device.type != "cpu" or all(equal)

# %% cell-109
assert in_train > in_eval + 0.1

# %% cell-122
assert lines["bigram"] < blind_loss < math.log(V) and lines["unigram"] - 0.4 < blind_loss

# %% cell-124
assert [round(value, 2) for value in lines.values()] == [4.43, 3.33, 2.54]
assert 100 < len(story) < 115
