"""From raw columns to an :class:`IVData`: apply the rules and keep the account."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.cleaning.compliance import Limit
from neurodyn.io.cleaning.row_rules import (
    at_limit,
    detect_limit,
    glitches,
    judge,
    looks_swapped,
    stay_at_limit,
)
from neurodyn.io.cleaning.sweep_order import find_jumps, split_sweeps
from neurodyn.io.iv_data import Censored, IVData, Jump, SetAside, engineering, summary
from neurodyn.io.row_reasons import REASONS

MIN_POINTS = 8
_AT_COMPLIANCE = REASONS.index("at compliance")
_GLITCH = REASONS.index("glitch")


@checked
def iv_data(
    V: ArrayLike, I: ArrayLike, source: str = "arrays", *, current_limit: float | None = None
) -> IVData:
    """Build a measurement from arrays, by the very rules that apply to files.

    Parameters
    ----------
    V, I : (n,) array_like
        Voltage [V] and current [A].
    source : str, optional
        Where they come from, for messages.
    current_limit : float, optional
        The compliance [A]; rows within 0.2 % of it are set aside. Left out, a limit is looked for
        in the data.

    Raises
    ------
    InputError
        If the arrays are not two rows of numbers of one length, if fewer than 8 rows can be used,
        or if V and I look exchanged.

    Examples
    --------
    >>> import numpy as np
    >>> import neurodyn.io as io
    >>> V = np.linspace(0, 1, 11)
    >>> io.iv_data(V, V / 1e3)
    IVData: 10 points from arrays
      V  100 mV to 1 V
      I  100 µA to 1 mA
      set aside  1 row (zero 1)
    """
    V, I = _vector(V, "V"), _vector(I, "I")
    if len(V) != len(I):
        raise InputError(f"V has {len(V)} values and I has {len(I)}; expected as many of each")
    return cleaned(
        V,
        I,
        rows=np.arange(1, len(V) + 1),
        unread=np.zeros(len(V), dtype=np.int8),
        limit=None if current_limit is None else _limit(current_limit),
        source=source,
        sha256=hashlib.sha256(V.tobytes() + I.tobytes()).hexdigest(),
    )


def cleaned(
    V: Array,
    I: Array,
    *,
    rows: NDArray[np.int64],
    unread: NDArray[np.int8],
    limit: Limit | None,
    source: str,
    sha256: str,
    columns: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> IVData:
    """Apply the rules of :mod:`neurodyn.io.cleaning.row_rules` and keep the account.

    Raises
    ------
    InputError
        If fewer than 8 rows can be used, or if V and I look exchanged.
    """
    reasons = judge(V, I, unread)
    _require_points(reasons, source)
    usable = np.flatnonzero(reasons == 0)
    _require_right_way_round(V[usable], I[usable], source)
    reasons[usable[glitches(V[usable], I[usable])]] = _GLITCH
    limit, limit_notes = _mark_limited(V, I, reasons, limit)
    _require_points(reasons, source)
    good = reasons == 0
    rows = np.asarray(rows, dtype=np.int64)
    order = _order(V, I, reasons, rows, limit)
    return IVData(
        V=np.abs(V[good]),
        I=np.abs(I[good]),
        rows=rows[good],
        set_aside=tuple(
            SetAside(int(rows[i]), float(V[i]), float(I[i]), REASONS[reasons[i]])
            for i in np.flatnonzero(~good)
        ),
        source=source,
        sha256=sha256,
        columns=dict(columns or {}),
        limit=None if limit is None else limit.value,
        limit_kind=None if limit is None else limit.kind,
        notes=(*notes, *limit_notes, *_on_quadrants(V[good])),
        **order,
    )


def _order(
    V: Array,
    I: Array,
    reasons: NDArray[np.int8],
    rows: NDArray[np.int64],
    limit: Limit | None,
) -> dict[str, Any]:
    """Return sweeps, jumps and the rows at compliance: what the order of the rows tells."""
    measured = np.flatnonzero((reasons == 0) | (reasons == _AT_COMPLIANCE))
    limited = reasons[measured] == _AT_COMPLIANCE
    sweep, direction = split_sweeps(V[measured], I[measured])
    V, I, rows = np.abs(V[measured]), np.abs(I[measured]), rows[measured]
    point = lambda k: (int(rows[k]), float(V[k]), float(I[k]))  # noqa: E731
    return {
        "sweep": sweep[~limited],
        "direction": direction[~limited],
        "censored": Censored(
            V[limited],
            I[limited],
            rows[limited],
            sweep[limited],
            direction[limited],
            limited=limit.kind if limit is not None and limited.any() else None,
        ),
        "jumps": tuple(
            Jump(int(sweep[a]), int(direction[a]), point(a), point(b), bool(limited[b]))
            for a, b in find_jumps(V, I, sweep)
            if not limited[a]
        ),
    }


def _mark_limited(
    V: Array, I: Array, reasons: NDArray[np.int8], limit: Limit | None
) -> tuple[Limit | None, list[str]]:
    """Mark the rows at the limit, known or detected; return it with notes."""
    if limit is not None:
        reasons[(reasons == 0) & at_limit(V, I, limit)] = _AT_COMPLIANCE
        for other in limit.others:  # only where the rows stay there: a sweep may pass it
            stays = stay_at_limit(V, I, Limit(other, limit.kind))
            reasons[(reasons == 0) & stays] = _AT_COMPLIANCE
        size = np.abs(I if limit.kind == "current" else V)
        beyond = int(np.sum((reasons == 0) & (size > limit.value)))
        doubt = f"{beyond} rows lie beyond the {limit.kind} limit; is it the right one?"
        return limit, [doubt] if beyond else []
    found = []
    for polarity in (V > 0, V < 0):  # each may have its own
        rows = np.flatnonzero((reasons == 0) & polarity)
        value = detect_limit(np.abs(V[rows]), np.abs(I[rows]))
        if value is not None:
            there = at_limit(V[rows], I[rows], Limit(value, "current"))
            reasons[rows[there]] = _AT_COMPLIANCE
            found.append(value)
    notes = [
        f"No limit is given; the current stands at {engineering(value, 'A')} while the voltage "
        "moves, which was taken for compliance."
        for value in found
    ]
    return Limit(max(found), "current") if found else None, notes


def _require_right_way_round(V: Array, I: Array, source: str) -> None:
    if looks_swapped(V, I):
        raise InputError(
            f"{source!r}: voltage and current look exchanged (the median of |V/I| is below "
            "0.1 ohm, the other way round it is that of a device); name the columns by voltage= "
            "and current=, or their units by voltage_unit= and current_unit="
        )


def _require_points(reasons: NDArray[np.int8], source: str) -> None:
    counts = {REASONS[i]: int(np.sum(reasons == i)) for i in range(1, len(REASONS))}
    counts = {reason: count for reason, count in counts.items() if count}
    usable = len(reasons) - sum(counts.values())
    if usable >= MIN_POINTS:
        return
    hint = ""
    if counts.get("wrong sign", 0) > 0.5 * len(reasons):
        hint = "; is the current counted the other way round?"
    raise InputError(
        f"{source!r}: of {len(reasons)} rows {usable} can be used, set aside {summary(counts)}; "
        f"expected at least {MIN_POINTS} usable rows{hint}"
    )


def _on_quadrants(V: Array) -> list[str]:
    third = int(np.sum(V < 0))
    whole = "The sweep lies" if third == len(V) else f"{third} of {len(V)} rows lie"
    note = f"{whole} in the third quadrant; magnitudes are kept, the model being symmetric."
    return [note] if third else []


def _limit(value: float) -> Limit:
    if not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise InputError(f"current_limit is {value!r}; expected a positive number in A")
    return Limit(float(value), "current")


def _vector(values: ArrayLike, name: str) -> Array:
    try:
        array = np.array(values)
        if array.dtype.kind not in "iuf":
            raise ValueError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"{name} is no array of real numbers") from None
    if array.ndim != 1:
        raise InputError(f"{name} has the shape {array.shape}; expected one row of numbers")
    return array
