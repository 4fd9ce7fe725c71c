"""The state of a network under way as arrays, in memory and in a file."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neurodyn.errors import InputError
from neurodyn.files import save_arrays, write_whole

State = Mapping[str, npt.NDArray]
_DIGEST = "digest"


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


def write_state(path: Path, state: State, digest: str) -> None:
    """Write a state so that it is there whole or not at all."""
    arrays = {_DIGEST: np.array(digest), **state}
    write_whole(path, lambda to: save_arrays(to, arrays, small=False))


def read_state(path: Path, digest: str) -> dict[str, npt.NDArray] | None:
    """Return the state in a file, or None if there is no file.

    Raises
    ------
    InputError
        If the file is damaged, or of another run.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            state = {name: file[name] for name in file.files}
        found = str(state.pop(_DIGEST))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        raise InputError(
            f"{path} is not the store of a network run, or is damaged; remove it to begin anew"
        ) from None
    if found != digest:
        raise InputError(
            f"{path} holds the run of another network, record or method; expected the same, or "
            "another file"
        )
    return state
