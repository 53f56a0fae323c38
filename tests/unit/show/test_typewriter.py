"""The typewriter: what it writes is what `sample_text` gives, a move begins anew, and bad prompts become sentences."""

import html
import threading
import time

import pytest
import torch

from helpers.model import GPT, GPTConfig
from helpers.sampling import sample_text
from helpers.show import typewriter
from helpers.show.typewriter import Typewriter
from helpers.text import CharTokenizer

TOKENIZER = CharTokenizer("".join(map(chr, range(32, 127))) + "\n")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(typewriter, "PAUSE", 0)


@pytest.fixture
def model():
    torch.manual_seed(0)
    gpt = GPT(GPTConfig(TOKENIZER.vocab_size, context_length=16, n_layer=1, n_head=2, n_embd=16))
    with torch.no_grad():
        for parameter in gpt.parameters():
            parameter.mul_(3)
    return gpt


def wait_for(question):
    end = time.time() + 30
    while not question():
        assert time.time() < end
        time.sleep(0.005)


def finished(writer):
    wait_for(lambda: writer.caption.endswith(f" {writer.length} characters written"))
    return writer.text


def expected(model, prompt, n, seed, temperature):
    return sample_text(model.eval(), TOKENIZER, prompt, n, seed=seed, temperature=temperature)


def test_it_writes_what_sampling_gives(model):
    writer = Typewriter(model, TOKENIZER, "To be", length=40)
    writer.write()
    assert finished(writer) == expected(model, "To be", 40, 1, 0.8) == writer.whole()[0]
    writer.temperature.value = 1.7
    wait_for(lambda: writer.caption.startswith("Temperature 1.7"))
    assert finished(writer) == expected(model, "To be", 40, 1, 1.7)
    writer.another.click()
    wait_for(lambda: writer.text != expected(model, "To be", 40, 1, 1.7))
    assert finished(writer) == expected(model, "To be", 40, 2, 1.7)
    writer.temperature.value = 0.0
    wait_for(lambda: writer.caption.startswith("Temperature 0.0"))
    assert finished(writer) == expected(model, "To be", 40, 1, 0)  # greedy: no seed changes it
    writer.prompt.value = "A\\nB"  # backslash n is a line break
    wait_for(lambda: writer.text.startswith("A\nB"))
    assert finished(writer) == expected(model, "A\nB", 40, 1, 0)


def test_many_moves_leave_the_last_one_standing(model):
    writer = Typewriter(model, TOKENIZER, "To be", length=60)
    for i in range(40):
        writer.temperature.value = (i % 20) / 10
    wait_for(lambda: writer.caption.startswith("Temperature 1.9"))
    assert finished(writer) == expected(model, "To be", 60, 1, 1.9)
    wait_for(lambda: threading.active_count() < 10)  # those that were overtaken have ended


@pytest.mark.parametrize("prompt, said", [("caf€", "'€' at position 3"), ("", "The prompt is empty")])
def test_a_bad_prompt_becomes_a_sentence_and_the_text_stays(model, prompt, said):
    writer = Typewriter(model, TOKENIZER, "To be", length=10)
    writer.write()
    before = finished(writer)
    writer.prompt.value = prompt
    wait_for(lambda: said in writer.caption)
    assert writer.text == before
    with pytest.raises(ValueError, match=said):
        Typewriter(model, TOKENIZER, prompt)


def test_a_page_without_a_kernel_shows_the_finished_text(model):
    writer = Typewriter(model, TOKENIZER, "<b>", length=20)
    bundle = writer._repr_mimebundle_()
    text = expected(model, "<b>", 20, 1, 0.8)
    assert bundle["text/plain"] == f"Temperature 0.8:\n{text}"
    assert html.escape(text) in bundle["text/html"] and "<b>" not in bundle["text/html"]
    assert finished(writer) == text  # and where a kernel runs it begins to write
    assert "<b>" not in writer._text.value


def test_the_model_that_was_handed_over_is_left_alone(model):
    model.train()
    state = torch.get_rng_state()
    writer = Typewriter(model, TOKENIZER, "To be", length=10)
    writer.write()
    finished(writer)
    assert model.training and torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("temperature", [-0.1, 2.1])
def test_a_temperature_beside_the_slider_is_refused(model, temperature):
    with pytest.raises(ValueError, match="Temperature is"):
        Typewriter(model, TOKENIZER, "To be", temperature=temperature)
