"""Pictures of shapes and of what broadcasting does with them: two shapes aligned, tables of numbers, masks, one bug."""

import math

import numpy as np
from matplotlib.patches import Rectangle

from helpers import checks
from helpers.show.picture import BLUE, GREEN, GREY, ORANGE, SKY, VERMILION, new_figure
from helpers.show.taking import takes
from helpers.show.widgets import Explorer, text_box

MOST = 6  # dimensions that a picture of two shapes has room for


def read_shape(text):
    """'4, 1, 3' -> (4, 1, 3); nothing at all is the shape without dimensions. Raises ValueError with what to type."""
    checks.text("text", text)
    parts = [part.strip() for part in text.strip().strip("()[]").split(",")]
    if parts[-1] == "":  # an empty text, or a comma at the end
        parts.pop()
    for part in parts:
        if not part.isdecimal() or len(part) > 4:
            raise ValueError(f"{part!r} is not a size. Type integers from 0 to 9999, as in: 4, 1, 3.")
    if len(parts) > MOST:
        raise ValueError(f"{len(parts)} dimensions are too many for the picture. Type at most {MOST} sizes.")
    return tuple(int(part) for part in parts)


def what_happens(shape, other, place):
    """What broadcasting does with the size of `shape` at a place counted from the right (1 is the last)."""
    if place > len(shape):
        return "missing"
    size, beside = shape[-place], other[-place] if place <= len(other) else shape[-place]
    if size == beside:
        return "as it is"
    if size == 1:
        return f"stretched to {beside}"
    return "as it is" if beside == 1 else "no fit"


def shape_table(a, b, result, title):
    """Two shapes above the shape of their sum (None where they do not fit), aligned at the right."""
    for name, shape in (("a", a), ("b", b)):
        for size in checks.kind(name, shape, tuple, "a shape: a tuple of integers"):
            checks.integer(f"A size in {name} {checks.said(shape)}", size)
    try:
        right = np.broadcast_shapes(a, b)
    except ValueError:
        right = None
    if not isinstance(result, (tuple, type(None))) or result != right:
        raise ValueError(f"result is {checks.said(result)}, but a {a} and b {b} give {right}; it must be that shape.")
    figure, ax = new_figure(title, 7.0, 2.5)
    columns = max(len(a), len(b))
    colors = {"missing": GREY, "as it is": SKY, "no fit": VERMILION}
    for y, (name, shape) in enumerate([("a", a), ("b", b), ("result", result)]):
        ax.text(-columns - 0.6, y, name, ha="right", va="center", fontsize=10)
        if shape is None or columns == 0:
            ax.text(-columns - 0.4, y, "no dimensions" if columns == 0 else "they do not fit", va="center", fontsize=10)
            continue
        for place in range(1, columns + 1):  # from the right, as the rule goes
            word = "" if name == "result" else what_happens(shape, b if name == "a" else a, place)
            color = GREEN if name == "result" else colors.get(word, ORANGE)
            size = shape[-place] if place <= len(shape) else "–"
            ax.add_patch(Rectangle((-place - 0.45, y - 0.42), 0.9, 0.84, color=color, alpha=0.4, lw=0))
            ax.text(-place, y - (0.12 if word else 0), size, ha="center", va="center")
            ax.text(-place, y + 0.24, word, ha="center", va="center", fontsize=7.5)
    ax.set(xlim=(-7.2, -0.4), ylim=(2.5, -0.5), yticks=[], xticks=range(-columns, 0))
    ax.set_xlabel("dimension, counted from the right", loc="right")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(visible=False)
    figure.alt = f"{title}. Two shapes in a table, one column for each dimension, above their result. "
    figure.alt += shapes_in_words(a, b, result)
    return figure


def shapes_in_words(a, b, result):
    """What broadcasting makes of two shapes, in two or three sentences; result: a shape, or None for an error."""
    both = (("a", a, b), ("b", b, a))
    if result is None:
        p = next(-place for place in range(1, 1 + min(len(a), len(b))) if what_happens(a, b, place) == "no fit")
        return f"{a} and {b} do not fit: dimension {p} has {a[p]} and {b[p]}. They differ, and neither is 1."
    fates = [(name, p, what_happens(s, o, -p)) for name, s, o in both for p in range(-len(result), 0)]
    stretched = ", ".join(f"{name} at {p}" for name, p, fate in fates if fate.startswith("stretched"))
    missing = ", ".join(f"{name} at {p}" for name, p, fate in fates if fate == "missing")
    count = math.prod(result)
    return (
        f"{a} and {b} give {result}, {count:,} number{'' if count == 1 else 's'}. "
        f"Stretched: {stretched or 'nothing'}. Missing: {missing or 'nothing'}."
    )


def broadcasting(a, b, result):
    """For an Explorer: the table of two shapes and of their result (None where they do not fit), and a caption."""
    figure = shape_table(a, b, result, f"{a} and {b}: {'no fit' if result is None else result}")
    words = shapes_in_words(a, b, result)
    figure.alt = figure.alt.removesuffix(words).strip()  # the caption says it
    return figure, words


def shape_explorer(rule, a="4, 1, 3", b="2, 1"):
    """An Explorer with a box for each of two shapes. rule(a, b): the shape of their sum, or a ValueError."""

    if not callable(rule):
        raise ValueError(f"rule is {checks.given(rule)}; it must be a function of two shapes.")

    def draw(a, b):
        a, b = read_shape(a), read_shape(b)
        try:
            result = rule(a, b)
        except ValueError:
            result = None
        return broadcasting(a, b, result)

    return Explorer(draw, a=text_box("Shape a", a), b=text_box("Shape b", b))


