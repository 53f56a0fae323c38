"""What a picture takes, written above it as in its docstring, and checked here for all pictures."""

import functools
import inspect

import numpy as np
import torch

from helpers import checks
from helpers.training.history import History

INFINITE = "any "  # before a kind: nan and infinity can be drawn too


def takes(**kinds):
    """A decorator for what draws: its arguments are checked first, each against its kind. Tensors become lists.

    "(N, T)": numbers of that shape, where a name is the same size in all arguments and * is free; "(...)" any shape.
    "N labels": a string or a list of that many things. "N of kind": a list of that many. "number", "count", "text".
    "name -> kind": a dictionary, "number -> kind" one with numbers as keys; "baselines": name -> number, or none.
    "one kind or another". None passes where it is the default.
    """

    def decorate(draw):
        signature = inspect.signature(draw)

        @functools.wraps(draw)
        def checked(*args, **kwargs):
            bound, sizes = signature.bind(*args, **kwargs), {}
            for name, kind in kinds.items():
                default = signature.parameters[name].default
                if (value := bound.arguments.get(name, default)) is not default:
                    bound.arguments[name] = taken(name, value, kind, sizes)
            return draw(*bound.args, **bound.kwargs)

        return checked

    return decorate


def taken(name, value, kind, sizes):
    """`value` if it is of a kind, as plain numbers where it was a tensor; `sizes` are those that names stand for."""
    if " or " in kind:
        kinds = kind.split(" or ")
        return taken(name, value, kinds[isinstance(value, dict)], sizes)
    key, arrow, rest = kind.partition(" -> ")
    if arrow:
        if not checks.kind(name, value, dict, f"a dictionary, {kind}"):
            raise ValueError(f"{name} is empty; it must be a dictionary, {kind}, with something to draw.")
        if key == "number":
            for number in value:
                checks.number(f"A key of {name}", number)
        return {one: taken(f"{name}[{one!r}]", part, rest, sizes) for one, part in value.items()}
    many, of, rest = kind.partition(" of ")
    if of:
        labels(name, value, f"{many} labels", sizes)
        return [taken(f"{name}[{i}]", part, rest, sizes) for i, part in enumerate(value)]
    if kind == "history":
        return checks.kind(name, value, History, "a History()")
    if kind == "count":
        return checks.integer(name, plain(value), 1)
    if kind == "baselines":
        return taken(name, value, "name -> number", sizes) if value or not isinstance(value, dict) else value
    if kind == "text":
        return checks.text(name, value)
    if kind.endswith(" labels"):
        return labels(name, value, kind, sizes)
    return numbers(name, value, kind, sizes)


def labels(name, value, kind, sizes):
    """`value` if it is as many labels as it should be, one at least."""
    if not isinstance(value, (str, list, tuple, range)) and not getattr(value, "shape", ()):
        raise ValueError(f"{name} is {checks.said(value)}; it must be {kind}, in a string or a list.")
    if any(part is None for part in value):
        raise ValueError(f"{name} is {checks.said(value)}, and holds None; it must be {kind}.")
    fit(name, value, (len(value),), [kind.removesuffix(" labels")], sizes)
    return value


def numbers(name, value, kind, sizes):
    """`value` if it holds numbers in the shape of a kind, finite ones unless the kind says `any`."""
    value = plain(value)
    table = array(name, value, kind)
    if not kind.startswith(INFINITE) and not np.isfinite(table).all():
        raise ValueError(f"{name} is {checks.said(value)}; it must hold finite numbers, no nan and no infinity.")
    kind = kind.removeprefix(INFINITE)
    if kind == "(...)":
        wanted = sizes.setdefault("...", table.shape or "(N,)")
        if not table.ndim or not table.size or table.shape != wanted:
            raise ValueError(f"{name} is {checks.said(value)}; it must have the shape {wanted} and not be empty.")
    else:
        fit(name, value, table.shape, [] if kind == "number" else kind.strip("(,)").split(", "), sizes)
    return table.item() if kind == "number" else value


def plain(value):
    """A tensor or an array as lists of numbers (one without dimensions as a number); anything else as it is."""
    return value.tolist() if isinstance(value, (torch.Tensor, np.ndarray, np.generic)) else value


def array(name, value, kind):
    """`value` as an array of numbers; truth values count as 0 and 1."""
    try:
        table = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # rows of unequal length, tensors with a gradient in a list
        table = None
    whole = table is not None and table.dtype.kind in "biuf" and not isinstance(value, (bool, range))
    if not whole and not isinstance(value, range):
        raise ValueError(
            f"{name} is {checks.given(value)}; it must hold {kind.removeprefix(INFINITE)} numbers and nothing else."
        )
    return table


def fit(name, value, shape, wanted, sizes):
    """A ValueError where a shape is not as wanted; a name that is new in `sizes` gets the size that is there."""
    new = {want: size for want, size in zip(wanted, shape, strict=False) if not want.isdecimal() and want != "*"}
    known = new | sizes
    right = [size if want == "*" else known.get(want, int(want) if want.isdecimal() else None)
             for want, size in zip(wanted, shape, strict=False)]  # fmt: skip
    if len(shape) != len(wanted) or list(shape) != right or 0 in shape:
        asked = ", ".join(f"{want} = {sizes[want]}" for want in wanted if want in sizes)
        raise ValueError(
            f"{name} is {checks.said(value)}, with the shape {tuple(shape)}; it must be ({', '.join(wanted)}), and not "
            f"empty{f'; elsewhere, {asked}' if asked else ''}."
        )
    sizes.update(known)
