"""What every committed notebook must be: executed in order, clean, small, complete without a kernel."""

import base64
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIMIT = 600 * 1024


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def prose(notebook):
    return "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def code(notebook):
    return "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "code")


def problems(notebook, name="00_start_here", folder=ROOT / "notebooks"):
    """Everything that is wrong with a notebook, as sentences; a clean one gives an empty list."""
    found = []
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        found.append("the kernelspec is not python3, so JupyterLab would ask for a kernel")
    if "widgets" in notebook["metadata"]:
        found.append("metadata.widgets is stored, which GitHub refuses without its state")
    counts = [cell["execution_count"] for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        found.append(f"the execution counts are {counts}, not 1 to {len(cells)}")
    for cell in cells:
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                found.append(f"an error is stored: {output['ename']}")
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
                found.append("a widget view is stored, which shows an error where no kernel runs")
            if "image/svg+xml" in output.get("data", {}):
                found.append("an SVG is stored; pictures are PNG")
        if "warn" in source(cell).lower():
            continue
        if any(output.get("name") == "stderr" for output in cell["outputs"]):
            found.append(f"something went to stderr: {source(cell)[:60]!r}")
    number = name[:2]
    first = source(notebook["cells"][0])
    if not re.match(rf"# {number} · \S", first):
        found.append(f"the first cell does not begin with the title '# {number} · ...'")
    if "**Time:**" not in first or not re.search(r"second|minute", first):
        found.append("the first cell does not state the time")
    if "**You need:**" not in first:
        found.append("the first cell does not say what is needed")
    text = prose(notebook)
    for heading in ("itfall", "## Exercises", "## Recap"):
        if heading not in text:
            found.append(f"the section {heading!r} is missing")
    if text.count("<details>") < 3:
        found.append("fewer than three folded solutions")
    if text.count("<details>") != text.count("</details>"):
        found.append("a <details> is not closed")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("http") and not (folder / target).exists():
            found.append(f"the link to {target} leads nowhere")
    everything = json.dumps(notebook)
    if path := re.search(r"(/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\\\\\Users|site-packages)[^\s\"']*", everything):
        found.append(f"a path of somebody's machine is stored: {path.group()}")
    if len(everything) > LIMIT:
        found.append(f"{len(everything) // 1024} KB are stored, more than {LIMIT // 1024}")
    if "—" in text or re.search(r"[^!]!(\s|$)", re.sub(r"`[^`]*`|\$[^$]*\$", "", text)):
        found.append("an exclamation mark or a long dash stands in the prose")
    if re.search("as you can see", text, re.IGNORECASE):
        found.append("'as you can see' stands in the prose")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_clean(path):
    assert problems(load(path), path.stem) == []


def test_there_are_notebooks_to_check():
    written = {"00_start_here", "01_tensors", "02_broadcasting", "03_softmax_and_cross_entropy", "04_text_as_tensors"}
    assert written | {"05_bigram", "11_gpt"} <= {path.stem for path in NOTEBOOKS}


SPOILS = {
    "kernelspec": lambda nb: nb["metadata"].pop("kernelspec"),
    "metadata.widgets": lambda nb: nb["metadata"].update(widgets={}),
    "execution counts": lambda nb: nb["cells"][-1].update(cell_type="code", execution_count=None, outputs=[]),
    "an error is stored": lambda nb: first_code(nb)["outputs"].append(
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    ),
    "widget view": lambda nb: first_code(nb)["outputs"].append(
        {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}, "metadata": {}}
    ),
    "SVG": lambda nb: first_code(nb)["outputs"].append(
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}, "metadata": {}}
    ),
    "stderr": lambda nb: first_code(nb)["outputs"].append({"output_type": "stream", "name": "stderr", "text": "x"}),
    "title": lambda nb: nb["cells"][0].update(source="# Start"),
    "leads nowhere": lambda nb: nb["cells"][0]["source"].append("[x](99_nothing.ipynb)"),
    "somebody's machine": lambda nb: first_code(nb)["source"].append("\n# /home/somebody/x"),
    "KB": lambda nb: first_code(nb)["source"].append("x" * LIMIT),
    "not closed": lambda nb: nb["cells"][0]["source"].append("<details>"),
    "exclamation": lambda nb: nb["cells"][0]["source"].append(" Great! "),
    "as you can see": lambda nb: nb["cells"][0]["source"].append(" As you can see."),
    "Recap": lambda nb: nb["cells"].__setitem__(slice(None), [c for c in nb["cells"] if "Recap" not in source(c)]),
}


def first_code(notebook):
    return next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")


@pytest.mark.parametrize("fault", SPOILS)
def test_each_fault_is_found(fault):
    # A check that cannot fail is worth nothing: spoil a clean notebook in each way and see it found.
    notebook = load(ROOT / "notebooks" / "00_start_here.ipynb")
    for cell in notebook["cells"]:
        cell["source"] = [source(cell)] if isinstance(cell["source"], str) else cell["source"]
    SPOILS[fault](notebook)
    assert any(fault in problem for problem in problems(notebook)), problems(notebook)


# What the study notes behind the series name, and the notebook that must run it (only those that exist are checked).
ENTRIES = {
    "torch.stack": ["01", "04"],
    "torch.multinomial": ["01", "05"],
    "torch.zeros": ["01"],
    "torch.arange": ["01"],
    "torch.transpose": ["01"],
    "torch.no_grad": ["01", "05"],
    ".shape": ["01"],
    ".view(": ["01"],
    ".expand(": ["02"],
    "torch.broadcast_shapes": ["02"],
    "torch.logsumexp": ["03"],
    "nn.Linear": ["05", "08"],
    "nn.Sequential": ["10"],
    "nn.ModuleList": ["09"],
    "nn.Embedding": ["05"],
    "nn.LayerNorm": ["10"],
    "nn.ReLU": ["10"],
    "nn.Dropout": ["10"],
    "nn.init.normal_": ["10"],
    "nn.init.zeros_": ["10"],
    "F.cross_entropy": ["03"],
    "F.softmax": ["03", "08"],
    ".to(": ["10"],
    ".train()": ["10", "10"],
    ".eval()": ["10", "10"],
    "zero_grad(set_to_none=True)": ["05", "07"],
    "optimizer.step()": ["05", "07"],
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_of_the_notes_is_run(entry):
    written = [path for path in NOTEBOOKS if path.stem[:2] in ENTRIES[entry]]
    if not written:
        pytest.skip(f"notebooks {ENTRIES[entry]} are not written yet")
    for path in written:
        assert entry in code(load(path)), f"{entry} does not occur in the code of {path.stem}"


def test_checkpoints_of_the_learner_are_left_alone():
    from helpers.paths import DATA, checkpoint_path

    assert not checkpoint_path("gpt").is_relative_to(DATA)


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_shows_the_picture_that_the_notebook_drew():
    shown = base64.b64encode((ROOT / "docs" / "loss_curve.png").read_bytes()).decode()
    outputs = [o for cell in load(ROOT / "notebooks" / "11_gpt.ipynb")["cells"] for o in cell.get("outputs", [])]
    drawn = ["".join(o["data"]["image/png"]).replace("\n", "") for o in outputs if "image/png" in o.get("data", {})]
    assert shown in drawn, "run: make notebooks NB=10"


def test_readme_maps_every_notebook_with_its_minutes():
    rows = dict(re.findall(r"\(notebooks/(\w+)\.ipynb\).*\| ([\d]+ (?:s|min)) \|", README))
    assert rows.keys() == {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_links_of_pages_resolve(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        assert target.startswith("http") or ((ROOT / page).parent / target).exists(), f"{page}: {target}"
