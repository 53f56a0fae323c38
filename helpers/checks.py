"""Sentences for wrong input: each check names the value, says what was expected, and what to do."""

import math
import numbers

import torch


def integer(name, value, least=0, most=None):
    """`value` if it is an integer from `least` to `most`; a ValueError says so if it is not. True is no integer."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} is {value!r}; it must be an integer, for example {max(least, 1)}.")
    if value < least or (most is not None and value > most):
        allowed = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} is {value}; it must be {allowed}.")
    return value


def number(name, value, above=-math.inf, most=math.inf, least=-math.inf):
    """`value` if it is a finite number above `above`, from `least` to `most`; a ValueError says so if it is not."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}; it must be a finite number.")
    if not (value > above and least <= value <= most):
        limits = [f"above {above:g}"] * (above > -math.inf) + [f"at least {least:g}"] * (least > -math.inf)
        limits += [f"at most {most:g}"] * (most < math.inf)
        raise ValueError(f"{name} is {value}; it must be {' and '.join(limits)}.")
    return value


def integers(name, tensor, dims, shape):
    """`tensor` if it is a tensor of integers with `dims` dimensions; `shape` says in words what they are."""
    if not isinstance(tensor, torch.Tensor):
        raise ValueError(
            f"{name} is {type(tensor).__name__}; it must be a tensor of integers {shape}. "
            "tokenizer.encode(text) makes one from a string, torch.tensor(list) from a list."
        )
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
        raise ValueError(f"{name} has the dtype {tensor.dtype}; tokens are integers. Use {name}.long() if they are.")
    if tensor.dim() != dims:
        raise ValueError(f"{name} has the shape {tuple(tensor.shape)}; it must be {shape}.")
    return tensor


def tokens(name, tensor, vocab_size=None):
    """`tensor` if it holds tokens (N,) of a vocabulary of `vocab_size`, none of them negative."""
    integers(name, tensor, 1, "(N,)")
    if len(tensor):
        low, high = (int(value) for value in tensor.aminmax())
        if low < 0 or (vocab_size is not None and high >= vocab_size):
            wrong = low if low < 0 else high
            most = "" if vocab_size is None else f" to {vocab_size - 1}"
            raise ValueError(
                f"{name} holds the token {wrong}, but tokens go from 0{most}. Were they made by the tokenizer of "
                "another text?"
            )
    return tensor
