"""What is done of a training, kept in one file that is written whole after each epoch."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.files import save_arrays, write_whole
from neurodyn.tables import plain

Arrays = Mapping[str, npt.NDArray[Any]]
_ABOUT = "about"


class TrainingStore:
    """State of a training, or nothing where there is no path.

    Parameters
    ----------
    path : path or None
        Of an NPZ file.
    question : str
        All that decides what is learned; a file of another question is refused.

    Raises
    ------
    InputError
        If the file holds something else, or was changed.
    """

    def __init__(self, path: str | os.PathLike[str] | None, question: str) -> None:
        self.path = None if path is None else Path(path)
        self._question = hashlib.sha256(question.encode()).hexdigest()
        if self.path is not None and self.path.suffix != ".npz":
            raise InputError(f"store is {shown(str(path))}; expected a name that ends in .npz")

    def load(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]] | None:
        """Return what was kept, numbers and arrays; None where nothing is."""
        if self.path is None or not self.path.exists():
            return None
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in kept.files}
            about = json.loads(str(arrays.pop(_ABOUT)))
            same, digest = about["question"] == self._question, about.pop("digest")
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
            raise InputError(f"{self.path} is not the store of a training") from None
        if not same:
            raise InputError(
                f"{self.path} is the store of another training (other data, settings or seed); "
                "expected a new name, or that of this one"
            )
        if digest != _digest(about, arrays):
            raise InputError(f"{self.path} is not as it was written; expected it unchanged")
        return about, arrays

    def save(self, about: Mapping[str, Any], arrays: Arrays) -> None:
        """Keep the state, in place of what was kept before."""
        if self.path is None:
            return
        whole = json.loads(json.dumps(plain({**about, "question": self._question})))
        text = json.dumps({**whole, "digest": _digest(whole, arrays)})
        everything = {**arrays, _ABOUT: np.array(text)}
        try:
            write_whole(self.path, lambda place: save_arrays(place, everything, small=False))
        except OSError as error:
            raise InputError(f"{shown(str(self.path))} cannot be written: {error}") from None


def _digest(about: Mapping[str, Any], arrays: Arrays) -> str:
    found = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(arrays):
        found.update(name.encode() + str(arrays[name].dtype).encode())
        found.update(np.ascontiguousarray(arrays[name]).data)
    return found.hexdigest()
