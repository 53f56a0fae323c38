"""Where a run is kept: only where a file is or may be, beside others, and said to be kept only when it is."""

import itertools
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.training import place as places
from helpers.training import steps, storage, train
from helpers.training.place import Place, free_name
from helpers.training.storage import CheckpointError

unix = pytest.mark.skipif(os.name != "posix", reason="devices, pipes and modes are of Unix")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes the Unix way")


def made(kind, folder):
    """A path of this kind, which cannot name a checkpoint."""
    path = folder / "run"
    if kind == "empty":
        return ""
    if kind == "NUL byte":
        return str(folder / "a\0b")
    if kind == "folder":
        path.mkdir()
    elif kind == "link to a folder":
        (folder / "there").mkdir()
        path.symlink_to(folder / "there")
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(folder / "other")
        (folder / "other").symlink_to(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/full")
    elif kind == "name too long":
        return folder / ("x" * 256)
    elif kind == "no room for the name in the making":
        return folder / ("x" * 240)
    elif kind == "name too long in bytes":
        return folder / ("\u00e4" * 128)
    elif kind == "folder's name too long":
        return folder / "new" / ("x" * 256) / "run"
    elif kind == "path too long":
        return folder.joinpath(*["x" * 200] * 25)
    elif kind == "file in place of a folder":
        path.write_text("in the way")
        path.chmod(0o755)  # it may be written and run, as a folder that could be used
        return path / "run"
    elif kind == "file in place of a folder above":
        path.write_text("in the way")
        return path / "more" / "run"
    elif kind == "dangling link into a file":
        (folder / "file").write_text("in the way")
        path.symlink_to(folder / "file" / "run")
    elif kind == "read-only folder":
        (folder / "there").mkdir(mode=0o555)
        return folder / "there" / "run"
    elif kind == "read-only folder above":
        (folder / "there").mkdir(mode=0o555)
        return folder / "there" / "new" / "run"
    elif kind.startswith("/dev"):
        return kind
    elif kind == "dots":
        return folder / "new" / ".."
    return path


IMPOSSIBLE = ["empty", "NUL byte", "folder", "link to a folder", "FIFO", "loop", "link to a device", "name too long"]
IMPOSSIBLE += [
    "no room for the name in the making",
    "name too long in bytes",
    "folder's name too long",
    "path too long",
]
IMPOSSIBLE += ["file in place of a folder", "file in place of a folder above", "dangling link into a file", "dots"]
IMPOSSIBLE += ["/dev/null", "/dev/full", "/dev/zero", "/dev/stdin", "read-only folder", "read-only folder above"]


@unix
@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_an_impossible_place_is_refused_before_the_first_step(new_run, tmp_path, kind):
    if kind.startswith("read-only") and os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    path = made(kind, tmp_path)
    model, batches, config = new_run()
    calls = []
    model.register_forward_hook(lambda *_: calls.append(1))
    before = sorted(tmp_path.rglob("*"))
    for attempt in (lambda: train(model, batches, config, progress=False, checkpoint=path),
                    lambda: next(steps(model, batches, config, checkpoint=path)),
                    lambda: storage.write(path, {"a": torch.zeros(1)}, {}),
                    lambda: Place(path)):  # fmt: skip
        with pytest.raises(CheckpointError, match=r"Give the path of a file|Choose (a shorter one|another place)"):
            attempt()
    if kind == "empty":  # as a path it is the folder in which one stands, which is not what was meant
        with pytest.raises(CheckpointError, match="The name of the checkpoint is empty"):
            Place(path)
    assert not calls and sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_may_not_be_written_is_refused(new_run, tmp_path, monkeypatch):
    """As above, also where the tests are run by root, who may."""
    monkeypatch.setattr(storage.os, "access", lambda path, mode: False)
    for path in (tmp_path / "run", tmp_path / "new" / "run"):
        with pytest.raises(CheckpointError, match=f"Nothing can be written in {tmp_path}. Choose another place"):
            next(steps(*new_run(), checkpoint=path))


@unix
@pytest.mark.parametrize(
    "kind", ["link", "dangling link", "link to a link", "long name", "new folders", "odd name", "text"]
)
def test_a_possible_place_is_written(new_run, tmp_path, kind):
    """Through links, which stay links."""
    path = target = tmp_path / "run"
    if "link" in kind:
        target = tmp_path / "elsewhere" / "target"
        target.parent.mkdir()
        if kind != "dangling link":
            target.write_bytes(b"an old one")
        path.symlink_to(target)
        if kind == "link to a link":
            path = tmp_path / "second"
            path.symlink_to(tmp_path / "run")
    elif kind == "long name":
        path = target = tmp_path / ("x" * storage.LONGEST)
    elif kind == "new folders":
        path = target = tmp_path / "a" / "b" / "run"
    elif kind == "odd name":
        path = target = tmp_path / os.fsdecode(b"[*?] \xff \xc3\xa4\n.part")  # bytes that are no UTF-8 among them
    elif kind == "text":
        path = str(path)
    train(*new_run(steps=2), progress=False, checkpoint=path)
    assert storage.read(path)[1]["step"] == storage.read(target)[1]["step"] == 2
    assert "link" not in kind or (path.is_symlink() and not target.is_symlink())
    assert [file.name for file in target.parent.iterdir()] == [target.name]


@unix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002, 0o000, 0o027])
def test_permissions_follow_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        for _ in range(2):  # new, and in the place of another one
            storage.write(tmp_path / "file", {"a": torch.zeros(1)}, {})
            assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~umask
    finally:
        os.umask(before)


