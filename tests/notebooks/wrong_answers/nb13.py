"""Typical wrong answers to the exercises of notebook 13."""

TEMPERED = """
def tempered(logits, temperature):
    if temperature == 0:
        probs = torch.zeros_like(logits)
        return probs.scatter(-1, logits.argmax(dim=-1, keepdim=True), 1.0)
    z = logits / temperature
    e = torch.exp(z - z.max(dim=-1, keepdim=True).values)
    return e / e.sum(dim=-1, keepdim=True)
"""

TOP_K = """
def top_k_filter(logits, k):
    if k >= logits.shape[-1]:
        return logits
    kth = logits.sort(dim=-1, descending=True).values[..., k - 1 : k]
    return torch.where(logits >= kth, logits, -float("inf"))
"""

TOP_P = """
def top_p_filter(probs, p):
    order = sorted(range(len(probs)), key=lambda i: -probs[i].item())
    kept, held = torch.zeros_like(probs), 0.0
    for i in order:
        kept[i] = probs[i]
        held += probs[i].item()
        if held >= p:
            break
    return kept / held
"""

MIN_P = """
def min_p_filter(logits, m):
    probs = F.softmax(logits, dim=-1)
    least = m * probs.max(dim=-1, keepdim=True).values
    return torch.where(probs >= least, logits, -float("inf"))
"""

PREVIOUS = """
def previous_token_score(weights):
    H, T, _ = weights.shape
    score = torch.zeros(H)
    for t in range(1, T):
        score += weights[:, t, t - 1]
    return score / (T - 1)
"""

SHARED = """
def longest_shared(text, source):
    best = 0
    for i in range(len(text)):
        for j in range(i + 1, len(text) + 1):
            if text[i:j] in source and j - i > best:
                best = j - i
    return best
"""


def changed(source, old, new):
    """The right answer with one slip in it."""
    assert source.count(old) == 1, (old, source)
    return source.replace(old, new)


WRONG = {
    "13.1": [
        """
def tempered(logits, temperature):
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    return F.softmax(logits / max(temperature, 1e-6), dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1])
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        probs = torch.zeros_like(logits)
        probs[logits.argmax()] = 1
        return probs
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        probs = torch.zeros_like(logits)
        probs[logits.argmax(dim=-1)] = 1
        return probs
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        return (logits == logits.max(dim=-1, keepdim=True).values).float()
    return F.softmax(logits / temperature, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature > 0:
        logits = logits / temperature
    return F.softmax(logits, dim=-1)
""",
        """
def tempered(logits, temperature):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    logits /= temperature
    return F.softmax(logits, dim=-1)
""",
        changed(TEMPERED, "logits / temperature", "logits * temperature"),
        changed(TEMPERED, "z - z.max(dim=-1, keepdim=True).values", "z"),
        changed(TEMPERED, "e / e.sum(dim=-1, keepdim=True)", "z"),
        changed(TEMPERED, "logits / temperature", "logits").replace("return e /", "return e / temperature /"),
    ],
    "13.2": [
        changed(TOP_K, "    if k >= logits.shape[-1]:\n        return logits\n", "").replace(
            "k - 1 : k", "k - 1, None"
        ),
        changed(TOP_K, "logits >= kth", "logits > kth"),
        changed(TOP_K, '-float("inf")', "0.0"),
        changed(TOP_K, '-float("inf")', "-1e9"),
        changed(TOP_K, "k - 1 : k", "k : k + 1"),
        changed(TOP_K, "k - 1 : k", "k - 1"),
        changed(TOP_K, "dim=-1", "dim=0").replace("[..., k - 1 : k]", "[min(k, len(logits)) - 1]"),
        changed(TOP_K, ", descending=True", "").replace("logits >= kth", "logits <= kth"),
        """
def top_k_filter(logits, k):
    values, indices = logits.topk(min(k, logits.shape[-1]), dim=-1)
    return torch.full_like(logits, float("-inf")).scatter(-1, indices, values)
""",
        """
def top_k_filter(logits, k):
    return logits.topk(min(k, logits.shape[-1])).values
""",
        """
def top_k_filter(logits, k):
    if k < logits.shape[-1]:
        kth = logits.topk(k, dim=-1).values[..., -1:]
        logits[logits < kth] = float("-inf")
    return logits
""",
        """
def top_k_filter(logits, k):
    if k > logits.shape[-1]:
        return logits
    kth = logits.topk(k).values.min()
    return logits.masked_fill(logits < kth, float("-inf"))
""",
    ],
    "13.3": [
        changed(TOP_P, "kept / held", "kept"),
        changed(TOP_P, "kept / held", "kept / p"),
        changed(TOP_P, "-probs[i].item()", "probs[i].item()"),
        changed(TOP_P, "held >= p", "held > p"),
        changed(TOP_P, "sorted(range(len(probs)), key=lambda i: -probs[i].item())", "range(len(probs))"),
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True)
    values[values.cumsum(0) > p] = 0
    kept = torch.zeros_like(probs)
    kept[order] = values
    return kept / kept.sum()
""",
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True)
    values = values * (values.cumsum(0) - values < p)
    return values / values.sum()
""",
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True)
    keep = values.cumsum(0) - values < p
    kept = probs * keep[order]
    return kept / kept.sum()
