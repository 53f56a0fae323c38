"""Temperature, top-k, top-p against plain Python and `transformers`; `generate` keeps prompt, mode and its word."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.model import GPT, Bigram, GPTConfig
from helpers.sampling import (
    draw,
    generate,
    keep_top_k,
    keep_top_p,
    next_distribution,
    sample_text,
    stream,
    with_temperature,
)
from helpers.text import CharTokenizer

# Logits that are apart, so that no order hangs on the last digit.
hundredths = st.lists(st.integers(-1500, 1500), min_size=2, max_size=20, unique=True)
logit_lists = hundredths.map(lambda values: [n / 100 for n in values])
temperatures = st.floats(0.1, 10)
few = settings(max_examples=25)


def slow_distribution(logits, temperature=1.0, top_k=None, top_p=None):
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    kept = order[: top_k or len(order)]

    def softmax(over):
        weights = {i: math.exp((logits[i] - logits[order[0]]) / temperature) for i in over}
        total = sum(weights.values())
        return {i: weight / total for i, weight in weights.items()}

    if top_p is not None:
        probs, total, nucleus = softmax(kept), 0.0, []
        for i in kept:
            nucleus.append(i)
            total += probs[i]
            if total >= top_p:
                break
        kept = nucleus
    probs = softmax(kept)
    return torch.tensor([probs.get(i, 0.0) for i in range(len(logits))], dtype=torch.float64)


def distribution(logits, **settings):
    return next_distribution(torch.tensor(logits, dtype=torch.float64), **settings)


@given(logit_lists, temperatures, st.integers(1, 25))
def test_temperature_and_top_k_equal_slow_reference(logits, temperature, top_k):
    expected = slow_distribution(logits, temperature, top_k)
    found = distribution(logits, temperature=temperature, top_k=top_k)
    torch.testing.assert_close(found, expected)
    assert (found > 0).sum() <= top_k
    torch.testing.assert_close(distribution(logits, temperature=temperature), slow_distribution(logits, temperature))


@given(logit_lists, temperatures, st.none() | st.integers(1, 25), st.floats(0.001, 0.999))
def test_top_p_equals_slow_reference(logits, temperature, top_k, top_p):
    ordered = slow_distribution(logits, temperature, top_k).sort(descending=True).values
    assume((ordered.cumsum(0) - top_p).abs().min() > 1e-9)  # no sum that rounding could put on the other side
    found = distribution(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    torch.testing.assert_close(found, slow_distribution(logits, temperature, top_k, top_p))


@given(logit_lists, st.floats(0.001, 1))
def test_top_p_keeps_the_smallest_set_that_holds_p(logits, top_p):
    plain, kept = distribution(logits), distribution(logits, top_p=top_p) > 0
    assert plain[kept].sum() >= top_p - 1e-9
    assert plain[kept].sum() - plain[kept].min() < top_p + 1e-9  # without its least likely token it would not
    assert not kept.all() or top_p > 1 - plain.min() - 1e-9
    assert kept[plain.argmax()]


@given(logit_lists, temperatures, st.integers(0, 30))
def test_wide_top_k_and_whole_top_p_change_nothing(logits, temperature, more):
    plain = distribution(logits, temperature=temperature)
    assert torch.equal(plain, distribution(logits, temperature=temperature, top_k=len(logits) + more))
    assert torch.equal(plain, distribution(logits, temperature=temperature, top_p=1))
    assert torch.equal(plain, distribution(logits, temperature=temperature, top_p=1.0, top_k=10**6))


@given(logit_lists, st.none() | st.integers(1, 25), st.none() | st.floats(0.01, 1))
def test_greedy_is_argmax(logits, top_k, top_p):
    found = distribution(logits, temperature=0, top_k=top_k, top_p=top_p)
    assert found.argmax() == max(range(len(logits)), key=logits.__getitem__)
    assert found.max() == found.sum() == 1


@given(st.lists(st.floats(-80, 80, width=32), min_size=1, max_size=20), st.floats(0, 20),
       st.none() | st.integers(1, 25), st.none() | st.floats(0.001, 1))  # fmt: skip
def test_always_a_distribution(logits, temperature, top_k, top_p):
    """Any temperature from 0 up, however small: it may never end in NaN."""
    for dtype in (torch.float32, torch.float64):
        probs = next_distribution(torch.tensor(logits, dtype=dtype), temperature, top_k, top_p)
        assert probs.shape == (len(logits),) and (probs >= 0).all()
        torch.testing.assert_close(probs.sum(), torch.ones((), dtype=dtype), atol=1e-5, rtol=0)


@given(logit_lists, st.floats(-1000, 1000), temperatures, st.none() | st.integers(1, 25))
def test_adding_a_constant_changes_nothing(logits, constant, temperature, top_k):
    moved = distribution([value + constant for value in logits], temperature=temperature, top_k=top_k)
    torch.testing.assert_close(moved, distribution(logits, temperature=temperature, top_k=top_k))


@given(logit_lists, temperatures, temperatures)
def test_lower_temperature_raises_the_most_likely(logits, one, other):
    low, high = sorted((one, other))
    assert distribution(logits, temperature=low).max() >= distribution(logits, temperature=high).max() - 1e-12


@given(st.integers(1, 4), st.integers(2, 9), st.integers(0, 10**6), st.none() | st.integers(1, 9), st.floats(0.05, 1))
def test_rows_are_independent(rows, vocab_size, seed, top_k, top_p):
    logits = torch.randn(rows, 3, vocab_size, generator=torch.Generator().manual_seed(seed))
    before = logits.clone()
    together = next_distribution(logits, 0.7, top_k, top_p)
    for r in range(rows):
        for c in range(3):
            torch.testing.assert_close(together[r, c], next_distribution(logits[r, c], 0.7, top_k, top_p))
    assert torch.equal(logits, before)  # the caller's logits are left as they were


@pytest.mark.parametrize(
    "name, value",
    [("temperature", -1), ("temperature", -0.001), ("temperature", float("nan")), ("top_k", 0), ("top_k", -3)]
    + [("top_p", value) for value in (0, -0.5, 1.01, float("nan"))],
)
def test_bad_settings_are_named(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value};"):
        next_distribution(torch.zeros(4), **{name: value})


# The three filters by themselves


def warpers(temperature, top_k, top_p):
    """What `transformers` has for the same; imported here, since it takes a while."""
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    found = TemperatureLogitsWarper(temperature), TopKLogitsWarper(top_k), TopPLogitsWarper(top_p)
    return [lambda logits, warper=warper: warper(None, logits) for warper in found]


@given(st.integers(1, 5), st.integers(1, 300), st.integers(0, 10**6), st.floats(0.1, 5), st.integers(1, 310),
       st.floats(0.001, 1))  # fmt: skip
def test_filters_equal_those_of_transformers(B, V, seed, temperature, top_k, top_p):
    logits = 3 * torch.randn(B, V, generator=torch.Generator().manual_seed(seed))
    theirs = warpers(temperature, top_k, top_p)

    def no_borderline(scores):  # no sum so near to p that rounding could put it on the other side
        sums = scores.double().softmax(dim=-1).sort(descending=True).values.cumsum(dim=-1)
        return (sums - top_p).abs().min() > 1e-5 or top_p == 1

    assert torch.equal(with_temperature(logits, temperature), theirs[0](logits))
    assert torch.equal(keep_top_k(logits, top_k), theirs[1](logits))
    chained = theirs[1](theirs[0](logits))
    assume(no_borderline(logits) and no_borderline(chained))
    assert torch.equal(keep_top_p(logits, top_p), theirs[2](logits))
    assert torch.equal(keep_top_p(keep_top_k(with_temperature(logits, temperature), top_k), top_p), theirs[2](chained))
    found = next_distribution(logits, temperature, top_k, top_p)
    torch.testing.assert_close(found, theirs[2](chained).softmax(dim=-1))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.integers(1, 35))
def test_ties_with_the_kth_all_stay(values, k):
    logits = torch.tensor(values, dtype=torch.float32)
    kth = sorted(values, reverse=True)[min(k, len(values)) - 1]
    assert keep_top_k(logits, k).tolist() == [value if value >= kth else -math.inf for value in values]


@given(st.integers(0, 6), st.data())
def test_of_equals_at_the_border_of_p_only_as_many_stay_as_are_needed(power, data):
    """2 ** power equal tokens: each share is exact in binary, so that j of them hold j / 2 ** power to the last bit."""
    V = 2**power
    j = data.draw(st.integers(1, V))
    for dtype in (torch.float32, torch.float64):
        kept = keep_top_p(torch.zeros(V, dtype=dtype), j / V)
        assert kept.isfinite().sum() == j
        assert kept.isfinite()[:j].all()  # the first of equals
        if j < V:
            assert keep_top_p(torch.zeros(V, dtype=dtype), (j + 0.5) / V).isfinite().sum() == j + 1


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20), st.integers(0, 30), st.floats(0.01, 0.99), st.data())
def test_ties_and_p_by_counting(weights, extra, top_p, data):
    """Shares are whole numbers over their sum. What stays is the largest of them, and one fewer would not hold p."""
    assume(sum(weights) > 0)
    logits = torch.tensor(weights, dtype=torch.float64).log()  # a weight of 0 is a logit of -inf
    ordered = sorted(weights, reverse=True)
    sums = [sum(ordered[: i + 1]) / sum(weights) for i in range(len(weights))]
    assume(min(abs(total - top_p) for total in sums) > 1e-9)
    needed = next(i for i, total in enumerate(sums) if total > top_p) + 1
    kept = keep_top_p(logits, top_p).isfinite()
    stayed = [weight for weight, stays in zip(weights, kept.tolist(), strict=True) if stays]
    assert sorted(stayed, reverse=True) == ordered[:needed]


@given(st.lists(st.booleans(), min_size=1, max_size=20), temperatures | st.just(0), st.none() | st.integers(1, 25),
       st.none() | st.floats(0.001, 1), st.integers(0, 10**6))  # fmt: skip
def test_a_logit_of_minus_infinity_is_as_good_as_no_token(there, temperature, top_k, top_p, seed):
    there = torch.tensor(there)
    assume(there.any())
    some = torch.randn(int(there.sum()), dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    logits = torch.full(there.shape, -math.inf, dtype=torch.float64).masked_scatter(there, some)
    found = next_distribution(logits, temperature, top_k, top_p)
    assert (found[~there] == 0).all()
    torch.testing.assert_close(found[there], next_distribution(some, temperature, top_k, top_p))


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=200), st.sampled_from([0, 0.0, 1e-9]))
def test_greedy_takes_the_first_of_equals(values, temperature):
    found = next_distribution(torch.tensor([values, values[::-1]], dtype=torch.float32), temperature)
    first = [values.index(max(values)), values[::-1].index(max(values))]
    assert found.nonzero()[:, 1].tolist() == first and found.sum() == 2
    assert draw(torch.tensor([values], dtype=torch.float32), temperature).tolist() == [first[:1]]


@given(logit_lists, st.integers(0, 30))
def test_filters_that_keep_all_give_back_what_they_got(logits, more):
    logits = torch.tensor(logits)
    assert torch.equal(keep_top_k(logits, len(logits) + more), logits)
    assert torch.equal(keep_top_p(logits, 1), logits) and torch.equal(keep_top_p(logits, 1.0), logits)
    assert torch.equal(with_temperature(logits, 1), logits)


@pytest.mark.parametrize("value", [0, -1, -0.001, float("nan")])
def test_with_temperature_names_bad_values(value):
    with pytest.raises(ValueError, match=f"temperature is {value}; it must be above 0"):
        with_temperature(torch.zeros(4), value)


@pytest.mark.parametrize("value", [0, -3])
def test_keep_top_k_names_bad_values(value):
    with pytest.raises(ValueError, match=f"top_k is {value}; it must be at least 1"):
        keep_top_k(torch.zeros(4), value)


@pytest.mark.parametrize("value", [0, -0.5, 1.01, float("nan")])
def test_keep_top_p_names_bad_values(value):
    with pytest.raises(ValueError, match=f"top_p is {value}; it must be above 0 and at most 1"):
        keep_top_p(torch.zeros(4), value)


@pytest.mark.parametrize("name, value", [("temperature", -1), ("top_k", 0), ("top_p", 1.5), ("slide", 0)])
def test_stream_names_bad_settings_when_it_is_called_not_when_it_is_read(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value};"):
        stream(tiny(), torch.zeros(1, 1, dtype=torch.long), **{name: value})


# generate


def tiny(seed=0, dropout=0.3):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=7, context_length=6, n_layer=1, n_head=2, n_embd=8, dropout=dropout))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model


@few
@given(st.integers(1, 3), st.integers(1, 10), st.integers(0, 9), st.integers(0, 10**6), st.booleans())
def test_generate_keeps_prompt_shape_mode_and_word(batch_size, length, n, seed, training):
    model, idx = tiny().train(training), torch.randint(7, (batch_size, length))
    settings = dict(temperature=0.8, top_k=5, top_p=0.95)
    out = generate(model, idx, n, generator=torch.Generator().manual_seed(seed), **settings)
    assert out.shape == (batch_size, length + n)
    assert torch.equal(out[:, :length], idx)
    assert out.min() >= 0 and out.max() < 7
    assert torch.equal(out, generate(model, idx, n, generator=torch.Generator().manual_seed(seed), **settings))
    assert model.training == training and all(module.training == training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters()) and not out.requires_grad
    assert torch.is_grad_enabled()


def test_other_seeds_give_other_texts():
    idx = torch.zeros(1, 1, dtype=torch.long)
    generators = [torch.Generator().manual_seed(seed) for seed in range(20)]
    assert len({tuple(generate(tiny(), idx, 20, generator=g)[0].tolist()) for g in generators}) == 20


@few
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 100))
def test_generate_greedy_is_the_plain_loop(length, n, seed):
    """Each token is the model's favourite after the last `context_length` tokens: the context is cropped."""
    model, idx = tiny(seed).train(), torch.randint(7, (2, length))
    out = generate(model, idx, n, temperature=0)
    model.eval()
    for _ in range(n):
        with torch.no_grad():
            idx = torch.cat([idx, model(idx[:, -6:])[:, -1].argmax(dim=-1, keepdim=True)], dim=1)
    assert torch.equal(out, idx)


