"""The quick notebooks with one thread and with four; a real text of 2 GB; and 500 events for each kind of widget."""

import pytest

from tests.probe import WIDGETS, alone, grown
from tests.shortened import run

QUICK = ["01_tensors", "02_broadcasting", "03_softmax_and_cross_entropy", "04_text_as_tensors", "05_bigram"]


@pytest.mark.parametrize("n_threads", [1, 4])
@pytest.mark.parametrize("name", QUICK)
def test_notebooks_run_with_one_thread_and_with_four(name, n_threads, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", str(n_threads))
    run(name, tmp_path)


ENCODING = """
import sys, threading
from helpers import mapped
before, most, done = megabytes("RssAnon"), [0.0], threading.Event()

def watch():
    while not done.wait(0.01):
        most[0] = max(most[0], megabytes("RssAnon"))

threading.Thread(target=watch).start()
try:
    tokenizer, tokens = mapped.encode_file(sys.argv[1])
finally:
    done.set()
end = tokenizer.decode(tokens[-30:])
print(json.dumps({"added": most[0] - before, "tokens": len(tokens), "end": end, "seconds": cpu_seconds()}))
"""


def test_two_gb_of_text_are_encoded_in_300_mb(tmp_path):
    path, n = tmp_path / "big.txt", 2_000_000_000
    piece = b"To be, or not to be, that is the question.\n" * 10_000
    with open(path, "wb") as file:
        for _ in range(n // len(piece) + 1):
            file.write(piece)
    found = alone(ENCODING, path)
    assert found["tokens"] == path.stat().st_size > n and found["end"] == piece[-30:].decode()
    assert found["added"] < 300, found


@pytest.mark.parametrize("kind", ["explorer", "studio", "dashboard"])
def test_widgets_do_not_grow_over_500_events(kind):
    rows = alone(WIDGETS, kind, 500)
    more = grown(rows)
    assert more["tensors"] <= 0 and more["figures"] <= 0 and more["widgets"] == 0 and more["mb"] < 15, rows
