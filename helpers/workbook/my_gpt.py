"""The learner's own GPT, `notebooks/my_gpt.py`: made at first use, written by checks, imported by notebooks."""

import contextlib
import datetime
import importlib.abc
import importlib.util
import json
import os
import sys
import tempfile
import types
from pathlib import Path

from helpers.paths import cache_dir, one_at_a_time
from helpers.workbook import sections
from helpers.workbook.parts import PARTS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def default_path():
    """Where the file lies: beside the notebooks, or in the user's cache where these cannot be written to.

    The variable MY_GPT names another place, for tests.
    """
    if named := os.environ.get("MY_GPT"):
        return Path(named)
    return (NOTEBOOKS if os.access(NOTEBOOKS, os.W_OK) else cache_dir()) / "my_gpt.py"


class MyGPT:
    """The file at `path`, part by part. Nothing in it is ever lost: each earlier text goes to `my_gpt_history/`."""

    def __init__(self, path=None, parts=PARTS):
        self.path, self.parts = Path(path or default_path()), parts
        self.history = self.path.with_name(self.path.stem + "_history")

    def read(self):
        """The text of the file; where there is none, that of a fresh one."""
        try:
            return self.path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return sections.fresh(self.parts)

    def make(self):
        """Write a fresh file where there is none."""
        if not self.path.exists():
            with self._locked():
                if not self.path.exists():
                    self._replace(sections.fresh(self.parts))

    def keep(self, name, source):
        """Write `source` as the part `name`; returns a sentence about what happened.

        A part that was edited in the file since a check wrote it stays as it is, if the cell is still the old one.
        """
        part = self.part(name)
        with self._locked():
            before, written = self.read(), self._written()
            now = sections.part_of(before, part, self.parts)
            if now == source:
                return f"my_gpt.py has it already, from line {self._line(before, part)}."
            if written.get(name) == source and not sections.is_ours(now, part):
                return f"my_gpt.py holds a version of {name} that you edited there: it stays. (`reset` takes it out.)"
            after = sections.with_part(before, part, source, self.parts)
            if trouble := broken(after):
                return f"It is not written yet: {trouble} Repair that line in {self.path.name}, and check again."
            self._remember(before, name)
            self._replace(after)
            self._write_down(written | {name: source})
            return f"Written to my_gpt.py, line {self._line(after, part)}."

    def reset(self, names):
        """Take parts back to ours; returns the names of those that were the learner's."""
        with self._locked():
            before = now = self.read()
            mine = [part for part in self.parts if part.name in names and part.name in self.mine(before)]
            for part in mine:
                now = sections.with_part(now, part, part.ours, self.parts)
            if mine:
                self._remember(before, "reset")
                self._replace(now)
        return [part.name for part in mine]

    def mine(self, content=None):
        """{name: lines of code} of the parts that the learner has written."""
        content = self.read() if content is None else content
        found = {part: sections.part_of(content, part, self.parts) for part in self.parts}
        return {part.name: sections.count(s) for part, s in found.items() if not sections.is_ours(s, part)}

    def part(self, name):
        """The part with this name."""
        return next(part for part in self.parts if part.name == name)

    def bar(self):
        """How much is the learner's, in one line."""
        mine = self.mine()
        n, of = len(mine), len(self.parts)
        lines = f", {sum(mine.values())} lines" if mine else ""
        return (
            f"Your GPT: {'█' * n}{'░' * (of - n)} {n or 'none'} of {of} parts {'is' if n == 1 else 'are'} yours{lines}."
        )

    def _line(self, content, part):
        return sections.where(content.splitlines(keepends=True), part, self.parts)[0] + 1

    def _replace(self, content):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".my_gpt-", suffix=".part", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
            os.replace(name, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def _remember(self, content, name):
        self.history.mkdir(parents=True, exist_ok=True)
        now = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
        (self.history / f"{now}_before_{name}.py").write_text(content, encoding="utf-8")

    def _written(self):
        """{name: source} of what checks wrote last, to tell an edit by hand."""
        try:
            return json.loads((self.history / "written.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _write_down(self, written):
        part = self.history / "written.json.part"
        part.write_text(json.dumps(written, indent=1), encoding="utf-8")
        os.replace(part, self.history / "written.json")

    def _locked(self):
        """Two notebooks that are open at once write one after the other."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return one_at_a_time(self.path.parent)


def broken(content, name="my_gpt.py"):
    """What is wrong with the text of the file, with its line, or "" where it can be imported."""
    try:
        exec(compile(content, name, "exec"), types.ModuleType("my_gpt").__dict__)
    except Exception as error:  # whatever a learner's own line can raise
        line = error.lineno if isinstance(error, SyntaxError) else last_line(error, name)
        return f"line {line} of my_gpt.py says {type(error).__name__}: {error}."
    return ""


def last_line(error, name):
    """The line of the file at which an error came up."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets `import my_gpt` find the file from any folder; ours is used where the file is broken, and says so."""

    def __init__(self, mine):
        self.mine = mine

    def find_spec(self, fullname, path=None, target=None):
        """For my_gpt alone."""
        if fullname == "my_gpt":
            return importlib.util.spec_from_loader(fullname, self, origin=str(self.mine.path))
        return None

    def exec_module(self, module):
        """Execute the file, or in its place a fresh one; what the file lacks comes from ours."""
        module.__file__ = str(self.mine.path)
        try:
            content = self.mine.read()
            trouble = broken(content)
        except (OSError, UnicodeError) as error:
            trouble = f"it cannot be read ({error})."
        if trouble:
            print(f"my_gpt.py cannot be used: {trouble} Until it is repaired, this notebook uses our version of all.")
            content = sections.fresh(self.mine.parts)
        exec(compile(content, module.__file__, "exec"), module.__dict__)
        missing = [part for part in self.mine.parts if not hasattr(module, part.name)]
        for part in missing:
            exec(part.ours, module.__dict__)
        if missing:
            names = ", ".join(part.name for part in missing)
            print(f"my_gpt.py does not define {names}: this notebook uses ours.")


def install(mine):
    """Let `from my_gpt import Head` find the file of `mine`, with what a check has written there meanwhile."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, Importer)]
    sys.meta_path.insert(0, Importer(mine))
    sys.modules.pop("my_gpt", None)
