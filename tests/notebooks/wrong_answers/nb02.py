"""Typical wrong answers to the exercises of notebook 02."""

# Right answers to 02.1 and 02.2, for those who call them in 02.3.
STEPS = """
def aligned(a, b):
    n = max(len(a), len(b))
    return (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b


def stretched(m, n):
    if m == 1:
        return n
    if n == 1 or n == m:
        return m
    raise ValueError(f"{m} meets {n}")


"""

WRONG = {
    "02.1": [
        """
def aligned(a, b):
    n = max(len(a), len(b))
    return a + (1,) * (n - len(a)), b + (1,) * (n - len(b))
""",
        """
def aligned(a, b):
    while len(a) < len(b):
        a = (1,) + a
    return a, b
""",
        """
def aligned(a, b):
    return a, (1,) * (len(a) - len(b)) + b
""",
        """
def aligned(a, b):
    n = max(len(a), len(b))
    return [1] * (n - len(a)) + a, [1] * (n - len(b)) + b
""",
        """
def aligned(a, b):
    n = max(len(a), len(b))
    a = (1) * (n - len(a)) + a
    b = (1) * (n - len(b)) + b
    return a, b
""",
        """
def aligned(a, b):
    n = min(len(a), len(b))
    return a[len(a) - n :], b[len(b) - n :]
""",
        """
def aligned(a, b):
    if len(a) < len(b):
        return (1,) + a, b
    if len(b) < len(a):
        return a, (1,) + b
    return a, b
""",
        """
def aligned(a, b):
    n = max(len(a), len(b))
    return (0,) * (n - len(a)) + a, (0,) * (n - len(b)) + b
""",
        """
def aligned(a, b):
    if len(b) < len(a):
        a, b = b, a
    return (1,) * (len(b) - len(a)) + a, b
""",
        """
def aligned(a, b):
    while len(a) > len(b):
        b.insert(0, 1)
    while len(b) > len(a):
        a.insert(0, 1)
    return a, b
""",
        """
def aligned(a, b):
    while len(a) < len(b):
        a = (1) + a
    return a, b
""",
        """
def aligned(a, b):
    if len(a) < len(b):
        return (1,) * (len(b) - len(a)) + a, b
    else:
        return (1,) * (len(a) - len(b)) + b, a
""",
        """
def aligned(a, b):
    a, b = list(a), list(b)
    while len(a) < len(b):
        a.insert(0, 1)
    while len(b) < len(a):
        b.insert(0, 1)
    return a, b
""",
    ],
    "02.2": [
        """
def stretched(m, n):
    if m == 1:
        return n
    if n == 1:
        return m
    raise ValueError(f"{m} meets {n}")
""",
        """
def stretched(m, n):
    if m == n or m == 1 or n == 1:
        return max(m, n)
    raise ValueError(f"{m} meets {n}")
""",
        """
def stretched(m, n):
    return n if m == 1 else m
""",
        """
def stretched(m, n):
    if m != n and n != 1:
        raise ValueError(f"{m} meets {n}")
    return m
""",
        """
def stretched(m, n):
    if m != n and m != 1:
        raise ValueError("they do not fit")
    return n
""",
        """
def stretched(m, n):
    if m == n:
        return m
    raise ValueError("not equal")
""",
        """
def stretched(m, n):
    if m == n or n == 1:
        return m
    if m == 1:
        return n
    print("4 meets 3")
""",
        """
def stretched(m, n):
    assert m == n or 1 in (m, n), f"{m} meets {n}"
    return n if m == 1 else m
""",
        """
def stretched(m, n):
    if m == 1 or n == 1:
        return m * n
    if m == n:
        return m * n
    raise ValueError("no fit")
""",
        """
def stretched(m, n):
    if m == n or m == 1 or n == 1:
        return min(m, n)
    raise ValueError("no fit")
""",
        """
def stretched(m, n):
    if m == 1:
        return m
    if n == 1:
        return n
    if m == n:
        return m
    raise ValueError(f"{m} meets {n}")
""",
        """
def stretched(m, n):
    if m <= 1:
        return n
    if n <= 1 or n == m:
        return m
    raise ValueError(f"{m} meets {n}")
""",
    ],
    "02.3": [
        """
def broadcast_shape(a, b):
    result = []
    for i in range(max(len(a), len(b))):
        m = a[i] if i < len(a) else 1
        n = b[i] if i < len(b) else 1
        if m != n and m != 1 and n != 1:
            raise ValueError(f"{m} meets {n}")
        result.append(n if m == 1 else m)
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    for i in range(max(len(a), len(b)), 0, -1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise ValueError(f"{m} meets {n}")
        return m if n == 1 else n
""",
        """
def broadcast_shape(a, b):
    n = max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    result = ()
    for p, q in zip(a, b):
        if p != q and p != 1 and q != 1:
            raise ValueError("they do not fit")
        result = result + max(p, q)
    return result
""",
        """
def broadcast_shape(a, b):
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise ValueError(f"{m} meets {n}")
        result = [max(m, n)] + result
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    result = ()
    for m, n in zip(a[::-1], b[::-1]):
        if m != n and m != 1 and n != 1:
            raise ValueError("they do not fit")
        result = (n if m == 1 else m,) + result
    return result
""",
        """
def broadcast_shape(a, b):
    a, b = list(a), list(b)
    while len(a) < len(b):
        a.insert(0, 1)
    while len(b) < len(a):
        b.insert(0, 1)
    return tuple(max(m, n) for m, n in zip(a, b))
""",
        """
def broadcast_shape(a, b):
    if len(a) == 0 or len(b) == 0:
        raise ValueError('nothing to broadcast')
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise ValueError(f"{m} meets {n}")
        result = [m if n == 1 else n] + result
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise ValueError(f"{m} meets {n}")
        result = result + [m if n == 1 else n]
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    if len(a) != len(b):
        raise ValueError("other lengths")
    for m, n in zip(a, b):
        if m != n and 1 not in (m, n):
            raise ValueError("other sizes")
    return tuple(m if n == 1 else n for m, n in zip(a, b))
""",
        """
def broadcast_shape(a, b):
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            return None
        result = [m if n == 1 else n] + result
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise RuntimeError("they do not fit")
        result = [m if n == 1 else n] + result
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    result = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and 1 not in (m, n):
            raise ValueError(f"{m} meets {n}")
        result = [m if n == 1 else n] + result
    return result
""",
        """
def broadcast_shape(a, b):
    filled_a, filled_b = aligned(a, b)
    return tuple(stretched(m, n) for m, n in zip(filled_a, filled_b))
""",
        STEPS
        + """def broadcast_shape(a, b):
    aligned(a, b)
    result = ()
    for m, n in zip(a, b):
        result += (stretched(m, n),)
    return result
""",
        """
def broadcast_shape(a, b):
    try:
        return torch.broadcast_shapes(a, b)
    except RuntimeError:
        raise ValueError("they do not fit")
""",
        STEPS
        + """def broadcast_shape(a, b):
    a, b = aligned(a, b)
    return stretched(a, b)
""",
        """
def stretched(m, n):
    if m == 1:
        return n
    if n == 1 or n == m:
        return m
    raise ValueError(f"{m} meets {n}")


def broadcast_shape(a, b):
    return stretched(a, b)
""",
    ],
    "02.4": [
        """
def mse(prediction, target):
    assert len(prediction) == len(target)
    difference = prediction - target
    return torch.mean(difference * difference)
""",
        """
def mse(prediction, target):
    flat = prediction.view(-1)
    return torch.mean((flat - target) ** 2)
""",
        """
def mse(prediction, target):
    prediction.squeeze(1)
    assert prediction.shape == target.shape
    return ((prediction - target) ** 2).mean()
""",
        """
def mse(prediction, target):
    flat = prediction.flatten()
    assert flat.shape == target.shape
    return torch.sum((flat - target) ** 2)
""",
        """
def mse(prediction, target):
    target = target.unsqueeze(1)
    assert target.shape == prediction.shape
    return (prediction - target).abs().mean()
""",
        """
def mse(prediction, target):
    prediction = prediction.reshape(target.shape)
    return ((prediction - target) ** 2).mean()
""",
        """
def mse(prediction, target):
    prediction = prediction.squeeze(1)
    difference = prediction - target
    assert prediction.shape == target.shape
    return (difference**2).mean()
""",
        """
def mse(prediction, target):
    prediction = prediction.squeeze(0)
    assert prediction.shape == target.shape
    return ((prediction - target) ** 2).mean()
""",
        """
def mse(prediction, target):
    prediction = prediction.squeeze(1)
    assert prediction.shape == target.shape
    return ((prediction - target) ^ 2).mean()
""",
    ],
    "02.5": [
        """
def standardise(x):
    mean, std = x.mean(dim=-1), x.std(dim=-1)
    return (x - mean) / std
""",
        """
def standardise(x):
    centred = x - x.mean(-1, keepdim=True)
    return centred / x.std(-1)
""",
        """
def standardise(x):
    x = x - x.mean(dim=0, keepdim=True)
    return x / x.std(dim=0, keepdim=True)
""",
        """
def standardise(x):
    mean = x.mean(dim=1, keepdim=True)
    return (x - mean) / x.std(dim=1, keepdim=True)
""",
        """
def standardise(x):
    return (x - torch.mean(x)) / torch.std(x)
""",
        """
def standardise(x):
    return x - x.mean(dim=-1, keepdim=True) / x.std(dim=-1, keepdim=True)
""",
        """
def standardise(x):
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred**2).mean(dim=-1, keepdim=True).sqrt()
""",
        """
def standardise(x):
    return (x - x.mean(dim=-1, keepdim=True)) / x.var(dim=-1, keepdim=True)
""",
        """
def standardise(x):
    mean, std = x.mean(dim=-1, keepdim=True), x.std(dim=-1, keepdim=True)
    return (mean - x) / std
""",
        """
def standardise(x):
    for row in x:
        row = (row - row.mean()) / row.std()
    return x
""",
        """
def standardise(x):
    mean = x.mean(dim=-1, keepdim=True)
    return (x - mean) / mean.std(dim=-1, keepdim=True)
""",
    ],
}
