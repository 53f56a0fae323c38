"""Starts JupyterLab at the first notebook and prints the address to open: `make lab`, after set-up.

Usage: python tools/lab.py [arguments for JupyterLab]
"""

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until main() is ready for it, Ctrl-C ends this without a traceback

import argparse
import contextlib
import errno
import json
import os
import re
import secrets
import socket
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
PATIENCE_AT_THE_END = 20  # seconds until one that does not end is killed; tools/server.py does so after 15
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
            [sys.executable, "-m", "tools.server", *lab_arguments(), *arguments],
            cwd=ROOT,  # from where it also imports tools.contents
            env=environment,
            stdin=subprocess.PIPE,  # closed when this program ends, in whatever way: see tools/server.py
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
                # Nobody reads it any more (`make lab | head`), or cannot: the server's output is read all the same.
                with contextlib.suppress(OSError, ValueError):
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

    def wait_for_address(self, over):
        """The address, once it answers; None if `over()` is true before that."""
        while not over():
            if self.process.poll() is not None:
                self.reader.join(5)
                raise SystemExit(f"JupyterLab ended before it was ready. Its last words: {self.last_words or 'none'}")
            if address := self.address():
                self.pass_on = True
                return address
            if time.time() > self.started + PATIENCE:
                raise SystemExit(
                    f"JupyterLab did not answer within {PATIENCE} seconds, and was stopped. Start it again."
                )
            time.sleep(0.1)
        return None

    def stop(self):
        self.pass_on = False
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE_AT_THE_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


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


def check_port(arguments):
    """What JupyterLab needs to be told so that it takes the port that was asked for, and no other one.

    It would go on to another port without a word, where an `ssh -L` waits for nothing; 99999 it would take for 34463.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--port", "--ServerApp.port", dest="port", nargs="?", const="")
    parser.add_argument("--ip", "--ServerApp.ip", dest="ip", nargs="?")
    asked = parser.parse_known_args(arguments)[0]
    port = os.environ.get("JUPYTER_PORT") if asked.port is None else asked.port
    if port is None:
        return []
    other = 'Choose another one, or leave it to JupyterLab: make lab ARGS="--port=8899", or make lab.'
    if not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise SystemExit(f"The port {port!r} is impossible: ports are numbers from 0 to 65535. {other}")
    if asked.ip is None:  # an address elsewhere, by whatever name, is JupyterLab's to try
        try:
            with socket.socket() as probe:
                if os.name != "nt":  # there it means something else
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as JupyterLab does
                probe.bind(("127.0.0.1", int(port)))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SystemExit(f"The port {port} is taken, perhaps by another make lab. {other}") from None
            raise SystemExit(f"The port {port} cannot be used: {error.strerror}. {other}") from None
    return ["--ServerApp.port_retries=0"]


def ignored(name):
    """Whether a signal was ignored before we started: by nohup, or by a shell that starts us in the background."""
    return signal.getsignal(getattr(signal, name)) is signal.SIG_IGN


def main():
    stopping = threading.Event()
    end = f"kill {os.getpid()}" if ignored("SIGINT") else "Ctrl-C"
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and not ignored(name):  # what nohup started outlives its terminal
            # Nothing is raised: a second Ctrl-C, or one while the server is being started or stopped, does no harm.
            signal.signal(getattr(signal, name), lambda *_: stopping.set())
    make = os.getppid() if "MAKELEVEL" in os.environ else None  # make sets it; who starts us otherwise may go

    def over():
        return stopping.is_set() or make not in (None, os.getppid())

    server = Server([*check_port(sys.argv[1:]), *sys.argv[1:]])
    try:
        if address := server.wait_for_address(over):
            print(f"JupyterLab is running; {end} ends it. Open this address in a browser:\n{address}", flush=True)
        while server.process.poll() is None and not over():
            time.sleep(0.2)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
