"""How the parts of notebook 05 are tried: a loop by what it calls and leaves behind, a sampler by what it draws."""

from dataclasses import dataclass

import torch
import torch.nn as nn

from helpers.model import Bigram
from helpers.workbook.trials import module_trial, same_weights


@dataclass(frozen=True)
class Setting:
    """The sizes of a trial; as text, what a learner reads of them."""

    words: str
    sizes: tuple

    def __str__(self):
        return self.words


class Watched(torch.optim.SGD):
    """SGD that remembers in which order it was called, and whether each step found a gradient."""

    def __init__(self, model, lr):
        super().__init__(model.parameters(), lr=lr)
        self.calls, self.found = [], []
        for parameter in model.parameters():
            parameter.register_post_accumulate_grad_hook(lambda _: self.calls.append("backward"))

    def zero_grad(self, set_to_none=True):
        self.calls.append("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure=None):
        grads = [p.grad for group in self.param_groups for p in group["params"]]
        self.found.append(any(grad is not None and grad.any() for grad in grads))
        self.calls.append("step")
        return super().step(closure)

    def told(self):
        """What happened at the calls of step."""
        if not self.found:
            return "never called"
        if all(self.found):
            return f"called {len(self.found)} times, each time with a gradient"
        if "backward" not in self.calls:
            return "called without any `backward`"
        early = "backward" not in self.calls[: self.calls.index("step")]
        return "called before `backward`" if early else "called when the gradient was gone"


def bigram_trial(cls, sizes, idx):
    """What a Bigram does; where it has no weights, that alone, whatever numbers it holds."""
    seen = module_trial()(cls, sizes, idx)
    return {"its parameters": "none"} if seen["its parameters"] == "none" else seen


def fit_trial(answer, setting):
    """A training loop on a small table: what it returns, takes and calls, and what the table is like afterwards."""
    vocab_size, steps = setting.sizes
    model, generator, taken = Bigram(vocab_size), torch.Generator().manual_seed(1), []
    same_weights(model)
    tokens = torch.randint(vocab_size, (9, 3, 5), generator=generator)

    def next_batch():
        taken.append(tokens[len(taken) % len(tokens)])
        return taken[-1][:, :-1], taken[-1][:, 1:]

    optimizer = Watched(model, lr=3.0)
    before = model.table.weight.detach().clone()
    try:
        losses = answer(model, next_batch, optimizer, steps)
    except (UnboundLocalError, IndexError):  # of a name or a place that only a step fills
        if steps:
            raise
        return {"its result": "an error"}
    listed_losses = losses if isinstance(losses, list) else []
    seen = {"its result": in_words(losses), "batches taken": len(taken), "`optimizer.step`": optimizer.told()}
    if not optimizer.found and not torch.equal(model.table.weight, before):
        return seen | {"`optimizer.step`": "never called, and yet the table has moved"}
    return seen | {
        "its first loss": torch.as_tensor((listed_losses or [0.0])[0]),
        "the table after the last step": model.table.weight.detach().clone(),
        "its losses": listed_losses,
    }


def in_words(losses):
    """What a loop returned."""
    if not isinstance(losses, list):
        return "None" if losses is None else f"{type(losses).__name__}, no list"
    kinds = {"floats" if isinstance(loss, float) else f"{type(loss).__name__.lower()}s" for loss in losses}
    return f"a list of {len(losses)} {' and '.join(sorted(kinds))}" if losses else "an empty list"


class Reader(nn.Module):
    """A language model that reads all of its context, and remembers how much it was given."""

    def __init__(self, vocab_size):
        super().__init__()
        self.table, self.lengths, self.recorded = nn.Embedding(vocab_size, vocab_size), [], False
        same_weights(self)

    def forward(self, idx):
        self.lengths.append(idx.shape[1])
        self.recorded |= torch.is_grad_enabled()
        return 3 * self.table(idx).cumsum(dim=1)


def generate_trial(answer, setting):
    """A sampler on a model that reads all that it is given: what it hands over, and what it draws."""
    vocab_size, B, T, n_new, context_length = setting.sizes
    torch.manual_seed(3)
    model, idx = Reader(vocab_size), torch.randint(vocab_size, (B, T))
    try:
        result = answer(model, idx, n_new, context_length, torch.Generator().manual_seed(4))
    except (UnboundLocalError, IndexError, ValueError, RuntimeError):  # of what only a round fills, or of an empty list to join
        if n_new:
            raise
        return {"the shape of its result": "none, it is an error"}
    if not isinstance(result, torch.Tensor):
        return no_tensor(result)
    seen = {
        "the shape of its result": str(tuple(result.shape)),
        "the lengths of the texts that the model was given": ", ".join(map(str, model.lengths)) or "none",
        "its tokens": result,
        "while it writes": "PyTorch records a graph" if model.recorded else "PyTorch records nothing",
    }
    torch.manual_seed(5)
    return seen | {"its tokens without a generator": answer(model, idx, n_new, context_length)}


def no_tensor(result):
    """What is said of a result that has no shape."""
    return {"the shape of its result": f"none, it is {'None' if result is None else type(result).__name__}"}


def loss_trial(answer, setting):
    """A loss of a small table on one batch."""
    vocab_size, B, T = setting.sizes
    model, generator = Bigram(vocab_size), torch.Generator().manual_seed(1)
    same_weights(model)
    tokens = torch.randint(vocab_size, (B, T + 1), generator=generator)
    loss = answer(model, tokens[:, :-1], tokens[:, 1:])
    if not isinstance(loss, torch.Tensor):
        return {"its loss": loss, "`backward` from its result": "fails: it is no tensor any more"}
    return {"its loss": loss.detach(), "`backward` from its result": "works" if loss.requires_grad else "fails: the graph is cut off"}


def token_trial(answer, logits):
    """Draws from a given generator, and from the shared one."""
    torch.manual_seed(3)
    token = answer(logits, torch.Generator().manual_seed(4))
    if not isinstance(token, torch.Tensor):
        return no_tensor(token)
    return {"the shape of its result": str(tuple(token.shape)), "its tokens": token, "its tokens without a generator": answer(logits)}


def settings(words, *sizes):
    return lambda g: [(Setting(words.format(*size), size),) for size in sizes]
