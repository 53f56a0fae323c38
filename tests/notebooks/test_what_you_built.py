"""What a notebook builds is what `helpers` holds: same parameter names, same outputs, on random input."""

import ast
import dataclasses
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
import torch
import torch.nn as nn
import torch.nn.functional as F
from hypothesis import given, settings

from helpers import baselines, cache, model, sampling, text
from tests.exercises import ALL, answered

ROOT = Path(__file__).resolve().parents[2]


def definition(notebook, name, **more):
    """The class or function `name` as the notebook's own cells define it; `more` are names that it imports."""
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    scope = {"torch": torch, "nn": nn, "F": F} | vars(model) | more  # what earlier notebooks built
    scope["__name__"] = notebook
    scope.pop(name, None)
    for cell in cells:
        source = "".join(cell["source"])
        if (
            cell["cell_type"] == "code"
            and (f" {name}(" in source or f"class {name}:" in source)
            and "await" not in source
        ):
            for node in ast.parse(source).body:
                if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
                    exec(compile(ast.Module([node], []), notebook, "exec"), scope)
                    return scope[name]
    raise AssertionError(f"{notebook} does not define {name}")


def same_outputs(built, kept, idx):
    assert {k: v.shape for k, v in built.state_dict().items()} == {k: v.shape for k, v in kept.state_dict().items()}
    built.load_state_dict(kept.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(built.eval()(idx), kept.eval()(idx))


@pytest.mark.parametrize("seed", range(3))
def test_bigram(seed):
    torch.manual_seed(seed)
    same_outputs(answered("05.1", ALL["05.1"][3])(11), model.Bigram(11), torch.randint(11, (3, 5)))


@pytest.mark.parametrize("seed", range(3))
def test_head(seed):
    torch.manual_seed(seed)
    Head, sizes = definition("08_single_head", "Head"), dict(n_embd=6, head_size=4, context_length=7, dropout=0.3)
    same_outputs(Head(**sizes), model.Head(**sizes), torch.randn(2, 5, 6))  # shorter than the context, in eval mode
    torch.manual_seed(seed)
    built = Head(**sizes)
    torch.manual_seed(seed)
    kept = model.Head(**sizes)  # and it begins with the same weights from the same seed
    assert all(torch.equal(a, b) for a, b in zip(built.parameters(), kept.parameters(), strict=True))
    x = torch.randn(2, 7, 6)
    torch.manual_seed(seed)
    first = built.train()(x)
    torch.manual_seed(seed)
    assert torch.equal(first, kept.train()(x))  # dropout in the same place


def same_module(built, kept, x):
    """As `same_outputs`; besides: the same first weights from one seed, and dropout in the same places."""
    modules = []
    for make in (built, kept):
        torch.manual_seed(0)
        modules.append(make())
    assert all(torch.equal(a, b) for a, b in zip(*(module.parameters() for module in modules), strict=True))
    with torch.no_grad():
        for parameter in modules[1].parameters():
            parameter.normal_(std=0.3)  # so that no two parts are alike
    same_outputs(*modules, x)
    outputs = []
    for module in modules:
        torch.manual_seed(0)
        outputs.append(module.train()(x))
    torch.testing.assert_close(*outputs)
    assert not torch.allclose(outputs[0], modules[1].eval()(x))  # there was dropout


def test_config():
    """The config of 09: the same names in the same order, the same defaults, and what cannot be shared is refused."""
    built = definition("09_multi_head", "GPTConfig")
    names = {field.name: field.default for field in dataclasses.fields(built)}
    kept = {field.name: field.default for field in dataclasses.fields(model.GPTConfig)}
    assert list(names.items()) == list(kept.items())[: len(names)]
    for n_head in range(1, 13):
        sizes = dict(vocab_size=5, n_head=n_head, n_embd=12)
        if 12 % n_head:
            for make in (built, model.GPTConfig):
                with pytest.raises(ValueError):
                    make(**sizes)
        else:
            assert vars(built(**sizes)).items() <= vars(model.GPTConfig(**sizes)).items()
    with pytest.raises(dataclasses.FrozenInstanceError):
        built(5).n_head = 2


@pytest.mark.parametrize("seed", range(3))
def test_multi_head_attention(seed):
    torch.manual_seed(seed)
    x = torch.randn(2, 5, 12)
    sizes = dict(n_embd=12, n_head=3, context_length=7, dropout=0.3)
    built = definition("09_multi_head", "MultiHeadAttention")
    same_module(lambda: built(**sizes), lambda: model.MultiHeadAttention(**sizes), x)


@pytest.mark.parametrize(
    "notebook, name",
    [
        ("09_multi_head", "CausalSelfAttention"),
        ("10_transformer_block", "FeedForward"),
        ("10_transformer_block", "Block"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_parts_of_a_block(notebook, name, seed):
    torch.manual_seed(seed)
    x, config = torch.randn(2, 5, 12), model.GPTConfig(5, 7, 1, n_head=3, n_embd=12, dropout=0.3)
    built = definition(notebook, name)
    same_module(lambda: built(config), lambda: getattr(model, name)(config), x)


@pytest.mark.parametrize("seed", range(3))
def test_layer_norm(seed):
    torch.manual_seed(seed)
    built, theirs = definition("10_transformer_block", "LayerNorm")(9), nn.LayerNorm(9)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter)
    same_outputs(built, theirs, torch.randn(2, 5, 9) * 4 + 3)


@pytest.mark.parametrize("seed", range(3))
def test_first_weights(seed):
    init_weights = definition("10_transformer_block", "init_weights")
    gpts = [model.GPT(model.GPTConfig(13, 8, n_layer=seed + 1, n_head=2, n_embd=8)) for _ in range(2)]
    for gpt, initialise in zip(gpts, (init_weights, model.init_weights), strict=True):
        torch.manual_seed(seed)
        initialise(gpt)
    assert all(torch.equal(a, b) for a, b in zip(*(gpt.parameters() for gpt in gpts), strict=True))


def test_the_frame_of_the_ladder_is_that_of_09():
    """Notebook 11 writes the model around an attention once more; with one attention both say the same."""
    torch.manual_seed(0)
    attention = model.MultiHeadAttention(12, 3, 7)
    built, again = (
        definition(notebook, "AttentionModel")(11, 7, 12, attention) for notebook in ("09_multi_head", "11_gpt")
    )
    same_outputs(again, built, torch.randint(11, (3, 5)))


@pytest.mark.parametrize("seed", range(3))
def test_gpt(seed):
    torch.manual_seed(seed)
    config = model.GPTConfig(13, context_length=8, n_layer=seed + 1, n_head=2, n_embd=8, dropout=0.1)
    GPT = definition("11_gpt", "GPT")
    same_outputs(GPT(config), model.GPT(config), torch.randint(13, (3, 8)))
    torch.manual_seed(seed)
    built = GPT(config)
    torch.manual_seed(seed)
    kept = model.GPT(config)  # and it begins with the same weights from the same seed
    assert all(torch.equal(a, b) for a, b in zip(built.parameters(), kept.parameters(), strict=True))


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=60), st.data())
def test_tokenizer(corpus, data):
    built, kept = answered("04.1", ALL["04.1"][3])(corpus), text.CharTokenizer(corpus)
    sample = data.draw(st.text(alphabet=sorted(set(corpus)), min_size=1))
    assert built.encode(sample).tolist() == kept.encode(sample).tolist()
    assert built.decode(built.encode(sample).tolist()) == kept.decode(kept.encode(sample)) == sample
    with pytest.raises(ValueError):
        built.encode(sample + "\0" if "\0" not in corpus else sample + chr(max(map(ord, corpus)) + 1))


def test_baselines_are_those_that_the_notebook_computes_by_hand():
    cells = json.loads((ROOT / "notebooks" / "04_text_as_tensors.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    by_hand = [next(s for s in sources if f"\n{name} = -probs" in s) for name in ("unigram", "bigram")]
    tokens = torch.randint(7, (500,), generator=torch.Generator().manual_seed(0))
    scope = {"torch": torch, "V": 7, "train": tokens[:400], "val": tokens[400:]}
    for source in by_hand:
        exec(source.split("\nguess_")[0], scope)
    assert scope["unigram"].item() == pytest.approx(baselines.unigram(tokens[:400], tokens[400:], 7), abs=1e-5)
    assert scope["bigram"].item() == pytest.approx(baselines.bigram(tokens[:400], tokens[400:], 7), abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_filters(seed):
    """With k below V and p below 1; helpers' own tests hold the edge cases."""
    logits = 3 * torch.randn(4, 5, 11, generator=torch.Generator().manual_seed(seed))
    for name, values in (("with_temperature", (0.3, 1.7)), ("keep_top_k", (1, 4)), ("keep_top_p", (0.2, 0.9))):
        built, kept = definition("13_sampling", name), getattr(sampling, name)
        assert all(torch.equal(built(logits, value), kept(logits, value)) for value in values)


@pytest.mark.parametrize("seed", range(3))
def test_cache(seed):
    torch.manual_seed(seed)
    gpt = model.GPT(model.GPTConfig(11, context_length=9, n_layer=2, n_head=2, n_embd=8)).eval()
    for parameter in gpt.parameters():
        nn.init.normal_(parameter, std=0.3)
    KVCache = definition("13_sampling", "KVCache")
    read_on = definition("13_sampling", "read_on", split_heads=cache.split_heads)
    idx, built, kept = torch.randint(11, (3, 9)), KVCache(), cache.KVCache()
    for part in idx.split([4, 1, 3, 1], dim=1):
        torch.testing.assert_close(read_on(gpt, part, built), cache.read_on(gpt, part, kept))
        assert len(built) == len(kept)
