"""Two sliders moved in quick succession while a cell computes and draws: nothing is lost, and nothing mixed up."""

from moving import SEED, caption, explorer, press, run_cell, settled, small_notebook, wait_for_caption

# Titles and captions carry the values. Titles and a logarithmic axis need matplotlib's own little TeX, which has only
# one parser in a process: if two threads drawing at a time can disturb each other, then there.
SETUP = """
import hashlib, time
import torch
from helpers import show
from helpers.show.widgets import Explorer, slider

torch.set_num_threads(1)  # one order of adding
made, recorded = {}, []  # name -> the values drawn last; and (name, values, digest) of every picture that was shown


def digest(figure):
    return hashlib.sha256(show.png(figure)).hexdigest()


def curve(name, left, right):
    generator = torch.Generator().manual_seed(1000 * left + right)
    with torch.no_grad():
        x = torch.randn(30, generator=generator).exp() * 10 ** ((left - right) / 10)  # (30,)
    title = f"{name}: {left} and {right}, $10^{{{left}}}$ and $e^{{-{right}}}$"
    figure, ax = show.new_figure(title, width=4, height=1.8)
    ax.semilogy(x.tolist(), "o-", color=show.CYCLE[left % 7])
    return figure, f"{name}: {left} and {right}"


def watched(name, **controls):
    def draw(**values):
        made[name] = {"left": 0, "right": 0} | values
        return curve(name, **made[name])

    explorer = Explorer(draw, **controls)
    def record(change):
        recorded.append((name, made[name], hashlib.sha256(change.new).hexdigest()))

    explorer._image.observe(record, "value")
    return explorer


first = watched("first", left=slider("Left", 0, 0, 100))
second = watched("second", right=slider("Right", 0, 0, 100))
both = watched("both", left=slider("Left", 0, 0, 100), right=slider("Right", 0, 0, 100))
"""

# Computes with the default random numbers, with gradients, and draws, until the sliders have arrived.
COMPUTE = """
torch.manual_seed(7)
recorded.clear()
sums, own, graded, end = [], [], True, time.monotonic() + 90
while (len(own) < 20 or any(control.value < 100 for control in ({controls}))) and time.monotonic() < end:
    a = torch.randn(300, 300, requires_grad=True)
    loss = (a @ a).sin().mean()
    graded = graded and loss.requires_grad
    loss.backward()
    sums.append(a.grad.sum().item())
    own.append((len(own) % 100, digest(curve("cell", len(own) % 100, 3)[0])))
meanwhile, arrived = len(recorded), [control.value for control in ({controls})]
after = torch.get_rng_state()
"""

# What has become of it: the same once more, quietly. Every list that is not empty names what went wrong.
COMPARE = """
def compare():
    generator = torch.Generator().manual_seed(7)
    for total in sums:
        a = torch.randn(300, 300, generator=generator, requires_grad=True)
        (a @ a).sin().mean().backward()
        assert a.grad.sum().item() == total, "the cell has computed something else"
    assert torch.equal(after, generator.get_state()), "the cell's random numbers have been used by others"
    known = {}
    def fresh(name, left, right):
        key = name, left, right
        known[key] = known.get(key) or digest(curve(*key)[0])
        return known[key]
    return {
        "arrived": arrived, "meanwhile": meanwhile, "own": len(own), "graded": graded,
        "mixed": [(name, values) for name, values, seen in recorded if seen != fresh(name, **values)],
        "mixed in the cell": [left for left, seen in own if seen != fresh("cell", left, 3)],
    }
"""


def wait_for_state(notebook, text, state):
    """Wait until the cell that contains `text` is "running" or "idle"."""
    notebook.page.wait_for_function(
        """([text, state]) => window.jupyterapp.shell.currentWidget.content.widgets.find(
            cell => cell.model.sharedModel.source.includes(text)).model.executionState === state""",
        arg=[text, state],
    )


def press_while_computing(notebook, cell, sliders):
    """Run a cell, and press the right arrow key 200 times meanwhile, on two sliders, (box, number) each, in turn."""
    notebook.go_to(cell)
    notebook.command("notebook:run-cell")
    wait_for_state(notebook, cell, "running")
    for count in range(1, 101):
        for box, number in sliders:
            press(notebook, box, number, "ArrowRight")
        if count % 10 == 0:  # JupyterLab leaves values out where it comes to more than the kernel can take
            for box, _ in sliders:
                wait_for_caption(notebook, box, f" {count}")
    wait_for_state(notebook, cell, "idle")  # it ends when both have arrived, at the latest after 90 seconds
    assert notebook.failures() == []
    return notebook.ask("compare()")


def test_200_key_presses_while_a_cell_computes(lab, open_notebook, artefacts):
    computing = "*first._controls.values(), *second._controls.values()", "*both._controls.values(),"
    cells = [SETUP + COMPARE, "display(first, second)", "display(both)"]
    small_notebook(lab, "rapid", cells + [COMPUTE.format(controls=controls) for controls in computing])
    notebook = open_notebook("rapid")
    for cell in ("import hashlib", "display(first", "display(both"):
        run_cell(notebook, cell)

    one, other = (explorer(notebook, "display(first", number) for number in (0, 1))
    both = explorer(notebook, "display(both")
    for controls, sliders in zip(computing, ([(one, 0), (other, 0)], [(both, 0), (both, 1)]), strict=True):
        for box, number in sliders:  # the first message of a widget still goes the old way, and would wait for the cell
            press(notebook, box, number, "ArrowRight")
            press(notebook, box, number, "Home")
            settled(notebook, box)
        found = press_while_computing(notebook, controls, sliders)
        assert found["arrived"] == [100, 100]  # no event is lost, and they come while the cell computes
        assert found["meanwhile"] >= 10 and found["own"] >= 20, found
        assert found["mixed"] == found["mixed in the cell"] == [] and found["graded"]
        notebook.ask(f"torch.manual_seed({SEED}) is None")
        for box, number in sliders:
            assert settled(notebook, box)["places"][number] == 100
    assert caption(one).inner_text() == "first: 100 and 0"
    assert caption(other).inner_text() == "second: 0 and 100"
    assert caption(both).inner_text() == "both: 100 and 100"
    notebook.page.screenshot(path=artefacts / "rapid.png")
    assert notebook.errors == []
