"""The verb ``read_iv``: a file of an instrument in, an :class:`IVData` out."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.cleaning.ambients import at_ambients
from neurodyn.io.cleaning.clean import cleaned
from neurodyn.io.cleaning.compliance import find_limit
from neurodyn.io.columns.column import Column, factor_to_si, lines_of_array, parse_column, pick
from neurodyn.io.columns.temperature import Temperature, levels, temperature_column
from neurodyn.io.iv_data import IVData
from neurodyn.io.sources import (
    AnyTable,
    Source,
    layout_note,
    numbers_of,
    open_source,
    why_none_fits,
)
from neurodyn.io.text.text_table import Table


@checked
def read_iv(
    path: str | os.PathLike[str],
    *,
    voltage: str | int | None = None,
    current: str | int | None = None,
    voltage_unit: str | None = None,
    current_unit: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> IVData:
    """Read a current-voltage measurement from a file.

    Any table of numbers will do: CSV or text with commas, semicolons, tabs or spaces between the
    columns, decimal points or commas, and any number of lines above. Keithley KickStart and
    Keysight EasyEXPERT exports are known, with their compliance. Excel workbooks, NumPy archives
    (``.npz``), HDF5 and SPICE ``.raw`` files are read too, columns named alike.

    Parameters
    ----------
    path : str or path
    voltage, current : str or int, optional
        The column to take: its header, or its number counted from 0. By default it is found by its
        name, what was measured being preferred to what was programmed.
    voltage_unit, current_unit : str, optional
        E.g. ``"mV"``, ``"uA"``; by default read from the header, else V and A.
    encoding : str, optional
        E.g. ``"utf-16"``; by default it is found out.
    sheet : str, optional
        Of an Excel workbook; by default the first visible one that holds a voltage and a current.
        ``"all"`` joins the sheets that have the same columns, as runs of one device.

    Returns
    -------
    IVData
        Magnitudes of V [V] and I [A] of the rows that can be used, and the others with the reason
        why not: not a number, wrong number of cells, not finite, zero, wrong sign, below the
        offset (of the instrument, near 0 V), at compliance, glitch (one row apart from all beside
        it, as where an instrument changes its range).

    Raises
    ------
    InputError
        If the file cannot be read as a table with a voltage and a current, or holds fewer than 8
        usable rows.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import neurodyn.io as io
    >>> rows = "".join(f"{0.1 * k:.1f};{0.02 * k:.2f}\\n" for k in range(11)).replace(".", ",")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "sweep.csv")
    ...     _ = file.write_text("Voltage (V);Current (mA)\\n" + rows)
    ...     data = io.read_iv(file)
    >>> data
    IVData: 10 points from sweep.csv
      V  100 mV to 1 V   column 'Voltage (V)'
      I  20 µA to 200 µA   column 'Current (mA)'
      set aside  1 row (zero 1)
    """
    file = open_source(path, encoding, sheet)
    chosen = _first_that_fits(file, voltage, current)
    table = chosen.table
    factor_V, note_V = factor_to_si(chosen.voltage, voltage_unit, file.name)
    factor_I, note_I = factor_to_si(chosen.current, current_unit, file.name)
    values, unread = numbers_of(table, (chosen.voltage.index, chosen.current.index))
    limit, limit_note = find_limit(table.preamble, chosen.current.text)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # set aside as not finite
        V, I = values[:, 0] * factor_V, values[:, 1] * factor_I
        if chosen.current.kind == "R":
            I, note_I = V / I, f"The current is V/R, with R from {chosen.current.text!r}."
    notes = (
        *file.notes,
        *layout_note(table),
        *table.notes,
        *on_tables(file.tables, table),
        *_on_columns(chosen),
        *filter(None, (note_V, note_I, limit_note)),
    )
    _require_one_device(table, file.name)
    rows = np.asarray(table.numbers, dtype=np.int64)

    def clean(part: slice | np.ndarray, more: tuple[str, ...] = ()) -> IVData:
        return cleaned(
            V[part],
            I[part],
            rows=rows[part],
            unread=unread[part],
            limit=limit,
            source=file.name,
            sha256=file.sha256,
            columns={"V": chosen.voltage.text, "I": chosen.current.text},
            notes=(*notes, *more),
        )

    found = temperature_column(table.header, (chosen.voltage.index, chosen.current.index))
    split = None if found is None else _ambients(table, found)
    if found is None or split is None:
        return clean(slice(None))
    return at_ambients(clean, *split, found.column.text)


def _require_one_device(table: AnyTable, source: str) -> None:
    """Refuse the rows of several devices of an array, which are no one curve."""
    lines = lines_of_array(table.header)
    if not lines:
        return
    places, _ = numbers_of(table, tuple(column.index for column in lines))
    devices = np.unique(places[np.isfinite(places).all(axis=1)], axis=0)
    if len(devices) > 1:
        raise InputError(
            f"{source!r} holds rows of {len(devices)} devices (by its wordline and bitline); "
            "expected a file of one device"
        )


def _ambients(table: AnyTable, found: Temperature) -> tuple[Array, NDArray[np.int64]] | None:
    """Return the ambient temperatures [K] of a column, and which of them each row has."""
    values, _ = numbers_of(table, (found.column.index,))
    return levels(values[:, 0] * found.factor + found.offset)


@dataclass(frozen=True)
class _Choice:
    """The table that is read, and its two columns."""

    table: AnyTable
    voltage: Column
    current: Column


def _first_that_fits(file: Source, voltage: str | int | None, current: str | int | None) -> _Choice:
    """Return the first table that has both columns; the error is that of the longest table."""
    errors: list[InputError] = []
    for table in file.tables:
        try:
            return _choose(table, voltage, current, file.name)
        except InputError as error:
            errors.append(error)
    raise why_none_fits(file, errors)


def _choose(
    table: AnyTable, voltage: str | int | None, current: str | int | None, source: str
) -> _Choice:
    columns = table.header
    if isinstance(table, Table):
        columns = _columns(table, voltage, current, source)
    chosen = _Choice(
        table, pick(columns, "V", voltage, source), pick(columns, "I", current, source)
    )
    if chosen.voltage.index == chosen.current.index:
        raise InputError(
            f"{source!r}: column {chosen.voltage.text!r} is asked for as voltage and as current; "
            "expected two columns"
        )
    return chosen


def _columns(
    table: Table, voltage: str | int | None, current: str | int | None, source: str
) -> list[Column]:
    """Return the columns of a table, numbered if it has no header."""
    header = table.header
    by_number = isinstance(voltage, int) and isinstance(current, int)
    if len(header) > table.width and table.dialect.delimiter == " " and not by_number:
        raise InputError(
            f"{source!r}: the header has {len(header)} words and the rows have {table.width} "
            "cells, so that it is not known which names which; pass voltage= and current= with the "
            "numbers of columns, counted from 0, and voltage_unit= and current_unit="
        )
    if len(header) >= table.width:
        return header
    if by_number:
        return [*header, *(Column(i, f"column {i}") for i in range(len(header), table.width))]
    if not header and table.width == 2:
        table.notes.append("There is no header: the columns were taken as voltage and current.")
        return [Column(0, "column 0", kind="V"), Column(1, "column 1", kind="I")]
    if not header:
        raise InputError(
            f"{source!r} has {table.width} columns of numbers and no header; "
            "pass voltage= and current= with their numbers, counted from 0"
        )
    if len(header) == table.width - 1 and _counts_rows(table):
        table.notes.append("The first column has no name and counts the rows.")
        shifted = [parse_column(c.index + 1, c.text) for c in header]
        return [Column(0, "row"), *shifted]
    raise InputError(
        f"{source!r}: the header names {len(header)} columns and the rows have {table.width} "
        "(decimal commas between commas?); pass voltage= and current= with the numbers of columns"
    )


def _counts_rows(table: Table) -> bool:
    first = [table.dialect.number(table.dialect.split(line)[0]) for line in table.lines[:20]]
    pairs = itertools.pairwise(-1.0 if number is None else number for number in first)
    return len(first) > 1 and all(after - before == 1 for before, after in pairs)


def on_tables(tables: list[AnyTable], used: AnyTable) -> list[str]:
    """Say which tables of a file were not used."""
    others = [table.span for table in tables if table is not used]
    if not others:
        return []
    sheets = any(isinstance(table, Table) and table.where for table in tables)
    how = "; sheet= names one sheet, 'all' joins those of the same columns" if sheets else ""
    listing = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    return [f"The file holds several tables; {used.span} were used, {listing} were not{how}."]


def _on_columns(chosen: _Choice) -> list[str]:
    return [
        f"{column.text!r} names the value that was set, not one that was measured."
        for column in (chosen.voltage, chosen.current)
        if column.rank >= 2
    ]
