"""Looking inside: what is seen is what the model does, heads are scored by slow counts, copies found by brute force."""

from unittest import mock

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import inside
from helpers.inside import Trace, head_scores, logit_lens, longest_shared, repeated_sequence, trace
from helpers.model import GPT, GPTConfig

few = settings(max_examples=25)


@st.composite
def gpts(draw):
    n_head = draw(st.integers(1, 3))
    sizes = dict(
        vocab_size=draw(st.integers(2, 9)), context_length=draw(st.integers(4, 9)), n_layer=draw(st.integers(1, 3)),
        n_head=n_head, n_embd=n_head * draw(st.integers(1, 4)), dropout=draw(st.sampled_from([0.0, 0.4])),
        activation=draw(st.sampled_from(["relu", "gelu"])), tie_weights=draw(st.booleans()),
    )  # fmt: skip
    torch.manual_seed(draw(st.integers(0, 10**6)))
    model = GPT(GPTConfig(**sizes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model.train(draw(st.booleans()))


def tokens(model, batch_size, length):
    return torch.randint(model.config.vocab_size, (batch_size, length), generator=torch.Generator().manual_seed(length))


def slow_attention(block, x):
    """The weights (B, H, T, T) of a block, one number at a time."""
    attention, (B, T, C) = block.attention, x.shape
    size = C // attention.n_head
    qkv = attention.qkv(block.norm_1(x)).tolist()
    weights = torch.zeros(B, attention.n_head, T, T)
    for b in range(B):
        for h in range(attention.n_head):
            for t in range(T):
                query = qkv[b][t][h * size : (h + 1) * size]
                keys = [qkv[b][s][C + h * size : C + (h + 1) * size] for s in range(t + 1)]
                scores = torch.tensor([sum(a * k for a, k in zip(query, key, strict=True)) for key in keys])
                weights[b, h, t, : t + 1] = (scores / size**0.5).softmax(dim=0)
    return weights


@few
@given(gpts(), st.integers(1, 3), st.integers(1, 4))
def test_trace_is_what_the_model_does(model, batch_size, length):
    idx, training = tokens(model, batch_size, length), model.training
    stream, attention = trace(model, idx)
    L, H, C = len(model.blocks), model.config.n_head, model.config.n_embd
    assert stream.shape == (L + 1, batch_size, length, C)
    assert attention.shape == (L, batch_size, H, length, length)
    assert not stream.requires_grad and not attention.requires_grad
    assert all(module.training == training for module in model.modules())
    torch.testing.assert_close(attention.sum(dim=-1), torch.ones(attention.shape[:-1]))
    assert (attention >= 0).all() and torch.equal(attention, attention.tril())
    model.eval()
    with torch.no_grad():
        start = model.token_embedding(idx) + model.position_embedding.weight[:length]
        assert torch.equal(stream[0], start)
        for number, block in enumerate(model.blocks):
            torch.testing.assert_close(stream[number + 1], block(stream[number]), rtol=1e-4, atol=1e-4)
            seen = slow_attention(block, stream[number])
            torch.testing.assert_close(attention[number], seen, rtol=1e-4, atol=1e-5)


@few
@given(gpts(), st.integers(1, 3), st.integers(1, 4))
def test_logit_lens_begins_with_the_embedding_and_ends_with_the_model(model, batch_size, length):
    idx, training = tokens(model, batch_size, length), model.training
    lens = logit_lens(model, idx)
    assert lens.shape == (len(model.blocks) + 1, batch_size, length, model.config.vocab_size)
    assert not lens.requires_grad and all(module.training == training for module in model.modules())
    model.eval()
    with torch.no_grad():
        torch.testing.assert_close(lens[-1], model(idx), rtol=1e-4, atol=1e-4)
        embedded = model.token_embedding(idx) + model.position_embedding.weight[:length]
        torch.testing.assert_close(lens[0], model.lm_head(model.final_norm(embedded)), rtol=1e-4, atol=1e-4)
        for layer in range(1, len(model.blocks)):  # as if the model ended there
            cut = model.blocks[:layer](embedded)
            torch.testing.assert_close(lens[layer], model.lm_head(model.final_norm(cut)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("length", [0, 9])
def test_a_sequence_that_does_not_fit_is_named(length):
    model = GPT(GPTConfig(5, context_length=8, n_layer=1, n_head=1, n_embd=4))
    for look in (trace, logit_lens):
        with pytest.raises(ValueError, match=f"The sequence has {length} tokens; give this model from 1 to 8 of them"):
            look(model, torch.zeros(1, length, dtype=torch.long))


# head_scores


def slow_scores(weights):
    """weights (L, B, H, 2n, 2n) -> the three scores by walking over positions."""
    L, B, H, twice, _ = weights.shape
    n, w = twice // 2, weights.tolist()
    places = {
        "previous": [(t, t - 1) for t in range(1, twice)],
        "first": [(t, 0) for t in range(1, twice)],
        # In the second half, position t reads the token that also stood at t - n; what followed it there is at t-n+1.
        "induction": [(t, t - n + 1) for t in range(n, twice)],
    }
    return {
        name: torch.tensor(
            [
                [sum(w[k][b][h][t][s] for b in range(B) for t, s in pairs) / (B * len(pairs)) for h in range(H)]
                for k in range(L)
            ]
        )
        for name, pairs in places.items()
    }


def scores_of(weights):
    """The scores of hand-made attention (L, B, H, 2n, 2n)."""
    idx = repeated_sequence(5, weights.shape[-1] // 2, weights.shape[1], torch.Generator().manual_seed(1))
    with mock.patch.object(inside, "trace", lambda model, idx: Trace(None, weights)):
        return head_scores(None, idx)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(2, 6), st.integers(0, 10**6))
def test_scores_equal_a_slow_count(L, B, H, n, seed):
    scores = torch.randn(L, B, H, 2 * n, 2 * n, generator=torch.Generator().manual_seed(seed))
    weights = scores.masked_fill(~torch.ones(2 * n, 2 * n).tril().bool(), float("-inf")).softmax(dim=-1)
    found, expected = scores_of(weights), slow_scores(weights)
    assert list(found) == ["previous", "first", "induction"]
    for name in expected:
        assert found[name].shape == (L, H)
        torch.testing.assert_close(found[name], expected[name])


@given(st.integers(3, 12), st.integers(1, 3))
def test_perfect_heads_score_exactly_one_and_nothing_else(n, B):
    """A head for each of the three, and one that looks at itself; n = 3 at least, since for 2 two of them are one."""
    weights = torch.zeros(4, B, 1, 2 * n, 2 * n)
    itself = torch.eye(2 * n)
    previous, first, induction = itself.clone(), itself.clone(), itself.clone()
    for t in range(1, 2 * n):
        previous[t] = itself[t - 1]
        first[t] = itself[0]
        if t >= n:
            induction[t] = itself[t - n + 1]
    for layer, head in enumerate((previous, first, induction, itself)):
        weights[layer] = head
    found = {name: table[:, 0].tolist() for name, table in scores_of(weights).items()}
    shared = 1 / (2 * n - 1)  # at position 1 the previous token is the first one
    expected = {"previous": [1, shared, 0, 0], "first": [shared, 1, 0, 0], "induction": [0, 0, 1, 0]}
    assert found["previous"][0] == found["first"][1] == found["induction"][2] == 1
    for name, row in expected.items():
        assert found[name] == pytest.approx(row)


def test_heads_that_are_built_to_look_back_score_as_built():
    """A GPT of one block: positions are one-hot, head 0 asks for the one before, head 1 for the first."""
    n, T = 4, 8
    model = GPT(GPTConfig(6, context_length=T, n_layer=1, n_head=2, n_embd=2 * T))
    attention = model.blocks[0].attention
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.blocks[0].norm_1.weight.fill_(1)
        model.position_embedding.weight[:, :T] = torch.eye(T)
        query, key = attention.qkv.weight[: 2 * T], attention.qkv.weight[2 * T : 4 * T]
        query[:T, :T] = 100 * torch.eye(T).roll(-1, dims=0)  # position t asks for t - 1
        key[:T, :T] = torch.eye(T)
        attention.qkv.bias[T] = 100  # all ask for what stands in the first place
        key[T:, :T] = torch.eye(T)
    found = head_scores(model, repeated_sequence(6, n, 3, torch.Generator().manual_seed(2)))
    torch.testing.assert_close(found["previous"], torch.tensor([[1, 1 / (T - 1)]]), atol=1e-3, rtol=0)
    torch.testing.assert_close(found["first"], torch.tensor([[1 / (T - 1), 1]]), atol=1e-3, rtol=0)
    torch.testing.assert_close(found["induction"], torch.zeros(1, 2), atol=1e-3, rtol=0)


@few
@given(gpts(), st.integers(2, 4), st.integers(1, 3))
def test_scores_of_a_model_are_those_of_its_attention(model, n, B):
    if 2 * n > model.config.context_length:
        n = model.config.context_length // 2
    idx = repeated_sequence(model.config.vocab_size, n, B, torch.Generator().manual_seed(n))
    found, expected = head_scores(model, idx), slow_scores(trace(model, idx).attention)
    for name in expected:
        torch.testing.assert_close(found[name], expected[name])


@pytest.mark.parametrize(
    "rows", [[[1, 2, 3, 1, 2, 4]], [[1, 2, 3, 1, 2]], [[1, 1]], [[1]], [[1, 2, 1, 2], [1, 2, 2, 1]]]
)
def test_what_is_no_repeated_sequence_is_refused(rows):
    model = GPT(GPTConfig(5, context_length=8, n_layer=1, n_head=1, n_embd=4))
    with pytest.raises(ValueError, match="is not a sequence followed by itself; see repeated_sequence"):
        head_scores(model, torch.tensor(rows))


@given(st.integers(1, 9), st.integers(1, 8), st.integers(1, 4), st.integers(0, 10**6))
def test_repeated_sequence_repeats(vocab_size, length, batch_size, seed):
    idx = repeated_sequence(vocab_size, length, batch_size, torch.Generator().manual_seed(seed))
    assert idx.shape == (batch_size, 2 * length) and idx.dtype == torch.long
    assert torch.equal(idx[:, :length], idx[:, length:]) and 0 <= idx.min() and idx.max() < vocab_size
    assert torch.equal(idx, repeated_sequence(vocab_size, length, batch_size, torch.Generator().manual_seed(seed)))


# longest_shared


short = st.text(st.sampled_from("ab\n"), max_size=12)


@settings(max_examples=300)
@given(short, short)
def test_longest_shared_by_brute_force(text, source):
    stretches = [text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)]
    shared = [stretch for stretch in stretches if stretch in source]
    assert longest_shared(text, source) == max(shared, key=len)  # max takes the first of equals, as they stand in text


def test_longest_shared_at_the_ends():
    assert longest_shared("", "abc") == longest_shared("abc", "") == longest_shared("", "") == ""
    assert longest_shared("xyz", "abc") == ""
    assert longest_shared("abcXcde", "abcde") == "abc"  # the first of two
    assert longest_shared("abc", "abc") == "abc"
