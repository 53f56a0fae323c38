"""The exercises of notebook 06: characters side by side, a hidden layer, and backpropagation by hand."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from helpers.baselines import ToyLanguage
from helpers.basics import MLP, fit
from helpers.text import CharTokenizer, random_batch, train_val_split
from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions.chains import BACKWARD, LINEAR
from helpers.workbook.questions.graphs import VALUE
from helpers.workbook.questions.orders import ORDER
from helpers.workbook.trials import module_trial

SIDE = Exercise(
    "(B, T) tokens become (B, T * C) numbers: one row for each text, its characters side by side.",
    right=lambda table, idx: table[idx].flatten(1),
    mistakes=listed(
        {
            (
                "The vectors are looked up, but every text still has one row for each character.",
                "Merge the last two dimensions, (B, T, C) to (B, T * C).",
            ): lambda table, idx: table[idx],
            (
                "You have merged the texts with the positions: (B * T, C). Each text should keep its own row.",
                "`flatten` takes the dimension to begin with. Dimension 0 is the batch, and stays.",
            ): lambda table, idx: table[idx].flatten(0, 1),
            (
                "Everything is in one row now, all texts of the batch together.",
                "`flatten` takes the dimension to begin with. Dimension 0 is the batch, and stays.",
            ): lambda table, idx: table[idx].flatten(),
            (
                "A mean over the characters forgets which came first. They should stand side by side.",
                "Nothing is averaged here: all T * C numbers are kept.",
            ): lambda table, idx: table[idx].mean(dim=1),
            (
                "A sum over the characters forgets which came first. They should stand side by side.",
                "Nothing is added here: all T * C numbers are kept.",
            ): lambda table, idx: table[idx].sum(dim=1),
            (
                "The shape is right, and the numbers are mixed: all first numbers come first. All of the first character should.",
                "No transpose is needed.",
            ): lambda table, idx: table[idx].transpose(1, 2).flatten(1),
            (
                "Fixed numbers fit one example, that of the text above. B, T and C can be any numbers.",
                "Ask the tensor for its sizes, or let `flatten` find them.",
            ): lambda table, idx: table[idx].view(1, 4),
        }
    ),
    hints=("Look up the rows first: `table[idx]` is (B, T, C).", "Then `flatten(1)` merges everything from dimension 1 on."),
    cases=lambda g: [
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1, 0]])),
        *((randn(g, v, c), torch.randint(v, (b, t), generator=g)) for v, c, b, t in ((4, 2, 3, 2), (5, 3, 2, 4), (3, 3, 3, 3))),
    ],
)


def mlp_with(flat=None, act=F.relu, end=None, bias=(True, True), inner=None, wide=None, hidden=None, table=None, swap="", look=None, early=None):
    """An MLP, right as it stands; each argument spoils one part of it."""

    class Changed(nn.Module):
        def __init__(self, vocab_size, context_length, n_embd, n_hidden):
            super().__init__()
            n_hidden = hidden or n_hidden
            n_in = wide(context_length, n_embd) if wide else context_length * n_embd
            sizes = {"e": table(vocab_size, context_length, n_embd) if table else (vocab_size, n_embd), "h": (n_in, n_hidden), "o": (n_hidden, vocab_size)}
            sizes |= {name: sizes[name][::-1] for name in swap}
            self.embedding = nn.Embedding(*sizes["e"])
            self.hidden = nn.Linear(*sizes["h"], bias=bias[0])
            self.output = nn.Linear(*sizes["o"], bias=bias[1])
            if early:
                early(self.hidden)

        def forward(self, idx):
            x = look(self.embedding, idx) if look else self.embedding(idx)
            x = flat(x) if flat else x.flatten(1)
            h = act(self.hidden(inner(x) if inner else x))
            return (end or (lambda z: z[:, None]))(self.output(h))

    Changed.__name__ = Changed.__qualname__ = "MLP"
    return Changed


def learns_stories(cls, say):
    """Train a learner's MLP for some seconds on the toy language: its loss, what is enough, and a sentence."""
    language, T = ToyLanguage(), 8
    text = language.sample(60_000, torch.Generator().manual_seed(0))
    tokenizer = CharTokenizer(text)
    train, val = train_val_split(tokenizer.encode(text))
    torch.manual_seed(0)
    model, generator = cls(tokenizer.vocab_size, T, 16, 64), torch.Generator().manual_seed(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)

    def next_batch():
        x, y = random_batch(train, 128, T, generator)
        return x, y[:, -1:]

    for step in range(0, 300, 50):
        losses = fit(model, next_batch, optimizer, 50)
        say(f"on the toy language: step {step + 50} of 300, loss {losses[-1]:.2f}")
    say("")
    windows = val.unfold(0, T + 1, 1)
    with torch.no_grad():
        loss = F.cross_entropy(model(windows[:, :-1]).flatten(0, 1), windows[:, -1]).item()
    return loss, 0.8, f"On the toy language it reaches {loss:.2f} nats (a bigram 1.95, the limit 0.21)."


