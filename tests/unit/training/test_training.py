"""The training loop: what it reports, that it learns, and that nothing that stops it costs anything."""

import copy
import dataclasses
import errno
import math
import os
import signal
import sys
import types
import warnings
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import helpers.training.run
from helpers import checks
from helpers.evaluation import evaluate
from helpers.model import Bigram
from helpers.text import fixed_windows
from helpers.training import History, TrainingDiverged, resuming, steps, storage, train
from helpers.training import checkpoint as ckpt
from helpers.training.place import Place
from helpers.training.recipe import Controls, learning_rate_at
from helpers.training.run import Run

few = settings(max_examples=12)


def same_run(one, other):
    """Two checkpoints of training runs are the same to the last bit, the clock aside."""
    (a, a_info), (b, b_info) = ckpt.read(one), ckpt.read(other)
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name
    for info in (a_info, b_info):
        del info["seconds"], info["history"]["seconds"]
    assert a_info == b_info


def quiet(*args, **options):
    return train(*args, progress=False, **options)


@pytest.fixture
def finished(new_run, tmp_path):
    """A function that gives the checkpoint of an undisturbed run with these settings, trained once."""
    made = {}

    def get(**options):
        key = tuple(sorted(options.items()))
        if key not in made:
            made[key] = tmp_path / f"finished{len(made)}.safetensors"
            quiet(*new_run(**options), checkpoint=made[key])
        return made[key]

    return get


@few
@given(n=st.integers(1, 25), log_every=st.integers(1, 9), eval_every=st.integers(1, 9))
def test_history_has_the_rows_it_should(new_run, n, log_every, eval_every):
    model, batches, config = new_run(steps=n, log_every=log_every, eval_every=eval_every)
    events, history = [], History()
    for event in steps(model, batches, config, history=history):
        assert event.history is history
        events.append(event)
    assert [event.step for event in events] == list(range(n + 1))
    assert [event.loss is None for event in events] == [True] + [False] * n
    evaluated = [s for s in range(n + 1) if s % eval_every == 0 or s == n]
    logged = [s for s in range(n + 1) if s % log_every == 0 or s in evaluated]
    assert [event.step for event in events if event.logged] == logged == history.step
    assert {len(column) for column in vars(history).values()} == {len(logged)}
    assert history.tokens == [s * 4 * 8 for s in logged]
    assert history.series("val_loss")[0] == evaluated
    assert all(a <= b for a, b in zip(history.seconds, history.seconds[1:], strict=False))
    for before, row, s in zip(logged, range(1, len(logged)), logged[1:], strict=False):
        losses = [events[i].loss.item() for i in range(before + 1, s + 1)]
        assert history.train_loss[row] == pytest.approx(sum(losses) / len(losses), rel=1e-5)
        assert history.learning_rate[row] == pytest.approx(learning_rate_at(s - 1, config))
        assert history.grad_norm[row] > 0
    assert history.train_loss[0] is None and history.grad_norm[0] is None
    assert history.last("step") == n and history.last("val_loss") == history.val_loss[-1]


def test_learning_rate_column_begins_with_the_warm_up(new_run):
    model, batches, config = new_run(steps=6, warmup_steps=5, log_every=1)
    rates = quiet(model, batches, config).learning_rate
    rates = [rate for rate in rates if rate is not None]
    assert rates[0] == pytest.approx(learning_rate_at(0, config))  # a curve of it would otherwise begin with a spike


def test_optimizer_follows_the_schedule(new_run, monkeypatch):
    made, make = [], helpers.training.run.make_optimizer
    monkeypatch.setattr(helpers.training.run, "make_optimizer", lambda *args: made.append(make(*args)) or made[-1])
    model, batches, config = new_run(steps=12)
    for event in steps(model, batches, config):
        if event.step:
            rates = {group["lr"] for group in made[0].param_groups}
            assert rates == {learning_rate_at(event.step - 1, config)}


def test_history_without_rows():
    history = History()
    assert history.last("val_loss") is None and history.series("val_loss") == ([], [])
    history.append(step=1, val_loss=None, train_loss=2.0)
    history.append(step=2, val_loss=3.0)
    assert history.last("train_loss") == 2.0 and history.series("val_loss") == ([2], [3.0])
    history.append(step=3, train_loss=1.0)
    assert history.last("train_loss") == 1.0  # the newest one
    assert History().step == []  # histories share no lists


