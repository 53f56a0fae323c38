"""Set-up behind `make lab` and `make test`: builds .venv, installs into it, obtains the corpus.

Usage: python tools/setup.py lab|test. A second run finds its stamp in .venv and installs nothing.
Whatever fails says so in one line, and leaves things as they were. Only the standard library is used,
in syntax that Python 3.6 reads too: so that a Python that is too old is told so.
"""

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until all is imported, Ctrl-C ends this without a traceback

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "setup-stamp.json")
NEEDED_GB = 3
OUTPUT = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
DISK = (
    f"about {NEEDED_GB} GB are needed, or 7 GB where pip brings the CUDA build of PyTorch. Make room, or on a machine "
    "without an NVIDIA card set PIP_ARGS to PyTorch's CPU-only index (README.md shows how)."
)
# JupyterLab otherwise asks in a pop-up whether it may show news.
LAB_SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
NO_NETWORK = (
    "NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError|SSLError|Max retries exceeded|"
    "connection broken|Connection refused|Connection reset|No route to host|Network is unreachable|"
    r"setuptools\S* \(from versions: none\)"  # asked for first, and on every index: then none was reached
)


class SetupError(Exception):
    """What is wrong and what to do about it, in one line."""


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ("lab", "test"):
        raise SetupError("Say what to set up for: python tools/setup.py lab, or test.")
    check_python()
    lock = alone()
    stamp = read_stamp()
    # An environment that once had the test packages keeps them, so that they never lag behind the pins.
    extras = "test" if "test" in (sys.argv[1], stamp.get("extras")) else "lab"
    if stamp != {"digest": digest(), "extras": extras}:
        install(extras, not stamp, lock)
    obtain_corpus()


