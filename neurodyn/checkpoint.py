"""The state of long work as arrays in one file, by which it goes on after it was stopped."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.files import save_arrays, write_whole

State = Mapping[str, npt.NDArray[Any]]
_QUESTION, _DIGEST = "question", "digest"


def digest_of(parts: Mapping[str, object]) -> str:
    """Return the fingerprint of all that a run depends on: arrays, and what has a text."""
    found = hashlib.sha256()
    for name, part in sorted(parts.items()):
        found.update(name.encode())
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).tobytes())
        else:
            found.update(json.dumps(part, default=repr, sort_keys=True).encode())
    return found.hexdigest()


def write_state(path: Path, state: State, question: str) -> None:
    """Write a state so that it is there whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    arrays = {**state, _QUESTION: np.array(question), _DIGEST: np.array(digest_of(state))}
    try:
        write_whole(path, lambda to: save_arrays(to, arrays, small=False))
    except OSError as error:
        raise InputError(
            f"store {shown(str(path))} cannot be written: {error.strerror or error}"
        ) from None


def read_state(
    path: Path, question: str, of: str, other: str
) -> dict[str, npt.NDArray[Any]] | None:
    """Return the state in a file, or None if there is no file.

    Parameters
    ----------
    path : Path
    question : str
        Fingerprint of all that the work depends on.
    of, other : str
        What the file should be of ("a network run"), and what else it may hold.

    Raises
    ------
    InputError
        If the file is damaged, was changed, or is of other work.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
        found, digest = str(state.pop(_QUESTION)), str(state.pop(_DIGEST))
        whole = digest == digest_of(state)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        whole, found, state = False, "", {}
    if not whole:
        raise InputError(f"{path} is not the store of {of}, or is damaged; remove it to begin anew")
    if found != question:
        raise InputError(f"{path} holds {other}; expected the same, or another file")
    return state
