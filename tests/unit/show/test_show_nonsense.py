"""Nonsense for what draws. See tests/nonsense.py; that two pictures are alike is read from their words."""

import pytest
import torch

from helpers import show
from helpers.model import GPTConfig
from helpers.show import model_plots
from helpers.training import History
from tests.nonsense import Spec, faults


class Number:
    """A number of a graph, as the learner's Value is one."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents


CHARS, SHARES = "abcd", [0.1, 0.2, 0.3, 0.4]
SQUARE = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
LOSSES, STEPS = [4.0, 3.0, 2.5], [1, 2, 4]
LINES = {"uniform": 4.43, "bigram": 2.5}
RUNS = {"SGD": [1.0, 2.0, 1.5], "Adam": [1.0, 0.5, 0.3]}
PANELS = {"loss": RUNS}
PATH = torch.tensor([[-4.0, 1.0], [-2.0, 0.5], [0.0, 0.1]])


def bowl(places):
    return (places**2).sum(-1)


def history():
    made = History()
    for step in (0, 10, 20):
        made.append(step=step, train_loss=4.0 - step / 10, val_loss=4.1 - step / 10, tokens=step, seconds=float(step),
                    block_grad_norms=[1.0, 2.0], block_stream_sizes=[1.0, 1.5])  # fmt: skip
    return made


def words(result):
    """What a picture says, or a picture and its caption, after it has really been drawn."""
    figure, *caption = result if isinstance(result, tuple) else (result,)
    assert figure.alt
    return [figure.alt, *caption]


ARGUMENTS = {
    "character_bars": dict(characters=CHARS, values=SHARES),
    "window_picture": dict(context="abc", targets="bcd"),
    "window_question": dict(context="abc", targets="bcd", title=None),
    "surprise_bars": dict(text=CHARS, surprise=SHARES),
    "loss_bars": dict(baselines=LINES, limit=1.5),
    "pair_table": dict(probabilities=SQUARE, characters="abc"),
    "paired_bars": dict(characters=CHARS, values={"left": SHARES, "right": SHARES}),
    "gradients_by_layer": dict(norms=RUNS, limits=(0.1, 10.0)),
    "over_depth": dict(depths=STEPS, panels=PANELS),
    "first_losses": dict(measured={0.1: 4.0, 0.2: 5.0}, estimated={0.1: 4.1, 0.2: 5.2}, baselines=LINES),
    "sizes_by_layer": dict(sizes={"plain": [LOSSES, LOSSES]}),
    "walks": dict(surface=bowl, paths={"SGD": PATH}, minimum=(0.0, 0.0), rates={"SGD": 0.1}),
    "journey": dict(
        surface=bowl, path=PATH, minimum=(0.0, 0.0), box=(-5.0, 2.0, -2.0, 2.0), name="SGD", rate=0.1, title=None
    ),
    "after_each_step": dict(panels=PANELS),
    "loss_by_rate": dict(rates=[0.1, 0.2, 0.3], losses=LOSSES, start=4.0, limit=0.25),
    "rate_sweep": dict(rates=[0.1, 0.2, 0.3], losses=LOSSES, steepest=(0.1, 0.2), baselines=LINES),
    "race": dict(runs={"SGD": {1: 4.0, 2: 3.0}, "Adam": {1: 3.5, 2: 2.0}}, baselines=LINES),
    "grouped_bars": dict(groups=["one", "two", "three"], values=RUNS, ylabel="loss"),
    "logits_and_probabilities": dict(labels=CHARS, logits=[1.0, 2.0, 3.0, 0.5], probabilities=SHARES),
    "likeliest": dict(probabilities=SHARES, characters=CHARS, where="After a", title=None),
    "pushes": dict(labels=CHARS, values=SHARES),
    "curves": dict(x=STEPS, lines=RUNS, xlabel="x", ylabel="y", baselines=LINES, limit=1.0, dot=(1.0, 2.0)),
    "over_doublings": dict(sizes=STEPS, panels=PANELS, xlabel="heads"),
    "attention_maps": dict(tables={"head": SQUARE}, text="abc"),
    "attention_row": dict(weights=SHARES, text=CHARS, title=None),
    "weights_and_costs": dict(weights=SQUARE, costs=SQUARE * 2),
    "calls_in_time": dict(starts=[0.0, 1.0], ends=[0.5, 1.5]),
    "loss_ladder": dict(curves={"GPT": (STEPS, LOSSES)}, baselines=LINES, limit=1.0),
    "text_page": dict(text="the owl"),
    "kept_by_top_p": dict(shares=SHARES, top_k=2),
    "loss_by_depth": dict(losses=LOSSES, baselines=LINES),
    "where_it_looks": dict(weights=SQUARE, text="abc", name="head 1", title=None),
    "what_each_layer_expects": dict(text="abc", best=["bcd", "bbc"], shares=SQUARE[:2], title=None),
    "attention_picture": dict(weights=SQUARE, text="abc"),
    "lens_picture": dict(text="abc", best=["bcd", "bbc"], shares=SQUARE[:2]),
    "head_table": dict(scores={"previous": SQUARE, "first": SQUARE}),
    "bars": dict(labels=CHARS, values=SHARES),
    "heat_map": dict(matrix=SQUARE, row_labels="abc", column_labels="abc"),
    "loss_curve": dict(history=history(), baselines=LINES, over="step", smooth=2, limit=1.0),
    "number_tables": dict(tables=[SQUARE, SQUARE]),
    "mask_tables": dict(masks=[SQUARE > 0, SQUARE > 1], names=["causal", "none"]),
    "slope_search": dict(slopes=[0.0, 1.0, 2.0], losses=RUNS, x=STEPS, target=LOSSES, lines=RUNS),
    "memory_picture": dict(cells=[5, 6, 7, 8], table=[[0, 1], [2, 3]], chosen=(1, 0)),
    "memory": dict(t=torch.arange(6).view(2, 3), chosen=(1, 0)),
    "way_to": dict(t=torch.arange(6).view(2, 3), element=4, title=None),
    "histogram": dict(values=LOSSES, xlabel="value", bins=5),
    "frequencies": dict(shares={10: SHARES, 100: SHARES}, probabilities=SHARES),
    "call_times": dict(seconds=[0.1, 0.2, 0.15]),
    "times_by_size": dict(sizes=STEPS, seconds={"loop": [0.1, 0.2, 0.3], "vector": [0.2, 0.1, 0.1]}, xlabel="size"),
    "surprise_curve": dict(probability=0.5, loss=0.7, title=None),
    "inside": dict(history=history()),
    "shape_table": dict(a=(2, 3), b=(3,), result=(2, 3)),
    "broadcasting": dict(a=(2, 3), b=(3,), result=(2, 3), title=None),
    "read_shape": dict(text="4, 1, 3", title=None),
    "pair_tables": dict(tables={"learned": SQUARE, "counted": SQUARE}, characters="abc"),
    "fit_curve": dict(losses=LOSSES, measured={0: 4.0, 2: 3.0}, baselines=LINES, limit=1.0),
    "embedding_map": dict(vectors=SQUARE[:, :2], chars="abc", box=2.0),
    "two_planes": dict(
        before=SQUARE[:, :2],
        after=SQUARE[:, 1:],
        names=["a", "b", "c"],
        values=[0, 1, 0],
        line=0.5,
        axes=("input", "hidden"),
    ),
    "gpt_map": dict(part="head", config=GPTConfig(vocab_size=17), title=None),
    "computation_graph": dict(end=Number(2.0)),
    "running_mean": dict(values=LOSSES, width=2, title=None),
    "visible": dict(char="a", title=None),
    "new_figure": dict(width=7.0, height=3.0, columns=2, rows=1),
}
FREE = ("title", "name", "where", "xlabel", "ylabel", "surface")  # shown as they are, or called

# Another number is another picture, and None leaves out what may be left out.
OTHER = (
    "zero",
    "minus one",
    "negative",
    "half more",
    "huge",
    "another script",
    "a list",
    "truth values",
    "integers",
    "a value too few",
    "one too few",
    "one too many",
)
LEFT_OUT = ("limit", "baselines", "limits", "rates", "text", "dot", "chosen", "alt", "box", "over", "line")


EXEMPT = {"window_question": {"context:nothing": "the text has ended, and that is said"}}


def spec_of(name):
    arguments = dict(title="A title") | ARGUMENTS[name]
    if arguments["title"] is None:
        del arguments["title"]
    function = getattr(show, name, None) or getattr(model_plots, name)
    fine = {f"{argument}:{label}": None for argument in arguments for label in OTHER}
    fine |= {f"{argument}:None": None for argument in LEFT_OUT} | FINE.get(name, {})
    drawn = name not in ("read_shape", "running_mean", "visible", "new_figure", "way_to")
    skip = [argument for argument in FREE if argument in arguments]
    return Spec(
        name,
        function,
        lambda: dict(arguments),
        fine=fine,
        skip=skip,
        exempt=EXEMPT.get(name, {}),
        look=words if drawn else plain,
    )


def plain(result):
    return (
        result[0].get_size_inches().tolist()
        if isinstance(result, tuple) and result and hasattr(result[0], "axes")
        else result
    )


VALUES = ("a negative one", "one far outside", "one huge", "halves")
NAN = ("nan inside", "infinity inside", "nothing but -inf")
FINE = {
    "over_depth": {"depths:a tensor with a gradient": None},
    "over_doublings": {"sizes:a tensor with a gradient": None},
    "journey": {f"path:{label}": lambda r, a: "diverged" in r[1] for label in NAN},
    "loss_by_rate": {
        "losses:a number with nan": lambda r, a: "from nan" in r[0],
        "losses:infinity inside": lambda r, a: "from inf" in r[0],
    },
    "times_by_size": {"sizes:a tensor with a gradient": None},
    "text_page": {"text:nothing": None},
    "memory": {f"t:{label}": None for label in VALUES},  # what stands in a cell may be any number
    "way_to": {f"t:{label}": None for label in (*VALUES, "all nan")}
    | {"t:one dimension less": lambda r, a: r == ((4,), "Element [4]: offset 0 + 4*1 = cell 4.")},
    "read_shape": {"text:nothing": lambda r, a: r == ()},
    "shape_table": {"b:nothing": lambda r, a: "(2, 3) and () give (2, 3)" in r[0]},
    "broadcasting": {"b:nothing": lambda r, a: "(2, 3) and () give (2, 3)" in r[1]},
    "running_mean": {f"values:{label}": None for label in ("a number with nan", "infinity inside")},
    **{name: {"baselines:a dictionary": None} for name in ("curves", "loss_ladder", "loss_curve")},
    "fit_curve": dict.fromkeys(
        ("losses:a number with nan", "losses:infinity inside", "baselines:a dictionary", "measured:a dictionary")
    ),
}
SPECS = [spec_of(name) for name in ARGUMENTS]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nonsense_gets_a_sentence_or_a_right_answer(spec):
    wrong, _ = faults(spec)
    assert not wrong, "\n".join(wrong)
