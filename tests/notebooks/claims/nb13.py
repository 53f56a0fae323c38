"""Claims of notebook 13, each behind the cell that it is about. Many are about a trained GPT, some about the small one."""

# %% cell-7
assert (probs > 0).all()
if val_loss < 1.9:
    two = tokenizer.encode("in")
    assert probs[two].sum() > 2 / 3 and set(best[:2].tolist()) == set(two.tolist())

# %% cell-12
for temperature in (0.5, 1.0, 2.0):
    first, second = with_temperature(pair, temperature).softmax(dim=0).tolist()
    assert math.isclose(first / second, 4 ** (1 / temperature), rel_tol=1e-4)

# %% cell-14
for curve in entropies.values():
    assert (curve.diff() > -1e-4).all() and curve[-1] < math.log(V)
if val_loss < 1.9:
    at_one = {name: curve[20].item() for name, curve in entropies.items()}  # temperature 1
    assert all(c[0] < 1.1 and c[-1] > 0.8 * math.log(V) for c in entropies.values())
    assert at_one["after 'q'"] < 0.7 < at_one["after a line break"] and V == 84

# %% cell-19
if val_loss < 1.9 and device.type == "cpu":
    assert circle
    assert val_loss > 1.5  # Shakespeare surprises it by more than a nat and a half

# %% cell-22
if val_loss < 1.9:
    assert 0.85 <= min(loss_at, key=loss_at.get) <= 1.15
    assert loss_at[0.5] > min(loss_at.values()) + 0.2 and loss_at[2.0] > min(loss_at.values()) + 0.2

# %% cell-27
if val_loss < 1.9:
    assert share[0.5] > share[1.2] + 0.1 and variety[0.2] < variety[1.0]

# %% cell-31
assert kept == 3

# %% cell-35
assert torch.allclose(after, torch.tensor([0, 0.625, 0, 0.375]), atol=1e-6)

# %% cell-38
if val_loss < 1.9:
    left = {name: (kept_logits > float("-inf")).sum().item() for name, kept_logits in nucleus.items()}
    assert left["after 'q'"] <= 2 and left["after a line break"] > 8

# %% cell-41
if val_loss < 1.9:
    assert counts.argmax() < 5 and counts[:5].sum() > 0.35 and (survivors > 10).float().mean() > 0.05
    assert share_new > 0.8

# %% cell-44
assert math.isinf(cut_loss) and 0 < impossible < 0.3

# %% cell-46
assert torch.equal(sampling.with_temperature(some, 0.7), with_temperature(some, 0.7))
assert torch.equal(sampling.keep_top_k(some, 9), keep_top_k(some, 9))
assert torch.equal(sampling.keep_top_p(some, 0.8), keep_top_p(some, 0.8))

# %% cell-50
a, b = (column.numbers(0) for column in studio.columns)  # at the first character
steepest = [max(row) for row in a[2]]  # the likeliest, at the four stages
assert steepest[1] > steepest[0] and max(b[2][1]) < max(b[2][0])
assert a[1] == b[1] and a[2][0] == b[2][0] and len(studio.columns[0].writer.tokens) == 150
if val_loss < 1.9:
    assert sum(studio.columns[0].writer.shares) > sum(studio.columns[1].writer.shares)

# %% cell-54
assert enough

# %% cell-59
assert len(memory) == line.shape[1]

# %% cell-61
assert torch.equal(*texts) and texts[0].shape == (4, 7 + T + 90)

# %% cell-65
if device.type == "cpu":  # on a GPU, models as small as this one wait for the launches: not yet measured
    assert best_of["without cache"][-5:].mean() > 1.5 * best_of["with cache"][-5:].mean()

# %% cell-69
usual, other = slid.values()
assert torch.equal(usual[:, :T], other[:, :T]) and not torch.equal(usual, other)

# %% cell-71
with torch.no_grad():
    assert torch.allclose(model.blocks[0](h), traced.stream[1], atol=1e-4)

# %% cell-74
assert not traced.attention.triu(1).any()  # nothing looks ahead
assert torch.allclose(traced.attention.sum(dim=-1), torch.ones(1, device=device), atol=1e-4)

# %% cell-79
assert small[0, position] == small[0, position - half]
assert small[0, target] == small[0, position + 1]

# %% cell-80
assert all(table.shape == (L, H) and 0 <= table.min() <= table.max() <= 1 for table in head_scores.values())
if val_loss < 1.9 and device.type == "cpu":
    assert head_scores["previous"][0].max() > 0.4
    assert head_scores["first"].max() < 0.3 and head_scores["induction"].max() < 0.2

# %% cell-84
assert first_half > math.log(V)
if val_loss < 1.9 and device.type == "cpu":
    assert abs(second_half - first_half) < 0.5

# %% cell-86
if device.type == "cpu":
    assert before < 0.1

# %% cell-89
assert known_half < 0.1 and abs(news - math.log(16)) < 0.15 and found.max() > 0.5

# %% cell-91
assert elsewhere > math.log(16) + 1

# %% cell-93
assert torch.allclose(through_head, inside.logit_lens(model, line))

# %% cell-95
if val_loss < 1.9:
    assert depth_loss[0] > baseline_losses["unigram"] and depth_loss[-1] < baseline_losses["bigram"] - 0.5
    assert depth_loss[-1] <= depth_loss[1] < depth_loss[0]

# %% cell-101
if val_loss < 1.9:
    sure = lens.softmax(dim=-1).amax(dim=-1).mean(dim=(1, 2))  # (L + 1,)
    assert hits[0] < hits[1] <= hits[-1] and sure[0] < sure[1] and sure[0] < sure[-1]

# %% cell-109
assert whole_spans["a parrot"] == 100
if val_loss < 1.9 and device.type == "cpu":
    assert whole_spans["the GPT at 0.8"] < 50
    for a, b in list(zip(*spans.values()))[1:4]:  # at 0.5, 0.8 and 1
        assert abs(a - b) < 0.4 * max(a, b) and 0.5 < true_span / a < 2
    assert spans["in the training text"][0] > spans["in the training text"][-1]

# %% cell-111
assert not torch.allclose(right, p, atol=0.1)

# %% cell-113
if val_loss < 1.9:
    assert stale > fresh + 0.1

# %% cell-115
assert after_heat >= before_heat
if val_loss < 1.9:
    assert after_heat > before_heat

# %% cell-117
assert torch.multinomial(shifted, 1).shape == (1,)
if val_loss < 1.9:
    assert (drawn_from - wanted).abs().max() > 0.1
