"""The steps of optimizers as learners write them: right, and wrong in one way each. Whole classes: strides_adamw."""

import torch


def scaled(p, grad, lr):
    return p.sub_(lr * grad)


def stepping(change=scaled, skip=True):
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


@torch.no_grad()
def relisted(parameters, lr):
    for i, p in enumerate(parameters):
        if p.grad is not None:
            parameters[i] = p - lr * p.grad


def spent(p, grad, lr):
    p.sub_(lr * grad)
    p.grad = None


def shortened(p, grad, lr):
    grad.mul_(lr)
    p.sub_(grad)


def averaging(new_m=lambda m, g, b: b * m + (1 - b) * g, new_v=lambda v, g, b: b * v + (1 - b) * g**2, last=lambda m, v, betas: (m, v)):
    """The two averages of Adam, by what makes each of them from the old one, the gradient and its beta."""

    def update_averages(m, v, grad, betas):
        beta1, beta2 = betas
        return last(new_m(m, grad, beta1), new_v(v, grad, beta2), betas)

    return update_averages


def of_numbers(*betas):
    """The averages with betas of their own, whatever is given."""
    return lambda m, v, grad, given: averaging()(m, v, grad, betas)


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
    size = v_hat.sqrt() if root else v_hat
    below = {
        "inside": (v_hat + eps).sqrt(),
        "early": (v.sqrt() + eps) / powers[1] ** 0.5,
        "outside": size + eps,
    }.get(small, size)
    late = {"after": eps, "in brackets": lr * eps}.get(small, 0.0)  # behind the fraction
    return sign * (lr if rate else 1) * m_hat / below + late


def adam_change(which=(0, 1), fixed=(), **spoilt):
    """`change` as a learner's function. `which`: the beta of m and that of v. `fixed`: pairs of a setting and a number that stands for it."""

    def adam_step(m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
        used = {"betas": tuple(betas[i] for i in which), "eps": eps} | dict(fixed)
        return change(m, v, t, lr, **used, **spoilt)

    return adam_step
