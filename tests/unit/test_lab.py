"""`make lab` under attack: ports, second starts, Ctrl-C at any moment, parents that are killed. Real processes."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds, for a machine that has other work too; a wait ends as soon as it is answered

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and process groups here are those of Unix")


@pytest.fixture
def lab(tmp_path):
    """A function that starts tools/lab.py, or another command, and is sure to end all that came of it."""
    started = []
    mark = f"LAB_TEST={tmp_path}"  # in the environment, which every process that comes of it inherits

    def start(*arguments, command=None, environment=(), signals=(signal.SIGINT, signal.SIGHUP), **settings):
        process = subprocess.Popen(
            [*(command or [sys.executable, "tools/lab.py", "--no-browser"]), *arguments],
            **{"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} | settings,
            env=clean_environment(tmp_path) | dict(environment) | dict([mark.split("=")]),
            start_new_session=True,  # as a terminal would: Ctrl-C goes to all of its group
            preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in signals],
        )
        started.append(process)
        return process

    start.left = lambda: processes_with(mark)
    yield start
    for process in started:
        process.stdout.close()
    for number in start.left():
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    for process in started:
        process.wait(PATIENCE)


def clean_environment(folder):
    """Settings of its own, and no word of the make that may have started the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "JUPYTER_PORT")}
    return kept | {"JUPYTER_RUNTIME_DIR": str(folder), "JUPYTER_CONFIG_DIR": str(folder)}


def processes_with(mark):
    """The processes that have `mark` in their environment, and have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            alive = "Z" not in (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if alive and mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def server_is_there(lab):
    """Whether tools/server.py is among what was started, at least its Python."""
    for number in lab.left():
        with contextlib.suppress(OSError):
            if b"tools.server" in Path(f"/proc/{number}/cmdline").read_bytes():
                return True
    return False


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def answers(address):
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status == 200
    return False


def address_of(process):
    """The address that is printed; every one that is printed answers."""
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("http"):
            assert answers(line.strip()), line
            return line.strip()
    raise AssertionError("".join(said))


def start_kernel(address):
    base, token = address.split("/lab/")[0], address.split("token=")[1]
    request = urllib.request.Request(
        f"{base}/api/kernels", b'{"name": "python3"}', {"Authorization": f"token {token}"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)["id"]


linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc")


@pytest.mark.parametrize("port", ["99999", "65536", "abc", "-1", "", "8_8", "1e3", "٨٨٨٨"])
def test_an_impossible_port_is_one_line(lab, port):
    process = lab(f"--port={port}")
    said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1 and len(said.splitlines()) == 1, said
    assert f"The port {port!r} is impossible" in said and "0 to 65535" in said and "make lab ARGS=" in said


@pytest.mark.parametrize("way", ["--port={}", "--port {}", "--ServerApp.port={}", "JUPYTER_PORT={}"])
def test_a_port_that_is_taken_is_one_line(lab, way):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        way = way.format(port := other.getsockname()[1])
        in_environment = way.startswith("JUPYTER")
        process = lab(*([] if in_environment else way.split()), environment=[way.split("=")] * in_environment)
        said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1 and len(said.splitlines()) == 1, said
    assert f"The port {port} is taken, perhaps by another make lab" in said and "make lab ARGS=" in said


def test_a_port_that_one_may_not_use_is_one_line(lab):
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("everyone may use port 80 here")
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may use port 80, and there is no setpriv to become somebody else")
        command = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-all", sys.executable, "tools/lab.py"]
    else:
        command = [sys.executable, "tools/lab.py"]
    process = lab("--no-browser", "--port=80", command=command)
    said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 1 and len(said.splitlines()) == 1, said
    assert "The port 80 cannot be used: Permission denied" in said


@linux
def test_a_second_start_has_an_address_of_its_own_and_outlives_the_first(lab):
    processes = [lab("--port=0"), lab("--port=0")]
    addresses = [address_of(process) for process in processes]
    assert len(set(addresses)) == 2
    start_kernel(addresses[0])
    processes[0].send_signal(signal.SIGINT)
    assert processes[0].wait(PATIENCE) == 0
    assert not answers(addresses[0]) and answers(addresses[1])
    assert len(lab.left()) == 2, "the second one and its server; the first one's kernel has ended"
    os.killpg(processes[1].pid, signal.SIGINT)
    assert processes[1].wait(PATIENCE) == 0
    assert not answers(addresses[1]) and not lab.left()


@linux
@pytest.mark.parametrize("moment", [0, 0.3, 1, 2, "file"])
def test_ctrl_c_at_any_moment_twice(lab, tmp_path, moment):
    """While the server starts, and again while it stops: nothing is left, and nothing is said but an address."""
    process = lab("--port=0")
    wait_until(lambda: server_is_there(lab))
    if moment == "file":  # in which the server writes its address, before it answers there
        wait_until(lambda: list(tmp_path.glob("jpserver-*.json")))
    else:
        time.sleep(moment)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0 and "Traceback" not in said and not lab.left()
    assert not said or re.fullmatch(r"JupyterLab is running; .*\nhttp://127\S+\n", said), said


@linux
def test_ctrl_c_before_anything_is_there(lab, tmp_path):
    """In the first moments of both programs, while Python imports: held up by a module that takes its time."""
    for program in ("lab.py", "setup.py"):
        shutil.copy(ROOT / "tools" / program, tmp_path)
        (tmp_path / "json.py").write_text("import time; print('importing', flush=True); time.sleep(60)")
        process = lab(command=[sys.executable, str(tmp_path / program)])
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE)[0] == "" and process.returncode == -signal.SIGINT


@linux
@pytest.mark.parametrize("killed", ["lab", "make", "make while it starts"])
def test_where_the_parent_is_killed_server_and_kernels_end(lab, tmp_path, killed):
    if killed == "lab":
        process = lab("--port=0")
    else:
        place = tmp_path / "Größe und Maß, it's 학습"
        shutil.copytree(ROOT / "tools", place / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "Makefile", place)
        (place / "tools" / "setup.py").write_text("")  # it has a section of its own below
        variables = [f"VENV={sys.executable}", f"PYTHON={sys.executable}", "ARGS=--no-browser --port=0"]
        process = lab(command=["make", "lab", *variables], cwd=place)
    if killed == "make while it starts":
        wait_until(lambda: server_is_there(lab))
    else:
        address = address_of(process)
        before = len(lab.left())
        start_kernel(address)
        assert len(lab.left()) > before
    process.kill()
    said = process.communicate(timeout=PATIENCE)[0]
    wait_until(lambda: not lab.left())
    assert "Traceback" not in said and "http" not in said, said
    assert killed == "make while it starts" or not answers(address)


@linux
def test_a_reader_that_leaves_ends_nothing(lab):
    """`make lab | head -2`: the server's later errors go nowhere, and it goes on."""
    process = lab("--port=0")
    address = address_of(process)
    process.stdout.close()
    for _ in range(3):  # an error is logged for each of these
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{address.split('/lab/')[0]}/api/contents/none?token={address.split('=')[1]}")
    assert answers(address) and process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0


