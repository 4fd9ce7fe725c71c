"""The numbers of some columns of a table: the clean rows at once, the others one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.io.row_reasons import OVER_RANGE, REASONS
from neurodyn.io.text.text_table import Table

_NOT_A_NUMBER = REASONS.index("not a number")
_CELLS = REASONS.index("wrong number of cells")


def read_columns(table: Table, columns: tuple[int, ...]) -> tuple[Array, NDArray[np.int8]]:
    """Return some columns, and which rows could not be read.

    Parameters
    ----------
    table : Table
    columns : tuple of int
        Counted from 0.

    Returns
    -------
    values : (n, k) float array
        As written, without their units; NaN where the cell holds text, infinite if over range.
    unread : (n,) int array
        Index in ``REASONS``: a cell is text or missing, or the row has not as many cells as the
        others, so that its numbers may belong to other columns; else 0.
    """
    values = np.full((len(table.lines), len(columns)), np.nan)
    unread = np.zeros(len(values), dtype=np.int8)
    slow = np.ones(len(values), dtype=bool)
    usual = table.clean & _of_usual_length(table)
    fast = _at_once(table, usual, columns)
    if fast is not None:
        values[usual], slow = fast, ~usual
    for row in np.flatnonzero(slow):
        numbers = list(map(table.dialect.number, table.dialect.split(table.lines[row])))
        wanted = [numbers[column] if column < len(numbers) else None for column in columns]
        values[row] = [np.nan if number is None else number for number in wanted]
        unread[row] = _NOT_A_NUMBER if None in wanted else _CELLS * _is_out_of_step(numbers, table)
    return values, unread


def _of_usual_length(table: Table) -> NDArray[np.bool_]:
    """Find the rows that have as many delimiters as most; the others need a closer look."""
    if table.dialect.delimiter == " ":
        counts = np.array([len(line.split()) for line in table.lines])
    else:
        counts = np.array([line.count(table.dialect.delimiter) for line in table.lines])
    return counts == np.bincount(counts).argmax()


def _is_out_of_step(numbers: list[float | None], table: Table) -> bool:
    """Whether a row has fewer cells than usual, or numbers in more; remarks do no harm."""
    most = max(table.width, len(table.header))
    return len(numbers) < table.width or any(number is not None for number in numbers[most:])


def _at_once(table: Table, usual: NDArray[np.bool_], columns: tuple[int, ...]) -> Array | None:
    """Read the usual rows by NumPy's parser, which is quick; None where that cannot be done."""
    dialect = table.dialect
    if not usual.any() or dialect.delimiter == dialect.decimal:
        return None
    lines = table.lines
    if not usual.all():
        lines = [lines[i] for i in np.flatnonzero(usual)]
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
