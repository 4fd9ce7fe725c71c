"""A table whose numbers are numbers already: from NumPy, HDF5, SPICE or an oscilloscope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.columns.column import Column, parse_column


@dataclass(frozen=True, eq=False)
class NumericTable:
    """Columns of numbers with a description of each; what :class:`Table` is for text.

    Parameters
    ----------
    header : list of Column
    values : sequence of (n,) float array
        As stored, in the unit of the header.
    title : str
        Where in the file it stands, for messages.
    preamble : list of str
        Settings, one a line, as they might stand above a table of text.
    notes : list of str
    """

    header: list[Column]
    values: Sequence[Array]
    title: str
    preamble: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    start = 0.0
    step = None

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header)

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Places in the table, counted from 1."""
        return np.arange(1, len(self.values[0]) + 1 if self.values else 1)

    @property
    def span(self) -> str:
        """Where it stands, in words."""
        return self.title


def tables_of_arrays(
    arrays: dict[str, np.ndarray], units: dict[str, str], name: str, note: str, place: str = ""
) -> list[NumericTable]:
    """Group one-dimensional arrays by length; others become settings or a remark.

    Raises
    ------
    InputError
        If there is no row of numbers.
    """
    groups: dict[int, list[str]] = {}
    settings, skipped = [], []
    for key, array in arrays.items():
        if array.ndim == 0 or array.size == 1:
            settings.append(f"{key}: {array.reshape(-1)[0] if array.size else ''}")
        elif array.ndim == 1 and array.dtype.kind in "iuf":
            groups.setdefault(len(array), []).append(key)
        else:
            skipped.append(f"{key!r} ({array.dtype}, shape {array.shape})")
    if not groups:
        listing = ", ".join(skipped) or "nothing"
        raise InputError(
            f"{name!r} holds {listing}; expected named rows of real numbers, one per quantity"
        )
    remarks = [f"Passed over: {', '.join(skipped)}."] if skipped else []
    return [
        NumericTable(
            [parse_column(i, key, units.get(key)) for i, key in enumerate(keys)],
            [arrays[key].astype(float) for key in keys],
            f"{place}{', '.join(keys)} ({length} values each)",
            settings,
            [note, *remarks],
        )
        for length, keys in sorted(groups.items(), reverse=True)
    ]
