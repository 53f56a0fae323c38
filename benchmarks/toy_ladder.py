"""How near each model of the series comes to the toy language's exact limit, at equal training tokens.

A bigram sees one character; one head can look back once, four heads at four things at once, a GPT can also
compute with what it found. The distances must be visibly different, and none may fall below the limit.
"""

import torch
import torch.nn as nn

from benchmarks._common import store
from helpers import baselines
from helpers.corpus import load_text
from helpers.evaluation import evaluate
from helpers.model import GPT, Bigram, GPTConfig, Head, MultiHeadAttention, count_parameters
from helpers.text import Batches, CharTokenizer, fixed_windows, train_val_split
from helpers.training.loop import train
from helpers.training.recipe import TrainConfig

T, C = 128, 96


class AttentionOnly(nn.Module):
    """Embeddings, one attention (a Head or several), and logits: no feed-forward, no residual, no second layer."""

    def __init__(self, vocab_size, attention):
        super().__init__()
        self.config = GPTConfig(vocab_size, T, 1, 1, C)
        self.token_embedding, self.position_embedding = nn.Embedding(vocab_size, C), nn.Embedding(T, C)
        self.attention, self.lm_head = attention, nn.Linear(C, vocab_size)

    def forward(self, idx):
        x = self.token_embedding(idx) + self.position_embedding(torch.arange(idx.shape[1], device=idx.device))
        return self.lm_head(self.attention(x))  # (B, T, V)


def main():
    text = load_text("toy")
    tokenizer = CharTokenizer(text)
    train_tokens, val = train_val_split(tokenizer.encode(text))
    V = tokenizer.vocab_size
    val_text = tokenizer.decode(val)
    language = baselines.ToyLanguage()
    limit = language.nats_per_char(val_text[val_text.index("\n") + 1 :])
    models = {
        "bigram": lambda: Bigram(V),
        "one head": lambda: AttentionOnly(V, Head(C, C, T)),
        "four heads": lambda: AttentionOnly(V, MultiHeadAttention(C, 4, T)),
        "GPT": lambda: GPT(GPTConfig(V, T, n_layer=3, n_head=4, n_embd=C)),
    }
    rows = []
    for name, build in models.items():
        torch.manual_seed(0)
        model = build()
        batches = Batches(train_tokens, val, batch_size=16, context_length=T, seed=0)
        config = TrainConfig(steps=1500, learning_rate=3e-2 if name == "bigram" else 4e-3, eval_every=1500)
        history = train(model, batches, config, progress=False)
        loss = evaluate(model, fixed_windows(val, T))
        seconds = round(history.last("seconds"), 1)
        rows.append(
            {"model": name, "parameters": count_parameters(model), "nats": round(loss, 4),
             "above_limit": round(loss - limit, 4), "seconds": seconds}
        )  # fmt: skip
        print(rows[-1], flush=True)
    store("toy_ladder", rows, limit=round(limit, 4), tokens=1500 * 16 * T)


if __name__ == "__main__":
    main()