def test_first_loss_is_ln_v_and_it_falls(new_run):
    model, batches, config = new_run(steps=150, eval_windows=None)
    history = quiet(model, batches, config)
    vocab_size = model.config.vocab_size
    assert history.val_loss[0] == pytest.approx(math.log(vocab_size) + 0.15, abs=0.2)
    assert history.last("val_loss") < history.val_loss[0] - 1
    assert history.last("train_loss") < history.train_loss[1] - 1
    # What is reported is what the model does, on all the windows of the split.
    assert history.last("val_loss") == pytest.approx(evaluate(model, fixed_windows(batches.val, 8)), rel=1e-6)


def test_a_model_without_config_trains_too(new_run, tmp_path):
    _, batches, config = new_run(steps=80, learning_rate=0.3)
    torch.manual_seed(0)
    model = Bigram(new_run.tokenizer.vocab_size)
    history = quiet(model, batches, config, checkpoint=tmp_path / "bigram.safetensors")
    assert history.last("val_loss") < history.val_loss[0] - 1
    with pytest.raises(ckpt.CheckpointError, match="not a GPT"):
        ckpt.load_model(tmp_path / "bigram.safetensors")


@pytest.mark.parametrize("training_mode", [True, False])
def test_mode_is_put_back(new_run, training_mode):
    model, batches, config = new_run(dropout=0.2)
    model.train(training_mode)
    quiet(model, batches, config)
    assert model.training == training_mode
    for event in steps(model.train(training_mode), batches, config):
        if event.step == 3:
            break
    assert model.training == training_mode


def test_dropout_is_on_while_training(new_run):
    model, batches, config = new_run(dropout=0.5, steps=8, eval_every=4)
    modes = []
    model.blocks[0].feed_forward.net[3].register_forward_hook(lambda module, *_: modes.append(module.training))
    quiet(model.eval(), batches, config)
    assert modes.count(True) == 8 and modes.count(False) == 3  # eight steps, three evaluations


def test_gradients_are_clipped(new_run):
    model, batches, config = new_run(steps=1, grad_clip=1e-3)
    history = quiet(model, batches, config)
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in model.parameters()))
    assert norm == pytest.approx(1e-3, rel=1e-3)
    assert history.last("grad_norm") > 0.1  # reported as it was before clipping


@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), dropout=st.sampled_from([0.0, 0.3]))
def test_same_seed_same_run(new_run, tmp_path, seed, dropout):
    for name in "ab":
        quiet(*new_run(seed=seed, dropout=dropout), tokenizer=new_run.tokenizer, checkpoint=tmp_path / name)
    same_run(tmp_path / "a", tmp_path / "b")
    quiet(*new_run(seed=seed + 1, dropout=dropout), checkpoint=tmp_path / "c")
    weights = [ckpt.read(tmp_path / name)[0]["model.lm_head.weight"] for name in "ac"]
    assert not torch.equal(*weights)


@few
@given(stops=st.lists(st.integers(0, 20), min_size=1, max_size=3).map(sorted), dropout=st.sampled_from([0.0, 0.3]),
       tie_weights=st.booleans())  # fmt: skip
def test_break_and_resume_is_bit_identical(new_run, finished, tmp_path, stops, dropout, tie_weights):
    options = dict(dropout=dropout, tie_weights=tie_weights)
    path = tmp_path / "stopped"
    path.unlink(missing_ok=True)
    for stop in stops:
        model, batches, config = new_run(**options)
        for event in steps(model, batches, config, checkpoint=path, resume=True):
            if event.step >= stop:
                break
        del event
        assert path.exists() == (stop > 0)
    model, batches, config = new_run(**options)
    if path.exists():
        torch.manual_seed(999)  # a new process would be seeded otherwise; the checkpoint has to put that right
    history = quiet(model, batches, config, checkpoint=path, resume=True)
    same_run(path, finished(**options))
    assert history.last("step") == 20
    assert all(a <= b for a, b in zip(history.seconds, history.seconds[1:], strict=False))


def test_closing_the_generator_saves(new_run, tmp_path):
    path = tmp_path / "run"
    model, batches, config = new_run(steps=20, eval_every=20)
    events = steps(model, batches, config, checkpoint=path)
    for _ in range(5):
        step = next(events).step
    assert not path.exists()
    events.close()
    tensors, info = ckpt.read(path)
    assert info["step"] == step == 4
    assert torch.equal(tensors["model.lm_head.weight"], model.lm_head.weight)


