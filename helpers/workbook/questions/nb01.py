"""The exercises of notebook 01: sums, memory, views and batches."""

import math

import torch

from helpers.workbook.questions import Exercise, listed


def whole(g, low, high):
    """A random integer, low <= n < high."""
    return int(torch.randint(low, high, (), generator=g))


def places(g):
    cases = [(0, (4, 1), (2, 1)), (3, (1, 4), (2, 0)), (2, (5,), (2,)), (1, (0, 1), (2, 3))]
    for _ in range(12):
        n = whole(g, 1, 5)
        strides, index = (tuple(torch.randint(12, (n,), generator=g).tolist()) for _ in range(2))
        cases.append((whole(g, 0, 30), strides, index))
    return cases


def products(s, i):
    return [a * b for a, b in zip(s, i, strict=True)]


CELL = Exercise(
    "Offset, plus index times stride in each dimension: that is all a tensor knows about where it lives.",
    right=lambda offset, strides, index: offset + sum(products(strides, index)),
    cases=places,
    mistakes=listed(
        {
            "The steps are right. But at which cell does the tensor begin?": lambda o, s, i: sum(products(s, i)),
            "The first stride belongs to the first index, not to the last.": lambda o, s, i: o + sum(products(s[::-1], i)),
            "An index says how many steps, a stride how long each is.": lambda o, s, i: o + sum(i) + sum(s),
            "The indices say how many steps. How long is each of them?": lambda o, s, i: o + sum(i),
            "The offset comes in once, not in every dimension.": lambda o, s, i: o * len(s) + sum(products(s, i)),
            "Some tuples have one entry, some four. Go through all.": lambda o, s, i: o + i[0] * s[0] + i[1] * s[1],
            "Only the first dimension counts in yours. Does your `return` stand inside the loop?": lambda o, s, i: o + i[0] * s[0],
            "Only the last dimension counts in yours. Does each round begin anew at the offset?": lambda o, s, i: o + i[-1] * s[-1],
            "The last dimension is missing: your loop ends one too early.": lambda o, s, i: o + sum(products(s, i)[:-1]),
            "The steps of the dimensions are added, not multiplied.": lambda o, s, i: o + math.prod(products(s, i)),
        }
    ),
    hints=(
        "Take the picture of memory: begin at the offset, and walk for one dimension after the other.",
        "For each dimension, index times stride. `zip(index, strides)` gives the pairs; then sum them, and add the start.",
    ),
)


def counts(g):
    shapes = [(2, 2), (2, 3), (1, 4), (5, 1), (3, 3), (4, 7), (6, 2)]
    fixed = [(torch.tensor([[1, 3], [2, 6]]),), (torch.tensor([[0, 2], [3, 1]]),)]
    return fixed + [(torch.randint(1, 10, shape, generator=g),) for shape in shapes]


ROWS = Exercise(
    "With keepdim the sums stand as a column, each beside its own row.",
    right=lambda counts: counts / counts.sum(dim=1, keepdim=True),
    cases=counts,
    mistakes=listed(
        {
            "The sums lie down as a row and meet the columns. What keeps them upright?": lambda c: c / c.sum(1),
            "Now each column sums to 1. `dim` names the dimension that disappears.": lambda c: c / c.sum(0),
            "Now the whole table sums to 1. Each row needs a sum of its own.": lambda c: c / c.sum(),
            "Now the largest of each row is 1. It is the sum that has to be.": lambda c: c / c.amax(1, keepdim=True),
            "Divided by the mean, a row sums to its length.": lambda c: c / c.float().mean(1, keepdim=True),
            "That takes exponentials first. These are counts: divide, nothing else.": lambda c: c.float().softmax(1),
            "Your shares were cut to integers, by `//` or by writing them back into the table of integers. Make a new tensor.": lambda c: (
                c // c.sum(1, keepdim=True)
            ),
            "These are the sums. The table is still to be divided by them.": lambda c: c.sum(1, keepdim=True),
            "The counts are integers: no shares fit into their cells.": lambda c: c.div_(c.sum(1, keepdim=True)),
        }
    ),
    hints=(
        "Which shape must the sums have, to stand beside the rows: (R,), (1, C) or (R, 1)?",
        "Sum along the dimension of the columns, keep that dimension, and divide the table by what comes.",
    ),
)


def batches(g):
    cases = [(torch.arange(10, 20), [0, 4, 2], 3), (torch.arange(5), [1, 0], 2)]
    for B, T, N in ((1, 4, 9), (4, 4, 20), (5, 2, 12), (3, 8, 30)):
        starts = torch.randint(N - T - 1, (B,), generator=g)
        cases.append((torch.randint(100, (N,), generator=g), starts.tolist(), T))
    return cases


