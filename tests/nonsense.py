"""Calls with one argument replaced by nonsense that a learner could pass, and what may come of them.

Allowed is a sentence of ours, raised by a `raise` in helpers, that names what was given and says what is expected; or
the right answer, where the replacement means the same (other integers, a list) or is said to be fine. Everything else
is a fault: an error from inside a library, a warning, a hang, and first of all an answer to a question without meaning.
"""

import dis
import math
import numbers
import re
import signal
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from helpers.model import GPT, GPTConfig
from helpers.text import CharTokenizer
from helpers.training import TrainConfig

HELPERS = str(Path(__file__).parents[1] / "helpers")
SECONDS = 60  # for one call, on a machine that does other work too; all of them take milliseconds
WORDS = ("must", "should", "are needed", "expected", "use ", "give ", "choose", "there is no", "there are", "asked",
         "from 0 to", "make the", "is no ", "needs", "see ", "has no", "only a string", "begin with", "are integers",
         "type ", "below 1", "go from", "goes from", "each ", "must be", "to measure", "can be")  # fmt: skip


class Thing:
    """An object of a kind that nobody expects."""

    def __repr__(self):
        return "Thing()"


@dataclass
class Spec:
    """A public function, good arguments for it (made anew for each call), and which replacements are fine.

    fine: "argument" or "argument:label" -> None (anything that is no bare error), or (result, arguments) -> whether the
    result is right, by a reference of its own. skip: arguments that are not replaced.
    """

    name: str
    call: Callable
    make: Callable
    fine: dict = field(default_factory=dict)
    skip: tuple = ()
    exempt: dict = field(default_factory=dict)  # "argument:label" -> why an error that is not ours is good enough
    look: Callable | None = None  # what of a result is compared


def replacements(value):
    """Nonsense in place of a good value: label -> (replacement, whether it means the same as the value did)."""
    common = {"None": None, "a thing": Thing(), "nan": math.nan, "a string": "seven", "a dictionary": {}}
    if isinstance(value, torch.Tensor):
        found = common | {"one number": 3, "half a number": 2.5, "an empty list": [], "true": True}
        changed = found | of_tensor(value)
        return {label: (new, False) for label, new in changed.items()} | same_tensor(value)
    if isinstance(value, bool):
        return {label: (new, False) for label, new in common.items()}
    if isinstance(value, int):
        changed = common | {
            "half more": value + 0.5, "infinity": math.inf, "minus one": -1, "zero": 0, "huge": 10**30, "true": True,
            "a list": [value], "two numbers": torch.tensor([1, 2]), "minus infinity": -math.inf, "digits": str(value),
        }  # fmt: skip
        same = {"a float": float(value), "a NumPy integer": np.int64(value), "a tensor": torch.tensor(value)}
    elif isinstance(value, float):
        changed = common | {
            "infinity": math.inf, "minus infinity": -math.inf, "negative": -1.0, "zero": 0.0, "true": True,
            "too large for a float": 10**400, "a list": [value], "two numbers": torch.tensor([0.1, 0.2]),
            "digits": str(value), "complex": 1j,
        }  # fmt: skip
        same = {"a NumPy number": np.float64(value), "a tensor": torch.tensor(value, dtype=torch.float64)}
    elif isinstance(value, str):
        changed = common | {"bytes": b"abc", "nothing": "", "a number": 7, "a tensor": torch.tensor([1, 2]),
                            "a list": list(value), "true": True, "another script": "☃☃"}  # fmt: skip
        del changed["a string"]
        same = {}
    elif isinstance(value, CharTokenizer):
        changed, same = common | {"of another text": CharTokenizer("xyz"), "characters": value.chars, "a number": 7}, {}
    elif isinstance(value, nn.Module):
        torch.manual_seed(1)
        other = GPT(GPTConfig(vocab_size=5, context_length=8, n_layer=1, n_head=2, n_embd=8))
        changed, same = common | {"a class": type(value), "a layer": nn.Linear(3, 4), "a number": 7}, {}
        if isinstance(value, GPT):
            changed["of another text"] = other
    elif isinstance(value, (GPTConfig, TrainConfig)):
        other = TrainConfig() if isinstance(value, GPTConfig) else GPTConfig(vocab_size=5)
        changed, same = common | {"another configuration": other, "a class": type(value), "a number": 7}, {}
    elif isinstance(value, torch.Generator):
        changed, same = common | {"a seed": 3}, {}
    elif isinstance(value, dict):
        changed, same = common | {"a number": 7, "a list": list(value), "keys of no use": {"seven": "eight"}}, {}
        shorter = {name: part[:-1] for name, part in value.items() if isinstance(part, (list, tuple, torch.Tensor))}
        changed |= {"a value too few": shorter} if shorter else {}
        changed |= {"values of None": dict.fromkeys(value), "values of strings": dict.fromkeys(value, "seven")}
    elif isinstance(value, (list, tuple)):
        numbers = all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value)
        changed = common | {"a number": 7, "nothing": type(value)(), "one too few": value[:-1], "true": True}
        changed |= {"one too many": [*value, value[-1]], "holes": [None, *value[1:]]}
        same = {"the other kind of sequence": (list if isinstance(value, tuple) else tuple)(value)}
        if numbers:
            changed |= {"words": ["seven"] * len(value), "a number with nan": [math.nan, *value[1:]]}
            changed |= {"nested": [list(value)], "infinity inside": [math.inf, *value[1:]]}
            same |= {"a tensor": torch.tensor(value), "an array": np.array(value)}
            same |= {"a tensor with a gradient": torch.tensor(value, dtype=torch.float64, requires_grad=True)}
    elif callable(value):
        changed, same = common | {"a number": 7, "a list": [value]}, {}
    else:
        changed, same = common, {}
    changed = {label: new for label, new in changed.items() if not equal(new, value)}
    return {k: (v, False) for k, v in changed.items()} | {k: (v, True) for k, v in same.items()}


