"""The numbers of two columns of a table: the clean rows at once, the others one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.io.cells import OVER_RANGE
from neurodyn.io.text_table import Table


def read_pair(
    table: Table, first: int, second: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return two columns, and where a cell is text instead of a number.

    Parameters
    ----------
    table : Table
    first, second : int
        Columns, counted from 0.

    Returns
    -------
    first, second : (n,) float array
        As written, without their units; NaN where the cell holds text, infinite if over range.
    unread : (n,) bool array
        Rows where at least one of the two is text or missing.
    """
    columns = (first, second)
    values = np.full((len(table.lines), 2), np.nan)
    unread = np.zeros(len(values), dtype=bool)
    slow = np.ones(len(values), dtype=bool)
    fast = _at_once(table, columns)
    if fast is not None:
        values[table.clean], slow = fast, ~table.clean
    for row in np.flatnonzero(slow):
        cells = table.dialect.split(table.lines[row])
        for side, column in enumerate(columns):
            number = table.dialect.number(cells[column]) if column < len(cells) else None
            unread[row] |= number is None
            values[row, side] = np.nan if number is None else number
    return values[:, 0], values[:, 1], unread


def _at_once(table: Table, columns: tuple[int, int]) -> NDArray[np.float64] | None:
    """Read the clean rows by NumPy's parser, which is quick; None where that cannot be done."""
    dialect = table.dialect
    if not table.clean.any() or dialect.delimiter == dialect.decimal:
        return None
    lines = table.lines
    if not table.clean.all():
        lines = [lines[i] for i in np.flatnonzero(table.clean)]
    if dialect.decimal == ",":
        lines = [line.replace(",", ".") for line in lines]
    try:
        values = np.loadtxt(
            lines,
            delimiter=None if dialect.delimiter == " " else dialect.delimiter,
            usecols=columns,
            comments=None,
            quotechar='"',
            ndmin=2,
        )
    except ValueError:  # a cell of these columns is empty or missing in some row
        return None
    values[np.abs(values) >= OVER_RANGE] = np.inf
    return values if len(values) == len(lines) else None
