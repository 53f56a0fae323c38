"""What the prose of a notebook says about its numbers, held against the notebook as it runs: claims/nbNN.py.

A file of claims has a section for each cell that a claim is about, headed by the cell's id:

    # %% cell-17
    assert 2.4 < val_loss < 2.6

nbval runs the notebook; behind the cell it runs the section, in the kernel, on a copy of the notebook's names. So a
learner who changes a width never meets these assertions, and we meet each of them on every change.
"""

import re
from collections import defaultdict
from pathlib import Path

import nbformat
from nbval.plugin import IPyNbCell, IPyNbFile

CLAIMS = Path(__file__).parent / "notebooks" / "claims"
RUN = """with __import__("torch").random.fork_rng(devices=[]):  # nothing below may change the notebook's random numbers
    exec(compile({source!r}, {file!r}, "exec"), dict(globals()))"""


def claims_file(notebook):
    """The claims about a notebook: claims/nb07.py for 07_optimizers.ipynb, claims/deeper_strides.py in deeper/."""
    number = re.match(r"\d\d", notebook.stem)
    name = f"nb{number[0]}.py" if notebook.parent.name == "notebooks" and number else f"deeper_{notebook.stem}.py"
    return CLAIMS / name


def sections(text):
    """The sections of a file of claims, cell id -> source; its lines keep the numbers that they have in the file."""
    heads = [(m.start(), m[1]) for m in re.finditer(r"(?m)^# %% (\S+).*$", text)]
    ends = [start for start, _ in heads[1:]] + [len(text)]
    assert len({name for _, name in heads}) == len(heads), "two sections for one cell"
    return {
        name: "\n" * text[:start].count("\n") + text[start:end] for (start, name), end in zip(heads, ends, strict=True)
    }


class Notebook(IPyNbFile):
    """A notebook whose cells are followed by what is claimed about them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.skip_compare += ("text/html",)  # it holds the pictures, whose bytes differ; their words are text/plain

    def collect(self):
        file = claims_file(self.path)
        left = sections(file.read_text(encoding="utf-8")) if file.exists() else {}
        for item in super().collect():
            yield item
            if source := left.pop(item.cell.id, None):
                code = RUN.format(source=source, file=str(file))
                cell = nbformat.v4.new_code_cell(code)
                name = f"{item.name} claims"
                yield IPyNbCell.from_parent(
                    self, name=name, cell_num=item.cell_num, cell=cell, options=defaultdict(bool)
                )
        assert not left, f"{file.name} claims something about cells that are not there: {', '.join(left)}"
