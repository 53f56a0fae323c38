"""The baselines against slow counting in plain Python, the toy language against its definition, and a leak found."""

import collections
import itertools
import math
import random

import pytest
import torch
import torch.nn as nn
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import baselines
from helpers.baselines import ToyLanguage, bigram, bigram_probabilities, uniform, unigram
from helpers.evaluation import evaluate, loss_of
from helpers.model import GPT, GPTConfig
from helpers.text import CharTokenizer, fixed_windows, random_batch

token_lists = st.lists(st.integers(0, 6), min_size=2, max_size=60)
smoothings = st.floats(0.01, 10)


@given(st.integers(1, 100_000))
def test_uniform_is_ln_v(vocab_size):
    assert uniform(vocab_size) == pytest.approx(-math.log(1 / vocab_size))


def test_uniform_refuses_an_empty_vocabulary():
    with pytest.raises(ValueError, match="vocab_size is 0"):
        uniform(0)


@given(token_lists, token_lists, smoothings, st.integers(0, 4))
def test_unigram_equals_slow_count(train, val, smoothing, unseen):
    vocab_size = max(train + val) + 1 + unseen
    counts = collections.Counter(train)
    total = len(train) + smoothing * vocab_size
    slow = -sum(math.log((counts[token] + smoothing) / total) for token in val) / len(val)
    assert unigram(torch.tensor(train), torch.tensor(val), vocab_size, smoothing) == pytest.approx(slow)
    if not unseen:  # the vocabulary is found in the splits where it is not given
        assert unigram(torch.tensor(train), torch.tensor(val), smoothing=smoothing) == pytest.approx(slow)


@given(token_lists, token_lists, smoothings, st.integers(0, 4))
def test_bigram_equals_slow_count(train, val, smoothing, unseen):
    vocab_size = max(train + val) + 1 + unseen
    pairs, firsts = collections.Counter(itertools.pairwise(train)), collections.Counter(train[:-1])
    slow = 0.0
    for now, following in itertools.pairwise(val):
        slow -= math.log((pairs[now, following] + smoothing) / (firsts[now] + smoothing * vocab_size))
    slow /= len(val) - 1
    assert bigram(torch.tensor(train), torch.tensor(val), vocab_size, smoothing) == pytest.approx(slow)
    if not unseen:
        assert bigram(torch.tensor(train), torch.tensor(val), smoothing=smoothing) == pytest.approx(slow)


@given(token_lists, smoothings, st.integers(0, 4))
def test_bigram_rows_sum_to_one(tokens, smoothing, unseen):
    vocab_size = max(tokens) + 1 + unseen
    table = bigram_probabilities(torch.tensor(tokens), vocab_size, smoothing)
    assert table.shape == (vocab_size, vocab_size)
    assert (table > 0).all()
    torch.testing.assert_close(table.sum(dim=1), torch.ones(vocab_size, dtype=table.dtype))


@given(token_lists)
def test_default_smoothing_is_laplace(tokens):
    tokens = torch.tensor(tokens)
    assert unigram(tokens, tokens) == unigram(tokens, tokens, smoothing=1)
    assert bigram(tokens, tokens) == bigram(tokens, tokens, smoothing=1)


@given(token_lists)
def test_bigram_is_below_unigram_on_its_training_data(tokens):
    # Scored on the same tokens (the bigram has no guess for the first) and with hardly any smoothing, knowing
    # the token before can only help.
    tokens = torch.tensor(tokens)
    later = tokens[1:] if len(tokens) > 2 else tokens[1:].repeat(2)
    assert bigram(tokens, tokens, smoothing=1e-9) <= unigram(tokens, later, int(tokens.max()) + 1, 1e-9) + 1e-6


@given(st.integers(0, 1), st.sampled_from([unigram, bigram]), st.booleans())
def test_short_split_gets_a_sentence(n, baseline, train_is_short):
    short, long = torch.zeros(n, dtype=torch.long), torch.arange(5)
    with pytest.raises(ValueError, match=f"has {n} tokens; counting needs at least 2"):
        baseline(*((short, long) if train_is_short else (long, short)))


# The toy language

TOY = ToyLanguage()
ALPHABET = sorted(set(TOY.sample(20_000, torch.Generator().manual_seed(0))))


def toy_text(seed, n_chars):
    return TOY.sample(n_chars, torch.Generator().manual_seed(seed))


@given(st.integers(0, 10**9), st.integers(0, 1000))
def test_sample_is_possible_and_has_the_length_asked_for(seed, n_chars):
    text = toy_text(seed, n_chars)
    assert len(text) == n_chars  # a text that is cut off is fine
    surprise = TOY.surprise(text)
    assert len(surprise) == n_chars
    assert all(0 <= value < math.inf for value in surprise)
    assert text == toy_text(seed, n_chars)  # same generator, same text
    assert toy_text(seed, n_chars + 50).startswith(text)


