"""Reading with a KV cache is the model itself, only quicker: token for token, in every mode, with nothing left over."""

import copy
import itertools

import pytest
import torch
import torch.nn as nn
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cache import KVCache, Reader, read_on
from helpers.model import GPT, Bigram, Block, CausalSelfAttention, GPTConfig, MultiHeadAttention
from helpers.sampling import generate, sample_text, stream
from helpers.text import CharTokenizer

few = settings(max_examples=25)


def gpt(seed=0, kind=GPT, **sizes):
    """A GPT with weights large enough that everything it does shows in its logits."""
    usual = dict(vocab_size=7, context_length=6, n_layer=2, n_head=2, n_embd=8)
    torch.manual_seed(seed)
    model = kind(GPTConfig(**usual | sizes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model


@st.composite
def gpts(draw):
    n_head = draw(st.integers(1, 4))
    sizes = dict(
        vocab_size=draw(st.integers(2, 9)), context_length=draw(st.integers(1, 9)), n_layer=draw(st.integers(1, 3)),
        n_head=n_head, n_embd=n_head * draw(st.integers(1, 4)), dropout=draw(st.sampled_from([0.0, 0.4])),
        activation=draw(st.sampled_from(["relu", "gelu"])), tie_weights=draw(st.booleans()),
    )  # fmt: skip
    model = gpt(draw(st.integers(0, 10**6)), **sizes)
    modes = draw(st.sampled_from(["train", "eval", "mixed"]))
    for number, module in enumerate(model.modules()):
        module.training = modes == "train" or (modes == "mixed" and number % 3 == 0)
    return model


def modes(model):
    return [module.training for module in model.modules()]


def tokens(model, batch_size, length, seed=0):
    shape = (batch_size, length)
    return torch.randint(model.config.vocab_size, shape, generator=torch.Generator().manual_seed(seed))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def judge(model):
    """A function from a window to what the model itself says after it, by a copy that is in eval mode."""
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    return lambda window: twin(window)[:, -1]


# read_on


@few
@given(gpts(), st.integers(1, 3), st.integers(0, 10**6), st.data())
def test_read_on_in_chunks_of_any_size_equals_the_model(model, batch_size, seed, data):
    model.eval()
    idx = tokens(model, batch_size, data.draw(st.integers(1, model.config.context_length)), seed)
    cache, parts, done = KVCache(), [], 0
    while done < idx.shape[1]:
        assert len(cache) == done
        size = data.draw(st.integers(1, idx.shape[1] - done))
        with torch.no_grad():
            parts.append(read_on(model, idx[:, done : done + size], cache))
        done += size
    assert len(cache) == done
    with torch.no_grad():
        torch.testing.assert_close(torch.cat(parts, dim=1), model(idx), rtol=1e-4, atol=1e-4)


def test_a_full_cache_says_so_in_numbers():
    model, cache = gpt(), KVCache()
    with torch.no_grad():
        read_on(model, tokens(model, 1, 4), cache)
        with pytest.raises(ValueError, match=r"holds 4 tokens and 3 more were given, but this model's context is 6\."):
            read_on(model, tokens(model, 1, 3), cache)
        assert len(cache) == 4  # and nothing happened to it
        read_on(model, tokens(model, 1, 2), cache)
        with pytest.raises(ValueError, match=r"holds 6 tokens and 1 more were given"):
            read_on(model, tokens(model, 1, 1), cache)


# Reader


@few
@given(gpts(), st.integers(1, 3), st.integers(1, 14), st.integers(0, 22), st.integers(0, 10**6), st.data())
def test_reader_says_what_the_model_says_about_its_window(model, batch_size, length, n, seed, data):
    """Every step, every slide, also where the model drops out: the window is kept here by the rule in words."""
    T, before, plain_logits = model.config.context_length, modes(model), judge(model)
    slide = data.draw(st.integers(1, T))
    idx = tokens(model, batch_size, length + n, seed)
    window = idx[:, :length][:, -T:]
    readers = [Reader(model, idx[:, :length], use_cache=use, slide=slide) for use in (None, True, False)]
    assert [reader.use_cache for reader in readers] == [True, True, False]
    for step in range(n + 1):
        expected = plain_logits(window)
        for reader in readers:
            assert torch.equal(reader.idx, idx[:, : length + step])
            torch.testing.assert_close(reader.logits(), expected, rtol=1e-4, atol=1e-4)
            assert reader.logits() is reader.logits()  # asked again, it does not read again
        if step < n:
            new = idx[:, length + step, None]
            for reader in readers:
                reader.append(new)
            window = torch.cat([window, new], dim=1)
            if window.shape[1] > T:  # full: its beginning moves on
                window = window[:, slide:]
    assert modes(model) == before


@few
@given(gpts(), st.integers(1, 3), st.integers(1, 12), st.integers(0, 25), st.sampled_from([0, 0.7, 1, 1.6]),
       st.integers(0, 10**6), st.data())  # fmt: skip
def test_same_tokens_with_cache_and_without(model, batch_size, length, n, temperature, seed, data):
    idx = tokens(model, batch_size, length, seed)
    slide = data.draw(st.integers(1, model.config.context_length))
    found = [
        generate(model, idx, n, temperature=temperature, generator=seeded(seed), use_cache=use, slide=slide)
        for use in (None, True, False)
    ]
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])


