"""Typical wrong answers to the exercises of notebook 08."""

ALL = """
def attention_weights(q, k):
    T, d = q.shape[1], q.shape[2]
    future = torch.tril(torch.ones(T, T)) == 0
    scores = torch.einsum("btd,bsd->bts", q, k) / math.sqrt(d)
    scores[:, future] = float("-inf")
    return scores.softmax(dim=2)
"""

WHOLE = """
def attend_back(x, W_query, W_key, W_value):
    q, k, v = F.linear(x, W_query), F.linear(x, W_key), F.linear(x, W_value)
    T, d = q.shape[1], q.shape[2]
    future = torch.tril(torch.ones(T, T)) == 0
    scores = torch.einsum("btd,bsd->bts", q, k) / math.sqrt(d)
    weights = scores.masked_fill(future, float("-inf")).softmax(dim=2)
    return torch.einsum("bts,bsd->btd", weights, v)
"""


def changed(source, old, new):
    """The right answer with one slip in it."""
    assert source.count(old) == 1, (old, source)
    return source.replace(old, new)


WRONG = {
    "08.1": [
        """
def causal_average(x):
    T = x.shape[1]
    return torch.tril(torch.ones(T, T)) @ x / T
""",
        """
def causal_average(x):
    return torch.cumsum(x, dim=1)
""",
        """
def causal_average(x):
    out = torch.zeros_like(x)
    for t in range(x.shape[1]):
        out[:, t] = x[:, t:].mean(dim=1)
    return out
""",
        """
def causal_average(x):
    return torch.stack([x[:, :t].mean(dim=1) for t in range(x.shape[1])], dim=1)
""",
        """
def causal_average(x):
    return torch.stack([x.mean(dim=1) for _ in range(x.shape[1])], dim=1)
""",
        """
def causal_average(x):
    ones = torch.ones(x.shape[1], x.shape[1]).tril()
    return (ones / ones.sum(dim=0)) @ x
""",
    ],
    "08.2": [
        changed(ALL, " / math.sqrt(d)", ""),
        changed(ALL, " / math.sqrt(d)", " * math.sqrt(d)"),
        changed(ALL, "math.sqrt(d)", "math.sqrt(T)"),
        changed(ALL, "math.sqrt(d)", "d"),
        changed(ALL, "torch.tril", "torch.triu"),
        changed(ALL, '    scores[:, future] = float("-inf")\n', ""),
        changed(ALL, 'float("-inf")', "0"),
        changed(ALL, "softmax(dim=2)", "softmax(dim=1)"),
        changed(ALL, "return scores.softmax(dim=2)", "return scores"),
        changed(ALL, "btd,bsd->bts", "bsd,btd->bts"),
        """
def attention_weights(q, k):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
    weights = torch.softmax(scores, dim=-1)
    return weights * torch.tril(torch.ones(q.shape[1], q.shape[1]))
""",
    ],
    "08.3": [
        changed(WHOLE, " / math.sqrt(d)", ""),
        changed(WHOLE, "math.sqrt(d)", "math.sqrt(x.shape[2])"),
        changed(WHOLE, "weights, v)", "weights, x)"),
        changed(WHOLE, "weights, v)", "weights, k)"),
        changed(WHOLE, "bts,bsd->btd", "bst,bsd->btd"),
        changed(WHOLE, "btd,bsd->bts", "bsd,btd->bts"),
        changed(WHOLE, "softmax(dim=2)", "softmax(dim=1)"),
        changed(WHOLE, '.masked_fill(future, float("-inf"))', ""),
    ],
    "08.4": [
        "score_variance = 16",
        "score_variance = 16 * 9",
        "score_variance = 9 * 9",
        "score_variance = (16 * 81) ** 0.5",
        "score_variance = 3 * 16",
    ],
    "08.5": [
        """
def parameters(V, T, C):
    return sum((V * C, C * C, C * C, C * C, C * V, V))
""",
        """
def parameters(V, T, C):
    model = OneHead(V, T, C)
    return sum(p.numel() for p in model.parameters()) + model.head.mask.numel()
""",
        """
def parameters(V, T, C):
    return (V + T + V) * C + V + 3 * (C + 1) * C
""",
        """
def parameters(V, T, C):
    return C * (2 * V + T + 3 * C)
""",
        """
def parameters(V, T, C):
    return C * (2 * V + T + C) + V
""",
    ],
    "08.6": [
        """
def leaks_anywhere(model, idx):
    return sees_the_future(model, idx, idx.shape[1] // 2)
""",
        """
def leaks_anywhere(model, idx):
    for cut in range(1, idx.shape[1]):
        return sees_the_future(model, idx, cut)
    return False
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx)
    for cut in range(1, idx.shape[1]):
        changed = idx.clone()
        changed[:, cut:] = (changed[:, cut:] + 1) % before.shape[-1]
        if not torch.allclose(model(changed)[:, -1], before[:, -1]):
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx)
    for cut in range(1, idx.shape[1]):
        changed = idx.clone()
        changed[:, cut:] = 0
        if not torch.allclose(model(changed)[:, :cut], before[:, :cut]):
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    if idx.shape[1] < 2:
        return False
    changed = idx.clone()
    changed[:, -1] = (changed[:, -1] + 1) % model(idx).shape[-1]
    return not torch.allclose(model(changed)[:, :-1], model(idx)[:, :-1])
""",
        """
def leaks_anywhere(model, idx):
    return all(not sees_the_future(model, idx, cut) for cut in range(1, idx.shape[1]))
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx)
    for cut in range(1, idx.shape[1]):
        changed = torch.cat([idx[:, :cut], (idx[:, cut:] + 1) % before.shape[-1]], dim=1)
        if (model(changed) - before)[:, :cut].max() > 1e-4:
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    V = 45
    for cut in range(1, idx.shape[1]):
        changed = idx.clone()
        changed[:, cut:] = (changed[:, cut:] + 1) % V
        if not torch.allclose(model(changed)[:, :cut], model(idx)[:, :cut]):
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx)
    for cut in range(1, idx.shape[1]):
        changed = torch.cat([idx[:, :cut], (idx[:, cut:] + 1) % before.shape[-1]], dim=1)
        if (model(changed) - before)[:, :cut].abs().max() > 0.1:
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx)
    for cut in range(1, idx.shape[1]):
        changed = torch.cat([idx[:, :cut], (idx[:, cut:] + 1) % before.shape[-1]], dim=1)
        if abs((model(changed) - before)[:, :cut].sum().item()) > 1e-4:
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    before = model(idx).argmax(dim=-1)
    for cut in range(1, idx.shape[1]):
        changed = torch.cat([idx[:, :cut], (idx[:, cut:] + 1) % model(idx).shape[-1]], dim=1)
        if (model(changed).argmax(dim=-1) != before)[:, :cut].any():
            return True
    return False
""",
        """
def leaks_anywhere(model, idx):
    return any(sees_the_future(model, idx, cut) for cut in range(2, idx.shape[1]))
""",
    ],
}
