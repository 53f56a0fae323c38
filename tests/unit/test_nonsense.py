"""Nonsense for every public function of the core: a sentence, or a right answer. See tests/nonsense.py."""

import itertools
import math

import pytest
import torch

from helpers import baselines, cache, device, evaluation, inside, model, sampling, text
from tests.nonsense import Spec, equal, faults

TEXT = "the owl and the hen went to the mill by the old gate, and so on and on. " * 4
TOKENIZER = text.CharTokenizer(TEXT)
V = TOKENIZER.vocab_size  # 17: a pair's number does not fit into 8 bits
TOKENS = TOKENIZER.encode(TEXT)
CONFIG = model.GPTConfig(V, context_length=8, n_layer=2, n_head=2, n_embd=8)
torch.manual_seed(0)
GPT, BIGRAM = model.GPT(CONFIG).eval(), model.Bigram(V)
IDX = TOKENS[:12].view(2, 6)
X = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(0))
LOGITS = torch.randn(3, 5, generator=torch.Generator().manual_seed(1))
TWICE = TOKENS[:4].repeat(2)[None]


def seeded():
    return torch.Generator().manual_seed(5)


def by_hand(train, val, pairs=False):
    """The loss of counting, with one added to each count, in plain Python."""
    train, val, total = train.tolist(), val.tolist(), 0.0
    follow = list(itertools.pairwise(train))
    for before, token in zip([None, *val], val, strict=False):
        if pairs and before is None:
            continue
        then = [b for a, b in follow if a == before] if pairs else train
        total -= math.log((then.count(token) + 1) / (len(then) + V))
    return total / (len(val) - pairs)


def of(**arguments):
    """A function that makes these arguments anew; a function among them is called for its value."""
    return lambda: {name: value() if value is seeded else value for name, value in arguments.items()}


def a_cache():
    return cache.KVCache()


def read(model, idx):
    return cache.read_on(model, idx, cache.KVCache())


def state_of(module):
    return [p.detach() for p in module.parameters()]


def built(kind):
    """A constructor whose weights are always the same."""

    def build(**arguments):
        torch.manual_seed(0)
        return kind(**arguments)

    return build


def reader_after(token):
    reader = cache.Reader(GPT, IDX)
    reader.append(token)
    return reader.logits()


def chosen(logits, temperature=0.7, top_k=3, top_p=0.9):
    """The probabilities of the next token, row by row and in plain Python: the reference for what a setting means."""
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]).tolist():
        if temperature == 0:
            rows.append([float(i == row.index(max(row))) for i in range(len(row))])
            continue
        kept = [z for z in row if top_k is None or z >= sorted(row)[-min(top_k, len(row))]]
        shares = {z: math.exp(z / temperature) / sum(math.exp(other / temperature) for other in kept) for z in kept}
        some, held = set(), 0.0
        for z in sorted(kept, reverse=True):
            if top_p is None or held < top_p:
                some.add(z)
                held += shares[z]
        rows.append([shares[z] / held if z in some else 0.0 for z in row])
    return torch.tensor(rows).view(logits.shape)


def as_chosen(result, arguments):
    settings = {name: value for name, value in arguments.items() if name in ("temperature", "top_k", "top_p")}
    return equal(result, chosen(arguments["logits"], **settings))


def kept_as_chosen(result, arguments, name):
    settings = {"temperature": 1, "top_k": None, "top_p": None}
    name_, value = ("top_k", arguments["k"]) if name == "k" else ("top_p", arguments["p"])
    return equal(result.softmax(-1), chosen(arguments["logits"], **settings | {name_: value}))


def possible(result, arguments):
    """Whether the tokens that were drawn are among those that the settings leave."""
    settings = {name: value for name, value in arguments.items() if name in ("temperature", "top_k", "top_p")}
    return bool((chosen(arguments["logits"], **settings).gather(1, result) > 0).all())


def follows(result, arguments):
    """Whether each new token of a text is one that the settings leave of the model's logits for what came before."""
    settings = {name: value for name, value in arguments.items() if name in ("temperature", "top_k", "top_p")}
    n, total = arguments["idx"].shape[1], arguments["idx"].shape[1] + arguments["max_new_tokens"]
    fit = (possible(result[:, t : t + 1], {"logits": GPT(result[:, :t])[:, -1], **settings}) for t in range(n, total))
    return result.shape == (2, total) and equal(result[:, :n], arguments["idx"]) and all(fit)


def windows(result, arguments):
    """Whether each row is a stretch of the tokens, and its targets the same stretch, one on."""
    tokens = arguments["tokens"].tolist()
    rows = {tuple(tokens[i : i + 9]) for i in range(len(tokens) - 8)}
    return all(
        (*x, y[-1]) in rows and x[1:] == y[:-1] for x, y in zip(*(part.tolist() for part in result), strict=True)
    )


def is_nan(result, arguments):
    """Whether what is no number has gone on into the result, instead of being lost."""
    parts = result if isinstance(result, (list, tuple)) else [result]
    return any(not part.isfinite().all() for part in parts)


