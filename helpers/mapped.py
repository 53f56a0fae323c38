"""Texts that memory does not hold: encoded piece by piece into a file of tokens, and read through a memory map.

    tokenizer, tokens = mapped.encode_file("big.txt")  # once; writes big.txt.tokens
    tokenizer, tokens = mapped.open_tokens("big.txt.tokens")  # from then on
    train, val = train_val_split(tokens)

The tokens are a tensor like any other, but the operating system reads a part of the file when it is asked for, and
drops it again where memory runs short. The file is one of safetensors, with the vocabulary in its header.
"""

import argparse
import codecs
import contextlib
import io
import json
import mmap
import os
import sys
from pathlib import Path

import numpy as np
import torch

from helpers import corpus
from helpers.corpus import CorpusError
from helpers.text import CharTokenizer

SUFFIX = ".tokens"
KINDS = {torch.uint8: ("U8", "u1"), torch.int16: ("I16", "<i2"), torch.int32: ("I32", "<i4")}  # safetensors', NumPy's
PIECE = 1 << 22  # bytes of text that are read at a time
NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000)  # not every Python names it
LONGEST = 1 << 24  # bytes of a header: one with all characters of Unicode takes less


def encode_file(source, target=None):
    """Encode a UTF-8 text file of any length into a file of tokens; returns what `open_tokens` returns.

    The text is read twice, a few MB at a time: for its characters, then for its tokens. Byte order marks and carriage
    returns are taken out, as load_text does. target: where the tokens go, by default the name of the text and .tokens;
    what stood there is replaced once all is written. A CorpusError says why a file cannot be read or written.
    """
    source = Path(os.path.expanduser(source))
    target = Path(os.path.expanduser(target if target is not None else f"{source}{SUFFIX}"))
    chars, n, blank = set(), 0, True
    for piece in text_pieces(source):
        chars.update(CharTokenizer(piece).chars)
        n, blank = n + len(piece), blank and piece.isspace()
    if blank:
        raise corpus.empty(source)
    tokenizer = CharTokenizer("".join(chars))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and (not target.is_file() or target.samefile(source)):
            raise CorpusError(f"{target} is no place for tokens: the text itself, or no file. Give another target.")
        with open(part, "wb") as file:
            file.write(header(tokenizer, n))
            for piece in text_pieces(source):
                tokens = tokenizer.encode(piece, tokenizer.small).numpy()
                file.write(tokens.astype(KINDS[tokenizer.small][1], copy=False))
                n -= len(piece)
        if n:
            raise ValueError("the text is not as long as before")
        os.replace(part, target)
    except CorpusError:
        raise
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"The tokens could not be written to {target}: {getattr(error, 'strerror', None) or error}. Make room "
            "there or give another target, and leave the text as it is meanwhile."
        ) from error
    finally:
        with contextlib.suppress(OSError, ValueError):
            part.unlink()
    return open_tokens(target)


def text_pieces(path, size=PIECE):
    """The text of a UTF-8 file in pieces, the same that load_text gives in one; a CorpusError where it raises one."""
    corpus.check_regular(path)
    decoder = codecs.getincrementaldecoder("utf-8")()  # keeps a character that the end of a piece cuts in two
    plain = io.IncrementalNewlineDecoder(None, translate=True)  # keeps a carriage return at the end of a piece
    try:
        with open(path, "rb") as file:
            at, content = 0, None
            while content != b"":
                content = file.read(size)
                corpus.check_encoding(path, content, at)
                held = len(decoder.getstate()[0])
                try:
                    text = decoder.decode(content, final=not content).replace("\ufeff", "")
                except UnicodeDecodeError as error:
                    raise corpus.not_utf8(path, at - held + error.start, error.object[error.start]) from error
                at += len(content)
                if text := plain.decode(text, final=not content):
                    yield text
    except OSError as error:
        raise corpus.unreadable(path, error) from error


def open_tokens(path):
    """The tokenizer and the tokens (N,) of a file that `encode_file` wrote, in one, two or four bytes a token.

    The tokens lie in the file, not in memory; what is written into them does not reach it. Leave the file as it is
    while they are in use. A CorpusError says what is wrong with a file.
    """
    path = Path(os.path.expanduser(path))
    corpus.check_regular(path)
    try:
        with open(path, "rb") as file:
            begin = file.read(8)
            begin += file.read(min(int.from_bytes(begin, "little"), LONGEST))
            tokenizer = CharTokenizer(json.loads(begin[8:])["__metadata__"]["chars"])
            kind = KINDS[tokenizer.small][1]
            n = (os.fstat(file.fileno()).st_size - len(begin)) // np.dtype(kind).itemsize
            if n < 1 or begin != header(tokenizer, n):
                raise ValueError("its header does not fit what follows")
            tokens = np.frombuffer(memory_map(file), kind, n, len(begin))
    except OSError as error:
        raise corpus.unreadable(path, error) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorpusError(
            f"{path} is no file of tokens, or it is damaged ({error}). Make it again from its text, with "
            "helpers.mapped.encode_file."
        ) from error
    return tokenizer, torch.from_numpy(tokens)


def memory_map(file):
    """The bytes of a file as if they were in memory; what is written into them stays there, and costs memory then.

    Linux promises memory for all that could be written, and so refuses a file larger than it has, unless told not to.
    """
    if os.name != "posix":
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    flags = mmap.MAP_PRIVATE | (NORESERVE if sys.platform == "linux" else 0)
    return mmap.mmap(file.fileno(), 0, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE)


def header(tokenizer, n):
    """How a safetensors file begins that holds `n` tokens and nothing else; its end is a multiple of eight bytes."""
    name, kind = KINDS[tokenizer.small]
    place = {"dtype": name, "shape": [n], "data_offsets": [0, n * np.dtype(kind).itemsize]}
    about = json.dumps({"__metadata__": {"chars": "".join(tokenizer.chars)}, "tokens": place}).encode()
    about += b" " * (-len(about) % 8)
    return len(about).to_bytes(8, "little") + about


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m helpers.mapped", description="Encode a text file of any length.")
    parser.add_argument("file", help="a UTF-8 text file")
    parser.add_argument("--out", help=f"where the tokens go; default: FILE{SUFFIX}")
    args = parser.parse_args(arguments)
    tokenizer, tokens = encode_file(args.file, args.out)
    print(f"{len(tokens):,} tokens of {tokenizer.vocab_size} characters: {args.out or args.file + SUFFIX}")


if __name__ == "__main__":
    try:
        main()
    except CorpusError as error:
        raise SystemExit(f"Error: {error}") from None