def of_tensor(value):
    """Tensors that no longer mean what `value` meant."""
    other = {"one dimension more": value[None], "no dimension": value.flatten()[0], "empty": value[..., :0]}
    other |= {"truth values": value > 1, "complex": value.to(torch.complex64)}
    if value.dim() > 1:
        other |= {"one dimension less": value.flatten()}
    if value.is_floating_point():
        other |= {"integers": value.long(), "nan inside": put(value, math.nan), "infinity inside": put(value, math.inf)}
        other |= {"nothing but -inf": torch.full_like(value, -math.inf)}
        return other
    other |= {"a negative one": put(value, -1), "one far outside": put(value, 999), "one huge": put(value, 2**62)}
    return other | {"all nan": torch.full(value.shape, math.nan), "halves": value + 0.5}


def same_tensor(value):
    """The same numbers in another form: label -> (form, True)."""
    forms = {"a list": value.tolist(), "an array": value.numpy()}
    if value.is_floating_point():
        forms |= {"doubles": value.double(), "with a gradient": value.clone().requires_grad_()}
    else:
        kinds = (torch.int8, torch.uint8, torch.int16, torch.int32, torch.float32)
        forms |= {
            str(kind): value.to(kind)
            for kind in kinds
            if kind.is_floating_point or value.to(kind).long().equal(value.long())
        }
    return {label: (form, True) for label, form in forms.items()}


def put(tensor, number):
    """A copy with another number at one place, not the first."""
    tensor = tensor.clone()
    tensor.view(-1)[tensor.numel() // 2] = number
    return tensor


def equal(a, b):
    """Whether two results are the same, to rounding, whatever tensors they consist of."""
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-6, equal_nan=True)
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, numbers.Real) and isinstance(b, numbers.Real) and type(a) is not bool is not type(b):
        return a == b or (a != a and b != b) or (max(abs(a), abs(b)) < 1e300 and math.isclose(a, b, rel_tol=1e-6))
    return type(a) is type(b) and bool(a == b)


