"""Typical wrong answers to the exercises of notebook 07."""

WRONG = {
    "07.1": [
        """
def gd_step(params, grads, lr):
    result = []
    for p, g in zip(params, grads):
        result.append(p + lr * g)
    return result
""",
        """
def gd_step(params, grads, lr):
    return [params[i] - grads[i] for i in range(len(params))]
""",
        """
def gd_step(params, grads, lr):
    for p, g in zip(params, grads):
        return [p - g * lr]
""",
        """
def gd_step(params, grads, lr):
    return params - lr * grads
""",
        """
def gd_step(params, grads, lr):
    for p, g in zip(params, grads):
        p -= lr * g
    return params
""",
        """
def gd_step(params, grads, lr):
    return [p - lr * g / torch.sqrt(torch.sum(g * g)) for p, g in zip(params, grads)]
""",
        """
def gd_step(params, grads, lr):
    return [lr * grad for grad in grads]
""",
        """
def gd_step(params, grads, lr):
    for p, g in zip(params, grads):
        p = p - lr * g
    return params
""",
    ],
    "07.2": [
        "limit = 2 / 2",
        "limit = 2 / 4",
        "limit = 1 / 8",
        "limit = 2 / (8 + 2)",
        "limit = 0.1",
        "limit = 8",
    ],
    "07.3": [
        """
def clip(grads, max_norm):
    result = []
    for g in grads:
        norm = torch.sqrt(torch.sum(g * g))
        result.append(g * max_norm / norm if norm > max_norm else g)
    return result
""",
        """
def clip(grads, max_norm):
    norm = torch.sqrt(sum(torch.sum(g * g) for g in grads))
    return [g / norm * max_norm for g in grads]
""",
        """
def clip(grads, max_norm):
    return [torch.clip(g, -max_norm, max_norm) for g in grads]
""",
        """
def clip(grads, max_norm):
    norm = sum((g * g).sum() for g in grads)
    if norm > max_norm:
        grads = [g * max_norm / norm for g in grads]
    return grads
""",
        """
def clip(grads, max_norm):
    norm = sum(g.norm() for g in grads)
    scale = min(1.0, max_norm / norm)
    return [scale * g for g in grads]
""",
        """
def clip(grads, max_norm):
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    return [g / norm if norm > max_norm else g for g in grads]
""",
        """
def clip(grads, max_norm):
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    return [g * norm / max_norm if norm > max_norm else g for g in grads]
""",
        """
def clip(grads, max_norm):
    total = 0.0
    for g in grads:
        for x in g.flatten().tolist():
            total += x * x
    factor = min(1.0, max_norm / total**0.5)
    return [g * factor for g in grads]
""",
    ],
    "07.4": [
        """
def momentum(p, grads, lr, beta):
    average = 0
    for g in grads:
        average = beta * average + (1 - beta) * g
        p = p - lr * average
    return p
""",
        """
def momentum(p, grads, lr, beta):
    for g in grads:
        v = torch.zeros_like(g)
        v = beta * v + g
        p = p - lr * v
    return p
""",
        """
def momentum(p, grads, lr, beta):
    v = 0
    for g in grads:
        v += g
        p = p - lr * v
    return p
""",
        """
def momentum(p, grads, lr, beta):
    v = 0
    for g in grads:
        v = beta * v + g
        return p - lr * v
""",
        """
def momentum(p, grads, lr, beta):
    v = torch.zeros_like(p)
    for i in range(len(grads)):
        p = p - lr * v
        v = v * beta + grads[i]
    return p
""",
        """
def momentum(p, grads, lr, beta):
    v = torch.zeros_like(p)
    for g in grads:
        v = beta * v + g
        p = p + lr * v
    return p
""",
        """
def momentum(p, grads, lr, beta):
    v = torch.zeros_like(p)
    for g in grads:
        v = beta * v + g
        p = p - v
    return p
""",
        """
def momentum(p, grads, lr, beta):
    v = 0
    for g in grads:
        v = beta * v + g
    return p - lr * v
""",
    ],
    "07.5": [
        """
def adam(p, grads, lr):
    m, v = 0, 0
    for g in grads:
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        p = p - lr * m / (torch.sqrt(v) + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v = 0, 0
    for i in range(len(grads)):
        m = 0.9 * m + 0.1 * grads[i]
        v = 0.999 * v + 0.001 * grads[i] ** 2
        p = p - lr * (m / (1 - 0.9 ** (i + 1))) / (v / (1 - 0.999 ** (i + 1)) + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v = 0, 0
    for i, g in enumerate(grads):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        m_hat = m / (1 - 0.9 ** (i + 1))
        v_hat = v / (1 - 0.999 ** (i + 1))
        p = p - lr * m_hat / torch.sqrt(v_hat + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v = torch.zeros_like(p), torch.zeros_like(p)
    for t, g in enumerate(grads):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        p = p - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    for t, g in enumerate(grads, start=1):
        m, v = torch.zeros_like(p), torch.zeros_like(p)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        p = p - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v, t = 0, 0, 0
    for g in grads:
        t = t + 1
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m = m / (1 - 0.9**t)
        v = v / (1 - 0.999**t)
        p = p - lr * m / (v.sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v, t = 0, 0, 1
    for g in grads:
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        p = p - lr * m_hat / (v_hat.sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v = 0, 0
    for t, g in enumerate(grads, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        p = p - lr * (m / (1 - 0.9**t)) / (v.sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m = v = torch.zeros_like(p)
    for t, g in enumerate(grads, start=1):
        m *= 0.9
        m += 0.1 * g
        v *= 0.999
        v += 0.001 * g**2
        p = p - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return p
""",
        """
def adam(p, grads, lr):
    m, v = 0, 0
    for t, g in enumerate(grads, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    return p - lr * m_hat / (v_hat.sqrt() + 1e-8)
""",
    ],
    "07.6": [
        """
def adamw_step(p, g, m, v, t, lr, decay):
    g = g + decay * p
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    p = p - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p, m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    p = p - decay * p
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    p = p - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p, m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    p = p - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return (1 - lr * decay) * p, m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    return (1 - lr * decay) * p - lr * m / (torch.sqrt(v) + 1e-8), m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    m = m / (1 - 0.9**t)
    v = v / (1 - 0.999**t)
    return (1 - lr * decay) * p - lr * m / (torch.sqrt(v) + 1e-8), m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    return p - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v
""",
        """
def adamw_step(p, g, m, v, t, lr, decay):
    m = 0.9 * m + 0.1 * g + decay * p
    v = 0.999 * v + 0.001 * g * g
    return p - lr * (m / (1 - 0.9**t)) / (torch.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v
""",
    ],
}
