"""Pictures of small networks: characters as points, what a hidden layer does to a plane, a computation graph."""

import itertools

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers import checks
from helpers.show.picture import BLUE, GREEN, GREY, ORANGE, VERMILION, new_figure, visible
from helpers.show.taking import takes

KINDS = {"vowel": VERMILION, "other small letter": BLUE, "capital": ORANGE, "mark": GREEN}


def kind_of(char):
    """Vowel, other small letter, capital or mark: the colour of a character on the map."""
    if char.isupper():
        return "capital"
    return "vowel" if char in "aeiou" else "other small letter" if char.isalpha() else "mark"


@takes(vectors="(N, 2)", chars="N labels", box="number")
def embedding_map(vectors, chars, title, box=None):
    """Characters at the places of their vectors (n, 2), coloured by their kind.

    box: how far the axes reach from 0, so that several maps can be compared; else as far as the points do.
    """
    vectors, chars = np.asarray(vectors), checks.text("chars", chars)
    if box is not None:
        checks.number("box", box, above=0)
    figure, ax = new_figure(title, 6.4, 5.2)
    kinds = [kind_of(char) for char in chars]
    for name, color in KINDS.items():
        at = [i for i, kind in enumerate(kinds) if kind == name]
        ax.plot(*vectors[at].T, "o", color=color, alpha=0.2, markersize=15, markeredgewidth=0, label=name)
        for i in at:
            ax.text(*vectors[i], visible(chars[i]), color=color, ha="center", va="center", fontsize=10, weight="bold")
    box = box or 1.1 * float(np.abs(vectors).max())
    ax.set(xlim=(-box, box), ylim=(-box, box), xlabel="first number of the vector", ylabel="second number")
    figure.legend(*ax.get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=4, markerscale=0.5)
    figure.alt = f"{title}. {len(chars)} characters as points in a plane. " + neighbours(vectors, chars)
    return figure


def neighbours(vectors, chars, of="abt,T"):
    """The three nearest characters of some, in words."""
    said = []
    for char in of:
        if char in chars and len(chars) > 3:
            i = list(chars).index(char)
            near = np.argsort(((vectors - vectors[i]) ** 2).sum(axis=1), kind="stable")
            near = [visible(chars[j]) for j in near if j != i][:3]
            said.append(f"{visible(char)} has {' '.join(near)} beside it")
    return "; ".join(said) + "." if said else ""


@takes(before="(N, 2)", after="(N, 2)", names="N labels", values="(N,)", axes="2 labels", line="number")
def two_planes(before, after, names, values, title, axes=("input", "hidden layer"), line=None):
    """The same points in two planes, before and after a layer: filled where the value is 1, hollow where it is 0.

    line: a number c, drawn in the second plane as the straight line x + y = c.
    """
    figure, panels = new_figure(title, 7.0, 3.3, columns=2)
    said = []
    for ax, points, name in zip(panels, (np.asarray(before), np.asarray(after)), axes, strict=True):
        labels = {}
        for point, label, value in zip(points.tolist(), names, values, strict=True):
            face = VERMILION if value else "white"
            ax.plot(*point, "o", color=VERMILION if value else BLUE, markersize=12, markerfacecolor=face, mew=2)
            labels.setdefault(tuple(point), []).append(label)
        for point, shared in labels.items():
            ax.annotate(" and ".join(shared), point, xytext=(0, 11), textcoords="offset points", ha="center")
            said.append(f"{' and '.join(shared)} at ({point[0]:g}, {point[1]:g})")
        said[-1] += "."
        ax.set(xlim=(-0.35, 1.35), ylim=(-0.35, 1.35), title=name, xlabel=f"{name}, first", ylabel=f"{name}, second")
    if line is not None:
        panels[1].plot([line + 0.35, -0.35], [-0.35, line + 0.35], color=GREY, linestyle="--")
        said.append(f"A dashed line x + y = {line:g} parts the filled points from the hollow ones.")
    figure.alt = f"{title}. Two planes. {'; '.join(said).replace('.; ', '. ')}"
    return figure


