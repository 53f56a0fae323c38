"""Typical wrong answers to the exercises of notebook 07."""

STEP = """
@torch.no_grad()
def sgd_step(parameters, lr):
    for p in parameters:
        {0}
"""

AVERAGES = """
def update_averages(m, v, grad, betas):
    b1, b2 = betas
    new_m = {0}
    new_v = {1}
    return {2}
"""

CHANGE = """
def adam_step(m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
    m_hat = {0}
    v_hat = {1}
    return {2}
"""
M_HAT, V_HAT, MOVE = "m / (1 - betas[0] ** t)", "v / (1 - betas[1] ** t)", "lr * m_hat / (torch.sqrt(v_hat) + eps)"

ADAMW = """
class AdamW:
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.params = {params}
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.t = {t}
        {memory}

    def zero_grad(self):
        for p in self.params:
            {zero}

    {decorator}
    def step(self):
        {count}
        for p, m, v in zip(self.params, self.m, self.v):
            if p.grad is None:
                {skip}
            grad = {grad}
            m.mul_(self.beta1).add_((1 - self.beta1) * grad)
            v.mul_(self.beta2).add_((1 - self.beta2) * {square})
            m_hat = {m_hat}
            v_hat = {v_hat}
            {move}
"""
TWO = """self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]"""
RIGHT = {
    "params": "list(parameters)",
    "t": "0",
    "memory": TWO,
    "zero": "p.grad = None",
    "decorator": "@torch.no_grad()",
    "count": "self.t += 1",
    "skip": "continue",
    "grad": "p.grad",
    "square": "grad * grad",
    "m_hat": "m / (1 - self.beta1**self.t)",
    "v_hat": "v / (1 - self.beta2**self.t)",
    "move": """p -= self.lr * self.weight_decay * p
            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)""",
}


def adamw(**spoilt):
    return ADAMW.format(**RIGHT | spoilt)


INDEXED = """
class AdamW:
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters, self.lr, self.betas = list(parameters), lr, betas
        self.eps, self.weight_decay, self.t = eps, weight_decay, 0
        self.m = [torch.zeros_like(w) for w in self.parameters]
        self.v = [torch.zeros_like(w) for w in self.parameters]

    def zero_grad(self):
        for w in self.parameters:
            w.grad = None

    @torch.no_grad()
    def step(self):
        self.t += 1
        beta1, beta2 = {betas}
        for i, p in enumerate(self.parameters):
            grad = p.grad
            if grad is None:
                continue
            {m} = beta1 * self.m[i] + (1 - beta1) * grad
            {v} = beta2 * self.v[i] + (1 - beta2) * grad**2
            {m_hat} = {m_used} / (1 - {b1} ** self.t)
            {v_hat} = {v_used} / (1 - {b2} ** self.t)
            {p} = {p} * (1 - self.lr * self.weight_decay)
            {p} -= self.lr * {m_hat} / ({v_hat}.sqrt() + self.eps)
"""
INDEX = dict(betas="self.betas", m="self.m[i]", v="self.v[i]", m_hat="m_hat", v_hat="v_hat", b1="beta1", b2="beta2")


def indexed(**spoilt):
    """A class that keeps its averages by index, and gives new numbers to the weights through `.data`."""
    return INDEXED.format(**INDEX | {"m_used": "self.m[i]", "v_used": "self.v[i]", "p": "p.data"} | spoilt)