# Files in the making


def test_many_writers_of_one_path_use_many_names(tmp_path, monkeypatch):
    seen, replace, failed = [], os.replace, []
    monkeypatch.setattr(storage.os, "replace", lambda part, path: seen.append(part.name) or replace(part, path))

    def write(n):
        try:
            for i in range(10):
                storage.write(tmp_path / "file", {"a": torch.full((50,), float(n))}, {"n": n, "i": i})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(set(seen)) == len(seen) == 80
    tensors, info = storage.read(tmp_path / "file")
    assert tensors["a"].eq(info["n"]).all() and info["i"] == 9
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@unix
@pytest.mark.parametrize("name", ["run", "a[1]*?.safetensors", "x" * 200])
def test_what_a_killed_one_left_is_removed_and_nothing_else(tmp_path, name, dead):
    path = tmp_path / name
    leftover = storage._beside(path, dead)
    others = [storage._beside(path, pid) for pid in (os.getpid(), os.getppid(), 1, 10**25)]
    others += [
        storage._beside(tmp_path / "another", dead),
        tmp_path / f".{name[:200]}.part",
        tmp_path / f"{name[:200]}.part",
    ]
    others += [tmp_path / f".{name[:200]}.{dead}-short.part", tmp_path / f".{name[:200]}.mine-01234567.part"]
    for file in [leftover, *others]:
        file.write_bytes(b"half")
    storage.write(path, {}, {})
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])


# Two runs


@settings(max_examples=12)
@given(order=st.lists(st.booleans(), max_size=40), resume=st.booleans())
def test_two_runs_on_one_path_notice_each_other(new_run, tmp_path, order, resume):
    """Step by step, in any order: in the end there are two files, each a whole run to the last bit."""
    for file in tmp_path.iterdir():
        file.unlink()
    path = tmp_path / "run.safetensors"
    if resume:  # both go on from the same file
        events = steps(*new_run(), checkpoint=path)
        while next(events).step < 4:
            pass
        events.close()
    runs = [new_run(seed=0 if resume else i) for i in range(2)]
    kept = [Place(path), Place(path)]
    states = [torch.get_rng_state()] * 2
    loops = [steps(*run, checkpoint=place, resume=resume) for run, place in zip(runs, kept, strict=True)]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for turn in itertools.chain(order, itertools.cycle([False, True])):
            if not any(loops):
                break
            if (loop := loops[turn]) is not None:
                torch.set_rng_state(states[turn])
                if next(loop, None) is None:
                    loops[turn] = None
                states[turn] = torch.get_rng_state()
    assert len(said) == 1 and "Another run has written to" in str(said[0].message)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run-2.safetensors", "run.safetensors"]
    assert kept[0].path != kept[1].path
    for (model, *_), place in zip(runs, kept, strict=True):
        tensors, info = storage.read(place.path)
        assert info["step"] == place.kept() == 20
        assert all(torch.equal(tensors[f"model.{name}"], value) for name, value in model.state_dict().items())


@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 warns of any fork with threads
def test_processes_that_write_in_the_same_moment_lose_nothing(tmp_path):
    """All have looked before any has written, and each writes once: who comes second has no other chance to notice."""
    for attempt in range(15):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        place, begin, children = Place(folder / "run"), time.monotonic() + 0.05, []
        for n in range(4):
            if (pid := os.fork()) == 0:
                warnings.simplefilter("ignore")
                while time.monotonic() < begin:
                    pass
                place.write({"n": torch.tensor(n)}, {"step": n})
                os._exit(0 if place.kept() == n else 1)
            children.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
        names = sorted(file.name for file in folder.iterdir())
        assert names == ["run", "run-2", "run-3", "run-4"]
        assert sorted(int(storage.read(folder / name)[0]["n"]) for name in names) == [0, 1, 2, 3]


@needs_fork
def test_a_stopped_process_is_not_waited_for_without_end(tmp_path, monkeypatch):
    """It holds the lock: another run waits a moment, and then saves."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        with places.one_at_a_time(tmp_path):
            os.write(writing, b"x")
            time.sleep(60)
        os._exit(0)
    try:
        os.read(reading, 1)
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(places.one_at_a_time.__wrapped__, "__defaults__", (0.2,))
        place = Place(tmp_path / "run")
        place.write({}, {"step": 3})
        assert place.kept() == 3
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_kept_says_only_what_is_there(tmp_path, monkeypatch):
    place = Place(tmp_path / "run")
    assert place.kept() is None
    place.write({}, {"step": 3})
    assert place.kept() == place.step == 3
    with monkeypatch.context() as patch:
        patch.setattr(places.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            place.write({}, {"step": 4})
    assert place.kept() is None and place.step == 3
    place.write({}, {"step": 5})
    assert place.kept() == 5
    (tmp_path / "run").unlink()
    assert place.kept() is None
    place.write({}, {"step": 6})
    storage.write(tmp_path / "run", {}, {"step": 6})  # another one's
    assert place.kept() is None


def test_a_free_name_is_free(tmp_path):
    path = tmp_path / "run.safetensors"
    assert free_name(path).name == "run-2.safetensors"
    (tmp_path / "run-2.safetensors").symlink_to(tmp_path / "nowhere")  # a link that leads nowhere is there, too
    (tmp_path / "run-3.safetensors").mkdir()
    assert free_name(path).name == "run-4.safetensors" and free_name("run").name == "run-2"