def test_generate_from_a_bigram_follows_its_table():
    model = Bigram(5)
    with torch.no_grad():
        model.table.weight.copy_(torch.eye(5).roll(1, dims=1) * 1000)  # after i comes i + 1
    assert generate(model, torch.tensor([[3, 1]]), 6).tolist() == [[3, 1, 2, 3, 4, 0, 1, 2]]


def test_generate_draws_as_often_as_the_distribution_says():
    model = Bigram(3)
    with torch.no_grad():
        model.table.weight.copy_(torch.tensor([0.2, 0.3, 0.5]).log().expand(3, 3))
    out = generate(model, torch.zeros(1000, 1, dtype=torch.long), 10, generator=torch.Generator().manual_seed(1))
    shares = torch.bincount(out[:, 1:].flatten()) / 10_000
    torch.testing.assert_close(shares, torch.tensor([0.2, 0.3, 0.5]), atol=0.025, rtol=0)  # five standard deviations


def test_generate_puts_the_mode_back_when_the_model_fails():
    model = tiny().train()
    with pytest.raises(ValueError, match="holds the token 99"):
        generate(model, torch.full((1, 2), 99), 1)
    model.lm_head.register_forward_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        generate(model, torch.full((1, 2), 1), 1)
    assert model.training and torch.is_grad_enabled()