@pytest.mark.parametrize("slide", range(1, 7))
def test_same_tokens_at_every_slide_for_many_seeds(slide):
    model = gpt(slide)
    for seed in range(8):
        a, b = (
            generate(model, tokens(model, 2, 3, seed), 30, generator=seeded(seed), use_cache=use, slide=slide)
            for use in (True, False)
        )
        assert torch.equal(a, b)


@few
@given(gpts(), st.integers(1, 3), st.integers(1, 12), st.integers(0, 20), st.floats(0.3, 2), st.integers(0, 10**6))
def test_with_a_slide_of_one_it_is_the_plain_loop(model, batch_size, length, n, temperature, seed):
    idx = expected = tokens(model, batch_size, length, seed)
    generator, plain_logits = seeded(seed), judge(model)
    for _ in range(n):
        probs = (plain_logits(expected[:, -model.config.context_length :]) / temperature).softmax(dim=-1)
        expected = torch.cat([expected, torch.multinomial(probs, 1, generator=generator)], dim=1)
    assert torch.equal(generate(model, idx, n, temperature=temperature, generator=seeded(seed), slide=1), expected)


@few
@given(gpts(), st.integers(2, 4), st.integers(1, 12), st.integers(1, 20), st.integers(0, 10**6), st.data())
def test_a_row_of_a_batch_is_written_as_if_it_were_alone(model, batch_size, length, n, seed, data):
    idx = tokens(model, batch_size, length, seed)
    slide = data.draw(st.integers(1, model.config.context_length))
    together = generate(model, idx, n, temperature=0, slide=slide)
    for row in range(batch_size):
        alone = generate(model, idx[row : row + 1], n, temperature=0, slide=slide)
        assert torch.equal(together[row : row + 1], alone)


def test_sample_text_gives_the_same_text_with_cache_and_without():
    model, tokenizer = gpt(), CharTokenizer("abcdefg")
    texts = [sample_text(model, tokenizer, "abba", 40, seed=3, use_cache=use) for use in (None, True, False)]
    assert len(set(texts)) == 1
    assert sample_text(model, tokenizer, "abba", 40, seed=4) not in texts


def test_a_new_token_costs_one_row():
    """Counted at the first block: all of the prompt, then one row each, and past the context what the slide leaves."""
    model, rows = gpt(), []
    model.blocks[0].norm_1.register_forward_hook(lambda module, inputs, out: rows.append(out.shape[1]))
    for slide, expected in ((1, [4, 1, 1, 6, 6, 6, 6, 6]), (3, [4, 1, 1, 4, 1, 1, 4, 1]), (6, [4, 1, 1, 1, 1, 1, 1])):
        rows.clear()
        generate(model, tokens(model, 1, 4), len(expected), use_cache=True, slide=slide)
        assert rows[: len(expected)] == expected, slide
    rows.clear()
    generate(model, tokens(model, 1, 4), 4, use_cache=False)
    assert rows == [4, 5, 6, 6]


# Models for which there is no cache


class Scaled(GPT):
    """Its parts are those of a GPT, and yet it says something else."""

    def forward(self, idx):
        return 1.5 * super().forward(idx)


class NearSighted(CausalSelfAttention):
    """Sees one token back: the same as any attention while there is only one token."""

    def forward(self, x):
        q, k, v = self.qkv(x).split(x.shape[-1], dim=-1)
        near = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril().triu(-1)
        return self.proj(nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=near))


class WithNearSight(GPT):
    def __init__(self, config):
        super().__init__(config)
        for block in self.blocks:
            block.attention = NearSighted(config)


class WithSeparateHeads(GPT):
    """Blocks whose attention has no `qkv`: the heads of notebook 09."""

    def __init__(self, config):
        super().__init__(config)
        for block in self.blocks:
            block.attention = MultiHeadAttention(config.n_embd, config.n_head, config.context_length)


