"""Typical wrong answers to the exercises of notebook 04."""

WRONG = {
    "04.1": [
        "def count_windows(n, T):\n    return max(n - T + 1, 0)",
        "def count_windows(n, T):\n    return len(range(0, n - T - 1))",
        "def count_windows(n, T):\n    return n - T",
        "def count_windows(n, T):\n    return len(range(T, n + 1, T))",
    ],
    "04.2": [
        # every count begins at nothing
        "def trigram(train, val, V):\n"
        "    c = torch.zeros(V, V, V)\n"
        "    for a, b, d in zip(train, train[1:], train[2:]):\n"
        "        c[a, b, d] += 1\n"
        "    p = c / c.sum(-1, keepdim=True)\n"
        "    return -p[val[:-2], val[1:-1], val[2:]].log().mean()",
        # all triples together
        "def trigram(train, val, V):\n"
        "    c = torch.ones(V, V, V)\n"
        "    for a, b, d in zip(train, train[1:], train[2:]):\n"
        "        c[a, b, d] += 1\n"
        "    p = c / c.sum()\n"
        "    return -p[val[:-2], val[1:-1], val[2:]].log().mean()",
        # no minus
        "def trigram(train, val, V):\n"
        "    c = torch.bincount(train[:-2] * V * V + train[1:-1] * V + train[2:], minlength=V * V * V) + 1\n"
        "    c = c.reshape(V, V, V)\n"
        "    p = c / c.sum(2, keepdim=True)\n"
        "    return p[val[:-2], val[1:-1], val[2:]].log().mean()",
        # pairs
        "def trigram(train, val, V):\n"
        "    c = torch.bincount(train[:-1] * V + train[1:], minlength=V * V).view(V, V) + 1\n"
        "    p = c / c.sum(1, keepdim=True)\n"
        "    return -p[val[:-1], val[1:]].log().mean()",
        # the sum of all
        "def trigram(train, val, V):\n"
        "    c = torch.bincount(train[:-2] * V * V + train[1:-1] * V + train[2:], minlength=V * V * V) + 1\n"
        "    c = c.reshape(V * V, V)\n"
        "    p = c / c.sum(1, keepdim=True)\n"
        "    return -p[val[:-2] * V + val[1:-1], val[2:]].log().sum()",
    ],
    "04.3": [
        "def size_and_baseline(text):\n"
        "    tokens = CharTokenizer(text).encode(text)\n"
        "    V, cut = len(set(text)), int(0.9 * len(text))\n"
        "    return V, baselines.bigram(tokens[:cut], tokens[:cut], V)",
        "def size_and_baseline(text):\n"
        "    tokens = CharTokenizer(text).encode(text)\n"
        "    V, cut = len(set(text)), int(0.9 * len(text))\n"
        "    return V, baselines.bigram(tokens, tokens[cut:], V)",
        "def size_and_baseline(text):\n"
        "    tokens = CharTokenizer(text).encode(text)\n"
        "    V, cut = len(set(text)), int(0.9 * len(text))\n"
        "    return baselines.bigram(tokens[:cut], tokens[cut:], V), V",
        "def size_and_baseline(text):\n"
        "    tokens = CharTokenizer(text).encode(text)\n"
        "    V, cut = len(set(text)), int(0.9 * len(text))\n"
        "    return len(text), baselines.bigram(tokens[:cut], tokens[cut:], V)",
    ],
}
