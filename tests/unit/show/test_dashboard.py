"""The dashboard: what it shows, that it steers the run, that it costs little, and that nothing that stops it loses."""

import asyncio
import html
import io
import itertools
import math
import threading
import types

import matplotlib.image
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import Bigram
from helpers.show import dashboard as board
from helpers.show.dashboard import SCALES, Dashboard, Pace
from helpers.show.training_plots import TrainingPicture, inside, rounded_up
from helpers.training import checkpoint as ckpt
from helpers.training.history import History
from helpers.training.loop import Step, steps
from helpers.training.recipe import Controls, learning_rate_at
from helpers.training.run import TrainingDiverged, blocks_of

few = settings(max_examples=8)


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    """Outside of a kernel there is nowhere to show anything."""
    monkeypatch.setattr(board, "display", lambda *args, **options: None)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def at(events, actions):
    """Pass on the events of a run; before a step is handed over, do what `actions` has for its number, once."""

    class Watched:
        def __init__(self):
            self.sent = []

        def __iter__(self):
            return self

        def __next__(self):
            event = next(events)
            actions.pop(event.step, lambda: None)()
            return event

        def send(self, message):
            self.sent.append(message)
            return events.send(message)

        def close(self):
            events.close()

    return Watched()


def drain(dashboard, events):
    return asyncio.run(dashboard.run(events))


def size(png):
    return matplotlib.image.imread(io.BytesIO(png)).shape


# What it shows


def test_finished_run(new_run):
    model, batches, config = new_run()
    dashboard = Dashboard("A <b>title</b>", {"uniform": 3.0})
    assert drain(dashboard, steps(model, batches, config)) is True
    assert dashboard.status.startswith("Finished: step 20 of 20 · ") and " s left" not in dashboard.status
    assert size(dashboard._image.value) == (540, 760, 4)
    assert all(control.disabled for control in dashboard._steering)
    bundle = dashboard._repr_mimebundle_()  # for readers without a kernel
    assert (
        "<img " in bundle["text/html"] and "A &lt;b&gt;title&lt;/b&gt;. Training and validation" in bundle["text/html"]
    )
    assert "uniform 3.00" in bundle["text/plain"] and bundle["text/plain"].endswith(dashboard.status)


def test_status_says_how_far_how_fast_and_how_well():
    clock, history = Clock(), History()
    dashboard = Dashboard(clock=clock)
    history.append(step=100, tokens=6400, seconds=10.0, train_loss=2.5, learning_rate=0.002, val_loss=2.25)
    dashboard._speed = [(0.0, 0), (5.0, 50), (10.0, 100)]
    dashboard.controls.scale = 0.5
    dashboard._say(Step(100, None, True, history, of=400, tokens=6400, saved=80), "Training")
    assert dashboard.status == (
        "Training: step 100 of 400 · 10 s · 30 s left · 640 tokens/s · learning rate 0.002 (× 0.5) · "
        "train 2.500, val 2.250 · saved at step 80"
    )


def test_text_is_escaped(new_run):
    """Whatever the model writes stays text."""
    model, batches, config = new_run()
    dashboard = Dashboard(sample=lambda: "<img src=x onerror=alert(1)> & </pre>")
    drain(dashboard, steps(model, batches, config))
    shown = dashboard._sample.value
    assert "After 20 steps" in shown and html.escape("<img src=x onerror=alert(1)> & </pre>") in shown
    assert "<img" not in shown and shown.count("</pre>") == 1
    history = History()
    history.append(seconds=0.0, learning_rate=0.1)
    dashboard._speed = []
    dashboard._say(Step(0, None, True, history), "<b>")
    assert dashboard._status.value.startswith("&lt;b&gt;") and dashboard.status.startswith("<b>")


@pytest.mark.parametrize("blocks", [0, 1, 2, 7])
def test_quick_picture_is_the_slow_one(blocks):
    history, picture = History(), TrainingPicture("A title", {"uniform": 4.43}, 100)
    for step in range(0, 101, 10):
        row = dict(step=step, seconds=step, learning_rate=0.001 * step)
        row |= dict(val_loss=4 / (1 + step) + 1) if step % 50 == 0 else {}
        row |= dict(train_loss=3 - step / 100, grad_norm=1 + step) if step else {}
        if step and blocks:
            row |= dict(block_grad_norms=[step * i for i in range(blocks)], block_stream_sizes=[2.0] * blocks)
        history.append(**row)
        quick = picture.quick_png(history)
    slow = TrainingPicture("A title", {"uniform": 4.43}, 100).png(history)
    quick, slow = (matplotlib.image.imread(io.BytesIO(png))[:, :, :3] for png in (quick, slow))
    assert quick.shape == slow.shape
    different = np.abs(quick - slow).max(axis=2) > 0.1
    assert different.mean() < 0.01  # curves lie over the legends instead of under them
    assert picture.png(history) == TrainingPicture("A title", {"uniform": 4.43}, 100).png(history)
    names = [f"block {number}" for number in range(1, blocks + 1)]  # counted from 1, as everywhere
    assert [line.get_label() for line in inside(history, "x").axes[0].lines] == names
    assert [curve.get_label() for curve in picture.blocks.get("block_grad_norms", [])] == names


