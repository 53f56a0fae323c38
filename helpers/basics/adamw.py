"""AdamW, as notebook 07 writes it (Loshchilov and Hutter, 2019)."""

import torch


class AdamW:
    """Adam with decoupled weight decay. It equals torch.optim.AdamW where no parameter is skipped now and then."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.parameters, self.lr, self.betas = list(parameters), lr, betas
        self.eps, self.weight_decay = eps, weight_decay
        self.t = 0  # steps taken
        self.m = [torch.zeros_like(p) for p in self.parameters]  # averages of the gradients
        self.v = [torch.zeros_like(p) for p in self.parameters]  # averages of their squares

    def zero_grad(self):
        """Remove the gradients of the last step."""
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        """Move every parameter that has a gradient."""
        self.t += 1
        beta1, beta2 = self.betas
        for i, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * p.grad
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * p.grad**2
            m_hat = self.m[i] / (1 - beta1**self.t)  # both averages begin at 0, and are too small at first
            v_hat = self.v[i] / (1 - beta2**self.t)
            p *= 1 - self.lr * self.weight_decay  # the decay acts on the weight itself, not through the gradient
            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)
