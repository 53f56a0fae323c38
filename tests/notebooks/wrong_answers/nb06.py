"""Typical wrong answers to the exercises of notebook 06."""

SIDE = """
def side_by_side(table, idx):
    vectors = F.embedding(idx, table)
    return {0}
"""

MLP = """
class MLP(nn.Module):
    def __init__(self, vocab_size, context_length, n_embd, n_hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, n_embd)
        self.hidden = nn.Linear({wide}, n_hidden{bias})
        self.output = nn.Linear(n_hidden, vocab_size{bias})

    def forward(self, idx):
        x = {x}
        hidden = {h}
        return {out}
"""
RIGHT = {
    "wide": "n_embd * context_length",
    "bias": "",
    "x": "self.embedding(idx).view(len(idx), -1)",
    "h": "torch.relu(self.hidden(x))",
    "out": "self.output(hidden).unsqueeze(1)",
}


def mlp(**spoilt):
    return MLP.format(**RIGHT | spoilt)


VALUE = """
class Value:
    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = {grad}
        self.parents = parents
        self.local = local

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return {mul}

    def exp(self):
        return Value(math.exp(self.data), {one}, {exp})

    def relu(self):
        if self.data {above} 0:
            return Value(self.data, (self,), ({on},))
        return Value({below}, (self,), ({off},))
"""
GOOD = {
    "grad": "0.0",
    "mul": "Value(self.data * other.data, (self, other), (other.data, self.data))",
    "one": "(self,)",
    "exp": "(math.exp(self.data),)",
    "above": ">",
    "on": "1.0",
    "off": "0.0",
    "below": "0.0",
}


def value(**spoilt):
    return VALUE.format(**GOOD | spoilt)


ORDER = """
def topological_order(end):
    found, seen = [], []

    def visit(value):
        {lines}

    visit(end)
    return {out}
"""


def order(*lines, out="found"):
    return ORDER.format(lines="\n        ".join(lines), out=out)


SKIP, REMEMBER, DOWN = "if value in seen: return", "seen.append(value)", "[visit(parent) for parent in value.parents]"
APPEND = "found.append(value)"

BACKWARD = """
def backward(end):
    order = topological_order(end)
    end.grad = {start}
    for value in {order}:
        for i, parent in enumerate(value.parents):
            {line}
"""


def back(line="parent.grad = parent.grad + value.grad * value.local[i]", start="1.0", order="order[::-1]"):
    return BACKWARD.format(line=line, start=start, order=order)


LINEAR = """
def linear_backward(x, weight, grad):
    grad_x = {x}
    grad_weight = {w}
    grad_bias = {b}
    return {out}
"""


RIGHT_THREE = {"x": "torch.matmul(grad, weight)", "w": "torch.matmul(grad.T, x)", "b": "grad.sum(0)"}


def linear(out="grad_x, grad_weight, grad_bias", **spoilt):
    return LINEAR.format(**RIGHT_THREE | spoilt, out=out)


LEVELS = """
def topological_order(end):
    todo, found = [end], []
    while todo:
        value = todo.pop(0)
        if value not in found:
            found.append(value)
            todo += value.parents
    return found[::-1]
"""

TOO_OFTEN = """
def backward(end, first=True):
    if first:
        end.grad = 1.0
    for parent, local in zip(end.parents, end.local):
        parent.grad += local * end.grad
        backward(parent, False)
"""

WRONG = {
    "06.1": [
        SIDE.format("vectors"),
        SIDE.format("vectors.view(-1, table.shape[1])"),
        SIDE.format("vectors.mean(1)"),
        SIDE.format("vectors.sum(1)"),
        SIDE.format("vectors.mT.reshape(len(idx), -1)"),
    ],
    "06.2": [
        mlp(h="self.hidden(x)"),
        mlp(out="self.output(hidden)"),
        mlp(x="self.embedding(idx).mean(dim=1)", wide="n_embd"),
        mlp(x="self.embedding(idx).sum(dim=1)", wide="n_embd"),
        mlp(out="torch.relu(self.output(hidden)).unsqueeze(1)"),
        mlp(out="self.output(hidden).softmax(dim=-1).unsqueeze(1)"),
        mlp(h="torch.tanh(self.hidden(x))"),
        mlp(bias=", bias=False"),
        mlp(wide="n_embd"),
        mlp(x="torch.relu(self.embedding(idx)).flatten(1)"),
        mlp(x="self.embedding(idx).transpose(1, 2).reshape(len(idx), -1)"),
    ],
    "06.3": [
        value(mul="Value(self.data * other.data, (self, other), (self.data, other.data))"),
        value(mul="Value(self.data * other.data, (self, other), (1.0, 1.0))"),
        value(mul="Value(self.data * other.data, (self.data, other.data), (other.data, self.data))"),
        value(mul="Value(self.data * other.data)"),
        value(mul="self.data * other.data"),
        value(mul="Value(self.data * other.data, (self, other), (other, self))"),
        value(exp="(self.data,)"),
        value(exp="(1.0,)"),
        value(off="1.0"),
        value(on="self.data"),
        value(above=">="),
        value(below="-self.data"),
        value(one="(self)"),
        value(grad="1.0"),
    ],
    "06.4": [
        order(DOWN, APPEND),
        order(SKIP, REMEMBER, APPEND, DOWN),
        order(SKIP, REMEMBER, DOWN, APPEND, out="list(reversed(found))"),
        order(SKIP, REMEMBER, DOWN, APPEND, out="found[:-1]"),
        order("found.extend(value.parents)", "found.append(value)"),
        order("if value.data in seen: return", "seen.append(value.data)", DOWN, APPEND),
        order(SKIP, REMEMBER, DOWN, "if not value.parents: found.append(value)"),
        LEVELS,
    ],
    "06.5": [
        back("parent.grad = value.local[i] * value.grad"),
        back(start="0.0"),
        back(start="end.data"),
        back(order="order"),
        back("parent.grad += value.local[i]"),
        back("parent.grad += value.local[i] + value.grad"),
        back("parent.grad += value.grad"),
        back("value.grad += value.local[i] * parent.grad"),
        back("parent.grad += parent.data * value.grad"),
        TOO_OFTEN,
    ],
    "06.6": [
        linear(w="x.T @ grad"),
        linear(w="grad.T @ x / len(grad)"),
        linear(b="grad"),
        linear(b="grad.mean(0)"),
        linear(b="grad.sum(1)"),
        linear(x="grad @ weight.T"),
        linear(out="grad_weight, grad_bias, grad_x"),
        linear(x="weight * grad"),
    ],
}
