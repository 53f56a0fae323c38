"""A model in a file: it comes back as it was, or a sentence says why not and nothing is changed."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import GPT, Bigram, GPTConfig
from helpers.text import CharTokenizer
from helpers.training import checkpoint as ckpt
from helpers.training import storage
from helpers.training.checkpoint import CheckpointError
from helpers.training.loop import steps, train

few = settings(max_examples=15)


def tiny(**changes):
    return GPT(GPTConfig(**dict(vocab_size=9, context_length=6, n_layer=1, n_head=2, n_embd=8) | changes))


@few
@given(st.booleans(), st.integers(0, 10**6), st.text(min_size=1))
def test_model_round_trip(tmp_path, tie_weights, seed, text):
    torch.manual_seed(seed)
    tokenizer = CharTokenizer(text)
    model = tiny(vocab_size=tokenizer.vocab_size, tie_weights=tie_weights, dropout=0.2).train()
    ckpt.save_model(tmp_path / "model", model, tokenizer, note="mine")
    loaded, chars, info = ckpt.load_model(tmp_path / "model")
    assert chars == tokenizer.chars and info["note"] == "mine" and loaded.config == model.config
    assert not loaded.training
    assert (loaded.lm_head.weight is loaded.token_embedding.weight) == tie_weights
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name])
    idx = torch.randint(tokenizer.vocab_size, (2, 6))
    assert torch.equal(model.eval()(idx), loaded(idx))


def test_another_shape_is_named_and_changes_nothing(tmp_path):
    ckpt.save_model(tmp_path / "file", tiny())
    state = ckpt.unprefixed("model", storage.read(tmp_path / "file")[0])
    for changes, name, there, here in (
        (dict(vocab_size=10), "lm_head.weight", "(9, 8)", "(10, 8)"),
        (dict(n_layer=2), "blocks.1.attention.proj.bias", "missing", "(8,)"),
        (dict(context_length=5), "position_embedding.weight", "(6, 8)", "(5, 8)"),
    ):
        model = tiny(**changes)
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(CheckpointError) as error:
            ckpt.compare_state(model, state, "the file")
        message = f"the file is from a model of another shape: {name} is {there} in the file and {here}"
        assert message in str(error.value)
        assert all(torch.equal(value, model.state_dict()[key]) for key, value in before.items())
    with pytest.raises(CheckpointError, match=r"blocks.1.attention.proj.bias is \(8,\) in the file and missing"):
        ckpt.compare_state(tiny(), tiny(n_layer=2).state_dict(), "the file")


def test_model_alone_is_no_run_and_a_table_is_no_gpt(tmp_path, new_run):
    ckpt.save_model(tmp_path / "model", tiny())
    with pytest.raises(CheckpointError, match="no training run that could be resumed. Use load_model"):
        next(steps(*new_run(), checkpoint=tmp_path / "model", resume=True))
    ckpt.save_model(tmp_path / "table", Bigram(4))
    with pytest.raises(CheckpointError, match="not a GPT"):
        ckpt.load_model(tmp_path / "table")


def test_trained_checkpoint_gives_the_model_and_its_characters(tmp_path, new_run):
    model, batches, config = new_run(steps=3)
    train(model, batches, config, progress=False, tokenizer=new_run.tokenizer, checkpoint=tmp_path / "run")
    loaded, chars, info = ckpt.load_model(tmp_path / "run")
    assert chars == new_run.tokenizer.chars and info["step"] == 3
    assert torch.equal(loaded.lm_head.weight, model.lm_head.weight)
