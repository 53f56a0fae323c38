"""How a part of the learner's GPT is tried: everything that it does, beside what ours does with the same weights.

A trial is the `run` of an Exercise: it takes the learner's class and the arguments of a case, and returns a dictionary
from what was looked at to what came out. `judging` runs it with ours, and with the typical mistakes, and compares.
"""

import torch

PROBE = 7  # the seed of weights and gradients, so that ours and theirs get the same


def module_trial(causal=False, shorter=False, starts=False):
    """A trial for an nn.Module: (class, sizes, *inputs) -> what it does. `sizes` are the arguments of its class.

    causal: also whether an earlier position sees a later one. shorter: also a text of half the length.
    starts: also whether its first weights are like ours: their mean and standard deviation, roughly.
    """

    def run(cls, sizes, *inputs):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(PROBE)
            module = cls(**sizes) if isinstance(sizes, dict) else cls(*sizes)
            seen = {"its parameters": shapes(module)}
            if starts:
                spread = (round(p.std(unbiased=False).item(), 1) for p in module.parameters())
                seen["the spread of its first weights"] = sorted(spread)
            same_weights(module)
            module.eval()
            given = [x.clone() for x in inputs]
            seen["its output with our weights"] = output = module(*given)
            same = all(torch.equal(a, b) for a, b in zip(given, inputs, strict=True))
            seen["what it does to its input"] = "nothing" if same else "it changes it"
            if shorter:
                half = [x[:, : x.shape[1] // 2] for x in inputs]
                seen["its output for a shorter text"] = module(*half)
            if causal:
                seen["positions that change with a later one"] = leaks(module, *inputs)
            seen["its gradients"] = gradients(module, output)
            module.train()
            torch.manual_seed(PROBE)
            seen["its output in train mode"] = module(*inputs).detach()
            seen["its output with our weights"] = output.detach()
        return seen

    return run


def shapes(module):
    """The parameters of a module, in words."""
    return ", ".join(f"{name} {tuple(p.shape)}" for name, p in sorted(module.named_parameters())) or "none"


def same_weights(module):
    """Give every parameter random numbers that depend only on its place among the sorted names."""
    generator = torch.Generator().manual_seed(PROBE)
    with torch.no_grad():
        for _, parameter in sorted(module.named_parameters()):
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 2)


def gradients(module, output):
    """The gradient of every parameter, for a random direction of the output: a tensor for each, in order of names."""
    direction = torch.randn(output.shape, generator=torch.Generator().manual_seed(PROBE))
    for parameter in module.parameters():
        parameter.grad = None
    if not output.requires_grad:
        return "none at all: the output no longer knows where it came from"
    (output * direction).sum().backward()
    grads = (p.grad for _, p in sorted(module.named_parameters()))
    return [torch.zeros(()) if grad is None else grad.clone() for grad in grads]


def leaks(module, x):
    """The positions of x (B, T) whose output changes when only the last token, or the last vector, does."""
    changed = x.clone()
    changed[:, -1] = x[:, -1].roll(1, 0) + 1 if x.is_floating_point() else (x[:, -1] == 0).long()
    with torch.no_grad():
        before, after = module(x.clone()), module(changed)
    if before.dim() < 3 or before.shape[1] != x.shape[1]:
        return f"unknown: the output has the shape {tuple(before.shape)}"
    difference = (after - before).abs().flatten(2).amax(dim=(0, 2))  # (T,)
    return [i for i in range(x.shape[1] - 1) if difference[i] > 1e-6]
