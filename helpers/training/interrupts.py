"""Being stopped, but never in the middle of something."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def held_interrupts():
    """Hold an interrupt (Ctrl-C, the kernel's stop button) back until the block ends: no step is cut in half."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    held = []
    before = signal.signal(signal.SIGINT, lambda *args: held.append(args))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
    if held and callable(before):
        before(*held[0])
