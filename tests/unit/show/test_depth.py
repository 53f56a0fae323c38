"""Pictures of deep models: each number stands where it belongs, and the words name what there is to see."""

import numpy as np
import pytest

from helpers.show import depth


def line(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def test_gradients_by_layer():
    norms = {"x + f(x)": [0.5, 0.25], "f(x)": [1e-9, 0.0, 2e-3]}
    figure = depth.gradients_by_layer(norms, "A title", limits=(1e-6, 10))
    (ax,) = figure.axes
    assert line(ax, "x + f(x)").get_xydata().tolist() == [[1, 0.5], [2, 0.25]]
    assert line(ax, "f(x)").get_xydata().tolist() == [[1, 1e-6], [2, 1e-6], [3, 2e-3]]  # at the lower edge
    assert ax.get_yscale() == "log" and ax.get_ylim() == (1e-6, 10) and ax.get_legend()
    for said in ("A title", "x + f(x): 5.0e-01 at layer 1, 2.5e-01 at layer 2", "f(x): 1.0e-09 at layer 1"):
        assert said in figure.alt
    alone = depth.gradients_by_layer({"f": [1e-9, 1e-3]}, "A title").axes[0]
    assert alone.lines[0].get_ydata().tolist() == [1e-9, 1e-3] and alone.get_legend() is None


@pytest.mark.parametrize("n_panels", [1, 2])
def test_over_depth(n_panels):
    panels = {"gradient": {"pre": [0.4, 0.1], "post": [0.3, 0.35]}, "size": {"pre": [1, 3], "post": [1, 1]}}
    panels = dict(list(panels.items())[:n_panels])
    figure = depth.over_depth([1, 32], panels, "Deeper")
    assert [ax.get_ylabel() for ax in figure.axes] == list(panels)
    for ax, lines in zip(figure.axes, panels.values(), strict=True):
        for name, values in lines.items():
            assert line(ax, name).get_xydata().tolist() == [[1, values[0]], [32, values[1]]]
        assert ax.get_ylim()[0] == 0 and [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "32"]
    assert "gradient, pre: from 0.4 to 0.1." in figure.alt and "depths from 1 to 32" in figure.alt


def test_first_losses():
    measured, estimated = {0.01: 3.0, 1.0: 10.0}, {0.01: 3.0, 0.1: 3.5, 1.0: 40.0}
    figure = depth.first_losses(measured, estimated, {"ln V": 3.0}, "Where it begins")
    (ax,) = figure.axes
    assert line(ax, "measured").get_xydata().tolist() == [[0.01, 3.0], [1.0, 10.0]]
    assert line(ax, "estimated").get_xydata().tolist() == [[0.01, 3.0], [0.1, 3.5], [1.0, 40.0]]
    assert ax.get_ylim() == (0, 12) and ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.texts] == ["ln V 3.00"]
    assert "3.00 at 0.01, 10.00 at 1." in figure.alt and "ln V 3.00" in figure.alt


def test_sizes_by_layer():
    sizes = {"small": [np.full(5, -1.0), np.full(5, -3.0)], "right": [np.zeros(4), np.full(4, 0.5), np.zeros(4)]}
    figure = depth.sizes_by_layer(sizes, "Shrinking")
    assert [ax.get_title() for ax in figure.axes] == ["small", "right"]
    for ax, layers in zip(figure.axes, sizes.values(), strict=True):
        assert sorted(patch.get_label() for patch in ax.patches) == [f"layer {i + 1}" for i in range(len(layers))]
        drawn = {patch.get_label(): patch for patch in ax.patches}
        for i, values in enumerate(layers):
            corners = drawn[f"layer {i + 1}"].get_xy()
            assert corners[:, 1].max() == len(values)  # all in one bin, the one that holds the value
            at = corners[corners[:, 1] == len(values), 0]
            assert at.min() <= values[0] <= at.max()
        shades = [drawn[f"layer {i + 1}"].get_alpha() for i in range(len(layers))]
        assert shades == sorted(set(shades)) and shades[-1] == 1
    assert "small: the middle goes from -1.0 at layer 1 to -3.0 at layer 2." in figure.alt
