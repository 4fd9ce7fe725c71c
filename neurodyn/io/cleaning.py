"""From raw columns to an :class:`IVData`: apply the rules and keep the account."""

# ruff: noqa: E741 - I is what a current is called

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.errors import InputError
from neurodyn.io.iv_data import IVData, SetAside, engineering, summary
from neurodyn.io.rules import REASONS, at_limit, detect_limit, judge, looks_swapped
from neurodyn.io.settings import Limit

MIN_POINTS = 8


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
    if current_limit is not None and not (current_limit > 0 and math.isfinite(current_limit)):
        raise InputError(f"current_limit is {current_limit!r}; expected a positive number in A")
    return cleaned(
        V,
        I,
        rows=np.arange(1, len(V) + 1),
        unread=np.zeros(len(V), dtype=np.int8),
        limit=None if current_limit is None else Limit(float(current_limit), "current"),
        source=source,
        sha256=hashlib.sha256(V.tobytes() + I.tobytes()).hexdigest(),
    )


def cleaned(
    V: NDArray[np.float64],
    I: NDArray[np.float64],
    *,
    rows: NDArray[np.int64],
    unread: NDArray[np.int8],
    limit: Limit | None,
    source: str,
    sha256: str,
    columns: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> IVData:
    """Apply the rules of :mod:`neurodyn.io.rules` and keep the account.

    Raises
    ------
    InputError
        If fewer than 8 rows can be used, or if V and I look exchanged.
    """
    reasons = judge(V, I, unread)
    _require_points(reasons, source)
    if looks_swapped(V[reasons == 0], I[reasons == 0]):
        raise InputError(
            f"{source!r}: voltage and current look exchanged (the median of |V/I| is below "
            "0.1 ohm, the other way round it is that of a device); name the columns by voltage= "
            "and current=, or their units by voltage_unit= and current_unit="
        )
    found = [] if limit is not None else _mark_detected(V, I, reasons)
    if limit is not None:
        reasons[(reasons == 0) & at_limit(V, I, limit)] = REASONS.index("at compliance")
        notes += _beyond(V, I, reasons, limit)
    elif found:
        limit = Limit(max(found), "current")
        notes += tuple(
            f"No limit is given; the current stands at {engineering(x, 'A')} while the voltage "
            "moves, which was taken for compliance."
            for x in found
        )
    _require_points(reasons, source)
    good = reasons == 0
    return IVData(
        V=np.abs(V[good]),
        I=np.abs(I[good]),
        rows=np.asarray(rows, dtype=np.int64)[good],
        set_aside=tuple(
            SetAside(int(rows[i]), float(V[i]), float(I[i]), REASONS[reasons[i]])
            for i in np.flatnonzero(~good)
        ),
        source=source,
        sha256=sha256,
        columns=dict(columns or {}),
        limit=None if limit is None else limit.value,
        limit_kind=None if limit is None else limit.kind,
        notes=notes + _quadrants(V[good]),
    )


def _mark_detected(
    V: NDArray[np.float64], I: NDArray[np.float64], reasons: NDArray[np.int8]
) -> list[float]:
    """Mark the rows at a limit that only the data show, each polarity having its own."""
    found = []
    for polarity in (V > 0, V < 0):
        rows = np.flatnonzero((reasons == 0) & polarity)
        limit = detect_limit(np.abs(V[rows]), np.abs(I[rows]))
        if limit is not None:
            found.append(limit)
            there = at_limit(V[rows], I[rows], Limit(limit, "current"))
            reasons[rows[there]] = REASONS.index("at compliance")
    return found


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


def _beyond(
    V: NDArray[np.float64], I: NDArray[np.float64], reasons: NDArray[np.int8], limit: Limit
) -> tuple[str, ...]:
    size = np.abs(I if limit.kind == "current" else V)
    count = int(np.sum((reasons == 0) & (size > limit.value)))
    return (f"{count} rows lie beyond the {limit.kind} limit; is it the right one?",) * bool(count)


def _quadrants(V: NDArray[np.float64]) -> tuple[str, ...]:
    third = int(np.sum(V < 0))
    if not third:
        return ()
    whole = "The sweep lies" if third == len(V) else f"{third} of {len(V)} rows lie"
    return (f"{whole} in the third quadrant; magnitudes are kept, the model being symmetric.",)


def _vector(values: ArrayLike, name: str) -> NDArray[np.float64]:
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
