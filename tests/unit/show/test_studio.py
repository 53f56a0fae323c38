"""The studio without a browser: what it writes and shows is right, it answers meanwhile and touches nothing else."""

import base64
import copy
import html.parser
import io
import itertools
import math
import re
import time

import ipywidgets
import matplotlib.image
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import sampling
from helpers.model import GPT, GPTConfig
from helpers.sampling import next_distribution, sample_text
from helpers.show import model_plots, picture
from helpers.show.studio import Studio
from helpers.show.writer import STAGES, Writer, entropy, stages
from helpers.text import CharTokenizer
from helpers.training.loop import steps

few = settings(max_examples=25)
MARKUP = CharTokenizer('<>&"abc\n')
T = 6


def gpt(vocab_size=8, seed=0, dropout=0.0):
    torch.manual_seed(seed)
    sizes = dict(context_length=T, n_layer=1, n_head=2, n_embd=8, dropout=dropout)
    model = GPT(GPTConfig(vocab_size, **sizes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model


def studio(model=None, tokenizer=MARKUP, prompt="a<b>\n", **options):
    return Studio(gpt() if model is None else model, tokenizer, prompt, **options)


def written(column):
    return column.tokenizer.decode(column.writer.tokens)


@pytest.fixture
def undrawn(monkeypatch):
    """For tests that look at no picture: each drawing is a new number, at no cost."""
    numbers = itertools.count()
    monkeypatch.setattr(picture, "png", lambda figure: b"%d" % next(numbers))


def wait_until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


# Writer

# Close together, so that each of the filters has something to do.
logits = st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=12).map(torch.tensor)
settings_of_a_moment = st.tuples(
    st.floats(0.3, 3) | st.floats(0.05, 3) | st.sampled_from([0, 1e-40, 1e-7, 1e-3]),
    st.integers(1, 9),
    st.floats(0.01, 1),
)


@given(logits, settings_of_a_moment)
def test_stages_lead_to_the_distribution_that_is_drawn_from(logits, moment):
    temperature, top_k, _ = moment
    found = stages(logits, *moment)
    assert len(found) == len(STAGES) == 4
    torch.testing.assert_close(found[0], next_distribution(logits))
    torch.testing.assert_close(found[1], next_distribution(logits, temperature))
    if temperature >= 1e-6:  # where all but one are gone, no filter is there to be seen
        torch.testing.assert_close(found[2], next_distribution(logits, temperature, top_k))
    assert torch.equal(found[3], next_distribution(logits, *moment))


@given(logits, settings_of_a_moment)
def test_entropy_is_that_of_torch(logits, moment):
    for probs in stages(logits, *moment):
        expected = torch.distributions.Categorical(probs).entropy().item()
        assert entropy(probs) == pytest.approx(expected, abs=1e-5) and entropy(probs) >= 0
    assert entropy(torch.tensor([0.0, 1.0, 0.0])) == 0
    assert entropy(torch.full((8,), 1 / 8)) == pytest.approx(math.log(8))


@few
@given(st.text(st.sampled_from(MARKUP.chars), min_size=1, max_size=10), st.integers(0, 20), st.integers(0, 10**6),
       settings_of_a_moment)  # fmt: skip
def test_writer_writes_what_sample_text_writes(prompt, n, seed, moment):
    model, state = gpt(seed=seed % 5), torch.get_rng_state()
    writer = Writer(model, MARKUP, lambda: moment)
    names = ("temperature", "top_k", "top_p")
    expected = sample_text(model, MARKUP, prompt, n, seed=seed, **dict(zip(names, moment, strict=True)))
    for _ in range(2):  # begun anew, it writes the same again
        writer.begin(prompt, seed)
        for _ in range(n):
            writer.step()
        assert prompt + MARKUP.decode(writer.tokens) == expected
    assert torch.equal(torch.get_rng_state(), state)
    for place, token in enumerate(writer.tokens):
        seen, chosen = writer.at(place)
        assert chosen == token
        assert writer.shares[place] == pytest.approx(next_distribution(seen, *moment)[token].item(), abs=1e-6)
    seen, chosen = writer.at(n)
    assert chosen is None and not seen.requires_grad
    with torch.no_grad():
        torch.testing.assert_close(seen, model(MARKUP.encode(expected)[None, -T:])[0, -1], rtol=1e-4, atol=1e-4)


def test_settings_are_read_once_for_each_character():
    """They may be changed by another thread at any moment; a character and its share are of the same ones."""
    model, calls = gpt(), []
    moments = [(3.0, 8, 1.0), (0, 8, 1.0), (0.5, 2, 1.0), (1.0, 8, 0.3)]

    def moment():
        calls.append(moments[len(calls) % 4])
        return calls[-1]

    writer = Writer(model, MARKUP, moment)
    writer.begin("a", 3)
    generator, idx = torch.Generator().manual_seed(3), MARKUP.encode("a")[None]
    for place in range(12):
        writer.step()
        with torch.no_grad():
            probs = next_distribution(model(idx[:, -T:])[:, -1], *moments[place % 4])
        idx = torch.cat([idx, torch.multinomial(probs, 1, generator=generator)], dim=1)
        assert writer.tokens[-1] == idx[0, -1] and len(calls) == place + 1
        assert writer.shares[-1] == pytest.approx(probs[0, idx[0, -1]].item(), abs=1e-5)


def test_a_prompt_that_cannot_be_read_leaves_the_writer_as_it_was():
    writer = Writer(gpt(), MARKUP, lambda: (1.0, 8, 1.0))
    writer.begin("ab", 1)
    writer.step()
    for prompt, words in (("", "The prompt is empty"), ("abx", "'x' at position 2")):
        with pytest.raises(ValueError, match=words):
            writer.begin(prompt, 1)
        assert len(writer.tokens) == 1 and writer.reader.idx.shape == (1, 3)


# What the studio writes


def test_both_columns_write_what_their_settings_say(undrawn):
    model = gpt()
    shown = studio(model, a=(0.5, 3, None), b=(1.5, None, 0.7), seed=4)
    texts = []
    for moment in (dict(temperature=0.5, top_k=3), dict(temperature=1.5, top_p=0.7)):
        texts.append(sample_text(model, MARKUP, "a<b>\n", 12, seed=4, **moment))
    shown.write(5)
    shown.write(6)
    shown.buttons["Step"].click()
    assert ["a<b>\n" + written(column) for column in shown.columns] == texts
    assert shown.place.value == shown.place.max == 12


def test_equal_settings_write_equal_texts_and_another_seed_another(undrawn):
    shown = studio(a=(1.1, 5, 0.9), b=(1.1, 5, 0.9))
    shown.write(40)
    a, b = map(written, shown.columns)
    assert a == b
    shown.seed.value = 2  # begins anew
    assert not shown.columns[0].writer.tokens and shown.place.value == 0
    shown.write(40)
    assert written(shown.columns[0]) == written(shown.columns[1]) != a
    shown.seed.value = 1
    shown.write(40)
    assert written(shown.columns[0]) == a


def test_generate_writes_to_its_end_in_a_thread_of_its_own(undrawn):
    model = gpt()
    shown = studio(model, a=(0.9, None, None), length=8)
    shown.write(3)  # forgotten when Generate is pressed
    shown.buttons["Generate"].click()
    thread = shown._thread
    assert thread.is_alive()
    thread.join(60)
    assert "a<b>\n" + written(shown.columns[0]) == sample_text(model, MARKUP, "a<b>\n", 8, seed=1, temperature=0.9)
    assert len(shown.columns[1].writer.tokens) == 8
    assert shown.message == "Wrote 8 characters. Look at each with the slider below."
    assert shown.place.value == shown.place.max == 8


def test_settings_moved_while_it_writes_count_from_then_on_until_stop(undrawn):
    shown = studio(length=500, b=(1.0, None, None))
    a, b = shown.columns
    shown.generate()
    wait_until(lambda: len(a.writer.shares) >= 3)
    assert min(a.writer.shares) < 1
    a.temperature.value, b.top_k.value = 0, 1
    moved = len(a.writer.shares) + 1  # one may have been on its way
    wait_until(lambda: len(b.writer.shares) >= moved + 4)
    shown.buttons["Stop"].click()
    n = len(a.writer.tokens)
    assert shown._thread is None and moved + 4 <= n < 500
    assert set(a.writer.shares[moved:]) == set(b.writer.shares[moved:]) == {1.0}
    assert shown.message == f"Stopped after {n} characters. Look at each with the slider below."
    time.sleep(0.1)
    assert len(a.writer.tokens) == len(b.writer.tokens) == n, "stopped is stopped"
    assert html_text(a.text.value) == "a<b>\n" + written(a)
    shown.stop()  # once more does no harm


# What it shows


class Tags(html.parser.HTMLParser):
    """What a browser makes of a piece of HTML: its tags, and its text."""

    def __init__(self, value):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(value)
        self.close()
        assert not self.open, f"left open: {self.open}"
        # A parser forgives a bracket that stands alone; here none may.
        rest = re.sub(r"</?(p|b|pre|span)( [^<>]*)?>", "", value)
        assert not re.search(r"[<>]|&(?!(lt|gt|amp|quot|#x27);)", rest), rest

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, tuple(sorted(name for name, value in attributes))))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def html_text(value):
    return Tags(value).text.replace("⏎\n", "\n")


