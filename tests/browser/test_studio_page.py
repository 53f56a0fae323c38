"""The sampling studio in a real JupyterLab: every control by keyboard and by mouse, on values from helpers."""

import html
import time

from moving import (
    as_shown,
    by_mouse,
    explorer,
    picture,
    press,
    run_cell,
    run_to_end,
    settled,
    small_notebook,
    type_markup,
    wait_for_caption,
)

SETUP = """
import hashlib
import torch
from helpers import sampling
from helpers.show import model_plots, picture
from helpers.model import GPT, GPTConfig
from helpers.show.studio import Studio
from helpers.text import CharTokenizer
from helpers.show.writer import STAGES

tokenizer = CharTokenizer("".join(map(chr, range(32, 127))) + "\\n")  # markup can be typed
torch.manual_seed(0)
model = GPT(GPTConfig(tokenizer.vocab_size, context_length=32, n_layer=2, n_head=2, n_embd=32))
for parameter in model.parameters():
    parameter.data.mul_(2)  # an opinion of its own, without training

def expected(prompt, seed, n, temperature, top_k, top_p):
    return sampling.sample_text(
        model, tokenizer, prompt, n, seed=seed, temperature=temperature, top_k=top_k, top_p=top_p
    )[len(prompt):]

def after(prompt, *settings):
    with torch.no_grad():
        logits = model.eval()(tokenizer.encode(prompt[-32:])[None])[0, -1]
    p = sampling.next_distribution(logits, *settings)
    best = picture.visible(tokenizer.decode([int(p.argmax())]))
    return [int((p > 0).sum()), -torch.special.xlogy(p, p).sum().item(), best, p.max().item()]

def written(column):
    return tokenizer.decode(studio.columns[column].writer.tokens)

def fresh(column):
    # Drawn in a figure of its own, from the numbers as they are now.
    with studio._lock:
        column = studio.columns[column]
        figure, (panels,) = model_plots.stage_figure(STAGES, 16)
        panels.show(*column.numbers(studio.place.value)[:-1])
        return hashlib.sha256(picture.png(figure)).hexdigest()
"""
SHOW = "studio = Studio(model, tokenizer, prompt='To be', length=60)\nstudio"


