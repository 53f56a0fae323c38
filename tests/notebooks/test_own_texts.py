"""Texts that people bring along: two of the six kinds through two notebooks. tests/long has all through all of them."""

import pytest

from helpers.corpus import load_text
from tests.shortened import TEXT, code_cells
from tests.texts import KINDS, READERS, own_text, reads


@pytest.mark.parametrize("name, kind", [("04_text_as_tensors", "short"), ("05_bigram", "no a to z")])
def test_it_runs_from_top_to_bottom(name, kind, tmp_path):
    reads(name, kind, tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_one_line_says_which_text(name):
    """What README promises: one line names the text, and says what may stand there instead."""
    lines = [line for cell in code_cells(name) for line in cell.source.splitlines()]
    naming = [line for line in lines if f'"{TEXT}"' in line]
    assert len(naming) == 1 and naming[0].endswith("  # or the path of a text file of yours")
    assert all("corpus=" in line for line in lines if "load_or_train(" in line)


@pytest.mark.parametrize("kind", KINDS)
def test_the_texts_are_what_they_are_called(kind, tmp_path, capsys):
    (tmp_path / "own.txt").write_bytes(own_text(kind))
    text = load_text(tmp_path / "own.txt")
    assert own_text(kind) == own_text(kind) and 3000 <= len(text) <= 20_000
    assert ("\n" in text) == (kind != "no line break")
    assert any("a" <= char <= "z" for char in text) == (kind in ("short", "signs", "accents"))
    assert (len(text) == 3000) == (kind == "short") and (len(set(text)) == 4000) == (kind == "4,000 characters")
    assert all(sign in text for sign in "🦉\\$") == (kind == "signs")
    assert ("\u0301" in text) == (kind == "accents") and "\ufeff" not in text
    assert ("removed 4 byte order marks" in capsys.readouterr().out) == (kind == "accents")