def test_curves_hold_the_history(new_run):
    model, batches, config = new_run(log_every=1)
    *_, last = steps(model, batches, config)
    picture = TrainingPicture("", {}, 20)
    picture.update(last.history)
    for name in ("train_loss", "val_loss", "learning_rate", "grad_norm"):
        x, y = picture.curves[name].get_data()
        assert [list(x), list(y)] == list(last.history.series(name))
    for name, curves in picture.blocks.items():
        assert [[y] for y in curves[0].get_ydata()] == last.history.series(name)[1]
    low, high = picture.loss.get_ylim()
    assert low < min(last.history.series("train_loss")[1]) and high > max(last.history.series("val_loss")[1])


@given(st.floats(1e-12, 1e12))
def test_rounded_up(value):
    assert value <= rounded_up(value) <= 2.0001 * value
    assert rounded_up(rounded_up(value) * 0.9999) == pytest.approx(rounded_up(value))


# What it costs


@given(cost=st.floats(0.001, 2.0), share=st.sampled_from([0.002, 0.009, 0.1]), part=st.floats(0.02, 1.0))
def test_pace_keeps_to_its_share(cost, share, part):
    clock = Clock()
    pace, times, period = Pace(share, clock), [], max(0.2, cost / share)
    while clock.now < 12 * period:
        clock.now += part * period
        if pace.due():
            times.append(clock.now)
            with pace.spend():
                clock.now += cost
    assert len(times) > 4
    assert len(times) * cost <= share * clock.now + 2 * cost
    assert all(b - a >= 0.2 - 1e-9 for a, b in itertools.pairwise(times))


def test_all_of_it_keeps_to_two_percent(monkeypatch):
    """Steps of 30 ms, pictures of 40, texts of 1 and samples of 200: counted on a clock that only they move."""
    clock, spent, samples = Clock(), [], []

    def costs(seconds):
        def work(*args):
            clock.now += seconds
            spent.append(seconds)

        return work

    def fake():
        history = History()
        for step in range(3001):
            clock.now += 0.03 if step else 0
            logged = step % 10 == 0
            if logged:
                history.append(step=step, seconds=clock.now, val_loss=2.0 if step % 200 == 0 else None, learning_rate=1)
            yield Step(step, torch.zeros(()) if step else None, logged, history, 3000, step * 64)

    def sample():
        costs(0.2)()
        samples.append(clock.now)
        return "x"

    monkeypatch.setattr(TrainingPicture, "quick_png", lambda self, history: costs(0.04)() or b"")
    monkeypatch.setattr(TrainingPicture, "png", lambda self, history: costs(0.1)() or b"")
    say = Dashboard._say
    monkeypatch.setattr(Dashboard, "_say", lambda *args: costs(0.001)() or say(*args))
    dashboard = Dashboard(sample=sample, clock=clock)
    drain(dashboard, fake())
    assert sum(spent) < 0.02 * clock.now
    assert samples[0] == 0.2 and samples[1] < 200 * 0.03 + 1 and samples[-1] > clock.now - 0.5  # first, early, last
    assert spent.count(0.04) > 10 and spent.count(0.001) > 100  # and it is alive


def test_sample_that_was_not_affordable_comes_later(new_run):
    clock, taken = Clock(), []
    dashboard = Dashboard(sample=lambda: taken.append(history.last("step")) or "x", clock=clock)
    history = History()
    model, batches, config = new_run(steps=40, log_every=5, eval_every=10)

    def events():
        for event in steps(model, batches, config, history=history):
            clock.now = event.step
            if event.step == 20:  # the sample of step 10 is paid for now
                dashboard._paces["sample"].next = 23
            yield event

    drain(dashboard, events())
    assert taken == [0, 10, 25, 30, 40, 40][: len(taken)] and 25 in taken and 20 not in taken


# What it steers


def other_thread(action):
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


