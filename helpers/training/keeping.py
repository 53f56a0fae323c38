"""Whose model, which text: several texts share a folder, and none takes the place of another's model or run."""

import hashlib
import itertools
import os
from pathlib import Path

from helpers import checks
from helpers.training.checkpoint import load_model, save_model
from helpers.training.history import History
from helpers.training.recipe import Controls, TrainConfig
from helpers.training.resuming import AnotherRun, stored_run
from helpers.training.run import Run
from helpers.training.storage import CheckpointError


def text_identity(text):
    """What tells one text from another: its number of characters, and the SHA-256 of its UTF-8 bytes."""
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}


def own_name(path, identity):
    """A name like that of `path` which is one text's alone: it ends with the beginning of the text's hash."""
    return path.with_name(f"{path.stem}-{identity['sha256'][:8]}{path.suffix}")


def of_text(chars, info, tokenizer, identity):
    """Whether a stored model has read this text. The first edition did not write it down: its characters must do."""
    return info.get("text", identity) == identity and chars == tokenizer.chars


def keep_better(path, model, tokenizer, text, val_loss, **info):
    """Save a model of `text`, unless a better one of the same text is kept; says which, and returns where that one is.

    Where a model of another text is kept at `path`, this one goes beside it, under a name of its own (`own_name`).
    val_loss: in nats per token, both measured in the same way. A CheckpointError: it could not be saved, and why.
    """
    checks.same_text(checks.module("model", model), tokenizer)
    val_loss, identity = checks.number("val_loss", val_loss, least=0), text_identity(checks.text("text", text))
    places = [Path(path), own_name(Path(path), identity)]
    kept = {place: about(place) for place in places}
    same = [place for place in places if kept[place] and of_text(*kept[place], tokenizer, identity)]
    for place in same:
        loss = kept[place][1].get("val_loss")
        if type(loss) is float and loss < val_loss:
            print(f"Not saved: the model at {place.name} is better ({loss:.3f} nats; this one has {val_loss:.3f}).")
            return place
    free = [place for place in places if not kept[place]]
    place = (same or free or places[1:])[0]
    if place not in same + free:
        put_aside(place, f"{place.name} has the name of this text's model, but was trained on another text.")
    elif place == places[1] and place in free:
        print(f"{places[0].name} holds a model of another text and stays as it is.")
    try:
        save_model(place, model, tokenizer, val_loss=float(val_loss), text=identity, **info)
    except OSError as error:  # a full disk: nothing is lost yet
        said = f"{place.name} could not be written: {error}. The model is still in memory, and what was kept stays."
        raise CheckpointError(f"{said} Make room in {place.parent}, then run this again.") from error
    print(f"Saved as {place.name}, with a validation loss of {val_loss:.3f} nats.")
    return place


def about(path):
    """The characters and the info of the model at `path`; None where there is none. One without is put aside."""
    try:
        return load_model(path)[1:] if path.exists() else None
    except CheckpointError as error:
        put_aside(path, error)
        return None


def find_run(path, model, batches, config, tokenizer=None):
    """Where `steps(..., checkpoint=..., resume=True)` goes on with a run of this very kind, or begins one: a path.

    That is `path`, or name-2, name-3, ... where runs on other texts or with other settings are kept. A finished run
    becomes name-finished, so that a new one begins; a file that cannot be used is put aside. Says what it has done.
    """
    checks.module("model", model)
    checks.kind("config", config, TrainConfig, "a TrainConfig")
    if tokenizer is not None:
        checks.same_text(model, tokenizer)
    path = Path(path)
    numbered = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in itertools.count(2))
    for candidate in itertools.chain([path], numbered):
        if not candidate.exists():
            return candidate
        try:
            progress = stored_run(candidate, Run(model, batches, config, History(), tokenizer, Controls()))[4]
        except AnotherRun:
            print(f"{candidate.name} holds a run on another text or with other settings. It stays as it is.")
            continue
        except CheckpointError as error:
            put_aside(candidate, error)
            if candidate.exists():  # it could not be renamed
                continue
        else:
            if progress["step"] == config.steps:
                finished = candidate.with_name(f"{candidate.stem}-finished{candidate.suffix}")
                candidate.replace(finished)
                print(f"The run at {candidate.name} is finished. It is now {finished.name}, and a new one begins.")
        return candidate


def put_aside(path, error):
    """Rename a file that cannot be used, to a name that is free, and say why: it might be somebody's work."""
    numbers = itertools.chain([""], (f".{n}" for n in itertools.count(2)))  # .unusable, .2.unusable, ...
    spares = (path.with_name(f"{path.name}{number}.unusable") for number in numbers)
    spare = next(spare for spare in spares if not os.path.lexists(spare))
    try:
        path.rename(spare)
    except OSError as refused:
        print(f"{error}\nIt could not be renamed ({refused}).")
    else:
        print(f"{error}\nIt was renamed to {spare.name}.")