""",
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True)
    drop = torch.zeros(len(probs), dtype=torch.bool)
    drop[order] = values.cumsum(0) - values >= p
    return F.softmax(probs.masked_fill(drop, float("-inf")), dim=-1)
""",
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True)
    n = int((values.cumsum(0) < p).sum()) + 1
    kept = torch.where(probs >= values[min(n, len(probs)) - 1], probs, 0.0)
    return kept / kept.sum()
""",
        """
def top_p_filter(probs, p):
    kept = torch.where(probs >= p, probs, 0.0)
    return kept / kept.sum()
""",
        """
def top_p_filter(probs, p):
    values, order = probs.sort(descending=True, stable=True)
    probs[order[values.cumsum(0) - values >= p]] = 0
    return probs / probs.sum()
""",
    ],
    "13.4": [
        changed(MIN_P, "m * probs.max(dim=-1, keepdim=True).values", "m"),
        changed(MIN_P, "m * probs.max(dim=-1, keepdim=True).values", "m * probs.max()"),
        changed(MIN_P, ", keepdim=True", ""),
        changed(MIN_P, '-float("inf")', "0.0"),
        changed(MIN_P, "probs >= least", "probs > least"),
        changed(MIN_P, "logits, -float", "probs, -float"),
        changed(MIN_P, "F.softmax(logits, dim=-1)", "torch.exp(logits)"),
        """
def min_p_filter(logits, m):
    best = logits.max(dim=-1, keepdim=True).values
    return logits.masked_fill(logits < m * best, float("-inf"))
""",
        """
def min_p_filter(logits, m):
    best = logits.max(dim=-1, keepdim=True).values
    return logits.masked_fill(logits < best - m, float("-inf"))
""",
        """
def min_p_filter(logits, m):
    best = logits.max(dim=-1, keepdim=True).values
    return logits.masked_fill(logits < best - math.log(m), float("-inf"))
""",
        """
def min_p_filter(logits, m):
    probs = F.softmax(logits, dim=0)
    return logits.masked_fill(probs < m * probs.amax(0), float("-inf"))
""",
        """
def min_p_filter(logits, m):
    probs = F.softmax(logits, dim=-1)
    logits[probs < m * probs.amax(-1, keepdim=True)] = float("-inf")
    return logits
""",
    ],
    "13.5": [
        changed(PREVIOUS, "t, t - 1]", "t, t]").replace("range(1, T)", "range(T)").replace("(T - 1)", "T"),
        changed(PREVIOUS, "t, t - 1]", "t - 1, t]"),
        changed(PREVIOUS, "range(1, T)", "range(T)").replace("(T - 1)", "T"),
        changed(PREVIOUS, "score / (T - 1)", "score"),
        changed(PREVIOUS, "score / (T - 1)", "score.mean() / (T - 1)"),
        changed(PREVIOUS, "t, t - 1]", "t, 0]"),
        """
def previous_token_score(weights):
    return weights.diagonal(-1).mean(-1)
""",
        """
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=1, dim2=2)
""",
        """
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=1, dim2=2).mean(0)
""",
        """
def previous_token_score(weights):
    return weights[:, 1:, :-1].mean(dim=(1, 2))
""",
        """
def previous_token_score(weights):
    return weights[:, -1, -2]
""",
    ],
    "13.6": [
        changed(SHARED, "len(text) + 1", "len(text)"),
        changed(SHARED, "return best", "return best + 1"),
        changed(SHARED, "text[i:j] in source", "text[i:j].lower() in source.lower()"),
        """
def longest_shared(text, source):
    best = ""
    for i in range(len(text)):
        for j in range(i + 1, len(text) + 1):
            if text[i:j] in source and j - i > len(best):
                best = text[i:j]
    return best
""",
        """
def longest_shared(text, source):
    n = len(text)
    return max(j - i for i in range(n) for j in range(i, n + 1) if text[i:j] in source)
""",
        """
def longest_shared(text, source):
    pieces = [text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)]
    return max([len(piece) for piece in pieces if piece in source])
""",
        """
def longest_shared(text, source):
    n = 0
    while n < len(text) and text[: n + 1] in source:
        n += 1
    return n
""",
        """
def longest_shared(text, source):
    n = 0
    for a, b in zip(text, source):
        if a != b:
            break
        n += 1
    return n
""",
        """
def longest_shared(text, source):
    best = n = 0
    for a, b in zip(text, source):
        n = n + 1 if a == b else 0
        best = max(best, n)
    return best
""",
        """
def longest_shared(text, source):
    best, current = 0, ""
    for char in text:
        if current + char in source:
            current += char
        else:
            current = char
        best = max(best, len(current))
    return best
""",
        """
def longest_shared(text, source):
    known = set(source.split())
    return max([len(word) for word in text.split() if word in known], default=0)
""",
        """
def longest_shared(text, source):
    T, S = len(text), len(source)
    table = [[0] * (S + 1) for _ in range(T + 1)]
    for i in range(T):
        for j in range(S):
            if text[i] == source[j]:
                table[i + 1][j + 1] = table[i][j] + 1
            else:
                table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j])
    return table[T][S]
""",
        """
def longest_shared(text, source):
    return len([char for char in text if char in source])
""",
    ],
}