@settings(max_examples=30)
@given(st.integers(0, 10**9), st.integers(0, 400))
def test_next_character_probabilities_sum_to_one(seed, n_chars):
    prefix = toy_text(seed, n_chars)
    chances = {char: math.exp(-TOY.surprise(prefix + char)[-1]) for char in ALPHABET}
    assert sum(chances.values()) == pytest.approx(1)


@settings(max_examples=30)
@given(st.integers(0, 10**9), st.integers(0, 300), st.integers(1, 60))
def test_surprise_depends_on_the_past_alone(seed, n_chars, more):
    text = toy_text(seed, n_chars + more)
    assert TOY.surprise(text)[:n_chars] == TOY.surprise(text[:n_chars])
    assert TOY.nats_per_char(text) == pytest.approx(sum(TOY.surprise(text)) / len(text))


@given(st.integers(0, 10**9))
def test_every_story_costs_the_same(seed):
    # ln of the number of choices, counted by hand from the grammar.
    choices = [12, 5, 12, 2, 8, 8, 6, 6, 2, 4, 6, 3, 3, 6]
    story = TOY.story(torch.Generator().manual_seed(seed))
    assert story.count("\n") == 1 and story.endswith(".\n")
    assert sum(TOY.surprise(story)) == pytest.approx(sum(map(math.log, choices)))
    assert TOY.nats_per_story == pytest.approx(sum(map(math.log, choices)))


def story_parts(seed):
    """A story, and where in it the parts stand that the beginning determines."""
    story = TOY.story(torch.Generator().manual_seed(seed))
    name, thing = story[:4], story.rstrip(".\n").split()[-1]
    again = story.index(" So ") + 4
    return story, name, thing, again


def first_impossible(text):
    return next((i for i, value in enumerate(TOY.surprise(text)) if value == math.inf), None)


@given(st.integers(0, 10**9), st.integers(0, 3), st.sampled_from("abdfgiklmnoprtuvBDFG"))
def test_recalled_name_must_be_the_name(seed, place, char):
    story, name, _, again = story_parts(seed)
    assert story[again : again + 4] == name
    assume(name[place] != char)
    changed = story[: again + place] + char + story[again + place + 1 :]
    assert first_impossible(changed) == again + place


@given(st.integers(0, 10**9), st.sampled_from('")]'))
def test_bracket_must_be_closed_by_its_own(seed, char):
    story, *_ = story_parts(seed)
    place = story.index(" So ") - 1
    opening = next(c for c in story if c in '"([')
    assert story[place] == {'"': '"', "(": ")", "[": "]"}[opening]
    assume(char != story[place])
    assert first_impossible(story[:place] + char + story[place + 1 :]) == place


@given(st.integers(0, 10**9))
def test_verb_must_agree_across_the_clause(seed):
    story, *_ = story_parts(seed)
    place = story.index(" it. ")  # "... sees it." or "... see it."
    several = "s who " in story
    assert (story[place - 1] == "s") == (not several)
    changed = story[:place] + "s" + story[place:] if several else story[: place - 1] + story[place:]
    assert first_impossible(changed) == (place if several else place - 1)


@given(st.integers(0, 10**9))
def test_clause_verb_must_agree_with_its_neighbour(seed):
    story, *_ = story_parts(seed)
    after = story[story.index(" who ") + 5 :]
    assert after.split()[0].endswith("s") == ("s who " not in story)


@given(st.integers(0, 10**9), st.sampled_from(baselines.THINGS))
def test_thing_must_be_the_lost_one(seed, other):
    story, _, thing, again = story_parts(seed)
    assert thing in story[:again]
    assume(other != thing)
    changed = story[: -len(thing) - 2] + other + ".\n"
    assert math.isinf(TOY.nats_per_char(changed))


@given(st.integers(0, 10**9))
def test_pronoun_must_fit_the_name(seed):
    story, name, _, again = story_parts(seed)
    owner = "her" if name.endswith("a") else "his"
    assert story[again + 4 :].startswith(f" has {owner} ")
    changed = story[: again + 4] + story[again + 4 :].replace(owner, "his" if owner == "her" else "her")
    assert math.isinf(TOY.nats_per_char(changed))


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_grammar_is_unambiguous(seed):
    """No choice is the beginning of another beside it, at any point of the story."""
    rng, story = random.Random(seed), baselines._story()
    options = next(story)
    while options:
        assert len(set(options)) == len(options) and all(options)
        for one in options:
            assert not any(other != one and other.startswith(one) for other in options)
        options = baselines._send(story, rng.choice(options))


