"""How an answer to an exercise is judged: run on many inputs, compared, and matched with the typical mistakes."""

import contextlib
import copy
import inspect
import io
import linecache
import math
import re
from typing import NamedTuple

import torch

from helpers.workbook.errors import error_hint
from helpers.workbook.saying import as_number, is_number, kind_of, shown
from helpers.workbook.stubs import half_done
from helpers.workbook.typed import code_of

GENERIC = {
    "nothing": "Your function gives back None. Does every way through it end in `return`?",
    "kind": "The result should be {expected_kind}, and yours is {kind}.",
    "shape": "The right numbers in the wrong shape: yours is {shape}, and {expected_shape} is asked.",
    "other shape": "Look at the shape first: yours is {shape}, and {expected_shape} is asked.",
    "dtype": "The right numbers in the wrong dtype: yours is {dtype}, and {expected_dtype} is asked.",
    "silent": "Here your function should raise {error}, and it does not.",
    "length": "There should be {expected_length} in the result, and yours has {length}.",
}
CHANGED = "Your function changes what it is given, and whoever called it still needs that. Make a new tensor instead."


class Raised(NamedTuple):
    """An error in place of a result."""

    error: str  # the name of its type
    text: str
    line: str = ""  # where in the answer


def judge(exercise, answer):
    """(None, "", ()) for a right answer, else the mistake's name, a sentence about it, and its hints."""
    if exercise.cases is None:
        return judge_value(exercise, answer)
    names = list(inspect.signature(exercise.right).parameters)
    if not callable(answer):
        hints = ("Hand over the function itself: its name, without brackets after it.", *exercise.hints)
        return "value", f"A function is asked, and this is {kind_of(answer)}.", hints
    cases = exercise.cases(torch.Generator().manual_seed(0))
    try:
        if exercise.run is None:
            inspect.signature(answer).bind(*cases[0])
    except ValueError:
        pass  # written in C, as torch.softmax is: it does not tell what it takes
    except TypeError:
        hints = (f"It should take ({', '.join(names)}), in this order.", *exercise.hints)
        return "signature", "The function does not take what it will be given.", hints
    outcomes = [call(answer, arguments, exercise.run) for arguments in cases]
    results, used = zip(*outcomes, strict=True)
    if any(result is ... for result in results) or half_done(answer):
        return "unfinished", f"{half_done(answer) or 'A part of it'} is still `...`.", exercise.hints
    expected = [call(exercise.right, arguments, exercise.run)[0] for arguments in cases]
    kinds = [differs(a, b, exercise.tolerance) for a, b in zip(results, expected, strict=True)]
    if any(value is None for value in expected):  # then None is an answer like others, and nobody forgot to return
        kinds = ["values" if kind == "nothing" else kind for kind in kinds]
    if not any(kinds):
        return judge_further(exercise, cases, results, used)
    first = next(i for i, kind in enumerate(kinds) if kind)
    called = exercise.run is None or getattr(exercise.run, "as_called", False)  # a case: what the answer is called with
    names = [f"{name} = " for name in names] if called else [""] * len(cases[first])
    given = ", ".join(f"{name}{shown(value)}" for name, value in zip(names, cases[first], strict=False))
    what = f"For {given} {outcome(results[first], expected[first], exercise.tolerance)}."
    asked = {named(value) for value in expected if isinstance(value, Raised)}  # learners write their texts themselves
    for i, mistake in enumerate(exercise.mistakes):
        wrong = (call(mistake.wrong, arguments, exercise.run)[0] for arguments in cases)
        triples = zip(results, wrong, expected, strict=True)
        if all(alike(a, b, exercise.tolerance, isinstance(e, Raised) or named(b) in asked) for a, b, e in triples):
            return i, what, (*mistake.hints, *exercise.hints)
    generic = explained(results[first], expected[first], exercise.tolerance) if kinds[first] != "values" else ()
    return kinds[first], what, (*generic, *exercise.hints)


def judge_value(exercise, answer):
    """As `judge`, where a value is asked and not a function."""
    if callable(answer):
        return "function", "A value is asked, and this is a function.", ("Call it, and hand over what it gives.",)
    if not differs(answer, exercise.right, exercise.tolerance):
        return None, "", ()
    for i, mistake in enumerate(exercise.mistakes):
        if not differs(answer, mistake.wrong, exercise.tolerance):
            return i, f"Not {shown(answer)}.", (*mistake.hints, *exercise.hints)
    return "other", f"Not {shown(answer)}.", exercise.hints


def judge_further(exercise, cases, results, used):
    """As `judge`, where all results are right: what equality of results does not see."""
    for arguments, result, after in zip(cases, results, used, strict=True):
        if exercise.also and (hint := exercise.also(after, result)):
            return hint, "The right numbers, but not in the way that is asked.", (hint, *exercise.hints)
        if differs(after, arguments, 0.0):
            return "changed", "The right result, but there is a side effect.", (CHANGED, *exercise.hints)
    return None, "", ()


def call(function, arguments, run=None):
    """What a function gives for copies of the arguments (or how it fails), and those copies afterwards.

    run: what is done with the function in place of calling it; a trial, for parts of a GPT.
    """
    used = copy.deepcopy(arguments)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # its prints would come once for each case
            return (run(function, *used) if run else function(*used)), used
    except (Exception, SystemExit) as error:  # also exit(): it would end the notebook's kernel
        return Raised(type(error).__name__, str(error), failing_line(error, function)), used


