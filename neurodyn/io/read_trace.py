"""The verb ``read_trace``: a record in time in, a :class:`TraceData` out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.io.cleaning.compliance import find_limit
from neurodyn.io.columns.column import Column, named
from neurodyn.io.columns.unit_text import as_unit
from neurodyn.io.read_iv import on_tables
from neurodyn.io.row_reasons import OVER_RANGE, REASONS
from neurodyn.io.sources import (
    AnyTable,
    Source,
    layout_note,
    numbers_of,
    open_source,
    why_none_fits,
)
from neurodyn.io.trace_data import TraceData
from neurodyn.model.units import Unit, parse_unit

_TIME = re.compile(r"\b(time|times|zeit|seconds?)\b", re.IGNORECASE)
_TIME_AND_UNIT = re.compile(r"(?i:t|time)[ _/]+([pnuµμm]?s)")
_SI = ("V", "A", "s", "K", "ohm", "W", "S", "F", "J", "Hz", "1")
_FEWEST = 2


def read_trace(
    path: str | os.PathLike[str],
    *,
    time: str | int | None = None,
    channels: Mapping[str, str | int] | None = None,
    time_unit: str | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> TraceData:
    """Read a record in time from a file.

    Known are text (as for :func:`read_iv`), Excel workbooks, NumPy archives (``.npz``), HDF5, SPICE
    ``.raw`` of LTspice and ngspice, and the binary files of oscilloscopes that RigolWFM reads
    (``.wfm``, ``.isf``, ``.trc``, ``.bin``). Excel, HDF5 and oscilloscopes need an extra each.

    Parameters
    ----------
    path : str or path
    time : str or int, optional
        The column of time: its header, or its number counted from 0; found by its name or unit if
        not given.
    channels : mapping from name to column, optional
        Names as a model has them, e.g. ``{"V_out": "CH1", "I_device": 3}``. By default every column
        that is a voltage or a current: called V or I if it is the only one, else as in the file.
    time_unit : str, optional
        E.g. ``"us"``; by default read from the header, else s.
    units : mapping from channel to unit, optional
        E.g. ``{"V_out": "mV"}``; by default read from the header, else V or A.
    encoding : str, optional
        Of a text file, e.g. ``"utf-16"``; by default it is found out.
    sheet : str, optional
        Of an Excel workbook; by default the first that fits.

    Returns
    -------
    TraceData
        In SI units. Rows in which time or a channel is no finite number are set aside.

    Raises
    ------
    InputError
        If the file cannot be read, no column is time, none is a channel, a unit is not known, or
        time does not rise from row to row.
    NeurodynError
        If the format needs an extra that is not installed; says which.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import neurodyn as nd
    >>> rows = "".join(f"{0.5 * k},{k % 3},{2 * k}\\n" for k in range(11))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "trace.csv")
    ...     _ = file.write_text("Time (us),CH1 (V),CH2 (mA)\\n" + rows)
    ...     trace = nd.read_trace(file)
    >>> trace
    TraceData: 11 rows from trace.csv
      t  0 s to 5 µs, 500 ns a row   column 'Time (us)'
      V  0 V to 2 V   column 'CH1 (V)'
      I  0 A to 20 mA   column 'CH2 (mA)'
      set aside  no row
    """
    file = open_source(path, encoding, sheet)
    table, clock, chosen = _first_that_fits(file, time, channels)
    for name in units or {}:
        if name not in chosen:
            raise unknown_name("channel", name, chosen)
    names = list(chosen)
    columns = [clock, *chosen.values()]
    values, unread = numbers_of(table, tuple(column.index for column in columns))
    notes: list[str] = []
    found = [_unit(clock, time_unit, "time_unit", parse_unit("s"), file.name, notes)]
    found += [
        _unit(column, (units or {}).get(name), f"units={{{name!r}: ...}}", None, file.name, notes)
        for name, column in chosen.items()
    ]
    with np.errstate(over="ignore"):  # what overflows is set aside as not finite
        values = values * [unit.factor for unit in found]
    usable, set_aside = _judged(values, unread, table)
    if usable.sum() < _FEWEST:
        raise InputError(
            f"{file.name!r}: of {len(values)} rows {int(usable.sum())} hold a time and a value in "
            f"each channel; expected at least {_FEWEST}"
        )
    t, rows = values[usable, 0], table.numbers[usable]
    _require_rising(t, rows, file.name)
    limit, limit_note = find_limit(table.preamble, "")
    return TraceData(
        t=t.copy(),
        channels={name: values[usable, i + 1].copy() for i, name in enumerate(names)},
        units={name: _si_name(unit) for name, unit in zip(names, found[1:], strict=True)},
        rows=np.asarray(rows, dtype=np.int64),
        set_aside=set_aside,
        source=file.name,
        sha256=file.sha256,
        columns={"t": clock.text, **{name: column.text for name, column in chosen.items()}},
        metadata={
            "limit": None if limit is None else limit.value,
            "limit_kind": None if limit is None else limit.kind,
            "preamble": tuple(table.preamble[:200]),
        },
        notes=(
            *file.notes,
            *layout_note(table),
            *table.notes,
            *on_tables(file.tables, table),
            *notes,
            *filter(None, (limit_note,)),
        ),
    )


def _first_that_fits(
    file: Source, time: str | int | None, channels: Mapping[str, str | int] | None
) -> tuple[AnyTable, Column, dict[str, Column]]:
    """Return the first table with a time and channels; the error is that of the longest."""
    errors: list[InputError] = []
    for table in file.tables:
        try:
            columns = _columns(table, file.name)
            clock = _clock(columns, time, file.name)
            return table, clock, _channels(columns, clock, channels, file.name)
        except InputError as error:
            errors.append(error)
    raise why_none_fits(file, errors)


def _columns(table: AnyTable, source: str) -> list[Column]:
    if len(table.header) >= table.width:
        return table.header
    if table.header:
        raise InputError(
            f"{source!r}: the header names {len(table.header)} columns and the rows have "
            f"{table.width} (decimal commas between commas?)"
        )
    return [Column(i, f"column {i}") for i in range(table.width)]


def _clock(columns: list[Column], wanted: str | int | None, source: str) -> Column:
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
        if len(found) == 1:
            return found[0]
        if found:
            break
    what = "more than one column reads" if by_name or by_unit else "no column reads"
    listing = ", ".join(f"{c.index}: {c.text!r}" for c in columns[:12])
    raise InputError(
        f"{source!r}: {what} as time ({listing}); pass time= with the name or the number of one"
    )


def _channels(
    columns: list[Column],
    clock: Column,
    wanted: Mapping[str, str | int] | None,
    source: str,
) -> dict[str, Column]:
    if wanted is not None:
        if not isinstance(wanted, Mapping) or not wanted:
            raise InputError(f"channels is {wanted!r}; expected a mapping from name to column")
        found = {
            name: named(columns, f"channels[{name!r}]", c, source) for name, c in wanted.items()
        }
        if clock.index in {c.index for c in found.values()}:
            raise InputError(
                f"{source!r}: column {clock.text!r} is time, and asked for as a channel"
            )
        return found
    measured = [c for c in columns if c.kind in ("V", "I") and c.index != clock.index]
    if not measured:
        listing = ", ".join(f"{c.index}: {c.text!r}" for c in columns[:12])
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


def _unit(
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
    written = given if given is not None else column.unit
    if written is None:
        if expected is None:
            raise InputError(
                f"{source!r}: {column.text!r} has no unit; pass {keyword} with e.g. 'V' or 'mA'"
            )
        notes.append(f"No unit is given for {column.text!r}: {_si_name(expected)} was assumed.")
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
            f"to {_si_name(expected)}"
        )
    if given is not None and column.unit is not None and given != column.unit:
        notes.append(f"The unit {given!r} was given by the caller; the file says {column.unit!r}.")
    return unit


def _si_name(unit: Unit) -> str:
    return next((s for s in _SI if parse_unit(s).dimension == unit.dimension), str(unit))


def _judged(
    values: Array, unread: NDArray[np.int8], table: AnyTable
) -> tuple[NDArray[np.bool_], tuple[tuple[int, str], ...]]:
    """Return which rows can be used, and the others with their reason."""
    with np.errstate(invalid="ignore"):
        finite = (np.abs(values) < OVER_RANGE).all(axis=1)
    reasons = np.where(unread > 0, unread, np.where(finite, 0, REASONS.index("not finite")))
    bad = np.flatnonzero(reasons)
    return reasons == 0, tuple((int(table.numbers[i]), REASONS[reasons[i]]) for i in bad)


def _require_rising(t: Array, rows: NDArray[np.int64], source: str) -> None:
    falls = np.flatnonzero(np.diff(t) <= 0)
    if not len(falls):
        return
    k = int(falls[0])
    verb = "stands still" if t[k + 1] == t[k] else "goes back"
    raise InputError(
        f"{source!r}: time {verb} at row {rows[k + 1]} (from {t[k]:g} s to {t[k + 1]:g} s; "
        f"{len(falls)} such places); expected one record with rising time: is it several records "
        "in one file, or time with too few digits?"
    )
