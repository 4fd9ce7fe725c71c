"""``nd.spikes``: measures of the spikes along a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.provenance import require
from neurodyn.simulation import Trajectory
from neurodyn.spikes.shapes import shapes
from neurodyn.tables import Columns, Tabular

if TYPE_CHECKING:
    import neo


@dataclass(frozen=True, eq=False)
class SpikeTrain(Tabular):
    """Spikes of one trajectory; times in the time unit of the model.

    Parameters
    ----------
    times : (n,) float
        When the model's spike event happens.
    peak_times, peaks : (n,) float
        Maximum of the observable between a spike and the next.
    troughs : (n,) float
        Minimum of the observable between a spike and the next.
    widths : (n,) float
        Full width of the peak at half height between the trough and the peak; NaN where the
        trajectory ends before the peak is over.
    observable : str
        State or output that peaks, troughs and widths describe.
    charge, energy_device, energy_source : (n - 1,) float, or None
        Between each spike and the next: charge through the device [C], heat in the device [J] and
        work of the source [J]; None where the model has no such output.
    totals : mapping
        The same three over the whole trajectory.
    onset, end : float
        Start of the trajectory or of the stimulus, and its end.
    time_unit, unit : str
        Of times, and of the observable.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=335e-6)
    >>> train = nd.spikes(nd.solve(neuron, t_end=5e-6))
    >>> round(train.rate / 1e6, 2)       # MHz
    2.97
    """

    times: Array
    peak_times: Array
    peaks: Array
    troughs: Array
    widths: Array
    observable: str
    charge: Array | None
    energy_device: Array | None
    energy_source: Array | None
    totals: Mapping[str, float]
    onset: float
    end: float
    time_unit: str = "s"
    unit: str = "1"

    def columns(self) -> Columns:
        """Return a row for each spike: time, peak, trough and width, each with its unit."""
        return {
            "time": (self.times, self.time_unit),
            "peak_time": (self.peak_times, self.time_unit),
            "peak": (self.peaks, self.unit),
            "trough": (self.troughs, self.unit),
            "width": (self.widths, self.time_unit),
        }

    def to_neo(self) -> neo.SpikeTrain:
        """Return the spikes as a ``neo.SpikeTrain``, which elephant reads; needs neo."""
        neo = require("neo", extra="neo")
        unit = {"1": "dimensionless"}.get(self.time_unit, self.time_unit)
        return neo.SpikeTrain(self.times, t_start=self.onset, t_stop=self.end, units=unit)

    def __len__(self) -> int:
        return len(self.times)

    @property
    def intervals(self) -> Array:
        """Interspike intervals, (n - 1,)."""
        return np.diff(self.times)

    @property
    def rate(self) -> float:
        """One over the mean interspike interval; 0 with fewer than two spikes."""
        return float(1.0 / self.intervals.mean()) if len(self) > 1 else 0.0

    @property
    def cv(self) -> float:
        """Coefficient of variation of the intervals; NaN with fewer than two intervals."""
        return (
            float(self.intervals.std(ddof=1) / self.intervals.mean()) if len(self) > 2 else np.nan
        )

    @property
    def latency(self) -> float:
        """Time from the onset to the first spike; NaN without spikes."""
        return float(self.times[0] - self.onset) if len(self) else np.nan

    @checked
    def energy_per_spike(self, by: Literal["device", "source"] = "device") -> float:
        """Return the mean energy per spike [J].

        Over the interspike intervals; with a single spike, over the whole trajectory.

        Parameters
        ----------
        by : {"device", "source"}
            Heat in the device, or work done by the source (which also feeds load and output
            resistors).

        Raises
        ------
        InputError
            If the model has no such power, or there is no spike.
        """
        values = self.energy_device if by == "device" else self.energy_source
        if values is None:
            raise InputError(f"the model has no output P_{by}, so the energy is not known")
        if not len(self):
            raise InputError("there is no spike, so no energy per spike")
        return float(values.mean()) if len(values) else self.totals[f"P_{by}"]

    def __repr__(self) -> str:
        if not len(self):
            return f"<no spikes from {self.onset:.4g} to {self.end:.4g}>"
        plural = "s" if len(self) > 1 else ""
        return (
            f"<{len(self)} spike{plural}, first at {self.times[0]:.6g}, rate {self.rate:.6g}, "
            f"CV {self.cv:.3g}, {self.observable} peaks {self.peaks.min():.4g} to "
            f"{self.peaks.max():.4g}>"
        )


@checked
def spikes(
    traj: Trajectory, *, observable: str | None = None, after: float | None = None
) -> SpikeTrain:
    """Measure the spikes of a trajectory.

    Parameters
    ----------
    traj : Trajectory
        Of a model that declares a spike event.
    observable : str, optional
        State or output whose peaks and widths are measured; the model's choice by default.
    after : float, optional
        Ignore spikes before this time; latency and totals count from there.

    Returns
    -------
    SpikeTrain

    Raises
    ------
    InputError
        If the model declares no spike event or has no such observable.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_circuit(I_s=180e-6)
    >>> train = nd.spikes(nd.solve(neuron, t_end=5e-6), observable="V_out")
    >>> bool((train.troughs < 0).all())      # the inductance makes the output undershoot
    True
    """
    model = traj.model
    if model.spike is None:
        raise InputError(f"model {model.name!r} declares no spike event")
    observable = observable or model.spike.observable
    if observable not in model.observable_names:
        raise unknown_name("state or output", observable, model.observable_names)
    onset = float(traj.t[0]) if after is None else float(after)
    end = float(traj.t[-1])
    times = traj.spike_times[traj.spike_times >= onset]
    columns = shapes(traj, observable, times)
    names = [n for n in ("I_device", "P_device", "P_source") if n in model.observable_names]
    integrals, totals = {}, {}
    if names:
        sums = traj.integrals(names, np.concatenate([[onset, end], times]))
        integrals = dict(zip(names, np.diff(sums[:, 2:]), strict=True))
        totals = {
            name: float(last - first)
            for name, (first, last) in zip(names, sums[:, :2], strict=True)
        }
    return SpikeTrain(
        times=times,
        peak_times=columns[0],
        peaks=columns[1],
        troughs=columns[2],
        widths=columns[3],
        observable=observable,
        charge=integrals.get("I_device"),
        energy_device=integrals.get("P_device"),
        energy_source=integrals.get("P_source"),
        totals=totals,
        time_unit=model.time_unit,
        unit=model.quantity(observable).unit,
        onset=onset,
        end=end,
    )