def test_error_in_the_loops_body_saves(new_run, tmp_path):
    def careless():
        for event in steps(*new_run(), checkpoint=tmp_path / "run"):
            if event.step == 5:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        careless()
    assert ckpt.read(tmp_path / "run")[1]["step"] == 5


def test_resume_of_a_finished_run_changes_nothing(new_run, finished):
    path = finished()
    before = path.read_bytes()
    model, batches, config = new_run()
    history = quiet(model, batches, config, checkpoint=path, resume=True)
    assert history.last("step") == 20 and path.read_bytes() == before
    assert torch.equal(model.lm_head.weight, ckpt.read(path)[0]["model.lm_head.weight"])


def test_without_resume_a_new_run_begins(new_run, finished):
    history = History()
    assert next(steps(*new_run(), history=history, checkpoint=finished())).step == 0
    assert history.step == [0]


def test_resume_needs_a_path(new_run):
    with pytest.raises(ValueError, match="resume=True needs checkpoint=PATH"):
        next(steps(*new_run(), resume=True))


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(learning_rate=0.5), ["train", "'learning_rate': 0.01", "'learning_rate': 0.5"]),
        (dict(steps=19), ["train", "'steps': 20", "'steps': 19"]),
        (dict(n_embd=32), ["model", "'n_embd': 16", "'n_embd': 32"]),
        (dict(dropout=0.5), ["model", "'dropout': 0.0", "'dropout': 0.5"]),
    ],
)
def test_resume_with_other_settings_names_them(new_run, finished, change, words):
    path = finished()
    before = path.read_bytes()
    model, batches, config = new_run(**change)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ckpt.CheckpointError) as error:
        quiet(model, batches, config, checkpoint=path, resume=True)
    assert "from another run" in str(error.value) and all(word in str(error.value) for word in words)
    assert "steps" in change or "'steps'" not in str(error.value)  # what is equal is not listed
    assert path.read_bytes() == before
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in weights.items())


def another_text(batches, change):
    """Change the text of `batches` in one way; what the refusal says of it."""
    if change == "shorter":
        batches.train = batches.train[:-1]
        return "5400 tokens to train on and 600 to validate on, this run 5399 and 600"
    if change == "as long":
        batches.train = batches.train.flip(0)  # with the same sum
    elif change == "two swapped":
        batches.train = batches.train.clone()
        i = int((batches.train[1:] != batches.train[:-1]).nonzero()[100])
        batches.train[[i, i + 1]] = batches.train[[i + 1, i]]
    else:
        batches.val = batches.val.flip(0)  # what is trained on is the same
    return "5400 tokens to train on and 600 to validate on, this run 5400 and 600, or as many others"


@pytest.mark.parametrize("change", ["shorter", "as long", "two swapped", "validation"])
def test_resume_on_another_text_is_refused(new_run, finished, change):
    model, batches, config = new_run()
    said = another_text(batches, change)
    with pytest.raises(ckpt.CheckpointError, match="is from a run on another text: .*Resume it with its own") as error:
        quiet(model, batches, config, checkpoint=finished(), resume=True)
    assert said in str(error.value)


def test_the_same_text_in_another_type_is_the_same(new_run, finished):
    model, batches, config = new_run()
    batches.train, batches.val = batches.train.to(torch.uint8), batches.val.int()
    assert quiet(model, batches, config, checkpoint=finished(), resume=True).last("step") == 20


def test_resume_with_another_vocabulary_is_refused(new_run, finished):
    with pytest.raises(ckpt.CheckpointError, match="its chars has None"):
        quiet(*new_run(), tokenizer=new_run.tokenizer, checkpoint=finished(), resume=True)


def test_a_finished_run_goes_on_to_more_steps(new_run, finished, tmp_path):
    """Up to its old end it is the same run; from there on the new schedule counts."""
    path = finished()
    before = ckpt.read(path)[1]["history"]
    events, history = [], History()
    for event in steps(*new_run(steps=30), history=history, checkpoint=path, resume=True):
        events.append(event.step)
    assert events == list(range(20, 31)) and ckpt.read(path)[1]["step"] == 30
    for name, values in before.items():
        assert vars(history)[name][: len(values)] == values
    assert history.learning_rate[-1] == pytest.approx(learning_rate_at(29, new_run(steps=30)[2]))
    quiet(*new_run(steps=40), checkpoint=path, resume=True)
    assert ckpt.read(path)[1]["step"] == 40 == ckpt.read(path)[1]["train"]["steps"]


