"""Typical wrong answers to the exercises of notebook 02."""

WRONG = {
    "02.1": [
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
    ],
    "02.2": [
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
    ],
    "02.3": [
        """
def window_mask(real, window):
    B, T = real.shape
    mask = torch.zeros(B, T, T, dtype=torch.bool)
    for b in range(B):
        for i in range(T):
            for j in range(T):
                mask[b, i, j] = real[b, j] and i - window <= j <= i
    return mask
""",
        """
def window_mask(real, window):
    positions = torch.arange(real.shape[1])
    band = (positions[:, None] - positions).abs() < window
    return real.unsqueeze(1) & band
""",
        """
def window_mask(real, window):
    positions = torch.arange(real.shape[1])
    i, j = positions[:, None], positions[None, :]
    return real[:, :, None] & (j <= i) & (j > i - window)
""",
        """
def window_mask(real, window):
    positions = torch.arange(real.shape[1])
    i, j = positions[:, None], positions[None, :]
    return real & (j <= i) & (j > i - window)
""",
        """
def window_mask(real, window):
    B, T = real.shape
    return torch.ones(T, T, dtype=torch.bool).tril() & real[:, None]
""",
        """
def window_mask(real, window):
    T = real.shape[1]
    ones = torch.ones(T, T, dtype=torch.bool)
    return torch.tril(ones) & torch.triu(ones, diagonal=1 - window)
""",
        """
def window_mask(real, window):
    T = real.shape[1]
    mask = torch.zeros(T, T, dtype=torch.bool)
    for i in range(T):
        for j in range(T):
            mask[j, i] = j <= i and j > i - window
    return real[:, None, :] & mask
""",
    ],
    "02.4": [
        """
def shared_key_scores(q, k):
    return torch.matmul(q, k.transpose(1, 2))
""",
        """
def shared_key_scores(q, k):
    keys = k.unsqueeze(1)
    return torch.matmul(q, keys)
""",
        """
def shared_key_scores(q, k):
    return torch.einsum("bhtd,bsd->bhst", q, k)
""",
        """
def shared_key_scores(q, k):
    return torch.einsum("bhtd,bsd->bts", q, k)
""",
        """
def shared_key_scores(q, k):
    return torch.einsum("bhtd,csd->bhts", q, k)
""",
        """
def shared_key_scores(q, k):
    d = k.shape[-1]
    return torch.einsum("bhtd,bsd->bhts", q, k) / d**0.5
""",
        """
def shared_key_scores(q, k):
    return q @ k.unsqueeze(2).transpose(2, 3)
""",
    ],
    "02.5": [
        """
def broadcast_shape(a, b):
    result = []
    for i in range(max(len(a), len(b))):
        m = a[i] if i < len(a) else 1
        n = b[i] if i < len(b) else 1
        if m != n and m != 1 and n != 1:
            return None
        result.append(n if m == 1 else m)
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    result = []
    for m, n in itertools.zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m == n or m == 1 or n == 1:
            result.insert(0, max(m, n))
        else:
            return None
    return tuple(result)


import itertools
""",
        """
def broadcast_shape(a, b):
    result = ()
    for m, n in zip(a[::-1], b[::-1]):
        if m != n and m != 1 and n != 1:
            return None
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
        return None
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
            return None
        result.append(m if n == 1 else n)
    return tuple(result)
""",
        """
def broadcast_shape(a, b):
    if len(a) != len(b):
        return None
    for m, n in zip(a, b):
        if m != n and 1 not in (m, n):
            return None
    return tuple(m if n == 1 else n for m, n in zip(a, b))
""",
        """
def broadcast_shape(a, b):
    return tuple(torch.broadcast_shapes(a, b))
""",
    ],
}
