"""A run in a file: killed at any moment, it goes on to the same last bit."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.model import GPT, GPTConfig
from helpers.training import states, storage

ROOT = Path(__file__).parents[3]
few = settings(max_examples=15)


def tiny(**changes):
    return GPT(GPTConfig(**dict(vocab_size=9, context_length=6, n_layer=1, n_head=2, n_embd=8) | changes))


@given(st.integers(0, 2**31), st.integers(0, 20))
def test_random_states_round_trip(tmp_path, seed, drawn):
    torch.manual_seed(seed)
    torch.randn(drawn)
    storage.write(tmp_path / "file", states.random_states(), {})
    first = torch.randn(5), torch.rand(3)
    torch.manual_seed(seed + 1)
    states.restore_random_states(storage.read(tmp_path / "file")[0])
    assert torch.equal(first[0], torch.randn(5)) and torch.equal(first[1], torch.rand(3))


@few
@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(1, 4))
def test_optimizer_round_trip(tmp_path, seed, before, after):
    """Put into a fresh optimizer, the state goes on to the same weights bit for bit."""

    def learn(model, optimizer, first, n):
        for step in range(first, first + n):
            idx = torch.randint(9, (2, 6), generator=torch.Generator().manual_seed(step))
            optimizer.zero_grad()
            model(idx).square().mean().backward()
            optimizer.step()

    torch.manual_seed(seed)
    model = tiny()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=True)
    learn(model, optimizer, 0, before)
    storage.write(tmp_path / "file", states.optimizer_tensors(optimizer), {})
    other = tiny()
    other.load_state_dict(model.state_dict())
    fresh = torch.optim.AdamW(other.parameters(), lr=0.01, fused=True)
    state = states.optimizer_state(fresh, storage.read(tmp_path / "file")[0], before, "the file")
    fresh.load_state_dict({"state": state, "param_groups": fresh.state_dict()["param_groups"]})
    learn(model, optimizer, before, after)
    learn(other, fresh, before, after)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


# Killed


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes the Unix way")


TRAINED = """
import os, random, signal, sys, time
import torch
from helpers.model import GPT, GPTConfig
from helpers.training import place as places, storage
from helpers.training.recipe import TrainConfig
from helpers.text import Batches
from helpers.training.loop import steps

STEPS = int(sys.argv[4])

def run(path, told):
    torch.manual_seed(0)
    tokens = torch.randint(9, (500,), generator=torch.Generator().manual_seed(0))
    model = GPT(GPTConfig(9, context_length=8, n_layer=2, n_head=2, n_embd=16, dropout=0.1, tie_weights=True))
    config = TrainConfig(steps=STEPS, log_every=2, eval_every=3, warmup_steps=20)
    batches = Batches(tokens[:400], tokens[400:], 4, 8)
    for event in steps(model, batches, config, checkpoint=path, resume=True):
        print(event.step, file=told, flush=True)

def process(path, deadly):
    # A process of its own that trains, and the steps it tells of. A copy of this one: importing torch takes long.
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        deadly()
        run(path, os.fdopen(writing, "w"))
        os._exit(0)
    os.close(writing)
    return pid, os.fdopen(reading)

def die():
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)

# Being killed while writing: half a file is on the disk, or all of it, or it has just been renamed.
def writing(moment, countdown):
    fsync, replace = os.fsync, os.replace
    left = [countdown]
    def now():
        left[0] -= 1
        return left[0] == 0
    def sync(handle):
        if moment == "half" and now():
            os.truncate(handle, rng.randrange(os.fstat(handle).st_size))
            die()
        fsync(handle)
    def rename(*names):
        if moment == "written" and now():
            die()
        replace(*names)
        if moment == "renamed" and now():
            die()
    os.fsync, os.replace = sync, rename

folder, kills = sys.argv[1], int(sys.argv[2])
run(folder + "/" + sys.argv[3], sys.stderr) if kills == 0 else None
rng = random.Random()
torch.optim.AdamW([torch.zeros(1)])  # the first optimizer makes PyTorch load more: once here, not in every copy
for kill in range(kills):
    moment = rng.choice(["half", "written", "renamed"]) if kill % 2 else "any"
    countdown = rng.randint(1, 3)
    pid, told = process(folder + "/killed", lambda: writing(moment, countdown))
    first = last = int(told.readline())
    if moment == "any":
        for _ in range(rng.randint(3, 10)):
            last = int(told.readline())
        time.sleep(rng.uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
    rest = told.read().split()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    print(first, int(rest[-1]) if rest else last, moment)
"""


def training(*args):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", TRAINED, *map(str, args)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
    return result.stdout


@needs_fork
def test_killed_training_resumes_bit_identical(tmp_path):
    """Real processes are killed 25 times, at no chosen moment or while they write; the end is the same, bit for bit."""
    kills, n = 25, 300
    rows = [line.split() for line in training(tmp_path, kills, "", n).splitlines()]
    moments = [row[2] for row in rows]
    rows = [(int(first), int(last)) for first, last, _ in rows]
    assert len(rows) == kills and rows[0][0] == 0 and moments.count("any") == 13
    for (_, reached), (begun, _) in itertools.pairwise(rows):
        # A run is saved every three steps: at most what came after is lost, and nothing is made up.
        assert reached - 5 <= begun <= reached + 3
    assert rows[-1][0] > 0 and rows[-1][1] < n, "the kills came too early or too late"
    training(tmp_path, 0, "killed", n)
    training(tmp_path, 0, "whole", n)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["killed", "whole"]  # what the kills left is tidied up
    (a, a_info), (b, b_info) = storage.read(tmp_path / "whole"), storage.read(tmp_path / "killed")
    assert a.keys() == b.keys() and {name.split(".")[0] for name in a} >= {"model", "optimizer", "random", "batches"}
    for name in a:
        assert torch.equal(a[name], b[name]), name
    for info in (a_info, b_info):
        del info["seconds"], info["history"]["seconds"]
    assert a_info["step"] == n and a_info == b_info
