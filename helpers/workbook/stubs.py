"""Whether an answer was begun: a stub that nobody has touched is no mistake."""

import ast
import dis
import inspect

from helpers.workbook.typed import NotTyped, definition

# What a function consists of whose body is `...`, `pass` or only a docstring.
IDLE = {"RESUME", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "NOP", "COPY_FREE_VARS"}


def untouched(answer):
    """Whether an answer is still the stub: `...`, or a function or a class that does nothing."""
    if isinstance(answer, type):
        return bool(bodies := written(answer)) and not any(bodies.values())
    if inspect.isfunction(answer):
        answer = inspect.unwrap(answer)  # it may stand below a decorator, as @torch.no_grad()
        constants = set(answer.__code__.co_consts) - {answer.__doc__}
        return constants <= {None, ...} and all(step.opname in IDLE for step in dis.get_instructions(answer))
    return answer is None or any(part is ... for part in (answer if isinstance(answer, (tuple, list)) else [answer]))


def half_done(answer):
    """The name of a method that still holds a `...`, in a class that was begun; None where there is none."""
    if not isinstance(answer, type):
        return None
    methods = methods_of(answer)
    return next((f"`{m.name}`" for m in methods if any(ast.unparse(line) == "..." for line in m.body)), None)


def written(answer):
    """{method: its statements that do something} of a class, from its source; {} where that cannot be seen."""
    return {m.name: [line for line in m.body if not is_idle(line)] for m in methods_of(answer)}


def methods_of(answer):
    """The methods of a class as syntax trees."""
    try:
        node, _ = definition(answer)
    except NotTyped:
        return []
    return [child for child in node.body if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))]


def is_idle(line):
    """Whether a statement does nothing: `...`, `pass`, a docstring, or the first line of every nn.Module."""
    return isinstance(line, ast.Pass) or is_text(line) or ast.unparse(line) in ("...", "super().__init__()")


def is_text(line):
    """Whether a statement is a docstring."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
