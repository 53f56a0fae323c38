"""Pictures of a GPT at work: what sampling does to a distribution, where heads look, what each layer would answer."""

import numpy as np

from helpers.show.picture import BLUE, GREEN, ORANGE, VERMILION, new_figure, style, visible
from helpers.show.taking import takes

MONOSPACE = "DejaVu Sans Mono"


class StagePanels:
    """Rows of bars, one row of axes for each stage of sampling. `show` moves the bars, which is quicker than new ones.

    The tokens stand in the order of their probability before any filter, the same in all rows.
    """

    def __init__(self, axes, names, shown):
        self.axes, self.names = axes, names
        self.bars = [ax.bar(range(shown), [0.0] * shown, color=BLUE) for ax in axes]
        self.notes = [ax.text(1.0, 0.96, "", transform=ax.transAxes, ha="right", va="top", fontsize=8.5) for ax in axes]
        for ax in axes:
            ax.set(xlim=(-0.7, shown - 0.3), xticks=range(shown))
            ax.grid(visible=False)
            ax.tick_params(labelsize=8, length=0)
            ax.tick_params(axis="x", labelbottom=ax is axes[-1])
        axes[-1].tick_params(labelsize=9)
        self.title = axes[0].text(
            -0.08, 1.12, "", transform=axes[0].transAxes, va="bottom", fontsize=9.5, fontweight="bold", parse_math=False
        )

    def show(self, title, labels, rows, notes, chosen=None):
        """rows: for each stage the probabilities of the tokens in `labels`; chosen: the place of one to colour."""
        self.title.set_text(title)
        top = max(max(row) for row in rows)
        for ax, bars, note, name, row, words in zip(
            self.axes, self.bars, self.notes, self.names, rows, notes, strict=True
        ):
            for place, (bar, value) in enumerate(zip(bars, row, strict=True)):
                bar.set_height(value)
                bar.set_facecolor(VERMILION if place == chosen else BLUE)
            ax.set_ylim(0, 1.35 * top)
            ax.set_yticks([0, top], ["0", f"{top:.2f}"])
            note.set_text(f"{name}: {words}")
        self.axes[-1].set_xticklabels([visible(label) for label in labels], parse_math=False)


def stage_figure(names, shown, columns=1, text_height=0.0):
    """A figure with `columns` of StagePanels above an empty strip for text, and the panels of each column."""
    height = 3.65 + text_height
    figure, _ = new_figure(width=4.9 * columns, height=height)
    figure.clear()
    figure.set_layout_engine("none")  # a layout that is worked out anew at each drawing takes longer than the drawing
    panels = []
    for column in range(columns):
        axes = []
        for row in range(len(names)):
            step = 3.1 / len(names)
            bottom = (height - 0.3 - (row + 1) * step + 0.1) / height
            left = (column + 0.09) / columns
            axes.append(style(figure.add_axes((left, bottom, 0.9 / columns, (step - 0.12) / height))))
        panels.append(StagePanels(axes, names, shown))
    return figure, panels


def write_shaded(figure, text, shades, left, top, per_line=48, lines=6):
    """Write a text into a figure, each character on the colour of its shade, from 0 (none) to 1."""
    width, height = figure.get_size_inches()
    x = y = 0
    for char, shade in zip(text, shades, strict=True):
        if char == "\n" or x == per_line:
            x, y = 0, y + 1
        if char == "\n":
            continue
        if y >= lines:
            return
        figure.text(
            left + 0.09 * x / width, (top - 0.2 * y) / height, char if char == " " else visible(char),
            family=MONOSPACE, fontsize=10, va="top", parse_math=False,
            bbox=dict(boxstyle="square,pad=0.05", facecolor=(*ORANGE_RGB, shade), edgecolor="none"),
        )  # fmt: skip
        x += 1


ORANGE_RGB = tuple(int(ORANGE[i : i + 2], 16) / 255 for i in (1, 3, 5))


