"""Text to tensors and back: nothing is lost, nothing crosses the split, the same seed gives the same batches."""

import itertools

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.text import (
    Batches,
    CharTokenizer,
    check_long_enough,
    excerpt,
    fixed_windows,
    random_batch,
    train_val_split,
)

sizes = st.tuples(st.integers(1, 12), st.integers(1, 200)).map(lambda s: (s[0], s[0] + s[1]))  # context, tokens


@given(st.text(min_size=1), st.data())
def test_encode_decode_is_identity(text, data):
    tokenizer = CharTokenizer(text)
    other = data.draw(st.text(st.sampled_from(tokenizer.chars)))  # also texts it was not made from
    for string in (text, other):
        tokens = tokenizer.encode(string)
        assert tokens.dtype == torch.long and tokens.shape == (len(string),)
        assert tokenizer.decode(tokens) == string
        assert tokenizer.decode(tokens.tolist()) == string
    assert tokenizer.vocab_size == len(set(text))


@given(st.text(min_size=1))
def test_vocabulary_is_sorted_and_each_token_is_used(text):
    tokenizer = CharTokenizer(text)
    assert tokenizer.chars == sorted(set(text))
    assert sorted(set(tokenizer.encode(text).tolist())) == list(range(tokenizer.vocab_size))


@given(st.text(min_size=1), st.text(), st.characters())
def test_unknown_character_is_named_with_its_position(known, before, char):
    assume(char not in known)
    tokenizer = CharTokenizer(known)
    before = "".join(c for c in before if c in known)
    with pytest.raises(ValueError) as error:
        tokenizer.encode(before + char + known + char)  # the first place counts
    message = str(error.value)
    assert message.startswith(f"{char!r} at position {len(before)} is not in the vocabulary")
    swap = next((c for c in (char.lower(), char.upper()) if c in tokenizer.chars), None)
    assert (f"{swap!r} is there; use that instead." in message) == (swap is not None)
    assert ("Remove or replace it." in message) == (swap is None)
    assert f"The {tokenizer.vocab_size} known characters are:" in message


def test_unknown_character_suggests_the_other_case():
    with pytest.raises(ValueError, match="'E' at position 1 .* 'e' is there"):
        CharTokenizer("hello").encode("hE")
    with pytest.raises(ValueError, match="'a' at position 0 .* 'A' is there"):
        CharTokenizer("ABC").encode("a")


@given(st.text(min_size=1), st.integers(0, 50), st.booleans())
def test_token_outside_the_vocabulary_is_named(text, beyond, negative):
    tokenizer = CharTokenizer(text)
    token = -1 - beyond if negative else tokenizer.vocab_size + beyond
    with pytest.raises(ValueError, match=f"Token {token} is outside .* 0 to {tokenizer.vocab_size - 1}"):
        tokenizer.decode([0, token])


def test_empty_text_has_no_vocabulary():
    with pytest.raises(ValueError, match="text is empty"):
        CharTokenizer("")


@given(st.integers(2, 3000), st.floats(0.01, 0.99))
def test_split_keeps_order_and_sizes(n, fraction):
    tokens = torch.arange(n)
    train, val = train_val_split(tokens, fraction)
    assert torch.equal(torch.cat([train, val]), tokens)  # the first part to learn from, nothing lost, nothing twice
    assert abs(len(val) - n * fraction) <= 1
    assert len(train_val_split("x" * n, fraction)[1]) == len(val)


@pytest.mark.parametrize("text", ["", "x", torch.arange(1), torch.arange(0)])
def test_split_refuses_what_cannot_be_cut_in_two(text):
    with pytest.raises(ValueError, match="at least two"):
        train_val_split(text)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_split_refuses_impossible_fraction(fraction):
    with pytest.raises(ValueError, match="val_fraction is"):
        train_val_split(torch.arange(10), fraction)


@given(sizes, st.integers(1, 9), st.integers(0, 2**31))
def test_batch_is_windows_moved_by_one(size, batch_size, seed):
    context, n = size
    tokens = torch.arange(n) * 7 + 3  # each token says where it stood
    x, y = random_batch(tokens, batch_size, context, torch.Generator().manual_seed(seed))
    assert x.shape == y.shape == (batch_size, context)
    assert torch.equal(y, x + 7)  # the next token, at every place
    assert ((x[:, 1:] - x[:, :-1]) == 7).all()  # one whole piece of the text
    again = random_batch(tokens, batch_size, context, torch.Generator().manual_seed(seed))
    assert torch.equal(x, again[0]) and torch.equal(y, again[1])