def test_an_unfinished_run_keeps_its_plan(new_run, tmp_path):
    """Its schedule was made for the planned number of steps: another number would change what is still to come."""
    events = steps(*new_run(), checkpoint=tmp_path / "run")
    while next(events).step < 9:
        pass
    events.close()
    with pytest.raises(ckpt.CheckpointError, match="its train has {'steps': 20}, this run {'steps': 30}"):
        quiet(*new_run(steps=30), checkpoint=tmp_path / "run", resume=True)


def test_one_history_does_not_take_two_runs(new_run):
    history = quiet(*new_run())
    with pytest.raises(ValueError, match="already holds a run up to step 20; .*Give a new History"):
        quiet(*new_run(), history=history)


def test_no_clipping_is_a_setting_that_is_read_again(new_run, tmp_path):
    """Infinity is no number of JSON; a run with it has to come back all the same."""
    path, options = tmp_path / "run", dict(grad_clip=math.inf)
    events = steps(*new_run(**options), checkpoint=path)
    while next(events).step < 9:
        pass
    events.close()
    assert quiet(*new_run(**options), checkpoint=path, resume=True).last("step") == 20
    quiet(*new_run(**options), checkpoint=tmp_path / "whole")
    same_run(path, tmp_path / "whole")


def test_an_error_in_the_middle_of_a_step_keeps_the_last_whole_checkpoint(new_run, tmp_path, monkeypatch):
    model, batches, config = new_run(dropout=0.1)
    straight = quiet(model, batches, config)
    weights = copy.deepcopy(model.state_dict())
    path, learn = tmp_path / "run.safetensors", Run.learn

    def fail_after_the_batch_was_drawn(run):
        if run.step == 9:
            next(run.batches)
            raise MemoryError("no room")
        return learn(run)

    with monkeypatch.context() as broken:
        broken.setattr(Run, "learn", fail_after_the_batch_was_drawn)
        with pytest.raises(MemoryError):
            quiet(*new_run(dropout=0.1), checkpoint=path)
    assert ckpt.read(path)[1]["step"] == 7  # the last evaluation
    model, batches, config = new_run(dropout=0.1)
    resumed = quiet(model, batches, config, checkpoint=path, resume=True)
    assert resumed.train_loss == straight.train_loss
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in weights.items())


# Interrupts


@pytest.fixture
def interruptible():
    """Interrupts as on a terminal. What is started by nohup, or in the background, inherits that they are ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_at_forward(model, number):
    """Send this process a real SIGINT in the middle of the model's forward pass `number` (evaluations count too)."""
    calls = []

    def hook(*_):
        calls.append(1)
        if len(calls) == number:
            signal.raise_signal(signal.SIGINT)

    model.blocks.register_forward_hook(hook)


def train_interrupted(*args, **options):
    try:
        return quiet(*args, **options)
    except KeyboardInterrupt:
        pytest.fail("the interrupt came out of train: the history is lost")


@few
@given(number=st.integers(1, 24), dropout=st.sampled_from([0.0, 0.3]))
@pytest.mark.usefixtures("interruptible")
def test_interrupt_loses_nothing(new_run, finished, tmp_path, number, dropout):
    path = tmp_path / "run"
    path.unlink(missing_ok=True)
    before = signal.getsignal(signal.SIGINT)
    model, batches, config = new_run(dropout=dropout)
    interrupt_at_forward(model, number)
    history = train_interrupted(model, batches, config, checkpoint=path)
    assert signal.getsignal(signal.SIGINT) is before
    assert len({len(column) for column in vars(history).values()}) == 1
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    assert evaluate(model, fixed_windows(batches.val, 8)) < 5  # the model is usable
    assert path.exists() == (number > 1)  # the first forward pass measures the loss before any step
    if path.exists():
        tensors, info = ckpt.read(path)
        assert history.step == info["history"]["step"]
        assert torch.equal(tensors["model.lm_head.weight"], model.lm_head.weight)
    quiet(*new_run(dropout=dropout), checkpoint=path, resume=True)
    same_run(path, finished(dropout=dropout))