def html_widgets(box):
    for child in getattr(box, "children", ()):
        yield from html_widgets(child)
    if isinstance(box, ipywidgets.HTML):
        yield box


EXPECTED = {("p", ()), ("b", ()), ("pre", ("style",)), ("span", ("style", "title"))}


@pytest.mark.parametrize("prompt", ["<b>a</b>&lt;", '\n<!--<a " bc>&amp;'])
def test_markup_stays_text(undrawn, prompt):
    tokenizer = CharTokenizer('<>&"ab/!-;ltmpc \n')
    shown = studio(gpt(tokenizer.vocab_size), tokenizer, prompt, a=(3.0, None, None))
    shown.write(40)
    for place in (7, 40):
        shown.place.value = place
        for part in html_widgets(shown):
            assert set(Tags(part.value).tags) <= EXPECTED
        for column in shown.columns:
            assert html_text(column.text.value) == prompt + written(column)
            assert column.text.value.count("outline") == (place < 40)
            assert Tags(column.text.value).tags[1:] == [("b", ()), *40 * [("span", ("style", "title"))]]
    tokens = shown.columns[0].writer.tokens
    assert len({*tokens} & {*tokenizer.encode('<>&"').tolist()}) == 4, "all that is dangerous was written"


@pytest.mark.parametrize("bad, words", [("", "The prompt is empty"), ("a<img src=x>", "'i' at position 2"),
                                        ("\\", "'\\\\' at position 0")])  # fmt: skip
