"""Someone who tries another width, another seed or another text gets other numbers, never an error.

Each notebook that trains is run from top to bottom with one thing changed, and with its trainings shortened: what is
tried here is that no cell guards our own numbers.
"""

import pytest

from tests.shortened import STEPS, changed, run

TRAINING = ["05_bigram", "07_optimizers", "08_single_head", "09_multi_head", "10_transformer_block", "11_gpt"]
TRAINING += ["13_sampling"]
CHANGES = {"width": {"what": "width"}, "seed": {"what": "seed"}, "text": {"text": "python"}}


def test_each_change_is_made():
    source = "C, T = 64, 8\ntorch.manual_seed(0)\ntext = load_text('shakespeare')\n"
    source += "fit(GPT(GPTConfig(V, n_embd=32)), n_steps=800)"
    made = {what: changed(source, **change) for what, change in CHANGES.items()}
    assert "C, T = (128, 8)" in made["width"][0] and "n_embd=64" in made["width"][0]
    assert made["seed"][0].count("manual_seed(11)") == 1 == made["seed"][1]
    assert "load_text('python')" in made["text"][0] and made["text"][1] == 1
    assert all(f"n_steps={STEPS}" in source for source, _ in made.values())


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("name", TRAINING)
def test_nothing_fails(name, what, tmp_path):
    _, n = run(name, tmp_path, **CHANGES[what])
    own = {"width": ("05_bigram", "07_optimizers", "13_sampling"), "text": ("09_multi_head", "10_transformer_block")}
    if name not in own.get(what, ()):  # these have no width of their own, or read the toy language alone
        assert n, f"there is nothing to change in {name}"
