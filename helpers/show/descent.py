"""Pictures of going downhill: paths over a loss, what an optimizer remembers, losses over learning rates, a race."""

import math

import numpy as np
import torch

from helpers import checks
from helpers.show.picture import BLUE, CYCLE, GREEN, GREY, VERMILION, new_figure
from helpers.show.plots import draw_baselines
from helpers.show.taking import takes

BOX = (-5.0, 2.0, -2.0, 2.0)  # left, right, bottom, top
FAR = 50  # a place beyond this is far off
MAP = "dark where it is low and bright where it is high. A black square marks the start, a white star the lowest point"


@takes(paths="name -> any (*, 2)", minimum="(2,)", rates="name -> number", box="(4,)")
def walks(surface, paths, minimum, title, rates=None, box=BOX, height=2.8):
    """Maps of one loss side by side, on each the path of one optimizer.

    surface: a function of places as a tensor (..., 2) -> (...). paths: name -> (N, 2) places, the start first.
    rates: name -> its learning rate, said beside the name. box: the edges of the map, left, right, bottom, top.
    """
    figure, _ = new_figure(title, columns=len(paths), height=height)
    said = [f"{title}. Maps of the loss over x and y, {MAP}."]
    for ax, (name, path) in zip(figure.axes, paths.items(), strict=True):
        name = f"{name}: lr = {rates[name]:g}" if rates else name
        draw_path(ax, surface, np.asarray(path), minimum, box)
        ax.set_title(name, fontsize=10)
        said.append(f"{name}, {where_it_goes(np.asarray(path), box)}.")
    figure.alt = " ".join(said)
    return figure


@takes(path="any (*, 2)", minimum="(2,)", box="(4,)", rate="number")
def journey(surface, path, minimum, box, name, rate):
    """For an Explorer: the path (N, 2) of one optimizer over a map of the loss, and a caption: where does it end?"""
    title = f"{name}, learning rate {rate:g}"
    figure, ax = new_figure(title, height=3.6)
    path = np.asarray(path)
    draw_path(ax, surface, path, minimum, box)
    figure.alt = f"{title}. A map of the loss over x and y, {MAP}."
    far = ~near(path)
    if far.any():
        return figure, f"{name} with {rate:g} diverged: it is far off after step {far.argmax()}."
    (first, last), (x, y) = losses_at(surface, path[[0, -1]]), path[-1]
    return figure, (
        f"{name} with {rate:g}: after {len(path) - 1} steps at ({x:.2f}, {y:.2f}), loss {last:.4f}. "
        f"At the square it was {first:.2f}."
    )


def losses_at(surface, places):
    """The loss at places (..., 2), as an array (...)."""
    return surface(torch.as_tensor(places)).numpy()


def near(path):
    """For each place of a path (N, 2) whether it is not far off; False for nan too."""
    return (np.abs(path) < FAR).all(axis=1)


def where_it_goes(path, box):
    """Where a path begins and ends, and whether that is on the map."""
    inside = ((path >= (box[0], box[2])) & (path <= (box[1], box[3]))).all(axis=1)
    words = f"{len(path) - 1} steps from ({path[0, 0]:g}, {path[0, 1]:g}) to ({path[-1, 0]:.2f}, {path[-1, 1]:.2f})"
    return words if inside.all() else f"{words}, off the map for the first time after step {(~inside).argmax()}"


def draw_path(ax, surface, path, minimum, box):
    """A path (N, 2) over the map of a loss, until it is far off for the first time."""
    x, y = np.meshgrid(np.linspace(*box[:2], 120), np.linspace(*box[2:], 120))  # (120, 120) each
    loss = losses_at(surface, np.stack([x, y], axis=-1))  # (120, 120, 2) -> (120, 120)
    ax.contourf(x, y, np.log(loss - loss.min() + 0.05), levels=14, cmap="cividis", alpha=0.55)
    shown = path[np.cumprod(near(path)).astype(bool)]
    ax.plot(*shown.T, color=VERMILION, marker="o", markersize=3, linewidth=1)
    ax.plot(*path[0], marker="s", color="black")
    ax.plot(*minimum, marker="*", color="white", markersize=12, markeredgecolor="black")
    ax.set(xlim=box[:2], ylim=box[2:], xlabel="x", ylabel="y")


@takes(panels="name -> name -> (*,)")
def after_each_step(panels, title):
    """Panels side by side over the steps; what is measured -> {name of a line: (N,) values}, the same names in all."""
    figure, _ = new_figure(title, columns=len(panels), height=2.7)
    said = [f"{title}. {len(panels)} panels over the step."]
    for ax, (measured, lines) in zip(figure.axes, panels.items(), strict=True):
        for i, ((name, values), color) in enumerate(zip(lines.items(), CYCLE, strict=False)):
            steps = range(1, len(values) + 1)
            width = 1.2 if i else 3  # the first line can be seen where another lies upon it
            ax.plot(steps, values, color=color, linewidth=width, label=name)
            ends = f"it begins at {values[0]:.2f}, ends at {values[-1]:.2f}"
            said.append(f"{measured}, {name}: {ends}, and stays between {min(values):.2f} and {max(values):.2f}.")
        ax.set(xlabel="step", ylabel=measured)
    figure.axes[0].legend(fontsize=8, frameon=False)
    figure.alt = " ".join(said)
    return figure


