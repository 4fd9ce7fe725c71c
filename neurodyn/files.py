"""Writing files whole: another process, a kill or a full disk sees all of a file or none of it.

Also arrays and TOML, wherever they are written and read.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.errors import InputError

PART = ".part"
"""Ending of what is under way; what a process that was killed has left is removed by the next."""
_MOST_LINKS = 1000  # other files in a folder that is replaced
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD; RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


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
    _remove_leftovers(path.parent)
    prefix = f".neurodyn-{os.getpid()}-"
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=prefix, suffix=PART, ignore_cleanup_errors=True
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


def save_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], *, small: bool = True) -> None:
    """Write arrays as NPZ to exactly this path, compressed or not."""
    save = np.savez_compressed if small else np.savez
    with path.open("wb") as file:  # given a name, numpy may add an ending to it
        save(file, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises
    ------
    InputError
        If it cannot be read; ``what`` it should be begins the sentence.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no TOML, no UTF-8
        reason = getattr(error, "strerror", None) or error
        text = str(path)
        where = text if len(text) <= 80 else f"...{text[-77:]}"  # its end tells files apart
        raise InputError(f"{what} {where!r} cannot be read: {reason}") from None


def write_together(folder: Path, make: Callable[[Path], object]) -> list[Path]:
    """Write the files of one output so that all of them change or none, whatever stops the process.

    They are made in a folder beside the target, which then takes its place in one step of the file
    system; other files that lie in the target come along as hard links. Where that cannot be (the
    target is the current folder or a mount point, holds folders, or the system has no such step),
    each file still changes whole, one after another.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; its parent does.
    make : function
        Called with an empty folder, and writes the files there.

    Returns
    -------
    list of Path
        The files, in order of name.

    Raises
    ------
    InputError
        If a folder stands where a file is to be written; nothing has changed then.
    """
    target = folder.resolve()
    _remove_leftovers(target.parent)
    name = tempfile.mkdtemp(dir=target.parent, prefix=f".neurodyn-{os.getpid()}-", suffix=PART)
    fresh = Path(name)
    try:
        fresh.chmod(0o777 & ~_umask())
        make(fresh)
        names = sorted(path.name for path in fresh.iterdir())
        for blocked in (target / name for name in names if (target / name).is_dir()):
            raise InputError(f"{blocked} is a folder; expected a file there, or nothing")
        if not target.exists():
            os.rename(fresh, target)
        elif not (_bring_along(target, fresh) and _exchange(fresh, target)):
            for name in names:
                os.replace(fresh / name, target / name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return [folder / name for name in names]


def writable_place(folder: Path, names: Sequence[str] = (), *, together: bool = True) -> Path:
    """Check that files can be written into a folder, by trying, before work is spent on them.

    Parameters
    ----------
    folder : Path
        May not exist yet; it is not made.
    names : sequence of str
        Of files that are to be written there, with wildcards.
    together : bool
        Whether they will be written by :func:`write_together`, which works beside the folder.

    Returns
    -------
    Path
        The folder, absolute.

    Raises
    ------
    InputError
        If it is a file, cannot be made or written, or holds a folder with the name of a file.
    """
    try:
        target = folder.resolve()
        nearest = next(place for place in (target, *target.parents) if place.exists())
        if nearest.is_dir():
            beside = {nearest, target.parent} if together and nearest == target else {nearest}
            for place in beside:
                _try_to_write(place, target)
        blocked = [path for name in names for path in target.glob(name) if path.is_dir()]
    except (OSError, RuntimeError, ValueError) as error:  # a link to itself; a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write to {str(folder)!r:.80}: {reason}") from None
    if not nearest.is_dir():
        raise InputError(f"{nearest} is a file; expected a folder to write to")
    if blocked:
        raise InputError(f"{blocked[0]} is a folder; expected a file there, or nothing")
    return target


def _try_to_write(place: Path, target: Path) -> None:
    """Make and remove a folder; and in it the next one on the way to the target, for its name."""
    prefix = f".neurodyn-{os.getpid()}-"
    with tempfile.TemporaryDirectory(dir=place, prefix=prefix, suffix=PART) as trial:
        for name in target.relative_to(place).parts[:1] if place in target.parents else ():
            (Path(trial) / name).mkdir()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _bring_along(target: Path, fresh: Path) -> bool:
    """Link the other files of a folder into the one that is to replace it; False if it may not."""
    if target == Path.cwd() or target in Path.cwd().parents or target.is_mount():
        return False
    others = [path for path in target.iterdir() if not (fresh / path.name).exists()]
    if len(others) > _MOST_LINKS or any(path.is_dir() for path in others):
        return False
    try:
        for path in others:
            os.link(path, fresh / path.name, follow_symlinks=False)
        shutil.copystat(target, fresh)
    except OSError:  # a file system without hard links
        return False
    return True


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step; False where the system has no such step."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    ends = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        return library.renameat2(_HERE, ends[0], _HERE, ends[1], _EXCHANGE) == 0
    if hasattr(library, "renamex_np"):
        return library.renamex_np(*ends, _EXCHANGE) == 0
    return False


def _remove_leftovers(folder: Path) -> None:
    """Remove what a process that is no more has left under way in a folder."""
    for path in folder.glob(f".neurodyn-*{PART}"):
        process = path.name.split("-")[1]
        if process.isdigit() and not _runs(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name != "posix":
        return True  # asking would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
