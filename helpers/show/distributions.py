"""Pictures of logits, probabilities and losses: bars of a distribution, curves beside their baselines and limit."""

import numpy as np

from helpers.show.picture import BLUE, CYCLE, VERMILION, new_figure, visible
from helpers.show.plots import bars, draw_baselines
from helpers.show.taking import takes


@takes(labels="N labels", logits="(N,)", probabilities="(N,)")
def logits_and_probabilities(labels, logits, probabilities, title, alt=""):
    """Bars of the logits on the left, and of the probabilities that belong to them on the right; one list each."""
    figure, axes = new_figure(title, columns=2, height=2.8)
    parts = [(logits, "%.3g", "logit"), (probabilities, "%.3f", "probability")]
    for ax, (values, form, name) in zip(axes, parts, strict=True):
        drawn = ax.bar(labels, values, color=BLUE)
        ax.bar_label(drawn, fmt=form, fontsize=9, padding=2)
        ax.margins(y=0.18)
        ax.set(xlabel="next character", ylabel=name)
    each = ", ".join(f"{char} {z:.3g} and {p:.3f}" for char, z, p in zip(labels, logits, probabilities, strict=True))
    figure.alt = alt or f"{title}. Bars of logits on the left, of their probabilities on the right: {each}."
    return figure


@takes(probabilities="(V,)", characters="V labels")
def likeliest(probabilities, characters, where, most=10):
    """For an Explorer: bars of the `most` likeliest characters, likeliest first, and a caption that begins `where`."""
    shares = np.asarray(probabilities, dtype=float)
    order = np.argsort(-shares, kind="stable")[:most]
    names = [visible(characters[i]) for i in order]
    figure = bars(names, shares[order].tolist(), f"{where} comes")
    figure.axes[0].set(xlabel="next character", ylim=(0, 1.1))
    possible = shares[shares > 0]
    entropy = float(-(possible * np.log(possible)).sum())
    return figure, (
        f"{where} most likely comes {names[0]}, with probability {shares[order[0]]:.2f}. "
        f"Entropy {abs(entropy):.2f} nats, like guessing among {np.exp(entropy):.1f}."
    )


@takes(labels="N labels", values="(N,)")
def pushes(labels, values, title, xlabel="", ylabel="", highlight=None):
    """Bars that go up and down from a line at 0; `highlight` is the index of one to colour."""
    figure = bars(labels, values, title, ylabel=ylabel, highlight=highlight)
    figure.axes[0].axhline(0, color="black", linewidth=0.8)
    figure.axes[0].set_xlabel(xlabel)
    return figure


@takes(x="(N,)", lines="any (N,) or name -> any (N,)", baselines="baselines", limit="number", dot="(2,)")
def curves(
    x, lines, title, xlabel, ylabel,
    baselines=None, limit=None, dot=None, log_x=False, marker="", height=3.0, ylim=None, alt="",
):  # fmt: skip
    """Curves over one axis, beside dashed baselines and a solid limit.

    x: (N,). lines: (N,) for one curve, or name -> (N,) for several, whose names stand in a legend.
    baselines: name -> value. dot: (x, y) of a point to mark.
    """
    figure, ax = new_figure(title, height=height)
    lines = lines if isinstance(lines, dict) else {ylabel: lines}
    for values, name, color in zip(lines.values(), lines, CYCLE, strict=False):
        ax.plot(x, values, marker=marker, color=color, label=name)
    if dot is not None:
        ax.plot(float(dot[0]), float(dot[1]), "o", color=VERMILION, markersize=8)
    if log_x:
        ax.set_xscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel, **({"ylim": ylim} if ylim else {}))
    draw_baselines(ax, baselines or {}, limit)
    if len(lines) > 1:
        ax.legend(fontsize=8, loc="center right")
    figure.alt = alt or curves_in_words(title, xlabel, ylabel, x, lines, baselines or {}, limit)
    return figure


def curves_in_words(title, xlabel, ylabel, x, lines, baselines, limit):
    """Where each curve begins and ends, where it is lowest in between, and what stands beside it."""
    said = [f"{title}. {'A curve' if len(lines) == 1 else 'Curves'} of {ylabel} over {xlabel}."]
    for name, values in lines.items():
        values = [float(value) + 0.0 for value in values]  # + 0.0: no minus before a zero
        who = f"The curve “{name}”" if len(lines) > 1 else "It"
        least = int(np.argmin(values))
        inside = 0 < least < len(values) - 1 and min(values[0], values[-1]) - values[least] > 0.005
        low = f", with its lowest point {values[least]:.2f} at {x[least]:.3g}" if inside else ""
        said.append(f"{who} goes from {values[0]:.2f} at {x[0]:.3g} to {values[-1]:.2f} at {x[-1]:.3g}{low}.")
    if baselines:
        said.append("Dashed lines: " + ", ".join(f"{name} {value:.2f}" for name, value in baselines.items()) + ".")
    if limit is not None:
        said.append(f"A solid line marks the limit, {limit:.2f}.")
    return " ".join(said)
