"""Layouts of oscilloscopes in text whose time axis, or settings, do not stand in a header row.

Tektronix TDS: settings in the first columns beside the data. Rigol DS: the first sample and the
interval in the header (``Start,Increment`` or ``t0 = ..., tInc = ...``). LeCroy: segments, each
with a clock of its own. Other files give nothing here and are read as tables.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.columns.column import Column, parse_column, unit_of_row_cell
from neurodyn.io.text.dialect import Dialect, Kind
from neurodyn.io.text.text_table import Table, find_tables

_COMMA = Dialect(",", ".")
_NUMBER = r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?"
_T0 = re.compile(rf"(?i)\bt0\s*=\s*(?P<value>{_NUMBER})\s*s?\b")
_T_INC = re.compile(rf"(?i)\btInc\s*=\s*(?P<value>{_NUMBER})\s*s?\b")
_SEGMENTS = re.compile(r"(?i)Segments,(?P<count>[0-9]+),SegmentSize,(?P<size>[0-9]+)")


def find_scope_tables(lines: list[str], source: str) -> list[Table]:
    """Return the records of an oscilloscope; an empty list if the layout is none of these."""
    first = next((line for line in lines[:20] if line.strip()), "")
    if re.match(r'"?Record Length"?,', first) and len(_COMMA.split(first)) >= 4:
        return _beside(lines)
    top = lines[:20]
    if any(_T_INC.search(line) for line in top) or re.match(r"(?i)X,.*Increment", first):
        return _start_and_increment(lines, source)
    if _SEGMENTS.match("\n".join(lines[1:2])) and lines[0].upper().startswith("LECROY"):
        return _segments(lines, source)
    return []


def _beside(lines: list[str]) -> list[Table]:
    """Tektronix TDS 1000 to 3000: label, value, [nothing], time, value in each line."""
    rows = [_COMMA.split(line) for line in lines]
    filled = [i for i, cells in enumerate(rows) if any(cells)]
    settings = {rows[i][0]: rows[i][1] for i in filled if len(rows[i]) > 1 and rows[i][0]}
    data = [[cell for cell in rows[i][2:] if cell] for i in filled]
    unit = settings.get("Vertical Units", "")
    channel = settings.get("Source", "CH1")
    header = [
        Column(0, "time", "time", settings.get("Horizontal Units", "s").lower() or "s"),
        parse_column(1, channel, "V" if unit.upper() == "V" else unit or None),
    ]
    text = [",".join(cells) for cells in data]
    return [
        Table(
            lines=text,
            numbers=np.array(filled) + 1,
            clean=np.array([_COMMA.kind(line) == Kind.CLEAN_ROW for line in text], dtype=bool),
            dialect=_COMMA,
            header=header,
            width=2,
            preamble=[f"{key},{value}" for key, value in settings.items()],
            notes=["The settings of the oscilloscope stand beside the record."],
        )
    ]


def _start_and_increment(lines: list[str], source: str) -> list[Table]:
    """Rigol: a table whose time axis is said in its header."""
    place = next(i for i, line in enumerate(lines) if line.strip())
    names = _COMMA.split(lines[place])
    said = _in_one_line(lines[place])
    skip = 1 if said else 2
    start, step = said or _in_two_lines(names, lines, place, source)
    units = _COMMA.split(lines[place + 1]) if skip == 2 else []
    keep = [i for i, name in enumerate(names) if name and not _is_axis(name)]
    header = [
        parse_column(k, names[i], unit_of_row_cell(units[i]) if i < len(units) else None)
        for k, i in enumerate(keep)
    ]
    table = find_tables(lines[place + skip :], source)[0]
    table = replace(
        table,
        numbers=table.numbers + place + skip,
        header=header,
        preamble=lines[place : place + skip],
        start=start,
        step=step,
    )
    table.notes.append(f"Time starts at {start:g} s and goes on by {step:g} s, as the header says.")
    return [table]


def _is_axis(name: str) -> bool:
    said = name.lower()
    return said in ("start", "increment") or bool(_T0.search(name) or _T_INC.search(name))


def _in_one_line(line: str) -> tuple[float, float] | None:
    step, start = _T_INC.search(line), _T0.search(line)
    return (float(start["value"]) if start else 0.0, float(step["value"])) if step else None


def _in_two_lines(
    names: list[str], lines: list[str], place: int, source: str
) -> tuple[float, float]:
    """``X,CH1,Start,Increment`` and below it ``Sequence,Volt,-1e-3,2e-6``."""
    lower = [name.lower() for name in names]
    values = _COMMA.split(lines[place + 1]) if place + 1 < len(lines) else []
    found = [
        _COMMA.number(values[lower.index(key)])
        for key in ("start", "increment")
        if key in lower and lower.index(key) < len(values)
    ]
    if len(found) != 2 or found[0] is None or not found[1] or not found[1] > 0:
        raise InputError(
            f"{source!r}: the header announces Start and Increment, and the line below it holds no "
            "two numbers for them; pass dt= with the interval of the samples"
        )
    return found[0], found[1]


def _segments(lines: list[str], source: str) -> list[Table]:
    """LeCroy: ``Time,Ampl`` in s and V, segments one after the other."""
    said = _SEGMENTS.match(lines[1])
    count, size = (int(said[key]) for key in ("count", "size")) if said else (1, 0)
    names = next((i for i, line in enumerate(lines[:200_000]) if line.startswith("Time,")), None)
    if names is None:
        return []
    header = [
        Column(0, "Time", "Time", "s"),
        *(
            parse_column(i, name, "V" if name.startswith("Ampl") else None)
            for i, name in enumerate(_COMMA.split(lines[names])[1:], start=1)
        ),
    ]
    whole = find_tables(lines[names + 1 :], source)[0]
    tables = []
    for k in range(count):
        part = slice(k * size, (k + 1) * size) if count > 1 else slice(None)
        if len(whole.lines[part]):
            tables.append(
                replace(
                    whole,
                    lines=whole.lines[part],
                    numbers=whole.numbers[part] + names + 1,
                    clean=whole.clean[part],
                    header=header,
                    preamble=lines[: names + 1][:200],
                    notes=[*whole.notes, "The file is a LeCroy record; Ampl is in V."],
                )
            )
    return tables
