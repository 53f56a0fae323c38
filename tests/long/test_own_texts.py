"""Every notebook that reads a text reads all of the six small ones from top to bottom, with its trainings shortened."""

import pytest

from tests.texts import KINDS, READERS, reads


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", READERS)
def test_it_runs_from_top_to_bottom(name, kind, tmp_path):
    reads(name, kind, tmp_path)
