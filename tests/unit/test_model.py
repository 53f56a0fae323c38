"""The models: no look ahead, equal to PyTorch's own, begun where they should be, and clear about wrong sizes."""

import dataclasses
import math

import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import (
    GPT,
    Bigram,
    Block,
    CausalSelfAttention,
    FeedForward,
    GPTConfig,
    Head,
    MultiHeadAttention,
    count_parameters,
)

few = settings(max_examples=25)
seeds = st.integers(0, 10**6)


@st.composite
def configs(draw, **fixed):
    n_head = draw(st.integers(1, 4))
    sizes = dict(
        vocab_size=draw(st.integers(2, 30)),
        context_length=draw(st.integers(2, 16)),
        n_layer=draw(st.integers(1, 3)),
        n_head=n_head,
        n_embd=n_head * draw(st.integers(1, 6)),
        activation=draw(st.sampled_from(["relu", "gelu"])),
        tie_weights=draw(st.booleans()),
    )
    return GPTConfig(**sizes | fixed)


KINDS = {
    "Head": lambda c: Head(c.n_embd, c.n_embd // c.n_head, c.context_length),
    "MultiHeadAttention": lambda c: MultiHeadAttention(c.n_embd, c.n_head, c.context_length),
    "CausalSelfAttention": CausalSelfAttention,
    "FeedForward": FeedForward,
    "Block": Block,
    "GPT": GPT,
    "Bigram": lambda c: Bigram(c.vocab_size),
}


def make(kind, config):
    """A module with weights large enough that every input matters."""
    module = KINDS[kind](config)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=0.5)
    return module.eval()


def random_input(kind, config, batch_size, length):
    if kind in ("GPT", "Bigram"):
        return torch.randint(config.vocab_size, (batch_size, length))
    return torch.randn(batch_size, length, config.n_embd)


@pytest.mark.parametrize("kind", KINDS)
@few
@given(configs(), seeds, st.data())
def test_causality(kind, config, seed, data):
    """Changing the input from position t + 1 on changes no output up to t."""
    torch.manual_seed(seed)
    length = data.draw(st.integers(2, config.context_length))
    keep = data.draw(st.integers(1, length - 1))
    module, x = make(kind, config), random_input(kind, config, 2, length)
    other = torch.cat([x[:, :keep], random_input(kind, config, 2, length - keep)], dim=1)
    with torch.no_grad():
        a, b = module(x), module(other)
    torch.testing.assert_close(a[:, :keep], b[:, :keep], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ["Head", "MultiHeadAttention", "CausalSelfAttention", "Block", "GPT"])
@few
@given(configs(), seeds, st.data())
def test_gradient_sees_all_of_the_past_and_none_of_the_future(kind, config, seed, data):
    torch.manual_seed(seed)
    config = dataclasses.replace(config, n_embd=config.n_head * 4)
    place = data.draw(st.integers(0, config.context_length - 1))
    module = make(kind, config)
    if kind == "GPT":  # its input are whole numbers: ask at the embeddings
        x = torch.randn(1, config.context_length, config.n_embd, requires_grad=True)
        out = module.lm_head(module.final_norm(module.blocks(x)))
    else:
        x = random_input(kind, config, 1, config.context_length).requires_grad_()
        out = module(x)
    (out[0, place] * torch.randn(out.shape[-1])).sum().backward()
    reached = x.grad[0].abs().sum(dim=-1)
    assert (reached[place + 1 :] == 0).all()
    assert (reached[: place + 1] > 0).all()


