"""Claims of the side trip of notebook 07, each behind the cell that it is about."""

# %% cell-24
assert 0.098 < max(falling) < 0.1015 and start_loss == 18
least = tried[lasts.index(min(lasts))]
assert 0.085 < least < 0.095 and min(lasts) < 0.01 and round(lasts[0]) == 7

# %% cell-55
assert [round(factor[t - 1], 2) for t in (1, 12, 1000)] == [3.16, 6.57, 1.26] and longest == 12

# %% cell-117
assert valley(p) > 1 and valley(proper) < 0.1

# %% cell-84
assert norm == 13 and torch.allclose(torch.cat(shorter) * 13, torch.cat(grads))

# %% cell-86
assert norm_before == 13

# %% recipe
from helpers.training import PRESETS

assert (recipe.grad_clip, recipe.weight_decay, recipe.betas) == (1.0, 0.1, (0.9, 0.99))
assert PRESETS["cpu"][2].steps == recipe.steps == 2200 and PRESETS["cpu"][2].betas == recipe.betas
assert 0.999**693 > 0.4999 > 0.999**694 - 0.0005 and abs(0.99**69 - 0.5) < 0.001

# %% cell-91
assert round(lines["counted"], 2) == 2.53
assert round(baselines.bigram(yardstick, yardstick, V, smoothing=1e-9), 2) == 2.41

# %% cell-93
ends = {name: last(losses) - lines["counted"] for name, (losses, _) in runs.items()}
assert all(0 < ends[name] < 0.025 for name in ("RMSProp", "Adam", "AdamW"))
assert all(0.03 < ends[name] < 0.06 for name in ("gradient descent", "momentum"))
assert all(losses[0] > 4.8 and losses[50] < 3 for losses, _ in runs.values())
assert 0.01 < ends["gradient descent"] - ends["Adam"] < 0.05
assert all(abs(runs["Adam"][0][step] - runs["AdamW"][0][step]) < 0.01 for step in runs["Adam"][0])
assert min(runs, key=lambda name: runs[name][0][10]) == "RMSProp"
assert abs(last(race(partial(torch.optim.Adam, lr=0.06, betas=recipe.betas))[0]) - last(runs["Adam"][0])) < 0.01

# %% cell-98
assert 1e-5 < typical < 1e-3 and 64 * 32 == 2048

# %% cell-103
assert 0 < lead_common < 0.05 and abs(lead_rare - 0.28) < 0.06
assert abs(parts["gradient descent"][1] - parts["counted"][1] - 0.3) < 0.06
assert abs(parts["Adam"][1] - parts["counted"][1]) < 0.05

# %% cell-106
assert ratio > 5
