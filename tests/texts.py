"""Six small texts of the kinds that people bring along, made here, and the notebooks that read a text at all."""

import random
import unicodedata

from tests.shortened import ROOT, TEXT, changed, code_cells, run

READERS = sorted(  # notebooks that read a text, found by their code, so that later ones come in by themselves
    path.stem
    for path in (ROOT / "notebooks").glob("*.ipynb")
    if any(changed(cell.source, text=TEXT)[1] or "load_or_train(" in cell.source for cell in code_cells(path.stem))
)
PLAIN = "The owl and the goat went up the hill, and nobody knew what they had lost there."
KINDS = ("no line break", "no a to z", "short", "4,000 characters", "signs", "accents")


def chosen(draw, words, n_chars, ends=". \n"):
    """Sentences of words drawn at random until there are `n_chars` characters; `ends` is what may close one."""
    pieces, length = [], 0
    while length < n_chars:
        pieces += [" ".join(draw.choices(words, k=draw.randint(3, 9))), draw.choice(ends)]
        length += len(pieces[-2]) + 1
    return "".join(pieces)[:n_chars]


def own_text(kind):
    """The text of one of KINDS, the same at every call, as bytes of UTF-8."""
    draw = random.Random(kind)
    words = PLAIN.replace(",", "").replace(".", "").split()
    if kind == "no line break":  # and only four letters, as in a genome
        return "".join(draw.choices("ACGT", (4, 3, 2, 1), k=20_000)).encode()
    if kind == "no a to z":
        syllables = ["".join(draw.choices("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ", k=3)) for _ in range(40)]
        words = ["".join(draw.choices(syllables, k=draw.randint(1, 3))) for _ in range(200)]
        return chosen(draw, words, 12_000, ends="·.;\n").encode()
    if kind == "short":
        return chosen(draw, words, 3000).encode()
    if kind == "4,000 characters":
        signs = [chr(0x4E00 + i) for i in range(3997)]
        lines = [*signs, *draw.choices(signs[:300], k=6000)]
        draw.shuffle(lines)
        return ("。\n".join("".join(lines[i : i + 25]) for i in range(0, len(lines), 25)) + "、").encode()
    if kind == "signs":
        signs = ["🦉", "👩‍🚀", "$x^2$", "\\frac{a}{b}", "$$", "C:\\new\\table", "<b>bold</b>", "100 %", "{\\n}", "_^"]
        return chosen(draw, [*words[:6], *signs], 12_000, ends="$\\\n").encode()
    words = ["naïve", "café", "Über", "señor", "ångström", "Việt", *words[:6]]
    joined = chosen(draw, [unicodedata.normalize("NFD", word) for word in words], 12_000)
    return b"\xef\xbb\xbf" * 3 + joined.encode() + b"\xef\xbb\xbf" + joined[:500].encode()


DRAWN = """
import gc
from helpers.show.widgets import Explorer
said = [widget.caption for widget in gc.get_objects() if isinstance(widget, Explorer) and not widget._image.value]
assert not said, said  # instead of a picture, an Explorer shows the sentence of an error
"""


def reads(name, kind, folder):
    """Run a notebook on one of the texts, its one line changed; nothing fails, and nothing warns."""
    path = folder / "own.txt"
    path.write_bytes(own_text(kind))
    cells, n = run(name, folder, text=path, steps=20, last=DRAWN)
    assert n == 1, f"{name} names the text in {n} places; one line should be enough to change it"
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    warned = [output.text for output in outputs if output.get("name") == "stderr" and "Warning" in output.text]
    assert not warned, warned