@few
@given(configs(), seeds, st.integers(1, 4))
def test_shapes_and_any_length_up_to_the_context(config, seed, batch_size):
    torch.manual_seed(seed)
    model = make("GPT", config)
    idx = random_input("GPT", config, batch_size, config.context_length)
    with torch.no_grad():
        whole = model(idx)
        assert whole.shape == (batch_size, config.context_length, config.vocab_size)
        short = model(idx[:, :1])
    torch.testing.assert_close(short, whole[:, :1], atol=1e-5, rtol=1e-4)
    assert make("Head", config)(torch.randn(2, 2, config.n_embd)).shape == (2, 2, config.n_embd // config.n_head)


@few
@given(configs(), seeds, st.data())
def test_head_equals_scaled_dot_product_attention(config, seed, data):
    torch.manual_seed(seed)
    head, x = make("Head", config), random_input("Head", config, 3, data.draw(st.integers(1, config.context_length)))
    q, k, v = head.query(x), head.key(x), head.value(x)
    torch.testing.assert_close(head(x), F.scaled_dot_product_attention(q, k, v, is_causal=True), atol=1e-5, rtol=1e-4)


@few
@given(configs(), seeds, st.data())
def test_batched_heads_equal_separate_heads(config, seed, data):
    """CausalSelfAttention is MultiHeadAttention in one product: with its weights, same values and same gradients."""
    torch.manual_seed(seed)
    separate, batched = make("MultiHeadAttention", config), make("CausalSelfAttention", config)
    parts = [torch.cat([getattr(h, name).weight for h in separate.heads]) for name in ("query", "key", "value")]
    with torch.no_grad():
        batched.qkv.weight.copy_(torch.cat(parts))
        batched.qkv.bias.zero_()
        batched.proj.load_state_dict(separate.proj.state_dict())
    x = random_input("Block", config, 2, data.draw(st.integers(1, config.context_length))) * 0.5
    xs = [x.clone().requires_grad_(), x.clone().requires_grad_()]
    a, b = separate(xs[0]), batched(xs[1])
    torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)
    direction = torch.randn_like(a) / math.sqrt(a.numel())
    (a * direction).sum().backward()
    (b * direction).sum().backward()
    torch.testing.assert_close(xs[0].grad, xs[1].grad, atol=1e-5, rtol=1e-3)
    torch.testing.assert_close(separate.proj.weight.grad, batched.proj.weight.grad, atol=1e-5, rtol=1e-3)
    grads = [torch.cat([getattr(h, name).weight.grad for h in separate.heads]) for name in ("query", "key", "value")]
    torch.testing.assert_close(torch.cat(grads), batched.qkv.weight.grad, atol=1e-5, rtol=1e-3)


@few
@given(configs(), seeds)
def test_feed_forward_works_at_each_position_alone(config, seed):
    torch.manual_seed(seed)
    module, x = make("FeedForward", config), random_input("FeedForward", config, 2, config.context_length)
    order = torch.randperm(config.context_length)
    torch.testing.assert_close(module(x)[:, order], module(x[:, order]), atol=1e-5, rtol=1e-4)
    hidden = module.net[0](x)
    hidden = hidden.relu() if config.activation == "relu" else F.gelu(hidden, approximate="tanh")
    torch.testing.assert_close(module(x), module.net[2](hidden), atol=1e-5, rtol=1e-4)


@few
@given(configs(), seeds)
def test_block_is_pre_norm_with_two_residual_sums(config, seed):
    torch.manual_seed(seed)
    block, x = make("Block", config), random_input("Block", config, 2, config.context_length)
    middle = x + block.attention(F.layer_norm(x, x.shape[-1:], block.norm_1.weight, block.norm_1.bias))
    end = middle + block.feed_forward(F.layer_norm(middle, x.shape[-1:], block.norm_2.weight, block.norm_2.bias))
    torch.testing.assert_close(block(x), end)


def test_attention_depends_on_position_only_through_the_embeddings():
    config = GPTConfig(vocab_size=5, context_length=6, n_layer=1, n_head=1, n_embd=4)
    torch.manual_seed(0)
    model, same = make("GPT", config), torch.zeros(1, 6, dtype=torch.long)
    logits = model(same)[0]
    assert (logits[1:] - logits[:-1]).abs().amax(dim=-1).min() > 1e-4  # positions are told apart
    with torch.no_grad():
        model.position_embedding.weight.zero_()
    torch.testing.assert_close(model(same)[0], model(same)[0, :1].expand(6, -1))


@few
@given(seeds, st.integers(8, 120), st.booleans(), st.sampled_from([16, 32, 64]))
def test_first_loss_is_ln_v(seed, vocab_size, tie_weights, n_embd):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size, context_length=16, n_layer=2, n_head=2, n_embd=n_embd, tie_weights=tie_weights))
    idx, targets = torch.randint(vocab_size, (64, 16)), torch.randint(vocab_size, (64, 16))
    loss = F.cross_entropy(model(idx).flatten(0, 1), targets.flatten()).item()
    # The logits have a variance of 0.02² * 768 = 0.3, and half of that comes on top.
    assert loss == pytest.approx(math.log(vocab_size) + 0.15, abs=0.2)


@few
@given(configs())
def test_tied_weights_are_one_tensor_counted_once(config):
    tied = GPT(dataclasses.replace(config, tie_weights=True))
    free = GPT(dataclasses.replace(config, tie_weights=False))
    assert tied.lm_head.weight is tied.token_embedding.weight
    assert free.lm_head.weight is not free.token_embedding.weight
    assert count_parameters(free) - count_parameters(tied) == config.vocab_size * config.n_embd
    V, T, L, C = config.vocab_size, config.context_length, config.n_layer, config.n_embd
    per_block = 2 * 2 * C + (C + 1) * 3 * C + (C + 1) * C + (C + 1) * 4 * C + (4 * C + 1) * C
    assert count_parameters(tied) == V * C + T * C + L * per_block + 2 * C


