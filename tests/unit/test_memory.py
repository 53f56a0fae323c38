"""Long texts fit, texts longer than memory too, and nothing grows: each measured in a process of its own."""

import os
import sys

import pytest
import torch

from tests.probe import TRAINING, WIDGETS, alone, grown

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux alone has")

READING = """
import sys
from helpers.corpus import load_text
from helpers.text import CharTokenizer, train_val_split
begun = cpu_seconds()
text = load_text(sys.argv[1])
tokenizer = CharTokenizer(text)
train, val = train_val_split(tokenizer.encode(text, tokenizer.small))
print()
print(json.dumps({"seconds": cpu_seconds() - begun, "peak": megabytes("VmHWM"), "tokens": len(train) + len(val),
                  "bytes": train.element_size(), "characters": len(text)}))
"""
LINES = {
    "one byte a character": "To be, or not to be, that is the question:\n",
    "four bytes in memory": "Τo be, or not τo be 😀, that is the question:\n",
    "Windows line ends": "Τo be, or not τo be 😀, that is the question:\r\n",
}


@pytest.mark.parametrize("kind", LINES)
def test_a_text_of_100_mb_is_encoded_in_one_gb_and_three_seconds(kind, tmp_path):
    path, line = tmp_path / "own.txt", LINES[kind].encode()
    path.write_bytes(line * (100_000_000 // len(line) + 1))
    for _ in range(3):  # other programs on the same cores can only make it slower
        found = alone(READING, path)
        if found["seconds"] < 3:
            break
    assert found["tokens"] == found["characters"] > 80_000_000 and found["bytes"] == 1
    assert found["peak"] < 1000 and found["seconds"] < 3, found


MAPPED = """
import sys, threading
import torch
from helpers import mapped
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training import TrainConfig, steps
torch.set_num_threads(1)
path, n = sys.argv[1], int(sys.argv[2])
tokenizer = CharTokenizer("to be, or not to be\\n")
with open(path, "wb") as file:  # sparse: what is not written takes no room on the disk
    begin = mapped.header(tokenizer, n)
    for i in range(20):
        file.seek(len(begin) + i * (n // 20))
        file.write(bytes(range(tokenizer.vocab_size)) * 1000)
    file.truncate(len(begin) + n)
    file.seek(0)
    file.write(begin)

def trained(tokens):
    train, val = train_val_split(tokens)
    model = GPT(GPTConfig(tokenizer.vocab_size, context_length=32, n_layer=1, n_head=2, n_embd=16))
    config = TrainConfig(steps=20, eval_every=10, eval_windows=64, warmup_steps=2)
    *_, last = steps(model, Batches(train, val, 8, 32), config, tokenizer=tokenizer)
    return len(train) + len(val)

trained(tokenizer.encode("to be, or not to be\\n") .repeat(200))  # what training takes at all
before, most, done = megabytes("RssAnon"), [0.0], threading.Event()

def watch():
    while not done.wait(0.01):
        most[0] = max(most[0], megabytes("RssAnon"))

threading.Thread(target=watch).start()
try:
    read = trained(mapped.open_tokens(path)[1])
finally:
    done.set()
print(json.dumps({"added": most[0] - before, "tokens": read}))
"""


def test_two_gb_of_tokens_are_trained_on_in_300_mb(tmp_path):
    """Pages of the file do not count: the system lends them while memory is free, and takes them back later."""
    found = alone(MAPPED, tmp_path / "big.tokens", 2_000_000_000)
    assert found["tokens"] == 2_000_000_000
    assert found["added"] < 300, found


def test_training_does_not_grow():
    rows = alone(TRAINING, 2000)
    assert len(rows) == 11 and rows[2]["tensors"] > 30
    more = grown(rows)
    assert more["tensors"] == more["figures"] == 0 and more["mb"] < 5, rows


@pytest.mark.parametrize("kind", ["explorer", "studio", "dashboard"])
def test_widgets_do_not_grow(kind):
    rows = alone(WIDGETS, kind, 170)
    assert len(rows) >= 11 and rows[2]["widgets"] > 5
    more = grown(rows)
    assert more["tensors"] <= 0 and more["figures"] <= 0 and more["widgets"] == 0 and more["mb"] < 15, rows


THREADS = """
import sys
import torch
from helpers.baselines import uniform
from helpers.model import GPT, GPTConfig
from helpers.sampling import sample_text
from helpers.text import Batches, CharTokenizer, fixed_windows, train_val_split
from helpers.training import TrainConfig, evaluate, seed_everything, train
if len(sys.argv) > 1:
    torch.set_num_threads(int(sys.argv[1]))
seed_everything(1)
text = "to be, or not to be\\n" * 200
tokenizer = CharTokenizer(text)
data = train_val_split(tokenizer.encode(text))
model = GPT(GPTConfig(tokenizer.vocab_size, context_length=16, n_layer=2, n_head=2, n_embd=32))
config = TrainConfig(steps=40, warmup_steps=5, learning_rate=1e-2, eval_every=20, eval_windows=16)
train(model, Batches(*data, 8, 16), config, progress=False)
loss = evaluate(model, fixed_windows(data[1], 16))
written = sample_text(model, tokenizer, "to", 30, seed=1)
found = {"threads": torch.get_num_threads(), "loss": loss, "text": written}
print(json.dumps(found | {"of": uniform(tokenizer.vocab_size)}))
"""


@pytest.mark.parametrize(
    "n_threads, by",
    [(1, "the environment"), (2, "the environment"), (4, "the environment"), (4, "set_num_threads")],
)
def test_training_learns_with_any_number_of_threads(n_threads, by):
    """The numbers differ in their last digits, so what is compared is what was learned."""
    if by == "the environment":  # which may give no more threads than there are cores
        found = alone(THREADS, OMP_NUM_THREADS=str(n_threads))
        assert found["threads"] in (n_threads, min(n_threads, os.cpu_count()))
    else:
        found = alone(THREADS, n_threads)
        assert found["threads"] == n_threads
    assert 0 < found["loss"] < 0.5 * found["of"] and len(found["text"]) >= 30


@pytest.mark.parametrize("n", [1000, 2**16, 2**16 + 1, 3 * 2**16 - 1])
def test_long_texts_are_encoded_as_short_ones(n):
    """Texts are read in pieces: none is lost, and an unknown character is found at its place in any of them."""
    from helpers.text import CharTokenizer

    text = "".join("ab😀é"[i * i % 4] for i in range(n - 1)) + "😀"
    tokenizer = CharTokenizer(text)
    assert tokenizer.chars == sorted(set(text))
    expected = [tokenizer.chars.index(char) for char in text]
    for dtype in (torch.uint8, torch.int16, torch.long):
        tokens = tokenizer.encode(text, dtype)
        assert tokens.dtype == dtype and tokens.tolist() == expected
        assert tokenizer.decode(tokens) == text
    with pytest.raises(ValueError, match=rf"'x' at position {n} is not in the vocabulary"):
        tokenizer.encode(text + "x")
    with pytest.raises(ValueError, match="Token 9 is outside"):
        tokenizer.decode([*tokens.tolist(), 9])


@pytest.mark.parametrize("dtype", [torch.int8, torch.float32, torch.bool, None, "long"])
def test_what_cannot_hold_the_tokens_is_refused(dtype):
    from helpers.text import CharTokenizer

    text = "".join(chr(0x4E00 + i) for i in range(300))
    with pytest.raises(ValueError, match="cannot hold tokens from 0 to 299. Use torch.long"):
        CharTokenizer(text).encode(text, dtype)
    with pytest.raises(ValueError, match="dtype is torch.uint8"):
        CharTokenizer(text).encode(text, torch.uint8)
