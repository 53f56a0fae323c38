"""Nonsense for what moves; settings that a slider would move into its range without a word. See tests/nonsense.py."""

import pytest
import torch

from helpers import show
from helpers.model import GPT, GPTConfig
from helpers.text import CharTokenizer
from tests.nonsense import Spec, faults

TOKENIZER = CharTokenizer("the owl and the hen.")
torch.manual_seed(0)
MODEL = GPT(GPTConfig(TOKENIZER.vocab_size, context_length=8, n_layer=1, n_head=2, n_embd=8)).eval()
V = TOKENIZER.vocab_size


def slider(**arguments):
    made = show.slider("Head", **arguments)
    assert made.min == arguments["low"] and made.max == arguments["high"]
    return made.value


def column(temperature, top_k, top_p):
    made = show.Studio(MODEL, TOKENIZER, "the", a=(temperature, top_k, top_p), length=3)
    return list(made.columns[0].settings())


def studio(**arguments):
    made = show.Studio(**arguments)
    return [made.seed.value, made.length.value, made.prompt.value]


def as_given(result, arguments):
    return result == arguments["value"]


SPECS = [
    Spec(
        "slider",
        slider,
        lambda: dict(value=2, low=0, high=4, step=1),
        fine={"value": as_given, "low": as_given, "high": as_given, "step": as_given},
    ),
    Spec(
        "slider of floats",
        slider,
        lambda: dict(value=0.5, low=0.0, high=1.0, step=0.1),
        fine={"value": as_given, "low": as_given, "high": as_given, "step": as_given},
    ),
    Spec(
        "choice_slider",
        lambda **a: show.choice_slider("Norm", **a).value,
        lambda: dict(options=["none", "pre", "post"], value="pre"),
        fine={"options": as_given},
    ),
    Spec(
        "text_box", lambda **a: show.text_box("Prompt", **a).value, lambda: dict(value="the"), fine={"value": as_given}
    ),
    Spec(
        "Explorer",
        lambda **a: show.Explorer(**a).caption,
        lambda: dict(draw=lambda head: (show.bars("ab", [0.1, 0.2], "t"), "said"), head=show.slider("Head", 1, 0, 2)),
    ),
    Spec(
        "Studio",
        studio,
        lambda: dict(model=MODEL, tokenizer=TOKENIZER, prompt="the", seed=1, length=3),
        fine={"seed:zero": None},
        exempt={"model:a layer": "the error comes from inside the model that was handed over"},
    ),
    Spec(
        "a column of the Studio",
        column,
        lambda: dict(temperature=0.5, top_k=3, top_p=0.9),
        fine={
            "temperature:zero": lambda r, a: r[0] == 0,
            "top_k:None": lambda r, a: r[1] == V,
            "top_p:None": lambda r, a: r[2] == 1,
        },
    ),
    Spec(
        "Typewriter",
        lambda **a: show.Typewriter(**a).whole(),
        lambda: dict(model=MODEL, tokenizer=TOKENIZER, prompt="the", temperature=0.5, seed=1, length=3),
        fine={"seed:zero": None, "temperature:zero": None},
    ),
    Spec(
        "shape_explorer",
        lambda **a: show.shape_explorer(**a).caption,
        lambda: dict(rule=lambda a, b: (4, 2, 3), a="4, 1, 3", b="2, 1"),
        fine={f"{name}:{label}": None for name in "ab" for label in ("nothing", "another script")},
    ),
    Spec(
        "stride_explorer",
        lambda **a: show.stride_explorer(**a).caption,
        lambda: dict(readings={"row": torch.arange(4)}, reading="row", element=2),
        fine={"element:zero": lambda r, a: r.endswith("cell 0."), "readings:a value too few": None},
    ),
    Spec(
        "Dashboard",
        lambda **a: show.Dashboard(**a).in_words(),
        lambda: dict(title="GPT", baselines={"uniform": 4.4}, sample=lambda: "a text", limit=1.0),
        skip=("title",),
        fine={"baselines:None": None, "baselines:a dictionary": None, "sample:None": None, "limit": None},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nonsense_gets_a_sentence_or_a_right_answer(spec):
    wrong, _ = faults(spec)
    assert not wrong, "\n".join(wrong)


OUTSIDE = [("seed", -1), ("seed", 101), ("length", 0), ("length", 501)]
OUTSIDE += [
    ("a", setting) for setting in [(3.1, 2, 0.5), (-0.1, 2, 0.5), (1, 0, 0.5), (1, V + 1, 0.5), (1, 2, 0), (1, 2, 1.1)]
]


@pytest.mark.parametrize(("name", "value"), OUTSIDE)
def test_a_setting_outside_the_range_of_its_slider_is_refused(name, value):
    with pytest.raises(ValueError, match=r"must be (at|from|above)"):
        show.Studio(MODEL, TOKENIZER, **{"prompt": "the", name: value})
