"""Limits for every reader: what may be opened, and how much a file may announce to hold.

A file says how much it holds before it is read. What it says is compared with its size, so that a
damaged or boasting file is refused in a sentence and no memory is taken for it.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

from neurodyn.errors import InputError

LARGEST_FILE = 4 << 30  # bytes; text of this size would take an hour
_ALWAYS = 256 << 20  # bytes that any file may announce ...
_TIMES = 200  # ... and how many times its size: what compression gives on measured numbers
_MADE_UP = 1 << 24
MOST_PARTS = 20_000  # groups and datasets in a file, members in an archive

DAMAGED = Exception
"""What parsers of unknown bytes raise: numpy alone raises seven kinds, one that tells of a token.

Caught around such parsers only, and told as InputError.
"""


def said_by(error: BaseException) -> str:
    """Return what an error of a parser says, in one short line."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def read_regular(file: Path) -> bytes:
    """Return the bytes of a regular file: no pipe, device or endless thing.

    Raises
    ------
    InputError
        If it is another kind of file, or too large.
    OSError
        As usual.
    """
    with open(file, "rb", opener=_without_waiting) as stream:
        status = os.fstat(stream.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                f"{str(file)!r} is a pipe, a device or the like; expected a regular file"
            )
        if status.st_size > LARGEST_FILE:
            raise InputError(
                f"{str(file)!r} is larger than {LARGEST_FILE >> 30} GiB; cut it in parts"
            )
        # what a system makes up as it is read (/proc) has no size
        return stream.read(status.st_size or _MADE_UP)


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe (where the system can)."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def too_much(announced: float, size: int) -> bool:
    """Whether a file of ``size`` bytes announces more than it can hold."""
    return announced > max(_ALWAYS, _TIMES * size)


def require_room(announced: float, size: int, name: str) -> None:
    """Refuse a file that announces more than it can hold.

    Raises
    ------
    InputError
    """
    if too_much(announced, size):
        raise InputError(
            f"{name!r} announces {announced:.3g} bytes of numbers and is {size} bytes long; "
            "expected no more than a whole, undamaged file of that size holds"
        )


def check_archive(raw: bytes, name: str) -> None:
    """Look at a zip archive (npz, xlsx) before anything in it is unpacked.

    Raises
    ------
    InputError
        If it is damaged, encrypted, or announces too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except DAMAGED as error:
        raise InputError(f"{name!r} is a damaged archive: {said_by(error)}") from None
    if any(member.flag_bits & 1 for member in members):
        raise InputError(f"{name!r} is encrypted; expected a file without a password")
    if len(members) > MOST_PARTS:
        raise InputError(f"{name!r} has {len(members)} parts; expected at most {MOST_PARTS}")
    require_room(sum(member.file_size for member in members), len(raw), name)
