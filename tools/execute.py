"""Runs notebooks from top to bottom in fresh kernels and stores what they print: `make notebooks`.

Usage: python tools/execute.py [05 ...], the numbers that file names begin with; all notebooks without. Those in deeper/
belong to the number that they begin with.
A notebook is stored only when all of it ran. What differs from run to run is stripped, so that a
difference in the repository is a difference in the result.
"""

import base64
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
CELL_TIMEOUT = 900  # seconds
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
README_PICTURE = ("11_gpt", "show.loss_curve(")  # the notebook, and what the cell that draws it begins with
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")  # inside of HTML, where its words are
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class NotebookError(Exception):
    """A notebook that did not run, or whose outputs must not be stored."""


def main(prefixes):
    found = [*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("deeper/*.ipynb")]
    paths = sorted(path for path in found if path.name.startswith(tuple(prefixes) or ""))
    if not paths:
        raise NotebookError(f"No notebook in notebooks/ begins with {' or '.join(prefixes) or 'anything'}.")
    # Outputs must not depend on what lies in data/checkpoints, nor a learner's model be overwritten.
    with tempfile.TemporaryDirectory(prefix="checkpoints-") as folder:
        os.environ.setdefault("GPT_CHECKPOINTS", folder)
        os.environ["MY_GPT"] = os.path.join(folder, "mine", "my_gpt.py")  # nothing is solved
        for path in paths:
            start = time.time()
            content = refresh(path)
            print(f"{path.stem:<32}{time.time() - start:6.0f} s{len(content) / 1000:8.0f} KB", flush=True)
            if path.stem == README_PICTURE[0]:
                store_readme_picture(json.loads(content))


def refresh(path):
    """Runs one notebook, stores it, and returns what was stored. Raises NotebookError and leaves the file else."""
    import nbformat

    notebook = nbformat.reads(json.dumps(add_cell_ids(json.loads(path.read_text(encoding="utf-8")))), as_version=4)
    execute(notebook, path)
    clean(notebook)
    refuse_local_paths(notebook, path.name)
    nbformat.validate(notebook)
    content = (nbformat.writes(notebook) + "\n").encode()
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
    return content


def store_readme_picture(notebook):
    """The README shows a figure of the series: the very one that is stored in the notebook."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "".join(cell["source"]).startswith(README_PICTURE[1]):
            shown = "".join(part for output in cell["outputs"] for part in output.get("data", {}).get("text/html", []))
            (ROOT / "docs").mkdir(exist_ok=True)
            (ROOT / "docs" / "loss_curve.png").write_bytes(base64.b64decode(PICTURE.search(shown)[1]))


def execute(notebook, path):
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    at = [0]
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNELSPEC["name"],
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # the kernel otherwise warns that it talks to us without encryption
        record_timing=False,
        store_widget_state=False,
        on_cell_start=lambda cell, cell_index: at.__setitem__(0, cell_index),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        lines = [line for line in ANSI.sub("", error.traceback).splitlines() if line.strip()]
        raise NotebookError("\n    ".join([f"{path.name}, cell {at[0] + 1} failed:", *lines[-8:]])) from None
    except CellTimeoutError:
        raise NotebookError(f"{path.name}, cell {at[0] + 1} took over {CELL_TIMEOUT} seconds.") from None
    except DeadKernelError:
        raise NotebookError(f"{path.name}, cell {at[0] + 1}: the kernel died; the memory may be too small.") from None
    except AssertionError:  # so nbclient ends after Ctrl-C
        raise KeyboardInterrupt from None


def add_cell_ids(notebook):
    """Gives every cell without an id, or with one that was there before, the id cell-N. `notebook` is plain JSON."""
    taken = {cell.get("id") for cell in notebook["cells"]}
    seen = set()
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("id") is None or cell["id"] in seen:
            name = f"cell-{number}"
            while name in taken:
                name += "x"
            cell["id"] = name
            taken.add(name)
        seen.add(cell["id"])
    notebook["nbformat"], notebook["nbformat_minor"] = 4, max(5, notebook.get("nbformat_minor", 5))
    return notebook


def clean(notebook):
    """Strips, in place, what differs from run to run or from one program to the next."""
    notebook.metadata.pop("widgets", None)  # without their state, GitHub shows "Invalid Notebook"
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = clean_outputs(cell.outputs)


def clean_outputs(outputs):
    """Streams joined and progress lines at their end; no widget views, whose state lives only in a kernel."""
    kept = []
    for output in outputs:
        output.pop("transient", None)
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
        elif "data" not in output or WIDGET_VIEW not in output.data:
            kept.append(output)
        else:
            del output.data[WIDGET_VIEW]
            output.get("metadata", {}).pop(WIDGET_VIEW, None)
            if set(output.data) - {"text/plain"}:  # a picture of the widget, which every page can show
                kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            output.text = final_state(output.text)
    return [output for output in kept if output.output_type != "stream" or output.text.strip()]


def final_state(text):
    """What a terminal shows in the end: after a carriage return, a line is written over from its start."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if "\r" in line:
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines[number] = shown.rstrip()
    return "\n".join(lines)


def refuse_local_paths(notebook, name):
    """Outputs are read by others: they must not name folders of the machine that made them."""
    folders = {str(ROOT), os.path.realpath(ROOT), os.path.expanduser("~"), os.path.realpath(os.path.expanduser("~"))}
    folders = [re.escape(folder) for folder in folders if len(folder) > 1]
    # ipykernel gives every cell a file name of its own, which warnings then print.
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(folders)})(?![\w-])|[^\s\"']*ipykernel_\d+")
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            for text in texts(output):
                if found := pattern.search(text):
                    raise NotebookError(f"{name}, cell {number}: its output names a local folder, {found.group()!r}.")


def texts(value, key=""):
    """Every string in an output, pictures aside."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, key)
    elif isinstance(value, str) and not (key.startswith("image/") and key != "image/svg+xml"):
        yield PICTURE.sub("", value)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except NotebookError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The notebook that was running is as it was.")
