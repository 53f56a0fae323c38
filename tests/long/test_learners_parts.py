"""Every notebook that imports from my_gpt.py runs with one that is solved, and with every second part of it."""

import pytest

from helpers.workbook.my_gpt import MyGPT
from helpers.workbook.parts import PARTS
from tests.road import USERS, play, uses

SOLVED = {"everything": PARTS, "every second part": PARTS[::2], "the other half": PARTS[1::2]}


@pytest.fixture(scope="module", params=SOLVED)
def mine(request, tmp_path_factory):
    """The place of a my_gpt.py that a learner has come to."""
    place = MyGPT(tmp_path_factory.mktemp("mine") / "my_gpt.py")
    play(place, SOLVED[request.param])
    return place


@pytest.mark.parametrize("name", USERS)
def test_it_runs_from_top_to_bottom(name, mine, tmp_path, monkeypatch):
    uses(name, mine, tmp_path, monkeypatch)