@pytest.mark.usefixtures("interruptible")
def test_interrupt_is_said(new_run, capsys):
    model, batches, config = new_run()
    interrupt_at_forward(model, 9)
    train_interrupted(model, batches, config)
    assert "Stopped after step" in capsys.readouterr().out


@pytest.mark.usefixtures("interruptible")
def test_second_interrupt_does_not_break_the_saving(new_run, finished, tmp_path, monkeypatch):
    """Someone impatient presses Stop again while the checkpoint is being written."""
    save_run = resuming.save_run

    def pressed_again(place, run):
        signal.raise_signal(signal.SIGINT)
        return save_run(place, run)

    model, batches, config = new_run(eval_every=20)
    interrupt_at_forward(model, 9)
    with monkeypatch.context() as patch:
        patch.setattr(resuming, "save_run", pressed_again)
        history = train_interrupted(model, batches, config, checkpoint=tmp_path / "run")
    assert history.step[0] == 0
    assert ckpt.read(tmp_path / "run")[1]["step"] == 8  # the ninth forward pass, after the evaluation at the start
    quiet(*new_run(eval_every=20), checkpoint=tmp_path / "run", resume=True)
    same_run(tmp_path / "run", finished(eval_every=20))


@pytest.mark.usefixtures("interruptible")
def test_interrupt_between_two_steps(new_run, tmp_path):
    """In a loop of one's own it comes out as KeyboardInterrupt, and the run is saved."""
    with pytest.raises(KeyboardInterrupt):
        for event in steps(*new_run(), checkpoint=tmp_path / "run"):
            if event.step == 4:
                signal.raise_signal(signal.SIGINT)
    del event
    assert ckpt.read(tmp_path / "run")[1]["step"] == 4


def test_an_ignored_interrupt_stays_ignored(new_run, interruptible):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    model, batches, config = new_run()
    interrupt_at_forward(model, 9)
    assert quiet(model, batches, config).last("step") == 20
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


INTERRUPTED = """
import os, random, signal, sys, threading, time, traceback
import torch
import helpers.training.run
from helpers.training import checkpoint as ckpt
from helpers.training import resuming, storage
from helpers.training.place import Place
from helpers.model import GPT, GPTConfig
from helpers.training.recipe import TrainConfig
from helpers.text import Batches
from helpers.training.loop import train

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests were started by nohup
folder, rng = sys.argv[1], random.Random(int(sys.argv[2]))
tokens = torch.randint(9, (500,), generator=torch.Generator().manual_seed(0))

def run(path, resume):
    torch.manual_seed(0)
    model = GPT(GPTConfig(9, context_length=8, n_layer=1, n_head=2, n_embd=16, dropout=0.1))
    config = TrainConfig(steps=60, log_every=2, eval_every=7)
    batches = Batches(tokens[:400], tokens[400:], 4, 8)
    history = train(model, batches, config, checkpoint=path, resume=resume, progress=False)
    assert len({len(column) for column in vars(history).values()}) == 1
    return history

run(folder + "/whole", False)  # twice: the first time is slower
begun = time.perf_counter()
run(folder + "/whole", False)
length = time.perf_counter() - begun
stopped = 0
for i in range(30):
    if stopped >= 8:
        break
    path, done = f"{folder}/{i}", 0
    for attempt in range(100):
        timer = threading.Timer(rng.uniform(0.05, 0.7) * length, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        try:
            done = run(path, True).last("step") or 0
            timer.cancel()
            timer.join()
        except KeyboardInterrupt as error:  # fine before and after the call of train, never from inside
            frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
            assert "train" not in frames, "lost the history"
        if done == 60:
            length *= 0.8  # whatever else the machine does: find a time at which it is still training
            break
        stopped += 1
    (a, a_info), (b, b_info) = ckpt.read(folder + "/whole"), ckpt.read(path)
    assert all(torch.equal(a[name], b[name]) for name in a | b)
    assert [a_info["history"][k] == b_info["history"][k] for k in ("step", "train_loss", "val_loss")] == [True] * 3
print("stopped", stopped)
"""


def test_interrupts_at_random_moments(tmp_path, run_script):
    said = run_script(INTERRUPTED, tmp_path, os.getpid())
    assert int(said.split("stopped ")[-1]) >= 4  # else nothing was tried


