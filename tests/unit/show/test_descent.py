"""Pictures of going downhill: the paths, curves and bars carry the numbers, and the words name them."""

import math

import pytest
import torch

from helpers import show


def bowl(p):
    return p[..., 0] ** 2 + p[..., 1] ** 2


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def test_walks_stand_side_by_side_over_one_loss():
    near, off = (
        torch.tensor([[-4.0, 1.0], [-2.0, 0.5], [0.0, 0.25]]),
        torch.tensor([[-4.0, 1.0], [3.0, 1.0], [99.0, 1.0]]),
    )
    figure = show.walks(bowl, {"near": near, "off": off}, (0, 0), "Two walks", rates={"near": 0.06, "off": 1.0})
    for ax, shown in zip(figure.axes, (near, off[:2]), strict=True):
        path, start, minimum = ax.lines
        assert path.get_xydata().tolist() == shown.tolist()  # until it is far off
        assert start.get_xydata().tolist() == [[-4, 1]] and minimum.get_xydata().tolist() == [[0, 0]]
        assert ax.get_xlim() == (-5, 2) and ax.get_ylim() == (-2, 2)
    assert [ax.get_title() for ax in figure.axes] == ["near: lr = 0.06", "off: lr = 1"]
    assert figure.alt.startswith("Two walks. Maps of the loss over x and y, dark where it is low")
    assert "near: lr = 0.06, 2 steps from (-4, 1) to (0.00, 0.25)." in figure.alt
    assert "2 steps from (-4, 1) to (99.00, 1.00), off the map for the first time after step 1." in figure.alt
    assert show.walks(bowl, {"alone": near}, (0, 0), "One").axes[0].get_title() == "alone"


@pytest.mark.filterwarnings("error")
def test_a_map_is_dark_where_the_loss_is_low_below_zero_too():
    figure = show.walks(lambda p: bowl(p) - 7, {"a": torch.zeros(1, 2)}, (0, 0), "Below zero")
    (filled,) = figure.axes[0].collections
    values = filled.get_array()  # one for each level, the lowest first
    assert filled.cmap.name == "cividis" and (values[1:] > values[:-1]).all()
    assert filled.get_paths()[0].contains_point((0, 0)) and not filled.get_paths()[-1].contains_point((0, 0))


@pytest.mark.parametrize("end", [math.nan, math.inf, 60.0])
def test_a_journey_says_where_it_ends(end):
    path = torch.tensor([[3.0, 4.0], [1.0, 0.5]])
    figure, caption = show.journey(bowl, path, (0, 0), (-5, 5, -5, 5), "momentum", 0.03)
    assert figure.axes[0].lines[0].get_xydata().tolist() == path.tolist() and figure.axes[0].get_xlim() == (-5, 5)
    assert caption == "momentum with 0.03: after 1 steps at (1.00, 0.50), loss 1.2500. At the square it was 25.00."
    assert figure.alt.startswith("momentum, learning rate 0.03. A map of the loss")
    away = torch.cat([path, torch.tensor([[end, 1.0]])])
    figure, caption = show.journey(bowl, away, (0, 0), (-5, 5, -5, 5), "momentum", 1.0)
    assert caption == "momentum with 1 diverged: it is far off after step 2."
    assert figure.axes[0].lines[0].get_xydata().tolist() == path.tolist()


def test_after_each_step():
    panels = {
        "velocity": {"steady": [1.0, 1.9], "flipping": [1.0, -0.1]},
        "square": {"steady": [3.0], "flipping": [2.0]},
    }
    figure = show.after_each_step(panels, "Memories")
    assert [ax.get_ylabel() for ax in figure.axes] == list(panels)
    for ax, lines in zip(figure.axes, panels.values(), strict=True):
        for name, values in lines.items():
            assert line(ax, name).get_xydata().tolist() == [[i + 1, value] for i, value in enumerate(values)]
        assert line(ax, "steady").get_linewidth() > line(ax, "flipping").get_linewidth()
    assert "velocity, flipping: it begins at 1.00, ends at -0.10, and stays between -0.10 and 1.00." in figure.alt


