"""Notebooks run from top to bottom with one thing changed and their trainings shortened, as a learner changes them."""

import ast
import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
STEPS = 60  # the longest training
SHORTER = """
import dataclasses
from helpers.training import PRESETS
for name, (sizes, batch_size, config) in PRESETS.items():
    short = dict(steps={steps}, warmup_steps=5, eval_every=10, log_every=5, eval_windows=64)
    PRESETS[name] = (sizes, batch_size, dataclasses.replace(config, **short))
"""
TEXT = "shakespeare"  # what notebooks read, where they do not need a certain language


class Change(ast.NodeTransformer):
    """Shortens trainings, and changes one kind of setting: the width, the seeds, or the text.

    text: the name or the path of the corpus that takes Shakespeare's place; None: the text stays.
    """

    def __init__(self, what=None, text=None, steps=STEPS):
        self.what, self.text, self.steps, self.changed = what, text, steps, 0

    def number(self, name, node):
        """The constant `node`, given to something called `name`, as it should be; None where it stays."""
        if not (isinstance(node, ast.Constant) and type(node.value) is int):
            return None
        if name in ("steps", "n_steps"):
            return ast.Constant(min(node.value, self.steps))
        if self.what == "width" and name in ("n_embd", "C"):
            self.changed += 1
            return ast.Constant(2 * node.value)
        return None

    def visit_Constant(self, node):
        if self.text is not None and node.value == TEXT:
            self.changed += 1
            return ast.Constant(str(self.text))
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for keyword in node.keywords:
            keyword.value = self.number(keyword.arg, keyword.value) or keyword.value
        for i, argument in enumerate(node.args):
            if self.what == "seed" and name == "manual_seed" and isinstance(argument, ast.Constant):
                self.changed += 1
                node.args[i] = ast.Constant(argument.value + 11)
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
        node.args.defaults = [
            self.number(argument.arg, default) or default
            for argument, default in zip(arguments, node.args.defaults, strict=True)
        ]
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        (target,) = node.targets if len(node.targets) == 1 else (None,)
        if isinstance(target, ast.Name):
            node.value = self.number(target.id, node.value) or node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            named = zip(target.elts, node.value.elts, strict=True)
            node.value.elts = [self.number(getattr(name, "id", ""), value) or value for name, value in named]
        return node


def changed(source, what=None, text=None, steps=STEPS):
    """A cell's source with the change made, and how often."""
    change = Change(what, text, steps)
    return ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(source)))), change.changed


def code_cells(name):
    """The code cells of a notebook, by the name of its file in notebooks/."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(name, folder, what=None, text=None, steps=STEPS, last=""):
    """Run a notebook with the change made; its checkpoints go to `folder`. The cells that ran, and the changes made.

    last: the source of one more cell at the end.
    """
    cells, n = code_cells(name), 0
    for cell in cells:
        cell.source, made = changed(cell.source, what, text, steps)
        n += made
    first, end = (nbformat.v4.new_code_cell(source) for source in (SHORTER.format(steps=steps), last))
    notebook = nbformat.v4.new_notebook(cells=[first, *cells, end])
    environment = dict(os.environ, GPT_CHECKPOINTS=str(folder))
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    client = NotebookClient(notebook, timeout=900, resources=place, extra_arguments=["--log-level=ERROR"])
    client.execute(env=environment)
    return cells, n