@few
@given(when=st.integers(0, 15), scale=st.sampled_from([s for s in SCALES if s != 1]), elsewhere=st.booleans())
def test_slider_changes_the_rate_that_is_used(new_run, when, scale, elsewhere):
    model, batches, config = new_run(log_every=1)
    dashboard, used = Dashboard(), []

    def move():
        assert not dashboard._scale.disabled or when == 0
        dashboard._scale.value = scale

    start = {when + 1: (lambda: other_thread(move)) if elsewhere else move}
    history = History()
    events = at(steps(model, batches, config, history=history, controls=dashboard.controls), start)
    optimizer_step = torch.optim.AdamW.step

    def spy(self, *args, **options):
        used.append(self.param_groups[0]["lr"])
        return optimizer_step(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", spy)
        drain(dashboard, events)
    expected = [learning_rate_at(s, config) * (scale if s > when else 1.0) for s in range(20)]
    assert used == expected == history.learning_rate[1:]
    assert f"(× {scale:g})" in dashboard.status


@pytest.mark.parametrize("scale", [0.1, 0.37, 3.0])
@settings(max_examples=3)
@given(when=st.integers(1, 12), stop=st.integers(13, 19))
def test_resume_goes_on_with_the_scale_bit_for_bit(new_run, tmp_path, when, stop, scale):
    for name in ("straight", "stopped"):
        controls = Controls()
        model, batches, config = new_run(dropout=0.2)
        (tmp_path / name).unlink(missing_ok=True)
        for event in steps(model, batches, config, checkpoint=tmp_path / name, controls=controls):
            if event.step == when:
                controls.scale = scale
            if event.step == stop and name == "stopped":
                break
        del event
    model, batches, config = new_run(dropout=0.2)
    dashboard = Dashboard()
    stopped = steps(model, batches, config, checkpoint=tmp_path / "stopped", resume=True, controls=dashboard.controls)
    drain(dashboard, stopped)
    assert dashboard.controls.scale == scale  # though the slider has no such place
    assert dashboard._scale.value == {0.1: 0.1, 0.37: 0.3, 3.0: 3.0}[scale]
    (a, a_info), (b, b_info) = (ckpt.read(tmp_path / name) for name in ("straight", "stopped"))
    assert a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
    for info in (a_info, b_info):
        del info["seconds"], info["history"]["seconds"]
    assert a_info == b_info and a_info["scale"] == scale


def test_scale_moved_after_the_last_step_is_kept(new_run, tmp_path):
    """Stopped where it has just been saved, with the slider somewhere else: that is worth saving too."""
    controls = Controls()
    model, batches, config = new_run()
    for event in steps(model, batches, config, checkpoint=tmp_path / "run", controls=controls):
        if event.step == 14:  # an evaluation
            controls.scale = 0.5
            break
    del event
    controls = Controls()
    next(steps(*new_run(), checkpoint=tmp_path / "run", resume=True, controls=controls))
    assert controls.scale == 0.5


@pytest.mark.parametrize("scale", [0, -1, math.nan, math.inf])
def test_scale_that_makes_no_sense_is_refused(scale):
    controls = Controls()
    with pytest.raises(ValueError, match=f"scale is {scale}; it must be above 0"):
        controls.scale = scale
    assert controls.scale == 1.0


@pytest.mark.parametrize("then", ["resume", "stop", "interrupt"])
def test_pause(new_run, tmp_path, then):
    """Pressed between two evaluations: the run is on disk while it waits, and then goes on or ends."""
    path, seen = tmp_path / "run", []
    model, batches, config = new_run(eval_every=20)
    dashboard = Dashboard()
    events = steps(model, batches, config, checkpoint=path, controls=dashboard.controls)
    watched = at(events, {5: lambda: other_thread(dashboard._pause.click)})

    async def both():
        task = asyncio.create_task(dashboard.run(watched))
        while dashboard._pause.description != "Resume":
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        seen.extend([ckpt.read(path)[1]["step"], dashboard.status, dashboard._stop.disabled])
        if then == "interrupt":
            task.cancel()
        else:
            other_thread(dashboard._pause.click if then == "resume" else dashboard._stop.click)
        return await task

    finished = asyncio.run(both())
    assert watched.sent == ["pause"]
    assert seen[0] == 5 and seen[1].startswith("Paused: step 5 of 20") and seen[1].endswith("saved at step 5")
    assert seen[2] is False and dashboard._pause.description == "Pause"
    assert finished is (then == "resume")
    tensors, info = ckpt.read(path)
    assert info["step"] == (20 if then == "resume" else 5)
    assert torch.equal(tensors["model.lm_head.weight"], model.lm_head.weight)
    assert dashboard.status.startswith("Finished: step 20" if then == "resume" else "Stopped: step 5")
    straight, batches, config = new_run(eval_every=20)
    for _ in steps(straight, batches, config, checkpoint=path, resume=True):
        pass
    undisturbed, batches, config = new_run(eval_every=20)
    for _ in steps(undisturbed, batches, config):
        pass
    assert all(torch.equal(a, b) for a, b in zip(straight.parameters(), undisturbed.parameters(), strict=True))


def test_clock_stands_still_in_a_pause(new_run, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("helpers.training.run.time.perf_counter", clock)
    events = steps(*new_run(log_every=1))
    for step in range(6):
        clock.now += 1.0
        event = next(events)
        if step == 3:
            paused = events.send("pause")
            assert (paused.step, paused.history) == (event.step, event.history)
            clock.now += 1000.0
    assert event.history.seconds == [0, 1, 2, 3, 3, 4]


def test_stop_ends_it_and_a_second_run_goes_on(new_run, tmp_path):
    path = tmp_path / "run"
    model, batches, config = new_run()
    dashboard = Dashboard()
    for stop in (4, 11):
        events = steps(model, batches, config, checkpoint=path, resume=True, controls=dashboard.controls)
        watched = at(events, {stop: lambda: other_thread(dashboard._stop.click)})
        assert drain(dashboard, watched) is False and dashboard.stopped
        assert dashboard.status.startswith(f"Stopped: step {stop} of 20") and ckpt.read(path)[1]["step"] == stop
    events = steps(model, batches, config, checkpoint=path, resume=True, controls=dashboard.controls)
    assert drain(dashboard, events) is True and ckpt.read(path)[1]["step"] == 20


@pytest.mark.parametrize("error", [KeyboardInterrupt, asyncio.CancelledError])
def test_the_kernels_own_stop_button(new_run, tmp_path, error):
    def stop():
        raise error

    model, batches, config = new_run()
    dashboard = Dashboard()
    events = at(steps(model, batches, config, checkpoint=tmp_path / "run"), {6: stop})
    assert drain(dashboard, events) is False
    assert ckpt.read(tmp_path / "run")[1]["step"] == 6


def test_nan_stops_it_and_says_so(new_run, tmp_path):
    model, batches, config = new_run()
    dashboard = Dashboard(sample=lambda: "x")

    def spoil():
        with torch.no_grad():
            model.lm_head.weight.fill_(math.nan)

    with pytest.raises(TrainingDiverged, match="at step 10;"):
        drain(dashboard, at(steps(model, batches, config, checkpoint=tmp_path / "run"), {9: spoil}))
    assert dashboard.status.startswith("Failed: step 9 of 20") and dashboard._stop.disabled
    assert ckpt.read(tmp_path / "run")[1]["step"] == 7


def test_moves_are_answered_while_the_cell_runs(monkeypatch):
    """And what the kernel does with them otherwise is put back."""
    sent, handled = [], []
    kernel = types.SimpleNamespace(
        shell_handlers={"comm_msg": lambda *args: handled.append(args)},
        get_parent=lambda: "the cell",
        iopub_socket="socket",
        session=types.SimpleNamespace(
            send=lambda socket, kind, content, parent: sent.append((socket, kind, content["execution_state"], parent))
        ),
    )
    before = kernel.shell_handlers["comm_msg"]
    monkeypatch.setattr(board, "get_ipython", lambda: types.SimpleNamespace(kernel=kernel))
    with pytest.raises(KeyboardInterrupt), board.answered_moves():
        kernel.shell_handlers["comm_msg"]("stream", "ident", "move")
        assert handled == [("stream", "ident", "move")]
        assert sent == [("socket", "status", "idle", "move"), ("socket", "status", "busy", "the cell")]
        other_thread(lambda: kernel.shell_handlers["comm_msg"]("stream", "ident", "move"))
        assert len(handled) == 2 and len(sent) == 2  # there the kernel answers
        raise KeyboardInterrupt
    assert kernel.shell_handlers["comm_msg"] is before
    monkeypatch.setattr(board, "get_ipython", lambda: None)
    with board.answered_moves():
        pass


# What the blocks do


@few
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), dropout=st.sampled_from([0.0, 0.3]))
def test_norms_of_the_blocks_are_those_of_a_slow_reference(new_run, seed, n, dropout):
    """The same step once more, by hand: gradients before clipping, and the stream behind each block."""
    options = dict(seed=seed, dropout=dropout, steps=n, log_every=n, eval_every=n, grad_clip=1e-3)
    model, batches, config = new_run(**options)
    for event in steps(model, batches, config):
        if event.step == n - 1:  # just before the step that is logged
            copy, others, _ = new_run(**options)
            copy.load_state_dict(model.state_dict())
            others.position = batches.position.clone()
            random_state = torch.get_rng_state()
            x, y = next(others)
            h = copy.train().dropout(copy.token_embedding(x) + copy.position_embedding(torch.arange(8)))
            sizes = []
            for block in copy.blocks:
                h = block(h)
                sizes.append(math.sqrt(sum(v * v for v in h.flatten().tolist()) / h.numel()))
            logits = copy.lm_head(copy.final_norm(h))
            torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten()).backward()
            norms = [math.sqrt(sum(p.grad.double().square().sum().item() for p in b.parameters())) for b in copy.blocks]
            torch.set_rng_state(random_state)
    assert event.history.block_grad_norms[0] is None and event.history.block_stream_sizes[0] is None
    assert event.history.block_grad_norms[-1] == pytest.approx(norms, rel=1e-4)
    assert event.history.block_stream_sizes[-1] == pytest.approx(sizes, rel=1e-5)
    assert not model.blocks[0]._forward_hooks  # nothing stays behind