def test_loss_by_rate():
    figure = show.loss_by_rate([0.01, 0.09, 0.11], [7.0, 0.5, 900.0], "Too high", 18.0, limit=0.1)
    (ax,) = figure.axes
    assert ax.lines[0].get_xydata().tolist() == [[0.01, 7], [0.09, 0.5], [0.11, 900]] and ax.get_yscale() == "log"
    assert line(ax, "at the start").get_ydata()[0] == 18 and line(ax, "0.1").get_xdata()[0] == 0.1
    assert "from 7 at 0.010 down to 0.5 at 0.090, and from there to 9e+02 at 0.110." in figure.alt
    assert "the loss at the start, 18, and an upright line the rate 0.1." in figure.alt


def test_rate_sweep():
    figure = show.rate_sweep([1e-3, 0.1, 1, 10], [5.0, 3.0, 2.5, 50.0], (0.05, 0.2), {"uniform": 4.4}, "Sweep")
    (ax,) = figure.axes
    assert ax.lines[0].get_xydata().tolist() == [[1e-3, 5], [0.1, 3], [1, 2.5], [10, 50]] and ax.get_xscale() == "log"
    (strip,) = ax.patches
    assert (strip.get_x(), round(strip.get_x() + strip.get_width(), 6)) == (0.05, 0.2)
    assert ax.get_ylim() == (2.0, 10.0) and [text.get_text() for text in ax.texts] == ["uniform 4.40"]
    for words in ("begins at 5.00", "between 0.05 and 0.2", "lowest at 1 with 2.50", "ends at 50.", "uniform 4.40"):
        assert words in figure.alt


def test_race_whole_and_enlarged():
    runs = {"descent": {0: 5.0, 10: 3.0, 20: 2.6}, "Adam": {0: 5.0, 10: 2.8, 20: 2.5}}
    figure = show.race(runs, {"uniform": 4.4, "counted": 2.45}, "Race")
    for ax in figure.axes:
        for name, losses in runs.items():
            assert line(ax, name).get_xydata().tolist() == [[step, loss] for step, loss in losses.items()]
        assert line(ax, "Adam").get_linestyle() == "--" and line(ax, "descent").get_linestyle() == "-"
    left, right = figure.axes
    assert left.get_ylim()[1] > 5 and 2.7 < right.get_ylim()[1] < 2.8 and right.get_ylim()[0] < 2.45
    assert [text.get_text() for text in left.texts] == ["uniform 4.40", "counted 2.45"]
    assert [text.get_text() for text in right.texts] == ["counted 2.45"]
    assert (
        "descent: from 5.00 to 2.600. Adam: from 5.00 to 2.500. Dashed lines: uniform 4.40, counted 2.45." in figure.alt
    )
    assert left.get_ylabel() == "validation loss, nats" and "the validation loss in nats" in figure.alt
    trained = show.race(runs, {"uniform": 4.4}, "Race", "training loss")
    assert trained.axes[0].get_ylabel() == "training loss, nats" and "the training loss in nats" in trained.alt
    show.png(show.race({"lost": {0: 5.0, 10: math.nan}}, {"uniform": 4.4}, "Diverged"))


def test_grouped_bars():
    figure = show.grouped_bars(["large", "small"], {"inside": [0.0, 0.42], "apart": [0.4, 0.39]}, "Decay", "lost")
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches] == [0.0, 0.42, 0.4, 0.39] and ax.get_ylabel() == "lost"
    assert [text.get_text() for text in ax.texts] == ["0.00", "0.42", "0.40", "0.39"]
    middles = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches]
    assert [round(middle, 6) for middle in middles] == [-0.2, 0.8, 0.2, 1.2]
    assert (
        figure.alt == "Decay. Bars side by side, lost. large: inside 0.00, apart 0.40. small: inside 0.42, apart 0.39."
    )
