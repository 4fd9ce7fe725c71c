"""The names above a table: find the line that holds them, split it, read a row of units."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from neurodyn.io.columns.column import Column, parse_column, unit_of_row_cell
from neurodyn.io.columns.header_words import words
from neurodyn.io.text.dialect import COMMENT, Dialect
from neurodyn.io.text.told_units import with_units_told

_QUANTITIES = words(
    "time temperature temp resistance index point points frequency power capacitance x y"
)
_LONGEST_TO_GUESS = 2000  # beyond it only the delimiter of the rows is tried
_MOST_LINES = 1000
_AXIS = re.compile(r"(?i)x-axis")  # Keysight InfiniiVision
_KEY = re.compile(r"(?i).*\b(?:units?|scale|offset|label|channel|source)\b")  # of a setting
_TIME = re.compile(r"(?i)\s*(?:time|t)\b.*")
_NO_UNIT = ("", "#", "-", "1", "%", "No.", "no.", "none", "n")
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
    comment = COMMENT.match(line)
    if comment and comment[0].strip() in ("#", "%"):
        cells = trimmed(dialect.split(line))
        if cells and cells[0] in ("#", "%") and len(cells) == width > 2:
            return cells  # "#" is the name or the unit of a counter
    body = line[comment.end() :] if comment else line
    ways = [trimmed(cells) for cells in _ways_to_split(body, dialect, width)]
    return next((cells for cells in ways if len(cells) == width), ways[0])


def _ways_to_split(line: str, dialect: Dialect, width: int) -> Iterator[list[str]]:
    if dialect.delimiter != " ":
        yield dialect.split(line)
    # "V (V)  I (A)" between white space: a bracket belongs to the word before it
    glued = re.sub(r"(?<!\s)\s+(?=[(\[])", "\0", line.strip())
    yield [cell.replace("\0", " ") for cell in Dialect(" ", ".").split(glued)]
    yield [part.strip() for part in re.split(r"\s{2,}|\t", line.strip())]
    yield [part.strip() for part in _UP_TO_BRACKET.findall(line)]
    for mark in "\t,;|":
        yield Dialect(mark, ".").split(line)
    yield _in_groups(line.split(), width)


def _in_groups(words_: list[str], width: int) -> list[str]:
    """Put words together to as many names as there are columns: Vd / mV Strom / uA.

    Only where one way alone gives a unit to each; else an empty list.
    """
    if not width < len(words_) <= 12 or not 2 <= width <= 4:
        return []
    found = []
    for cuts in itertools.combinations(range(1, len(words_)), width - 1):
        edges = [0, *cuts, len(words_)]
        cells = [" ".join(words_[a:b]) for a, b in itertools.pairwise(edges)]
        columns = [parse_column(i, cell) for i, cell in enumerate(cells)]
        if _has_both(columns) and all(c.unit and c.rank < 1.9 for c in columns):
            found.append(cells)
    return found[0] if len(found) == 1 else []


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

    The nearest line that names both a voltage and a current wins, unless one that names the time
    stands nearer; else the line just above the rows, if it has as many cells as they have. Units
    may stand in the cells, in a row below or above the names, or be told in a remark.
    """
    lines = _joined_quotes(above[-_MOST_LINES:])
    split = _Split(lines, dialect, width)
    place, units, columns = _names_and_units(split, dialect, width)
    if place is None:
        columns, units = _columns(units, []), []
    elif not units and place and is_unit_row(split[place - 1]):
        units = split[place - 1]
        columns = _columns(split[place], units)
    rest = [line for k, line in enumerate(lines) if k != place]
    columns = with_units_told(columns, rest)
    return columns, _notes(units, len(above)) if columns else []


class _Split:
    """Lines split into cells when asked for: most are never looked at."""

    def __init__(self, lines: list[str], dialect: Dialect, width: int) -> None:
        self.lines, self.dialect, self.width = lines, dialect, width

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, place: int) -> list[str]:
        return header_cells(self.lines[place], self.dialect, self.width)


def _names_and_units(
    split: _Split, dialect: Dialect, width: int
) -> tuple[int | None, list[str], list[Column]]:
    """Return the place of the line of names, the row of units below it (if any), the columns."""
    units: list[str] = []
    nearest: int | None = None
    named: list[Column] = []
    for distance, place in enumerate(reversed(range(len(split)))):
        cells = split[place]
        if len(cells) == width > 1 and _AXIS.fullmatch(cells[0]):
            return place, units, _columns(cells, units)  # "x-axis,1,2": channels called by numbers
        if len(cells) < 2 or any(dialect.number(cell) is not None for cell in cells):
            continue
        if not units and is_unit_row(cells) and nearest is None:
            units = cells
            continue
        columns = _columns(cells, units)
        whole = len(cells) >= width or nearest is None
        if _has_both(columns) and whole and (nearest is None or not _KEY.match(cells[0])):
            return place, units, columns
        if nearest is None and distance <= bool(units):
            nearest, named = place, columns
            if len(cells) == width and any(map(_TIME.fullmatch, cells)):
                return place, units, columns
    return nearest, units, named


def is_unit_row(cells: list[str]) -> bool:
    """Whether all cells are units; a counter may have "#" or nothing."""
    known = [cell for cell in cells if cell not in _NO_UNIT]
    return bool(known) and all(map(unit_of_row_cell, known))


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
