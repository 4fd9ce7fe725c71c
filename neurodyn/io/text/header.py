"""The names above a table: find the line that holds them, split it, read a row of units."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neurodyn.io.columns.column import Column, parse_column, unit_of_row_cell
from neurodyn.io.columns.header_words import words
from neurodyn.io.text.dialect import COMMENT, Dialect

_QUANTITIES = words(
    "time temperature temp resistance index point points frequency power capacitance x y"
)
_LONGEST_TO_GUESS = 2000  # beyond it only the delimiter of the rows is tried
_MOST_LINES = 1000
_UP_TO_BRACKET = re.compile(r"[^()\[\]]*[(\[][^)\]]*[)\]]")


def trimmed(cells: list[str]) -> list[str]:
    """Return the cells without the empty ones at the end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def header_cells(line: str, dialect: Dialect, width: int) -> list[str]:
    """Split a line of names, which may be separated in another way than the numbers below."""
    if len(line) > _LONGEST_TO_GUESS:
        return trimmed(dialect.split(line))
    ways = [trimmed(cells) for cells in _ways_to_split(COMMENT.sub("", line, count=1), dialect)]
    return next((cells for cells in ways if len(cells) == width), ways[0])


def _ways_to_split(line: str, dialect: Dialect) -> Iterator[list[str]]:
    if dialect.delimiter != " ":
        yield dialect.split(line)
    # "V (V)  I (A)" between white space: a bracket belongs to the word before it
    glued = re.sub(r"\s+(?=[(\[])", "\0", line.strip())
    yield [cell.replace("\0", " ") for cell in Dialect(" ", ".").split(glued)]
    yield [part.strip() for part in re.split(r"\s{2,}|\t", line.strip())]
    yield [part.strip() for part in _UP_TO_BRACKET.findall(line)]
    for mark in "\t,;":
        yield Dialect(mark, ".").split(line)


def starts_table(line: str, dialect: Dialect, width: int, after_gap: bool) -> bool:
    """Whether a line of text below rows begins another table, rather than being one bad row."""
    cells = header_cells(line, dialect, width)
    if len(cells) < 2 or any(dialect.number(cell) is not None for cell in cells):
        return False
    columns = [parse_column(i, cell) for i, cell in enumerate(cells)]
    if _has_both(columns):
        return True
    if len(trimmed(dialect.split(line))) < width:
        return False  # a remark
    if any(c.kind or _QUANTITIES & set(c.name.lower().split()) for c in columns):
        return True
    # names that say nothing: only where they stand apart from the rows above
    return after_gap and not COMMENT.match(line) and len(set(cells)) == len(cells)


def find_header(above: list[str], dialect: Dialect, width: int) -> tuple[list[Column], list[str]]:
    """Return the columns that the lines above a table describe, and notes on what was found.

    The nearest line that names both a voltage and a current wins; else the line just above the
    rows, if it has as many cells as they have.
    """
    units: list[str] = []
    nearest: list[str] = []
    for distance, line in enumerate(reversed(_joined_quotes(above[-_MOST_LINES:]))):
        cells = header_cells(line, dialect, width)
        if len(cells) < 2 or any(dialect.number(cell) is not None for cell in cells):
            continue
        if not units and all(unit_of_row_cell(cell) for cell in cells if cell):
            units = cells
            continue
        columns = _columns(cells, units)
        if _has_both(columns) and (len(cells) >= width or not nearest):
            return columns, _notes(units, len(above))
        if not nearest and distance <= bool(units):
            nearest = cells
    columns = _columns(nearest or units, units if nearest else [])
    return columns, _notes([], len(above)) if columns else []


def _columns(cells: list[str], units: list[str]) -> list[Column]:
    padded = units + [""] * len(cells)
    return [
        parse_column(i, cell, unit_of_row_cell(unit) if unit else None)
        for i, (cell, unit) in enumerate(zip(cells, padded, strict=False))
    ]


def _has_both(columns: list[Column]) -> bool:
    return {"V", "I"} <= {column.kind for column in columns}


def _notes(units: list[str], above: int) -> list[str]:
    notes = [f"{above} lines stand above the rows; the header is among them."] if above > 1 else []
    return [*notes, "The units stand in a row of their own."] if units else notes


def _joined_quotes(lines: list[str]) -> list[str]:
    """Join lines that a quoted cell runs across (a spreadsheet writes such header cells)."""
    joined: list[str] = []
    for line in lines:
        if joined and joined[-1].count('"') % 2 and len(joined[-1]) < 2000:
            joined[-1] += " " + line
        elif line.strip(" \t,;"):
            joined.append(line)
    return joined