UNREAL = {f"x:{label}": is_nan for label in ("nan inside", "infinity inside", "nothing but -inf")}
DOUBLES = {"x:doubles": "PyTorch says which two dtypes do not go together"}
OWN = {"model:a layer": "the error comes from inside the model that was handed over"}
EMPTY = lambda result, arguments: len(result) == 0  # noqa: E731
ANY = {"generator:None": None}
FILTERS = {"temperature:zero": as_chosen, "top_k:None": as_chosen, "top_k:huge": as_chosen, "top_p:None": as_chosen}
LOOKED = {key: possible for key in FILTERS} | ANY
WRITTEN = {key: follows for key in FILTERS} | ANY | {"use_cache:None": follows}
SIZES = dict(n_embd=8, head_size=4, context_length=8, dropout=0.1)

SPECS = [
    Spec(
        "CharTokenizer", text.CharTokenizer, of(text=TEXT), look=lambda t: t.chars, fine={"text:another script": None}
    ),
    Spec("encode", TOKENIZER.encode, of(text="the owl", dtype=torch.long), fine={"text:nothing": EMPTY}),
    Spec(
        "decode",
        TOKENIZER.decode,
        of(tokens=TOKENS[:7]),
        fine={
            "tokens:one number": lambda r, a: r == TOKENIZER.chars[3],
            "tokens:an empty list": EMPTY,
            "tokens:empty": EMPTY,
            "tokens:one dimension more": lambda r, a: r == TEXT[:7],
            "tokens:no dimension": lambda r, a: r == TEXT[0],
        },
    ),
    Spec(
        "train_val_split",
        text.train_val_split,
        of(tokens=TOKENS, val_fraction=0.1),
        fine={"tokens": lambda r, a: equal(list(r[0]) + list(r[1]), list(a["tokens"]))},
    ),
    Spec(
        "train_val_split of a string",
        text.train_val_split,
        of(tokens=TEXT, val_fraction=0.1),
        fine={"tokens": lambda r, a: equal([*r[0], *r[1]], [*a["tokens"]])},
    ),
    Spec(
        "random_batch",
        text.random_batch,
        of(tokens=TOKENS, batch_size=4, context_length=8, generator=seeded),
        fine=ANY | {"tokens": windows},
    ),
    Spec(
        "fixed_windows",
        text.fixed_windows,
        of(tokens=TOKENS, context_length=8, most=5),
        fine={"tokens": windows, "most:None": windows},
    ),
    Spec(
        "Batches",
        text.Batches,
        of(train=TOKENS, val=TOKENS, batch_size=4, context_length=8, seed=3, device="cpu"),
        look=lambda b: next(b),
        fine={
            "train": lambda r, a: windows(r, {"tokens": a["train"]}),
            "val": None,
            "seed:zero": None,
            "device:None": None,
        },
    ),
    Spec(
        "excerpt",
        text.excerpt,
        of(text=TEXT, wanted="the mill"),
        fine={
            "text:another script": lambda r, a: r == "☃☃",
            "wanted:nothing": EMPTY,
            "wanted:another script": lambda r, a: r == TEXT[:2],
        },
    ),
    Spec(
        "load_text",
        text.load_text,
        of(name_or_path="toy"),
        exempt={"name_or_path:nothing": "an empty path means this folder, and it is said that it is one"},
    ),
    Spec("uniform", baselines.uniform, of(vocab_size=17)),
    Spec(
        "unigram",
        baselines.unigram,
        of(train=TOKENS, val=TOKENS[:50], vocab_size=V, smoothing=1.0),
        fine={"vocab_size:None": lambda r, a: abs(r - by_hand(a["train"], a["val"])) < 1e-9},
    ),
    Spec(
        "bigram",
        baselines.bigram,
        of(train=TOKENS, val=TOKENS[:50], vocab_size=V, smoothing=1.0),
        fine={"vocab_size:None": lambda r, a: abs(r - by_hand(a["train"], a["val"], pairs=True)) < 1e-9},
    ),
    Spec(
        "bigram_probabilities",
        baselines.bigram_probabilities,
        of(tokens=TOKENS, vocab_size=V, smoothing=1.0),
        fine={"tokens:empty": lambda r, a: equal(r, torch.full((V, V), 1 / V))},
    ),
    Spec(
        "ToyLanguage.sample",
        baselines.ToyLanguage().sample,
        of(n_chars=50, generator=seeded),
        fine=ANY | {"n_chars:zero": EMPTY},
    ),
    Spec(
        "ToyLanguage.surprise",
        baselines.ToyLanguage().surprise,
        of(text="Baba lost a red"),
        fine={"text:nothing": EMPTY, "text:another script": lambda r, a: r == [math.inf] * 2},
    ),
    Spec(
        "ToyLanguage.nats_per_char",
        baselines.ToyLanguage().nats_per_char,
        of(text="Baba lost a red"),
        fine={"text:another script": lambda r, a: r == math.inf},
    ),
    Spec("ToyLanguage.story", baselines.ToyLanguage().story, of(generator=seeded), fine=ANY),
    Spec(
        "pick_device",
        device.pick_device,
        of(prefer="cpu"),
        fine={"prefer:None": lambda r, a: r.type in ("cpu", "cuda", "mps")},
    ),
    Spec("describe", device.describe, of(device=torch.device("cpu"))),
    Spec("seed_everything", device.seed_everything, of(seed=3), fine={"seed:zero": None}),
    Spec("synchronize", device.synchronize, of(device=torch.device("cpu"))),
    Spec(
        "GPTConfig",
        model.GPTConfig,
        of(
            vocab_size=V,
            context_length=8,
            n_layer=2,
            n_head=2,
            n_embd=8,
            dropout=0.1,
            activation="relu",
            tie_weights=True,
        ),
        fine={"dropout:zero": lambda c, a: c.dropout == 0},
    ),
    Spec("Bigram", built(model.Bigram), of(vocab_size=5), look=state_of),
    Spec("Bigram.forward", BIGRAM, of(idx=IDX), fine={"idx:empty": lambda r, a: r.shape == (2, 0, V)}),
    # What stands inside of a GPT, Head to Block, is written by the learner: there torch's own errors are the lesson.
    Spec("GPT", built(model.GPT), of(config=CONFIG), look=state_of),
    Spec("GPT.forward", GPT, of(idx=IDX), fine={"idx:empty": lambda r, a: r.shape == (2, 0, V)}),
    Spec("loss_of", evaluation.loss_of, of(model=GPT, x=IDX, y=IDX), exempt=OWN),
    Spec("evaluate", evaluation.evaluate, of(model=GPT, windows=(IDX, IDX), batch_size=2), exempt=OWN),
    Spec(
        "with_temperature",
        sampling.with_temperature,
        of(logits=LOGITS, temperature=0.7),
        fine={"logits": lambda r, a: equal(r, a["logits"] / 0.7)},
    ),
    Spec(
        "keep_top_k",
        sampling.keep_top_k,
        of(logits=LOGITS, k=2),
        fine={"logits": lambda r, a: kept_as_chosen(r, a, "k"), "k:huge": lambda r, a: kept_as_chosen(r, a, "k")},
    ),
    Spec(
        "keep_top_p",
        sampling.keep_top_p,
        of(logits=LOGITS, p=0.7),
        fine={"logits": lambda r, a: kept_as_chosen(r, a, "p")},
    ),
    Spec(
        "next_distribution",
        sampling.next_distribution,
        of(logits=LOGITS, temperature=0.7, top_k=3, top_p=0.9),
        fine=FILTERS | {"logits": as_chosen},
    ),
    Spec("draw", sampling.draw, of(logits=LOGITS, temperature=0.7, top_k=3, top_p=0.9, generator=seeded), fine=LOOKED),
    Spec(
        "generate",
        sampling.generate,
        of(
            model=GPT,
            idx=IDX,
            max_new_tokens=2,
            temperature=0.7,
            top_k=3,
            top_p=0.9,
            generator=seeded,
            slide=2,
            use_cache=True,
        ),
        exempt=OWN,
        fine=WRITTEN | {"max_new_tokens:zero": follows},
    ),
    Spec(
        "stream",
        lambda **a: next(sampling.stream(**a)),
        of(model=GPT, idx=IDX, temperature=0.7, top_k=3, top_p=0.9, generator=seeded, slide=2, use_cache=True),
        exempt=OWN,
        look=lambda d: d,
        fine={key: lambda r, a: possible(r.token, {**a, "logits": r.logits}) for key in WRITTEN},
    ),
    Spec(
        "sample_text",
        sampling.sample_text,
        of(model=GPT, tokenizer=TOKENIZER, prompt="the", n_chars=4, seed=3, temperature=0.7, top_k=3, top_p=0.9),
        exempt=OWN,
        fine={**dict.fromkeys(FILTERS), "n_chars:zero": lambda r, a: r == "the", "seed": None},
    ),
    Spec("read_on", read, of(model=GPT, idx=IDX), fine={"idx:empty": lambda r, a: r.shape == (2, 0, V)}),
    Spec(
        "Reader",
        cache.Reader,
        of(model=GPT, idx=IDX, use_cache=True, slide=2),
        look=lambda r: r.logits(),
        exempt=OWN,
        fine={"use_cache:None": lambda r, a: equal(r, GPT(a["idx"])[:, -1].detach())},
    ),
    Spec("Reader.append", reader_after, of(token=IDX[:, :1])),
    Spec("trace", inside.trace, of(model=GPT, idx=IDX)),
    Spec("logit_lens", inside.logit_lens, of(model=GPT, idx=IDX)),
    Spec(
        "repeated_sequence",
        inside.repeated_sequence,
        of(vocab_size=17, length=4, batch_size=2, generator=seeded),
        fine=ANY,
    ),
    Spec("head_scores", inside.head_scores, of(model=GPT, idx=TWICE)),
    Spec(
        "longest_shared",
        inside.longest_shared,
        of(text="the owl sat", source=TEXT),
        fine=dict.fromkeys(["text:nothing", "text:another script", "source:nothing", "source:another script"], EMPTY),
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nonsense_gets_a_sentence_or_a_right_answer(spec):
    wrong, _ = faults(spec)
    assert not wrong, "\n".join(wrong)
