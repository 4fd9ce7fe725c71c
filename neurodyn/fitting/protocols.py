"""Measurements that are planned: what would be swept or recorded, and with what noise.

Each is a small frozen object that tells how its data would move with the parameters;
:func:`neurodyn.identifiability` adds them up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.static_sensitivity import static_sensitivity
from neurodyn.fitting.trace_cycle import jittery_record, settled_cycle
from neurodyn.fitting.trace_features import PER_CYCLE, extractor, mean_features
from neurodyn.fitting.trace_record import spike_trace
from neurodyn.fitting.trace_sensitivity import observe
from neurodyn.model import Model

SERIES, OFFSET = "R_series", "T_offset"
EXTRA = (SERIES, OFFSET)
"""Unknowns of the set-up: a series resistance (in ln), and an error common to all ambient
temperatures (in units of the model's T_amb)."""

_SIMULATED_CYCLES = 400


@dataclass(frozen=True)
class IVSweep:
    """A quasi-static I-V sweep; made by :func:`iv_sweep`.

    Parameters
    ----------
    low, high : float [A or V]
    points : int
        Of each sweep direction.
    drive : {"current", "voltage"}
    R_load : float [ohm]
    R_series : float [ohm]
        Part of the measured voltage.
    T_amb : tuple of float [K]
        One sweep at each; empty for the model's.
    noise : float
        Relative, of what is measured.
    """

    low: float
    high: float
    points: int
    drive: Literal["current", "voltage"]
    R_load: float
    R_series: float
    T_amb: tuple[float, ...]
    noise: float

    def __str__(self) -> str:
        unit = "A" if self.drive == "current" else "V"
        more = f", load {self.R_load:g} ohm, up and down" if self.drive == "voltage" else ""
        more += f", series resistance {self.R_series:g} ohm" if self.R_series else ""
        more += f", at {', '.join(f'{T:g}' for T in self.T_amb)} K" if self.T_amb else ""
        return (
            f"I-V curve, {self.drive}-driven, {self.low:g} to {self.high:g} {unit}, "
            f"{self.points} points{more}, noise {self.noise:.2g}"
        )

    def rows(self, model: Model, names: Sequence[str]) -> Array:
        """Return d(data)/d(unknowns) in units of the noise, (n, n_names).

        Current-driven: ln V at given current. Voltage-driven: ln I at given source voltage, on the
        branch that a slow sweep up and one down visit.
        """
        ambients = self.T_amb or (model["T_amb"],)
        return np.concatenate([self._at(model, T, names) for T in ambients])

    def _at(self, model: Model, T_amb: float, names: Sequence[str]) -> Array:
        inner = [name for name in names if name not in EXTRA]
        if OFFSET in names and "T_amb" not in inner:
            inner.append("T_amb")
        curve = static_sensitivity(model.with_parameters(**{"T_amb": T_amb}), tuple(inner))
        V, I = curve.V + self.R_series * curve.I, curve.I
        total = V + self.R_load * I
        if self.drive == "current":
            if self.high > I[-1] or self.low < I[0]:
                raise InputError(
                    f"the sweep runs from {self.low:g} to {self.high:g} A; expected within "
                    f"{I[0]:.3g} to {I[-1]:.3g} A"
                )
            at = np.interp(np.log(np.geomspace(self.low, self.high, self.points)), np.log(I),
                           np.arange(len(I)))  # fmt: skip
        else:
            at = _visited(total, np.linspace(self.low, self.high, self.points))
        k = np.round(at).astype(int)
        V, I, total = V[k], I[k], total[k]
        V_z = curve.V_z[k] + self.R_series * curve.I_z[k]
        I_z = curve.I_z[k]
        columns = []
        for name in names:
            if name == SERIES:
                V_p, I_p = self.R_series * I, np.zeros_like(I)
            else:
                j = inner.index("T_amb" if name == OFFSET else name)
                V_p = curve.V_p[j, k] + self.R_series * curve.I_p[j, k]
                I_p = curve.I_p[j, k]
                if name in (OFFSET, "T_amb"):  # the same kelvins at every stage temperature
                    V_p, I_p = V_p * model["T_amb"] / T_amb, I_p * model["T_amb"] / T_amb
            if self.drive == "current":
                columns.append((V_p - V_z / I_z * I_p) / V)
            else:
                total_p, total_z = V_p + self.R_load * I_p, V_z + self.R_load * I_z
                columns.append((I_p - I_z / total_z * total_p) / I)
        return np.stack(columns, axis=1) / self.noise


def _visited(total: Array, wanted: Array) -> Array:
    """Return places along the curve that a sweep up, then one down, visits; jumps at folds."""
    up = [int(np.argmax(total >= v)) for v in wanted]
    down = [len(total) - 1 - int(np.argmax((total <= v)[::-1])) for v in wanted]
    if wanted[-1] > total[-1]:
        raise InputError(f"the sweep ends at {wanted[-1]:g} V; expected at most {total[-1]:.3g} V")
    return np.array(up + down, dtype=float)


@dataclass(frozen=True)
class TraceRecord:
    """A spike trace; made by :func:`trace`.

    Parameters
    ----------
    cycles : float
    points : int
    channel : str
    noise : float
        Of one sample, relative to the largest value.
    method : {"features", "waveform"}
    jitter : float
        Relative scatter of the duration of a cycle (features only).
    settings : mapping
        Inputs and parameters that are set for this trace.
    """

    cycles: float
    points: int
    channel: str
    noise: float
    method: Literal["features", "waveform"]
    jitter: float
    settings: Mapping[str, float]

    def __str__(self) -> str:
        settings = "".join(f", {name} = {value:g}" for name, value in self.settings.items())
        how = "from rest, every sample" if self.method == "waveform" else "features of cycles"
        return (
            f"trace of {self.channel}, {self.cycles:g} cycles, {self.points} samples, {how}, "
            f"noise {self.noise:.2g} of the largest value"
            + (f", jitter {self.jitter:.2g}" if self.jitter else "")
            + settings
        )

    def rows(self, model: Model, names: Sequence[str]) -> Array:
        """Return d(data)/d(unknowns) in units of the noise, (n, n_names).

        Raises
        ------
        InputError
            If the model does not spike at these settings.
        """
        for name in self.settings:
            if name in names:
                raise InputError(f"{name} is both set for the trace and asked to be determined")
        model = model.with_parameters(**self.settings)
        inner = tuple(name for name in names if name not in EXTRA)
        if OFFSET in names and "T_amb" not in inner:
            inner = (*inner, "T_amb")
        cycle = settled_cycle(model, self.channel, inner if self.method == "features" else ())
        if cycle is None:
            raise InputError(f"{model.name} does not spike at the settings of the planned {self}")
        found = (
            self._of_features(model, inner)
            if self.method == "features"
            else self._of_samples(model, inner, self.cycles * cycle.values["period"])
        )
        rows = np.zeros((len(found), len(names)))
        for i, name in enumerate(names):
            if name == OFFSET:
                rows[:, i] = found[:, inner.index("T_amb")]
            elif name != SERIES:
                rows[:, i] = found[:, inner.index(name)]
        return rows

    def _of_samples(self, model: Model, names: tuple[str, ...], t_end: float) -> Array:
        run = observe(model, self.channel, names, t_end)
        t = np.linspace(0.0, t_end, self.points + 1)[1:]
        return run.gradient(t).T / (self.noise * np.abs(run.y(t)).max())

    def _of_features(self, model: Model, names: tuple[str, ...]) -> Array:
        """Measure a long simulated record, as the fit would, and scale to the cycles planned."""
        cycle = settled_cycle(model, self.channel, names)
        assert cycle is not None
        dt = self.cycles * cycle.values["period"] / self.points
        largest = max(abs(cycle.values["peak"]), abs(cycle.values["trough"]))
        record = jittery_record(
            cycle, _SIMULATED_CYCLES, dt, self.noise * largest, self.jitter, seed=0
        )
        measured = spike_trace(record, channel=self.channel, source="planned trace")
        table = extractor(measured).measure(measured.y).columns(PER_CYCLE)
        means = mean_features(table, PER_CYCLE, dt)
        factor = np.linalg.cholesky(means.covariance * means.cycles / self.cycles)
        gradient = np.array([cycle.gradients[name] for name in PER_CYCLE])
        return np.asarray(np.linalg.solve(factor, gradient), dtype=np.float64)


Protocol = IVSweep | TraceRecord


def iv_sweep(
    low: float,
    high: float,
    *,
    points: int = 200,
    drive: Literal["current", "voltage"] = "current",
    R_load: float = 0.0,
    R_series: float = 0.0,
    T_amb: float | Sequence[float] = (),
    noise: float = 0.01,
) -> IVSweep:
    """Plan a quasi-static I-V sweep.

    Parameters
    ----------
    low, high : float [A, or V if voltage-driven]
        Current points are spaced evenly in the logarithm, voltages evenly.
    points : int
        A voltage sweep runs up and down, so it gives twice as many.
    drive : {"current", "voltage"}
    R_load : float [ohm]
        Known load in series with a voltage source.
    R_series : float [ohm]
        Lead or contact resistance inside the measured voltage; list "R_series" among the
        parameters if it is not known.
    T_amb : float or sequence of float [K]
        Stage temperatures, one sweep at each; the model's by default.
    noise : float
        Relative standard deviation of the measured voltage (current-driven) or current.

    Returns
    -------
    IVSweep

    Raises
    ------
    InputError
        For a range, a drive or a noise that makes no sense.

    Examples
    --------
    >>> import neurodyn as nd
    >>> print(nd.protocols.iv_sweep(1e-7, 3e-3, T_amb=(280, 330)))
    I-V curve, current-driven, 1e-07 to 0.003 A, 200 points, at 280, 330 K, noise 0.01
    """
    if drive not in ("current", "voltage"):
        raise unknown_name("drive", str(drive), ("current", "voltage"))
    if not (0 < low < high < math.inf) or points < 2:
        raise InputError(
            f"the sweep runs from {low:g} to {high:g} in {points} points; expected "
            "0 < low < high and at least 2 points"
        )
    if not 0 < noise < 1:
        raise InputError(f"noise is {noise:g}; expected a relative value between 0 and 1")
    for name, value in (("R_load", R_load), ("R_series", R_series)):
        if not 0 <= value < math.inf:
            raise InputError(f"{name} is {value:g} ohm; expected 0 or more")
    if drive == "current" and R_load:
        raise InputError("R_load does not matter to a current-driven sweep; leave it out")
    ambients = (T_amb,) if isinstance(T_amb, (int, float)) else tuple(T_amb)
    return IVSweep(low, high, points, drive, R_load, R_series, ambients, noise)


def trace(
    *,
    cycles: float = 8,
    points: int = 3000,
    channel: str = "V",
    noise: float = 0.01,
    method: Literal["features", "waveform"] = "features",
    jitter: float = 0.0,
    **settings: float,
) -> TraceRecord:
    """Plan the record of a spike trace.

    Parameters
    ----------
    cycles : float
        Length of the record in periods of the model.
    points : int
        Samples in all.
    channel : str
        State or output that would be measured.
    noise : float
        Standard deviation of one sample, relative to the largest value.
    method : {"features", "waveform"}
        Means of features over cycles, or every sample from the moment the source is switched on
        (no jitter, phase known): the most that the record could tell.
    jitter : float
        Relative scatter of the duration of a cycle, for features.
    **settings : float
        Inputs and parameters set for the trace, e.g. ``V_s=1.6``.

    Returns
    -------
    TraceRecord

    Raises
    ------
    InputError
        For a length, a noise or a method that makes no sense.

    Examples
    --------
    >>> import neurodyn as nd
    >>> print(nd.protocols.trace(cycles=50))
    trace of V, 50 cycles, 3000 samples, features of cycles, noise 0.01 of the largest value
    """
    if method not in ("features", "waveform"):
        raise unknown_name("method", str(method), ("features", "waveform"))
    if not (cycles > 0 and points >= 10 and 0 < noise < 1 and 0 <= jitter < 0.5):
        raise InputError(
            f"cycles {cycles:g}, points {points}, noise {noise:g}, jitter {jitter:g}; expected "
            "cycles > 0, at least 10 points, noise between 0 and 1 and jitter between 0 and 0.5"
        )
    if jitter and method == "waveform":
        raise InputError("method='waveform' takes a phase without jitter; use method='features'")
    return TraceRecord(cycles, points, channel, noise, method, jitter, dict(settings))


__all__ = ["iv_sweep", "trace"]
