"""A table whose numbers are numbers already: from NumPy, HDF5, SPICE or an oscilloscope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.io.columns.column import Column


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
