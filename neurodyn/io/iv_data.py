"""A current-voltage measurement: the rows that can be used, and an account of those that cannot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.errors import InputError


@dataclass(frozen=True, slots=True)
class SetAside:
    """One row that is not used.

    Parameters
    ----------
    row : int
        Line number in the file (place in the arrays), counted from 1.
    V, I : float
        As read [V], [A]; NaN where the cell holds no number.
    reason : str
    """

    row: int
    V: float
    I: float
    reason: str


@dataclass(frozen=True, eq=False)
class Censored:
    """Rows at compliance: no points of the curve, but inequalities about it.

    A current limit stops a voltage sweep: at the voltage ``V`` that the row shows the device would
    carry the current ``I`` (the limit) or more, which is the same as saying that it carries the
    limit already at ``V`` or less. A voltage limit stops a current sweep: at ``I`` the device would
    take ``V`` (the limit) or more. Where the instrument measured the quantity that it did not
    limit, the row is a point of the curve within the accuracy of the limit; files rarely say.

    Parameters
    ----------
    V, I : (m,) array
        Magnitudes [V], [A]; one of them stands at the limit.
    rows : (m,) int array
        Line numbers in the file, counted from 1.
    sweep, direction : (m,) int array
        As in :class:`IVData`.
    limited : {"current", "voltage", None}
        What was limited; None if there are no such rows.
    """

    V: Array = field(default_factory=lambda: np.zeros(0))
    I: Array = field(default_factory=lambda: np.zeros(0))
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sweep: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    direction: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    limited: Literal["current", "voltage"] | None = None

    def __post_init__(self) -> None:
        for values in (self.V, self.I, self.rows, self.sweep, self.direction):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.V)


@dataclass(frozen=True, slots=True)
class Jump:
    """Two neighbouring rows between which the device switched: threshold, snap-back or hold.

    Parameters
    ----------
    sweep : int
        The sweep in which it happened.
    direction : {1, -1}
        Of that sweep: 1 upwards (threshold), -1 downwards (hold).
    before, after : (row, V, I)
        Line number, magnitudes [V] and [A] of the last row before and the first after.
    at_limit : bool
        Whether the row after stands at compliance: the jump ends where the instrument stopped it.
    """

    sweep: int
    direction: int
    before: tuple[int, float, float]
    after: tuple[int, float, float]
    at_limit: bool

    @property
    def snap_back(self) -> bool:
        """Whether the voltage fell while the current rose."""
        return self.after[1] < self.before[1] and self.after[2] > self.before[2]

    def __str__(self) -> str:
        places = [
            f"line {row} ({engineering(V, 'V')}, {engineering(I, 'A')})"
            for row, V, I in (self.before, self.after)
        ]
        stop = ", at compliance" if self.at_limit else ""
        return f"sweep {self.sweep}: from {places[0]} to {places[1]}{stop}"


@dataclass(frozen=True, eq=False)
class IVData:
    """A measured current-voltage curve.

    Rows at compliance are not among the points: they are set aside, and stand in ``censored`` as
    inequalities for a fit. Rows are given in the order in which they were measured, with the number
    and the direction of their sweep, and the places where the device jumped.

    Parameters
    ----------
    V : (n,) array
        Magnitude of the voltage [V], in the order of the file.
    I : (n,) array
        Magnitude of the current [A].
    rows : (n,) int array
        Line numbers in the file, counted from 1.
    set_aside : tuple of SetAside
        The rows that are not used, with the reason of each.
    source : str
        Name of the file.
    sha256 : str
        Digest of the file (of the arrays, if there was none).
    columns : dict
        Header of the voltage and the current column, under ``"V"`` and ``"I"``.
    limit : float or None
        Compliance, from the settings in the file or detected [A] or [V].
    limit_kind : {"current", "voltage", None}
    notes : tuple of str
        What was understood and assumed, as sentences.
    sweep : (n,) int array
        Number of the sweep that a row belongs to, counted from 0: it turns where V I does, and
        where the sign changes. All 0 if not given.
    direction : (n,) int array
        1 where the magnitude grows in that sweep, -1 where it falls. All 1 if not given.
    censored : Censored
        The rows at compliance.
    jumps : tuple of Jump
        Where ln(V/I) changed at once by more than 0.25, and four times as much as beside.
    by_T : tuple of (float, IVData)
        The ambient temperatures [K] that a column of the file holds, and the rows of each. Empty
        if there is no such column.
    """

    V: Array
    I: Array
    rows: NDArray[np.int64]
    set_aside: tuple[SetAside, ...] = ()
    source: str = "arrays"
    sha256: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: float | None = None
    limit_kind: Literal["current", "voltage"] | None = None
    notes: tuple[str, ...] = ()
    sweep: NDArray[np.int64] = None  # type: ignore[assignment]
    direction: NDArray[np.int64] = None  # type: ignore[assignment]
    censored: Censored = field(default_factory=Censored)
    jumps: tuple[Jump, ...] = ()
    by_T: tuple[tuple[float, IVData], ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("sweep", 0), ("direction", 1)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.full(len(self.V), value, dtype=np.int64))
        for values in (self.V, self.I, self.rows, self.sweep, self.direction):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.V)

    def split_by_T(self) -> tuple[list[IVData], list[float]]:
        """Return the measurements at each ambient temperature, and the temperatures [K].

        They go into a fit as they are: ``nd.fit_iv(*data.split_by_T())``.

        Raises
        ------
        InputError
            If the file has no column of temperatures.
        """
        if not self.by_T:
            raise InputError(
                f"{self.source!r} has no column of temperatures; expected one such as 'T (K)'"
            )
        return [part for _, part in self.by_T], [T for T, _ in self.by_T]

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows set aside for each reason."""
        return dict(Counter(row.reason for row in self.set_aside))

    def __repr__(self) -> str:
        lines = [f"IVData: {len(self)} points from {self.source}"]
        for name, unit, values in (("V", "V", self.V), ("I", "A", self.I)):
            low, high = engineering(values.min(), unit), engineering(values.max(), unit)
            column = f"   column {self.columns[name]!r}" if name in self.columns else ""
            lines.append(f"  {name}  {low} to {high}{column}")
        if self.limit is not None:
            unit = "A" if self.limit_kind == "current" else "V"
            lines.append(f"  {self.limit_kind} limit  {engineering(self.limit, unit)}")
        lines.append(f"  set aside  {summary(self.counts)}")
        return "\n".join(lines)

    def report(self) -> str:
        """Return an account in plain words: what was read, what was set aside and why."""
        lines = [repr(self)]
        for reason, count in self.counts.items():
            rows = [str(row.row) for row in self.set_aside if row.reason == reason]
            more = ", ..." if count > 5 else ""
            lines.append(f"    {reason}: {count}, in line {', '.join(rows[:5])}{more}")
        number = len({*self.sweep.tolist(), *self.censored.sweep.tolist()})
        lines.append(f"  {number} sweep{'s' * (number != 1)}, {len(self.jumps)} jumps")
        lines += [f"    {jump}" for jump in self.jumps[:5]]
        lines += ["  notes", *(f"    {note}" for note in self.notes)] if self.notes else []
        lines.append(f"  sha256  {self.sha256}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values that JSON can hold (no number: None)."""
        return {
            "V": self.V.tolist(),
            "I": self.I.tolist(),
            "rows": self.rows.tolist(),
            "set_aside": [
                {"row": s.row, "V": _plain(s.V), "I": _plain(s.I), "reason": s.reason}
                for s in self.set_aside
            ],
            "source": self.source,
            "sha256": self.sha256,
            "columns": dict(self.columns),
            "limit": self.limit,
            "limit_kind": self.limit_kind,
            "notes": list(self.notes),
            "sweep": self.sweep.tolist(),
            "direction": self.direction.tolist(),
            "censored": {
                "V": self.censored.V.tolist(),
                "I": self.censored.I.tolist(),
                "rows": self.censored.rows.tolist(),
                "sweep": self.censored.sweep.tolist(),
                "direction": self.censored.direction.tolist(),
                "limited": self.censored.limited,
            },
            "jumps": [asdict(jump) for jump in self.jumps],
        }


def summary(counts: Mapping[str, int]) -> str:
    """Write how many rows were set aside, and for what.

    Examples
    --------
    >>> summary({"zero": 2, "wrong sign": 1})
    '3 rows (zero 2, wrong sign 1)'
    """
    total = sum(counts.values())
    if not total:
        return "no row"
    listing = ", ".join(f"{reason} {count}" for reason, count in counts.items())
    return f"{total} {'row' if total == 1 else 'rows'} ({listing})"


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def engineering(value: float, unit: str) -> str:
    """Write a value with three digits and a prefix.

    Examples
    --------
    >>> engineering(0.0213, "A")
    '21.3 mA'
    """
    prefixes = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
    if value == 0 or not math.isfinite(value):
        return f"{value:g} {unit}"
    # rounded first: 999.9 m is 1
    value = float(f"{value:.3g}")
    exponent = max(-15, min(9, 3 * math.floor(math.log10(abs(value)) / 3 + 1e-12)))
    return f"{value / 10.0**exponent:.4g} {prefixes[exponent]}{unit}"
