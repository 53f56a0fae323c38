"""Typical wrong answers to the exercises of notebook 03."""

WRONG = {
    "03.1": [
        """
def minus_max(logits, dim):
    return logits - logits.max(dim=dim).values
""",
        """
def minus_max(logits, dim):
    return logits - torch.max(logits)
""",
        """
def minus_max(logits, dim):
    largest = logits.max(dim=-1, keepdim=True).values
    return logits - largest
""",
        """
def minus_max(logits, dim):
    largest = logits.max(dim=0, keepdim=True).values
    return logits - largest
""",
        """
def minus_max(logits, dim):
    return logits - torch.max(logits, dim=dim, keepdim=True)
""",
        """
def minus_max(logits, dim):
    return torch.amax(logits, dim, keepdim=True) - logits
""",
        """
def minus_max(logits, dim):
    return logits - logits.argmax(dim=dim, keepdim=True)
""",
        """
def minus_max(logits, dim):
    logits -= torch.amax(logits, dim, keepdim=True)
    return logits
""",
        """
def minus_max(logits, dim):
    return logits - max(logits)
""",
        """
def minus_max(logits, dim):
    rows = []
    for row in logits:
        rows.append(row - row.max())
    return torch.stack(rows)
""",
        """
def minus_max(logits, dim):
    return logits - logits.amax(dim=1, keepdim=True)
""",
        """
def minus_max(logits, dim):
    return (logits - logits.amax(dim=dim, keepdim=True)).exp()
""",
    ],
    "03.2": [
        """
def softmax(logits, dim=-1):
    top = torch.exp(logits)
    return top / torch.sum(top, dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    largest = logits.max(dim=dim, keepdim=True).values
    weights = torch.exp(logits - largest)
    return weights / weights.sum(dim=dim)
""",
        """
def softmax(logits, dim=-1):
    largest = logits.max(dim=dim).values
    weights = torch.exp(logits - largest)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - torch.max(logits))
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - logits.max(dim=-1, keepdim=True).values)
    return weights / weights.sum(dim=-1, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - logits.max(dim=0, keepdim=True)[0])
    return weights / weights.sum(dim=0, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    largest = logits.max(dim=dim, keepdim=True)
    weights = (logits - largest).exp()
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim):
    weights = torch.exp(logits - logits.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    return logits.softmax(dim)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - logits.amax(dim=dim, keepdim=True))
    total = weights.sum(dim=dim, keepdim=True)
    return torch.tensor((weights / total).tolist())
""",
        """
def softmax(logits, dim=-1):
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted.exp()
""",
        """
def softmax(logits, dim=-1):
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted / shifted.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, axis=-1):
    weights = torch.exp(logits - logits.amax(dim=axis, keepdim=True))
    return weights / weights.sum(dim=axis, keepdim=True)
""",
        """
def softmax(logits, dim=1):
    weights = torch.exp(logits - logits.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - logits.amax(dim=dim, keepdim=True))
    weights /= weights.sum(dim=dim, keepdim=True)
    return weights
""",
        """
def softmax(logits, dim=-1):
    weights = math.exp(logits)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    largest = torch.amax(logits, 1, keepdim=True)
    weights = torch.exp(logits - largest)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim=-1):
    weights = torch.exp(logits - logits.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=1, keepdim=True)
""",
    ],
    "03.3": [
        """
def true_logits(logits, targets):
    return logits[targets]
""",
        """
def true_logits(logits, targets):
    return logits[:, targets]
""",
        """
def true_logits(logits, targets):
    return logits.gather(1, targets.unsqueeze(1))
""",
        """
def true_logits(logits, targets):
    result = []
    for row, target in zip(logits, targets):
        result.append(row[target])
    return result
""",
        """
def true_logits(logits, targets):
    return logits[torch.arange(logits.shape[0]), targets - 1]
""",
        """
def true_logits(logits, targets):
    return logits.max(dim=1).values
""",
        """
def true_logits(logits, targets):
    return logits.flatten()[targets]
""",
        """
def true_logits(logits, targets):
    rows = torch.arange(len(logits))
    return logits[targets, rows]
""",
        """
def true_logits(logits, targets):
    return torch.stack([row[target] for row, target in zip(logits, targets)])
""",
        """
def true_logits(logits, targets):
    return torch.tensor([row[target] for row, target in zip(logits, targets)])
""",
        """
def true_logits(logits, targets):
    return logits[torch.arange(3), targets]
""",
    ],
    "03.4": [
        """
def cross_entropy(logits, targets):
    probs = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    return -probs[torch.arange(len(targets)), targets].log().mean()
""",
        """
def cross_entropy(logits, targets):
    probs = torch.softmax(logits, dim=1)
    total = 0.0
    for row, target in zip(probs, targets):
        total = total - torch.log(row[target])
    return total / len(targets)
""",
        """
def cross_entropy(logits, targets):
    log_probs = torch.log_softmax(logits, dim=-1)
    return log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    losses = [torch.logsumexp(row, dim=0) - row[target - 1] for row, target in zip(logits, targets)]
    return sum(losses) / len(losses)
""",
        """
def cross_entropy(logits, targets):
    return (torch.logsumexp(logits, dim=1, keepdim=True) - logits[:, targets]).mean()
""",
        """
def cross_entropy(logits, targets):
    log_probs = logits - torch.logsumexp(logits, dim=0)
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    return F.cross_entropy(logits, targets)
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted), dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets].mean().item()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted), dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets]
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = logits - torch.log(torch.sum(torch.exp(shifted), dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    weights = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    probs = weights / weights.sum(dim=-1, keepdim=True)
    return -probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.sum(torch.exp(shifted), dim=-1, keepdim=True)
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(shifted, dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted)))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted), dim=-1))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=0, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted), dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    total = 0.0
    for row, target in zip(logits, targets):
        total = total + torch.logsumexp(row, dim=0) - row[target]
    return total / len(targets)
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.exp(shifted).log().sum(dim=-1, keepdim=True)
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    weights = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    probs = weights / weights.sum(dim=-1, keepdim=True)
    return -(probs[torch.arange(len(targets)), targets] + 1e-9).log().mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log2(torch.sum(torch.exp(shifted), dim=-1, keepdim=True))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_probs = shifted - torch.log(torch.sum(torch.exp(shifted), dim=0))
    return -log_probs[torch.arange(len(targets)), targets].mean()
""",
    ],
}
