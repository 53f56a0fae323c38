"""Typical wrong answers to the exercises of notebook 04."""


def tokenizer(init="", encode="", decode=""):
    """A tokenizer as a learner types it, with some of its methods written in another way."""
    init = init or "self.chars = sorted(set(text))"
    encode = encode or "return torch.tensor([self.stoi[c] for c in text])"
    decode = decode or "return ''.join(self.chars[i] for i in tokens)"
    return (
        "class CharTokenizer:\n"
        "    def __init__(self, text):\n"
        f"        {init}\n"
        "        self.vocab_size = len(self.chars)\n"
        "        self.stoi = {c: i for i, c in enumerate(self.chars)}\n\n"
        "    def encode(self, text):\n"
        f"        {encode}\n\n"
        "    def decode(self, tokens):\n"
        f"        {decode}\n"
    )


ERROR = (
    "for c in text:\n            if c not in self.chars:\n                raise ValueError(f'what is {c}?')\n        "
)

WRONG = {
    "04.1": [
        tokenizer(),  # KeyError
        tokenizer("self.chars = list(set(text))", ERROR + "return torch.tensor([self.stoi[c] for c in text])"),
        tokenizer("self.chars = sorted(text)", ERROR + "return torch.tensor([self.chars.index(c) for c in text])"),
        tokenizer(encode=ERROR + "return [self.stoi[c] for c in text]"),
        tokenizer(encode=ERROR + "return torch.Tensor([self.stoi[c] for c in text])"),
        tokenizer(encode=ERROR + "return torch.tensor([self.stoi[c] + 1 for c in text])"),
        tokenizer(encode="return torch.tensor([self.stoi[c] for c in text if c in self.stoi])"),
        tokenizer(encode="return torch.tensor([''.join(self.chars).find(c) for c in text])"),
        tokenizer(encode=ERROR + "return torch.tensor([ord(c) for c in text])"),
        tokenizer(
            encode=ERROR + "return torch.tensor([self.stoi[c] for c in text])",
            decode="return [self.chars[i] for i in tokens]",
        ),
        tokenizer(
            encode=ERROR + "return torch.tensor([self.stoi[c] for c in text])",
            decode="itos = {i: c for c, i in self.stoi.items()}\n        return ''.join(itos[i] for i in tokens)",
        ),
        tokenizer(
            encode=ERROR + "return torch.tensor([self.stoi[c] for c in text])",
            decode="return ''.join(self.chars[i] for i in tokens.tolist())",
        ),
        tokenizer(encode=ERROR.replace(" {c}", "") + "return torch.tensor([self.stoi[c] for c in text])"),
    ],
    "04.2": [
        "def windows(tokens, starts, context_length):\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, x",
        "def windows(tokens, starts, context_length):\n"
        "    w = torch.stack([tokens[s : s + context_length + 1] for s in starts])\n"
        "    return w, torch.stack([tokens[s + 1 : s + context_length + 2] for s in starts])",
        "def windows(tokens, starts, context_length):\n"
        "    x = torch.cat([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.cat([tokens[s + 1 : s + context_length + 1] for s in starts])",
        "def windows(tokens, starts, context_length):\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.stack([tokens[s + context_length] for s in starts])",
        "def windows(tokens, starts, context_length):\n"
        "    x = [tokens[s : s + context_length] for s in starts]\n"
        "    return x, [tokens[s + 1 : s + context_length + 1] for s in starts]",
        "def windows(tokens, starts, context_length):\n"
        "    return tokens[starts : starts + context_length], tokens[starts + 1 : starts + context_length + 1]",
        "def windows(tokens, starts, context_length):\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, x + 1",
    ],
    "04.3": [
        # over the end
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(0, len(tokens), (batch_size,), generator=generator)\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in starts])",
        # never the last
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(len(tokens) - context_length - 1, (batch_size,), generator=generator)\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in starts])",
        # deaf
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(len(tokens) - context_length, (batch_size,))\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in starts])",
        # no shift
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(len(tokens) - context_length, (batch_size, 1), generator=generator)\n"
        "    x = tokens[starts + torch.arange(context_length)]\n"
        "    return x, x.clone()",
        # one start for all
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    s = torch.randint(len(tokens) - context_length, (1,), generator=generator).item()\n"
        "    x = torch.stack([tokens[s : s + context_length] for _ in range(batch_size)])\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for _ in range(batch_size)])",
        # seeds itself
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    generator = torch.Generator().manual_seed(42)\n"
        "    s = torch.randint(len(tokens) - context_length, (batch_size, 1), generator=generator)\n"
        "    w = tokens[s + torch.arange(context_length + 1)]\n"
        "    return w[:, :-1], w[:, 1:]",
        # on its side
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(len(tokens) - context_length, (batch_size,), generator=generator)\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts], dim=1)\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in starts], dim=1)",
        # a number where a shape is asked
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    starts = torch.randint(len(tokens) - context_length, batch_size, generator=generator)\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in starts])\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in starts])",
        # a row of each drawn on its own
        "def random_batch(tokens, batch_size, context_length, generator=None):\n"
        "    a = torch.randint(len(tokens) - context_length, (batch_size,), generator=generator)\n"
        "    x = torch.stack([tokens[s : s + context_length] for s in a])\n"
        "    b = torch.randint(len(tokens) - context_length, (batch_size,), generator=generator)\n"
        "    return x, torch.stack([tokens[s + 1 : s + context_length + 1] for s in b])",
    ],
}
