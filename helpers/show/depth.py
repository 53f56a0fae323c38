"""Pictures of deep models: what becomes of gradients and of numbers from layer to layer, and where the loss begins."""

import numpy as np

from helpers.show.picture import BLUE, CYCLE, ORANGE, VERMILION, new_figure
from helpers.show.plots import draw_baselines
from helpers.show.taking import takes


@takes(norms="name -> (*,)", limits="(2,)")
def gradients_by_layer(norms, title, limits=None):
    """The norm of the gradient at each layer of a stack, on a scale of powers of ten.

    norms: name -> (n_layers,), the first layer first. limits: (low, high) of the scale; what lies below is drawn at
    its lower edge.
    """
    figure, ax = new_figure(title)
    for (name, values), color in zip(norms.items(), CYCLE, strict=False):
        shown = [max(value, limits[0]) for value in values] if limits else values
        ax.semilogy(range(1, len(values) + 1), shown, "o-", color=color, markersize=4, label=name)
    ax.set(xlabel="layer (1 is farthest from the loss)", ylabel="gradient norm")
    if limits:
        ax.set_ylim(limits)
    if len(norms) > 1:
        ax.legend(fontsize=8)
    ends = [
        f"{name}: {values[0]:.1e} at layer 1, {values[-1]:.1e} at layer {len(values)}."
        for name, values in norms.items()
    ]
    figure.alt = f"{title}. Gradient norms in powers of ten over the layers, the first on the left. {' '.join(ends)}"
    return figure


@takes(depths="(N,)", panels="name -> name -> (N,)")
def over_depth(depths, panels, title):
    """Panels side by side over the depth of a model, on a scale on which each doubling is equally far.

    depths: (n,). panels: what is measured -> {name of a line: (n,) values}; the names are the same in all panels.
    """
    figure, _ = new_figure(title, columns=len(panels), height=3.2)
    said = [f"{title}. {len(panels)} panels over depths from {depths[0]} to {depths[-1]}."]
    for ax, (measured, lines) in zip(figure.axes, panels.items(), strict=True):
        for (name, values), color in zip(lines.items(), (BLUE, VERMILION, *CYCLE[1:3]), strict=False):
            ax.plot(depths, values, "o-", color=color, markersize=4, label=name)
            said.append(f"{measured}, {name}: from {values[0]:.2g} to {values[-1]:.2g}.")
        ax.set(xscale="log", xlabel="depth", ylabel=measured, ylim=(0, None))
        ax.set_xticks(depths, depths)
        ax.minorticks_off()
    figure.axes[-1].legend(fontsize=8)
    figure.alt = " ".join(said)
    return figure


@takes(measured="number -> number", estimated="number -> number", baselines="name -> number")
def first_losses(measured, estimated, baselines, title):
    """The loss before training over the standard deviation of the first weights: dots beside a dotted estimate.

    measured, estimated: standard deviation -> nats. What is estimated far above all that was measured is cut off.
    """
    figure, ax = new_figure(title)
    ax.plot(list(measured), list(measured.values()), "o-", color=BLUE, label="measured")
    ax.plot(list(estimated), list(estimated.values()), ":", color=ORANGE, linewidth=2, label="estimated")
    draw_baselines(ax, baselines)
    ax.set(xscale="log", xlabel="standard deviation of the weights", ylabel="first loss (nats)")
    ax.set_ylim(0, 1.2 * max(*measured.values(), *baselines.values()))
    ax.legend(fontsize=8, loc="upper left")
    points = ", ".join(f"{loss:.2f} at {std:g}" for std, loss in measured.items())
    lines = ", ".join(f"{name} {value:.2f}" for name, value in baselines.items())
    figure.alt = (
        f"{title}. First loss in nats over the standard deviation of the weights, on a logarithmic axis: {points}. "
        f"A dotted curve shows the estimate. Dashed line: {lines}."
    )
    return figure


@takes(sizes="name -> * of (*,)")
def sizes_by_layer(sizes, title):
    """How large the numbers behind each layer are: a panel for each stack, in it a histogram for each of its layers.

    sizes: name -> for each layer (n,) values, as log10 of their absolute value. Later layers are drawn darker.
    """
    figure, _ = new_figure(title, columns=len(sizes), height=3.2, sharey=True)
    said = [f"{title}. Histograms of log10 of the absolute activations, one for each layer."]
    for ax, (name, layers) in zip(figure.axes, sizes.items(), strict=True):
        for i, values in enumerate(layers):
            shade = (i + 2) / (len(layers) + 1)
            look = {"bins": 40, "range": (-6, 4), "histtype": "step", "linewidth": 1.6}
            ax.hist(np.asarray(values), color=BLUE, alpha=shade, label=f"layer {i + 1}", **look)
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("log10 of |activation|")
        first, last = float(np.median(layers[0])), float(np.median(layers[-1]))
        said.append(f"{name}: the middle goes from {first:.1f} at layer 1 to {last:.1f} at layer {len(layers)}.")
    figure.axes[0].set_ylabel("how many")
    figure.axes[0].legend(fontsize=7, loc="upper right")
    figure.alt = " ".join(said)
    return figure
