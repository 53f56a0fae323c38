"""What every committed notebook must be: executed in order, clean, small, complete without a kernel."""

import ast
import base64
import html
import json
import re
from pathlib import Path

import pytest

from tools import series

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEEPER = sorted((ROOT / "notebooks" / "deeper").glob("*.ipynb"))
LIMIT = 600 * 1024


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


def prose(notebook):
    return "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def code(notebook):
    return "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "code")


# Words of the first edition, for which the field has others (baseline or limit, fix, integer, float).
OLD_WORDS = re.compile(r"(?i)\b(?:floors?|mends?|mended|whole numbers?|real numbers?|in words:)(?!\w)")
IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r'\balt="([^"]*)"')
NUMBER = re.compile(r"(?i)\bnotebooks? \d\d\b|(?<![\w.,:+*/^{$-])0\d(?![\w.,%]?\d)|\((?:1\d|2[01])\)")


def words_of(text):
    """Prose without code, formulas and titles, and without what is linked: links are checked by where they lead."""
    text = re.sub(r"(?s)```.*?```|<!--.*?-->|\$\$.*?\$\$", " ", text)
    return re.sub(r"`[^`\n]*`|\$[^$\n]*\$|\[[^]]*\]\([^)]*\)|(?m:^# .*$)", " ", text)


def faults_of_pictures(output):
    """A picture comes with words that a screen reader finds; a bare PNG has none in JupyterLab and on a page."""
    data = output.get("data", {})
    if "image/png" in data:
        yield "a bare PNG is stored, without words for who cannot see it"
    for image in IMAGE.findall("".join(data.get("text/html", ""))):
        alt = html.unescape(found[1]) if (found := ALT.search(image)) else ""
        if len(alt) < 40:
            yield f"a picture has hardly any words: {alt!r}"


def spoilt(output):
    """An answer that nobody has guessed at stands folded, or the page spoils it."""
    text = "".join(output.get("text", "")) + "".join(output.get("data", {}).get("text/plain", ""))
    if re.search(r"No prediction made\. (?!Unfold)|You predicted|Answer:", text):
        yield f"an answer is stored unfolded: {text[:80]!r}"
    if "none of the options" in "".join(output.get("data", {}).get("text/html", "")):
        yield "an answer is none of the options of its question"


def faults_of_code(text):
    """Marks for our tools, and prose that hides in comments."""
    if re.search(r"#\s*(NBVAL_|fmt:|noqa|type:)", text):
        yield f"a mark for our tools stands in sight: {text[:60]!r}"
    comments = re.findall(r"(?m)(?:^[ \t]*#.*\n?)+", text)
    for comment in comments:
        if len(comment.strip().splitlines()) > 3 or len(comment.split()) > 45:
            yield f"a paragraph stands in a comment: {comment.strip()[:80]!r}"


def modules(text):
    """The modules of ours that a notebook imports from; `helpers` itself counts once."""
    return set(re.findall(r"(?m)^\s*(?:from|import) (helpers[\w.]*|my_gpt)", text))


