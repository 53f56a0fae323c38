"""A tensor above the memory that it reads, and an explorer that steps through it."""

import torch
from matplotlib.patches import Rectangle

from helpers import checks
from helpers.show.picture import CYCLE, new_figure
from helpers.show.taking import takes
from helpers.show.widgets import Explorer, choice_slider, slider

MOST_CELLS = 48  # more would not fit on the page


@takes(cells="(N,)", table="(*, *)", chosen="(*,)")
def memory_picture(cells, table, title, chosen=None, alt=""):
    """A tensor above the memory that it reads; a cell of memory has the colors of all rows of the tensor that read it.

    cells: what stands in memory, (N,). table: the tensor's rows, each a list of the numbers of the cells that it reads.
    chosen: the index of an element to mark, (row, column), or (column,) where there is one row.
    """
    for number in (number for row in table for number in row):
        checks.integer("A cell in table", number, 0, len(cells) - 1)
    for place, most in zip(reversed(chosen or ()), (len(table[0]), len(table)), strict=False):
        checks.integer("A place in chosen", place, 0, most - 1)
    chosen = None if chosen is None else (0, *chosen)[-2:]
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
    rows = "; ".join(f"row {i} reads cells {', '.join(map(str, row))}" for i, row in enumerate(table))
    words = (
        f"{title}. The rows of a tensor, a color for each, above its memory: a line of {len(cells)} cells, each in the "
        f"colors of the rows that read it. They hold {', '.join(f'{value:g}' for value in cells)}; {rows}."
    )
    if chosen:
        words += f" Thick boxes mark the element in row {chosen[0]}, column {chosen[1]}, and its cell."
    figure.alt = alt or words
    return figure


def memory(t, title, chosen=None, alt=""):
    """`memory_picture` of a tensor of one or two dimensions: which cells of its memory it reads, row by row."""
    tensor(t)
    size = t.untyped_storage().nbytes() // t.element_size()  # bytes -> numbers
    if not 1 <= size <= MOST_CELLS:
        raise ValueError(f"The tensor's memory holds {size} numbers; a picture has room for 1 to {MOST_CELLS}.")
    rows = t.detach() if t.dim() == 2 else t.detach()[None]  # (n,) -> (1, n)
    (down, right), first = rows.stride(), rows.storage_offset()
    table = [[first + i * down + j * right for j in range(rows.shape[1])] for i in range(rows.shape[0])]
    return memory_picture(rows.as_strided((size,), (1,), 0).tolist(), table, title, chosen, alt)


def way_to(t, element):
    """The index of an element, counted in the order of reading, and the arithmetic that leads to its cell."""
    tensor(t)
    element = checks.integer("element", element, 0, t.numel() - 1)
    index = (element // t.shape[-1], element % t.shape[-1])[-t.dim() :]
    pairs = list(zip(index, t.stride(), strict=True))
    found = t.storage_offset() + sum(i * stride for i, stride in pairs)
    steps = " + ".join(f"{i}*{stride}" for i, stride in pairs)
    return index, f"Element {list(index)}: offset {t.storage_offset()} + {steps} = cell {found}."


def stride_explorer(readings, reading, element=0):
    """An Explorer with a slider for each: which of the `readings` (name -> tensor) is shown, and an element of it."""
    if not checks.kind("readings", readings, dict, "a dictionary, name -> tensor"):
        raise ValueError("readings is empty; it must be a dictionary, name -> tensor, with something to read.")
    for t in readings.values():
        tensor(t)
    checks.integer("element", element)

    def explore(reading, element):
        t = readings[reading]
        index, caption = way_to(t, min(element, t.numel() - 1))  # a short tensor stops at its last element
        return memory(t, f"{reading}: shape {tuple(t.shape)}, strides {t.stride()}", index), caption

    last = max(t.numel() for t in readings.values()) - 1
    names = choice_slider("Reading", list(readings), reading)
    return Explorer(explore, reading=names, element=slider("Element", element, 0, last))


def tensor(t):
    """A tensor of one or two dimensions that holds numbers, or a sentence about what it is instead."""
    if not isinstance(t, torch.Tensor):
        raise TypeError(f"{checks.said(t)} has no memory to draw; it must be a tensor.")
    if t.dim() not in (1, 2) or not t.numel() or t.is_complex():
        shape = tuple(t.shape)
        raise ValueError(
            f"The tensor has the shape {shape} ({t.dtype}); it must have one or two dimensions, and real numbers."
        )
