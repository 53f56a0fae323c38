"""my_gpt.py is complete at every moment: after each part, after kills, after edits, with two notebooks open."""

import random
import signal
import subprocess
import sys
import time
import types

import pytest

from helpers.workbook import __main__ as command
from helpers.workbook import sections
from helpers.workbook.book import Workbook
from helpers.workbook.my_gpt import MyGPT, broken, default_path, install
from helpers.workbook.parts import PARTS
from helpers.workbook.questions import Exercise, Mistake
from tests.cells import type_in

SOFTMAX = "def softmax(logits, dim=-1):\n    # mine\n    return logits.softmax(dim)"
TABLE = "class Bigram(nn.Module):\n    def forward(self, idx):\n        return softmax(idx)"


@pytest.fixture
def mine(tmp_path):
    """A fresh file, installed; afterwards the one of the other tests again."""
    mine = MyGPT(tmp_path / "my_gpt.py")
    mine.make()
    install(mine)
    yield mine
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Importer"]
    sys.modules.pop("my_gpt", None)


def imported(mine):
    install(mine)
    import my_gpt

    return my_gpt


def complete(text):
    module = types.ModuleType("my_gpt")
    exec(text, module.__dict__)
    return all(hasattr(module, part.name) for part in PARTS)


def test_fresh_file_has_every_part_of_ours(mine):
    assert complete(mine.read()) and mine.mine() == {}
    module = imported(mine)
    for part in PARTS:
        assert getattr(module, part.name) is getattr(sys.modules[part.module], part.name)
    assert mine.bar().endswith(f"none of {len(PARTS)} parts are yours.")


@pytest.mark.parametrize("seed", range(8))
def test_parts_in_any_order(tmp_path, seed):
    """Whatever part is written next, the others stay as they are, letter for letter."""
    g, mine, held = random.Random(seed), MyGPT(tmp_path / "my_gpt.py"), {}
    for part in g.sample(PARTS, len(PARTS)):
        source = f"def {part.name}(x):\n    # ==== not a heading\n    return {g.random()}"
        before = {p.name: sections.part_of(mine.read(), p, PARTS) for p in PARTS}
        assert mine.keep(part.name, source).startswith("Written to my_gpt.py, line ")
        held[part.name] = source
        after = {p.name: sections.part_of(mine.read(), p, PARTS) for p in PARTS}
        assert complete(mine.read()) and after == before | held and set(mine.mine()) == set(held)
    assert "helpers" not in mine.read() and len(list(mine.history.glob("*.py"))) == len(PARTS)
    assert f"{len(PARTS)} of {len(PARTS)} parts are yours, {2 * len(PARTS)} lines." in mine.bar()


def test_the_line_that_is_named_is_that_of_the_part(mine):
    said = mine.keep("softmax", SOFTMAX)
    line = int(said.split("line ")[1].rstrip("."))
    assert mine.read().splitlines()[line - 1] == SOFTMAX.splitlines()[0]


def test_a_part_that_passes_again_replaces_the_earlier_one_which_is_kept(mine):
    mine.keep("softmax", SOFTMAX)
    mine.keep("softmax", SOFTMAX.replace("mine", "better"))
    assert "# better" in mine.read() and "# mine" not in mine.read()
    assert any("# mine" in file.read_text() for file in mine.history.glob("*.py"))
    assert "has it already" in mine.keep("softmax", SOFTMAX.replace("mine", "better"))


def test_an_edit_by_hand_is_respected(mine):
    mine.keep("softmax", SOFTMAX)
    edited = mine.read().replace("# mine", "# edited here").replace("import math\n", "import math\nimport random\n")
    mine.path.write_text(edited)
    assert "you edited there" in mine.keep("softmax", SOFTMAX) and mine.read() == edited  # the old cell, run again
    assert "Written" in mine.keep("Bigram", TABLE) and "# edited here" in mine.read() and "import random" in mine.read()
    assert "Written" in mine.keep("softmax", SOFTMAX.replace("mine", "new cell"))
    assert any("# edited here" in file.read_text() for file in mine.history.glob("*.py"))


@pytest.mark.parametrize("seed", range(5))
def test_some_headings_were_removed_by_hand(tmp_path, seed):
    """The parts below them are neither lost nor taken for pieces of the part above."""
    g, mine = random.Random(seed), MyGPT(tmp_path / "my_gpt.py")
    for part in PARTS:
        mine.keep(part.name, f"def {part.name}(x):\n    return x")
    gone = g.sample([part.heading for part in PARTS], 4)
    mine.path.write_text("".join(line for line in mine.read().splitlines(True) if line.rstrip() not in gone))
    for part in g.sample(PARTS, len(PARTS)):
        assert "Written" in mine.keep(part.name, f"def {part.name}(x):\n    return x + 1")
    assert complete(mine.read()) and mine.read().count("def ") == mine.read().count("x + 1") == len(PARTS)


def test_headings_that_were_removed_by_hand(mine):
    mine.keep("softmax", SOFTMAX)
    without = "\n".join(line for line in mine.read().splitlines() if not line.startswith("# ====")) + "\n"
    mine.path.write_text(without)
    assert mine.mine() == {"softmax": 2} and "Written" in mine.keep("Bigram", TABLE)
    assert "Written" in mine.keep("softmax", SOFTMAX.replace("mine", "again"))
    assert complete(mine.read()) and mine.read().count("def softmax") == 1 and set(mine.mine()) == {"softmax", "Bigram"}


