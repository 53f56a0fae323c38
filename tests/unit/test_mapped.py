"""Texts that memory does not hold: the file of tokens says what the text says, or is refused; nothing is left over."""

import errno
import os

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from helpers import mapped
from helpers.corpus import CorpusError, load_text
from helpers.mapped import encode_file, open_tokens, text_pieces
from helpers.text import Batches, CharTokenizer, random_batch, train_val_split
from helpers.training.__main__ import main as train_in_a_terminal

awkward = st.text(st.sampled_from("a\r\n\ufeffé中😀 "), min_size=1, max_size=40)  # one to four bytes each


@settings(max_examples=300)
@given(text=awkward, size=st.integers(1, 9))
def test_pieces_are_the_text_wherever_they_are_cut(tmp_path, text, size):
    path = tmp_path / "own.txt"
    path.write_bytes(text.encode())
    try:
        whole = load_text(path)
    except CorpusError:  # nothing but blanks
        whole = None
    read = "".join(text_pieces(path, size))
    assert read == whole if whole is not None else not read.strip()


@settings(max_examples=300)
@given(content=st.one_of(st.binary(max_size=12), awkward.map(lambda text: text.encode()[1:])), size=st.integers(1, 9))
def test_what_load_text_refuses_is_refused(tmp_path, content, size):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    try:
        whole, said = load_text(path), None
    except CorpusError as error:
        whole, said = None, str(error)
    try:
        read = "".join(text_pieces(path, max(size, 4)))  # the marks of other encodings have up to four bytes
    except CorpusError as error:
        assert said is not None
        assert str(error) == said or b"\0" in content  # with two faults, either is named
    else:
        assert read == whole or (said is not None and "is empty" in said)


@pytest.mark.parametrize("n_chars", [1, 2, 255, 256, 257, 32_768, 32_769])
def test_file_holds_the_tokens_of_the_text(tmp_path, n_chars):
    chars = [chr(code) for code in range(0x21, 0x20000) if not 0xD800 <= code < 0xE000 and code != 0xFEFF][:n_chars]
    text = "".join(chars[i * 7919 % n_chars] for i in range(2 * n_chars + 9))
    path = tmp_path / "own.txt"
    path.write_text(text, encoding="utf-8", newline="")
    tokenizer, tokens = encode_file(path)
    ours = CharTokenizer(text)
    assert tokenizer.chars == ours.chars and tokens.dtype == ours.small
    assert torch.equal(tokens, ours.encode(text, ours.small))
    again, mapped_again = open_tokens(f"{path}.tokens")
    assert again.chars == ours.chars and torch.equal(mapped_again, tokens)
    assert torch.equal(load_file(f"{path}.tokens")["tokens"], tokens)  # for programs that know nothing of us
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.txt", "own.txt.tokens"]


def test_pieces_are_put_together(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped.text_pieces, "__defaults__", (5,))
    path = tmp_path / "own.txt"
    path.write_bytes("zä\r\ny😀x\r\n中".encode() * 50)
    tokenizer, tokens = encode_file(path, tmp_path / "elsewhere")
    assert tokenizer.decode(tokens) == "zä\ny😀x\n中" * 50
    assert tokenizer.chars == sorted("zä\ny😀x中")


@pytest.fixture
def small(tmp_path):
    """A text and its file of tokens."""
    path = tmp_path / "own.txt"
    path.write_text("to be, or not to be\n" * 40, encoding="utf-8")
    encode_file(path)
    return path, tmp_path / "own.txt.tokens"


def test_what_is_written_into_tokens_does_not_reach_the_file(small):
    _, target = small
    before = target.read_bytes()
    _, tokens = open_tokens(target)
    tokens.zero_()
    assert not tokens.any() and target.read_bytes() == before
    assert open_tokens(target)[1].any()


def test_cut_file_is_refused(small, tmp_path):
    content, cut = small[1].read_bytes(), tmp_path / "cut"
    for length in range(len(content)):
        cut.write_bytes(content[:length])
        with pytest.raises(CorpusError, match=r"cut is no file of tokens.*encode_file"):
            open_tokens(cut)
    cut.write_bytes(content + b"\0")
    with pytest.raises(CorpusError, match="does not fit"):
        open_tokens(cut)