class Page:
    """The studio on the page."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        notebook.go_to(SHOW.splitlines()[0])
        self.box = self.page.locator(".jp-Notebook .widget-vbox").filter(
            has=self.page.locator("button", has_text="Generate")
        )
        self.box.wait_for()

    def handle(self, label, number=0):
        """The handle of the slider with this label: in both columns (number 0 and 1), or of all."""
        row = self.box.locator(".widget-hslider").filter(has=self.page.locator(f'.widget-label:text-is("{label}")'))
        return row.nth(number).locator(".noUi-handle")

    def press(self, label, key, number=0, times=1):
        for _ in range(times):
            self.handle(label, number).focus()
            self.page.keyboard.press(key)

    def button(self, name, by_mouse=False):
        found = self.box.locator("button", has_text=name)
        if by_mouse:
            found.click()
        else:
            found.focus()
            self.page.keyboard.press("Enter")

    def columns(self):
        return self.box.locator(".widget-vbox").filter(has=self.page.locator("img.widget-image"))

    def caption(self, number):
        return as_shown(self.columns().nth(number).locator(".widget-html-content p").inner_text())

    def text(self, number):
        return self.columns().nth(number).locator("pre").inner_text()

    def message(self):
        return as_shown(self.box.locator(".widget-html-content p").first.inner_text())

    def wait(self, question, what):
        """Wait until `question()` is true."""
        end = time.time() + 60
        while not question():
            assert time.time() < end, f"{what} never came: {self.message()!r}, {self.caption(0)!r}, {self.caption(1)!r}"
            self.page.wait_for_timeout(50)

    def said(self, number, prompt, settings):
        """Wait until a column says what helpers say about the character after `prompt`, and shows its picture."""
        stand = f"[round(value, 6) for value in studio.columns[{number}].settings()]"
        self.wait(lambda: self.notebook.ask(stand) == settings, settings)
        left, entropy, best, most = self.notebook.ask(f"after({prompt!r}, *{settings!r})")
        start = f"{'AB'[number]}: {left} of 96 characters can come, entropy {entropy:.2f} nats; "
        start += f"likeliest is {best} with {most:.2f}."
        self.wait(lambda: self.caption(number).startswith(as_shown(start)), start)
        self.shown(number)

    def shown(self, number):
        """Wait until the browser shows the picture that a fresh drawing gives."""
        fresh = self.notebook.ask(f"fresh({number})")
        self.wait(lambda: picture(self.columns().nth(number)) == fresh, "the picture of these values")


def open_studio(lab, open_notebook, name):
    small_notebook(lab, name, [SETUP, SHOW])
    notebook = open_notebook(name)
    run_cell(notebook, "import hashlib")
    run_cell(notebook, "studio = Studio(")
    return notebook, Page(notebook)


def test_dials_by_keyboard_and_mouse(lab, open_notebook, artefacts):
    notebook, studio = open_studio(lab, open_notebook, "studio-dials")
    a, b = [0.8, 96, 1.0], [1.2, 96, 0.9]
    studio.said(0, "To be", a)
    studio.said(1, "To be", b)
    other = picture(studio.columns().nth(1))
    for label, key, times, settings in (
        ("Temperature", "ArrowLeft", 2, [0.7, 96, 1.0]),
        ("Top-k", "Home", 1, [0.7, 1, 1.0]),
        ("Top-k", "ArrowRight", 4, [0.7, 5, 1.0]),
        ("Top-p", "ArrowLeft", 5, [0.7, 5, 0.95]),
        ("Temperature", "Home", 1, [0.0, 5, 0.95]),
        ("Temperature", "End", 1, [3.0, 5, 0.95]),
        ("Top-p", "Home", 1, [3.0, 5, 0.01]),
    ):
        studio.press(label, key, 0, times)
        studio.said(0, "To be", settings)
        assert picture(studio.columns().nth(1)) == other  # the other column stays as it is
    for label in ("Temperature", "Top-k", "Top-p"):  # by mouse, in the other column
        handle = studio.handle(label, 1)
        handle.hover()
        area = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
        notebook.page.mouse.click(area["x"] + 0.3 * area["width"], area["y"] + area["height"] / 2)
        name = label.lower().replace("-", "_")
        before = dict(zip(("temperature", "top_k", "top_p"), b, strict=True))[name]
        studio.wait(lambda: notebook.ask(f"studio.columns[1].{name}.value") != before, label)  # noqa: B023
        b = notebook.ask("[round(value, 6) for value in studio.columns[1].settings()]")
        studio.said(1, "To be", b)
    studio.box.screenshot(path=artefacts / "13_studio_dials.png")
    assert notebook.errors == []


def test_writing_by_keyboard_and_mouse(lab, open_notebook, artefacts):
    notebook, studio = open_studio(lab, open_notebook, "studio-writing")
    settings = ["0.8, 96, 1.0", "1.2, 96, 0.9"]
    studio.button("Generate")
    studio.wait(lambda: len(studio.text(0)) > 10, "the first characters")  # it streams in
    assert len(studio.text(0).replace("⏎", "")) < 65
    studio.wait(lambda: "Wrote 60 characters" in studio.message(), "the end")
    for number, its_own in enumerate(settings):
        expected = notebook.ask(f"expected('To be', 1, 60, {its_own})")
        assert notebook.ask(f"written({number})") == expected
        studio.wait(lambda: studio.text(number).replace("⏎", "") == "To be" + expected, expected)  # noqa: B023
        studio.said(number, "To be" + expected, [float(x) if "." in x else int(x) for x in its_own.split(", ")])

    # Look at a character again: its own distribution, and how likely it was.
    studio.press("Look at", "Home")
    first = notebook.ask("written(0)[0]")
    studio.said(0, "To be", [0.8, 96, 1.0])
    shown = {" ": "␣", "\n": "⏎"}.get(first, first)
    assert f"Written was {shown}, with {notebook.ask('studio.columns[0].writer.shares[0]'):.2f}" in studio.caption(0)
    studio.press("Look at", "ArrowRight", times=2)
    studio.said(1, "To be" + notebook.ask("written(1)[:2]"), [1.2, 96, 0.9])
    studio.box.screenshot(path=artefacts / "13_studio_written.png")

    # Stop, by mouse, while it writes; Step goes on from there.
    studio.button("Generate", by_mouse=True)
    studio.wait(lambda: notebook.ask("len(studio.columns[0].writer.tokens)") in range(3, 50), "some characters")
    studio.button("Stop", by_mouse=True)
    studio.wait(lambda: "Stopped after" in studio.message(), "Stopped")
    n = notebook.ask("len(studio.columns[0].writer.tokens)")
    assert 0 < n < 60
    studio.button("Step")
    studio.wait(lambda: notebook.ask("len(studio.columns[0].writer.tokens)") == n + 1, "one more")
    assert notebook.ask("written(0)") == notebook.ask(f"expected('To be', 1, {n + 1}, 0.8, 96, 1.0)")

    # The same dials in both columns: the same text, letter for letter.
    studio.press("Temperature", "ArrowRight", 0, 8)
    studio.press("Top-p", "ArrowRight", 1, 10)
    studio.press("Seed", "ArrowRight")
    studio.button("Generate")
    studio.wait(lambda: "Wrote 60 characters" in studio.message(), "the end")
    assert notebook.ask("written(0) == written(1)")
    assert notebook.ask("written(0)") == notebook.ask("expected('To be', 2, 60, 1.2, 96, 1.0)")
    assert notebook.errors == []


def test_bad_prompts_and_markup(lab, open_notebook, artefacts):
    notebook, studio = open_studio(lab, open_notebook, "studio-prompts")
    field = studio.box.locator("input[type=text]").first
    before = [studio.caption(0), picture(studio.columns().nth(0))]
    for prompt, sentence in (("caf€", "'€' at position 3 is not in the vocabulary"), ("", "The prompt is empty")):
        field.fill(prompt)
        notebook.page.keyboard.press("Enter")
        studio.wait(lambda: sentence in studio.message(), sentence)  # noqa: B023
        studio.button("Generate")  # nothing happens to what is shown
        assert [studio.caption(0), picture(studio.columns().nth(0))] == before
    for markup in ("<script>window.hacked=1</script>", '<img src=x onerror="window.hacked=1">'):
        field.fill(markup)
        notebook.page.keyboard.press("Enter")
        studio.wait(lambda: studio.text(0) == markup, markup)  # noqa: B023
        assert "of the prompt's" in studio.message() or len(markup) <= 32
        studio.button("Generate")
        studio.wait(lambda: "Wrote 60" in studio.message(), "the end")
        studio.said(0, markup + notebook.ask("written(0)"), [0.8, 96, 1.0])
        tags = studio.columns().nth(0).locator("pre *").evaluate_all("nodes => nodes.map(node => node.tagName)")
        assert set(tags) == {"B", "SPAN"} and len(tags) == 61
        assert notebook.page.evaluate("typeof window.hacked") == "undefined"
    field.fill(r"To be,\nor")  # backslash n is a line break
    notebook.page.keyboard.press("Enter")
    studio.said(0, "To be,\nor", [0.8, 96, 1.0])
    assert html.unescape(studio.text(0)) == "To be,\nor"
    studio.box.screenshot(path=artefacts / "13_studio_prompts.png")
    assert notebook.errors == []


# In the kernel: where the last character of a sentence looks, from the queries and keys of the first block.
BY_HAND = """
def by_hand(head, sentence):
    block, C = model.blocks[0], model.config.n_embd
    idx, size = tokenizer.encode(sentence).to(device), C // model.config.n_head
    x = model.token_embedding(idx) + model.position_embedding.weight[: len(idx)]
    q, k, _ = block.attention.qkv(block.norm_1(x)).split(C, dim=-1)
    q, k = (part[:, head * size : (head + 1) * size] for part in (q, k))
    row = torch.softmax(q[-1] @ k.T / size**0.5, dim=0)
    return [row.argmax().item(), row.max().item()]
