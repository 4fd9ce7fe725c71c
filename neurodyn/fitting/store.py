"""Store of a fit: a folder that keeps what is done, so that one killed half-way goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from neurodyn.errors import InputError
from neurodyn.files import write_whole
from neurodyn.tables import plain

FILE = "fit.json"


class Store:
    """Steps of a fit by name, in one readable JSON file, rewritten whole after every step.

    Parameters
    ----------
    folder : path or None
        None keeps nothing.
    digest : str
        Fingerprint of the question.

    Raises
    ------
    InputError
        If the folder holds another fit, or one that was changed since, or is none.
    """

    def __init__(self, folder: str | os.PathLike[str] | None, digest: str) -> None:
        self.path = None if folder is None else Path(folder) / FILE
        self.content: dict[str, Any] = {"question": digest, "status": "running", "steps": {}}
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"store {str(folder)!r} cannot be made: {error.strerror}") from None
        if self.path.exists():
            try:
                found = json.loads(self.path.read_text(encoding="utf-8"))
                same = found["question"] == digest and isinstance(found["steps"], dict)
            except (ValueError, KeyError, TypeError, RecursionError):
                raise InputError(f"{self.path} is not the record of a fit") from None
            if not same:
                raise InputError(
                    f"{self.path} is the record of another fit (other data, model or options); "
                    "expected an empty folder or that of this fit"
                )
            if found.pop("digest", None) != _digest(found):
                raise InputError(
                    f"{self.path} is not as it was written; expected the file unchanged, or an "
                    "empty folder"
                )
            self.content = found

    def done(self, name: str) -> Any:
        """Return what a step gave, or None if it is not done."""
        return self.content["steps"].get(name)

    def keep(self, name: str, result: Any) -> None:
        """Keep what a step gave."""
        self.content["steps"][name] = result
        self._write()

    def finish(self, result: dict[str, Any]) -> None:
        """Keep the whole result."""
        was_complete = self.content["status"] == "complete"
        self.content |= {"status": "complete", "result": result}
        with contextlib.suppress(OSError) if was_complete else contextlib.nullcontext():
            self._write()  # what is complete can be read on a disk that is read-only

    def _write(self) -> None:
        if self.path is not None:
            content = plain(self.content)
            text = json.dumps(content | {"digest": _digest(content)}, indent=1, allow_nan=False)
            write_whole(self.path, text)


def _digest(content: Any) -> str:
    """Fingerprint of what is kept, so that a number changed by hand is noticed."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