@pytest.mark.parametrize("idx", [torch.zeros(1, 0, dtype=torch.long), torch.zeros(3, dtype=torch.long)])
def test_generate_refuses_empty_and_flat_prompts(idx):
    with pytest.raises(ValueError, match=r"it must be \(B, T\) with at least one token"):
        generate(tiny(), idx, 1)


def test_generate_refuses_negative_length():
    with pytest.raises(ValueError, match="max_new_tokens is -1"):
        generate(tiny(), torch.zeros(1, 1, dtype=torch.long), -1)


# sample_text

TOKENIZER = CharTokenizer("abcdefg")


@few
@given(st.text(st.sampled_from("abcdefg"), min_size=1, max_size=12), st.integers(0, 12), st.integers(0, 10**6))
def test_sample_text_continues_the_prompt(prompt, n, seed):
    text = sample_text(tiny(), TOKENIZER, prompt, n, seed=seed, temperature=1.3)
    assert text.startswith(prompt) and len(text) == len(prompt) + n
    assert text == sample_text(tiny(), TOKENIZER, prompt, n, seed=seed, temperature=1.3)


@few
@given(length=st.integers(1, 12))
def test_sample_text_says_when_it_crops(capsys, length):
    capsys.readouterr()
    sample_text(tiny(), TOKENIZER, "a" * length, 2, seed=0)
    said = capsys.readouterr().out
    assert (said == f"The prompt has {length} characters; the model sees the last 6 of them.\n") == (length > 6)
    assert (said == "") == (length <= 6)


def test_sample_text_refuses_empty_and_unknown():
    with pytest.raises(ValueError, match="prompt is empty"):
        sample_text(tiny(), TOKENIZER, "", 3)
    with pytest.raises(ValueError, match="'z' at position 1"):
        sample_text(tiny(), TOKENIZER, "az", 3)
    with pytest.raises(ValueError, match="temperature is -2"):
        sample_text(tiny(), TOKENIZER, "a", 3, temperature=-2)
