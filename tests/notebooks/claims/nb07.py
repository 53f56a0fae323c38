"""Claims of notebook 07, each behind the cell that it is about."""

# %% cell-4
assert p.grad.tolist() == [-4, 20] and loss == 18

# %% cell-13
assert difference(partial(GradientDescent, lr=0.1), partial(torch.optim.SGD, lr=0.11)) > 1e-3  # it can tell them apart

# %% cell-18
assert round(paths["too low"][-1, 0].item(), 2) == -3.27
assert round(paths["good"][-1, 0].item(), 2) == -0.34
assert valley(paths["too high"][-1]) > 1000

# %% cell-24
assert 0.098 < max(falling) < 0.1015 and start_loss == 18
least = tried[lasts.index(min(lasts))]
assert 0.085 < least < 0.095 and min(lasts) < 0.01 and round(lasts[0]) == 7

# %% cell-29
assert [round(1 - 20 * lr, 2) for lr in rates.values()] == [0.9, -0.2, -1.1]
for name, lr in rates.items():
    y = paths[name][:5, 1]
    assert torch.allclose(y[1:], (1 - 20 * lr) * y[:-1], atol=1e-5)

# %% cell-34
assert math.isclose(velocities(steady)[-1], 10, abs_tol=0.02)
assert math.isclose(abs(velocities(flipping)[-1]), 1 / 1.9, abs_tol=0.01)
# The limit is not lower with momentum: at 0.11, gradient descent diverges on the valley, and momentum does not.
assert valley(walk(valley, partial(Momentum, lr=0.11), n_steps=200)[-1]) < 0.01
assert valley(walk(valley, partial(GradientDescent, lr=0.11), n_steps=200)[-1]) > 18

# %% cell-42
for kind, times_as_far in ((Momentum, 1000), (RMSProp, 1)):
    small, large = (length_of_walk(partial(kind, lr=0.01), scale) for scale in (1.0, 1000.0))
    assert math.isclose(large / small, times_as_far, rel_tol=1e-3)
assert round(length_of_walk(partial(RMSProp, lr=0.01), 1.0), 2) == 1.33
assert math.isclose(1 / (1 - 0.99) ** 0.5, 10)

# %% cell-47
assert math.isclose(first_step, 0.1 / 0.001**0.5) and round(first_step, 2) == 3.16 and round(0.001**0.5, 2) == 0.03

# %% cell-51
assert all(valley(path[-1]) < 0.5 for path in tracks.values())
for name in ("RMSProp", "Adam"):
    dx, dy = tracks[name][:2].diff(dim=0)[0].tolist()  # the first step
    assert math.isclose(dx, -dy, rel_tol=1e-3)
assert math.isclose(dx, 0.3, rel_tol=1e-3) and abs(tracks["RMSProp"][1, 1]) < 1e-3
assert tracks["Adam"][:, 0].max() > 0.5  # past the star

# %% cell-55
assert all(math.isclose(sum(0.1 * 0.9**k for k in range(t)), 1 - 0.9**t) for t in times[:50])
assert [round(factor[t - 1], 2) for t in (1, 12, 1000)] == [3.16, 6.57, 1.26] and longest == 12

# %% cell-58
without, corrected = first_move(UncorrectedAdam, 3.0), first_move(Adam, 3.0)
assert math.isclose(without / corrected, 3.16, abs_tol=0.01) and math.isclose(corrected, -0.01, rel_tol=1e-4)

# %% cell-60
assert all(math.isclose(first_move(Adam, g), -0.01, rel_tol=1e-4) for g in (0.001, 3.0, 1000.0))

# %% cell-62
assert difference(partial(AdamL2, **settings), partial(torch.optim.Adam, **settings)) < 1e-6
assert difference(partial(AdamL2, **settings), partial(AdamW, **settings)) > 1e-3

# %% cell-65
(in_large, in_small), decoupled = lost.values()
assert in_large < 0.02 and in_small > 0.35
assert all(abs(amount - (1 - 0.999**500)) < 0.03 for amount in decoupled) and round(0.999**500, 2) == 0.61
w, g, lr, decay = torch.tensor(2.0), torch.tensor(0.5), 0.1, 0.3
assert torch.allclose(w - lr * (g + decay * w), (1 - lr * decay) * w - lr * g)

