"""Store of a fit: a folder that keeps what is done, so that one killed half-way goes on."""

from __future__ import annotations

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
        If the folder holds another fit, or is none.
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
            except (ValueError, KeyError, TypeError):
                raise InputError(f"{self.path} is not the record of a fit") from None
            if not same:
                raise InputError(
                    f"{self.path} is the record of another fit (other data, model or options); "
                    "expected an empty folder or that of this fit"
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
        self.content |= {"status": "complete", "result": result}
        self._write()

    def _write(self) -> None:
        if self.path is not None:
            write_whole(self.path, json.dumps(plain(self.content), indent=1, allow_nan=False))
