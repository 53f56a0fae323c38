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


def with_part(text, part, source):
    """The text with `source` as its version of `part`; everything else stays, letter for letter."""
    lines = text.splitlines(keepends=True)
    if (place := where(lines, part)) is None:
        before, after = [text.rstrip("\n") + f"\n\n\n{part.heading}\n\n"], []
    else:
        start, end = place
        before, after = lines[:start], lines[end:]
    return "".join([*before, source.rstrip("\n") + "\n", *after])


def part_of(text, part):
    """What the file holds of a part: its section without the heading, or None where there is none."""
    lines = text.splitlines(keepends=True)
    place = where(lines, part)
    return None if place is None else "".join(lines[slice(*place)]).strip("\n")


def where(lines, part):
    """(first, last + 1) of the lines of a part below its heading, blank lines around them left out; None if missing."""
    heads = [i for i, line in enumerate(lines) if line.startswith("# ==== ")]
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        if lines[start].startswith(f"# ==== {part.name} "):
            inside = [i for i in range(start + 1, end) if lines[i].strip()]
            return (inside[0], inside[-1] + 1) if inside else (start + 1, start + 1)
    return defined(lines, part.name)  # its heading was removed by hand


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