BREAKS = {  # what is replaced, by what, the line that is named, and the error
    "syntax": ("    return logits", "    retrun logits", "retrun", "SyntaxError"),
    "name": ("def softmax", "softmax_of\ndef softmax", "softmax_of", "NameError"),
    "import": ("import math\n", "import maths\n", "import maths", "ModuleNotFoundError"),
    "indentation": ("    return logits", "return logits", "return logits", "IndentationError"),
    "default": ("dim=-1", "dim=1 / 0", "dim=1 / 0", "ZeroDivisionError"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_broken_edit_is_named_with_its_line_and_left_alone(mine, kind, capsys):
    old, new, where, error = BREAKS[kind]
    mine.keep("softmax", SOFTMAX)
    text = mine.read().replace(old, new)
    assert text != mine.read()
    mine.path.write_text(text)
    module = imported(mine)
    said = capsys.readouterr().out
    number = next(i + 1 for i, row in enumerate(text.splitlines()) if where in row)
    assert f"line {number} of my_gpt.py says {error}" in said
    assert all(getattr(module, part.name).__module__.startswith("helpers") for part in PARTS)
    assert "not written yet" in mine.keep("Bigram", TABLE) and mine.read() == text


def test_a_part_that_was_deleted_by_hand_comes_from_ours(mine, capsys):
    part = PARTS[1]
    mine.path.write_text(mine.read().replace(part.ours, ""))
    module = imported(mine)
    assert f"does not define {part.name}" in capsys.readouterr().out and hasattr(module, part.name)
    assert "Written" in mine.keep(part.name, SOFTMAX) and complete(mine.read())


def test_reset_takes_a_notebooks_parts_back(mine, monkeypatch, capsys):
    monkeypatch.setenv("MY_GPT", str(mine.path))
    mine.keep("softmax", SOFTMAX)
    mine.keep("Bigram", TABLE)
    assert command.main([]) == 0 and "2 of" in capsys.readouterr().out
    assert command.main(["reset", "05"]) == 0 and set(mine.mine()) == {"softmax"}
    assert command.main(["reset", "softmax"]) == 0 and mine.read() == sections.fresh(PARTS)
    assert command.main(["reset", "99"]) == 1 and "no part or notebook 99" in capsys.readouterr().out
    assert command.main(["reset", "05"]) == 0 and "Nothing there is yours" in capsys.readouterr().out
    assert any("# mine" in file.read_text() for file in mine.history.glob("*.py"))
    mine.path.write_text("def")
    assert command.main([]) == 1 and "cannot be imported" in capsys.readouterr().out


WRITER = """
import sys
from helpers.workbook.my_gpt import MyGPT
from helpers.workbook.parts import PARTS
mine, names = MyGPT(sys.argv[1]), [part.name for part in PARTS][int(sys.argv[2])::2]
for i in range(int(sys.argv[3])):
    name = names[i % len(names)]
    mine.keep(name, f"def {name}(x):\\n    return {i}, {sys.argv[4:]}, " + "'" + "x" * 20000 + "'")
    if not i: print("first", flush=True)
"""


def writer(path, *arguments):
    return subprocess.Popen([sys.executable, "-c", WRITER, path, *map(str, arguments)], stdout=subprocess.PIPE)


def test_kills_at_random_moments_leave_a_whole_file(tmp_path):
    mine, g, texts = MyGPT(tmp_path / "my_gpt.py"), random.Random(0), set()
    for run in range(6):
        process = writer(mine.path, 0, 100_000, run)
        process.stdout.readline()
        time.sleep(g.random() / 5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert complete(mine.read())
        texts.add(mine.read())
    assert len(texts) == 6  # each has written something
    assert "Written" in mine.keep("softmax", SOFTMAX) and complete(mine.read())


def test_two_notebooks_do_not_overwrite_each_other(tmp_path):
    path = tmp_path / "my_gpt.py"
    both = [writer(path, 0, 12), writer(path, 1, 12)]
    for process in both:
        assert process.wait(60) == 0
        process.stdout.close()
    assert set(MyGPT(path).mine()) == {part.name for part in PARTS} and complete(path.read_text())


def test_a_folder_that_cannot_be_written(tmp_path, capsys, monkeypatch):
    """The part is right, and the learner is told why it is not kept."""
    (tmp_path / "file").write_text("")
    mine = MyGPT(tmp_path / "file" / "my_gpt.py")
    exercise = Exercise(
        "Done.", lambda x: x, (Mistake(lambda x: -x, "a"),), ("b",), cases=lambda g: [(1,)], part="softmax"
    )
    scope = type_in("def softmax(x):\n    return x\n", {})
    Workbook({"01.1": exercise}, mine).check("01.1", scope["softmax"])
    said = capsys.readouterr().out
    assert "✓ 01.1" in said and "could not be written" in said
    monkeypatch.setattr("helpers.workbook.my_gpt.os.access", lambda *a: False)  # a checkout that is read-only
    monkeypatch.delenv("MY_GPT")
    assert "from-tensors-to-gpt" in str(default_path())
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Importer"]


def test_broken_says_nothing_of_a_file_that_can_be_imported():
    assert broken(sections.fresh(PARTS)) == "" and "ZeroDivisionError" in broken("1 / 0")
