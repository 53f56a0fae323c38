"""Optimizers as learners write them: right, and wrong in one way each."""

import torch


def stepping(change, skip=True):
    """A step of gradient descent that changes each weight in place by `change`: (weight, gradient, lr)."""

    @torch.no_grad()
    def sgd_step(parameters, lr):
        for p in parameters:
            if p.grad is None and skip == "stop":
                return
            if p.grad is not None or not skip:
                change(p, p.grad, lr)

    return sgd_step


def rebound(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p = p - lr * p.grad


def recorded(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p -= lr * p.grad


def first_only(parameters, lr):
    stepping(lambda p, grad, lr: p.sub_(lr * grad))(parameters[:1], lr)


def first_used_only(parameters, lr):
    first_only([p for p in parameters if p.grad is not None], lr)


def spent(p, grad, lr):
    p.sub_(lr * grad)
    p.grad = None


def averaging(new_m=lambda m, g, b: b * m + (1 - b) * g, new_v=lambda v, g, b: b * v + (1 - b) * g**2, last=lambda m, v, betas: (m, v)):
    """The two averages of Adam, by what makes each of them from the old one, the gradient and its beta."""

    def update_averages(m, v, grad, betas):
        beta1, beta2 = betas
        return last(new_m(m, grad, beta1), new_v(v, grad, beta2), betas)

    return update_averages


def of_squared_m(m, v, grad, betas):
    m = betas[0] * m + (1 - betas[0]) * grad
    return m, betas[1] * v + (1 - betas[1]) * m**2


def of_one_list(m, v, grad, betas):
    m = betas[0] * m + (1 - betas[0]) * grad
    m = betas[1] * m + (1 - betas[1]) * grad**2
    return m, m


def change(m, v, t, lr, betas=(0.9, 0.999), eps=1e-8, *, correct=(True, True), root=True, small="outside", sign=1, rate=True, times=None, upside_down=False):
    """Adam's step, spoilt in one way. `times`: what the averages are corrected by, from a beta and t."""
    powers = [(times or (lambda beta, t: 1 - beta**t))(beta, t) if fix else 1.0 for beta, fix in zip(betas, correct, strict=True)]
    m_hat, v_hat = (m * powers[0], v * powers[1]) if upside_down else (m / powers[0], v / powers[1])
    if small == "inside":
        below = (v_hat + eps).sqrt()
    elif small == "early":
        below = (v.sqrt() + eps) / powers[1] ** 0.5
    elif small == "none":
        below = v_hat.sqrt() if root else v_hat
    else:
        below = (v_hat.sqrt() if root else v_hat) + eps
    return sign * (lr if rate else 1) * m_hat / below


def adam_change(swap=False, **spoilt):
    """`change` as a learner's function."""

    def adam_step(m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
        return change(m, v, t, lr, betas[::-1] if swap else betas, eps, **spoilt)

    return adam_step


class Spoilt:
    """AdamW that differs from ours in one way, by what its subclasses say."""

    decay, averages, options = "weights", staticmethod(averaging()), {}
    carry = clear = skip = once_a_step = live = True
    first = 0

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters, self.lr, self.betas = list(parameters), lr, betas
        self.eps, self.weight_decay, self.t = eps, weight_decay, self.first
        self.begin = lr
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            if self.clear == "zeros" and p.grad is not None:
                p.grad = torch.zeros_like(p)
            elif self.clear is True:
                p.grad = None

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
        shrink = {"weights": 1 - lr * self.weight_decay, "whole": 1 - self.weight_decay, "grows": 1 + lr * self.weight_decay}
        if self.decay == "gradient":
            g = g + self.weight_decay * p
        m, v = self.averages(self.m[i] if self.carry else 0 * p, self.v[i] if self.carry else 0 * p, g, self.betas)
        self.m[i], self.v[i] = m, v
        p.mul_(shrink.get(self.decay, 1.0))
        if self.decay == "constant":
            p.sub_(lr * self.weight_decay)
        p.sub_(change(m, v, self.t, lr, self.betas, self.eps, **self.options))
        if self.decay == "after":
            p.mul_(1 - lr * self.weight_decay)


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
    def move(self, i, p, g, lr):
        super().move(i, p.clone(), g, lr)


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
        self.zero_grad()