MODEL = Exercise(
    "MLP is yours: equal to ours under the same weights, its gradients too.",
    part="MLP",
    right=MLP,
    run=module_trial(),
    reach=learns_stories,
    mistakes=listed(
        {
            (
                "The two linear layers follow each other directly. What has to stand between them, so that they are more than one?",
                "Put the result of `self.hidden` through `F.relu`.",
            ): mlp_with(act=lambda h: h),
            (
                "The logits have the shape (B, V). `fit` expects a time dimension, of size 1 here: (B, 1, V).",
                "`[:, None]` inserts a dimension of size 1 after the first.",
            ): mlp_with(end=lambda z: z),
            (
                "You average the characters, so their order is lost. They should stand side by side.",
                "`hidden` takes context_length * n_embd inputs, and `flatten(1)` makes them.",
            ): mlp_with(flat=lambda x: x.mean(dim=1), wide=lambda t, c: c),
            (
                "The vectors are added up, so their order is lost. They should stand side by side.",
                "`hidden` takes context_length * n_embd inputs, and `flatten(1)` makes them.",
            ): mlp_with(flat=lambda x: x.sum(dim=1), wide=lambda t, c: c),
            (
                "The numbers of the characters are mixed before the hidden layer.",
                "No transpose: `flatten(1)` keeps the numbers of each character together.",
            ): mlp_with(flat=lambda x: x.transpose(1, 2).flatten(1)),
            (
                "Your output is never negative. Logits may be any number.",
                "No ReLU behind the last layer. It belongs between the two.",
            ): [mlp_with(end=lambda z: F.relu(z)[:, None]), mlp_with(act=lambda h: h, end=lambda z: F.relu(z)[:, None])],
            (
                "Your outputs sum to 1. The model should give logits: the loss does the softmax itself.",
                "Return what `self.output` gives, with the extra dimension.",
            ): [mlp_with(end=lambda z: F.softmax(z, dim=-1)[:, None]), mlp_with(end=lambda z: F.log_softmax(z, dim=-1)[:, None])],
            (
                "The hidden layer gets the characters one by one, or all texts at once. It should get one row for each text.",
                "`flatten(1)` between the embedding and the hidden layer.",
            ): [
                *(mlp_with(flat=lambda x: x, end=end) for end in (lambda z: z, lambda z: z[:, None])),
                *(mlp_with(flat=lambda x: x.flatten(), end=end) for end in (lambda z: z, None)),
            ],
            (
                "A ReLU stands right behind the embedding too, and sets half of every vector to 0.",
                "Only one ReLU: behind `self.hidden`.",
            ): mlp_with(inner=F.relu),
            (
                "The non-linearity here is another one. Asked is the ReLU.",
                "`F.relu`.",
            ): [mlp_with(act=torch.tanh), mlp_with(act=F.gelu), mlp_with(act=torch.sigmoid)],
            (
                "A linear layer has no bias here: `nn.Linear` makes one unless it is told not to.",
                "Leave `bias=False` out, of both layers.",
            ): [mlp_with(bias=pair) for pair in ((False, False), (False, True), (True, False))],
            (
                "`self.embedding` is a layer, not a tensor, so it has no places in brackets. Layers are called.",
                "`self.embedding(idx)` gives the vectors. Its table, the tensor, is `self.embedding.weight`.",
            ): mlp_with(look=lambda layer, idx: layer[idx]),
            (
                "`F.relu` works on tensors, and here it gets a layer. In `__init__` layers are only made.",
                "Apply `F.relu` in `forward`, to the result of `self.hidden(...)`.",
            ): mlp_with(early=F.relu),
            (
                "The two sizes of a layer are swapped. The first is what goes in, the second what comes out.",
                "embedding: vocab_size, n_embd. hidden: context_length * n_embd, n_hidden. output: n_hidden, vocab_size.",
            ): [mlp_with(swap=names) for names in ("e", "h", "o", "ho", "eho", "eh", "eo")],
            (
                "The embedding has a row for each place. It needs one for each character that there is.",
                "Its first size is vocab_size.",
            ): mlp_with(table=lambda v, t, c: (t, c)),
            (
                "A size is a fixed number, which fits only the models of this notebook.",
                "Write sizes with the four arguments of `__init__`: 128, for example, is context_length * n_embd.",
            ): [mlp_with(wide=lambda t, c: 128), mlp_with(hidden=256), mlp_with(wide=lambda t, c: 128, hidden=256), mlp_with(table=lambda v, t, c: (84, c))],
            (
                "The hidden layer is made for one character. How many numbers does it get for a whole text?",
                "context_length * n_embd inputs.",
            ): [mlp_with(wide=lambda t, c: c), mlp_with(wide=lambda t, c: t)],
        }
    ),
    hints=(
        "The three layers are called `embedding`, `hidden` and `output`. Write their shapes beside them.",
        "forward: look up, `flatten(1)`, hidden, ReLU, output, and a dimension of size 1 in the middle.",
    ),
    cases=lambda g: [
        ((v, t, c, h), torch.randint(v, (b, t), generator=g)) for v, t, c, h, b in ((4, 1, 2, 3, 2), (5, 2, 3, 4, 3), (7, 8, 3, 9, 2), (6, 3, 3, 5, 4))
    ],
)

EXERCISES = {"06.1": SIDE, "06.2": MODEL, "06.3": VALUE, "06.4": ORDER, "06.5": BACKWARD, "06.6": LINEAR}
