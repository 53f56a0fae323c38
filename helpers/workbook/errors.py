"""Hints for errors of Python and PyTorch that an answer runs into: what such an error usually means, and what to do."""

import re

import torch
import torch.nn.functional as F

NONE = "Something there is None. A function without `return` gives None, and so does `append`, which changes its list."
LIST = (
    "That is a Python list, and `{0}` is a method of tensors. `torch.tensor` makes a tensor of a list of "
    "numbers, `torch.stack` of a list of tensors."
)

# Kind of error, what its text looks like, and the hint; {0}, {1} ... are what the parentheses have found.
KNOWN = (
    (
        "UnboundLocalError",
        r"variable '(\w+)'",
        "`{0}` has no value yet at that line: it gets one only further down, or in a branch that was not taken.",
    ),
    (
        "TypeError",
        r"'float' object cannot be interpreted as an integer|slice indices must be integers"
        r"|must be tuple of ints, but found .* float|got \(.*float.*ints|must be .*int.*, not float",
        "`/` always gives a float. Sizes, counts and indices need `//`.",
    ),
    (
        "(AttributeError|TypeError)",
        r"NoneType",
        NONE,
    ),
    (
        "AttributeError",
        r"'list' object has no attribute '(\w+)'",
        LIST,
    ),
    (
        "AttributeError",
        r"'(\w+)' object has no attribute '(\w+)'",
        "`{1}` is nothing that a {0} has. Is it spelled right, and was it set in `__init__`, with `self.` in front?",
    ),
    (
        "TypeError",
        r"\+: 'int' and 'tuple'|can only concatenate tuple",
        "A number and a tuple cannot be joined with `+`. `(1,)`, with the comma, is a tuple that holds a 1.",
    ),
    (
        "TypeError",
        r"'(\w+)' object is not callable",
        "You call something of the kind `{0}` as if it were a function. "
        "Are there parentheses too many, or is a `*` missing before them?",
    ),
    (
        "TypeError",
        r"'(\w+)' object is not iterable|cannot unpack non-iterable|iteration over a 0-d tensor",
        "A loop, or an assignment to several names, needs several things, and there it gets only one.",
    ),
    (
        "TypeError",
        r"'(\w+)' object is not subscriptable|object does not support indexing",
        "You put an index behind something that has no places. Is it a single number, or a function that was "
        "not called?",
    ),
    (
        "TypeError",
        r"missing \d+ required .*: '(\w+)'",
        "In that call something is left out: `{0}`.",
    ),
    (
        "TypeError",
        r"unexpected keyword argument '(\w+)'",
        "That call knows no argument `{0}`. Is it spelled right?",
    ),
    (
        "TypeError",
        r"takes .*argument.* given",
        "That call hands over more than the function takes. Inside a class, a method's first parameter is `self`.",
    ),
    (
        "ValueError",
        r"(not enough|too many) values to unpack",
        "To the left of `=` stand more or fewer names than there are values. Print the shape of what you unpack.",
    ),
    (
        "IndexError",
        r"index .*out of (range|bounds)",
        "Places run from 0 to the size minus 1, and there you ask for one beyond. Print the shape.",
    ),
    (
        "IndexError",
        r"Dimension out of range",
        "The tensor has fewer dimensions than you think there. Print its shape.",
    ),
    (
        "IndexError",
        r"too many indices",
        "There are more indices than the tensor has dimensions. Print its shape.",
    ),
    (
        "RuntimeError",
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
        "Two shapes do not fit: write them below each other, aligned at the right. A {0} meets a {1}.",
    ),
    (
        "RuntimeError",
        r"shapes cannot be multiplied \((\d+x\d+) and (\d+x\d+)\)",
        "In a matrix product, the last size of the first ({0}) has to be the first size of the second ({1}). Is"
        " one of them to be transposed?",
    ),
    (
        "RuntimeError",
        r"shape '(\[.*?\])' is invalid for input of size (\d+)",
        "The sizes {0} have to multiply to {1}, the number of elements that are there.",
    ),
    (
        "RuntimeError",
        r"view size is not compatible",
        "A view cannot read that tensor in this order. Is a `transpose` too early? Otherwise `reshape`, which copies.",
    ),
    (
        "RuntimeError",
        r"Boolean value of Tensor",
        "`if`, `and` and `or` want one truth value, and a tensor has many. To ask whether there is one at all, "
        "write `is not None`.",
    ),
    (
        "RuntimeError",
        r"leaf Variable that requires grad",
        "Weights are changed where PyTorch does not record it: inside `with torch.no_grad():`.",
    ),
    (
        "RuntimeError",
        r"does not require grad",
        "The way from the result back to the weights is cut. `.item()`, `.tolist()`, `.detach()` and "
        "`torch.tensor(...)` cut it.",
    ),
    (
        "(RuntimeError|NotImplementedError)",
        r"Input dtype must be either a floating point|to have the same dtype|only Tensors of floating point"
        r"|not implemented for 'Long'|expected .*Float.*Long",
        "Those are integers, and floats are needed: `.float()` first.",
    ),
    (
        "RuntimeError",
        r"Tensors must have same number of dimensions|Sizes of tensors must match|stack expects each tensor",
        "The tensors that you put together do not fit. Print the shape of each.",
    ),
    (
        "(ValueError|TypeError)",
        r"only one element tensors can be converted|expected Tensor as element",
        "`torch.tensor` makes a tensor of numbers, `torch.stack` and `torch.cat` make one of tensors.",
    ),
    (
        "TypeError",
        r"got \(keepdim=bool, \)",
        "`keepdim` says what becomes of a dimension. Name that dimension too: `dim=...`.",
    ),
    (
        "TypeError",
        r"must be tuple of Tensors, not Tensor",
        "The tensors to put together come in a list: write brackets around them.",
    ),
    (
        "RecursionError",
        r"",
        "Your function calls itself without end. Which function did you mean to call there?",
    ),
    (
        "ModuleNotFoundError",
        r"",
        "Only torch and the parts of this course are needed here.",
    ),
)


def error_hint(error, text):
    """A hint for an error, by the name of its type and its text, in a tuple; an empty one for errors without one."""
    if error == "NameError" and (name := re.search(r"name '(\w+)' is not defined", text)):
        return (name_hint(name[1]),)
    for kinds, pattern, hint in KNOWN:
        if re.fullmatch(kinds, error) and (found := re.search(pattern, text, re.DOTALL)):
            return (hint.format(*found.groups()),)
    return ()


def name_hint(name):
    """What a name probably means that Python does not know."""
    if hasattr(torch.nn, name):
        return f"Python knows no `{name}` there. It lives in a module of PyTorch: `nn.{name}`."
    if hasattr(F, name) or hasattr(torch, name):
        module = "torch" if hasattr(torch, name) else "F"
        return f"Python knows no `{name}` there. It lives in a module of PyTorch: `{module}.{name}(...)`."
    if hasattr(torch.Tensor, name):
        return f"Python knows no `{name}` there. It is a method: put the tensor in front, `t.{name}(...)`."
    return (
        f"Python knows no `{name}` there. Is it spelled right, and does it get a value above that line? "
        "What belongs to an object needs `self.` in front."
    )
