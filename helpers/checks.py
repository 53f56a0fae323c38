"""Sentences for wrong input: each check names the value, says what was expected, and what to do."""

import math
import numbers
import sys

import torch

MOST = 10**9  # no count in the series is larger


def said(value):
    """A value in a few words: what it is, and for a tensor its shape and dtype."""
    if isinstance(value, torch.Tensor) and value.numel() != 1:
        return f"a tensor {tuple(value.shape)} of {value.dtype}"
    words = " ".join(repr(value).split())
    return words if len(words) <= 60 else f"{words[:50]}... ({type(value).__name__})"


def given(value):
    """A value in a few words, and its type: for messages where the value alone would not say what is wrong with it."""
    return f"{said(value)} ({type(value).__name__})"


def integer(name, value, least=0, most=MOST):
    """`value` as an int if it is an integer from `least` to `most`; a ValueError says so if not. True is none."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} is {said(value)}; it must be an integer, for example {max(least, 1)}.")
    if not least <= value <= most:
        allowed = f"at least {least}" if most == MOST and value < least else f"from {least} to {most}"
        raise ValueError(f"{name} is {said(value)}; it must be {allowed}.")
    return int(value)


def number(name, value, above=-math.inf, most=math.inf, least=-math.inf):
    """`value` if it is a finite number above `above`, from `least` to `most`; a ValueError says so if it is not."""
    if not is_number(value):
        raise ValueError(f"{name} is {said(value)}; it must be a finite number.")
    if not (value > above and least <= value <= most):
        limits = [f"above {above:g}"] * (above > -math.inf) + [f"at least {least:g}"] * (least > -math.inf)
        limits += [f"at most {most:g}"] * (most < math.inf)
        raise ValueError(f"{name} is {value}; it must be {' and '.join(limits)}.")
    return value


def is_number(value):
    """Whether a value is a finite number that fits into a float; True is none."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and bool(abs(value) <= sys.float_info.max)


def kind(name, value, kinds, what):
    """`value` if it is one of `kinds`; else a ValueError says that it must be `what`."""
    if not isinstance(value, kinds):
        raise ValueError(f"{name} is {said(value)}; it must be {what}.")
    return value


def text(name, value, least=0):
    """`value` if it is a string of at least `least` characters."""
    if len(kind(name, value, str, "a string")) < least:
        raise ValueError(f"{name} is empty; it must be a string of at least {least} character{'s' * (least > 1)}.")
    return value


def generator(value):
    """`value` if it is a random generator or None, for PyTorch's own."""
    what = "a torch.Generator, as torch.Generator().manual_seed(1) makes one, or None for PyTorch's own"
    return kind("generator", value, (torch.Generator, type(None)), what)


def module(name, value, parts=()):
    """`value` if it is a model, or any function from indices to logits, and one that has these `parts`."""
    if not callable(value) or isinstance(value, type):
        raise ValueError(f"{name} is {said(value)}; it must be a model, as GPT(config) is, which gives logits.")
    missing = [part for part in parts if not hasattr(value, part)]
    if missing:
        raise ValueError(f"{name} is a {type(value).__name__} without {missing[0]}; it must be a helpers.model.GPT.")
    return value


def chars(tokenizer):
    """The list of characters of a tokenizer."""
    if isinstance(tokenizer, type) or not isinstance(getattr(tokenizer, "chars", None), list):
        raise ValueError(f"tokenizer is {said(tokenizer)}; it must be a CharTokenizer(text).")
    return tokenizer.chars


def same_text(model, tokenizer):
    """A ValueError if a model, as far as it tells its size, and a tokenizer come from two texts."""
    size, known = getattr(getattr(model, "config", None), "vocab_size", None), len(chars(tokenizer))
    if size not in (None, known):
        raise ValueError(
            f"The model knows {size} tokens and the tokenizer {known}: they come from two texts. Make the tokenizer "
            "from the text that the model has read."
        )


def logits(tensor):
    """`tensor` if it holds logits (..., V) of which a choice can be made: no nan, and not every token ruled out."""
    kind("logits", tensor, torch.Tensor, "a tensor of floats (..., V)")
    if tensor.dim() == 0 or tensor.shape[-1] == 0:
        raise ValueError(f"logits has the shape {tuple(tensor.shape)}; it must be (..., V), one for each token.")
    if not tensor.is_floating_point() or not tensor.amax(dim=-1).isfinite().all():
        raise ValueError(
            f"The logits hold nan or infinity, or rule out every token, or are no floats ({said(tensor)}), so "
            "there is nothing to draw from; they must be finite. Has the training diverged? Look at its loss, or load "
            "another model."
        )
    return tensor


def integers(name, tensor, dims, shape):
    """`tensor` if it is a tensor of integers with `dims` dimensions; `shape` says in words what they are."""
    if not isinstance(tensor, torch.Tensor):
        raise ValueError(
            f"{name} is {given(tensor)}; it must be a tensor of integers {shape}. "
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


def indices(name, tensor, vocab_size, dims=2, shape="(B, T)"):
    """`tensor` if it holds tokens (B, T) that can be looked up in a table of `vocab_size` rows.

    A model does this at every step. So the tokens themselves are looked at only where that waits for nothing: on the
    CPU, and not while a model is being compiled.
    """
    integers(name, tensor, dims, shape)
    if tensor.dtype not in (torch.int32, torch.int64):
        raise ValueError(f"{name} has the dtype {tensor.dtype}, which cannot be an index. Use {name}.long().")
    if tensor.device.type == "cpu" and not torch.compiler.is_compiling():
        tokens(name, tensor.flatten(), vocab_size)
    return tensor
