"""The first GPT that a learner meets: trained before their eyes in notebook 00, within a limit of time."""

import contextlib
import copy
import dataclasses
import time

import torch

from helpers import baselines, checks
from helpers.corpus import load_text
from helpers.device import pick_device, seed_everything
from helpers.model import GPT, GPTConfig
from helpers.sampling import sample_text
from helpers.text import Batches, CharTokenizer, train_val_split
from helpers.training.history import History
from helpers.training.loop import steps
from helpers.training.pretrained import seconds_per_step, shortened
from helpers.training.recipe import preset_for

SHORT = {"eval_windows": 128}  # looking at the validation text must not take much of a minute
ENOUGH, NARROWER = 600, {"n_embd": 64}  # where the time allows fewer steps than this, a narrower model learns more


class FirstGPT:
    """A GPT that has learned nothing yet: its `model` and `tokenizer`, and a training of at most `seconds`.

    `steps` trains it, as a generator. `sample` writes a text and notes it in `texts`, with the step at which it was
    written. `baselines` says what simpler models reach on the same text.
    """

    def __init__(self, corpus="shakespeare", *, seconds=60, device=None, preset=None, prompt="ROMEO.\n"):
        self.seconds, self.prompt = checks.number("seconds", seconds, above=0), checks.text("prompt", prompt, 1)
        self.device = pick_device(device)
        sizes, self._batch_size, recipe = preset_for(self.device, preset)
        text = load_text(corpus)
        self.tokenizer = CharTokenizer(text)
        self.tokenizer.encode(prompt)  # a ValueError names a character that the text does not have
        self._data, V = train_val_split(self.tokenizer.encode(text)), self.tokenizer.vocab_size
        self.baselines = {"uniform": baselines.uniform(V), "bigram": baselines.bigram(*self._data, V)}
        self._recipe, self._spent = dataclasses.replace(recipe, **SHORT), 0.0
        self.history, self.texts, self._step = History(), [], 0
        self._threads = torch.get_num_threads()
        if self._make(sizes) < min(ENOUGH, self._recipe.steps):
            self._threads = 1  # on a busy machine, threads spend their time waiting for each other
            self._make(sizes | NARROWER)

    def _make(self, sizes):
        """A model of these sizes; gives how many steps the time that is left allows. Measuring takes some of it."""
        seed_everything(1337)
        self.model = GPT(GPTConfig(self.tokenizer.vocab_size, **sizes)).to(self.device)
        start = time.perf_counter()
        with threads(self._threads):
            per_step = seconds_per_step(copy.deepcopy(self.model), self.batches(), self._recipe, warm_up=3, measured=9)
        self._spent += time.perf_counter() - start
        self._affordable = 0.9 * (self.seconds - self._spent) / per_step  # samples and pictures take the rest
        return self._affordable

    @property
    def val_loss(self):
        """The newest loss on text that the model does not train on, in nats per character."""
        return self.history.last("val_loss")

    def batches(self):
        """Random windows of the training text, the same ones each time."""
        T = self.model.config.context_length
        return Batches(*self._data, self._batch_size, T, seed=1, device=self.device)

    def steps(self, controls=None):
        """Train from the beginning of the schedule, as `helpers.training.steps` does, for at most `seconds`.

        Its schedule is as long as the speed of this machine allows. If the machine slows down meanwhile, the training
        ends early. A pause does not count.
        """
        recipe = shortened(self._recipe, self._affordable)
        self.history, self._step = History(), 0
        events = steps(self.model, self.batches(), recipe, history=self.history, controls=controls)
        with threads(self._threads):
            yield from within(self.seconds - self._spent, events, self._note)

    def _note(self, event):
        self._step = event.step

    def sample(self, n_chars=180):
        """A text that the model writes now, always with the same random numbers."""
        text = sample_text(self.model, self.tokenizer, self.prompt, n_chars, seed=1, temperature=0.8)
        self.texts.append((self._step, text))
        return text


@contextlib.contextmanager
def threads(n):
    """PyTorch computes with `n` threads inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def within(seconds, events, note=lambda event: None, clock=time.perf_counter):
    """The events of a training until it has lasted `seconds`, and at least one step; what is a pause does not count."""
    with contextlib.closing(events):
        answer = None
        while True:
            begun = clock()
            try:
                event = events.send(answer)
            except StopIteration:
                return
            note(event)
            paused = answer == "pause"
            answer = yield event  # what the one who looks on does meanwhile counts too
            if not paused:
                seconds -= clock() - begun
            if event.step and seconds <= 0 and answer is None:
                return