def test_choices_come_as_often_as_the_limit_says():
    text = toy_text(8, 300_000)
    stories = text.splitlines()[:-1]
    for place, options in ((0, baselines.INITIALS), (1, baselines.VOWELS), (2, baselines.CONSONANTS), (3, "ao")):
        counts = collections.Counter(story[place] for story in stories)
        assert set(counts) == set(options)
        expected = len(stories) / len(options)
        assert all(abs(count - expected) < 5 * math.sqrt(expected) for count in counts.values())
    # The empirical cost of a choice is what the exact surprise charges for it: ln of the number of options.
    counts = collections.Counter(story[0] for story in stories)
    entropy = -sum(c / len(stories) * math.log(c / len(stories)) for c in counts.values())
    assert entropy == pytest.approx(TOY.surprise(text)[0], abs=0.02)


def test_limit_lies_far_below_the_counted_baselines():
    text = toy_text(9, 60_000)
    tokens = CharTokenizer(text).encode(text)
    limit = TOY.nats_per_char(text)
    assert 0.15 < limit < 0.3
    assert limit + 1 < bigram(tokens, tokens) < unigram(tokens, tokens) < uniform(int(tokens.max()) + 1)


@given(st.text(min_size=1, max_size=30))
def test_foreign_text_is_infinitely_surprising_to_its_end(text):
    assume(text[0] not in baselines.INITIALS)
    assert TOY.surprise(text) == [math.inf] * len(text)


def test_toy_refuses_nonsense():
    with pytest.raises(ValueError, match="n_chars is -1"):
        TOY.sample(-1)
    with pytest.raises(ValueError, match="text is empty"):
        TOY.nats_per_char("")


def test_reading_the_limit_leaves_the_default_generator_alone():
    before = torch.get_rng_state()
    assert TOY.nats_per_story > 0 and TOY.nats_per_char(toy_text(0, 100)) > 0
    assert torch.equal(before, torch.get_rng_state())


class SeesNext(nn.Module):
    """A GPT whose input holds the next token beside the present one: what a missing mask or a wrong shift does."""

    def __init__(self, gpt):
        super().__init__()
        self.gpt, self.config = gpt, gpt.config
        self.ahead = nn.Embedding(gpt.config.vocab_size, gpt.config.n_embd)

    def forward(self, idx):
        gpt = self.gpt
        following = self.ahead(idx.roll(-1, dims=1))  # right but for the last position of the window
        x = gpt.token_embedding(idx) + gpt.position_embedding.weight[: idx.shape[1]] + following
        return gpt.lm_head(gpt.final_norm(gpt.blocks(x)))


class NoMask(nn.Module):
    """Attention weights of a GPT computed without the causal mask."""

    def __init__(self, gpt, monkeypatch):
        super().__init__()
        self.gpt, self.config, self.monkeypatch = gpt, gpt.config, monkeypatch

    def forward(self, idx):
        attention = torch.nn.functional.scaled_dot_product_attention
        with self.monkeypatch.context() as patch:
            patch.setattr(
                "helpers.model.F.scaled_dot_product_attention",
                lambda q, k, v, is_causal, dropout_p: attention(q, k, v, dropout_p=dropout_p),
            )
            return self.gpt(idx)


def held_out_loss(model, train, val, n_steps, learning_rate=1e-2):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, n_steps)
    generator = torch.Generator().manual_seed(0)
    for _ in range(n_steps):
        loss = loss_of(model, *random_batch(train, 16, model.config.context_length, generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return evaluate(model, fixed_windows(val, model.config.context_length))


@pytest.mark.parametrize("kind", ["causal", "sees next", "no mask"])
def test_only_a_leak_gets_below_the_limit(kind, monkeypatch):
    text, held_out = toy_text(1, 60_000), toy_text(2, 20_000)
    tokenizer = CharTokenizer(text)
    torch.manual_seed(0)
    gpt = GPT(GPTConfig(tokenizer.vocab_size, context_length=48, n_layer=1, n_head=2, n_embd=32))
    models = {"causal": lambda: gpt, "sees next": lambda: SeesNext(gpt), "no mask": lambda: NoMask(gpt, monkeypatch)}
    model = models[kind]()
    loss = held_out_loss(model, tokenizer.encode(text), tokenizer.encode(held_out), 500)
    limit = TOY.nats_per_char(held_out)
    print(f"{kind}: {loss:.3f} nats, limit {limit:.3f}")
    if kind == "causal":
        assert loss > limit * 1.5
    else:
        assert loss < limit * 0.8
