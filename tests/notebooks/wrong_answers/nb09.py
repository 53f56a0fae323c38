"""Typical wrong answers to the exercises of notebook 09."""

SPLIT = """
def split_heads(x, n_head):
    parts = torch.chunk(x, n_head, dim=2)
    return torch.stack(parts, dim=1)
"""

ALL = """
def attend_all(q, k, v):
    B, H, T, d = q.shape
    future = torch.tril(torch.ones(T, T)) == 0
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(d)
    weights = scores.masked_fill(future, float("-inf")).softmax(dim=3)
    return torch.einsum("bhts,bhsd->bhtd", weights, v)
"""

COUNT = """
def attention_parameters(n_embd, n_head):
    size = n_embd // n_head
    total = 0
    for head in range(n_head):
        for name in ("query", "key", "value"):
            total += n_embd * size
    total += n_embd * n_embd
    return total + n_embd
"""

SCORE = """
def previous_token_score(weights):
    B, H, T, _ = weights.shape
    total = torch.zeros(H)
    for t in range(1, T):
        total += weights[:, :, t, t - 1].mean(dim=0)
    return total / (T - 1)
"""

OUT = """
def take_out(weight, head, n_head):
    size = len(weight) // n_head
    keep = torch.ones(len(weight))
    keep[size * head : size * head + size] = 0
    return weight * keep
"""


def changed(source, old, new):
    """The right answer with one slip in it."""
    assert source.count(old) == 1, (old, source)
    return source.replace(old, new)


WRONG = {
    "09.1": [
        changed(SPLIT, "dim=1", "dim=0"),
        changed(SPLIT, "dim=1", "dim=2"),
        changed(SPLIT, "torch.chunk(x, n_head, dim=2)", "torch.split(x, n_head, dim=2)"),
        """
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.view(B, n_head, T, C // n_head)
""",
        """
def split_heads(x, n_head):
    return torch.stack([x[:, :, i::n_head] for i in range(n_head)], dim=1)
""",
        """
def split_heads(x, n_head):
    B, T, C = x.shape
    return torch.stack([part.transpose(1, 2) for part in x.chunk(n_head, dim=-1)], dim=1)
""",
        """
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.transpose(1, 2).reshape(B, n_head, T, C // n_head)
""",
    ],
    "09.2": [
        """
def join_heads(x):
    B, H, T, head_size = x.shape
    return x.reshape(B, T, H * head_size)
""",
        """
def join_heads(x):
    B, H, T, head_size = x.shape
    return x.permute(0, 2, 1, 3)
""",
        """
def join_heads(x):
    B, H, T, head_size = x.shape
    return x.transpose(1, 2).view(B, T, H * head_size)
""",
        """
def join_heads(x):
    return torch.cat([x[:, i] for i in range(x.shape[1])], dim=1)
""",
        """
def join_heads(x):
    return sum(x[:, i] for i in range(x.shape[1]))
""",
        """
def join_heads(x):
    B, H, T, head_size = x.shape
    return torch.stack([x[:, i] for i in range(H)], dim=-1).reshape(B, T, -1)
""",
    ],
    "09.3": [
        changed(ALL, " / math.sqrt(d)", ""),
        changed(ALL, "math.sqrt(d)", "math.sqrt(H)"),
        changed(ALL, "math.sqrt(d)", "math.sqrt(H * d)"),
        changed(ALL, "math.sqrt(d)", "math.sqrt(T)"),
        changed(ALL, "torch.tril", "torch.triu"),
        changed(ALL, "torch.ones(T, T)", "torch.ones(H, H)"),
        changed(ALL, "softmax(dim=3)", "softmax(dim=2)"),
        changed(ALL, "softmax(dim=3)", "softmax(dim=1)"),
        changed(ALL, '.masked_fill(future, float("-inf"))', ""),
        changed(ALL, '"bhts,bhsd->bhtd", weights, v', '"bhts->bhts", weights'),
        changed(ALL, "bhts,bhsd->bhtd", "bhst,bhsd->bhtd"),
        """
def attend_all(q, k, v):
    T, d = q.shape[2], q.shape[3]
    scores = q @ k.transpose(1, 2) / d**0.5
    future = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    return scores.masked_fill(future, float("-inf")).softmax(dim=-1) @ v
""",
    ],
    "09.4": [
        changed(COUNT, "total += n_embd * size", "total += n_embd * n_embd"),
        changed(COUNT, "total += n_embd * size", "total += size * size"),
        changed(COUNT, "total += n_embd * size", "total += n_embd * size + size"),
        changed(COUNT, "return total + n_embd", "return total"),
        changed(COUNT, "    total += n_embd * n_embd\n    return total + n_embd", "    return total"),
        changed(COUNT, "total += n_embd * n_embd", "total += size * n_embd"),
        changed(COUNT, '("query", "key", "value")', '("query",)'),
    ],
    "09.5": [
        changed(SCORE, "total / (T - 1)", "total / T"),
        changed(SCORE, "total / (T - 1)", "total"),
        changed(SCORE, "t, t - 1]", "t, t]"),
        changed(SCORE, "t, t - 1]", "t - 1, t]"),
        changed(SCORE, "total / (T - 1)", "(total / (T - 1)).mean()"),
        changed(SCORE, "range(1, T)", "[T - 1]").replace(" / (T - 1)", ""),
        """
def previous_token_score(weights):
    T = weights.shape[-1]
    hits = weights.argmax(dim=3)[:, :, 1:] == torch.arange(T)[:-1]
    return hits.float().mean(dim=2).mean(dim=0)
""",
        """
def previous_token_score(weights):
    return weights.diagonal(offset=-1, dim1=2, dim2=3).mean(dim=0)
""",
    ],
    "09.6": [
        changed(OUT, "weight * keep", "weight * keep[:, None]"),
        changed(OUT, "weight * keep", "weight * (1 - keep)"),
        changed(OUT, "keep[size * head : size * head + size] = 0", "keep[head] = 0"),
        changed(OUT, "keep[size * head : size * head + size] = 0", "keep[head::n_head] = 0"),
        changed(OUT, "weight * keep", "weight[:, keep.bool()]"),
        changed(OUT, "size * head : size * head + size", "size * head - size : size * head"),
        """
def take_out(weight, head, n_head):
    size = len(weight) // n_head
    weight[:, size * head : size * head + size] = 0
    return weight
""",
    ],
}