# %% cell-73
turns = walk(valley, partial(Momentum, lr=0.03), n_steps=60)[:, 0].max()
assert turns.round(decimals=1) == 1.5
assert "diverged" in journey("gradient descent", 0.3, "straight")[1]
ends = {lr: walk(valley, partial(GradientDescent, lr=lr), n_steps=60)[-1] for lr in (0.03, 0.1)}
assert -0.8 < ends[0.03][0] < -0.5 and abs(abs(ends[0.1][1]) - 1) < 0.01

# %% cell-78
assert without.grad is None and zero.grad.item() == 0
assert without.item() == 1 and math.isclose(zero.item(), 0.9, abs_tol=1e-6)

# %% cell-80
assert math.isclose(p.item(), -0.19, rel_tol=1e-5)

# %% cell-82
assert (p.grad / 3).tolist() == [-4, 20]

# %% cell-84
assert norm == 13 and torch.allclose(torch.cat(shorter) * 13, torch.cat(grads))

# %% cell-86
assert norm_before == 13

# %% recipe
from helpers.training import PRESETS, make_optimizer

assert (recipe.grad_clip, recipe.weight_decay, recipe.betas) == (1.0, 0.1, (0.9, 0.99))
assert PRESETS["cpu"][2].steps == recipe.steps == 2200 and PRESETS["cpu"][2].betas == recipe.betas
assert round(math.log(0.5) / math.log(0.999)) == 693 and round(math.log(0.5) / math.log(0.99)) == 69
layer = torch.nn.Linear(2, 3)
matrices, others = make_optimizer(layer, recipe).param_groups
assert matrices["params"] == [layer.weight] and matrices["weight_decay"] == 0.1
assert others["params"] == [layer.bias] and others["weight_decay"] == 0

# %% cell-91
assert round(lines["counted"], 2) == 2.53 and V * V == 7056
assert round(baselines.bigram(yardstick, yardstick, V, smoothing=1e-9), 2) == 2.41

# %% cell-93
ends = {name: last(losses) - lines["counted"] for name, (losses, _) in runs.items()}
assert all(0 < ends[name] < 0.025 for name in ("RMSProp", "Adam", "AdamW"))
assert all(0.03 < ends[name] < 0.06 for name in ("gradient descent", "momentum"))
assert all(losses[0] > 4.8 and losses[50] < 3 for losses, _ in runs.values())
assert 0.01 < ends["gradient descent"] - ends["Adam"] < 0.05
assert all(abs(runs["Adam"][0][step] - runs["AdamW"][0][step]) < 0.01 for step in runs["Adam"][0])
assert min(runs, key=lambda name: runs[name][0][10]) == "RMSProp"
assert abs(last(race(partial(Adam, lr=0.06, betas=recipe.betas))[0]) - last(runs["Adam"][0])) < 0.01


class CorrectedRMSProp(RMSProp):
    def move(self, p, g, state):
        t = state["t"] = state.get("t", 0) + 1
        s = state["s"] = self.alpha * state.get("s", 0) + (1 - self.alpha) * g**2
        p -= self.lr * g / ((s / (1 - self.alpha**t)).sqrt() + self.eps)


assert race(partial(CorrectedRMSProp, lr=0.06), n_steps=50)[0][50] > runs["RMSProp"][0][50] + 0.1  # the long steps help

# %% cell-98
assert 1e-5 < typical < 1e-3 and 64 * 32 == 2048

# %% cell-100
assert all(min(neighbours[name]) > last(runs[name][0]) for name in neighbours)

# %% cell-103
assert 0 < lead_common < 0.05 and abs(lead_rare - 0.28) < 0.06
assert abs(parts["gradient descent"][1] - parts["counted"][1] - 0.3) < 0.06
assert abs(parts["Adam"][1] - parts["counted"][1]) < 0.05

# %% cell-106
assert ratio > 5

# %% cell-108
assert 0.05 < fastest < 0.4 and 10 < min(worse) < 40
assert all(abs(loss - 4.9) < 0.25 for lr, loss in zip(swept, sweep_losses, strict=True) if lr < 0.01)
assert fastest < swept[sweep_losses.index(min(sweep_losses))] < 5
others, downhill = range_test(GradientDescent, 1e-2, 1e4)
most = max(range(len(downhill) - 10), key=lambda i: downhill[i] - downhill[i + 10])
assert 25 < others[most + 5] < 50

# %% cell-111
assert last(swapped["Adam with 100"][0]) > 10 and last(swapped["gradient descent with 0.06"][0]) > 4.8

# %% cell-113
assert bad > 100 * good

# %% cell-115
assert torch.equal(unmoved, model.table.weight)

# %% cell-117
assert without_zero_grad() > 1 and valley(paths["good"][-1]) < 0.1
