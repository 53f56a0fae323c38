"""Typical wrong versions of the parts of notebook 05, each right but for one thing."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def bigram(forward, layer=lambda V: nn.Embedding(V, V), name="table"):
    """A Bigram with this forward (layer, idx) -> logits, and this layer under this name."""

    class Bigram(nn.Module):
        def __init__(self, vocab_size):
            super().__init__()
            setattr(self, name, layer(vocab_size))

        def forward(self, idx):
            return forward(getattr(self, name), idx)

    return Bigram


def look_up(table, idx):
    return table(idx)


def one_hot_times(layer, idx):
    return layer(F.one_hot(idx, layer.weight.shape[1]).float())


def named_otherwise():
    names = "embedding embed emb embeddings token_embedding token_embedding_table lookup logits weights weight W bigram layer rows logit_table"
    return [bigram(look_up, name=name) for name in names.split()]


class WithoutForward(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.table = nn.Embedding(vocab_size, vocab_size)


class WithoutSelf(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        table = nn.Embedding(vocab_size, vocab_size)  # noqa: F841

    def forward(self, idx):
        return self.table(idx)


WithoutForward.__name__ = WithoutSelf.__name__ = "Bigram"  # their errors name the class


class WithoutSuper(nn.Module):
    def __init__(self, vocab_size):
        self.table = nn.Embedding(vocab_size, vocab_size)


def loss_with(logits=lambda z: z.flatten(0, 1), targets=lambda x, y: y.flatten(), give=lambda loss: loss, **options):
    """loss_of, right as it stands; each argument spoils one part of it."""

    def loss_of(model, x, y):
        return give(F.cross_entropy(logits(model(x)), targets(x, y), **options))

    return loss_of


def loss_swapped(model, x, y):
    return F.cross_entropy(y.flatten(), model(x).flatten(0, 1))


def loss_of_x(flat=True):
    return lambda model, x, y: F.cross_entropy(x.flatten(), y.flatten()) if flat else F.cross_entropy(x, y)


def loss_summed(dim):
    """loss_of, a sum of the means of each text (dim 0) or of each position (dim 1)."""

    def loss_of(model, x, y):
        z = model(x)
        return sum(F.cross_entropy(z.select(dim, i), y.select(dim, i)) for i in range(x.shape[dim]))

    return loss_of


def fit_with(*order, each=True, targets="y", logits=lambda z: z.flatten(0, 1), give=lambda losses: losses, item=True, other=False):
    """fit, right as it stands; `order` are the names of the calls in each step, the other arguments spoil more."""
    order = order or ("zero_grad", "backward", "step")

    def fit(model, next_batch, optimizer, steps):
        losses = []
        if not each:
            x, y = next_batch()
        for _ in range(steps):
            if each:
                x, y = next_batch()
            loss = F.cross_entropy(logits(model(x)), {"x": x, "y": y}[targets].flatten())
            if other:
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            calls = {"zero_grad": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
            for name in order:
                calls[name]()
            losses.append(loss.item() if item else loss)
        return give(losses)

    return fit


def fit_and_leave(model, next_batch, optimizer, steps):
    losses = []
    for _ in range(steps):
        losses += fit_with()(model, next_batch, optimizer, 1)
        return losses


def fit_on_a_number(model, next_batch, optimizer, steps):
    for _ in range(steps):
        x, y = next_batch()
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
        loss.backward()
    return []


def fit_over_a_number(model, next_batch, optimizer, steps):
    for _ in steps:
        pass


def not_flat(model, next_batch, optimizer, steps):
    for _ in range(steps):
        x, y = next_batch()
        F.cross_entropy(model(x), y)
    return []


def not_called(model, next_batch, optimizer, steps):
    for _ in range(steps):
        _x, _y = next_batch
    return []


def half_flat(model, next_batch, optimizer, steps):
    for _ in range(steps):
        x, y = next_batch()
        F.cross_entropy(model(x).flatten(0, 1), y)
    return []


def token_with(place=lambda z: z[:, -1], weights=lambda z: F.softmax(z, dim=-1), shape=lambda t: t, seeded=True):
    """next_token, right as it stands; each argument spoils one part of it."""

    def next_token(logits, generator=None):
        drawn = torch.multinomial(weights(place(logits)), 1, generator=generator if seeded else None)
        return shape(drawn)

    return next_token


def likeliest(logits, generator=None):
    return logits[:, -1].argmax(dim=-1, keepdim=True)


def one_for_all(logits, generator=None):
    probs = F.softmax(logits[:, -1], dim=-1)
    return torch.multinomial(probs[0], 1, generator=generator).expand(len(probs), 1)


def generate_with(draw=None, crop=lambda idx, n: idx[:, -n:], grad=False, read_on=True, give=lambda idx, new: torch.cat([idx, new], dim=1)):
    """generate, right as it stands; each argument spoils one part of it."""
    draw = draw or token_with()

    def generate(model, idx, n_new, context_length, generator=None):
        seen, new = idx, idx[:, :0]
        with torch.set_grad_enabled(grad):
            for _ in range(n_new):
                token = draw(model(crop(seen, context_length)), generator)
                new = torch.cat([new, token], dim=1)
                seen = torch.cat([seen, token], dim=1) if read_on else seen
        return give(idx, new)

    return generate


def generate_and_leave(model, idx, n_new, context_length, generator=None):
    for _ in range(n_new):
        return generate_with()(model, idx, 1, context_length, generator)


def new_ones_alone():
    """Samplers that give back only new tokens: all, by their number or from a list, or the last of them."""
    yield generate_with(give=lambda idx, new: new)
    yield generate_with(give=lambda idx, new: torch.cat([idx, new], dim=1)[:, -new.shape[1] :])
    yield generate_with(give=lambda idx, new: torch.cat(list(new.split(1, dim=1)), dim=1) if new.shape[1] else [][0])
    yield generate_with(give=lambda idx, new: new.split(1, dim=1)[-1] if new.shape[1] else [][0])


def last_place_twice(model, idx, n_new, context_length, generator=None):
    for _ in range(n_new):
        F.softmax(model(idx)[:, -1][:, -1], dim=1)
    return idx


@torch.no_grad()
def cut_itself(model, idx, n_new, context_length, generator=None):
    for _ in range(n_new):
        idx = idx[:, -context_length:]
        idx = torch.cat([idx, token_with()(model(idx), generator)], dim=1)
    return idx


@torch.no_grad()
def joined_below(model, idx, n_new, context_length, generator=None):
    for _ in range(n_new):
        idx = torch.cat([idx, token_with()(model(idx[:, -context_length:]), generator)])
    return idx


def drawn_in_vain(logits, generator=None):
    token_with()(logits, generator)


def written_in_vain(model, idx, n_new, context_length, generator=None):
    generate_with()(model, idx, n_new, context_length, generator)


def generator_third(logits, generator=None):
    return torch.multinomial(F.softmax(logits[:, -1], dim=-1), 1, generator)
