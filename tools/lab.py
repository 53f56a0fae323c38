"""Starts JupyterLab at the first notebook and prints the address to open: `make lab`, after set-up.

Usage: python tools/lab.py [arguments for JupyterLab]
"""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

ROOT = Path(__file__).resolve().parent.parent
FIRST = "lab/tree/notebooks/00_start_here.ipynb"
CONTENTS = "tools.contents.Contents"  # shows pictures in place of widgets whose kernel has ended
PATIENCE = 120  # seconds until a server that does not answer is given up
# What the log level does not reach: notes made before it is set, and those of the kernels.
NOISE = re.compile(r"\[([DIW] |IPKernelApp\] WARNING)")


class Server:
    """JupyterLab as a child process. Its errors are passed on while it runs, not while it starts or stops."""

    def __init__(self, arguments):
        self.token = secrets.token_hex(24)
        self.started = time.time()
        self.last_words = ""
        self.pass_on = False
        # By the environment, not as an argument, which every user of the machine could read in the process list.
        # The second variable: the debugger in each kernel otherwise prints a warning about frozen modules.
        environment = os.environ | {"JUPYTER_TOKEN": self.token, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *lab_arguments(), *arguments],
            cwd=ROOT,  # from where it also imports tools.contents
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C then reaches only this program, which ends the server in order
        )
        self.reader = threading.Thread(target=self._pass_on, daemon=True)
        self.reader.start()

    def _pass_on(self):
        for line in self.process.stdout:
            if NOISE.match(line):
                continue
            if line.strip():
                self.last_words = re.sub(r"^\[C [^]]*\] ", "", line.strip())
            if self.pass_on:
                print(line, end="", flush=True)

    def address(self):
        """The address of the first notebook, or None while the server does not answer yet."""
        for file in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
            try:
                if file.stat().st_mtime < self.started - 1:
                    continue
                info = json.loads(file.read_text(encoding="utf-8"))
                # On Windows the process that we started hands over to another one: then the token tells.
                if info["pid"] != self.process.pid and info["token"] != self.token:
                    continue
                # An address on this machine: no proxy in between.
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                opener.open(info["url"] + "api", timeout=5).close()
            except (OSError, ValueError, KeyError):
                continue
            return info["url"] + FIRST + (f"?token={info['token']}" if info["token"] else "")
        return None

    def wait_for_address(self):
        while time.time() < self.started + PATIENCE:
            if self.process.poll() is not None:
                self.reader.join(5)
                raise SystemExit(f"JupyterLab ended before it was ready. Its last words: {self.last_words or 'none'}")
            if address := self.address():
                self.pass_on = True
                return address
            time.sleep(0.1)
        raise SystemExit(f"JupyterLab did not answer within {PATIENCE} seconds, and was stopped. Run make lab again.")

    def stop(self):
        self.pass_on = False
        if self.process.poll() is None:
            self.process.terminate()  # the server then ends its kernels
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()


def lab_arguments():
    arguments = [
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/{FIRST}",
        f"--ServerApp.contents_manager_class={CONTENTS}",
        "--log-level=ERROR",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container one usually is
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        arguments.append("--no-browser")
    return arguments


def interrupt(*_):
    raise KeyboardInterrupt


def ignored(name):
    """Whether a signal was ignored before we started: by nohup, or by a shell that starts us in the background."""
    return signal.getsignal(getattr(signal, name)) is signal.SIG_IGN


def main():
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and not ignored(name):  # what nohup started outlives its terminal
            signal.signal(getattr(signal, name), interrupt)
    server = Server(sys.argv[1:])
    end = f"kill {os.getpid()}" if ignored("SIGINT") else "Ctrl-C"
    try:
        address = server.wait_for_address()
        print(f"JupyterLab is running; {end} ends it. Open this address in a browser:\n{address}", flush=True)
        server.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
