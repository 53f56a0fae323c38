"""Typical wrong answers to the exercises of notebook 03."""

WRONG = {
    "03.1": [
        """
def softmax(logits, dim):
    top = torch.exp(logits)
    return top / torch.sum(top, dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim):
    largest = logits.max(dim=dim, keepdim=True).values
    weights = torch.exp(logits - largest)
    return weights / weights.sum(dim=dim)
""",
        """
def softmax(logits, dim):
    largest = logits.max(dim=dim).values
    weights = torch.exp(logits - largest)
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim):
    weights = torch.exp(logits - torch.max(logits))
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim):
    weights = torch.exp(logits - logits.max(dim=-1, keepdim=True).values)
    return weights / weights.sum(dim=-1, keepdim=True)
""",
        """
def softmax(logits, dim):
    weights = torch.exp(logits - logits.max(dim=0, keepdim=True)[0])
    return weights / weights.sum(dim=0, keepdim=True)
""",
        """
def softmax(logits, dim):
    largest = logits.max(dim=dim, keepdim=True)
    weights = (logits - largest).exp()
    return weights / weights.sum(dim=dim, keepdim=True)
""",
        """
def softmax(logits, dim):
    weights = torch.exp(logits - logits.max())
    return weights / weights.sum()
""",
    ],
    "03.2": [
        """
def with_temperature(logits, temperature):
    return torch.softmax(temperature * logits, dim=-1)
""",
        """
def with_temperature(logits, temperature):
    probs = logits.softmax(dim=-1)
    return probs / temperature
""",
        """
def with_temperature(logits, temperature):
    return (logits / temperature).softmax(dim=0)
""",
        """
def with_temperature(logits, temperature):
    return (logits / temperature).softmax(dim=1)
""",
        """
def with_temperature(logits, temperature):
    positive = torch.exp(logits / temperature)
    return positive / positive.sum(dim=-1, keepdim=True)
""",
        """
def with_temperature(logits, temperature):
    return F.softmax(logits - temperature, dim=-1)
""",
    ],
    "03.3": [
        "first_loss = 50257",
        "first_loss = 1 / 50257",
        "first_loss = math.log(1 / 50257)",
        "first_loss = math.log(50257, 2)",
        "first_loss = math.log(50257, 10)",
        "first_loss = 4.43",
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
    total = 0.0
    for row, target in zip(logits, targets):
        total = total + torch.logsumexp(row, dim=0) - row[target]
    return total
""",
        """
def cross_entropy(logits, targets):
    log_probs = torch.log_softmax(logits, dim=-1)
    return log_probs[torch.arange(len(targets)), targets].mean()
""",
        """
def cross_entropy(logits, targets):
    losses = [torch.logsumexp(row, dim=0) - row[target] for row, target in zip(logits, targets)]
    return torch.stack(losses).mean() / torch.log(torch.tensor(2.0))
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
    true = logits[torch.arange(len(targets)), targets]
    return (logits.exp().sum(dim=1).log() - true).mean()
""",
    ],
    "03.5": [
        """
def entropy(probs):
    return -torch.sum(probs * torch.log(probs), dim=1)
""",
        """
def entropy(probs):
    return torch.xlogy(probs, probs).sum(dim=1)
""",
        """
def entropy(probs):
    return torch.special.entr(probs).sum(dim=1) / math.log(2)
""",
        """
def entropy(probs):
    return torch.special.entr(probs).sum(dim=0)
""",
        """
def entropy(probs):
    return torch.special.entr(probs).sum()
""",
        """
def entropy(probs):
    return torch.special.entr(probs).mean(dim=1)
""",
    ],
    "03.6": [
        """
def loss_gradient(logits, targets):
    result = torch.softmax(logits, dim=1)
    result[torch.arange(len(targets)), targets] -= 1
    return result
""",
        """
def loss_gradient(logits, targets):
    result = -torch.softmax(logits, dim=1)
    for i, target in enumerate(targets):
        result[i, target] += 1
    return result / len(targets)
""",
        """
def loss_gradient(logits, targets):
    result = torch.softmax(logits, dim=0)
    result[torch.arange(len(targets)), targets] -= 1
    return result / len(targets)
""",
        """
def loss_gradient(logits, targets):
    N, V = logits.shape
    one_hot = (torch.arange(V) == targets[:, None]).float()
    return (torch.softmax(logits, dim=1) - one_hot) / V
""",
        """
def loss_gradient(logits, targets):
    return torch.softmax(logits, dim=1) / len(logits)
""",
        """
def loss_gradient(logits, targets):
    result = torch.softmax(logits, dim=1)
    result[torch.arange(len(targets)), targets - 1] -= 1
    return result / len(targets)
""",
    ],
}
