"""Typical wrong answers to the exercises of notebook 05."""

BIGRAM = """
class Bigram(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx):
        return self.table(idx)
"""
LAYER, RESULT = "self.table = nn.Embedding(vocab_size, vocab_size)", "return self.table(idx)"

LOSS = """
def loss_of(model, x, y):
    z = model(x)
    B, T, V = z.shape
    return F.cross_entropy({logits}, {targets}{more}){end}
"""
RIGHT = dict(logits="z.view(B * T, V)", targets="y.reshape(-1)", more="", end="")

FIT = """
def fit(model, next_batch, optimizer, steps):
    history = []
    for step in range(steps):
        inputs, targets = next_batch()
        z = model(inputs)
        loss = F.cross_entropy(z.view(-1, z.shape[-1]), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history
"""

TOKEN = """
def next_token(logits, generator=None):
    {line}
"""

GENERATE = """
@torch.no_grad()
def generate(model, idx, n_new, context_length, generator=None):
    for i in range(n_new):
        context = idx[:, -context_length:]
        z = model(context)[:, -1, :]
        p = z.softmax(dim=1)
        new = torch.multinomial(p, num_samples=1, generator=generator)
        idx = torch.cat((idx, new), dim=1)
    return idx
"""


def changed(source, *pairs):
    """The source with some of its text replaced; every text must be there."""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


NEXT = TOKEN.format(line="return torch.multinomial(logits[:, -1].softmax(-1), 1, generator=generator)")


def with_next_token(draw):
    """generate, drawing as written."""
    return changed(
        GENERATE, (GENERATE[GENERATE.index("        z =") : GENERATE.index("        idx =")], f"        new = {draw}\n")
    )


