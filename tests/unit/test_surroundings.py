"""Notebooks in places of all sorts: a path with spaces and other scripts, a read-only checkout, no network.

Each runs in a copy of the checkout, with trainings shortened. The copy's `helpers` are the ones that are imported.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from helpers import paths

ROOT = Path(__file__).resolve().parents[2]
PLACE = "Größe & Maß, it's $HOME %d 학습"
RUN = """
import sys
from tests.shortened import run
last = "import pathlib, helpers; assert pathlib.Path(helpers.__file__).parents[1] == pathlib.Path.cwd().parent"
for name in sys.argv[1:]:
    run(name, "", steps=4, last=last)  # "": saved where notebooks save by themselves
    print(name, "ran")
"""
READ_ONLY = """
for folder in "$1" "$HOME"; do mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 99; done
shift; exec "$@"
"""
LOOPBACK = """
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up and running
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def copy():
    """A copy of the files that git knows or would add, with the corpus, under a path that is not easy."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: which files belong to it is not known")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, PLACE)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, place / name)
        shutil.copy(paths.DATA / "shakespeare.txt", place / "data")
        for name in ("home", "tmp"):
            Path(folder, name).mkdir()
        yield place


def python(copy, *arguments, before=()):
    """Runs this Python in the copy, in a home of its own; what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GPT_", "XDG_", "JUPYTER_"))}
    own = {"HOME": str(copy.parent / "home"), "TMPDIR": str(copy.parent / "tmp"), "PYTHONPATH": str(copy)}
    own |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [*before, sys.executable, *arguments]
    result = subprocess.run(command, cwd=copy, env=kept | own, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result.stdout


def unshared(what):
    """The beginning of a command that runs something in a namespace of its own, or a skip."""
    command = ["unshare", f"--{what}"] + ["--map-root-user"] * (os.geteuid() != 0)
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip(f"this machine does not let us have a namespace of our own (unshare --{what})")
    return command


def test_a_path_with_spaces_and_other_scripts(copy):
    assert python(copy, "-c", RUN, "02_broadcasting", "05_bigram") == "02_broadcasting ran\n05_bigram ran\n"


def test_a_read_only_checkout_and_home_end_no_notebook(copy):
    before = [*unshared("mount"), "sh", "-c", READ_ONLY, "sh", str(copy)]
    python(copy, "-c", RUN, "02_broadcasting", before=before)
    trains = "import sys; sys.stderr = sys.stdout\nfrom helpers.training import load_or_train\n"
    trains += "load_or_train(corpus='toy', seconds=2, progress=False)"
    said = python(copy, "-W", "always", "-c", trains, before=before)
    place = copy.parent / "tmp" / f"from-tensors-to-gpt-{os.getuid()}"
    assert f"What is saved goes to {place}" in said and "Trained and saved." in said
    assert not (copy / "data" / "checkpoints").exists() and not list((copy.parent / "home").iterdir())


def test_without_network_after_set_up(copy):
    before = [*unshared("net"), sys.executable, "-c", LOOPBACK]
    blocked = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 80), 5)\nexcept OSError as e: print(e.strerror)"
    )
    assert python(copy, "-c", blocked, before=before) == "Network is unreachable\n"
    every = "import pkgutil, helpers\nfor m in pkgutil.walk_packages(helpers.__path__, 'helpers.'):\n"
    every += "    '__main__' in m.name or __import__(m.name)\n"
    every += "from helpers.corpus import load_text\nprint(len(load_text('shakespeare')), len(load_text('toy')))"
    n, toy = python(copy, "-c", every, before=before).split()
    assert int(n) > 5_000_000 and int(toy) == 1_000_000
    python(copy, "-c", RUN, "02_broadcasting", before=before)


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_the_cache_is_a_place_that_can_be_written(variable, tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    allowed = [tmp_path]
    monkeypatch.setattr(paths.os, "access", lambda path, mode: any(Path(path) == place for place in allowed))
    monkeypatch.setenv(variable, str(tmp_path))
    assert paths.cache_dir().is_relative_to(tmp_path)
    allowed.clear()
    with pytest.warns(UserWarning, match=r"Neither .* can be written to. What is saved goes to .*XDG_CACHE_HOME"):
        assert paths.cache_dir().parent == Path(tempfile.gettempdir())
    monkeypatch.setenv(variable, "relative")
    allowed.append(Path("."))
    with pytest.warns(UserWarning, match="Neither"):
        assert paths.cache_dir().is_absolute()
    allowed.append(paths.DATA)
    assert paths.cache_dir() == paths.DATA
