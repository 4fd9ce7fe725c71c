"""Times of a record: as they stand, or made from the interval of the samples.

Files give times with too few digits beside the interval they were sampled at, count samples, or say
the first time and the interval in their header. What was done stands in a note.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.columns.column import Column
from neurodyn.io.columns.unit_text import as_unit
from neurodyn.io.iv_data import engineering
from neurodyn.io.row_reasons import OVER_RANGE
from neurodyn.io.sources import AnyTable, numbers_of
from neurodyn.io.trace_columns import unit_of
from neurodyn.model.units import parse_unit

_INTERVAL = re.compile(
    r"(?i)\b(?:sample interval|sampling interval|sampling period|xincr(?:ement)?|x increment|xinc)"
    r"[\s\":=,;]*(?P<value>[0-9.]+(?:e[+-]?[0-9]+)?)\s*(?P<unit>[a-zµμ]*)"
)


@dataclass(frozen=True)
class Sampling:
    """The interval and the first time that the caller gives [s], if any."""

    dt: float | None = None
    t0: float | None = None


def checked_sampling(dt: float | None, t0: float | None) -> Sampling:
    """Check ``dt`` and ``t0``.

    Raises
    ------
    InputError
    """
    real = (int, float, np.integer, np.floating)
    if dt is not None and (isinstance(dt, bool) or not isinstance(dt, real) or not 0 < dt < 1e9):
        raise InputError(
            f"dt is {dt!r}; expected the interval of the samples, a positive time in s"
        )
    if t0 is not None and (not isinstance(t0, real) or not math.isfinite(t0)):
        raise InputError(f"t0 is {t0!r}; expected the time of the first row in s")
    if t0 is not None and dt is None:
        raise InputError(
            "t0 says when the first row was taken, which needs dt beside it; give both"
        )
    return Sampling(dt, t0)


def time_axis(
    table: AnyTable,
    clock: Column | None,
    sampling: Sampling,
    time_unit: str | None,
    source: str,
    notes: list[str],
) -> tuple[Array, NDArray[np.int8]]:
    """Return the time of each row [s], and which could not be read.

    Raises
    ------
    InputError
        If the column counts the samples, or repeats of the column differ.
    """
    n = len(table.numbers)
    if clock is None:
        step = sampling.dt if sampling.dt is not None else table.step
        start = table.start if sampling.t0 is None else sampling.t0
        if sampling.dt is not None:
            notes.append(f"Times were made from dt = {step:g} s; the file's own were not read.")
        made: Array = start + np.arange(n, dtype=float) * float(step or 0.0)
        return made, np.zeros(n, dtype=np.int8)
    alike = [c.index for c in table.header if c.text == clock.text] or [clock.index]
    values, unread = numbers_of(table, tuple(dict.fromkeys([clock.index, *alike])))
    if not (np.nan_to_num(values) == np.nan_to_num(values[:, :1])).all():
        raise InputError(
            f"{source!r}: the columns called {clock.text!r} hold different times; expected one "
            "clock for all channels, or time= with the number of one column and channels= beside it"
        )
    _require_no_counter(values[:, 0], clock, time_unit, sampling, source)
    unit = unit_of(clock, time_unit, "time_unit", parse_unit("s"), source, notes)
    with np.errstate(over="ignore"):
        t = values[:, 0] * unit.factor
    if sampling.dt is not None:
        first = float(t[0]) if sampling.t0 is None else sampling.t0
        notes.append(f"Times were made from dt = {sampling.dt:g} s and the first of the file.")
        made = first + np.arange(n, dtype=float) * sampling.dt
        return made, unread
    return _from_stated_interval(t, table, notes), unread


def _require_no_counter(
    values: Array, clock: Column, time_unit: str | None, sampling: Sampling, source: str
) -> None:
    said = clock.unit or time_unit or sampling.dt or re.search(r"(?i)\btime|\bt\b|zeit", clock.name)
    if not said and (np.diff(values) == 1).all() and values[:1] in (0, 1):
        raise InputError(
            f"{source!r}: the column {clock.text!r} counts the samples; pass dt= with their "
            "interval in s, or time_unit= if it is a time after all"
        )


def _from_stated_interval(t: Array, table: AnyTable, notes: list[str]) -> Array:
    """Return even times where the file's have too few digits and its interval is stated."""
    steps = np.diff(t[np.isfinite(t) & (np.abs(t) < OVER_RANGE)])
    if len(steps) != len(t) - 1 or not len(steps) or (steps < 0).any() or (steps > 0).all():
        return t
    step = stated_interval(table.preamble)
    if step is None or not (steps > 0).any():
        return t
    even: Array = np.arange(len(t), dtype=float) * step
    resolution = float(steps[steps > 0].max())
    first = float(np.median(t - even))  # the first time is rounded too
    if np.abs(t - even - first).max() > resolution:
        return t
    notes.append(
        f"The times have too few digits; they were made from the interval that the file states, "
        f"{engineering(step, 's')}."
    )
    shifted: Array = first + even
    return shifted


def stated_interval(preamble: list[str]) -> float | None:
    """Return the interval of the samples that the lines above a table state [s], if one does.

    Examples
    --------
    >>> stated_interval(["Sample Interval,4e-09"])
    4e-09
    """
    found = set()
    for line in preamble:
        for match in _INTERVAL.finditer(line):
            unit = as_unit(match["unit"]) if match["unit"] else parse_unit("s")
            try:
                value = float(match["value"]) * (unit.factor if unit else math.nan)
            except ValueError:
                continue
            found |= {value} if 0 < value < math.inf else set()
    return found.pop() if len(found) == 1 else None


def require_rising(t: Array, rows: NDArray[np.int64], source: str) -> None:
    falls = np.flatnonzero(np.diff(t) <= 0)
    if not len(falls):
        return
    k = int(falls[0])
    verb = "stands still" if t[k + 1] == t[k] else "goes back"
    raise InputError(
        f"{source!r}: time {verb} at row {rows[k + 1]} (from {t[k]:g} s to {t[k + 1]:g} s; "
        f"{len(falls)} such places); expected one record with rising time: is it several records "
        "in one file, or time with too few digits (then pass dt=, the interval of the samples)?"
    )
