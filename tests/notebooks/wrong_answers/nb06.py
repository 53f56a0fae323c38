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
        self.embedding = nn.Embedding({rows}, n_embd)
        self.hidden = {layer}
        self.output = nn.Linear({last}{bias})

    def forward(self, idx):
        x = {x}
        hidden = {h}
        return {out}
"""
RIGHT = {
    "rows": "vocab_size",
    "layer": "nn.Linear({wide}, n_hidden{bias})",
    "wide": "n_embd * context_length",
    "last": "n_hidden, vocab_size",
    "bias": "",
    "x": "self.embedding(idx).view(len(idx), -1)",
    "h": "torch.relu(self.hidden(x))",
    "out": "self.output(hidden).unsqueeze(1)",
}


def mlp(**spoilt):
    parts = RIGHT | spoilt
    return MLP.format(**parts | {"layer": parts["layer"].format(**parts)})


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
        return Value(math.exp({number}), {one}, {exp})

    def relu(self):
        if self.data {above} 0:
            return Value(self.data, (self,), ({on},))
        return Value({below}, (self,), ({off},))
"""

SHORT = """
class Value:
    def __init__(self, data, parents=(), local=()):
        self.data, self.grad, self.parents, self.local = data, 0.0, parents, local

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def exp(self):
        return Value(math.exp(self.data){exp})

    def relu(self):
        return Value(max({number}, 0.0){relu})
"""
GOOD = {
    "grad": "0.0",
    "mul": "Value(self.data * other.data, (self, other), (other.data, self.data))",
    "one": "(self,)",
    "number": "self.data",
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


NEVER_CALLED = """
def topological_order(end):
    order, seen = [], set()

    def visit(value):
        if value not in seen:
            seen.add(value)
            for parent in value.parents:
                visit(parent)
            order.append(value)

    return order
"""

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


ONLY_THE_END = """
def backward(end):
    end.grad = 1.0
"""

ALL_PAIRS = """
def backward(end):
    end.grad = 1.0
    for value in topological_order(end)[::-1]:
        for parent in value.parents:
            for local in value.local:
                parent.grad += value.grad * local
"""

EMPTIED = """
def backward(end):
    order = topological_order(end)
    for value in order:
        value.grad = 0.0
    end.grad = 1.0
    for value in order[::-1]:
        for parent, local in zip(value.parents, value.local):
            parent.grad += value.grad * local
"""

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
        SIDE.format("vectors.reshape(1, 4)"),
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
        "def side_by_side(table, idx): return table[idx].flatten(1)\n" + mlp(x="side_by_side(self.embedding, idx)"),
        mlp(layer="F.relu(nn.Linear({wide}, n_hidden))"),
        mlp(layer="nn.Linear(n_hidden, {wide})", last="vocab_size, n_hidden"),
        mlp(rows="context_length"),
        mlp(wide="128"),
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
        SHORT.format(exp="", relu="", number="self.data"),
        SHORT.format(exp=", (self,)", relu=", (self,)", number="self.data"),
        SHORT.format(exp=", (self,), (math.exp(self.data),)", relu=", (self,), (float(self.data > 0),)", number="self"),
        value(number="self"),
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
        order(SKIP, REMEMBER, DOWN, "found.append(value.data)"),
        order(SKIP, REMEMBER, DOWN, APPEND, out=""),
        order(SKIP, REMEMBER, DOWN, APPEND, out="set(found)"),
        NEVER_CALLED,
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
        ONLY_THE_END,
        ALL_PAIRS,
        EMPTIED,
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
        linear(out="grad_x"),
        linear(out="grad_x, grad_weight"),
    ],
}
