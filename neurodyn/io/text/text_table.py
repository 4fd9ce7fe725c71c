"""Find the tables in a text file: their rows, the names above them, and what else is there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.io.columns.column import Column
from neurodyn.io.text.dialect import (
    COMMENT,
    Dialect,
    Kind,
    count_single_numbers,
    find_dialect,
    second_mark,
)
from neurodyn.io.text.header import find_header, starts_table, trimmed

_LOOKED_AT = 2000  # rows that tell how numbers are written
_FEW = 0.1  # of the rows, with another decimal mark
_SMALLEST = 3  # fewer rows of numbers are settings of the instrument, not a table


@dataclass(frozen=True)
class Table:
    """Rows of numbers as text, with the header that describes their columns.

    Parameters
    ----------
    lines : list of str
        One line per row; a few may hold text instead of numbers.
    numbers : (n,) int array
        Line numbers in the file, counted from 1.
    clean : (n,) bool array
        Where the line holds numbers only.
    dialect : Dialect
    header : list of Column
        Empty if the file has no header.
    width : int
        Number of columns.
    preamble : list of str
        The lines above the table, where instruments write their settings.
    notes : list of str
    start, step : float, float or None
        Time of the first row and from row to row [s], where the header says them.
    where : str
        Which part of the file holds it, for messages: ``"sheet 'Run 1', "``.
    """

    lines: list[str]
    numbers: NDArray[np.int64]
    clean: NDArray[np.bool_]
    dialect: Dialect
    header: list[Column]
    width: int
    preamble: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    start: float = 0.0
    step: float | None = None
    where: str = ""

    @property
    def span(self) -> str:
        """The first and last line in words."""
        return f"{self.where}lines {self.numbers[0]} to {self.numbers[-1]}"


def join_alike(tables: list[Table], key: Callable[[Table], Hashable]) -> list[Table]:
    """Return one table for each key, made of all that have it: sweep repeated under its header."""
    groups: dict[Hashable, list[Table]] = {}
    for table in tables:
        groups.setdefault(key(table), []).append(table)
    return [_joined(group) if len(group) > 1 else group[0] for group in groups.values()]


def _joined(group: list[Table]) -> Table:
    first, second = group[:2]
    note = f"The header stands {len(group)} times, again above {second.span}; all were joined."
    return replace(
        first,
        lines=[line for table in group for line in table.lines],
        numbers=np.concatenate([table.numbers for table in group]),
        clean=np.concatenate([table.clean for table in group]),
        width=max(table.width for table in group),
        notes=[*first.notes, note],
    )


def find_tables(lines: list[str], source: str) -> list[Table]:
    """Return the tables of a file in their order; tables with one and the same header are joined.

    Raises
    ------
    InputError
        If the file holds no rows of at least two numbers.
    """
    dialect = find_dialect(lines)
    if dialect is None:
        raise _no_table(lines, source)
    kinds = np.fromiter(map(dialect.kind, lines), dtype=np.int8, count=len(lines))
    tables: list[Table] = []
    end = 0  # of the table before
    top: list[str] = []
    for rows in _blocks(lines, kinds, dialect):
        between = [lines[i] for i in range(end, rows[0]) if kinds[i] == Kind.TEXT]
        top = top or between
        tables.append(_table(lines, kinds, dialect, rows, end, top if not end else top + between))
        _require_one_mark(tables[-1], source)
        end = int(tables[-1].numbers[-1])
    below = int(np.sum(kinds[end:] == Kind.TEXT))
    if below:
        tables[-1].notes.append(f"{below} lines of text below the last row were passed over.")
    return join_alike(tables, lambda table: tuple(c.text.casefold() for c in table.header))


def _no_table(lines: list[str], source: str) -> InputError:
    expected = "expected a table with a voltage and a current column"
    written, _ = second_mark(lines[:_LOOKED_AT], None)
    if written:
        return _of_two_marks(written, source)
    if count_single_numbers(lines) >= _SMALLEST:
        return InputError(f"{source!r} holds one column of numbers only; {expected}")
    return InputError(
        f"{source!r} has no rows of numbers in its {len(lines)} lines (they may be written with "
        f"units or words in the cells); {expected}"
    )


def _of_two_marks(written: str, source: str) -> InputError:
    return InputError(
        f"{source!r}: {written!r} has a separator of thousands, or another decimal mark than the "
        "rest of the file; expected one decimal mark, and no other mark in numbers"
    )


def _require_one_mark(table: Table, source: str) -> None:
    """Refuse a table whose numbers are written in two ways; note where a few rows are."""
    unsure = np.flatnonzero(~table.clean)
    doubtful = [table.lines[i] for i in unsure[:_LOOKED_AT]]
    sure = table.lines[:_LOOKED_AT] if table.dialect.decimal == "," else []
    written, others = second_mark(doubtful + sure, table.dialect)
    others = others * len(unsure) // max(1, len(doubtful))
    if not written and others > _FEW * len(table.lines):
        other = "." if table.dialect.decimal == "," else ","
        written = next(
            cell
            for line in doubtful
            for cell in table.dialect.split(line)
            if other in cell and table.dialect.number(cell) is not None
        )
    if written:
        raise _of_two_marks(written, source)
    if others:
        table.notes.append(f"{others} rows have another decimal mark than the rest.")


def _blocks(
    lines: list[str], kinds: NDArray[np.int8], dialect: Dialect
) -> Iterator[NDArray[np.intp]]:
    """Yield the line indices of each block of rows: a line of names ends a block."""
    rows = np.flatnonzero(kinds >= Kind.ROW)
    width = _width(lines, rows, dialect)
    text = np.flatnonzero(kinds == Kind.TEXT)
    text = text[(text > rows[0]) & (text < rows[-1])]
    # names stand close above their rows; this also spares a log of a million sentences
    text = text[rows[np.searchsorted(rows, text)] - text <= 3]
    cuts = [
        i
        for i in text
        if starts_table(
            lines[i], dialect, width, after_gap=not _is_row_or_spoilt(lines[i - 1], dialect, width)
        )
    ]
    blocks = np.split(rows, np.searchsorted(rows, cuts))
    large = [block for block in blocks if len(block) >= _SMALLEST]
    return iter(large or [block for block in blocks if len(block)])


def _width(lines: list[str], rows: NDArray[np.intp], dialect: Dialect) -> int:
    """Return the number of columns that most of the first rows have."""
    counts = [len(trimmed(dialect.split(lines[i]))) for i in rows[:100]]
    return max(set(counts), key=lambda count: (counts.count(count), count))


def _is_row_or_spoilt(line: str, dialect: Dialect, width: int) -> bool:
    """Whether a line is a row, if only one that was cut short or holds a word for a number."""
    cells = trimmed(dialect.split(line))
    return len(cells) <= width and any(dialect.number(cell) is not None for cell in cells)


def _table(
    lines: list[str],
    kinds: NDArray[np.int8],
    dialect: Dialect,
    rows: NDArray[np.intp],
    above: int,
    preamble: list[str],
) -> Table:
    """Put one block together; ``above`` is the first line that may belong to its header."""
    width = _width(lines, rows, dialect)
    first, last = int(rows[0]), int(rows[-1])
    # a row spoilt at either end is still a row, to be counted as one that cannot be used
    while first > above and _is_row_or_spoilt(lines[first - 1], dialect, width):
        first -= 1
    while last + 1 < len(lines) and _is_row_or_spoilt(lines[last + 1], dialect, width):
        last += 1
    header, notes = find_header(lines[above:first], dialect, width)
    inside = np.arange(first, last + 1)
    mark = dialect.delimiter
    keep = kinds[inside] != Kind.BLANK
    for i in inside[~keep]:  # a row of empty cells is a row
        keep[i - first] = mark != " " and mark in lines[i]
    kept = inside[keep]
    comments = [i for i in kept[kinds[kept] == Kind.TEXT] if COMMENT.match(lines[i])]
    if comments:
        kept = kept[~np.isin(kept, comments)]
        notes.append(f"{len(comments)} comment lines between the rows were passed over.")
    return Table(
        lines=lines[first : last + 1] if len(kept) == len(inside) else [lines[i] for i in kept],
        numbers=kept + 1,
        clean=kinds[kept] == Kind.CLEAN_ROW,
        dialect=dialect,
        header=header,
        width=width,
        preamble=preamble,
        notes=notes,
    )