"""


def test_13_explorers_by_keyboard_and_mouse(open_notebook, artefacts):
    notebook = open_notebook("13_sampling")
    run_to_end(notebook)
    T = notebook.ask("T")

    # Where a head looks: queries and keys of the first block by hand.
    box = explorer(notebook, "    look,\n")
    press(notebook, box, 1, "Home")
    press(notebook, box, 1, "ArrowRight")  # from the mean to head 0
    seen = [settled(notebook, box)["picture"]]
    for key, head, sentence in (("ArrowRight", 1, None), ("End", 3, None), ("Enter", 3, "A horse, a horse")):
        if sentence is None:
            press(notebook, box, 1, key)
        else:
            box.locator("input").first.fill(sentence)
            notebook.page.keyboard.press(key)
        sentence = sentence or "To be, or not to be"
        most, weight = notebook.ask(f"(exec({BY_HAND!r}), by_hand({head}, {sentence!r}))[1]")
        wait_for_caption(notebook, box, f"Block 1, head {head}: the last character, {sentence[-1]}, looks most at ")
        wait_for_caption(notebook, box, f"(position {most}), with weight {weight:.2f}.")
        seen.append(settled(notebook, box)["picture"])
    assert len(set(seen)) == len(seen)
    box.locator("input").first.fill("To be, " * 12)
    notebook.page.keyboard.press("Enter")
    wait_for_caption(notebook, box, f"Only the last {T} of 84 characters fit into the context.")
    box.screenshot(path=artefacts / "13_attention.png")
    type_markup(notebook, box, 0, "'<' at position 0 is not in the vocabulary")
    by_mouse(notebook, box, "Or not?")

    # Through the lens: the last row is the model itself.
    box = explorer(notebook, "lens_explorer = show.Explorer(")
    for sentence in ("My kingdom for a horse", "O Romeo, Romeo"):
        box.locator("input").first.fill(sentence)
        notebook.page.keyboard.press("Enter")
        best = f"model(tokenizer.encode({sentence!r})[None].to(device))[0].argmax(-1)"
        right = notebook.ask(f"({best}[:-1].cpu() == tokenizer.encode({sentence[1:]!r})).sum().item()")
        wait_for_caption(notebook, box, f"{right} of {len(sentence) - 1}.")
        settled(notebook, box)
    box.screenshot(path=artefacts / "13_lens.png")
    box.locator("input").first.fill("€uro")
    notebook.page.keyboard.press("Enter")
    wait_for_caption(notebook, box, "'€' at position 0 is not in the vocabulary")

    notebook.go_to("studio = show.Studio(")
    notebook.page.locator("button", has_text="Generate").wait_for()
    notebook.page.screenshot(path=artefacts / "13_studio.png")
    assert notebook.errors == []