def test_a_bad_prompt_becomes_a_sentence_and_what_was_shown_stays(undrawn, bad, words):
    shown = studio(prompt="ab")
    shown.write(4)
    before = [(column.image.value, column.text.value, column.caption.value) for column in shown.columns]
    texts = [written(column) for column in shown.columns]
    shown.prompt.value = bad
    assert words in shown.message
    tags = Tags(shown._message.value)
    assert tags.tags == [("p", ())] and tags.text == shown.message
    shown.generate()
    assert words in shown.message and shown._thread is None
    assert before == [(column.image.value, column.text.value, column.caption.value) for column in shown.columns]
    # What stands there is still the text of the old prompt: looked at, written on and drawn as such.
    shown.place.value = 2
    shown.write(1)
    for column, text in zip(shown.columns, texts, strict=True):
        assert written(column).startswith(text) and len(column.writer.tokens) == 5
        assert html_text(column.text.value) == "ab" + written(column)
    assert "ab" in drawn_text(shown.picture()) and "img" not in drawn_text(shown.picture())
    shown.prompt.value = "b\\na"  # a line break
    assert html_text(shown.columns[0].text.value) == "b\na" and not shown.columns[0].writer.tokens
    assert shown.message == "The model sees at most 6 characters; once they are full, the oldest drops out."


@pytest.mark.parametrize("bad, words", [("", "The prompt is empty"), ("ROMEO.\n", "'R' at position 0 is not in")])
def test_a_bad_prompt_at_the_start_is_an_error_that_says_so(undrawn, bad, words):
    with pytest.raises(ValueError, match=words):
        studio(prompt=bad)


def test_a_prompt_longer_than_the_context_is_said(undrawn):
    shown = studio(prompt="abcabcabc")
    assert shown.message == "The model sees at most 6 characters; of the prompt's 9 it sees the last 6."


