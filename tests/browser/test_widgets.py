"""The notebooks' widgets in a real JupyterLab, by keyboard and mouse, on values."""

import math

import torch
from moving import (
    SEED,
    by_mouse,
    caption,
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


def test_opens_without_asking(open_notebook):
    notebook = open_notebook("00_start_here")
    page = notebook.page
    page.wait_for_timeout(3000)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".Toastify__toast").all_inner_texts() == []  # no news, no update
    assert notebook.errors == []

    # What the other tests trust in: an error in the page's console does not go unnoticed.
    page.evaluate("console.error('said'); setTimeout(() => { throw new Error('thrown'); });")
    page.wait_for_function("new Promise(done => setTimeout(() => done(true)))")
    assert sorted(notebook.errors) == ["said", "thrown"]


def test_01_strides_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("01_tensors")
    run_to_end(notebook)
    box = explorer(notebook, "explorer = show.stride_explorer(")
    reading, element, seen = "transposed", 7, [picture(box)]
    for control, key, reading, element in (
        (1, "ArrowRight", "transposed", 8),
        (0, "ArrowRight", "row 1", 3),  # a short reading stops at its last element
        (0, "ArrowRight", "column 1", 2),
        (1, "Home", "column 1", 0),
        (0, "End", "expanded", 0),
        (1, "End", "expanded", 11),
    ):
        press(notebook, box, control, key)
        # In the storage of the widget every cell holds its own number: the element's value is its cell.
        cell = notebook.ask(f"readings[{reading!r}].flatten()[{element}].item()")
        wait_for_caption(notebook, box, f" = cell {cell}.")
        shape, strides = notebook.ask(f"[list(readings[{reading!r}].shape), list(readings[{reading!r}].stride())]")
        index = [element // shape[-1], element % shape[-1]][-len(shape) :]
        steps = " + ".join(f"{k}*{step}" for k, step in zip(index, strides, strict=True))
        assert f"Element {index}: offset " in caption(box).inner_text() and steps in caption(box).inner_text()
        seen.append(picture(box))
    assert len(set(seen)) == len(seen)
    box.screenshot(path=artefacts / "01_strides.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_02_shapes_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("02_broadcasting")
    page = notebook.page
    run_to_end(notebook)
    box = explorer(notebook, "explorer = show.shape_explorer(")
    seen = [picture(box)]
    for a, b, drawn in (
        ("4, 3", "4", True),
        ("", "2, 3", True),
        ("8, 1, 6, 1", "7, 1, 5", True),
        ("0", "1", True),
        ("0", "<b>x</b>", False),  # not a shape: a sentence, and the old picture stays
        ("0", "-1", False),
        ("1, 1, 1, 1, 1, 1, 1", "1", False),
    ):
        for field, text in ((0, a), (1, b)):
            box.locator("input").nth(field).fill(text)
            page.keyboard.press("Enter")
        if drawn:
            both = [tuple(int(size) for size in text.split(",") if text) for text in (a, b)]
            try:
                said = f"{both[0]} and {both[1]} give {tuple(torch.broadcast_shapes(*both))}"
            except RuntimeError:
                said = f"{both[0]} and {both[1]} do not fit"
        else:
            said = "is not a size. Type integers" if a == "0" else "7 dimensions are too many"
        wait_for_caption(notebook, box, said)
        seen.append(picture(box))
        if not drawn:
            assert "<b>x</b>" in caption(box).inner_text() or "<b>" not in b  # shown as text, not as bold type
    assert len(set(seen)) == 5 and seen[-1] == seen[-4]
    box.screenshot(path=artefacts / "02_shapes.png")
    type_markup(notebook, box, 0, "{markup!r} is not a size")
    by_mouse(notebook, box, "5, 1", "3")
    assert notebook.errors == []


def test_03_temperature_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("03_softmax_and_cross_entropy")
    run_to_end(notebook)
    box = explorer(notebook, "explorer = show.Explorer(")
    seen = [picture(box)]
    for control, key, times, char, temperature in (
        (1, "ArrowLeft", 5, "t", 0.5),
        (1, "Home", 1, "t", 0.1),
        (0, "ArrowRight", 1, "a", 0.1),
        (1, "End", 1, "a", 3.0),
    ):
        press(notebook, box, control, key, times)
        logits = f"baselines.bigram_probabilities(tokenizer.encode(text), 84)[tokenizer.encode({char!r})[0]].log()"
        top, share, entropy = notebook.ask(
            f"(lambda p: [tokenizer.decode(p.argmax()), round(p.max().item(), 2), -(p * p.log()).nansum().item()])"
            f"(torch.softmax({logits} / {temperature}, 0))"
        )
        wait_for_caption(
            notebook,
            box,
            f"Temperature {temperature:.2f}: after {char} most likely comes {top.replace(' ', '␣')}, with probability "
            f"{share:.2f}. Entropy {entropy:.2f} nats, like guessing among {math.exp(entropy):.1f}.",
        )
        seen.append(picture(box))
    assert len(set(seen)) == len(seen)
    box.screenshot(path=artefacts / "03_temperature.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_04_window_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("04_text_as_tensors")
    run_to_end(notebook)
    box = explorer(notebook, "def show_window")
    before = picture(box)
    press(notebook, box, 1, "ArrowRight")  # one character longer
    piece = notebook.ask("tokenizer.decode(train[12000:12022])")
    wait_for_caption(notebook, box, f"what follows {piece[:-1]!r}. The text says {piece[-1]!r}")
    assert picture(box) != before
    box.screenshot(path=artefacts / "04_window.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_05_table_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("05_bigram")
    run_to_end(notebook)
    box = explorer(notebook, "Explorer(table_after")
    seen, at = [picture(box)], notebook.ask("list(tables)")
    for key, place in (("ArrowLeft", at.index(500) - 1), ("Home", 0), ("End", len(at) - 1)):
        press(notebook, box, 0, key)
        # The loss of that table, by plain indexing over the whole validation split.
        logits = f"tables[{at[place]}]"
        loss = notebook.ask(f"F.cross_entropy({logits}[val[:-1]], val[1:]).item()")
        wait_for_caption(notebook, box, f"Validation loss {loss:.2f}, counted ")
        seen.append(picture(box))
    assert len(set(seen[1:])) == 3
    box.screenshot(path=artefacts / "05_table.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_06_embedding_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("06_from_table_to_network")
    run_to_end(notebook)
    box = explorer(notebook, "show.Explorer(after")
    seen = [picture(box)]
    for key, steps in (("ArrowRight", 110), ("Home", 0), ("End", 400)):
        press(notebook, box, 0, key)
        loss = notebook.ask(f"losses[max(0, {steps} - 1)]")
        wait_for_caption(notebook, box, f"Loss of these batches: {loss:.2f}.")
        seen.append(picture(box))
    assert len(set(seen)) == 4
    box.screenshot(path=artefacts / "06_embedding.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_07_paths_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("07_optimizers")
    run_to_end(notebook)
    box = explorer(notebook, "show.Explorer(")
    seen = [picture(box)]
    for control, key, name, lr, surface, theirs in (
        (1, "ArrowLeft", "momentum", 0.01, "straight", "SGD(ps, lr=0.01, momentum=0.9)"),
        (0, "ArrowRight", "RMSProp", 0.01, "straight", "RMSprop(ps, lr=0.01)"),
        (2, "ArrowRight", "RMSProp", 0.01, "bent", "RMSprop(ps, lr=0.01)"),
        (0, "End", "AdamW", 0.01, "bent", "AdamW(ps, lr=0.01)"),
        (0, "Home", "gradient descent", 0.01, "bent", "SGD(ps, lr=0.01)"),
    ):
        press(notebook, box, control, key)
        loss, start = notebook.ask(f"[SURFACES[{surface!r}][0].__name__, SURFACES[{surface!r}][1]]")
        x, y = notebook.ask(f"walk({loss}, lambda ps: torch.optim.{theirs}, {tuple(start)}, 60)[-1].tolist()")
        wait_for_caption(notebook, box, f"{name} with {lr:g}: after 60 steps at ({x:.2f}, {y:.2f})")
        seen.append(picture(box))
    press(notebook, box, 1, "End")
    wait_for_caption(notebook, box, "gradient descent with 1 diverged")
    seen.append(picture(box))
    assert len(set(seen)) == len(seen)
    box.screenshot(path=artefacts / "07_paths.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_08_attention_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("08_single_head")
    run_to_end(notebook)
    box = explorer(notebook, "explorer = show.Explorer(")
    seen = [picture(box)]
    for key, sentence, position in (
        ("ArrowRight", None, 13),
        ("ArrowLeft", None, 12),
        ("Enter", "Bado has a red cap.", 12),
    ):
        if sentence is None:
            press(notebook, box, 0, key)
        else:
            box.locator("input").first.fill(sentence)
            notebook.page.keyboard.press(key)
        text = f"explorer.children[0].value[:{position + 1}]"
        # The helpers' own head, and queries and keys by hand: where does the last position of the cut text look?
        x = f"honest.embed(toy_tokenizer.encode({text})[None].to(device))[0]"
        row = f"torch.softmax(honest.head.query({x})[-1] @ honest.head.key({x}).T / {x}.shape[-1] ** 0.5, 0)"
        most, weight = notebook.ask(f"[{row}.argmax().item(), round({row}.max().item(), 2)]")
        wait_for_caption(notebook, box, f"attends most to position {most} ")
        assert f"Position {position} " in caption(box).inner_text() and f"{weight:.2f}" in caption(box).inner_text()
        seen.append(picture(box))
    assert len(set(seen)) == 3  # back at 12 the first picture stands again
    box.locator("input").first.fill("Bado has a r€d cap.")
    notebook.page.keyboard.press("Enter")
    wait_for_caption(notebook, box, "'€' at position 12 is not in the vocabulary")
    box.screenshot(path=artefacts / "08_attention.png")
    type_markup(notebook, box, 0, "'<' at position 0 is not in the vocabulary")
    by_mouse(notebook, box, "Bado has a red cap. The cap is on the red table in the hall.")
    assert notebook.errors == []


def test_09_head_picker_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("09_multi_head")
    run_to_end(notebook)
    box = explorer(notebook, "explorer = show.Explorer(")
    seen = [picture(box)]
    for key, head, sentence in (
        ("Home", 0, None),
        ("ArrowRight", 1, None),
        ("End", 3, None),
        ("Enter", 3, "Bado has a red cap."),
    ):
        if sentence is None:
            press(notebook, box, 0, key)
        else:
            box.locator("input").first.fill(sentence)
            notebook.page.keyboard.press(key)
        # The picked head alone, with queries and keys by hand: where does the last position look?
        x = "four.embed(tokenizer.encode(explorer.children[0].value)[None].to(device))[0]"
        one = f"four.attention.heads[{head}]"
        row = f"torch.softmax({one}.query({x})[-1] @ {one}.key({x}).T / 4, 0)"
        most, weight = notebook.ask(f"[{row}.argmax().item(), round({row}.max().item(), 2)]")
        wait_for_caption(notebook, box, f"Head {head}: the last character,")
        wait_for_caption(notebook, box, f"(position {most}), with weight {weight:.2f}.")
        # What the head is worth: the model with the columns of its projection set to 0.
        columns = f"slice({16 * head}, {16 * head + 16})"
        notebook.ask(f"(bare := copy.deepcopy(four)).attention.proj.weight.data[:, {columns}].zero_() is None")
        worth = notebook.ask("round(evaluate(bare, (x, y)) - evaluate(four, (x, y)), 2)")
        wait_for_caption(notebook, box, f"Without this head the loss rises by {worth:.2f} nats.")
        seen.append(picture(box))
    assert len(set(seen[1:])) == 4
    box.locator("input").first.fill("Bado has a r€d cap.")
    notebook.page.keyboard.press("Enter")
    wait_for_caption(notebook, box, "'€' at position 12 is not in the vocabulary")
    box.screenshot(path=artefacts / "09_heads.png")
    type_markup(notebook, box, 0, "'<' at position 0 is not in the vocabulary")
    by_mouse(notebook, box, "The owls who hide by the gate know it.")
    assert notebook.errors == []


def test_10_gradients_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("10_transformer_block")
    run_to_end(notebook)
    box = explorer(notebook, "show.Explorer(")
    seen = [picture(box)]
    for control, key, depth, residual, place in (
        (0, "ArrowRight", 13, False, "none"),
        (1, "ArrowLeft", 13, True, "none"),
        (2, "ArrowRight", 13, True, "pre"),
        (2, "ArrowRight", 13, True, "post"),
        (1, "ArrowRight", 13, False, "post"),
        (0, "End", 32, False, "post"),
    ):
        press(notebook, box, control, key)
        # The same model from its seed, in one request: between two of them the widget may draw.
        made = f"layers := pile(config, {depth}, {residual}, {place!r})"
        layers = f"(torch.manual_seed(0), {made}, torch.manual_seed({SEED}))[1]"
        parts = "[s.part for s in layers[1::2]]"
        norms = notebook.ask(f"gradient_norms(nn.Sequential({layers}, nn.LayerNorm(32)), {parts}, x)[:: {depth} - 1]")
        wait_for_caption(
            notebook, box, f"Gradient norm at the first layer {norms[0]:.2g}, at the last {norms[1]:.2g}; first divided"
        )
        seen.append(picture(box))
    assert len(set(seen)) == len(seen)
    box.screenshot(path=artefacts / "10_gradients.png")
    by_mouse(notebook, box)
    assert notebook.errors == []


def test_11_prompt_by_keyboard(open_notebook, artefacts):
    notebook = open_notebook("11_gpt")
    for cell in (
        "import math",
        "device = pick_device()",
        "text = load_text(",
        "class GPT(",
        "config = GPTConfig(vocab_size=V",
    ):
        run_cell(notebook, cell)  # what the Explorer needs, without training
    run_cell(notebook, "Explorer(continued")
    box = explorer(notebook, "Explorer(continued")
    seen = [settled(notebook, box)["picture"]]
    for prompt, seed, key in (("ROMEO.", 2, "ArrowRight"), ("ROMEO.", 20, "End"), ("To be, or not to be", 20, "Enter")):
        if key == "Enter":
            box.locator("input").fill(prompt)
            notebook.page.keyboard.press(key)
        else:
            press(notebook, box, 0, key)
        state = settled(notebook, box)
        assert state["texts"] == [prompt] and state["places"] == [seed]
        assert state["caption"] == f"{len(prompt) + 300} characters"
        page = f"continued({prompt!r}, {seed})[0].axes[0].texts[0].get_text()"  # with long lines wrapped
        shown, text = notebook.ask(f"[{page}, sample_text(model, tokenizer, {prompt!r}, 300, seed={seed})]")
        assert shown.replace("\n", "") == text.replace("\n", "") and len(text) == len(prompt) + 300
        seen.append(state["picture"])
    assert len(set(seen)) == len(seen)
    box.screenshot(path=artefacts / "11_prompt.png")
    for prompt, said in (("ROM€O.", "'€' at position 3 is not in the vocabulary"), ("", "The prompt is empty")):
        box.locator("input").fill(prompt)
        notebook.page.keyboard.press("Enter")
        wait_for_caption(notebook, box, said)
        assert settled(notebook, box)["picture"] == seen[-1]  # the old picture stays
    type_markup(notebook, box, 0, "'<' at position 0 is not in the vocabulary")
    by_mouse(notebook, box, "JULIET.")
    assert notebook.errors == []


LATE = """
import time
from helpers import show

class Late(show.Explorer):
    def redraw(self):
        time.sleep(0.5)  # the value is there, and its picture not yet
        super().redraw()

def draw(n):
    figure, ax = show.new_figure(f"n is {n}", 4, 2, alt="A rising line.")
    ax.plot([0, n])
    return figure, "the same for all"

late = Late(draw, n=show.slider("n", 0, 0, 10))
late
"""


def test_a_settled_widget_shows_the_picture_of_its_values(lab, open_notebook):
    """What the other tests trust in, where the caption does not tell whether the picture is drawn."""
    small_notebook(lab, "late", [LATE])
    notebook = open_notebook("late")
    run_to_end(notebook)
    box = explorer(notebook, "class Late")
    seen = [settled(notebook, box)]
    for _ in range(3):
        press(notebook, box, 0, "ArrowRight")
        seen.append(settled(notebook, box))
    assert [state["places"] for state in seen] == [[0], [1], [2], [3]]
    assert len({state["picture"] for state in seen}) == 4
