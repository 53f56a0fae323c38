"""What the tests share: one thread, hypothesis without deadlines, and a tiny training run to begin with."""

import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

# No deadlines: on a machine that does other work too, time says nothing. Found examples are kept out of the checkout.
set_hypothesis_home_dir(Path(tempfile.gettempdir(), "hypothesis-from-tensors-to-gpt"))
hypothesis.settings.register_profile(
    "series",
    deadline=None,
    max_examples=50,
    print_blob=True,
    # too_slow: see above. function_scoped_fixture: capsys and monkeypatch are read or set anew inside the tests.
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("series")


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Tiny models lose more by sharing work among threads than they gain, and one thread adds in one order."""
    if "torch" in sys.modules:  # only where tests of this process use it at all
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture
def new_run():
    """A function that makes the same tiny run each time: a fresh model, its batches, and how to train it."""
    import torch

    from helpers.baselines import ToyLanguage
    from helpers.model import GPT, GPTConfig
    from helpers.text import Batches, CharTokenizer, train_val_split
    from helpers.training.recipe import TrainConfig

    text = ToyLanguage().sample(6000, torch.Generator().manual_seed(3))
    tokenizer = CharTokenizer(text)
    train, val = train_val_split(tokenizer.encode(text))

    def new(*, seed=0, dropout=0.0, tie_weights=False, n_embd=16, **settings):
        torch.manual_seed(seed)
        sizes = dict(context_length=8, n_layer=1, n_head=2, n_embd=n_embd, dropout=dropout, tie_weights=tie_weights)
        model = GPT(GPTConfig(tokenizer.vocab_size, **sizes))
        usual = dict(steps=20, learning_rate=1e-2, warmup_steps=5, log_every=3, eval_every=7, eval_windows=8)
        return model, Batches(train, val, 4, 8, seed=seed), TrainConfig(**usual | settings)

    new.tokenizer = tokenizer
    return new