WRONG = {
    "07.1": [
        STEP.format("if p.grad is not None:\n            p += lr * p.grad"),
        STEP.format("if p.grad is not None:\n            p -= p.grad"),
        STEP.format("if p.grad is not None:\n            p = p - lr * p.grad"),
        STEP.format("p -= p.grad * lr"),
        STEP.format("if p.grad is None:\n            return\n        p -= lr * p.grad"),
        STEP.format("if p.grad is not None:\n            p -= lr * p.grad\n        return"),
        STEP.format("if p.grad is not None:\n            p -= p.grad / lr"),
        STEP.format("if p.grad is not None:\n            p -= lr * p.grad\n            p.grad = None"),
        """
def sgd_step(parameters, lr):
    for tensor in parameters:
        if tensor.grad is not None:
            tensor -= lr * tensor.grad
""",
        """
@torch.no_grad()
def sgd_step(parameters, lr):
    for i in range(len(parameters)):
        if parameters[i].grad is not None:
            parameters[i] = parameters[i] - lr * parameters[i].grad
""",
        STEP.format("if p.grad is not None:\n            p.grad *= lr\n            p -= p.grad"),
        STEP.format("if p.grad:\n            p -= lr * p.grad"),
    ],
    "07.2": [
        AVERAGES.format("b1 * m + (1 - b1) * grad", "b2 * v + (1 - b2) * grad", "new_m, new_v"),
        AVERAGES.format("b1 * m + grad", "b2 * v + grad**2", "new_m, new_v"),
        AVERAGES.format("(1 - b1) * m + b1 * grad", "(1 - b2) * v + b2 * grad**2", "new_m, new_v"),
        AVERAGES.format("b1 * m + (1 - b1) * grad", "b1 * v + (1 - b1) * grad**2", "new_m, new_v"),
        AVERAGES.format("b2 * m + (1 - b2) * grad", "b1 * v + (1 - b1) * grad**2", "new_m, new_v"),
        AVERAGES.format("b1 * m + (1 - b1) * grad", "b2 * v + (1 - b2) * new_m**2", "new_m, new_v"),
        AVERAGES.format("b1 * m + (1 - b1) * grad", "b2 * v + ((1 - b2) * grad)**2", "new_m, new_v"),
        AVERAGES.format("b1 * m + (1 - b1) * grad", "0", "new_m"),
        AVERAGES.format("b1 * m + (1 - b1) * grad", "b2 * v + (1 - b2) * grad * grad", "new_v, new_m"),
        AVERAGES.format("0.9 * m + 0.1 * grad", "0.99 * v + 0.01 * grad**2", "new_m, new_v"),
        AVERAGES.format(
            "(b1 * m + (1 - b1) * grad) / (1 - b1)", "(b2 * v + (1 - b2) * grad**2) / (1 - b2)", "new_m, new_v"
        ),
    ],
    "07.3": [
        CHANGE.format("m", "v", MOVE),
        CHANGE.format(M_HAT, "v", MOVE),
        CHANGE.format("m", V_HAT, MOVE),
        CHANGE.format("m * (1 - betas[0] ** t)", "v * (1 - betas[1] ** t)", MOVE),
        CHANGE.format("m / (1 - betas[0])", "v / (1 - betas[1])", MOVE),
        CHANGE.format("m / (1 - betas[0] * t)", "v / (1 - betas[1] * t)", MOVE),
        CHANGE.format(M_HAT, V_HAT, "lr * m_hat / (v_hat + eps)"),
        CHANGE.format(M_HAT, V_HAT, "lr * m_hat / torch.sqrt(v_hat + eps)"),
        CHANGE.format(M_HAT, V_HAT, "lr * m_hat / torch.sqrt(v_hat)"),
        CHANGE.format(M_HAT, V_HAT, "-" + MOVE),
        CHANGE.format(M_HAT, V_HAT, "m_hat / (torch.sqrt(v_hat) + eps)"),
        CHANGE.format("m / (1 - betas[0]) ** t", "v / (1 - betas[1]) ** t", MOVE),
        CHANGE.format("m / betas[0] ** t", "v / betas[1] ** t", MOVE),
        CHANGE.format("m / (1 - betas[0] ** (t + 1))", "v / (1 - betas[1] ** (t + 1))", MOVE),
        CHANGE.format(M_HAT, "v / (1 - betas[0] ** t)", MOVE),
        CHANGE.format("m / (1 - 0.9**t)", "v / (1 - 0.999**t)", MOVE),
        CHANGE.format(M_HAT, V_HAT, MOVE.replace("eps", "1e-8")),
        CHANGE.format(M_HAT, V_HAT, "lr * m_hat / torch.sqrt(v_hat) + eps"),
    ],
    "07.4": [
        adamw(move="p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)"),
        adamw(
            grad="p.grad + self.weight_decay * p",
            move="p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)",
        ),
        adamw(move="p *= 1 - self.weight_decay\n            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)"),
        adamw(
            move="""p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)
            p -= self.lr * self.weight_decay * p"""
        ),
        adamw(m_hat="m", v_hat="v"),
        adamw(m_hat="m"),
        adamw(move="p *= 1 - self.lr * self.weight_decay\n            p -= self.lr * m_hat / (v_hat + self.eps)"),
        adamw(
            move="p *= 1 - self.lr * self.weight_decay\n            p -= self.lr * m_hat / (v_hat + self.eps).sqrt()"
        ),
        adamw(square="grad"),
        adamw(memory="self.m = self.v = [torch.zeros_like(p) for p in self.params]"),
        "class AdamW(torch.optim.AdamW):\n    written_by = None\n",
        adamw(t="1"),
        adamw(count="pass"),
        adamw(params="parameters"),
        adamw(zero="p.grad.zero_() if p.grad is not None else None"),
        adamw(zero="pass"),
        adamw(skip="return"),
        adamw(move=RIGHT["move"] + "\n            return"),
        adamw(decorator=""),
        adamw(
            move="""p = p * (1 - self.lr * self.weight_decay)
            p = p - self.lr * m_hat / (v_hat.sqrt() + self.eps)"""
        ),
        adamw(
            move="""p *= 1 - self.lr * self.weight_decay
            p = p - self.lr * m_hat / (v_hat.sqrt() + self.eps)"""
        ),
        adamw(move=""),
        adamw(move="p *= 1 - self.lr * self.weight_decay"),
        indexed(m="m", v="v"),
        indexed(m="m", v="v", m_used="m", v_used="v"),
        indexed(m="m", m_used="m"),
        indexed(v="v", v_used="v"),
        indexed(m_hat="self.m[i]", v_hat="self.v[i]"),
        indexed(betas="(0.9, 0.999)"),
        indexed(betas="self.betas[::-1]"),
        indexed(p="self.parameters[i]"),
        indexed(b1="0.9", b2="0.999"),
        adamw(move=RIGHT["move"].replace("self.eps", "1e-8")),
        adamw(move=RIGHT["move"].replace("self.lr", "0.01")),
        adamw(move=RIGHT["move"].replace("self.weight_decay", "0.1")),
    ],
}