@takes(rates="(N,)", losses="any (N,)", start="number", limit="number")
def loss_by_rate(rates, losses, title, start, limit):
    """The loss after training over the learning rate, in powers of ten; rates (N,), losses (N,).

    start: the loss before training, as a dashed line. limit: the learning rate at which a line stands.
    """
    figure, ax = new_figure(title, height=2.9)
    ax.plot(rates, losses, color=BLUE)
    ax.axhline(start, color=GREY, linestyle="--", linewidth=1, label="at the start")
    ax.axvline(limit, color=VERMILION, linewidth=1, label=f"{limit:g}")
    ax.set(yscale="log", xlabel="learning rate", ylabel="loss after the last step")
    ax.legend(fontsize=8, frameon=False)
    least = int(np.argmin(losses))
    figure.alt = (
        f"{title}. A curve of the loss after the last step, in powers of ten, over the learning rate. It goes from "
        f"{losses[0]:.2g} at {rates[0]:.3f} down to {losses[least]:.2g} at {rates[least]:.3f}, and from there to "
        f"{losses[-1]:.2g} at {rates[-1]:.3f}. A dashed line marks the loss at the start, {start:.3g}, and an upright "
        f"line the rate {limit:g}."
    )
    return figure


@takes(rates="(N,)", losses="any (N,)", steepest="(2,)", baselines="name -> number")
def rate_sweep(rates, losses, steepest, baselines, title):
    """The training loss of one run whose learning rate grows with every step; rates (N,), losses (N,).

    steepest: the pair of rates between which the loss falls fastest, as a green strip.
    """
    checks.number("The first loss", losses[0])
    figure, ax = new_figure(title, height=3.0)
    ax.plot(rates, losses, color=BLUE)
    ax.axvspan(*steepest, color=GREEN, alpha=0.25, label="falls fastest")
    draw_baselines(ax, baselines)
    top = 2 * max(losses[0], *baselines.values())
    ax.set(xscale="log", xlabel="learning rate (grows with every step)", ylabel="training loss, nats")
    ax.set_ylim(0.8 * min(*(loss for loss in losses if math.isfinite(loss)), *baselines.values()), top)
    ax.legend(fontsize=8, frameon=False, loc="upper left")
    least = int(np.argmin(losses))
    figure.alt = (
        f"{title}. The training loss in nats over a learning rate that grows from {rates[0]:g} to {rates[-1]:g}, on a "
        f"logarithmic axis. It begins at {losses[0]:.2f}, falls fastest between {steepest[0]:.2g} and "
        f"{steepest[1]:.2g}, where a green strip stands, is lowest at {rates[least]:.2g} with {losses[least]:.2f}, and "
        f"ends at {losses[-1]:.3g}. Dashed lines: {named(baselines)}."
    )
    return figure


@takes(runs="name -> number -> any number", baselines="name -> number")
def race(runs, baselines, title, measured="validation loss"):
    """The losses of several optimizers beside baselines, twice: whole, and enlarged near the lowest.

    runs: name -> {step: nats}. measured: which loss it is.
    """
    figure, axes = new_figure(title, columns=2, height=3.2)
    finite = [loss for losses in runs.values() for loss in losses.values() if math.isfinite(loss)]
    low = min(*finite, *baselines.values())
    tops = max(*(losses[min(losses)] for losses in runs.values()), *baselines.values()), low + 0.3
    for ax, top in zip(axes, tops, strict=True):
        for i, ((name, losses), color) in enumerate(zip(runs.items(), CYCLE, strict=False)):
            look = "--" if i and i == len(runs) - 1 else "-"  # the last may lie upon another
            ax.plot(list(losses), list(losses.values()), look, color=color, linewidth=1.8, label=name)
        draw_baselines(ax, {name: value for name, value in baselines.items() if value < top})
        ax.set(xlabel="step", ylim=(low - 0.05 * (top - low), top + 0.02 * (top - low)))
    axes[0].set_ylabel(f"{measured}, nats")
    axes[0].legend(fontsize=8, frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.75))
    said = [f"{title}. Two panels show the {measured} in nats over steps; the right one enlarges its lowest part."]
    said += [f"{name}: from {losses[min(losses)]:.2f} to {losses[max(losses)]:.3f}." for name, losses in runs.items()]
    figure.alt = " ".join([*said, f"Dashed lines: {named(baselines)}."])
    return figure


@takes(groups="N labels", values="name -> (N,)")
def grouped_bars(groups, values, title, ylabel):
    """Bars with their numbers, side by side in each group; values: name -> (len(groups),) heights."""
    figure, ax = new_figure(title, height=2.8)
    width = 0.8 / len(values)
    for i, ((name, heights), color) in enumerate(zip(values.items(), CYCLE, strict=False)):
        places = [k + (i - (len(values) - 1) / 2) * width for k in range(len(groups))]
        drawn = ax.bar(places, heights, width=0.92 * width, color=color, label=name)
        ax.bar_label(drawn, fmt="%.2f", fontsize=9, padding=2)
    ax.set_xticks(range(len(groups)), groups)
    ax.set_ylabel(ylabel)
    ax.grid(visible=False, axis="x")
    ax.margins(y=0.12)
    ax.legend(fontsize=8, frameon=False, ncols=len(values), loc="lower left", bbox_to_anchor=(0, 1))
    said = [
        f"{group}: " + ", ".join(f"{name} {v[k]:.2f}" for name, v in values.items()) for k, group in enumerate(groups)
    ]
    figure.alt = f"{title}. Bars side by side, {ylabel}. {'. '.join(said)}."
    return figure


def named(baselines):
    """Baselines in words, for an alternative text."""
    return ", ".join(f"{name} {value:.2f}" for name, value in baselines.items())