@pytest.fixture
def run_script():
    """Run Python source in a process of its own, with one thread, and give what it printed."""
    import subprocess

    def run(source, *args):
        root = Path(__file__).parents[3]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
        command = [sys.executable, "-c", source, *map(str, args)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


# Divergence


def all_finite(path):
    return all(tensor.isfinite().all() for name, tensor in ckpt.read(path)[0].items() if name.startswith("model."))


@few
@given(bad=st.integers(1, 20), value=st.sampled_from([math.nan, math.inf]))
def test_bad_loss_stops_with_step_loss_and_rate(new_run, tmp_path, bad, value):
    path, history = tmp_path / "run", History()
    path.unlink(missing_ok=True)
    model, batches, config = new_run()
    calls = []

    def poison(module, inputs, output):
        calls.extend([1] * module.training)
        return output * value if len(calls) == bad and module.training else output

    model.register_forward_hook(poison)
    with pytest.raises(TrainingDiverged) as error:
        quiet(model, batches, config, history=history, checkpoint=path)
    message = str(error.value)
    assert f"at step {bad};" in message and f"a learning rate of {learning_rate_at(bad - 1, config):.2g}." in message
    last = history.last("train_loss")
    assert ("not yet known" if last is None else f"last good logged loss was {last:.3f}") in message
    assert "third of it" in message and "warm-up" in message
    assert all(math.isfinite(loss) for loss in history.series("train_loss")[1])
    good = bad - 1 - (bad - 1) % 7  # evaluated, and saved, every seven steps
    assert path.exists() == (good > 0)
    if good:
        assert ckpt.read(path)[1]["step"] == good and all_finite(path)


@pytest.mark.parametrize("bad", [6, 7, 8, 20])
def test_bad_gradient_never_reaches_the_checkpoint(new_run, tmp_path, bad):
    """A gradient overflows while its loss is finite: the weights are broken, and only the next loss would say so."""
    path = tmp_path / "run"
    model, batches, config = new_run(eval_every=2)
    calls = []
    model.lm_head.weight.register_hook(lambda grad: calls.append(1) or (grad * math.nan if len(calls) == bad else grad))
    with pytest.raises(TrainingDiverged, match=f"at step {bad}|at step {bad + 1}"):
        quiet(model, batches, config, checkpoint=path)
    assert all_finite(path)


def test_broken_weights_are_not_saved_when_the_loop_ends(new_run, tmp_path):
    path = tmp_path / "run"
    model, batches, config = new_run(eval_every=4, log_every=4)
    calls = []
    model.lm_head.weight.register_hook(lambda grad: calls.append(1) or (grad * math.nan if len(calls) == 6 else grad))
    events = steps(model, batches, config, checkpoint=path)
    try:
        while next(events).step < 6:
            pass
        events.close()
    except TrainingDiverged:
        pass  # saying so is fine
    assert all_finite(path)


def test_broken_validation_loss_is_not_saved_over_a_good_checkpoint(new_run, tmp_path):
    path = tmp_path / "run"
    model, batches, config = new_run(eval_every=4)
    events = steps(model, batches, config, checkpoint=path)
    with pytest.raises(TrainingDiverged):
        for event in events:
            if event.step == 7:  # the next step is an evaluation; position 7 occurs in the validation windows too
                model.final_norm.register_forward_hook(lambda module, _, out: out if model.training else out * math.nan)
    assert ckpt.read(path)[1]["step"] == 4


def test_losses_still_on_the_device_are_checked_when_fetched(new_run, tmp_path):
    model, batches, config = new_run()
    run = Run(model, batches, config, History(), None, Controls())
    run.step, run.pending = 9, [torch.tensor([1.0, 0.5]), torch.tensor([math.nan, 0.5]), torch.tensor([2.0, 0.5])]
    with pytest.raises(TrainingDiverged, match="at step 8;"):
        run.settle()
    (tmp_path / "run").write_bytes(b"the last good one")
    with pytest.raises(TrainingDiverged, match="at step 8;"):
        run.save(Place(tmp_path / "run"))
    assert (tmp_path / "run").read_bytes() == b"the last good one"


def test_no_waiting_for_the_device_between_log_rows(new_run, monkeypatch):
    """On a GPU every .item() waits for it. A device with another name takes that path here."""
    model, batches, config = new_run(steps=12, log_every=6, eval_every=6)
    init, waits = Run.__init__, []
    monkeypatch.setattr("helpers.checks.tokens", lambda *arguments: None)  # looked at on the CPU only: see below

    def elsewhere(self, *args):
        init(self, *args)
        self.device = types.SimpleNamespace(type="elsewhere")

    monkeypatch.setattr(Run, "__init__", elsewhere)
    for name in ("item", "cpu", "tolist", "__float__", "__bool__", "__int__", "numpy"):
        original = getattr(torch.Tensor, name)

        def waiting(self, *args, _original=original):
            waits.append(1)
            return _original(self, *args)

        monkeypatch.setattr(torch.Tensor, name, waiting)
    seen = {}
    for event in steps(model, batches, config):
        seen[event.step] = len(waits)
        waits.clear()
    assert [step for step, count in seen.items() if count] == [0, 6, 12]


def test_tokens_are_looked_at_only_where_that_waits_for_nothing():
    idx = torch.full((1, 2), 7, dtype=torch.long)
    with pytest.raises(ValueError, match="holds the token 7"):
        checks.indices("idx", idx, 5)
    assert checks.indices("idx", idx.to("meta"), 5).shape == (1, 2)  # a device that has no numbers to look at


# A disk that is full or cannot be written


def check_training_goes_on(new_run, finished, path, options):
    """`path`: a path, or a Place."""
    with pytest.warns(UserWarning, match="checkpoint could not be written .*Training goes on"):
        model, batches, config = new_run(**options)
        history = quiet(model, batches, config, checkpoint=path)
    assert history.last("step") == config.steps
    whole = ckpt.read(finished(**options))[0]
    assert torch.equal(model.lm_head.weight, whole["model.lm_head.weight"])


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "target, error",
    [
        ("storage.save", FULL),
        ("storage.save", storage.SafetensorError("No space left on device (os error 28)")),
        ("storage.os.fsync", FULL),
        ("place.os.replace", FULL),
        ("place.destination", storage.CheckpointError("There is a folder where the file was.")),
    ],
)
def test_failed_saving_warns_and_keeps_the_old_file(new_run, finished, tmp_path, monkeypatch, target, error):
    path = tmp_path / "folder" / "run"
    path.parent.mkdir()
    path.write_bytes(b"the old one")
    finished()
    place = Place(path)

    def fail(*args, **options):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(f"helpers.training.{target}", fail)
        check_training_goes_on(new_run, finished, place, {})
    assert [file.name for file in path.parent.iterdir()] == ["run"] and path.read_bytes() == b"the old one"
    assert place.kept() is None


