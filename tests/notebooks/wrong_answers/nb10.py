"""Typical wrong answers to the exercises of notebook 10."""

NORM = """
def layer_norm(x, weight, bias, eps):
    mu = x.sum(dim=-1, keepdim=True) / x.shape[-1]
    var = ((x - mu) ** 2).sum(dim=-1, keepdim=True) / x.shape[-1]
    z = (x - mu) * (var + eps) ** -0.5
    return bias + weight * z
"""

RUN = """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    h = norm_1(x)
    y = x + attention(h)
    h = norm_2(y)
    return y + feed_forward(h)
"""

COUNT = """
def block_parameters(C):
    attention = 3 * C * (C + 1) + C * (C + 1)
    feed_forward = 4 * C * (C + 1) + C * (4 * C + 1)
    norm = C + C
    return attention + feed_forward + 2 * norm
"""


def changed(source, old, new):
    """The right answer with one slip in it."""
    assert source.count(old) == 1, (old, source)
    return source.replace(old, new)


WRONG = {
    "10.1": [
        changed(NORM, "keepdim=True) / x.shape[-1]\n    z", "keepdim=True) / (x.shape[-1] - 1)\n    z"),
        changed(NORM, "(var + eps) ** -0.5", "var ** -0.5"),
        changed(NORM, "(var + eps) ** -0.5", "1 / (var ** 0.5 + eps)").replace("* 1 /", "/"),
        changed(NORM, "(x - mu) * (", "x * ("),
        changed(NORM, "bias + weight * z", "z"),
        changed(NORM, "bias + weight * z", "weight * (bias + z)"),
        changed(NORM, "** -0.5", "** -1.0"),
        """
def layer_norm(x, weight, bias, eps):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + eps).sqrt() * weight + bias
""",
        """
def layer_norm(x, weight, bias, eps):
    return (x - x.mean(-1)) / (x.var(-1, unbiased=False) + eps).sqrt() * weight + bias
""",
        """
def layer_norm(x, weight, bias, eps):
    return (x - x.mean()) / (x.var() + eps) ** 0.5 * weight + bias
""",
        """
def layer_norm(x, weight, bias, eps):
    y = x.transpose(-1, -2)
    y = (y - y.mean(-1, keepdim=True)) / (y.var(-1, keepdim=True, unbiased=False) + eps).sqrt()
    return y.transpose(-1, -2) * weight + bias
""",
    ],
    "10.2": [
        """
def relu_backward(x, grad):
    return torch.relu(x)
""",
        """
def relu_backward(x, grad):
    return torch.relu(grad)
""",
        """
def relu_backward(x, grad):
    return torch.where(x > 0, 1.0, 0.0)
""",
        """
def relu_backward(x, grad):
    return torch.where(x < 0, 0.0, grad)
""",
        """
def relu_backward(x, grad):
    return grad * torch.relu(x)
""",
        """
def relu_backward(x, grad):
    passed = grad.clone()
    passed[x > 0] = 0
    return passed
""",
        """
def relu_backward(x, grad):
    return grad * torch.sign(x)
""",
    ],
    "10.3": [
        """
def apply_dropout(x, keep, p):
    return torch.where(keep, x, 0.0)
""",
        """
def apply_dropout(x, keep, p):
    return (1 - p) * x.masked_fill(~keep, 0.0)
""",
        """
def apply_dropout(x, keep, p):
    return x.masked_fill(~keep, 0.0) / p
""",
        """
def apply_dropout(x, keep, p):
    return x.masked_fill(keep, 0.0) / (1 - p)
""",
        """
def apply_dropout(x, keep, p):
    return x * keep * keep.numel() / keep.sum()
""",
        """
def apply_dropout(x, keep, p):
    return torch.masked_select(x, keep) / (1 - p)
""",
        """
def apply_dropout(x, keep, p):
    out = x.clone()
    out[keep] = out[keep] / (1 - p)
    return out
""",
    ],
    "10.4": [
        """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    a, f = attention(norm_1(x)), feed_forward(norm_2(x))
    return x + a + f
""",
        """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    x = norm_1(x + attention(x))
    x = norm_2(x + feed_forward(x))
    return x
""",
        """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    for f in (norm_1, attention, norm_2, feed_forward):
        x = f(x)
    return x
""",
        """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    for norm, part in ((norm_1, attention), (norm_2, feed_forward)):
        x = norm(x)
        x = x + part(x)
    return x
""",
        changed(RUN, "y + feed_forward", "feed_forward"),
        changed(RUN, "x + attention", "attention"),
        changed(RUN, "y + feed_forward", "x + feed_forward"),
        changed(RUN, "h = norm_2(y)", "h = norm_1(y)"),
        changed(RUN, "h = norm_1(x)", "h = x").replace("h = norm_2(y)", "h = y"),
        """
def run_block(x, norm_1, attention, norm_2, feed_forward):
    x += attention(norm_1(x))
    x += feed_forward(norm_2(x))
    return x
""",
    ],
    "10.5": [
        """
def block_parameters(C):
    return (3 + 1 + 4 + 4) * C**2
""",
        changed(COUNT, " + 2 * norm", ""),
        changed(COUNT, "2 * norm", "norm"),
        changed(COUNT, " + C * (C + 1)", ""),
        changed(COUNT, "C * (4 * C + 1)", "4 * C * (C + 1)"),
        changed(COUNT, "3 * C * (C + 1)", "C * (C + 1)"),
        changed(COUNT, "4 * C * (C + 1) + C * (4 * C + 1)", "2 * C * (C + 1)"),
    ],
    "10.6": [
        """
def expected_first_loss(V, C, std):
    return -math.log(1 / V)
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V) + std * std * C
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V) + 0.5 * std**2
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V) + 0.5 * std * C
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V) + math.sqrt(C * std**2)
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V, 2) + C * std**2 / 2
""",
        """
def expected_first_loss(V, C, std):
    return math.log(V) + V * std**2 / 2
""",
        """
def expected_first_loss(V, C, std):
    return round(math.log(V) + C * std**2 / 2, 2)
""",
    ],
}
