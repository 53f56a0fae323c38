"""Cells as a notebook has them: executed in one scope, with a source that can be read afterwards."""

import itertools
import linecache

COUNT = itertools.count()


def type_in(source, scope):
    """Execute a cell; `scope` are the notebook's names."""
    file = f"<cell {next(COUNT)} of a test>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope.setdefault("__name__", "__main__")
    exec(compile(source, file, "exec"), scope)
    return scope