def computation_graph(end, title="", **named):
    """The graph behind a number: any object with `data`, `grad` and `parents` (the objects that it came from).

    Each number stands in a box with its name, its data and its grad; `local`, where there is one, on the arrows.
    named: name=object, for the boxes; the others are numbered.
    """
    for name, value in {"end": end, **named}.items():
        if missing := [part for part in ("data", "grad", "parents") if not hasattr(value, part)]:
            lacks = f"{checks.given(value)} and has no {missing[0]}"
            raise ValueError(f"{name} is {lacks}; it must be a number of a graph, a Value.")
    order, depth = walk(end)
    names = {id(value): name for name, value in named.items()}
    numbers = itertools.count(1)
    for value in order:
        if id(value) not in names:
            names[id(value)] = f"step {next(numbers)}" if value.parents else f"{value.data:g}"
    places = layout(order, depth)
    rows = 1 + max(y for _, y in places.values())
    figure, ax = new_figure(title, 1.2 + 1.75 * (1 + depth[id(end)]), 0.9 + 0.85 * rows)
    said = []
    for value in order:
        x, y = places[id(value)]
        ax.add_patch(
            FancyBboxPatch(
                (x - 0.33, y - 0.28), 0.66, 0.56, boxstyle="round,pad=0,rounding_size=0.06", lw=1.4,
                facecolor="white" if value.parents else "#FBE3B3", edgecolor=BLUE,
            )
        )  # fmt: skip
        words = f"data {value.data:.4g}", f"grad {value.grad:.4g}"
        ax.text(x, y, "\n".join([names[id(value)], *words]), ha="center", va="center", fontsize=9, linespacing=1.3)
        said.append(f"{names[id(value)]}, {words[0]}, {words[1]}")
        if value.parents:
            said[-1] += " from " + " and ".join(names[id(parent)] for parent in value.parents)
        draw_arrows(ax, value, places)
    ax.set(xlim=(-0.45, depth[id(end)] + 0.45), ylim=(-0.45, rows - 0.55), xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(visible=False)
    figure.alt = f"{title + '. ' if title else ''}A computation graph, from left to right: {'; '.join(said)}."
    return figure


def draw_arrows(ax, value, places):
    """An arrow from every parent to a value, with the local derivative on it."""
    x, y = places[id(value)]
    counts = {id(parent): sum(p is parent for p in value.parents) for parent in value.parents}
    for i, parent in enumerate(value.parents):
        px, py = places[id(parent)]
        bend = (i - 0.5) * 0.9 if counts[id(parent)] > 1 else 0  # used twice: two arrows side by side
        ends = (px + 0.34, py), (x - 0.34, y)
        look = {"arrowstyle": "-|>", "mutation_scale": 10, "color": "#666666", "shrinkA": 0, "shrinkB": 0}
        ax.add_patch(FancyArrowPatch(*ends, connectionstyle=f"arc3,rad={bend}", **look))
        local = list(getattr(value, "local", ()))
        if i < len(local):
            middle = (ends[0][0] + ends[1][0]) / 2, (py + y) / 2 + (-0.55 * bend if bend else 0.14)
            ax.text(*middle, f"× {local[i]:.3g}", ha="center", va="center", fontsize=8, color=VERMILION)


def walk(end):
    """Every number of a graph once, after its parents; and how many steps each is from the farthest start, by id."""
    order, depth, stack = [], {}, [(end, False)]
    while stack:
        value, ready = stack.pop()
        if id(value) in depth:
            continue
        if ready:
            depth[id(value)] = 1 + max((depth[id(parent)] for parent in value.parents), default=-1)
            order.append(value)
        else:
            stack += [(value, True), *((parent, False) for parent in value.parents)]
    return order, depth


def layout(order, depth):
    """A place for every number, by id: as far right as its depth, numbers without parents right before their use."""
    use = {}
    for value in order:
        for parent in value.parents:
            use[id(parent)] = min(use.get(id(parent), depth[id(value)] - 1), depth[id(value)] - 1)
    columns, places = {}, {}
    for value in order:
        column = depth[id(value)] if value.parents else use.get(id(value), 0)
        columns.setdefault(column, []).append(value)
    tallest = max(len(column) for column in columns.values())
    for x, column in columns.items():
        for i, value in enumerate(column):
            places[id(value)] = (x, (tallest + len(column)) / 2 - 1 - i)
    return places