def test_models_without_blocks_have_none(new_run):
    _, batches, config = new_run()
    model = Bigram(new_run.tokenizer.vocab_size)
    *_, last = steps(model, batches, config)
    assert set(last.history.block_grad_norms) == set(last.history.block_stream_sizes) == {None}
    dashboard = Dashboard()
    assert drain(dashboard, steps(model, batches, config)) and dashboard._image.value
    model.blocks = 3  # a name for something else
    assert blocks_of(model) == []


def test_watching_the_blocks_changes_no_bit(new_run):
    """Logged every step or once: the same weights."""
    ends = []
    for log_every in (1, 20):
        model, batches, config = new_run(dropout=0.3, log_every=log_every, eval_every=20)
        for _ in steps(model, batches, config):
            pass
        ends.append(model)
    assert all(torch.equal(a, b) for a, b in zip(ends[0].parameters(), ends[1].parameters(), strict=True))


def test_blocks_of_a_compiled_model_are_measured_beside_it(new_run, monkeypatch):
    """It passes hooks over, as this stand-in does; and the training is the same to the last bit."""

    def compiled(model):
        def forward(idx):
            assert not any(block._forward_hooks for block in model.blocks), "a hook would be compiled in"
            return model(idx)

        return forward

    monkeypatch.setattr(torch, "compile", compiled)
    ends = []
    for compile in (False, True):
        model, batches, config = new_run(dropout=0.3, compile=compile)
        *_, last = steps(model, batches, config)
        assert all(len(sizes) == 1 and sizes[0] > 0 for sizes in last.history.block_stream_sizes[1:])
        ends.append(model)
    assert all(torch.equal(a, b) for a, b in zip(ends[0].parameters(), ends[1].parameters(), strict=True))


