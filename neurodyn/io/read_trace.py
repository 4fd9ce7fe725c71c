"""The verb ``read_trace``: a record in time in, a :class:`TraceData` out."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.io.cleaning.compliance import find_limit
from neurodyn.io.columns.column import Column
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
from neurodyn.io.time_axis import Sampling, checked_sampling, require_rising, time_axis
from neurodyn.io.trace_columns import channels as channels_of
from neurodyn.io.trace_columns import clock as clock_of
from neurodyn.io.trace_columns import columns_of, si_name, unit_of
from neurodyn.io.trace_data import TraceData

_FEWEST = 2


@checked
def read_trace(
    path: str | os.PathLike[str],
    *,
    time: str | int | None = None,
    channels: Mapping[str, str | int] | None = None,
    time_unit: str | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    dt: Positive | None = None,
    t0: float | None = None,
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
        Of an Excel workbook; by default the first that fits. ``"all"`` joins all that have the
        same columns.
    dt : float, optional
        Interval of the samples [s], where the file has no time or one with too few digits. By
        default the times stand in the file, or the interval does.
    t0 : float, optional
        Time of the first row [s], with ``dt``; by default that of the file, or 0.

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
    sampling = checked_sampling(dt, t0)
    table, clock, chosen = _first_that_fits(file, time, channels, sampling)
    for name in units or {}:
        if name not in chosen:
            raise unknown_name("channel", name, chosen)
    values, unread = numbers_of(table, tuple(column.index for column in chosen.values()))
    notes: list[str] = []
    found = [
        unit_of(column, (units or {}).get(name), f"units={{{name!r}: ...}}", None, file.name, notes)
        for name, column in chosen.items()
    ]
    t, unread_t = time_axis(table, clock, sampling, time_unit, file.name, notes)
    unread = np.maximum(unread, unread_t)
    with np.errstate(over="ignore"):  # what overflows is set aside as not finite
        values = np.column_stack([t, values * [unit.factor for unit in found]])
    usable, set_aside = _judged(values, unread, table)
    if usable.sum() < _FEWEST:
        raise InputError(
            f"{file.name!r}: of {len(values)} rows {int(usable.sum())} hold a time and a value in "
            f"each channel; expected at least {_FEWEST}"
        )
    t, rows = values[usable, 0], table.numbers[usable]
    require_rising(t, rows, file.name)
    limit, limit_note = find_limit(table.preamble, "")
    return TraceData(
        t=t.copy(),
        channels={name: values[usable, i + 1].copy() for i, name in enumerate(chosen)},
        units={name: si_name(unit) for name, unit in zip(chosen, found, strict=True)},
        rows=np.asarray(rows, dtype=np.int64),
        set_aside=set_aside,
        source=file.name,
        sha256=file.sha256,
        columns={
            "t": clock.text if clock else "(the interval)",
            **{name: column.text for name, column in chosen.items()},
        },
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
    file: Source,
    time: str | int | None,
    channels: Mapping[str, str | int] | None,
    sampling: Sampling,
) -> tuple[AnyTable, Column | None, dict[str, Column]]:
    """Return the first table with a time and channels; the error is that of the longest."""
    errors: list[InputError] = []
    for table in file.tables:
        try:
            columns = columns_of(table, file.name)
            needs_none = time is None and (sampling.dt or table.step) is not None
            clock = None if needs_none else clock_of(columns, time, file.name)
            return table, clock, channels_of(columns, clock, channels, file.name)
        except InputError as error:
            errors.append(error)
    raise why_none_fits(file, errors)


def _judged(
    values: Array, unread: NDArray[np.int8], table: AnyTable
) -> tuple[NDArray[np.bool_], tuple[tuple[int, str], ...]]:
    """Return which rows can be used, and the others with their reason."""
    with np.errstate(invalid="ignore"):
        finite = (np.abs(values) < OVER_RANGE).all(axis=1)
    reasons = np.where(unread > 0, unread, np.where(finite, 0, REASONS.index("not finite")))
    bad = np.flatnonzero(reasons)
    return reasons == 0, tuple((int(table.numbers[i]), REASONS[reasons[i]]) for i in bad)
