"""Units told in the lines above a table: a list of units, "I in mA", a factor, or in prose."""

from __future__ import annotations

import re
from dataclasses import replace

from neurodyn.io.columns.column import Column, parse_column, unit_of_row_cell
from neurodyn.io.columns.header_words import dimension, kind_and_rank
from neurodyn.io.columns.unit_text import PREFIXED, as_unit, plain
from neurodyn.io.text.dialect import COMMENT

_LONGEST = 300
_LIST = re.compile(r"(?i)\s*(?:(?:vertical|channel|probe)\s+)?(?:units?|einheit(?:en)?)\b[\s:=,;]*")
_CELLS = re.compile(r"[^\s,;|]+")
_PAIR = re.compile(  # I in mA; V: mV; Current (mA)
    r"(?P<name>[A-Za-z][A-Za-z_ 0-9]*?)\s*(?:\bin\b|[/:=(\[])\s*(?P<unit>[A-Za-zµμΩ]+)\s*"
    r"(?:[)\],;]|and|$)"
)
_FACTOR = re.compile(
    r"(?i)\b(?:multiplied|divided|scaled|times)\b[^0-9]*[0-9]|(?<![a-z0-9])[x×*]\s*1(?:e|0\s?\^|0{3})"
)
_WORDS = {"V": re.compile(r"(?i)volt|spannung|\bV\b"), "I": re.compile(r"(?i)curr|strom|\bI\b")}


def with_units_told(columns: list[Column], lines: list[str]) -> list[Column]:
    """Return the columns with the units that remarks tell, and doubts where they may.

    Examples
    --------
    >>> from neurodyn.io.columns.column import parse_column
    >>> columns = [parse_column(0, "Voltage"), parse_column(1, "Current")]
    >>> [column.unit for column in with_units_told(columns, ["# V in V, I in mA"])]
    ['V', 'mA']
    """
    told = [plain(_body(line)) for line in lines if len(line) < _LONGEST]
    for text in told:
        factor = _FACTOR.search(text)
        for kind in "VI":
            if factor and (_WORDS[kind].search(text) or not _said_of_any(text)):
                columns = _doubt(columns, kind, text.strip(), whatever=True)
    if all(column.unit for column in columns if column.kind or column.text.strip()):
        return columns
    for text in reversed(told):  # the nearest line wins
        columns = _listed(columns, text)
        for pair in _PAIR.finditer(text):
            kind, unit = kind_and_rank(pair["name"])[0], as_unit(pair["unit"])
            if kind and unit and unit.dimension == dimension(kind):
                columns = _with_unit(columns, kind, pair["unit"])
    for text in told:
        for word in re.finditer(r"[A-Za-zµμ]+", text):
            unit = as_unit(word[0]) if PREFIXED.fullmatch(word[0]) else None
            if unit is None or re.search(r"[0-9.]\s*$", text[: word.start()]):
                continue  # 1 mA is a setting
            for kind in "VI":
                if unit.dimension == dimension(kind) and unit.factor != 1:
                    columns = _doubt(columns, kind, text.strip())
    return columns


def _body(line: str) -> str:
    comment = COMMENT.match(line)
    return line[comment.end() :] if comment else line


def _said_of_any(text: str) -> bool:
    return any(pattern.search(text) for pattern in _WORDS.values())


def _listed(columns: list[Column], text: str) -> list[Column]:
    """Give each column its unit from a list such as "units: V, mA"."""
    start = _LIST.match(text)
    units = _CELLS.findall(text[start.end() :] if start else text)
    if start and len(units) == len(columns) - 1:
        units = ["", *units]  # of the channels, behind a time
    if len(units) != len(columns) or not any(units):
        return columns
    if not all(unit_of_row_cell(unit) for unit in units if unit):
        return columns
    return [
        _replace_unit(column, unit) if unit and column.unit is None else column
        for column, unit in zip(columns, units, strict=True)
    ]


def _replace_unit(column: Column, unit: str) -> Column:
    """Return the column with a unit that stands elsewhere."""
    from_unit = parse_column(column.index, column.text, unit)
    return replace(from_unit, name=column.name)


def _with_unit(columns: list[Column], kind: str, unit: str) -> list[Column]:
    return [
        replace(c, unit=unit, doubt="") if c.kind == kind and c.unit is None else c for c in columns
    ]


def _doubt(columns: list[Column], kind: str, text: str, whatever: bool = False) -> list[Column]:
    return [
        replace(c, doubt=text[:100]) if c.kind == kind and (whatever or c.unit is None) else c
        for c in columns
    ]
