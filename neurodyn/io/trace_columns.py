"""Columns of a record in time: which is the clock, which are channels, and their units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from neurodyn.errors import InputError
from neurodyn.io.columns.column import Column, named
from neurodyn.io.columns.unit_text import as_unit
from neurodyn.io.sources import AnyTable
from neurodyn.model.units import Unit, parse_unit

_TIME = re.compile(r"\b(time|times|zeit|seconds?|x-axis)\b", re.IGNORECASE)
_TIME_AND_UNIT = re.compile(r"(?i:t|time)[ _/]+([pnuµμm]?s)")
_SI = ("V", "A", "s", "K", "ohm", "W", "S", "F", "J", "Hz", "1")


def columns_of(table: AnyTable, source: str) -> list[Column]:
    """Return the columns of a table, numbered if it has no header."""
    if len(table.header) >= table.width:
        return table.header
    if table.header:
        raise InputError(
            f"{source!r}: the header names {len(table.header)} columns and the rows have "
            f"{table.width} (decimal commas between commas?)"
        )
    return [Column(i, f"column {i}") for i in range(table.width)]


def clock(columns: list[Column], wanted: str | int | None, source: str) -> Column:
    """Return the column of time.

    Raises
    ------
    InputError
        If none reads as time, or several that do not look alike.
    """
    if wanted is not None:
        return named(columns, "time", wanted, source)
    columns = [
        replace(c, unit=match[1])
        if c.unit is None and (match := _TIME_AND_UNIT.fullmatch(c.text))
        else c
        for c in columns
    ]
    second = parse_unit("s").dimension
    by_name = [c for c in columns if _TIME.search(c.name) or c.name.strip() == "t"]
    by_unit = [
        c
        for c in columns
        if c.unit and (u := as_unit(c.unit)) is not None and u.dimension == second
    ]
    for found in ([c for c in by_name if c in by_unit], by_unit, by_name):
        if len(found) == 1 or (found and {c.text.strip() for c in found} == {"time"}):
            return found[0]  # ngspice repeats the time before each vector; compared when read
        if found:
            break
    what = "more than one column reads" if by_name or by_unit else "no column reads"
    listing = ", ".join(f"{c.index}: {c.shown!r}" for c in columns[:12])
    raise InputError(
        f"{source!r}: {what} as time ({listing}); pass time= with the name or the number of one, "
        "or dt= with the interval of the samples in s"
    )


def channels(
    columns: list[Column],
    clock: Column | None,
    wanted: Mapping[str, str | int] | None,
    source: str,
) -> dict[str, Column]:
    """Return the channels by name: those wanted, or every voltage and current."""
    if wanted is not None:
        if not isinstance(wanted, Mapping) or not wanted:
            raise InputError(f"channels is {wanted!r}; expected a mapping from name to column")
        found = {
            name: named(columns, f"channels[{name!r}]", c, source) for name, c in wanted.items()
        }
        if clock and clock.index in {c.index for c in found.values()}:
            raise InputError(
                f"{source!r}: column {clock.text!r} is time, and asked for as a channel"
            )
        return found
    measured = [c for c in columns if c.kind in ("V", "I") and c is not clock]
    if not measured:
        listing = ", ".join(f"{c.index}: {c.shown!r}" for c in columns[:12])
        raise InputError(
            f"{source!r}: no column reads as a voltage or a current ({listing}); pass channels= "
            "with a name and a column for each"
        )
    result: dict[str, Column] = {}
    for column in measured:
        alone = sum(c.kind == column.kind for c in measured) == 1
        name = str(column.kind) if alone else column.name
        if name in result:
            raise InputError(
                f"{source!r} has several columns called {name!r}; pass channels= with a name of "
                f"its own for each, e.g. channels={{'V': {column.index}}}"
            )
        result[name] = column
    return result


def unit_of(
    column: Column,
    given: str | None,
    keyword: str,
    expected: Unit | None,
    source: str,
    notes: list[str],
) -> Unit:
    """Return the unit of a column, and note what was assumed."""
    if expected is None and column.kind is not None:
        expected = parse_unit({"V": "V", "I": "A"}[column.kind])
    if given is None and column.doubt:
        raise InputError(
            f"{source!r}: {column.doubt!r} in or above the header {column.text!r} may be a factor "
            f"or another unit; pass {keyword} with the unit of the numbers as they stand"
        )
    written = given if given is not None else column.unit
    if written is None:
        if expected is None:
            raise InputError(
                f"{source!r}: {column.text!r} has no unit; pass {keyword} with e.g. 'V' or 'mA'"
            )
        notes.append(f"No unit is given for {column.text!r}: {si_name(expected)} was assumed.")
        return expected
    unit = as_unit(written) if isinstance(written, str) else None
    if unit is None:
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}, which is not one that "
            f"neurodyn knows; pass {keyword} with e.g. 'V' or 'mA'"
        )
    if expected is not None and unit.dimension != expected.dimension:
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}; expected one that converts "
            f"to {si_name(expected)}"
        )
    if given is not None and column.unit is not None and given != column.unit:
        notes.append(f"The unit {given!r} was given by the caller; the file says {column.unit!r}.")
    return unit


def si_name(unit: Unit) -> str:
    """Return the SI unit of one dimension."""
    return next((s for s in _SI if parse_unit(s).dimension == unit.dimension), str(unit))
