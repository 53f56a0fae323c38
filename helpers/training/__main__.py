"""`python -m helpers.training`: train a GPT in a terminal, without Jupyter."""

import argparse
import dataclasses
import os
import sys

from helpers import mapped
from helpers.corpus import load_text
from helpers.device import describe, pick_device, seed_everything
from helpers.evaluation import evaluate
from helpers.model import GPT, GPTConfig, count_parameters
from helpers.paths import checkpoint_path
from helpers.sampling import sample_text
from helpers.text import Batches, CharTokenizer, excerpt, fixed_windows, train_val_split
from helpers.training.loop import train
from helpers.training.place import Place, free_name
from helpers.training.recipe import PRESETS, preset_for
from helpers.training.storage import CheckpointError


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m helpers.training", description="Train a GPT without Jupyter, and print a sample of its text."
    )
    parser.add_argument("--corpus", default="shakespeare", help="a corpus by name, a text file, or its file of tokens")
    parser.add_argument("--preset", choices=PRESETS, help="sizes; default: what fits this machine")
    parser.add_argument("--steps", type=int, help="train for another number of steps than the preset's")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the best there is")
    parser.add_argument("--out", default=checkpoint_path("script"), help="where the checkpoint is kept")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run saved at --out; with a larger --steps, beyond its end"
    )
    parser.add_argument("--seed", type=int, default=1337)
    args = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character must not end a training
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    device = pick_device(args.device)
    place = Place(args.out)
    if args.resume and not place.path.exists():
        raise CheckpointError(f"There is nothing to resume at {args.out}. Without --resume, a new run begins there.")
    sizes, batch_size, config = preset_for(device, args.preset)
    if args.steps is not None:
        config = dataclasses.replace(config, steps=args.steps)
    tokenizer, tokens = tokens_of(args.corpus)
    seed_everything(args.seed)
    train_tokens, val_tokens = train_val_split(tokens)
    batches = Batches(train_tokens, val_tokens, batch_size, sizes["context_length"], seed=args.seed, device=device)
    model = GPT(GPTConfig(vocab_size=tokenizer.vocab_size, **sizes)).to(device)
    print(f"{args.corpus}: {len(tokens):,} characters. {count_parameters(model):,} parameters on {describe(device)}.")
    if not args.resume and place.path.exists():
        kept = free_name(place.path)
        os.rename(place.path, kept)
        print(f"What was at {args.out} is now {kept.name}.")
        place = Place(args.out)
    history = train(model, batches, config, tokenizer=tokenizer, checkpoint=place, resume=args.resume)
    whole = evaluate(model, fixed_windows(batches.val, batches.context_length))
    print(f"Step {history.last('step')}: {whole:.4f} nats per character on the whole validation split.")
    print(sample_text(model, tokenizer, excerpt("".join(tokenizer.chars), "\n"), 300, seed=args.seed))
    if place.kept() is None:
        there = "nothing of this run is kept" if place.step is None else f"it is kept as it was after step {place.step}"
        raise CheckpointError(f"Not saved: at {place.path} {there}. Make room, or choose another --out.")
    print(f"Saved: {place.path}")


def tokens_of(name):
    """The tokenizer and the tokens (N,) of a corpus, or of a file of tokens, which stays where it is."""
    if name.endswith(mapped.SUFFIX):
        return mapped.open_tokens(name)
    text = load_text(name)
    tokenizer = CharTokenizer(text)
    return tokenizer, tokenizer.encode(text, tokenizer.small)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, RuntimeError, OSError) as error:
        raise SystemExit(f"Error: {error}") from None