@given(sizes, st.floats(0.05, 0.95), st.integers(0, 2**31))
def test_batches_never_cross_the_split(size, fraction, seed):
    context, n = size
    train, val = train_val_split(torch.arange(2 * n), fraction)
    for part in (train, val):
        if len(part) > context:
            x, y = random_batch(part, 64, context, torch.Generator().manual_seed(seed))
            seen = torch.cat([x.flatten(), y.flatten()])
            assert part[0] <= seen.min() and seen.max() <= part[-1]


@given(st.integers(1, 6), st.integers(1, 8))
def test_every_start_occurs(context, starts):
    tokens = torch.arange(context + starts)
    x, y = random_batch(tokens, 400, context, torch.Generator().manual_seed(0))
    # (7/8)^400 < 1e-23: a start that is missing is never drawn.
    assert set(x[:, 0].tolist()) == set(range(starts))
    assert y.max() == tokens[-1]


@given(sizes)
def test_fixed_windows_cover_the_split_in_order(size):
    context, n = size
    tokens = torch.arange(n)
    x, y = fixed_windows(tokens, context)
    whole = (n - 1) // context
    assert x.shape == y.shape == (whole, context)
    assert torch.equal(x.flatten(), tokens[: whole * context])  # in order, without gap or overlap
    assert torch.equal(y, x + 1)
    assert n - 1 - whole * context < context  # no further window would have fitted
    assert all(torch.equal(a, b) for a, b in zip((x, y), fixed_windows(tokens, context), strict=True))


@given(sizes, st.integers(1, 50))
def test_fixed_windows_respects_most_and_spreads(size, most):
    context, n = size
    tokens = torch.arange(n)
    every, (x, y) = fixed_windows(tokens, context)[0], fixed_windows(tokens, context, most)
    assert len(x) == len(y) == min(most, len(every))
    assert torch.equal(y, x + 1)
    numbers = (x[:, 0] // context).tolist()
    assert set(x[:, 0].tolist()) <= set(every[:, 0].tolist())
    gaps = [b - a for a, b in itertools.pairwise([*numbers, len(every) + numbers[0]])]
    assert numbers[0] == 0 and min(gaps) >= 1 and max(gaps) - min(gaps) <= 1  # round the text in equal strides


@given(st.integers(0, 20), st.integers(1, 20))
def test_too_short_text_gets_a_sentence(n, context):
    tokens = torch.zeros(n, dtype=torch.long)
    calls = [
        lambda: check_long_enough(tokens, context),
        lambda: random_batch(tokens, 2, context),
        lambda: fixed_windows(tokens, context),
        lambda: Batches(tokens, torch.arange(100), 2, context),
        lambda: Batches(torch.arange(100), tokens, 2, context),
    ]
    for call in calls:
        if n > context:
            call()
        else:
            with pytest.raises(ValueError, match=f"has {n} tokens, too few for a context of {context}.*smaller"):
                call()


def test_batches_say_which_split_is_too_short():
    with pytest.raises(ValueError, match="training text"):
        Batches(torch.arange(3), torch.arange(100), 2, 8)
    with pytest.raises(ValueError, match="validation text"):
        Batches(torch.arange(100), torch.arange(3), 2, 8)
    with pytest.raises(ValueError, match="batch_size is 0"):
        Batches(torch.arange(100), torch.arange(100), 0, 8)


@given(st.integers(0, 2**31), st.integers(0, 5), st.integers(1, 5))
def test_position_brings_the_same_batches_back(seed, before, after):
    train, val = train_val_split(torch.arange(500))
    batches, same = Batches(train, val, 3, 8, seed=seed), Batches(train, val, 3, 8, seed=seed)
    for _ in range(before):
        assert all(torch.equal(a, b) for a, b in zip(next(batches), next(same), strict=True))
    position = batches.position
    first = [next(batches) for _ in range(after)]
    other = Batches(train, val, 3, 8, seed=seed + 1)
    other.position = position
    for x, y in first:
        again = next(other)
        assert torch.equal(x, again[0]) and torch.equal(y, again[1])


def test_batches_do_not_use_the_default_generator():
    before = torch.get_rng_state()
    batches = iter(Batches(torch.arange(100), torch.arange(100), 3, 8))
    drawn = [next(batches)[0] for _ in range(20)]
    assert torch.equal(before, torch.get_rng_state())
    assert len({tuple(x.flatten().tolist()) for x in drawn}) == 20  # and they are not all the same


@given(st.text(min_size=1), st.text())
def test_an_excerpt_can_always_be_encoded(text, wanted):
    found = excerpt(text, wanted)
    CharTokenizer(text).encode(found)
    assert found == wanted if set(wanted) <= set(text) else found == text[: len(wanted)]
    assert bool(found) == bool(wanted)
