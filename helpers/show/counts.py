"""Pictures of what can be counted in a text: characters, windows, surprise, pairs, and the losses of counted models."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.show.picture import CYCLE, ORANGE, SKY, new_figure, visible
from helpers.show.plots import bars, draw_baselines, heat_map
from helpers.show.taking import takes


@takes(characters="N labels", values="(N,)")
def character_bars(characters, values, title, ylabel="probability", height=2.8, alt=""):
    """A bar for each character, in the order given; a space and a line break get a label that can be seen."""
    labels = [visible(char) for char in characters]
    top = ", ".join(f"{labels[i]} {float(values[i]):.3g}" for i in largest(values, 5))
    words = f"{title}. {len(labels)} bars, one for each character, {ylabel}. The highest: {top}."
    figure = bars(labels, values, title, ylabel=ylabel, height=height, alt=alt or words)
    figure.axes[0].yaxis.set_major_locator(MaxNLocator(6))  # ticks that change with the height would confuse the layout
    return figure


def largest(values, most):
    """The indices of the `most` largest values, the largest first."""
    return np.argsort(-np.asarray(values, dtype=float), kind="stable")[:most].tolist()


@takes(context="T labels", targets="T labels")
def window_picture(context, targets, title, alt=""):
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
    words = f"{title}. Two rows of characters, an arrow from each context character down to its target: {pairs}"
    figure.alt = alt or words
    return figure


@takes(context="text", targets="text")
def window_question(context, targets):
    """For an Explorer: a window over a text and its targets, both as strings, and the last question that it asks."""
    if not context:
        raise ValueError("The text ends before this window begins. Move it towards the start.")
    figure = window_picture(context, targets, f"{len(context)} contexts and their targets")
    return figure, (
        f"Each arrow leads from a character of the text to the one that follows it. "
        f"At the last position, the model is asked what follows {context!r}. The text says {targets[-1]!r}."
    )


@takes(text="T labels", surprise="(T,)")
def surprise_bars(text, surprise, title, alt=""):
    """A bar for each character of a text: its surprise in nats, given all characters before it."""
    costly = [i for i, value in enumerate(surprise) if value > 0]
    words = f"{title}. A bar for each of the {len(text)} characters of the text, in nats. "
    if costly:
        last = costly[-1]
        words += f"{len(costly)} stand above 0, the highest at {max(surprise):.2f}. "
        words += f"The last is that of {visible(text[last])} in '{text[: last + 1][-12:]}'; all {len(text) - last - 1} "
        words += "after it are 0."
    return character_bars(text, surprise, title, ylabel="nats", height=2.6, alt=alt or words.strip())


@takes(baselines="name -> number", limit="number")
def loss_bars(baselines, title, limit=None, alt=""):
    """A bar for each baseline (name -> nats per character), and a solid line at the limit where it is known."""
    figure = bars(list(baselines), list(baselines.values()), title, ylabel="nats per character")
    each = ", ".join(f"{name} {value:.2f}" for name, value in baselines.items())
    words = f"{title}. Bars of losses in nats per character: {each}."
    if limit is not None:
        draw_baselines(figure.axes[0], {}, limit)
        words += f" A solid line marks the limit, {limit:.2f}."
    figure.alt = alt or words
    return figure


@takes(probabilities="(C, C)", characters="C labels")
def pair_table(probabilities, characters, title, height=5.6, alt=""):
    """A map of P(next | current): probabilities (C, C), a row for each current character, a column for each next."""
    table, labels = np.asarray(probabilities), [visible(char) for char in characters]
    best = [divmod(i, len(labels)) for i in largest(table.flatten(), 4)]
    top = ", ".join(f"{labels[j]} after {labels[i]} {table[i, j]:.2f}" for i, j in best)
    words = (
        f"{title}. A map with a row for each of {len(labels)} current characters and a column for each next one, "
        f"dark where the probability is small and bright where it is large. The brightest: {top}."
    )
    return heat_map(
        table, labels, labels, title, xlabel="next character", ylabel="current character",
        color_label="probability", height=height, alt=alt or words,
    )  # fmt: skip


@takes(characters="C labels", tables="name -> (C, C)")
def pair_tables(tables, characters, title, height=4.6, alt=""):
    """Maps of P(next | current) side by side in one scale of colors; tables: name -> probabilities (C, C)."""
    tables, labels = {name: np.asarray(table) for name, table in tables.items()}, [visible(char) for char in characters]
    figure, axes = new_figure(title, 9.2, height, columns=len(tables))
    top, said = max(table.max() for table in tables.values()), []
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        image = ax.imshow(table, cmap="viridis", vmin=0, vmax=top)
        ax.set_title(name, fontsize=10)
        ax.set_xticks(range(len(labels)), labels, fontsize=7)
        ax.set_yticks(range(len(labels)), labels, fontsize=7)
        ax.grid(visible=False)
        ax.set(xlabel="next character", ylabel="current character")
        best = [divmod(i, len(labels)) for i in largest(table.flatten(), 3)]
        each = ", ".join(f"{labels[j]} after {labels[i]} {table[i, j]:.2f}" for i, j in best)
        said.append(f"In “{name}” the brightest are {each}.")
    figure.colorbar(image, ax=axes, label="probability", fraction=0.03, pad=0.02)
    words = (
        f"{title}. Maps side by side, a row for each of {len(labels)} current characters and a column for each next one"
    )
    figure.alt = alt or f"{words}, dark where the probability is small and bright where it is large. {' '.join(said)}"
    return figure


@takes(characters="N labels", values="name -> (N,)")
def paired_bars(characters, values, title, ylabel="probability", height=2.4, alt=""):
    """Bars side by side over each character, one of each color for each name in values (name -> (N,))."""
    figure, ax = new_figure(title, height=height)
    width = 0.8 / len(values)
    for k, (name, heights) in enumerate(values.items()):
        shift = (k - (len(values) - 1) / 2) * width
        places = [i + shift for i in range(len(characters))]
        ax.bar(places, np.asarray(heights, dtype=float), width=width, color=CYCLE[k % len(CYCLE)], label=name)
    labels = [visible(char) for char in characters]
    ax.set_xticks(range(len(labels)), labels)
    ax.set_ylabel(ylabel)
    ax.legend(frameon=False)
    ax.grid(visible=False, axis="x")
    each = "; ".join(
        f"{label} " + " and ".join(f"{float(heights[i]):.3f}" for heights in values.values())
        for i, label in enumerate(labels)
    )
    figure.alt = alt or f"{title}. Bars side by side for {' and '.join(values)}, {ylabel}: {each}."
    return figure
