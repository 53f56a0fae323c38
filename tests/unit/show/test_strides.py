"""Pictures of memory: a box for each number, where the tensor reads it, and words that say so."""

import pytest
import torch
from matplotlib.patches import Rectangle

from helpers import show


def numbers_in_boxes(ax):
    """The text in each box, by the box's lower left corner."""
    return {(t.get_position()[0] - 0.5, round(t.get_position()[1] - 0.47, 6)): t.get_text() for t in ax.texts}


def thick_boxes(ax):
    return sorted((p.get_x(), round(p.get_y(), 6)) for p in ax.patches if p.get_linewidth() > 2)


def colors_of_memory(ax, cells):
    """For each cell of memory the colors of its parts, from the bottom to the top."""
    filled = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_fill() and p.get_y() < 1]
    return [
        [p.get_facecolor()[:3] for p in sorted(filled, key=Rectangle.get_y) if p.get_x() == n] for n in range(cells)
    ]


def test_a_tensor_stands_above_the_memory_that_it_reads():
    figure = show.memory_picture([5, 6, 7, 8], [[0, 2], [1, 3]], "Columns", chosen=(1, 0))
    (ax,) = figure.axes
    boxes = numbers_in_boxes(ax)
    assert [boxes[n, 0] for n in range(4)] == ["5", "6", "7", "8"]  # the memory
    assert [boxes[1 + j, y] for y in (2.8, 1.8) for j in range(2)] == ["5", "7", "6", "8"]  # the tensor
    assert thick_boxes(ax) == [(1, 0), (1, 1.8)]  # cell 1, and row 1, column 0
    colors = colors_of_memory(ax, 4)
    assert colors[0] == colors[2] != colors[1] == colors[3]  # alternating, like the rows that read
    for words in ("They hold 5, 6, 7, 8", "row 0 reads cells 0, 2; row 1 reads cells 1, 3", "in row 1, column 0"):
        assert words in figure.alt


def test_a_cell_shows_all_rows_that_read_it_and_one_index_is_enough_for_one_row():
    (ax,) = show.memory_picture([5, 6], [[0, 1], [0, 1], [0, 1]], "Expanded").axes
    assert [len(set(parts)) for parts in colors_of_memory(ax, 2)] == [3, 3] and thick_boxes(ax) == []
    figure = show.memory_picture([5, 6, 7], [[0, 2]], "One row", chosen=(1,))
    assert thick_boxes(figure.axes[0]) == [(1.5, 1.8), (2, 0)] and "in row 0, column 1" in figure.alt
    assert "tensor" in [text.get_text() for text in figure.axes[0].texts]


def test_words_that_are_given_come_first():
    assert show.memory_picture([1], [[0]], "T", chosen=(0,), alt="Mine.").alt == "Mine."
    assert show.memory(torch.arange(3), "T", alt="Mine.").alt == "Mine."


def readings(seed):
    """A tensor of 24 cells that hold their own numbers, read in a random way, in one or two dimensions."""
    g = torch.Generator().manual_seed(seed)
    cells = torch.arange(24)
    rows = int(torch.randint(1, 5, (), generator=g))
    columns = int(torch.randint(1, 6, (), generator=g))
    strides = torch.randint(0, 4, (2,), generator=g).tolist()
    size, stride = ((rows, columns), tuple(strides)) if seed % 3 else ((columns,), (strides[0],))
    return cells.as_strided(size, stride, int(torch.randint(0, 3, (), generator=g)))


@pytest.mark.parametrize("seed", range(20))
def test_memory_is_drawn_as_any_tensor_reads_it(seed):
    t = readings(seed)
    rows = t if t.dim() == 2 else t[None]
    words = show.memory(t, "A reading").alt
    assert "a line of 24 cells" in words and f"They hold {', '.join(map(str, range(24)))};" in words
    for i, row in enumerate(rows.tolist()):  # the number in a cell is the cell's own
        assert f"row {i} reads cells {', '.join(map(str, row))}" in words
    for element in range(t.numel()):
        index, way = show.way_to(t, element)
        assert t[index] == t.flatten()[element] and way.endswith(f" = cell {t[index]}.")


def test_memory_of_weights_and_of_truth_values():
    assert "They hold 1, 1, 1" in show.memory(torch.ones(3, requires_grad=True), "Weights").alt
    assert "They hold 1, 0" in show.memory(torch.tensor([True, False]), "A mask").alt


@pytest.mark.parametrize("t", [torch.zeros(2, 2, 2), torch.zeros(0), torch.tensor(1.0), torch.zeros(49), [1, 2]])
def test_what_cannot_be_drawn_is_named(t):
    with pytest.raises((TypeError, ValueError), match="must be a tensor|one or two dimensions|has room for 1 to 48"):
        show.memory(t, "Not this")


def test_the_explorer_walks_and_a_short_tensor_stops_at_its_last_element():
    cells = torch.arange(12)
    explorer = show.stride_explorer({"table": cells.view(3, 4), "row": cells[4:8]}, "table", element=7)
    assert explorer.caption == "Element [1, 3]: offset 0 + 1*4 + 3*1 = cell 7."
    explorer = show.stride_explorer({"table": cells.view(3, 4), "row": cells[4:8]}, "row", element=7)
    assert explorer.caption == "Element [3]: offset 4 + 3*1 = cell 7."
    with pytest.raises(TypeError, match="must be a tensor"):
        show.stride_explorer({"list": [1, 2]}, "list")