class OtherBlocks(GPT):
    def __init__(self, config):
        super().__init__(config)
        self.blocks = nn.Sequential(*(nn.Linear(config.n_embd, config.n_embd) for _ in range(config.n_layer)))


class NoPositions(nn.Module):
    """A model with a `config` and little else."""

    def __init__(self, config):
        super().__init__()
        self.config, self.table = config, nn.Embedding(config.vocab_size, config.vocab_size)

    def forward(self, idx):
        return self.table(idx).cumsum(dim=1)


@pytest.mark.parametrize("kind", [Scaled, WithNearSight, WithSeparateHeads, OtherBlocks, NoPositions])
@pytest.mark.parametrize("length", [1, 3, 9])
def test_models_of_ones_own_give_their_own_answer(kind, length):
    model = gpt(kind=kind, n_head=1).train()
    idx = expected = tokens(model, 2, length)
    reader, plain_logits = Reader(model, idx), judge(model)
    assert not reader.use_cache
    for step in range(12):
        assert torch.equal(reader.logits(), plain_logits(expected[:, -6:]))
        expected = torch.cat([expected, reader.logits().argmax(dim=-1, keepdim=True)], dim=1)
        reader.append(expected[:, -1:])
        assert all(modes(model)), step
    assert torch.equal(generate(model, idx, 12, temperature=0), expected)


def test_a_model_without_config_sees_one_token():
    model = Bigram(5)
    idx = torch.tensor([[0, 1, 2], [4, 4, 3]])
    reader = Reader(model, idx)
    assert reader.context_length == 1 and not reader.use_cache
    assert torch.equal(reader.logits(), model.table.weight[[2, 3]])
    a, b = (generate(model, idx, 20, generator=seeded(1), use_cache=use) for use in (None, False))
    assert torch.equal(a, b)
    with pytest.raises(ValueError, match="slide is 2; it must be from 1 to the context's length, 1"):
        Reader(model, idx, slide=2)


@pytest.mark.parametrize("kind", [WithSeparateHeads, OtherBlocks, NoPositions])
def test_a_cache_that_cannot_be_is_refused(kind):
    for model in (gpt(kind=kind), Bigram(7)):
        with pytest.raises(ValueError, match="use_cache is True, but this model is not made of"):
            Reader(model, torch.zeros(1, 1, dtype=torch.long), use_cache=True)


@pytest.mark.parametrize("slide", [0, -1, 7])
def test_a_slide_outside_of_the_context_is_named(slide):
    with pytest.raises(ValueError, match=f"slide is {slide}; it must be from 1 to the context's length, 6"):
        Reader(gpt(), torch.zeros(1, 1, dtype=torch.long), slide=slide)


# What is left behind


class Tired(Block):
    """Fails at the third time."""

    def forward(self, x):
        self.calls = getattr(self, "calls", 0) + 1
        if self.calls > 2:
            raise RuntimeError("tired")
        return super().forward(x)


@few
@given(gpts(), st.integers(0, 12), st.sampled_from([None, False]), st.integers(0, 100))
def test_stream_leaves_mode_random_numbers_and_gradients_alone(model, n, use_cache, seed):
    """Also while it waits, and when nobody reads on: between two tokens the model is as it was found."""
    before, state = modes(model), torch.get_rng_state()
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    drawn = stream(model, tokens(model, 2, 3), generator=seeded(seed), use_cache=use_cache)
    for token, logits in itertools.islice(drawn, n):
        assert modes(model) == before and torch.is_grad_enabled()
        assert token.shape == (2, 1) and not token.requires_grad
        assert not logits.requires_grad and logits.grad_fn is None
    del drawn
    assert modes(model) == before and torch.equal(torch.get_rng_state(), state) and torch.is_grad_enabled()
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("use_cache", [True, False])
def test_no_graph_is_kept(use_cache):
    reader = Reader(gpt(), torch.zeros(1, 3, dtype=torch.long), use_cache=use_cache)
    for _ in range(10):
        assert not reader.logits().requires_grad
        reader.append(torch.ones(1, 1, dtype=torch.long))
    reader.logits()
    kept = [tensor for pair in reader._cache._blocks for tensor in pair]
    assert len(kept) == (4 if use_cache else 0) and not any(tensor.requires_grad for tensor in kept)


def test_the_mode_is_put_back_when_the_model_fails():
    model = gpt().train()
    model.blocks[1] = Tired(model.config)
    model.blocks[1].eval()
    before = modes(model)
    drawn = stream(model, torch.zeros(1, 1, dtype=torch.long), use_cache=False)
    with pytest.raises(RuntimeError, match="tired"):
        list(itertools.islice(drawn, 9))
    assert modes(model) == before and torch.is_grad_enabled()
