"""Pictures of attention heads: where they look, what a weight is worth, and what their number or size costs."""

import itertools

import numpy as np

from helpers.show.picture import BLUE, CYCLE, GREEN, VERMILION, new_figure, visible
from helpers.show.plots import bars
from helpers.show.taking import takes

SMALL = 6  # positions of a map with numbers in it


@takes(sizes="(N,)", panels="name -> name -> (N,)")
def over_doublings(sizes, panels, title, xlabel):
    """Panels side by side over sizes, on a scale on which each doubling is equally far.

    sizes: (n,). panels: what is measured -> {name of a line: (n,) values}; the names are the same in all panels.
    """
    figure, _ = new_figure(title, columns=len(panels), height=3.2)
    said = [f"{title}. Curves over {xlabel}, from {sizes[0]} to {sizes[-1]}."]
    for ax, (measured, lines) in zip(figure.axes, panels.items(), strict=True):
        for (name, values), color in zip(lines.items(), (VERMILION, BLUE, GREEN, *CYCLE[4:]), strict=False):
            ax.plot(sizes, values, "o-", color=color, label=name)
            said.append(f"{measured}, {name}: from {float(values[0]):.2g} to {float(values[-1]):.2g}.")
        ax.set_xscale("log", base=2)
        ax.set(xlabel=xlabel, ylabel=measured, ylim=(0, None))
        ax.set_xticks(sizes, sizes)
        ax.minorticks_off()
    figure.axes[0].legend(fontsize=8, loc="best")
    figure.alt = " ".join(said)
    return figure


@takes(tables="name -> (T, T)", text="T labels")
def attention_maps(tables, title, text=None, columns=None):
    """Attention weights as maps side by side, all on one scale from 0 to 1. Row t says where position t looks.

    tables: name -> (T, T); small ones get their numbers written in. text: T characters that label rows and columns.
    columns: how many maps in a row, all by default.
    """
    columns = columns or len(tables)
    rows, size = -(-len(tables) // columns), 3.3 if text else 2.6
    figure, axes = new_figure(title, width=7.0, height=size * rows + 0.3, columns=columns, rows=rows)
    said = [f"{title}. {len(tables)} maps, a row for each position that looks, a column for each that is looked at."]
    axes = np.atleast_1d(axes)
    for ax in axes.flat[len(tables) :]:
        ax.set_visible(False)
    for ax, (name, table) in zip(axes.flat, tables.items(), strict=False):
        table = np.asarray(table)
        image = ax.imshow(table, cmap="viridis", vmin=0, vmax=1)
        if small := len(table) <= SMALL:
            ax.set(xticks=range(len(table)), yticks=range(len(table)))
            for (t, s), weight in np.ndenumerate(table):
                color = "black" if weight > 0.6 else "white"
                ax.text(s, t, f"{weight:.2f}", ha="center", va="center", fontsize=9, color=color)
        if text is not None:
            for set_ticks in (ax.set_xticks, ax.set_yticks):
                set_ticks(range(len(table)), [visible(char) for char in text], fontsize=7, parse_math=False)
        ax.set_title(name, fontsize=10)
        ax.grid(visible=False)
        in_words = row_by_row if small else where_the_weight_lies
        said.append(f"{name}: {in_words(table)}.")
    figure.supxlabel("position looked at", fontsize=9)
    figure.supylabel("position that looks", fontsize=9)
    figure.colorbar(image, ax=axes, label="weight", fraction=0.03)
    figure.alt = " ".join(said)
    return figure


def row_by_row(table):
    """In words, a small map (T, T): the rows, each up to the position that looks."""
    return "; ".join(f"row {t}: " + ", ".join(f"{w:.2f}" for w in row[: t + 1]) for t, row in enumerate(table))


def where_the_weight_lies(table):
    """In words, the two distances back at which a map (T, T) has most weight in the mean."""
    back = {k: float(np.diagonal(table, -k).mean()) for k in range(max(1, len(table) // 2))}
    most = sorted(back, key=back.get, reverse=True)[:2]
    places = " and ".join(f"{f'{k} back' if k else 'itself'} ({back[k]:.2f})" for k in most)
    return f"most weight in the mean on {places}"


@takes(weights="(N,)", text="N labels")
def attention_row(weights, text):
    """For an Explorer: a bar for each character that the last one of `text` may look at, itself included; a caption.

    weights: (len(text),), of which the largest is coloured.
    """
    weights, labels = [float(weight) for weight in weights], [visible(char) for char in text]
    last, most = len(weights) - 1, weights.index(max(weights))
    who, whom = f"{last} ({labels[last]})", f"{most} ({labels[most]})"
    figure = bars(labels, weights, f"Where position {who} looks", "weight", most)
    figure.axes[0].set_xlabel("position looked at")
    figure.alt = (
        f"One bar for each character up to position {who}, none for what follows. The orange one is the tallest."
    )
    return figure, f"Position {who} attends most to position {whom}, with weight {weights[most]:.2f}."


@takes(weights="(...)", costs="(...)")
def weights_and_costs(weights, costs, title):
    """A dot for each key: its attention weight, and what hiding it costs in nats. Both may have any one shape."""
    weights, costs = np.asarray(weights).ravel(), np.asarray(costs).ravel()
    figure, ax = new_figure(title)
    ax.scatter(weights, costs, s=6, alpha=0.35, color=BLUE)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(xlabel="attention weight of a key", ylabel="nats that hiding it costs")
    said = [f"{title}. A cloud of {len(weights):,} dots: the weight of a key across, what hiding it costs upwards."]
    for name, part in (("below 0.1", costs[weights < 0.1]), ("of 0.5 and more", costs[weights >= 0.5])):
        if len(part):
            said.append(f"At weights {name}, the costs lie between {part.min():.1f} and {part.max():.1f} nats.")
    figure.alt = " ".join(said)
    return figure


@takes(starts="(N,)", ends="(N,)")
def calls_in_time(starts, ends, title, name="head"):
    """A bar from the start to the end of each call, one below the other, in milliseconds since the first start.

    starts, ends: (n,) seconds on one clock.
    """
    figure, ax = new_figure(title, height=2.5)
    since = [(1000 * (start - starts[0]), 1000 * (end - starts[0])) for start, end in zip(starts, ends, strict=True)]
    for i, (begin, end) in enumerate(since):
        ax.broken_barh([(begin, end - begin)], (i - 0.35, 0.7), color=CYCLE[i % len(CYCLE)])
    ax.set(xlabel="milliseconds since the first call", ylim=(len(since) - 0.4, -0.6))
    ax.set_yticks(range(len(since)), [f"{name} {i}" for i in range(len(since))])
    overlaps = any(later[0] < earlier[1] for earlier, later in itertools.pairwise(since))
    order = "Some begin before the one above has ended" if overlaps else "Each begins after the one above it has ended"
    figure.alt = f"{title}. One bar for each of {len(since)} calls over time, the first at the top. {order}."
    return figure