# --- Set-up -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """A checkout with its corpus, and an environment whose Python is a shell script; pip there takes its time."""
    folder = tmp_path / "Größe und Maß, it's 학습"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "helpers", folder / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt", "Makefile"):
        shutil.copy(ROOT / name, folder)
    (folder / "data").mkdir()
    (folder / "data" / "shakespeare.txt").write_text("To be")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    version = f"echo {sys.version_info[0]} {sys.version_info[1]}"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in\n*pip\\ install*) echo begins >> log; sleep "$PIP_SECONDS"; echo ends >> log ;;\n'
        f"*) {version} ;;\nesac\n"
    )
    python.chmod(0o755)
    return folder


def set_up(lab, checkout, seconds):
    command = [sys.executable, "tools/setup.py", "lab"]
    return lab(command=command, cwd=checkout, environment={"PIP_SECONDS": str(seconds)})


@pytest.mark.parametrize("first_is_killed", [False, True])
def test_a_second_set_up_waits_for_the_first(lab, checkout, first_is_killed):
    """Also for a pip whose set-up was killed: two of them in one environment would leave a mixture."""
    first = set_up(lab, checkout, 3)
    wait_until(lambda: (checkout / "log").exists())
    if first_is_killed:
        first.kill()
    second = set_up(lab, checkout, 0)
    said = second.communicate(timeout=PATIENCE)[0]
    assert second.returncode == 0 and "Another set-up is at work in this folder." in said
    calls = (checkout / "log").read_text().split()
    assert calls == ["begins", "ends"] * (2 if first_is_killed else 1), "what the first installed serves the second"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_set_up_says_so_once_and_leaves_no_process(lab, checkout, number):
    process = set_up(lab, checkout, 60)
    wait_until(lambda: (checkout / "log").exists())
    for _ in range(3):
        process.send_signal(number)
        time.sleep(0.02)
    assert process.communicate(timeout=PATIENCE)[0].strip() == "Interrupted. Run it again to go on."
    assert process.returncode == 1 and not (checkout / ".venv" / "setup-stamp.json").exists()
    assert (checkout / "log").read_text() == "begins\n"
