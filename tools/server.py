"""JupyterLab, which ends when the program that started it is gone. tools/lab.py starts this.

Its standard input is a pipe into which nobody writes. The system closes the other end however that program ended,
also where it was killed, and on every platform. A signal from a dying parent would be Linux's alone.
"""

import os
import signal
import sys
import threading
import time

PATIENCE = 15  # seconds for the kernels to end


def end_with_the_starter():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)  # JupyterLab then ends its kernels
    time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_starter, daemon=True).start()
    from jupyterlab.labapp import main  # takes a second, in which the starter may be gone already

    sys.exit(main())
