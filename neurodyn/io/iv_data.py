"""A current-voltage measurement: the rows that can be used, and an account of those that cannot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


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
class IVData:
    """A measured current-voltage curve.

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
    """

    V: NDArray[np.float64]
    I: NDArray[np.float64]
    rows: NDArray[np.int64]
    set_aside: tuple[SetAside, ...] = ()
    source: str = "arrays"
    sha256: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: float | None = None
    limit_kind: Literal["current", "voltage"] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for values in (self.V, self.I, self.rows):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.V)

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
