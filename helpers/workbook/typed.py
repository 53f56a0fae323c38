"""What a learner typed: the source of a function or class from its cell, and the other names that it needs."""

import ast
import builtins
import inspect
import linecache
import math
import symtable
import sys
import types
from dataclasses import dataclass, field

import torch

# What stands at the head of my_gpt.py, so that every part can use it.
KNOWN = {"math": math, "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
CONSTANTS = (int, float, str, bool, types.NoneType)


class NotTyped(Exception):
    """A part that cannot be taken along into my_gpt.py as it is; the text says why, and what to do."""


@dataclass
class Typed:
    """A part as it was typed: its `source`, and the lines that have to stand above it."""

    source: str
    above: list[str] = field(default_factory=list)

    @property
    def text(self):
        """All of it, as it is written into a file."""
        imports = [line for line in self.above if line.startswith(("import ", "from "))]
        others = [line for line in self.above if line not in imports]
        return "\n\n\n".join(part for part in ("\n".join(imports), *others, self.source) if part)


def typed(answer, parts=()):
    """The source of `answer` with all that it needs. `parts` are names that my_gpt.py has anyway.

    A NotTyped says why it cannot be taken: no source to be seen, or a name that only this notebook has.
    """
    node, lines = definition(answer)
    found = Typed(segment(node, lines))
    take_along(found, node, scope(answer), {*parts, node.name})
    return found


def definition(answer):
    """(the `def` or `class` of an answer as a tree, the lines of its cell). A class is found by its methods."""
    name = getattr(answer, "__name__", type(answer).__name__)
    code = code_of(answer)
    lines = linecache.getlines(code.co_filename) if code else []
    kinds = (ast.ClassDef,) if isinstance(answer, type) else (ast.FunctionDef, ast.AsyncFunctionDef)
    try:
        body = ast.parse("".join(lines)).body
    except SyntaxError:  # a cell that begins with %%, or that mixes Python with commands for a shell
        body = []
    nodes = [node for node in body if isinstance(node, kinds) and node.name == name]
    if not nodes:
        kind = "class" if isinstance(answer, type) else "def"
        raise NotTyped(
            f"the cell in which {name} was typed cannot be read. Begin a line of a cell with `{kind} {name}`, without "
            "a `%%` line above it, and run the cell again."
        )
    if isinstance(answer, type):
        return nodes[-1], lines  # of several with one name, the last is the one that is left
    return next(
        (node for node in nodes if first_line(node) <= code.co_firstlineno <= node.end_lineno), nodes[-1]
    ), lines


def function_of(answer):
    """The function that an answer is, or any method that a class itself defines; None where there is none."""
    if not isinstance(answer, type):
        return inspect.unwrap(answer) if inspect.isfunction(inspect.unwrap(answer)) else None
    members = (getattr(member, "__func__", getattr(member, "fget", member)) for member in vars(answer).values())
    methods = [inspect.unwrap(member) for member in members if inspect.isfunction(member)]
    own = [method for method in methods if method.__qualname__.startswith(f"{answer.__qualname__}.")]
    return (own or methods or [None])[0]


def code_of(answer):
    """The code object of an answer; None where it has none."""
    return getattr(function_of(answer), "__code__", None)


def scope(answer):
    """The names that an answer sees: the globals of its notebook."""
    return getattr(function_of(answer), "__globals__", {})


def first_line(node):
    """The first line of a definition: that of its first decorator, where it has one."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def segment(node, lines):
    """The lines of a definition as typed, with the comment that stands directly above it."""
    start = first_line(node) - 1
    while start and lines[start - 1].lstrip().startswith("#") and not lines[start - 1].startswith("# %%"):
        start -= 1
    return "".join(lines[start : node.end_lineno]).rstrip()


def take_along(found, node, names, have):
    """Add to `found.above` what the definition `node` uses of the notebook's `names`, but what is in `have`."""
    for name in global_names(node):
        value = names.get(name, NotTyped)
        if name in have or (value is NotTyped and hasattr(builtins, name)) or KNOWN.get(name) is value:
            continue
        have.add(name)
        if value is NotTyped:
            raise NotTyped(f"{node.name} uses `{name}`, which this notebook does not have.")
        if line := imported(name, value):
            found.above.append(line)
        elif isinstance(value, CONSTANTS) or (
            isinstance(value, tuple) and all(isinstance(v, CONSTANTS) for v in value)
        ):
            found.above.append(f"{name} = {value!r}")
        elif inspect.isfunction(value) or isinstance(value, type):
            module = value.__module__ or ""
            if module.split(".")[0] == "helpers":
                raise NotTyped(
                    f"{node.name} uses `{name}`, which is ours. my_gpt.py needs nothing but torch: write it yourself."
                )
            below, lines = definition(value)
            take_along(found, below, scope(value), have)
            found.above.append(segment(below, lines))
        else:
            raise NotTyped(
                f"{node.name} uses `{name}`, which is a variable of this notebook ({type(value).__name__}). "
                "In my_gpt.py it would not be there: make it an argument."
            )


def global_names(node):
    """The names that a definition takes from outside, in the order of their first use."""
    outside = set()
    tables = [symtable.symtable(ast.unparse(node), "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or (top and not symbol.is_assigned())):
                outside.add(symbol.get_name())
    order = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return sorted(outside, key=lambda name: order.index(name) if name in order else len(order))


def imported(name, value):
    """The import line that gives `name`, where it is a module or a part of one that every learner has; else None."""
    if isinstance(value, types.ModuleType):
        allowed = value.__name__.split(".")[0] in sys.stdlib_module_names | {"torch"}
        return (f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else "")) if allowed else None
    homes = [sys.modules.get(getattr(value, "__module__", None) or ""), torch, torch.nn, torch.nn.functional, math]
    for home in homes:
        if home and home.__name__.split(".")[0] in sys.stdlib_module_names | {"torch"} and home.__name__ != "__main__":
            own = getattr(value, "__name__", name)
            if isinstance(own, str) and own.isidentifier() and getattr(home, own, None) is value and callable(value):
                return f"from {home.__name__} import {own}" + (f" as {name}" if name != own else "")
    return None
