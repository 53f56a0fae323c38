"""Typical wrong answers to the exercises of notebook 05."""

STEP = """
def train_step(table, x, y, lr):
    weight = nn.Parameter(table.clone())
    logits = weight[x].view(-1, len(weight))
    loss = {loss}
    loss.backward()
    return {result}
"""
LOSS, RESULT = "F.cross_entropy(logits, y.reshape(-1))", "weight.data - lr * weight.grad"

WRONG = {
    "05.1": [
        STEP.format(loss=LOSS, result="weight.data + lr * weight.grad"),
        STEP.format(loss=LOSS, result="weight.data - weight.grad"),
        STEP.format(loss="F.cross_entropy(logits, x.reshape(-1))", result=RESULT),
        STEP.format(loss="F.cross_entropy(logits, y.reshape(-1), reduction='sum')", result=RESULT),
        STEP.format(loss="F.cross_entropy(F.softmax(logits, dim=-1), y.reshape(-1))", result=RESULT),
        STEP.format(loss=LOSS, result="-lr * weight.grad"),
        STEP.format(loss=LOSS, result="weight.data"),
    ],
    "05.2": [
        "above_the_limit = 1.95",
        "above_the_limit = 0.21",
        "above_the_limit = 0.21 - 1.95",
        "above_the_limit = 2.54 - 0.21",
    ],
    "05.3": ["furthest = 500 * 0.001", "furthest = 0.001 / 2", "furthest = 500 / 2"],
    "05.4": [
        "characters_per_parameter = V * V / len(train)",
        "characters_per_parameter = len(train) / V",
        "characters_per_parameter = len(text) // (V * V)",
        "characters_per_parameter = len(val) / (V * V)",
    ],
}