def test_a_checkpoint_from_before_there_were_norms_and_scales_goes_on(new_run, tmp_path):
    path = tmp_path / "run"
    for event in steps(*new_run(), checkpoint=path):
        if event.step == 7:
            break
    del event
    tensors, info = ckpt.read(path)
    model, batches, config = new_run()
    for name in ("scale", "machine"):
        del info[name]
    del info["history"]["block_grad_norms"], info["history"]["block_stream_sizes"]
    data = {key: value for key, value in info["data"].items() if "sha256" not in key}  # it was known by its sum
    ckpt.write(path, tensors, info | {"format": 1, "data": data | {"sum": int(batches.train.sum())}})
    *_, last = steps(model, batches, config, checkpoint=path, resume=True)
    straight, batches, config = new_run()
    *_, whole = steps(straight, batches, config)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), straight.parameters(), strict=True))
    columns = vars(last.history)
    assert len({len(column) for column in columns.values()}) == 1
    assert columns["block_grad_norms"] == [None] * 4 + whole.history.block_grad_norms[4:]
    assert columns["train_loss"] == whole.history.train_loss


@pytest.mark.parametrize("options, samples", [({}, 3), ({"sample_share": 1.0}, 5)])
def test_a_larger_share_of_the_time_gives_more_samples(new_run, options, samples):
    """Each costs a second of a clock that stands still otherwise; the first and the last come anyway."""
    clock, written = Clock(), []

    def sample():
        clock.now += 1
        written.append("text")
        return "text"

    shown = Dashboard(sample=sample, clock=clock, **options)
    asyncio.run(shown.run(steps(*new_run(), controls=shown.controls)))
    assert len(written) == samples
