"""The text of my_gpt.py: a section for each part, found by its heading, or by the name that it defines."""

import ast

HEAD = '''"""My GPT.

Every part below is imported from the course until I have written it. A check that passes in a notebook writes my
version here. I may edit this file by hand, and take it along: what is mine needs nothing but PyTorch.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
'''


def fresh(parts):
    """The file at the beginning: every part is ours."""
    return HEAD + "".join(f"\n\n{part.heading}\n\n{part.ours}\n" for part in parts)


def with_part(text, part, source, parts):
    """The text with `source` as its version of `part`; everything else stays, letter for letter."""
    lines = text.splitlines(keepends=True)
    if (place := where(lines, part, parts)) is None:
        before, after = [text.rstrip("\n") + f"\n\n\n{part.heading}\n\n"], []
    else:
        before, after = lines[: place[0]], lines[place[1] :]
    return "".join([*before, source.rstrip("\n") + "\n", *after])


def part_of(text, part, parts):
    """What the file holds of a part: its section without the heading, or None where there is none."""
    lines = text.splitlines(keepends=True)
    place = where(lines, part, parts)
    return None if place is None else "".join(lines[slice(*place)]).strip("\n")


def where(lines, part, parts):
    """(first, last + 1) of the lines of a part, without its heading and blank lines around it; None if it is missing.

    A section ends at the next heading, or where another part is defined whose heading was removed by hand.
    """
    headings = [i for i, line in enumerate(lines) if any(line.startswith(heading(other)) for other in parts)]
    start = next((i for i in headings if lines[i].startswith(heading(part))), None)
    if start is None:
        return defined(lines, part.name)
    places = (defined(lines, other.name) for other in parts if other.name != part.name)
    ends = [*headings, *(place[0] for place in places if place), len(lines)]
    end = min(i for i in ends if i > start)
    inside = [i for i in range(start + 1, end) if lines[i].strip()]
    return (inside[0], inside[-1] + 1) if inside else (start + 1, start + 1)


def heading(part):
    """How the heading of a part begins; what comes after it may be edited."""
    return f"# ==== {part.name} "


def defined(lines, name):
    """(first, last + 1) of the lines of the last statement that defines `name`; None if none does, or bad syntax."""
    try:
        body = ast.parse("".join(lines)).body
    except SyntaxError:
        return None
    found = None
    for node in body:
        names = [alias.asname or alias.name for alias in getattr(node, "names", []) if isinstance(node, ast.ImportFrom)]
        if getattr(node, "name", None) == name or name in names:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            found = (first - 1, node.end_lineno)
    return found


def is_ours(section, part):
    """Whether the section of a part only imports our version."""
    if section is None:
        return True
    code = [line for line in section.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return all(line.startswith(f"from {part.module} import {part.name}") for line in code)


def count(section):
    """The number of lines of a section that hold code."""
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in section.splitlines())
