"""A record in time: named channels in SI, and an account of the rows that are not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.io.iv_data import engineering, summary

_MOST_ROWS = 5e7


@dataclass(frozen=True, eq=False)
class TraceData:
    """What an oscilloscope, a source meter or a simulator recorded over time.

    Parameters
    ----------
    t : (n,) array
        Time [s], rising.
    channels : dict
        Each channel by name, (n,) arrays in the unit that ``units`` gives.
    units : dict
        ``"V"``, ``"A"`` or another SI unit, by channel.
    rows : (n,) int array
        Line numbers in the file (places in the arrays), counted from 1.
    set_aside : tuple of (int, str)
        Line number and reason of each row that is not used.
    source, sha256 : str
        Name and digest of the file.
    columns : dict
        Header of each channel, and of time under ``"t"``.
    metadata : dict
        What the file says about itself: ``"limit"`` and ``"limit_kind"`` of a compliance,
        ``"preamble"`` with the lines above the numbers.
    notes : tuple of str
        What was understood and assumed, as sentences.
    """

    t: Array
    channels: Mapping[str, Array]
    units: Mapping[str, str]
    rows: NDArray[np.int64]
    set_aside: tuple[tuple[int, str], ...] = ()
    source: str = "arrays"
    sha256: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for values in (self.t, self.rows, *self.channels.values()):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.t)

    @checked
    def __getitem__(self, name: str) -> Array:
        if name not in self.channels:
            raise unknown_name("channel", name, self.channels)
        return self.channels[name]

    @checked
    def resampled(self, dt: Positive) -> TraceData:
        """Return the record at even steps, by straight lines between its rows.

        Simulators choose their steps; what counts samples (spectra, fits of spikes) needs even
        ones. A step no longer than the shortest feature changes little; a note says it was done.

        Parameters
        ----------
        dt : float
            The step [s].

        Raises
        ------
        InputError
            If ``dt`` is no positive time shorter than the record, or makes over 50 million rows.
        """
        span = float(self.t[-1] - self.t[0])
        if not isinstance(dt, (int, float)) or not 0 < dt < span or span / dt > _MOST_ROWS:
            raise InputError(
                f"dt is {dt!r}; expected a step in s, shorter than the record of {span:.4g} s and "
                f"no shorter than {span / _MOST_ROWS:.2g} s"
            )
        t = self.t[0] + dt * np.arange(int(span / dt * (1 + 1e-12)) + 1)
        t = np.minimum(t, self.t[-1])
        note = f"{len(self)} rows were resampled to {len(t)} at steps of {engineering(dt, 's')}."
        return replace(
            self,
            t=t,
            channels={name: np.interp(t, self.t, y) for name, y in self.channels.items()},
            rows=self.rows[np.searchsorted(self.t, t, side="right") - 1],
            notes=(*self.notes, note),
        )

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows set aside for each reason."""
        return dict(Counter(reason for _, reason in self.set_aside))

    def __repr__(self) -> str:
        step = (self.t[-1] - self.t[0]) / max(1, len(self.t) - 1)
        lines = [f"TraceData: {len(self)} rows from {self.source}"]
        span = f"{engineering(self.t[0], 's')} to {engineering(self.t[-1], 's')}"
        lines.append(f"  t  {span}, {engineering(step, 's')} a row   column {self.columns['t']!r}")
        for name, values in self.channels.items():
            low, high = (engineering(v, self.units[name]) for v in (values.min(), values.max()))
            lines.append(f"  {name}  {low} to {high}   column {self.columns[name]!r}")
        if (limit := self.metadata.get("limit")) is not None:
            unit = "A" if self.metadata["limit_kind"] == "current" else "V"
            lines.append(f"  {self.metadata['limit_kind']} limit  {engineering(limit, unit)}")
        lines.append(f"  set aside  {summary(self.counts)}")
        return "\n".join(lines)

    def report(self) -> str:
        """Return an account in plain words: what was read, what was set aside and why."""
        lines = [repr(self)]
        for reason, count in self.counts.items():
            rows = [str(row) for row, why in self.set_aside if why == reason]
            more = ", ..." if count > 5 else ""
            lines.append(f"    {reason}: {count}, in line {', '.join(rows[:5])}{more}")
        lines += ["  notes", *(f"    {note}" for note in self.notes)] if self.notes else []
        lines.append(f"  sha256  {self.sha256}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values that JSON can hold."""
        return {
            "t": self.t.tolist(),
            "channels": {name: values.tolist() for name, values in self.channels.items()},
            "units": dict(self.units),
            "rows": self.rows.tolist(),
            "set_aside": [{"row": row, "reason": reason} for row, reason in self.set_aside],
            "source": self.source,
            "sha256": self.sha256,
            "columns": dict(self.columns),
            "metadata": dict(self.metadata),
            "notes": list(self.notes),
        }
