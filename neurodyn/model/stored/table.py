"""A mapping from a file, read key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from neurodyn.arguments import shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.stored.text import from_text


class Table:
    """A mapping from a file, of which each key is taken once; what is left is unknown.

    Parameters
    ----------
    data : object
        As it was read.
    what : str
        What it is, for messages.
    """

    def __init__(self, data: Any, what: str) -> None:
        if not isinstance(data, Mapping):
            raise InputError(f"{what} is {shown(data)}; expected a table")
        self.data, self.what, self.known = dict(data), what, []

    def called(self, name: str) -> None:
        """Name the table in messages from here on."""
        self.what = f"{self.what} {shown(name)}"

    def take(self, key: str, *default: Any) -> Any:
        """Return the value of a key, or the default.

        Raises
        ------
        InputError
            If it is missing and has no default.
        """
        self.known.append(key)
        if key not in self.data and not default:
            raise InputError(f"{self.what} has no {key!r}")
        return self.data.pop(key, *default)

    def text(self, key: str, *default: str) -> str:
        """Return a value that is text."""
        found = self.take(key, *default)
        if not isinstance(found, str):
            raise InputError(f"{key} of {self.what} is {shown(found)}; expected text")
        return found

    def table(self, key: str) -> Table | None:
        """Return a value that is a table, or None."""
        found = self.take(key, None)
        return None if found is None else Table(found, key)

    def tables(self, key: str, what: str, *default: Sequence[Any]) -> list[Table]:
        """Return a value that is a list of tables."""
        found = self.take(key, *default)
        if not isinstance(found, list | tuple):
            raise InputError(f"{key} of {self.what} is {shown(found)}; expected a list of tables")
        return [Table(item, what) for item in found]

    def expressions(self, names: Sequence[str], what: str) -> dict[str, sympy.Expr]:
        """Return all values as expressions of the names."""
        return {k: from_text(v, names, f"{what} {shown(k)}") for k, v in self.data.items()}

    def finish(self) -> None:
        """Refuse keys that nobody has taken."""
        for key in self.data:
            raise unknown_name(f"entry of {self.what}", str(key), self.known)