def check_python():
    if sys.version_info < (3, 11):  # ruff takes this for needless: pyproject.toml excepts it
        raise SetupError(
            "Python {}.{} is too old: 3.11 or newer is needed. If you have one, name it: "
            "make lab PYTHON=python3.12".format(*sys.version_info[:2])
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupError(
                f"This Python has no module {module}, which makes virtual environments. "
                "On Debian and Ubuntu: sudo apt install python3-venv. Then run this again."
            )


def digest():
    """Changes with everything that decides what gets installed; the path too, because the install is editable."""
    found = hashlib.sha256(repr((ROOT, sys.version_info[:2])).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read_stamp():
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def alone():
    """Waits until no other set-up is at work here. Returns the open files that lock it out until they are closed."""
    if os.name == "nt":
        return []
    import fcntl

    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another set-up is at work in this folder. Waiting for it to end.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:  # some network file systems lock no folders
        pass
    return [lock]


def install(extras, fresh, lock):
    if fresh and shutil.disk_usage(ROOT).free < NEEDED_GB * 10**9:
        free = shutil.disk_usage(ROOT).free / 10**9
        raise SetupError(f"Too little room on the disk: {free:.1f} GB are free, and {DISK}")
    # What this run creates, it removes when it fails. What was there before, it leaves.
    made = [path for path in (VENV, os.path.join(ROOT, "from_tensors_to_gpt.egg-info")) if not os.path.exists(path)]
    try:
        if VENV in made:
            print("Creating .venv and installing PyTorch and JupyterLab into it. This takes minutes, once.", flush=True)
            create_venv()
        else:
            check_venv()
        package = ".[test]" if extras == "test" else "."
        pip(["-c", "constraints.txt", "-e", package, *os.environ.get("PIP_ARGS", "").split()], lock)
        settings = os.path.join(VENV, "share", "jupyter", "lab", "settings")
        os.makedirs(settings, exist_ok=True)
        with open(os.path.join(settings, "overrides.json"), "w") as file:
            json.dump(LAB_SETTINGS, file)
        with open(STAMP, "w") as file:
            json.dump({"digest": digest(), "extras": extras}, file)
    except BaseException:
        for path in made:
            shutil.rmtree(path, ignore_errors=True)
        raise


def create_venv():
    result = run([sys.executable, "-m", "venv", VENV])
    if result.returncode:
        raise SetupError(
            f"The virtual environment .venv could not be made: {reason(result.stdout)} On Debian and Ubuntu, "
            "sudo apt install python3-venv often fixes this."
        )


def check_venv():
    """An environment that is there is used only if it is whole and of this Python."""
    result = run([PYTHON, "-c", "import sys, pip; print(*sys.version_info[:2])"])
    if result.returncode or tuple(result.stdout.split()) != tuple(str(number) for number in sys.version_info[:2]):
        raise SetupError(
            "The folder .venv holds an environment that is broken or belongs to another Python. "
            "Remove it with: make clean. Then run this again."
        )


def run(command):
    try:
        return subprocess.run(command, **OUTPUT)
    except OSError as error:
        return subprocess.CompletedProcess(command, 1, stdout=str(error))


def pip(arguments, lock):
    """Runs pip install in .venv. What it says is condensed into one line of progress."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", *arguments]
    # Through the environment this also reaches the pip that pip starts for the build; the default of 5 is a long wait.
    environment = dict(os.environ, PIP_RETRIES=os.environ.get("PIP_RETRIES", "2"))
    # Should this program be killed, pip goes on for a while: it keeps the lock.
    process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=lock, **OUTPUT)
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)
    reader.start()
    try:
        show_progress(said, reader)
        process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        output = "".join(said)
        if "No space left on device" in output:
            raise SetupError("The disk became full: " + DISK)
        if re.search(NO_NETWORK, output):
            raise SetupError("The packages could not be downloaded. Check the network, then run this again.")
        if "No matching distribution found for torch" in output:
            raise SetupError(
                "PyTorch has no build for Python {}.{} on this machine. Use a 64-bit Python 3.12: "
                "make lab PYTHON=python3.12 (Intel Macs have no build at all).".format(*sys.version_info[:2])
            )
        raise SetupError("pip could not install the packages: " + reason(output))


def show_progress(said, reader):
    """One line, rewritten every second on a terminal; elsewhere a plain line twice a minute."""
    terminal, start, printed = sys.stdout.isatty(), time.time(), time.time()
    while reader.is_alive():
        reader.join(1)
        steps = [line.strip() for line in list(said) if re.match(" *(Collecting|Downloading|Using cached|Inst)", line)]
        step = re.sub("https?://[^ ]*/", "", steps[-1]) if steps else "Starting pip"
        if step.startswith("Installing collected"):
            step = "Installing {} packages".format(step.count(",") + 1)
        line = f"  {time.time() - start:.0f} s: {step}"
        if terminal:
            print("\r\033[K" + line[: shutil.get_terminal_size().columns - 1], end="", flush=True)
        elif time.time() - printed > 30 and reader.is_alive():
            printed = time.time()
            print(line, flush=True)
    if terminal:
        print("\r\033[K", end="", flush=True)


def reason(output):
    """The line of a program's output that says most: the last error, else the last line, cut to a readable length."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it gave no reason."]
    errors = [line for line in lines if line.startswith(("ERROR: ", "Error: "))]
    return (errors or lines)[-1][:300]


def obtain_corpus():
    sys.dont_write_bytecode = True
    sys.path.insert(0, ROOT)
    from helpers import paths

    if any(os.path.isfile(str(folder / "shakespeare.txt")) for folder in (paths.DATA, paths.cache_dir())):
        return
    result = subprocess.run([PYTHON, "-m", "helpers.corpus"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        said = re.sub("^Error: ", "", reason(result.stderr))
        raise SetupError("The packages are installed, but the corpus is not there. " + said)


def interrupt(*_):
    handle_signals(signal.SIG_IGN)  # a second Ctrl-C would come in the way of tidying up
    raise KeyboardInterrupt


def handle_signals(handler):
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # What is ignored from the start, by nohup for example, stays ignored.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), handler)


if __name__ == "__main__":
    try:
        handle_signals(interrupt)
        main()
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Set-up could not go on: {error}. Nothing was changed.")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run it again to go on.")
