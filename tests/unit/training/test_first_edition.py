"""What a learner has saved with the first edition can still be loaded, and resumed.

The two files in first_edition/ were written by its code: a GPT of one block, and a run of 12 steps stopped after 8.
"""

import shutil
from pathlib import Path

import pytest
import torch

from helpers.baselines import ToyLanguage
from helpers.model import GPT, GPTConfig
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training import History, TrainConfig, load_model, steps

KEPT = Path(__file__).parent / "first_edition"


def new_run():
    """The model, batches and recipe with which the stored run began."""
    text = ToyLanguage().sample(4000, torch.Generator().manual_seed(0))
    tokenizer = CharTokenizer(text)
    torch.manual_seed(0)
    model = GPT(GPTConfig(tokenizer.vocab_size, context_length=16, n_layer=1, n_head=2, n_embd=8, dropout=0.1))
    data = train_val_split(tokenizer.encode(text))
    recipe = dict(steps=12, log_every=2, eval_every=4, warmup_steps=2, eval_windows=4, learning_rate=0.01)
    return model, Batches(*data, 4, 16, seed=1, device=torch.device("cpu")), TrainConfig(**recipe), tokenizer


def test_a_model_is_loaded():
    model, chars, info = load_model(KEPT / "model.safetensors")
    assert chars == new_run()[3].chars and info["val_loss"] == 3.0 and not model.training
    assert model.config == new_run()[0].config
    with torch.no_grad():
        assert model(torch.zeros(1, 5, dtype=torch.long)).shape == (1, 5, len(chars))


def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path):
    path = tmp_path / "run.safetensors"
    shutil.copy(KEPT / "run.safetensors", path)
    model, batches, config, tokenizer = new_run()
    history = History()
    seen = [
        e.step
        for e in steps(model, batches, config, history=history, tokenizer=tokenizer, checkpoint=path, resume=True)
    ]
    assert seen == [8, 9, 10, 11, 12] and history.step == [0, 2, 4, 6, 8, 10, 12]
    straight, batches, config, tokenizer = new_run()
    whole = History()
    for _ in steps(straight, batches, config, history=whole, tokenizer=tokenizer):
        pass
    # Written on another processor, so equal but for rounding.
    assert history.val_loss[-1] == pytest.approx(whole.val_loss[-1], abs=1e-3)
    for a, b in zip(model.parameters(), straight.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=2e-3, rtol=1e-2)
