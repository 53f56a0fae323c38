"""An environment with the oldest versions that pyproject.toml allows, in .venv-oldest: `make test-oldest`.

Usage: python tools/oldest.py [--print]. Use the oldest Python that pyproject.toml allows, too: later ones have no
builds of some of these versions. PIP_ARGS is passed on to pip, as in `make lab`.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-oldest"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def constraints(project):
    """The lines name==version of pip: the lower end of each range in the table `project` of pyproject.toml."""
    for requirement in project["dependencies"] + project["optional-dependencies"]["test"]:
        found = re.match(r"([\w.-]+)>=([\w.]+)", requirement)
        if not found:
            raise SystemExit(f"pyproject.toml: {requirement!r} has no lower end. Write it as name>=version first.")
        yield "{}=={}".format(*found.groups())


def main():
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    lines = "\n".join(constraints(project))
    print(lines, flush=True)
    if "--print" in sys.argv[1:]:
        return
    wanted = re.search(r">=([\d.]+)", project["requires-python"]).group(1)
    if "{}.{}".format(*sys.version_info[:2]) != wanted:
        raise SystemExit(f"The oldest versions belong to Python {wanted}. Run: make test-oldest PYTHON=python{wanted}")
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "oldest.txt")
        pins.write_text(lines + "\n")
        command = [PYTHON, "-m", "pip", "install", "--quiet", "-c", pins, "-e", ".[test]"]
        subprocess.run(command + os.environ.get("PIP_ARGS", "").split(), cwd=ROOT, check=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The oldest versions could not be installed: {error}")