def test_frozen_parameters_are_not_counted():
    model = Bigram(7)
    assert count_parameters(model) == 49
    model.table.weight.requires_grad_(False)
    assert count_parameters(model) == 0


@settings(max_examples=5)
@given(seeds, st.integers(1, 6))
def test_initial_weights(seed, n_layer):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=60, n_layer=n_layer, n_head=2, n_embd=64))
    std = 0.02 * math.sqrt(768 / 64)  # GPT-2's 0.02 at a width of 768
    for name, parameter in model.named_parameters():
        if "norm" in name:
            assert (parameter == (1 if name.endswith("weight") else 0)).all()
        elif parameter.dim() == 1:
            assert (parameter == 0).all()
        else:
            expected = std
            if name.endswith(("attention.proj.weight", "feed_forward.net.2.weight")):  # what is added to the stream
                expected = std / math.sqrt(2 * n_layer)
            assert parameter.std().item() == pytest.approx(expected, rel=0.1), name
            assert abs(parameter.mean().item()) < 0.1 * expected


@given(configs(), st.sampled_from(["vocab_size", "context_length", "n_layer", "n_head", "n_embd"]),
       st.sampled_from([0, -1, -7, 2.0, 0.5, "3", None, True]))  # fmt: skip
def test_sizes_must_be_whole_numbers(config, name, value):
    with pytest.raises(ValueError, match=f"{name} is .*whole number of at least 1") as error:
        dataclasses.replace(config, **{name: value})
    assert repr(value) in str(error.value)


@given(st.integers(1, 64), st.integers(1, 64))
def test_heads_must_share_the_channels_equally(n_embd, n_head):
    if n_embd % n_head == 0:
        assert GPTConfig(10, n_embd=n_embd, n_head=n_head).n_embd == n_embd
        return
    with pytest.raises(ValueError, match=f"n_embd is {n_embd}, which {n_head} heads cannot share") as error:
        GPTConfig(10, n_embd=n_embd, n_head=n_head)
    fits = [h for h in range(1, n_embd + 1) if n_embd % h == 0]
    assert str(fits) in str(error.value)


@pytest.mark.parametrize("dropout", [-0.1, 1, 1.0, 2, float("nan")])
def test_dropout_must_be_a_share(dropout):
    with pytest.raises(ValueError, match="dropout is"):
        GPTConfig(10, dropout=dropout)


def test_activation_must_be_known():
    with pytest.raises(ValueError, match=r"activation is 'swish'; choose one of \['gelu', 'relu'\]"):
        GPTConfig(10, activation="swish")


@given(configs(), st.integers(1, 20))
def test_longer_than_the_context_gets_a_sentence(config, beyond):
    length = config.context_length + beyond
    with pytest.raises(ValueError, match=f"has {length} tokens.*at most {config.context_length}"):
        GPT(config)(torch.zeros(1, length, dtype=torch.long))


@few
@given(configs(dropout=0.5), seeds)
def test_eval_mode_is_deterministic_and_training_is_not(config, seed):
    torch.manual_seed(seed)
    config = dataclasses.replace(config, n_embd=16 * config.n_head)
    for kind in ("MultiHeadAttention", "CausalSelfAttention", "FeedForward", "Block", "GPT"):
        if kind == "MultiHeadAttention":
            module = MultiHeadAttention(config.n_embd, config.n_head, config.context_length, config.dropout)
        else:
            module = make(kind, config)
        x = random_input(kind, config, 2, config.context_length)
        module.eval()
        assert torch.equal(module(x), module(x))
        module.train()
        assert not torch.equal(module(x), module(x))


def test_attention_weights_are_dropped_too():
    """Dropout inside attention: with values that are all ones and no other dropout, outputs still vary."""
    torch.manual_seed(0)
    config = GPTConfig(10, context_length=8, n_head=2, n_embd=8, dropout=0.5)
    attention = CausalSelfAttention(config).train()
    attention.dropout = nn.Identity()
    x = torch.randn(2, 8, 8)
    assert not torch.equal(attention(x), attention(x))
    head = Head(8, 8, 8, dropout=0.5).train()
    assert not torch.equal(head(x), head(x))


@given(st.integers(2, 20), seeds)
def test_bigram_looks_up_the_row_of_the_current_token(vocab_size, seed):
    torch.manual_seed(seed)
    model, idx = Bigram(vocab_size), torch.randint(vocab_size, (3, 5))
    logits = model(idx)
    assert logits.shape == (3, 5, vocab_size)
    for b in range(3):
        for t in range(5):
            assert torch.equal(logits[b, t], model.table.weight[idx[b, t]])


def test_mask_is_not_saved():
    assert not [name for name in MultiHeadAttention(8, 2, 8).state_dict() if "mask" in name]