def plain(text):
    """Letters only, so that `FeedForward`, feed-forward and Feed forward are one."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def not_introduced(notebook):
    """Classes, and functions that the promise names, which appear before anything has introduced them: a heading, or a
    term in bold or in code type, below the promise and above the cell."""
    named, introduced, defined = set(re.findall(r"`(\w+)", source(notebook["cells"][0]))), "", set()
    for cell in notebook["cells"][1:]:
        if cell["cell_type"] == "markdown":
            terms = re.findall(r"(?m)^#+ .*$|\*\*[^*]+\*\*|`[^`]+`", source(cell))
            introduced += " ".join(plain(term) for term in terms) + " "
            continue
        try:
            tree = ast.parse(source(cell))
        except SyntaxError:
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and node.name in named):
                if node.name not in defined and plain(node.name) not in introduced and not is_stub(node):
                    yield f"{node.name} appears and nothing above has introduced it"
                defined.add(node.name)


def is_stub(node):
    """Whether a definition waits for the learner."""
    return any(isinstance(part, ast.Constant) and part.value is ... for part in ast.walk(node))


def faults_of_references(text):
    """A notebook is named by a link to it, with the number of the notebook that the link leads to."""
    for found in NUMBER.finditer(words_of(text)):
        yield f"a notebook is named without a link: {words_of(text)[max(0, found.start() - 30) : found.end() + 10]!r}"
    without_code = re.sub(r"`[^`\n]*`", "code", text)  # where brackets are no links
    for shown, number in re.findall(r"\[([^]]*)\]\((?:\.\./|deeper/)*(\d\d)_\w+\.ipynb", without_code):
        said = re.search(r"\d\d", shown)
        if said and said[0] != number:
            yield f"a link says {shown!r} and leads to {number}"


def faults_of_headings(text):
    """Headings name their subject, once: a question alone cannot be searched for."""
    headings = re.findall(r"(?m)^#{2,3} (.+)$", re.sub(r"```.*?```", " ", text, flags=re.DOTALL))
    for heading in headings:
        if heading.endswith("?") and ":" not in heading:
            yield f"a heading asks and names no subject: {heading!r}"
        if headings.count(heading) > 1:
            yield f"a heading stands twice: {heading!r}"


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
            found += faults_of_pictures(output)
            found += spoilt(output)
        if "warn" in source(cell).lower():
            continue
        if any(output.get("name") == "stderr" for output in cell["outputs"]):
            found.append(f"something went to stderr: {source(cell)[:60]!r}")
        found += faults_of_code(source(cell))
    if len(ours := modules(code(notebook))) > 6:
        found.append(f"{len(ours)} modules of ours are imported, more than 6: {', '.join(sorted(ours))}")
    found += not_introduced(notebook)
    number = name[:2]
    first = source(notebook["cells"][0])
    if not re.match(rf"# {number} · \S", first):
        found.append(f"the first cell does not begin with the title '# {number} · ...'")
    if "**Time:**" not in first or not re.search(r"second|minute", first):
        found.append("the first cell does not state the time")
    if "**You need:**" not in first:
        found.append("the first cell does not say what is needed")
    text = prose(notebook)
    deeper = folder.name == "deeper"  # side trips: no exercise that the road needs, no recap
    for heading in () if deeper else ("## Recap",) if number == "00" else ("itfall", "## Recap"):
        if heading not in text:
            found.append(f"the section {heading!r} is missing")
    if not deeper and text.count("<details>") < 1:
        found.append("no folded solution")
    if text.count("<details>") != text.count("</details>"):
        found.append("a <details> is not closed")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("http") and not (folder / target).exists():
            found.append(f"the link to {target} leads nowhere")
    found += faults_of_references(text)
    found += faults_of_headings(text)
    for word in OLD_WORDS.findall(words_of(text)):
        found.append(f"the prose says {word!r}")
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


@pytest.mark.parametrize("path", NOTEBOOKS + DEEPER, ids=lambda path: path.stem)
def test_notebook_is_clean(path):
    assert problems(load(path), path.stem, path.parent) == []


@pytest.mark.parametrize("path", DEEPER, ids=lambda path: path.stem)
def test_a_side_trip_is_linked_from_where_it_leaves_the_road(path):
    road = next(road for road in NOTEBOOKS if road.stem[:2] == path.stem[:2])
    assert f"](deeper/{path.name})" in prose(load(road))
    assert f"](../{road.name})" in prose(load(path))


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
    "bare PNG": lambda nb: first_code(nb)["outputs"].append(picture({"image/png": "AAAA"})),
    "hardly any words": lambda nb: first_code(nb)["outputs"].append(
        picture({"text/html": '<img alt="A curve" src="x">'})
    ),
    "unfolded": lambda nb: first_code(nb)["outputs"].append(
        {"output_type": "stream", "name": "stdout", "text": "No prediction made. Answer: 0.\n"}
    ),
    "none of the options": lambda nb: first_code(nb)["outputs"].append(
        picture({"text/html": "<details><summary>x</summary>3, which is none of the options: x.</details>"})
    ),
    "for our tools": lambda nb: first_code(nb)["source"].append("\n# NBVAL_CHECK_OUTPUT"),
    "in a comment": lambda nb: first_code(nb)["source"].append("\n# one\n# two\n# three\n# four"),
    "modules of ours": lambda nb: first_code(nb)["source"].append(
        "".join(f"\nfrom helpers.m{i} import x" for i in range(7))
    ),
    "introduced": lambda nb: first_code(nb)["source"].append("\nclass Unheard:\n    x = 1"),
    "without a link": lambda nb: nb["cells"][0]["source"].append(" See notebook 05."),
    "in 08": lambda nb: nb["cells"][0]["source"].append(" as in 08."),
    "leads to 05": lambda nb: nb["cells"][0]["source"].append(" See [04](05_bigram.ipynb)."),
    "names no subject": lambda nb: nb["cells"][0]["source"].append("\n\n## Can we pile them up?"),
    "stands twice": lambda nb: nb["cells"][0]["source"].append("\n\n## Same\n\n## Same"),
    "the prose says 'floor'": lambda nb: nb["cells"][0]["source"].append(" Below the floor."),
    "the prose says 'In words:'": lambda nb: nb["cells"][0]["source"].append(" In words: a curve."),
    "Recap": lambda nb: nb["cells"].__setitem__(slice(None), [c for c in nb["cells"] if "Recap" not in source(c)]),
}


def picture(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


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
    ".to(": ["11"],
    ".train()": ["10", "11"],
    ".eval()": ["10", "11"],
    "zero_grad(set_to_none=True)": ["05", "07"],
    "optimizer.step()": ["05", "07"],
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_of_the_notes_is_run(entry):
    for number in ENTRIES[entry]:
        if written := [path for path in NOTEBOOKS + DEEPER if path.stem[:2] == number]:
            where = f"{entry} does not occur in the code of notebook {number}, nor deeper"
            assert any(entry in code(load(path)) for path in written), where


def test_checkpoints_of_the_learner_are_left_alone():
    from helpers.paths import DATA, checkpoint_path

    assert not checkpoint_path("gpt").is_relative_to(DATA)


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_shows_the_picture_that_the_notebook_drew():
    shown = base64.b64encode((ROOT / "docs" / "loss_curve.png").read_bytes()).decode()
    stored = (ROOT / "notebooks" / "11_gpt.ipynb").read_text(encoding="utf-8")
    assert shown in stored, "run: make notebooks NB=11"


def test_map_and_outline_are_those_of_the_notebooks():
    """One list makes both maps, and it holds every notebook that there is; the outline holds every heading."""
    again = "run: python tools/series.py, and look at the difference: is a section lost?"
    assert [entry.stem for entry in series.SERIES] == [path.stem for path in NOTEBOOKS]
    assert series.readme_map() in README, again
    assert series.first_map() in prose(load(series.FIRST)), again
    outline = series.OUTLINE.read_text(encoding="utf-8")
    lost = [line for line in outline.splitlines() if line and line not in series.outline()]
    assert not lost, f"these headings are gone: {lost}; if that is meant, {again}"
    assert outline == series.outline(), again


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_links_of_pages_resolve(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        assert target.startswith("http") or ((ROOT / page).parent / target).exists(), f"{page}: {target}"
