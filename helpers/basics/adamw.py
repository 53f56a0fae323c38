"""AdamW, as notebook 07 writes it (Loshchilov and Hutter, 2019)."""

import torch


class AdamW:
    """Adam with decoupled weight decay, equal to torch.optim.AdamW."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters, self.lr, self.betas = list(parameters), lr, betas
        self.eps, self.weight_decay = eps, weight_decay
        self.t = 0  # steps taken
        self.m = [torch.zeros_like(p) for p in self.parameters]  # averages of the gradients
        self.v = [torch.zeros_like(p) for p in self.parameters]  # averages of their squares

    def zero_grad(self):
        """Forget the gradients of the last step."""
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        """Move every parameter that has a gradient."""
        self.t += 1
        beta1, beta2 = self.betas
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            m.mul_(beta1).add_(p.grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)  # they begin at 0, too small
            p.mul_(1 - self.lr * self.weight_decay)  # decay acts on the weight itself, not through the gradient
            p.addcdiv_(m_hat, v_hat.sqrt() + self.eps, value=-self.lr)
