"""AdamW as learners write it, wrong in one way each."""

import torch

from helpers.workbook.questions.strides import averaging, change


class Spoilt:
    """AdamW that differs from ours in one way, by what its subclasses say.

    carry: which averages live on. clear: how `zero_grad` clears. ends_with: the last of the three things that a step does.
    fixed: numbers that stand in place of settings. lost: settings that are not handed on to Adam's step.
    hats: the corrected averages are stored. exchanged: the two betas are.
    """

    decay, averages, options = "weights", staticmethod(averaging()), {}
    skip = once_a_step = live = True
    carry, clear, ends_with, fixed, lost = "mv", "None", "step", {}, ()
    hats = exchanged = False
    first = 0

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay} | self.fixed
        self.parameters, self.t = list(parameters), self.first
        self.lr, self.betas, self.eps, self.weight_decay = settings.values()
        self.betas, self.begin = self.betas[::-1] if self.exchanged else self.betas, self.lr
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            if self.clear == "None":
                p.grad = None
            elif self.clear == "zero_":
                p.grad.zero_()
            elif self.clear == "new zeros" or (self.clear == "zeros" and p.grad is not None):
                p.grad = torch.zeros_like(p)

    @torch.no_grad()
    def step(self):
        self.t += self.once_a_step
        lr = self.lr if self.live else self.begin
        for i, p in enumerate(self.parameters):
            if p.grad is None and self.skip == "stop":
                return
            if p.grad is None and self.skip:
                continue
            self.t += not self.once_a_step
            self.move(i, p, p.grad, lr)

    def move(self, i, p, g, lr):
        m, v = self.update(i, p, g, lr)
        if self.ends_with == "averages":
            return
        if self.decay == "gradient too late":
            g += self.weight_decay * p
        shrink = {"whole": 1 - self.weight_decay, "grows": 1 + lr * self.weight_decay}
        p.mul_(shrink.get(self.decay, 1 - lr * self.weight_decay if self.decay in ("weights", "both") else 1.0))
        if self.decay == "constant":
            p.sub_(lr * self.weight_decay)
        if self.ends_with == "decay":
            return
        settings = {name: getattr(self, name) for name in ("betas", "eps") if name not in self.lost}
        p.sub_(change(m, v, self.t, lr, **settings, **self.options))
        if self.decay == "after":
            p.mul_(1 - lr * self.weight_decay)

    def update(self, i, p, g, lr):
        """The new averages of a parameter, with the decay in them where it is in the gradient."""
        if self.decay == "gradient in place":
            g += self.weight_decay * p
        elif self.decay in ("gradient", "both", "gradient times lr"):
            g = g + (lr if self.decay == "gradient times lr" else 1) * self.weight_decay * p
        m, v = self.averages(*(old[i] if name in self.carry else 0 * p for name, old in (("m", self.m), ("v", self.v))), g, self.betas)
        if self.decay == "m alone":
            m = m + (1 - self.betas[0]) * self.weight_decay * p
        self.m[i], self.v[i] = (m / (1 - self.betas[0] ** self.t), v / (1 - self.betas[1] ** self.t)) if self.hats else (m, v)
        return m, v


def spoilt(**different):
    """A class like Spoilt with other attributes; functions among them are no methods."""
    return type("AdamW", (Spoilt,), {name: staticmethod(v) if callable(v) else v for name, v in different.items()})


class Wrapped(torch.optim.AdamW):
    pass


class Exhausted(Spoilt):
    def __init__(self, parameters, *given, **named):
        super().__init__(parameters, *given, **named)
        self.parameters = iter(())


class Recorded(Spoilt):
    def step(self):
        self.t += 1
        for p in self.parameters:
            if p.grad is not None:
                p *= 1 - self.lr * self.weight_decay


class Rebound(Spoilt):
    """`p = p - ...`: the trial finds such a line in the source, and so knows it from a step that is missing."""

    def step(self):
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                self.update(i, p, p.grad, self.lr)
                p = p - self.lr * p.grad


class DecayedThenRebound(Spoilt):
    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                self.update(i, p, p.grad, self.lr)
                p *= 1 - self.lr * self.weight_decay
                p = p - self.lr * p.grad


class Unstored(Spoilt):
    """The new averages have names of their own, and the step is made from the old ones, which are 0."""

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p *= 1 - self.lr * self.weight_decay


class Relisted(Spoilt):
    def move(self, i, p, g, lr):
        self.parameters[i] = p.clone()
        super().move(i, self.parameters[i], g, lr)


class FirstOnly(Spoilt):
    def step(self):
        kept, self.parameters = self.parameters, self.chosen()
        super().step()
        self.parameters = kept

    def chosen(self):
        return self.parameters[:1]


class FirstUsedOnly(FirstOnly):
    def chosen(self):
        used = next(i for i, p in enumerate(self.parameters) if p.grad is not None)
        return self.parameters[: used + 1]


class Clearing(Spoilt):
    def step(self):
        super().step()
        for p in self.parameters:
            p.grad = None