WRONG = {
    "05.1": [
        changed(BIGRAM, (RESULT, "return F.softmax(self.table(idx), dim=-1)")),
        changed(BIGRAM, ("self.table", "self.embedding")),
        changed(BIGRAM, ("        super().__init__()\n", "")),
        changed(
            BIGRAM, (LAYER, "self.table = torch.randn(vocab_size, vocab_size)"), (RESULT, "return self.table[idx]")
        ),
        changed(BIGRAM, (LAYER, "self.table = nn.Embedding(V, V)")),
        changed(BIGRAM, (LAYER, "self.table = nn.Embedding(vocab_size, 1)")),
        changed(BIGRAM, (LAYER, "self.table = nn.Embedding(vocab_size)")),
        changed(BIGRAM, (RESULT, "self.table(idx)")),
        changed(BIGRAM, (RESULT, "return self.table(idx[:, -1])")),
        changed(BIGRAM, (RESULT, "return self.table(idx).view(-1, len(self.table.weight))")),
        changed(
            BIGRAM,
            (LAYER, "self.V, self.table = vocab_size, nn.Linear(vocab_size, vocab_size)"),
            (RESULT, "return self.table(F.one_hot(idx, self.V).float())"),
        ),
        changed(BIGRAM, (RESULT, "return self.table(idx), None")),
        changed(
            BIGRAM,
            (LAYER, "self.table = nn.Parameter(torch.randn(vocab_size, vocab_size))"),
            (RESULT, "return self.table[idx]"),
        ),
        changed(BIGRAM, (RESULT, "return self.table.weight.detach()[idx]")),
        changed(BIGRAM, (RESULT, "return self.table[idx]")),
        changed(BIGRAM, (LAYER, "table = nn.Embedding(vocab_size, vocab_size)")),
        changed(BIGRAM, ("    def forward(self, idx):\n        return self.table(idx)\n", "")),
        changed(BIGRAM, (LAYER, "self.table = nn.Linear(vocab_size, vocab_size)")),
    ],
    "05.2": [
        LOSS.format(**RIGHT | {"targets": "x.reshape(-1)"}),
        LOSS.format(**RIGHT | {"logits": "z", "targets": "y"}),
        LOSS.format(**RIGHT | {"targets": "y"}),
        LOSS.format(**RIGHT | {"logits": "z.view(B * T, V).softmax(1)"}),
        LOSS.format(**RIGHT | {"more": ", reduction='sum'"}),
        LOSS.format(**RIGHT | {"end": ".item()"}),
        LOSS.format(**RIGHT | {"logits": "z[:, -1]", "targets": "y[:, -1]"}),
        LOSS.format(**RIGHT | {"logits": "y.reshape(-1)", "targets": "z.view(B * T, V)"}),
        LOSS.format(**RIGHT | {"logits": "x.reshape(-1)"}),
        "def loss_of(model, x, y):\n    return sum(F.cross_entropy(z, t) for z, t in zip(model(x), y))",
    ],
    "05.3": [
        changed(FIT, ("        optimizer.zero_grad()\n", "")),
        changed(
            FIT,
            (
                "        loss.backward()\n        optimizer.step()\n",
                "        optimizer.step()\n        loss.backward()\n",
            ),
        ),
        changed(
            FIT,
            ("        optimizer.zero_grad()\n", ""),
            ("        optimizer.step()\n", "        model.zero_grad()\n        optimizer.step()\n"),
        ),
        changed(FIT, ("        optimizer.step()\n", "")),
        changed(FIT, ("        loss.backward()\n", "")),
        changed(FIT, ("next_batch()", "next_batch")),
        changed(FIT, ("targets.reshape", "inputs.reshape")),
        changed(FIT, ("loss.item()", "loss")),
        changed(
            FIT,
            ("        inputs, targets = next_batch()\n", ""),
            ("    history = []\n", "    history = []\n    inputs, targets = next_batch()\n"),
        ),
        changed(FIT, ("F.cross_entropy(z.view(-1, z.shape[-1]), targets.reshape(-1))", "F.cross_entropy(z, targets)")),
        changed(FIT, ("z = model(inputs)", "z = model(inputs).softmax(-1)")),
        changed(FIT, ("    return history", "        return history")),
        changed(FIT, ("    return history", "")),
        changed(FIT, ("    return history", "    return loss")),
        changed(FIT, ("targets.reshape(-1))", "targets.reshape(-1)).item()"), ("loss.item()", "loss")),
        changed(FIT, ("range(steps)", "steps")),
        changed(
            FIT,
            ("    history = []\n", "    history = []\n    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)\n"),
        ),
        changed(FIT, ("        history.append", "    history.append")),
    ],
    "05.4": [
        TOKEN.format(line="torch.multinomial(logits[:, -1].softmax(1), 1, generator=generator)"),
        TOKEN.format(line="return logits[:, -1].argmax(1, keepdim=True)"),
        TOKEN.format(line="return torch.multinomial(logits[:, 0].softmax(1), 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits[..., -1].softmax(-1), 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits[-1].softmax(-1), 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits[:, -1].softmax(0), 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits.softmax(-1), 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits[:, -1].softmax(-1), 1, generator)"),
        TOKEN.format(line="return torch.multinomial(logits[:, -1], 1, generator=generator)"),
        TOKEN.format(line="return torch.multinomial(logits[:, -1].softmax(1), 1)"),
        TOKEN.format(line="return torch.multinomial(logits[:, -1].softmax(1), 1, generator=generator).squeeze(1)"),
    ],
    "05.5": [
        changed(GENERATE, ("    return idx", "")),
        changed(
            GENERATE,
            ("new = torch.multinomial(p, num_samples=1, generator=generator)", "new = p.argmax(dim=1, keepdim=True)"),
        ),
        changed(GENERATE, ("[:, -1, :]", ""), ("z.softmax(dim=1)", "z.softmax(-1)")),
        changed(GENERATE, ("num_samples=1, generator=generator", "1, generator")),
        changed(GENERATE, ("[:, -1, :]", "[:, 0, :]")),
        changed(GENERATE, ("softmax(dim=1)", "softmax(dim=0)")),
        changed(GENERATE, ("p = z.softmax(dim=1)", "p = z")),
        changed(GENERATE, ("context = idx[:, -context_length:]", "context = idx")),
        changed(GENERATE, ("idx[:, -context_length:]", "idx[:, :context_length]")),
        changed(
            GENERATE,
            ("    for i", "    start = idx.shape[1]\n    for i"),
            ("return idx", "return idx[:, start:]"),
        ),
        changed(
            GENERATE,
            ("torch.multinomial(p, ", "torch.multinomial(p[0], "),
            ("idx = torch.cat((idx, new)", "idx = torch.cat((idx, new.expand(len(idx), 1))"),
        ),
        changed(GENERATE, (", generator=generator)", ")")),
        changed(GENERATE, ("[:, -1, :]", "[:, :, -1]")),
        changed(GENERATE, ("context = idx[", "context = idx = idx[")),
        changed(GENERATE, ("idx[:, -context_length:]", "idx[-context_length:]")),
        changed(GENERATE, ("idx = torch.cat", "torch.cat")),
        NEXT + with_next_token("next_token(model(context)[:, -1], generator)"),
        NEXT.replace("softmax(-1)", "softmax(1)") + with_next_token("next_token(model(context)[:, -1], generator)"),
        "def next_token(logits, generator=None):\n    ...\n" + with_next_token("next_token(model(context), generator)"),
        changed(GENERATE, ("@torch.no_grad()\n", "")),
        changed(GENERATE, ("    return idx", "        return idx")),
        changed(
            GENERATE,
            ("    for i", "    given, new_ones = idx, []\n    for i"),
            ("idx = torch.cat((idx, new), dim=1)", "new_ones.append(new)"),
            ("return idx", "return torch.cat([given, *new_ones], dim=1)"),
        ),
    ],
}