def joined(how=torch.stack, shift=0, longer=0):
    return lambda data, starts, T: how([data[i + shift : i + T + shift + longer] for i in starts])


WINDOWS = Exercise(
    "Slices of one text, stacked along a new dimension: that is a batch.",
    right=joined(),
    cases=batches,
    mistakes=listed(
        {
            "Your windows lie end to end, and a new dimension is asked. `cat` makes one line, and so does `+=` with a list; `append` does not": joined(
                torch.cat
            ),
            "The new dimension stands last: each window is a column, (T, B).": joined(lambda w: torch.stack(w, dim=1)),
            "Your windows begin one place too late.": joined(shift=1),
            "Your windows hold one number too many. Where does a slice end?": joined(longer=1),
            "Your windows hold one number too few. A slice leaves its end out already.": joined(longer=-1),
            "These are the numbers at the starts. From each start on, T are asked.": lambda data, i, T: data[i],
            "That is a Python list of tensors. Put them on top of each other in one tensor.": joined(list),
            "`torch.tensor` takes numbers, not tensors. What puts tensors on top of each other?": joined(torch.tensor),
            "`starts` is a list of positions: take them one at a time.": lambda data, i, T: data[i : i + T],
            "These are places. What stands there?": lambda data, i, T: torch.tensor(i)[:, None] + torch.arange(T),
            "The windows are right, but keep the order of `starts`.": lambda data, i, T: joined()(data, sorted(i), T),
            "There are B windows, one for each start, and not T of them. Go through `starts`.": [
                lambda data, i, T: torch.stack([data[i[k] : i[k] + T] for k in range(T)]),
                lambda data, i, T: torch.stack([data[k : k + T] for k in range(T)]),
            ],
            "Your slices end at `T` wherever they begin.": lambda data, i, T: torch.stack([data[j:T] for j in i]),
        }
    ),
    hints=(
        "One window is a slice of the data. Make a list of B of them first.",
        "`torch.stack` makes (B, T) out of a list of B tensors (T,). The slice runs from i to T places after i.",
    ),
)


def activations(g):
    cases = [(torch.arange(8).view(1, 2, 4), 2), (torch.arange(12).view(1, 2, 6), 3)]
    for B, T, H, D in ((2, 3, 4, 2), (3, 4, 4, 4), (2, 5, 1, 3), (2, 2, 2, 2), (1, 6, 3, 5)):
        cases.append((torch.randint(-50, 50, (B, T, H * D), generator=g), H))
    return cases


def heads(x, H):
    return x.reshape(*x.shape[:2], H, x.shape[2] // H)


def same_memory(arguments, result):
    shared = result.untyped_storage().data_ptr() == arguments[0].untyped_storage().data_ptr()
    return None if shared else "The numbers are right, but they are a copy in a memory of their own. Which step copies?"


HEADS = Exercise(
    "Split the last dimension, exchange two strides: new heads, and not a number has moved.",
    right=lambda x, n_head: heads(x, n_head).transpose(1, 2),
    cases=activations,
    also=same_memory,
    mistakes=listed(
        {
            "Mixed up: a view keeps the order of reading. Split C alone first.": lambda x, H: x.view(x.shape[0], H, x.shape[1], x.shape[2] // H),
            "The heads are split, but they stand behind T. Two dimensions must still change places. `transpose` returns a new tensor: keep it.": heads,
            "Each head should get a run of neighbours.": lambda x, H: heads(x, x.shape[2] // H).permute(0, 3, 1, 2),
            "`n_head` is how many, not how large.": lambda x, H: heads(x, x.shape[2] // H).transpose(1, 2),
            "The wrong two have changed places: B stays in front, and the share of a head stays at the end.": (
                [lambda x, H, p=pair: heads(x, H).transpose(*p) for pair in ((2, 3), (1, 3), (0, 1), (0, 2))]
            ),
            "You exchange T and C before the split. Split C first, and exchange afterwards.": lambda x, H: x.mT.reshape(x.shape[0], H, x.shape[1], -1),
        }
    ),
    hints=(
        "Two steps, and neither copies: cut C into n_head pieces, then bring the new dimension in front of T. (`contiguous`, `reshape` and `stack` may copy.)",
        "First (B, T, n_head, C // n_head) with `view`, then exchange two dimensions with `transpose`.",
    ),
)


EXERCISES = {"01.1": ROWS, "01.2": CELL, "01.3": HEADS, "01.4": WINDOWS}