def test_disk_that_really_runs_full(new_run, finished, tmp_path):
    resource = pytest.importorskip("resource", reason="file size limits need Unix")
    path, options = tmp_path / "folder" / "run", dict(n_embd=64)
    quiet(*new_run(**options | {"steps": 1}), checkpoint=path)
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    assert len(before) > 200_000
    finished(**options)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # writing fails in the middle of the file
    try:
        check_training_goes_on(new_run, finished, path, options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.name for file in path.parent.iterdir()] == ["run"] and path.read_bytes() == before


def test_a_folder_that_takes_the_place_of_the_file_meanwhile(new_run, finished, tmp_path):
    place = Place(tmp_path / "run")
    (tmp_path / "run").mkdir()
    check_training_goes_on(new_run, finished, place, {})
    assert place.kept() is None and not list((tmp_path / "run").iterdir())


def test_folder_that_cannot_be_made_is_said_before_training(new_run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    model, batches, config = new_run()
    weights, calls = copy.deepcopy(model.state_dict()), []
    model.register_forward_hook(lambda *_: calls.append(1))
    with pytest.raises(ckpt.CheckpointError, match=r"Nothing can be written in .*file. Choose another place"):
        quiet(model, batches, config, checkpoint=tmp_path / "file" / "run")
    assert not calls and all(torch.equal(value, model.state_dict()[name]) for name, value in weights.items())


def test_nothing_is_written_without_a_path(new_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet(*new_run())
    assert not list(tmp_path.iterdir())


def test_progress_shows_losses_and_speed(new_run, capsys):
    train(*new_run(steps=4, log_every=1))
    said = capsys.readouterr().err
    assert "4/4" in said and "train " in said and "val " in said and "tokens/s" in said
    train(*new_run(steps=4), progress=False)
    assert capsys.readouterr() == ("", "")


def test_config_is_frozen(new_run):
    with pytest.raises(dataclasses.FrozenInstanceError):
        new_run()[2].steps = 3
