"""Writing files whole: another process, a kill or a full disk sees all of a file or none of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

PART = ".part"
"""Ending of files under way; one left behind by a kill may be removed."""


def write_whole(path: Path, content: str | bytes | Callable[[Path], object]) -> None:
    """Write a file so that it is there whole or not at all, whatever stops the process.

    Parameters
    ----------
    path : Path
        In a folder that exists; what stood there is replaced.
    content : str, bytes or function
        Text (UTF-8), bytes, or a function that writes to the path it is given, which has the
        suffix of ``path``.
    """
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=".neurodyn-", suffix=PART, ignore_cleanup_errors=True
    ) as folder:
        temporary = Path(folder) / path.name
        if callable(content):
            content(temporary)
        elif isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            temporary.write_text(content, encoding="utf-8")
        with contextlib.suppress(OSError), temporary.open("rb") as file:
            os.fsync(file.fileno())  # so that a power cut leaves no empty file under the name
        os.replace(temporary, path)