def failing_line(error, function):
    """The source of the line of an answer at which the error came up, and the shapes that its tensors had there."""
    file, line, trace = getattr(code_of(function), "co_filename", None), "", error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == file and file:
            text = linecache.getline(file, trace.tb_lineno).strip()
            tensors = {name: v for name, v in trace.tb_frame.f_locals.items() if isinstance(v, torch.Tensor)}
            shapes = [f"{name} is {tuple(v.shape)}" for name, v in tensors.items() if re.search(rf"\b{name}\b", text)]
            line = f"`{text}`" + f" (there {', '.join(shapes)})" * bool(shapes) if text else ""
        trace = trace.tb_next
    return line


def named(outcome):
    """The name of an error that came up, None where none did."""
    return outcome.error if isinstance(outcome, Raised) else None


def alike(result, wrong, tolerance, any_text=False):
    """Whether an answer did what a typical mistake does; the text of an error counts, but where an error is asked."""
    both_fail = isinstance(wrong, Raised) and isinstance(result, Raised)
    return not (both_fail and not any_text and result.text != wrong.text) and not differs(result, wrong, tolerance)


def differs(result, expected, tolerance):
    """None where a result is as expected, else in what it differs: a key of GENERIC, "error" or "values"."""
    if isinstance(result, Raised):
        return None if isinstance(expected, Raised) and result.error == expected.error else "error"
    if isinstance(expected, Raised):
        return "silent"
    if isinstance(expected, dict):  # a trial: what was looked at -> what came out
        return next((name for name, value in expected.items() if differs(result.get(name), value, tolerance)), None)
    if result is None:
        return None if expected is None else "nothing"
    if isinstance(expected, (tuple, list)):
        if not isinstance(result, (tuple, list)):
            return "kind"
        if len(result) != len(expected):
            return "length"
        return next(filter(None, (differs(a, b, tolerance) for a, b in zip(result, expected, strict=True))), None)
    if isinstance(expected, torch.Tensor) and expected.dim():
        return tensor_differs(result, expected, tolerance)
    if isinstance(expected, torch.nn.Module):
        expected, result = (list(module.state_dict().values()) for module in (expected, result))
        return differs(result, expected, tolerance)
    result, expected = as_number(result), as_number(expected)
    if is_number(expected):
        return ("values" if far(result, expected, tolerance) else None) if is_number(result) else "kind"
    if type(result) is not type(expected):
        return "kind"
    return None if result == expected else "values"


def tensor_differs(result, expected, tolerance):
    """As `differs`, for tensors; whole numbers, real ones and truth values are three dtypes, not their widths."""
    if not isinstance(result, torch.Tensor):
        return "kind"
    if result.shape != expected.shape:
        same = result.numel() == expected.numel() and close(result.flatten(), expected.flatten(), tolerance)
        return "shape" if same else "other shape"
    if not close(result, expected, tolerance):
        return "values"
    sorts = [(t.is_floating_point(), t.dtype == torch.bool) for t in (result, expected)]
    return None if sorts[0] == sorts[1] else "dtype"


def close(a, b, tolerance):
    """Whether two tensors of one shape hold the same numbers."""
    if a.is_complex() != b.is_complex():
        return False
    a, b = (
        tensor.detach().cpu().to(torch.complex128 if a.is_complex() else torch.double) for tensor in (a, b)
    )  # an answer may live on a GPU
    return torch.allclose(a, b, rtol=1e-5, atol=tolerance, equal_nan=True)


def far(a, b, tolerance):
    """Whether two numbers are not the same; nan is the same as nan."""
    return not (math.isclose(a, b, rel_tol=1e-5, abs_tol=tolerance) or (a != a and b != b))


def explained(result, expected, tolerance):
    """The generic hint for a difference, in a tuple; an empty one where only the exercise's own hints can help."""
    if isinstance(result, Raised):
        return error_hint(result.error, result.text)
    kind = differs(result, expected, tolerance)
    if isinstance(expected, dict) and isinstance(result, dict):
        return explained(result.get(kind), expected[kind], tolerance)
    sequences = all(isinstance(value, (tuple, list)) and not isinstance(value, Raised) for value in (result, expected))
    if sequences and len(result) == len(expected):  # the first part that differs
        return next(
            explained(a, b, tolerance) for a, b in zip(result, expected, strict=True) if differs(a, b, tolerance)
        )
    facts = {"kind": kind_of(result), "expected_kind": kind_of(expected), "error": getattr(expected, "error", "")}
    if sequences:
        facts |= {"length": len(result), "expected_length": len(expected)}
    elif isinstance(result, torch.Tensor) and isinstance(expected, torch.Tensor):
        facts |= {"shape": tuple(result.shape), "expected_shape": tuple(expected.shape)}
        facts |= {"dtype": result.dtype, "expected_dtype": expected.dtype}
    return (GENERIC[kind].format(**facts),) if kind in GENERIC else ()


def outcome(result, expected, tolerance):
    """What an answer did, as the end of a sentence."""
    if isinstance(expected, dict) and isinstance(result, dict):
        name = differs(result, expected, tolerance)
        got, wanted = (v if isinstance(v, str) else shown(v) for v in (result.get(name), expected[name]))
        if isinstance(result.get(name), Raised):
            return f"{name}: {outcome(result[name], None, tolerance)}"
        return f"{name}: {got}, and not {wanted}" if got != wanted else f"{name}: other numbers than in ours"
    if isinstance(result, Raised):
        where = f" at {result.line}" if result.line else ""
        return f"it fails with {result.error}{where}: {' '.join(result.text.split())[:240]}"
    return f"it gives {shown(result)}"
