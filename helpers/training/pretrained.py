"""A trained GPT for the notebooks after 11: the one that you trained there, or one trained now, in 90 seconds."""

import contextlib
import copy
import dataclasses
import statistics
import sys
import time

from tqdm import tqdm

from helpers import baselines, checks
from helpers.corpus import load_text
from helpers.device import pick_device, seed_everything, synchronize
from helpers.evaluation import evaluate
from helpers.model import GPT, GPTConfig
from helpers.paths import checkpoint_path
from helpers.text import Batches, CharTokenizer, fixed_windows, train_val_split
from helpers.training.checkpoint import load_model, save_model
from helpers.training.keeping import of_text, own_name, put_aside, text_identity
from helpers.training.loop import steps
from helpers.training.recipe import preset_for
from helpers.training.storage import CheckpointError

SECONDS = 80  # of training; loading the text before, and measuring the loss after, take some more


def load_or_train(name="gpt", corpus="shakespeare", *, device=None, seconds=SECONDS, preset=None, progress=True):
    """A GPT trained on `corpus`, and its tokenizer: the one that `keep_better` saved as `name`, or one trained now.

    Says which. A model counts if it was trained on this very text. Training takes at most `seconds` on any machine: the
    speed is measured first, the schedule is shortened to fit, and if the machine slows down meanwhile, training ends
    early. So that this happens once for each text, the model is saved, as `name`-quick and the beginning of the text's
    hash. A model under `name` that is no better than counting pairs of characters, from a training that was stopped
    early, is left where it is, and does not count. The model comes back in eval mode.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:  # infinity: no limit
        raise ValueError(f"seconds is {checks.said(seconds)}; it must be above 0, for instance {SECONDS}.")
    checks.text("name", name, 1)
    device = pick_device(device)
    sizes, batch_size, recipe = preset_for(device, preset)
    text = load_text(corpus)
    tokenizer, identity = CharTokenizer(text), text_identity(text)
    data = train_val_split(tokenizer.encode(text, tokenizer.small))
    quick = own_name(checkpoint_path(f"{name}-quick"), identity)
    own = checkpoint_path(name)
    for path in (own, own_name(own, identity), quick):
        limit = None if path == quick else lambda: baselines.bigram(*data, tokenizer.vocab_size)
        if found := saved(path, tokenizer, identity, limit, device):
            return found, tokenizer
    seed_everything(1337)
    model = GPT(GPTConfig(tokenizer.vocab_size, **sizes)).to(device)

    def batches():
        return Batches(*data, batch_size, sizes["context_length"], seed=1, device=device)

    start = time.perf_counter()
    per_step = seconds_per_step(copy.deepcopy(model), batches(), recipe)  # measuring takes some of the time, too
    recipe = shortened(recipe, (seconds - (time.perf_counter() - start)) / per_step)
    print(
        f"There is no trained GPT for this text yet (notebook 11 saves one). Training one now: {recipe.steps:,} steps "
        f"in at most {seconds} seconds. The next time it is there."
    )
    bar = tqdm(total=recipe.steps, disable=not progress, unit="step", leave=False, file=sys.stdout)
    with bar, contextlib.closing(steps(model, batches(), recipe)) as events:
        for event in events:
            bar.update(event.step - bar.n)
            if event.step and time.perf_counter() - start > seconds:
                break
    val_loss = evaluate(model, fixed_windows(data[1].to(device), sizes["context_length"]))
    said = "Trained and saved."
    try:
        save_model(quick, model, tokenizer, val_loss=val_loss, steps=event.step, text=identity)
    except (OSError, CheckpointError) as error:  # the model in memory is whole
        said = f"Trained, but it could not be saved ({error}); the next time, one will be trained again."
    print(f"{said} Its validation loss is {val_loss:.3f} nats.")
    return model.eval(), tokenizer


def saved(path, tokenizer, identity, limit, device):
    """The GPT at `path`, or None where there is none that is whole, of this text, and below `limit()`; says which."""
    if not path.exists():
        return None
    try:
        model, chars, info = load_model(path, device)
        if not chars:
            raise CheckpointError(f"{path.name} holds a model without its characters.")
    except CheckpointError as error:
        put_aside(path, error)
        return None
    if not of_text(chars, info, tokenizer, identity):
        return None
    loss = info.get("val_loss")
    if type(loss) is float and limit is not None and loss > limit():
        print(f"The GPT saved as {path.name} has a validation loss of {loss:.2f} nats: stopped early, it seems.")
        return None
    said = f" Its validation loss was {loss:.3f} nats." if type(loss) is float else ""
    print(f"Loaded the GPT that was saved as {path.name}.{said}")
    return model


def seconds_per_step(model, batches, recipe, warm_up=5, measured=20):
    """How long a training step of `recipe` takes here: the median, so that one hiccup counts little.

    A tenth is added for evaluations. `model` is used up.
    """
    trial = dataclasses.replace(recipe, steps=warm_up + measured + 1, eval_every=warm_up + measured + 1, eval_windows=1)
    ends = []
    with contextlib.closing(steps(model, batches, trial)) as events:
        for event in events:
            synchronize(batches.train.device)
            ends.append(time.perf_counter())
            if event.step == warm_up + measured:  # the last one would be followed by an evaluation
                break
    times = [after - before for before, after in zip(ends[warm_up:], ends[warm_up + 1 :], strict=False)]
    return 1.1 * statistics.median(times)


def shortened(recipe, most_steps):
    """The recipe with at most `most_steps` steps (at least 1), its warm-up and evaluations in proportion."""
    n = max(1, int(min(recipe.steps, most_steps)))
    share = n / recipe.steps
    every = max(1, int(recipe.eval_every * share))
    return dataclasses.replace(recipe, steps=n, warmup_steps=int(recipe.warmup_steps * share), eval_every=every)