def slow_stages(logits, temperature, top_k, top_p):
    """The four distributions over tokens, written out in plain Python."""

    def softmax(values):
        top = max(values)
        weights = [math.exp(value - top) for value in values]
        return [weight / sum(weights) for weight in weights]

    warm = [value / temperature for value in logits]
    kth = sorted(warm, reverse=True)[min(top_k, len(warm)) - 1]
    cut = [value if value >= kth else -math.inf for value in warm]
    kept, total = set(), 0.0
    for i in sorted(range(len(cut)), key=lambda i: -cut[i]):
        if total < top_p or top_p == 1:
            kept.add(i)
        total += softmax(cut)[i]
    last = [value if i in kept else -math.inf for i, value in enumerate(cut)]
    return [softmax(values) for values in (logits, warm, cut, last)]


@pytest.mark.parametrize("vocab", ['<>&"abc\n', "abcdefghijklmnopqrstuvwxyz"])
def test_look_at_shows_the_choice_at_that_character(vocab):
    tokenizer = CharTokenizer(vocab)
    model, V = gpt(tokenizer.vocab_size, seed=7), tokenizer.vocab_size
    shown = studio(model, tokenizer, "abc", a=(0.7, 5, None), b=(1.6, None, 0.6))
    shown.write(9)  # beyond the context
    for column, moment in zip(shown.columns, [(0.7, 5, 1), (1.6, V, 0.6)], strict=True):
        text = tokenizer.encode("abc" + written(column))
        for place in range(10):
            with torch.no_grad():
                seen = model(text[None, : 3 + place][:, -T:])[0, -1]
            rows = slow_stages(seen.tolist(), *moment)
            title, labels, found, notes, chosen, said = column.numbers(place)
            order = sorted(range(V), key=lambda i: -seen[i].item())[:16]
            assert title == f"{column.name}: temperature {moment[0]:.2f}, top-k {moment[1]}, top-p {moment[2]:.2f}"
            assert labels == [tokenizer.chars[i] for i in order]
            for stage in range(4):
                assert found[stage] == pytest.approx([rows[stage][i] for i in order], abs=1e-5)
                choice = -sum(p * math.log(p) for p in rows[stage] if p > 0)
                left = sum(p > 0 for p in rows[stage])
                assert re.fullmatch(rf"entropy (\d+\.\d\d), {left} left", notes[stage])
                assert float(notes[stage].split()[1].strip(",")) == pytest.approx(choice, abs=0.006)
            assert f"{sum(p > 0 for p in rows[3])} of {V} characters can come" in said
            assert f"likeliest is {picture.visible(tokenizer.chars[order[0]])} with {max(rows[3]):.2f}." in said
            if place == 9:
                assert chosen is None and "Written was" not in said
            else:
                token = int(text[3 + place])
                assert chosen == (order.index(token) if token in order else None)
                drawn = picture.visible(tokenizer.chars[token])
                assert f"Written was {drawn}, with {rows[3][token]:.2f} (now {rows[3][token]:.2f}, " in said
                assert f"unfiltered {rows[0][token]:.2f})" in said
    # The slider shows just these.
    shown.place.value = 2
    for column in shown.columns:
        assert Tags(column.caption.value).text == column.numbers(2)[-1]
        assert column.panels.title.get_text() == column.numbers(2)[0]
        assert column.image.value == fresh(column, 2)


def fresh(column, place):
    """The picture of a column, drawn by a figure that has shown nothing before."""
    *numbers, _ = column.numbers(place)
    figure, (panels,) = model_plots.stage_figure(STAGES, len(numbers[1]))
    panels.show(*numbers)
    return picture.png(figure)


def test_a_slider_redraws_its_own_column_alone(monkeypatch):
    shown = studio()
    shown.write(6)
    shown.place.value = 3
    texts, shares = [written(column) for column in shown.columns], [*shown.columns[0].writer.shares]
    drawn, png = [], picture.png
    names = {id(column.figure): column.name for column in shown.columns}
    monkeypatch.setattr(picture, "png", lambda figure: drawn.append(names.get(id(figure))) or png(figure))
    moves = [("A", "temperature", 2.5), ("B", "top_k", 2), ("A", "top_p", 0.4)]
    for name, slider, value in moves:
        drawn.clear()
        column = shown.columns["AB".index(name)]
        getattr(column, slider).value = value
        assert drawn == [name], "once, and the other one not at all"
        assert column.image.value == fresh(column, 3)
        assert Tags(column.caption.value).text == column.numbers(3)[-1]
    assert [written(column) for column in shown.columns] == texts, "what is written is written"
    assert shown.columns[0].writer.shares == shares, "and keeps the share it was drawn with"