class Hung(BaseException):
    """A call that took too long."""


def alarm(*_):
    raise Hung


def outcome(function, arguments):
    """("gave", result), ("said", message) for a sentence of ours, or ("bare", what) for anything that must not be."""
    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return "gave", function(**arguments)
    except Hung:
        return "bare", "a hang"
    except Exception as error:
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        ours = frame.tb_frame.f_code.co_filename.startswith(HELPERS) and is_raise(frame)
        if (ours and isinstance(error, (ValueError, TypeError))) or type(error).__name__ == "CheckpointError":
            return "said", str(error)
        return "bare", f"{type(error).__name__}: {str(error)[:120]!r} {traceback.extract_tb(error.__traceback__)[-1]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def is_raise(frame):
    """Whether the innermost instruction of a traceback is a `raise`, and not a call that failed."""
    code = next(step for step in dis.get_instructions(frame.tb_frame.f_code) if step.offset == frame.tb_lasti)
    return code.opname == "RAISE_VARARGS"


def names_it(message, value):
    """Whether a message tells what was given: the value, its type, shape or dtype, or a number inside of it."""
    if re.search(rf"\b{re.escape(type(value).__name__)}\b", message):
        return True
    told = {"nan", "empty", "infinite"} if not isinstance(value, (int, float)) else set()
    told |= {str(value)[:45], repr(value)[:45]}
    if hasattr(value, "shape"):
        told |= {
            str(tuple(value.shape)),
            str(value.dtype),
            f"{value.numel() if callable(getattr(value, 'numel', 0)) else ''}",
        }
        told |= {
            str(number) for number in np.ravel(value.detach() if isinstance(value, torch.Tensor) else value).tolist()
        }
    if isinstance(value, (list, tuple, dict, str, bytes)):
        told |= {str(len(value)), *(repr(part)[:40] for part in value), *(str(part) for part in value)} - {""}
    if isinstance(value, dict):
        told |= {type(part).__name__ for part in value.values()} | {str(part) for part in value.values()}
    if hasattr(value, "vocab_size"):
        told.add(str(value.vocab_size))
    if isinstance(getattr(value, "config", None), GPTConfig):
        told |= {str(value.config.vocab_size - 1), f"knows {value.config.vocab_size} tokens"}
    return any(part and part in message for part in told)


def faults(spec):
    """What goes wrong with one function, as lines of text, and how many calls were made."""

    def call(**arguments):
        result = spec.call(**arguments)
        return spec.look(result) if spec.look else result

    kind, good = outcome(call, spec.make())
    assert kind == "gave", f"{spec.name} refuses good arguments: {good}"
    wrong, calls = [], 0
    for name, value in spec.make().items():
        if name in spec.skip:
            continue
        for label, (new, same) in replacements(value).items():
            if f"{name}:{label}" in spec.exempt:
                continue
            arguments = spec.make() | {name: new}
            kind, result = outcome(call, arguments)
            calls += 1
            key = next((key for key in (f"{name}:{label}", name) if key in spec.fine), None)
            what = None
            if kind == "bare":
                what = f"a bare error, {result}"
            elif kind == "said" and not names_it(result, new):
                what = f"a message that does not name it: {result}"
            elif kind == "said" and not any(word in result.lower() for word in WORDS):
                what = f"a message that does not say what is expected: {result}"
            elif kind == "gave" and key is not None:
                right = spec.fine[key]
                if right is not None and not right(result, arguments):
                    what = f"a silent wrong answer, {str(result)[:120]}"
            elif kind == "gave" and not same:
                what = f"an answer, {str(result)[:120]}"
            elif kind == "gave" and not equal(result, good):
                what = f"a silent wrong answer, {str(result)[:120]}"
            if what:
                wrong.append(f"{spec.name}({name} = {label}): {what}")
    return wrong, calls