@takes(weights="(T, T)", text="T labels")
def attention_picture(weights, text, title):
    """The attention weights (T, T) of one head over `text` as a map, and as arcs from each position to where it looks.

    In the map a row is a position that looks, a column one that is looked at. An arc is as dark as its weight.
    """
    weights, T = np.asarray(weights), len(text)
    figure, (left, right) = new_figure(title, width=8.4, height=4.2, columns=2, width_ratios=[1.1, 1])
    labels = [visible(char) for char in text]
    size = 9 if T <= 32 else 6
    image = left.imshow(weights, cmap="viridis", vmin=0, vmax=1)
    for axis, set_ticks in ((left.xaxis, left.set_xticks), (left.yaxis, left.set_yticks)):
        set_ticks(range(T), labels, fontsize=size, family=MONOSPACE, parse_math=False)
        axis.set_tick_params(length=0)
    left.grid(visible=False)
    left.set(xlabel="is looked at", ylabel="looks")
    figure.colorbar(image, ax=left, label="weight", fraction=0.045, pad=0.02)
    for t in range(T):
        for s in range(t):
            if weights[t, s] >= 0.1:
                middle, radius = (t + s) / 2, (t - s) / 2
                angle = np.linspace(0, np.pi, 24)
                right.plot(
                    np.sin(angle) * radius**0.7, middle + np.cos(angle) * radius, color=BLUE,
                    alpha=float(weights[t, s]), linewidth=0.6 + 2 * float(weights[t, s]),
                )  # fmt: skip
    right.scatter([0] * T, range(T), s=10, color=[(0.84, 0.37, 0, float(w)) for w in weights.diagonal()])
    right.set_yticks(range(T), labels, fontsize=size, family=MONOSPACE, parse_math=False)
    right.tick_params(axis="y", length=0)
    widest = max(1, (T - 1) / 2) ** 0.7
    right.set(
        ylim=(T - 0.5, -0.5),
        xlim=(-0.05 * widest, 1.05 * widest),
        xticks=[],
        xlabel="arcs of 0.1 and more; dots: on itself",
    )
    right.grid(visible=False)
    right.spines["bottom"].set_visible(False)
    some = range(max(0, T - 12), T)
    looks = ", ".join(f"{labels[t]} at {labels[int(weights[t].argmax())]} ({weights[t].max():.2f})" for t in some)
    figure.alt = (
        f"{title}. Left a map with a row for each character that looks and a column for each that is looked at, bright "
        f"where the weight is large; right the same weights as arcs. The last characters look most: {looks}."
    )
    return figure


@takes(text="T labels", best="L of T labels", shares="(L, T)")
def lens_picture(text, best, shares, title):
    """For each layer (rows) and position of `text` (columns) the likeliest next character, coloured by its probability.

    best: strings of T characters, one for each layer; shares (L + 1, T): their probabilities. A green frame marks where
    it is the one that came; what comes after the last position is not known.
    """
    shares = np.asarray(shares)
    rows, T = shares.shape
    figure, ax = new_figure(title, width=8.4, height=1.5 + 0.34 * rows)
    image = ax.imshow(shares, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for layer in range(rows):
        for t in range(T):
            right = text[t + 1 : t + 2] == best[layer][t]
            ax.text(
                t, layer, visible(best[layer][t]), ha="center", va="center", fontsize=9 if T <= 40 else 7,
                family=MONOSPACE, parse_math=False, color="black" if shares[layer, t] > 0.55 else "white",
                fontweight="bold" if right else "normal",
                bbox=dict(boxstyle="square,pad=0.18", facecolor="none", edgecolor=GREEN, lw=1.6) if right else None,
            )  # fmt: skip
    names = ["embedding"] + [f"block {layer}" for layer in range(1, rows)]
    ax.set_yticks(range(rows), names, fontsize=9)
    labels = [visible(char) for char in text]
    ax.set_xticks(range(T), labels, fontsize=9 if T <= 40 else 7, family=MONOSPACE, parse_math=False)
    ax.set_xlabel("the text as read; above each character, what is expected next")
    ax.grid(visible=False)
    ax.tick_params(length=0)
    figure.colorbar(image, ax=ax, label="probability", fraction=0.03, pad=0.01)
    hits = [sum(best[layer][t] == text[t + 1] for t in range(T - 1)) for layer in range(rows)]
    right = ", ".join(f"{name} {n}" for name, n in zip(names, hits, strict=True))
    figure.alt = (
        f"{title}. A table with a row for each layer and a column for each character of the text: the character "
        f"expected next, the brighter the surer, framed where it is right. Right of {T - 1}, by layer: {right}."
    )
    return figure


@takes(scores="name -> (*, *)")
def head_table(scores, title):
    """Scores of all heads, name -> (L, H), as one map for each name, on one scale from 0 to 1."""
    figure, _ = new_figure(title, width=7.6, height=2.6, columns=len(scores))
    for ax, (name, table) in zip(figure.axes, scores.items(), strict=True):
        table = np.asarray(table)
        image = ax.imshow(table, cmap="viridis", vmin=0, vmax=1, aspect="auto")
        for layer, row in enumerate(table):
            for head, value in enumerate(row):
                color = "black" if value > 0.6 else "white"
                ax.text(head, layer, f"{value:.2f}", ha="center", va="center", fontsize=9, color=color)
        ax.set_xticks(range(table.shape[1]), range(table.shape[1]))
        ax.set_yticks(range(table.shape[0]), range(1, table.shape[0] + 1))
        ax.set(xlabel="head", ylabel="block" if ax is figure.axes[0] else "")
        ax.set_title(name, fontsize=10)
        ax.grid(visible=False)
        ax.tick_params(length=0)
    figure.colorbar(image, ax=figure.axes, label="score", fraction=0.03, pad=0.02)
    said = [f"{title}. A table for each score: a row for each block, a column for each head, bright where it is high."]
    for name, table in scores.items():
        layer, head = np.unravel_index(np.asarray(table).argmax(), np.asarray(table).shape)
        said.append(f"{name}: the highest, {np.asarray(table).max():.2f}, has head {head} of block {layer + 1}.")
    figure.alt = " ".join(said)
    return figure
