"""From a path to text: encodings, line ends, and files that are no text at all."""

from __future__ import annotations

import difflib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from neurodyn.errors import InputError
from neurodyn.io.guard import read_regular

_BOMS = (  # the longer mark first: that of UTF-32 begins like that of UTF-16
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_KNOWN_BINARY = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or one with a password"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"%PDF", "a PDF"),
)

_LONGEST_PATH = 4096


@dataclass(frozen=True)
class TextFile:
    """The lines of a file, without their line ends, and where they come from."""

    name: str
    lines: list[str]
    sha256: str
    notes: tuple[str, ...]


def read_text(path: str | os.PathLike[str], encoding: str | None = None) -> TextFile:
    """Read and decode a text file.

    Parameters
    ----------
    path : str or path
    encoding : str, optional
        A Python codec; by default the byte order mark decides, then UTF-8 if it fits, then latin-1.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, is empty, or holds no text.
    """
    return decoded(read_bytes(path), Path(path).name, encoding)


def decoded(raw: bytes, name: str, encoding: str | None = None) -> TextFile:
    """Decode the bytes of a text file, as :func:`read_text` does."""
    text, codec = _decode(raw, name, encoding)
    notes = [] if codec == "utf-8" else [f"The text was read as {codec}."]
    if "\ufffd" in text:
        notes.append(f"{text.count(chr(0xFFFD))} bytes are damaged and mean no letter.")
    if "\u2212" in text:
        text = text.replace("\u2212", "-")
        notes.append("The minus sign of typography (U+2212) was read as a minus.")
    if not text.endswith(("\n", "\r")):
        notes.append("The file ends without a line end: its last number may be cut short.")
    # not splitlines(): that also cuts at form feeds and the like, and line numbers would be off
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return TextFile(name, lines, hashlib.sha256(raw).hexdigest(), tuple(notes))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, or is empty.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"the file is {path!r}; expected a path")
    file = Path(path)
    if len(str(file)) > _LONGEST_PATH:
        raise InputError(
            f"the path {str(file)[:60]!r}... cannot be read: it has {len(str(file))} "
            f"letters; expected fewer than {_LONGEST_PATH}"
        )
    try:
        raw = read_regular(file)
    except FileNotFoundError:
        raise InputError(f"no file {str(file)!r}{_nearest(file)}") from None
    except IsADirectoryError:
        raise InputError(f"{str(file)!r} is a folder; expected one file of text") from None
    except PermissionError:
        raise InputError(f"{str(file)!r} may not be read: permission denied") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        raise InputError(f"{str(file)!r} cannot be read: {error}") from None
    if not raw.strip():
        raise InputError(f"{str(file)!r} is empty; expected a table of numbers")
    return raw


def _nearest(file: Path) -> str:
    try:
        names = [entry.name for entry in file.parent.iterdir()]
    except OSError:
        return f": the folder {str(file.parent)!r} cannot be listed"
    near = difflib.get_close_matches(file.name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _decode(raw: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text and the codec that gave it."""
    codec = encoding or _codec_from_bytes(raw, name)
    try:
        return raw.decode(codec), codec
    except LookupError:
        raise InputError(
            f"the encoding is {encoding!r}; expected a codec that Python knows, such as 'utf-8'"
        ) from None
    except ValueError:
        if encoding is None and codec == "utf-8":
            return raw.decode("latin-1"), "latin-1"  # every byte is a letter there
        if encoding is None and codec == "utf-8-sig":
            return raw.decode(codec, errors="replace"), codec
        raise InputError(f"{name!r} is cut off, or no text in the encoding {codec}") from None


def _codec_from_bytes(raw: bytes, name: str) -> str:
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return codec
    for mark, what in _KNOWN_BINARY:
        if raw.startswith(mark):
            raise InputError(f"{name!r} is {what}; expected text, e.g. an export as CSV")
    head = raw[:4096]
    if b"\0" not in raw:
        return "utf-8"
    # plain text in UTF-16 without a mark has a NUL in nearly every second byte
    for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > 0.8 * len(head[first::2]) and not head[1 - first :: 2].count(
            0
        ):
            return codec
    raise InputError(f"{name!r} is binary (it holds NUL bytes); expected text, e.g. CSV")
