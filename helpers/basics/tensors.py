"""The rule of broadcasting, as notebook 02 writes it."""


def broadcast_shape(a, b):
    """The shape, a tuple, of a sum of tensors with the shapes `a` and `b`. A ValueError where they do not fit."""
    n = max(len(a), len(b))
    filled_a, filled_b = (1,) * (n - len(a)) + tuple(a), (1,) * (n - len(b)) + tuple(b)
    result = ()
    for p, q in zip(filled_a, filled_b, strict=True):
        if p != q and 1 not in (p, q):
            raise ValueError(f"The shapes {tuple(a)} and {tuple(b)} do not broadcast: {p} meets {q}.")
        result += (q if p == 1 else p,)
    return result