def test_one_wrong_bit_in_the_header_is_refused_or_only_another_alphabet(small, tmp_path):
    """Tokens are numbers: which character each stands for, the header alone says."""
    content, wrong = small[1].read_bytes(), tmp_path / "wrong"
    length, accepted = 8 + int.from_bytes(content[:8], "little"), 0
    for bit in range(8 * length):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        wrong.write_bytes(flipped)
        try:
            tokenizer, tokens = open_tokens(wrong)
        except CorpusError as error:
            assert "Make it again" in str(error)
        else:
            accepted += 1
            assert tokenizer.vocab_size == 9 and tokenizer.chars == sorted(tokenizer.chars)
            assert tokens.tolist() == open_tokens(small[1])[1].tolist()
    assert accepted < 9 * 7  # nothing but bits of the nine characters


@given(content=st.binary(max_size=60))
def test_any_bytes_are_refused(tmp_path, content):
    path = tmp_path / "bytes"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="no file of tokens"):
        open_tokens(path)


@pytest.mark.parametrize("header", [b"[]", b"null", b"3", b'{"__metadata__":3}', b'{"__metadata__":{"chars":[1]}}'])
def test_other_headers_are_refused(tmp_path, header):
    path = tmp_path / "other"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(40))
    with pytest.raises(CorpusError, match="no file of tokens"):
        open_tokens(path)


def test_what_is_no_file_is_refused(tmp_path):
    for call in (encode_file, open_tokens):
        for path in (tmp_path, tmp_path / "nowhere", "no\0name", "/dev/zero"):
            with pytest.raises(CorpusError, match=r"folder, a device|cannot be read"):
                call(path)


def test_empty_text_is_refused(tmp_path):
    path = tmp_path / "own.txt"
    for content in ("", " \n", "\ufeff"):
        path.write_bytes(content.encode())
        with pytest.raises(CorpusError, match="own.txt is empty"):
            encode_file(path)
    assert [file.name for file in tmp_path.iterdir()] == ["own.txt"]


def test_impossible_target_is_refused_and_nothing_is_lost(small, tmp_path, monkeypatch):
    path, _ = small
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for bad in (path, tmp_path, tmp_path / "no" / "folder", tmp_path / "no\0name", tmp_path / ("x" * 300)):
        with pytest.raises(CorpusError, match=r"another target"):
            encode_file(path, bad)

    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CorpusError, match="No space left on device. Make room"):
        encode_file(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("second", ["to be\n", "to bX, or not to be\n" * 30])
def test_text_that_changes_meanwhile_is_noticed(small, monkeypatch, second):
    path, target = small
    before, read, times = target.read_bytes(), text_pieces, []

    def changing(source):
        if times:
            source.write_text(second, encoding="utf-8")
        times.append(source)
        return read(source)

    monkeypatch.setattr(mapped, "text_pieces", changing)
    with pytest.raises(CorpusError, match="leave the text as it is"):
        encode_file(path)
    assert target.read_bytes() == before and len(list(path.parent.iterdir())) == 2


def test_batches_are_those_of_tokens_in_memory(small):
    tokenizer, tokens = open_tokens(small[1])
    text = small[0].read_text(encoding="utf-8")
    there, here = (Batches(*train_val_split(t), 4, 8, seed=3) for t in (tokens, tokenizer.encode(text)))
    for _ in range(20):
        (x, y), (x_here, y_here) = next(there), next(here)
        assert x.dtype == y.dtype == torch.long and torch.equal(x, x_here) and torch.equal(y, y_here)


def test_file_larger_than_memory_is_read(small, tmp_path):
    """Four times the memory of this machine: a sparse file, which takes no room on the disk."""
    n = 4 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    tokenizer, path = open_tokens(small[1])[0], tmp_path / "big.tokens"
    with open(path, "wb") as file:
        file.write(mapped.header(tokenizer, n))
        try:
            file.truncate(file.tell() + n)
        except OSError:
            pytest.skip("this file system holds no file of that size")
    _, tokens = open_tokens(path)
    assert len(tokens) == n
    x, _ = random_batch(tokens, 8, 16, torch.Generator().manual_seed(1))
    assert x.shape == (8, 16) and not x.any()
    tokens[n // 2] = 5
    assert tokens[n // 2] == 5


def test_from_the_command_line(small, tmp_path, capsys):
    path, target = small
    target.unlink()
    mapped.main([str(path)])
    assert capsys.readouterr().out == f"800 tokens of 9 characters: {target}\n"
    said = []
    for corpus in (target, path):
        arguments = ["--corpus", str(corpus), "--steps", "2", "--device", "cpu", "--preset", "cpu"]
        train_in_a_terminal([*arguments, "--out", str(tmp_path / f"{corpus.name}.safetensors")])
        said.append(capsys.readouterr().out.partition("Saved:")[0].partition(": ")[2])
    assert said[0] == said[1] and "800 characters" in said[0]  # the same loss, the same sample
