"""Figures from numbers: every function takes plain values and returns a figure that can describe itself in words."""

import math

from helpers import checks
from helpers.show.picture import (
    BLUE,
    GREY,
    SKY,
    VERMILION,
    new_figure,
)
from helpers.show.taking import takes
from helpers.training.history import History


@takes(baselines="baselines", limit="number")
def draw_baselines(ax, baselines, limit=None):
    """Dashed grey lines at the losses in `baselines` (name -> nats), each with its name at the right end.

    limit: the entropy of the source, where it is known, as a solid line; no model that does not cheat goes below.
    """
    lines = [(name, value, "--") for name, value in baselines.items()]
    for name, value, look in lines + ([("limit", limit, "-")] if limit is not None else []):
        ax.axhline(value, color=GREY, linestyle=look, linewidth=1)
        ax.annotate(
            f"{name} {value:.2f}", (1.0, value), xycoords=("axes fraction", "data"), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=8, color="#444444", annotation_clip=False,
        )  # fmt: skip


@takes(history="history", baselines="baselines", smooth="count", limit="number")
def loss_curve(history, baselines=None, title="Loss", over="step", smooth=1, limit=None, alt=""):
    """Training (thin) and validation loss (thick) of a History over steps, tokens or seconds, beside the baselines."""
    figure, ax = new_figure(title)
    x, train = history.series("train_loss", over)
    ax.plot(x, running_mean(train, smooth), color=SKY, linewidth=0.9, label="training")
    x, val = history.series("val_loss", over)
    marker = "o" if len(x) < 30 else None
    ax.plot(x, val, color=BLUE, linewidth=2.2, marker=marker, markersize=4, label="validation")
    marks = list((baselines or {}).values()) + ([limit] if limit is not None else [])
    finite = [value for value in train + val + marks if math.isfinite(value)]
    if finite:
        low, high = min(finite), max(finite)
        ax.set_ylim(low - 0.06 * (high - low) - 0.02, high + 0.06 * (high - low) + 0.02)
    draw_baselines(ax, baselines or {}, limit)
    ax.set_xlabel(over)
    ax.set_ylabel("nats per token")
    ax.legend(fontsize=8, loc="upper right", bbox_to_anchor=(1.0, 0.93), framealpha=1.0, edgecolor="none")
    figure.alt = alt or curve_in_words(title, over, {"training": train, "validation": val}, baselines or {}, limit)
    return figure


@takes(losses="any (N,)", baselines="baselines", limit="number")
def fit_curve(losses, measured, baselines, title, limit=None):
    """The loss of every step of a training (thin), and the validation loss after some of them (thick).

    losses: (N,), one for each step. measured: {steps done: nats}.
    """
    for step, loss in checks.kind("measured", measured, dict, "a dictionary, steps done -> nats").items():
        checks.integer("A key of measured", step)
        checks.kind(f"measured[{step}]", loss, (int, float), "a number, or nan")
    steps = range(max([len(losses), *measured]) + 1)
    history = History(step=list(steps), train_loss=[*losses, *[None] * (len(steps) - len(losses))])
    history.val_loss = [measured.get(step) for step in steps]
    return loss_curve(history, baselines, title, limit=limit)


def curve_in_words(title, over, losses, baselines, limit):
    """What a loss curve shows: where each line begins and ends, and beside which others it stands."""
    said = [f"{title}. Loss in nats per token over {over.removesuffix('s')}s."]
    said += [f"The {name} loss goes from {v[0]:.2f} to {v[-1]:.2f}." for name, v in losses.items() if v]
    if baselines:
        said.append(f"Dashed lines: {', '.join(f'{name} {value:.2f}' for name, value in baselines.items())}.")
    if limit is not None:
        said.append(f"A solid line marks the limit, {limit:.2f}.")
    return " ".join(said)


@takes(values="any (N,)", width="count")
def running_mean(values, width):
    """Each value replaced by the mean of the `width` values that end with it (fewer at the start)."""
    return [
        sum(values[max(0, i - width + 1) : i + 1]) / len(values[max(0, i - width + 1) : i + 1])
        for i in range(len(values))
    ]


@takes(labels="N labels", values="(N,)")
def bars(labels, values, title, ylabel="probability", highlight=None, width=7.0, height=2.8, xlabel="", alt=""):
    """Vertical bars with a label each, a few of them with their values; `highlight` is the index of one to colour."""
    figure, ax = new_figure(title, width, height)
    colors = [VERMILION if i == highlight else BLUE for i in range(len(values))]
    drawn = ax.bar(range(len(values)), values, color=colors)
    if len(values) <= 12:
        ax.bar_label(drawn, fmt="%.2f", fontsize=9, padding=2)
        ax.margins(y=0.12)
    ax.set_xticks(range(len(values)), labels, fontsize=9 if len(labels) <= 40 else 7)
    ax.set_xlim(-0.7, len(values) - 0.3)
    ax.grid(visible=False, axis="x")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    heights = ", ".join(f"{label} {value:.2f}" for label, value in list(zip(labels, values, strict=True))[:12])
    more = f" and {len(values) - 12} more" if len(values) > 12 else ""
    over = f" over {xlabel}" * bool(xlabel)
    figure.alt = alt or f"{title}. {len(values)} bars, {ylabel}{over}: {heights}{more}."
    return figure


@takes(matrix="(R, C)", row_labels="R labels", column_labels="C labels")
def heat_map(
    matrix, row_labels, column_labels, title, xlabel="", ylabel="", color_label="", width=7.0, height=6.2, alt=""
):
    """A matrix (rows, columns) as colours from dark (small) to bright (large), with a colour bar."""
    figure, ax = new_figure(title, width, height)
    image = ax.imshow(matrix, cmap="viridis", aspect="auto")
    size = 9 if len(row_labels) <= 40 else 6
    ax.set_xticks(range(len(column_labels)), column_labels, fontsize=size)
    ax.set_yticks(range(len(row_labels)), row_labels, fontsize=size)
    ax.grid(visible=False)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    figure.colorbar(image, ax=ax, label=color_label, fraction=0.04, pad=0.02)
    figure.alt = alt or (
        f"{title}. A map of {len(row_labels)} rows ({ylabel or row_labels[0]}) and {len(column_labels)} columns "
        f"({xlabel or column_labels[0]}), dark for small and bright for large {color_label or 'values'}."
    )
    return figure
