"""Where a training run is kept: the file that is its own, and what happens when two runs want the same one."""

import itertools
import os
import warnings
from pathlib import Path

from helpers.paths import one_at_a_time
from helpers.training.storage import destination, made


class Place:
    """Where a run is kept: a path that can be used, and the step at which this run was written there, or read.

    `step` is None as long as there is nothing. When another run has written to the same path meanwhile, this one goes
    on under another name and says so.
    """

    def __init__(self, path):
        self.path, self.step = destination(path), None
        self._seen, self._failed = seen(self.path), False

    def write(self, tensors, info):
        """Store what `storage.write` stores; raises what it raises."""
        self._failed = True
        path = destination(self.path)
        with made(path, tensors, info) as part, one_at_a_time(path.parent):
            if seen(path) not in (None, self._seen):
                path = free_name(path)
                warnings.warn(
                    f"Another run has written to {self.path} since this one began. It is left alone; this run is saved "
                    f"as {path.name} from now on.",
                    stacklevel=2,
                )
            os.replace(part, path)
            self.path, self._seen = path, seen(path)
        self.step, self._failed = info.get("step"), False

    def kept(self):
        """The step at which this run stands in the file; None if its last writing failed, or another one took over."""
        return None if self._failed or seen(self.path) != self._seen else self.step


def free_name(path):
    """A name like that of `path` under which there is nothing yet: name-2, name-3, ..."""
    path = Path(path)
    names = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in itertools.count(2))
    return next(name for name in names if not os.path.lexists(name))


def seen(path):
    """What tells one writing of a file from the next, or None where there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
