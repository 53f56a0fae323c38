"""Figures from numbers: every function takes plain values and returns a figure that can describe itself in words."""

import math

from matplotlib.patches import Rectangle

from helpers.show.picture import (
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    VERMILION,
    new_figure,
    visible,
)


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


def curve_in_words(title, over, losses, baselines, limit):
    """What a loss curve shows: where each line begins and ends, and beside which others it stands."""
    said = [f"{title}. Loss in nats per token over {over.removesuffix('s')}s."]
    said += [f"The {name} loss goes from {v[0]:.2f} to {v[-1]:.2f}." for name, v in losses.items() if v]
    if baselines:
        said.append(f"Dashed lines: {', '.join(f'{name} {value:.2f}' for name, value in baselines.items())}.")
    if limit is not None:
        said.append(f"A solid line marks the limit, {limit:.2f}.")
    return " ".join(said)


def running_mean(values, width):
    """Each value replaced by the mean of the `width` values that end with it (fewer at the start)."""
    return [
        sum(values[max(0, i - width + 1) : i + 1]) / len(values[max(0, i - width + 1) : i + 1])
        for i in range(len(values))
    ]


def bars(labels, values, title, ylabel="probability", highlight=None, width=7.0, height=2.8, alt=""):
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
    ax.set_ylabel(ylabel)
    heights = ", ".join(f"{label} {value:.2f}" for label, value in list(zip(labels, values, strict=True))[:12])
    more = f" and {len(values) - 12} more" if len(values) > 12 else ""
    figure.alt = alt or f"{title}. {len(values)} bars, {ylabel}: {heights}{more}."
    return figure


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


def window_picture(context, targets, title):
    """One window over a text: the contexts' characters in a row of boxes, and the target of each position below it."""
    figure, ax = new_figure(title, 7.0, 2.0)
    for row, (chars, color, name) in enumerate([(context, SKY, "context x"), (targets, ORANGE, "target y")]):
        for i, char in enumerate(chars):
            ax.text(i, -row, visible(char), ha="center", va="center", fontsize=11, family="DejaVu Sans Mono",
                    bbox=dict(boxstyle="square,pad=0.35", facecolor=color, alpha=0.45, edgecolor="none"))  # fmt: skip
        ax.text(-0.9, -row, name, ha="right", va="center", fontsize=9)
    for i in range(len(context)):
        ax.annotate("", (i, -0.68), (i, -0.32), arrowprops=dict(arrowstyle="->", color="#444444"))
    ax.set_xlim(-3.2, len(context) - 0.4)
    ax.set_ylim(-1.7, 0.6)
    ax.set_xticks(range(len(context)), range(len(context)), fontsize=8)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xlabel("position t")
    pairs = ", ".join(f"{visible(x)} to {visible(y)}" for x, y in zip(context, targets, strict=True))
    figure.alt = f"{title}. Two rows of characters, each context character above its target: {pairs}."
    return figure


def memory_picture(cells, table, title, chosen=None):
    """A tensor above the memory that it reads; a cell has the colours of all rows of the tensor that read it.

    cells: what stands in memory. table: the tensor's rows, each a list of cell numbers. chosen: (row, column) to mark.
    """
    figure, ax = new_figure(title, 7.0, 1.3 + 0.36 * len(table))
    left, bottom = (len(cells) - len(table[0])) / 2, len(table) + 0.8

    def box(x, y, number, readers, thick):
        for k, row in enumerate(readers):
            part = 1 / len(readers)
            ax.add_patch(Rectangle((x, y + k * part), 1, part, color=CYCLE[row % 7], alpha=0.5, lw=0))
        ax.add_patch(Rectangle((x, y), 1, 1, fill=False, lw=2.6 if thick else 0.6, zorder=4 if thick else 2))
        ax.text(x + 0.5, y + 0.47, f"{cells[number]:g}", ha="center", va="center", fontsize=10, zorder=5)

    for number in range(len(cells)):
        readers = [i for i, row in enumerate(table) if number in row]
        box(number, 0, number, readers, chosen and table[chosen[0]][chosen[1]] == number)
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            box(left + j, bottom - i, number, [i], chosen == (i, j))
        name = f"row {i}" if len(table) > 1 else "tensor"
        ax.text(left - 0.2, bottom - i + 0.5, name, ha="right", va="center", fontsize=9)
    ax.text(-0.2, 0.5, "memory", ha="right", va="center", fontsize=9)
    ax.set(xlim=(-1.3, len(cells) + 0.1), ylim=(-0.1, bottom + 1.1), yticks=[], xlabel="number of the cell")
    ax.set_xticks([number + 0.5 for number in range(len(cells))], range(len(cells)), fontsize=8)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    rows = "; ".join(f"row {i} reads {', '.join(map(str, row))}" for i, row in enumerate(table))
    figure.alt = f"{title}. A tensor above its memory of {len(cells)} cells, by their numbers: {rows}."
    return figure


def shape_table(a, b, result, title):
    """Two shapes above the shape of their sum (None where they do not fit), lined up at the right."""
    figure, ax = new_figure(title, 7.0, 2.5)
    columns = max(len(a), len(b))
    for y, (name, shape) in enumerate([("a", a), ("b", b), ("result", result)]):
        ax.text(-columns - 0.6, y, name, ha="right", va="center", fontsize=10)
        if shape is None or columns == 0:
            ax.text(-columns - 0.4, y, "no dimensions" if columns == 0 else "they do not fit", va="center", fontsize=10)
            continue
        for place in range(1, columns + 1):  # from the right, as the rule goes
            sizes = {s[-place] for s in (a, b) if place <= len(s)}
            size = shape[-place] if place <= len(shape) else None
            if name == "result":
                color, word = GREEN, ""
            elif size is None:
                color, word = GREY, "missing"
            elif len(sizes) == 2 and 1 not in sizes:
                color, word = VERMILION, "no fit"
            elif len(sizes) == 2 and size == 1:
                color, word = ORANGE, f"stretched to {max(sizes) if 0 not in sizes else 0}"
            else:
                color, word = SKY, "as it is"
            ax.add_patch(Rectangle((-place - 0.45, y - 0.42), 0.9, 0.84, color=color, alpha=0.4, lw=0))
            ax.text(-place, y - (0.12 if word else 0), "–" if size is None else size, ha="center", va="center")
            ax.text(-place, y + 0.24, word, ha="center", va="center", fontsize=7.5)
    ax.set(xlim=(-7.2, -0.4), ylim=(2.5, -0.5), yticks=[], xticks=range(-columns, 0))
    ax.set_xlabel("dimension, counted from the right", loc="right")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(visible=False)
    shapes = ", ".join(
        f"{name} {'does not exist' if x is None else x}" for name, x in (("a", a), ("b", b), ("a + b", result))
    )
    figure.alt = f"{title}. Two shapes lined up at the right, dimension by dimension, and their result: {shapes}."
    return figure
