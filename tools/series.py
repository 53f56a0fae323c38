"""The map of the series and its outline: `python tools/series.py` writes both.

The map comes from one list, series.csv, and goes into README.md and notebook 00. The outline, docs/outline.md, holds
the headings of all notebooks: whoever loses a section in an edit sees it there as a line that is gone. Tests compare
all of this with the notebooks.
"""

import csv
import json
import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FIRST = ROOT / "notebooks" / "00_start_here.ipynb"
OUTLINE = ROOT / "docs" / "outline.md"
MAP = re.compile(r"(<!-- series -->\n)(.*?)(\n<!-- /series -->)", re.DOTALL)


class Entry(NamedTuple):
    """One notebook: its file without the ending, its name, what a learner can do afterwards, its time on two cores."""

    stem: str
    name: str
    able_to: str
    at_most: str


with open(ROOT / "tools" / "series.csv", encoding="utf-8", newline="") as file:
    SERIES = [Entry(**row) for row in csv.DictReader(file)]


def readme_map():
    """The table for README.md."""
    rows = [f"| [{e.stem[:2]} {e.name}](notebooks/{e.stem}.ipynb) | {e.able_to} | {e.at_most} |" for e in SERIES]
    return "\n".join(["", "| notebook | you leave able to | on two cores, at most |", "|---|---|---|", *rows, ""])


def first_map():
    """The table for notebook 00, which does not link to itself."""
    names = [
        f"**{e.stem[:2]} {e.name}**" if e.stem == FIRST.stem else f"[{e.stem[:2]} {e.name}]({e.stem}.ipynb)"
        for e in SERIES
    ]
    rows = [f"| {name} | {e.able_to} |" for name, e in zip(names, SERIES, strict=True)]
    return "\n".join(["", "| notebook | you leave able to |", "|---|---|", *rows, ""])


def with_map(text, table):
    """`text` with the table between its two marker lines."""
    new, n = MAP.subn(lambda found: found[1] + table + found[3], text)
    if n != 1:
        raise ValueError(f"There should be one pair of lines <!-- series --> and <!-- /series -->; {n} were found.")
    return new


def outline():
    """The headings of all notebooks, as a nested list in Markdown."""
    lines = ["# Outline of the series", ""]
    for path in sorted((ROOT / "notebooks").rglob("[0-9]*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        for marks, heading in re.findall(r"(?m)^(#{1,3}) (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            lines.append(f"{'  ' * (len(marks) - 1)}* {heading}")
    return "\n".join(lines) + "\n"


def main():
    written = {README: with_map(README.read_text(encoding="utf-8"), readme_map())}
    notebook = json.loads(FIRST.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if MAP.search(text := "".join(cell["source"])):
            cell["source"] = with_map(text, first_map()).splitlines(keepends=True)
    written[FIRST] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    written[OUTLINE] = outline()
    for path, text in written.items():
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)


if __name__ == "__main__":
    main()
