"""Values in words, short enough for a line of a hint."""

import numbers

import torch


def as_number(value):
    """A tensor (or NumPy value) without dimensions as its number; anything else as it is."""
    return value.item() if getattr(value, "shape", None) == () else value


def is_number(value):
    """Whether a value is a real number; True and False are not."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def kind_of(value):
    """The kind of a value in words, as "a tensor of shape (2, 3)"."""
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}" if value.dim() else "a single number"
    if is_number(value):
        return "a single number"
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def shown(value):
    """A value in one short line; of large tensors only the shape."""
    if isinstance(value, torch.Tensor):
        if value.numel() > 12:
            return kind_of(value)
        value = rounded(value.tolist()) if value.is_floating_point() else value.tolist()
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else text[:77] + "..."


def rounded(value):
    """Nested lists of numbers with four decimals."""
    return [rounded(item) for item in value] if isinstance(value, list) else round(value, 4)