def test_a_character_written_with_other_settings_keeps_its_share(undrawn):
    shown = studio(a=(3.0, None, None))
    shown.write(10)
    column = shown.columns[0]
    place = next(i for i, (row, token) in enumerate(zip(column.writer.logits, column.writer.tokens, strict=True))
                 if row.argmax() != token)  # fmt: skip
    share = column.writer.shares[place]
    column.temperature.value = 0
    shown.place.value = place
    said = column.numbers(place)[-1]
    assert f"with {share:.2f} (now 0.00, unfiltered" in said and "1 of 8 characters can come" in said


def drawn_text(figure):
    """The single characters that stand in a figure, in the order in which they were put there."""
    return "".join(text.get_text() for text in figure.texts)


def test_the_picture_without_a_kernel_is_the_studio_as_it_stands():
    shown = studio(prompt="ab<")
    shown.write(7)
    shown.place.value = 4
    bundle = shown._repr_mimebundle_()
    assert set(bundle) >= {"text/html", "application/vnd.jupyter.widget-view+json"}
    figure = shown.picture()
    said = [column.numbers(4)[-1] for column in shown.columns]
    assert bundle["text/plain"] == shown.in_words() and shown.in_words().startswith("Rows of bars for A and B")
    assert shown.in_words().endswith(" ".join(said))
    assert base64.b64encode(picture.png(figure)).decode() in bundle["text/html"]
    height, width, _ = matplotlib.image.imread(io.BytesIO(picture.png(figure))).shape
    assert (height, width) == (525, 980)
    assert len(figure.axes) == 8
    texts = [("ab<" + written(column)).replace("\n", "") for column in shown.columns]
    assert drawn_text(figure) == "".join(texts)
    assert [figure.axes[4 * i].texts[-1].get_text() for i in range(2)] == [c.numbers(4)[0] for c in shown.columns]


# What it leaves alone


def test_the_model_that_was_handed_over_is_left_alone(undrawn):
    model = gpt(dropout=0.3).train()
    model.blocks[0].eval()
    twin, state = copy.deepcopy(model), torch.get_rng_state()
    shown = studio(model, length=4)
    assert shown.columns[0].writer.model is not model
    shown.write(5)
    shown.generate()
    with torch.no_grad():
        model.lm_head.weight.add_(1)  # what happens to it later does not show
    shown._thread.join(60)
    expected = sample_text(twin, MARKUP, "a<b>\n", 4, seed=1, temperature=0.8)
    assert "a<b>\n" + written(shown.columns[0]) == expected
    assert [m.training for m in model.modules()] == [m.training for m in twin.modules()]
    assert torch.equal(torch.get_rng_state(), state), "nor are the default random numbers"
    assert all(parameter.grad is None for parameter in model.parameters())


def test_training_goes_on_bit_for_bit_while_the_studio_writes(undrawn, new_run):
    """In one thread a model trains, dropout and all; in another the studio writes with what it was at the beginning."""

    def trained(beside):
        model, batches, config = new_run(dropout=0.3, steps=30, eval_every=10)
        shown = Studio(model, new_run.tokenizer, new_run.tokenizer.chars[0], length=500) if beside else None
        if beside:
            shown.generate()
        for event in steps(model, batches, config):
            if beside:
                assert shown._thread.is_alive()
                if event.step % 10 == 5:
                    shown.columns[0].temperature.value += 0.1
                wait_until(lambda least=event.step // 3: len(shown.columns[0].writer.tokens) >= least)
        if beside:
            shown.stop()
            assert len(shown.columns[0].writer.tokens) >= 10
        return model.state_dict(), torch.get_rng_state()

    (alone, state), (accompanied, other) = trained(False), trained(True)
    assert all(torch.equal(alone[name], accompanied[name]) for name in alone)
    assert torch.equal(state, other)


def test_studio_and_sampling_agree_on_what_is_greedy():
    """A temperature so small that dividing by it would overflow shows the one bar that is drawn from."""
    assert sampling.GREEDY == 1e-6
    row = torch.tensor([90.0, 0.0, 90.0])
    for temperature in (0, 1e-40, 9e-7):
        assert [probs.tolist() for probs in stages(row, temperature, 3, 1.0)[1:]] == 3 * [[1, 0, 0]]
