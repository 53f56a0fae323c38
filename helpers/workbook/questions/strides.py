"""Optimizers as learners write them: right, and wrong in one way each."""

import torch


def each(change):
    """A step of gradient descent from what `change` does with each tensor, its gradient and the learning rate."""
    return lambda params, grads, lr: [change(p, g, lr) for p, g in zip(params, grads, strict=True)]


def together(params, grads, lr):
    total = sum(g.sum() for g in grads)
    return [p - lr * total for p in params]


def clipping(norm=lambda grads: torch.cat([g.flatten() for g in grads]).norm(), always=False, factor=lambda limit, n: limit / n):
    """Gradients clipped with a norm, whether they are too long or always, and with a factor."""

    def clip(grads, max_norm):
        size = norm(grads)
        return [g * factor(max_norm, size) if always or size > max_norm else g for g in grads]

    return clip


def flat(grads):
    return torch.cat([g.flatten() for g in grads])


def by_tensor(grads, max_norm):
    return [g * (max_norm / g.norm()) if g.norm() > max_norm else g for g in grads]


def moving(change, carry=True, last=lambda p, v: p, begin=lambda p, grads: torch.zeros_like(p)):
    """Steps from `change`: (tensor, gradient, velocity, lr, beta) -> (tensor, velocity)."""

    def momentum(p, grads, lr, beta):
        v = begin(p, grads)
        for g in grads:
            p, v = change(p, g, v if carry else torch.zeros_like(p), lr, beta)
        return last(p, v)

    return momentum


def velocity(update, **more):
    """Steps against a velocity that `update` makes from the old one, the gradient and beta."""

    def change(p, g, v, lr, beta):
        v = update(v, g, beta)
        return p - lr * v, v

    return moving(change, **more)


def fading(v, g, beta):
    return beta * v + g


def late(p, g, v, lr, beta):
    return p - lr * v, beta * v + g


def nesterov(p, g, v, lr, beta):
    v = beta * v + g
    return p - lr * (g + beta * v), v


def adams(*, first=1, **wrong):
    """Many steps of Adam, spoilt as `adam_step` says; `first` is the number of the first step."""

    def adam(p, grads, lr):
        m = v = torch.zeros_like(p)
        for t, g in enumerate(grads, start=first):
            p, m, v = adam_step(p, g, m, v, t, lr, **wrong)
        return p

    return adam


def adam_step(
    p, g, m, v, t, lr, *, correct=(True, True), root=True, eps="outside", weights=(0.1, 0.001), carry=True, sign=-1, square=True, rate=True, times=None, top="m"
):
    """One step of Adam, spoilt in one way: (p, m, v). `times`: what the bias is corrected by."""
    if not carry:
        m, v = torch.zeros_like(p), torch.zeros_like(p)
    m = 0.9 * m + weights[0] * g
    v = 0.999 * v + weights[1] * {True: g**2, False: g, "m": m**2}[square]
    powers = times(t) if times else (1 - 0.9**t, 1 - 0.999**t)
    m_hat = m / powers[0] if correct[0] else m
    v_hat = v / powers[1] if correct[1] else v
    m_hat = g if top == "gradient" else m_hat
    small = 0 if eps == "none" else 1e-8
    if eps == "inside":
        below = (v_hat + small).sqrt()
    elif eps == "early":
        below = (v.sqrt() + small) / powers[1] ** 0.5
    else:
        below = (v_hat.sqrt() if root else v_hat) + small
    return p + sign * (lr if rate else 1) * m_hat / below, m, v


def swapped(p, grads, lr):
    m = v = torch.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m, v = 0.999 * m + 0.001 * g, 0.9 * v + 0.1 * g**2
        p = p - lr * (m / (1 - 0.999**t)) / ((v / (1 - 0.9**t)).sqrt() + 1e-8)
    return p


def stored_corrected(p, grads, lr):
    m = v = torch.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m, v = (0.9 * m + 0.1 * g) / (1 - 0.9**t), (0.999 * v + 0.001 * g**2) / (1 - 0.999**t)
        p = p - lr * m / (v.sqrt() + 1e-8)
    return p


def decayed(before=lambda p, lr, decay: p * (1 - lr * decay), gradient=lambda p, g, lr, decay: g, after=lambda p, old, lr, decay: p, **wrong):
    """A step of AdamW that decays by `before` the step, in the `gradient`, or `after` it."""

    def adamw_step(p, g, m, v, t, lr, decay):
        new, m, v = adam_step(before(p, lr, decay), gradient(p, g, lr, decay), m, v, t, lr, **wrong)
        return after(new, p, lr, decay), m, v

    return adamw_step


def untouched(p, lr, decay):
    return p


def hatted(p, g, m, v, t, lr, decay):
    p, m, v = decayed()(p, g, m, v, t, lr, decay)
    return p, m / (1 - 0.9**t), v / (1 - 0.999**t)


def moved_once(p, grads, lr, beta):
    v = torch.zeros_like(p)
    for g in grads:
        v = beta * v + g
    return p - lr * v


def averages(grads):
    m = v = torch.zeros_like(grads[0])
    for g in grads:
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    return m, v


def adam_once(p, grads, lr):
    m, v = averages(grads)
    return p - lr * m / (1 - 0.9 ** len(grads)) / ((v / (1 - 0.999 ** len(grads))).sqrt() + 1e-8)


def adam_late(p, grads, lr):
    return adams(times=lambda t: (1 - 0.9 ** len(grads), 1 - 0.999 ** len(grads)))(p, grads, lr)


def shared_adam(p, grads, lr):
    m = torch.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m = 0.999 * (0.9 * m + 0.1 * g) + 0.001 * g**2
        p = p - lr * m / (1 - 0.9**t) / ((m / (1 - 0.999**t)).sqrt() + 1e-8)
    return p


def into_m(p, g, m, v, t, lr, decay):
    return adam_step(p, g, m + decay * p / 0.9, v, t, lr)  # which m is multiplied by 0.9 there