@takes(tables="* of (*, *)")
def number_tables(
    tables, title, names=None, rows=None, columns=None, form="{:g}", xlabel="column", ylabel="row", alt="", **figure
):
    """Tables of numbers (rows, columns) side by side, each number in a box that is brighter the larger it is.

    names: a heading for each table; without it, the table's shape. rows, columns: labels, else the indices.
    figure: width and height in inches.
    """
    tables = [np.asarray(table) for table in tables]
    names = names or [str(table.shape) for table in tables]
    low, high = min(table.min() for table in tables), max(table.max() for table in tables)
    ratios = [max(table.shape[1], 1.6) for table in tables]
    picture, axes = new_figure(title, columns=len(tables), width_ratios=ratios, **figure)
    axes = np.atleast_1d(axes)
    size = 7.5 if max(max(table.shape) for table in tables) > 6 else 10
    for ax, table, name in zip(axes, tables, names, strict=True):
        boxes(ax, table, low, high, lambda value: form.format(value), size)
        ax.set_title(name, fontsize=9)
        label_places(ax, table.shape, rows, columns)
        ax.set_xlabel(xlabel if table.shape[1] > 1 or columns else "")
    axes[0].set_ylabel(ylabel)
    each = "; ".join(f"{name}, {numbers_in_words(table, form)}" for name, table in zip(names, tables, strict=True))
    picture.alt = alt or f"{title}. {tables_in_words(tables)} of numbers, the larger the brighter: {each}."
    return picture


def tables_in_words(tables):
    """How many tables there are."""
    return "A table" if len(tables) == 1 else f"{len(tables)} tables"


def numbers_in_words(table, form):
    """A small table row by row, a larger one by its smallest and its largest number."""
    if table.size > 9:
        return f"from {form.format(table.min())} to {form.format(table.max())}"
    return "rows " + " and ".join(" ".join(form.format(value) for value in row) for row in table)


@takes(masks="N of (*, *)", names="N labels")
def mask_tables(masks, title, names, xlabel="position looked at", ylabel="position that looks", alt=""):
    """Masks (rows, columns) of True and False side by side; where a mask is True, its box is bright and says "may"."""
    masks = [np.asarray(mask) for mask in masks]
    figure, axes = new_figure(title, 2.8 * len(masks), 3.5, columns=len(masks))
    for ax, mask, name in zip(np.atleast_1d(axes), masks, names, strict=True):
        boxes(ax, mask, 0, 1, lambda allowed: "may" if allowed else "", 8, "cividis")
        ax.set_title(name, fontsize=9)
        label_places(ax, mask.shape)
        ax.set_xlabel(xlabel)
    figure.axes[0].set_ylabel(ylabel)
    each = "; ".join(f"{name}, {int(mask.sum())} of {mask.size} boxes" for name, mask in zip(names, masks, strict=True))
    kind = f"{title}. {tables_in_words(masks)}, {ylabel} downwards and {xlabel} across"
    figure.alt = alt or f"{kind}; the bright boxes are allowed: {each}."
    return figure


def boxes(ax, table, low, high, words, size, cmap="viridis"):
    """A table as colours from dark (low) to bright (high), with what `words` says about each value in its box."""
    ax.imshow(table, cmap=cmap, vmin=low, vmax=high)
    for (i, j), value in np.ndenumerate(table):
        color = "black" if value > low + 0.55 * (high - low) else "white"
        ax.text(j, i, words(value), ha="center", va="center", fontsize=size, color=color)
    ax.grid(visible=False)


def label_places(ax, shape, rows=None, columns=None):
    """A label at each row and column; without labels their indices."""
    ax.set_yticks(range(shape[0]), rows or range(shape[0]))
    ax.set_xticks(range(shape[1]), columns or range(shape[1]))
    ax.tick_params(labelsize=7 if max(shape) > 6 else 9)


@takes(slopes="(S,)", losses="name -> (S,)", x="(N,)", target="(N,)", lines="name -> (N,)")
def slope_search(slopes, losses, x, lines, target, title, alt=""):
    """Left, losses over the slope of a line, each with a dot where it is smallest; right, the lines that they find.

    slopes: (S,). losses: name -> (S,). x, target: (N,), of which every fourth pair is drawn. lines: name -> (N,).
    """
    figure, (left, right) = new_figure(title, 8.4, 3.4, columns=2)
    looks = [(BLUE, "-"), (VERMILION, "--")]
    found = []
    for (name, loss), (color, look) in zip(losses.items(), looks, strict=False):
        best = int(np.argmin(np.asarray(loss)))
        at, least = round(float(slopes[best]), 2) + 0.0, float(loss[best])  # + 0.0: no minus before a zero
        left.plot(slopes, loss, look, color=color, label=name)
        left.plot(at, least, "o", color=color, label=f"its smallest, at slope {at:g}")
        found.append(f"the {name} is smallest at slope {at:g}, where it is {least:.2f}")
    for (name, line), (color, look) in zip(lines.items(), looks, strict=False):
        right.plot(x, line, look, color=color, label=f"found with the {name}")
    right.plot(x[::4], target[::4], "o", color="black", markersize=3, label="every fourth target")
    left.set(xlabel="slope", ylabel="mean squared error")
    right.set(xlabel="x", ylabel="prediction")
    for ax in (left, right):
        ax.legend(fontsize=8)
    figure.alt = alt or (
        f"{title}. On the left, curves of the losses over the slope: {'; '.join(found)}. "
        f"On the right, the targets as dots and the lines that these slopes draw."
    )
    return figure
