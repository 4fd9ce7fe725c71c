"""Cache of generated code: a private folder whose contents are held against their digests.

What is in it is run, so it is used only if nobody else could have written it; and a file that a
power cut, a full disk or an editor has changed is made anew instead of being run.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import platformdirs
from numba.core.caching import IndexDataCacheFile

from neurodyn.errors import InputError
from neurodyn.files import write_whole

VARIABLE = "NEURODYN_CACHE_DIR"
_MARK = "# sha256 "


def cache_folder() -> Path:
    """Return the folder for generated code: ``NEURODYN_CACHE_DIR``, or the user's cache folder.

    It is made for its owner alone (mode 700). Where neither can be written, a folder in the
    system's temporary directory serves this process.

    Raises
    ------
    InputError
        If it belongs to another user, or others may write to it.
    """
    wanted = os.environ.get(VARIABLE)
    folder = Path(wanted) if wanted else Path(platformdirs.user_cache_dir("neurodyn"), "code")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _require_private(folder)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="neurodyn-"))


def _require_private(folder: Path) -> None:
    if not hasattr(os, "getuid"):  # Windows keeps a user's folders by other means
        return
    found = folder.stat()
    if found.st_uid != os.getuid():
        raise InputError(
            f"the folder for generated code, {folder}, belongs to another user (id "
            f"{found.st_uid}); what is in it would be run, so set {VARIABLE} to a folder of yours"
        )
    if found.st_mode & 0o022:
        raise InputError(
            f"the folder for generated code, {folder}, can be written by others (mode "
            f"{found.st_mode & 0o777:o}); what is in it would be run, so `chmod 700` it after a "
            f"look inside, or set {VARIABLE} to a folder of yours"
        )


def load_cached(name: str, source: Callable[[], str]) -> ModuleType:
    """Import a generated module, written first if it is not there, or not whole, or changed.

    Parameters
    ----------
    name : str
        Name of the module, with the digest of all that its source depends on.
    source : function
        Gives the source; called only if it is needed.
    """
    path = cache_folder() / f"{name}.py"
    if not _is_whole(path):
        text = source()
        write_whole(path, f"{_MARK}{_digest(text.encode())}\n{text}")
    spec = ModuleSpec(name, _FromSource(name, str(path)), origin=str(path))
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba looks modules up by name when it unpickles cached code
    assert spec.loader is not None
    spec.loader.exec_module(module)
    for item in vars(module).values():
        hold_to_digest(item)
    return module


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_whole(path: Path) -> bool:
    try:
        first, _, rest = path.read_bytes().partition(b"\n")
    except OSError:
        return False
    return first == (_MARK + _digest(rest)).encode()


class _FromSource(SourceFileLoader):
    """Reads the source that was checked, never bytecode beside it, which was not."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """Return the code of the source file."""
        return self.source_to_code(self.get_data(self.path), self.path)


def hold_to_digest(function: Any) -> Any:
    """Make numba hold what it has kept of a function against a digest; return the function.

    Machine code that is damaged is compiled anew. What is no function of numba's, or is not kept on
    disk, is left as it is.
    """
    file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    if type(file) is IndexDataCacheFile:
        file.__class__ = _DigestedCacheFile
    return function


class _Damaged(OSError):
    """A file is not what was written; numba takes an OSError for a file that is not there."""


class _DigestedCacheFile(IndexDataCacheFile):
    """numba's index and data files, each behind a digest of its content."""

    def _read(self, path: str) -> Any:
        with open(path, "rb") as file:
            data = file.read()
        if data[:32] != hashlib.sha256(data[32:]).digest():
            raise _Damaged(path)
        try:
            return pickle.loads(data[32:])
        except (ImportError, AttributeError):  # by another version of numba, with other names
            raise _Damaged(path) from None

    def _write(self, path: str, content: Any) -> None:
        data = self._dump(content)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(data).digest() + data)

    def _load_index(self) -> dict[Any, str]:
        try:
            version, stamp, overloads = self._read(self._index_path)
        except (OSError, TypeError, ValueError):  # TypeError: laid out by another neurodyn
            return {}
        ours = (version, stamp) == (self._version, self._source_stamp)
        return overloads if ours and isinstance(overloads, dict) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._read(self._data_path(name))

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), data)

    def save(self, key: Any, data: Any) -> None:
        """Keep what was compiled; a full disk costs time in the next process, not this run."""
        with contextlib.suppress(OSError):
            super().save(key, data)
