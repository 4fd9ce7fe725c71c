"""Protocols of planned measurements: what would be swept or recorded, and with what noise.

Each is a small frozen object that tells how its data would move with the parameters;
:func:`neurodyn.identifiability` adds them up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arguments import Count, NonNegative, Positive, Tolerance, checked
from neurodyn.arrays import Array
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.equilibria.terminals import Terminals
from neurodyn.errors import InputError
from neurodyn.fitting.trace.cycle import jittery_record, settled_cycle
from neurodyn.fitting.trace.features.extractor import PER_CYCLE, extractor
from neurodyn.fitting.trace.features.means import mean_features
from neurodyn.fitting.trace.record import spike_trace
from neurodyn.fitting.trace.sensitivity import observe
from neurodyn.model import Model

SERIES, OFFSET = "R_series", "T_offset"
EXTRA = (SERIES, OFFSET)
"""Unknowns of the set-up: a series resistance (in ln), and an error common to all ambient
temperatures (in units of the model's T_amb)."""

_SIMULATED_CYCLES = 400
_GRID = 2000  # places on a curve between which a sweep's points are sought


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
        curve = StaticCurve(model.with_parameters(T_amb=T_amb), tuple(inner))
        p, by_current = curve.parameter_values, self.drive == "current"
        series = self.R_series if by_current else self.R_series + self.R_load
        terminals = Terminals(series=series)
        u = self._places(curve, p, terminals)
        slopes = curve.values_and_slopes(u, p, terminals)[2:]
        by, by_terminals = curve.by_parameters(u, p, terminals)
        # V moves at a given current, or the current at a given source voltage
        moved, given = (0, 1) if by_current else (1, 0)
        slope = slopes[moved] / slopes[given]
        columns = []
        for name in names:
            if name == SERIES:
                by_log = self.R_series * by_terminals[0, 0]
                columns.append(by_log if by_current else -slope * by_log)
                continue
            j = inner.index("T_amb" if name == OFFSET else name)
            column = by[j, moved] - slope * by[j, given]
            # the same kelvins at every stage temperature
            same = model["T_amb"] / T_amb if name in (OFFSET, "T_amb") else 1.0
            columns.append(same * column)
        return np.stack(columns, axis=1) / self.noise

    def _places(self, curve: StaticCurve, p: Array, terminals: Terminals) -> Array:
        """Return where along the curve the points of the sweep lie."""
        grid = curve.grid(p, n=_GRID)
        ln_V, ln_I = curve.values_and_slopes(grid, p, terminals)[:2]
        usable = np.isfinite(ln_V) & np.isfinite(ln_I)
        grid, ln_V, ln_I = grid[usable], ln_V[usable], ln_I[usable]
        if self.drive == "current":
            _check_range(self, np.exp(ln_I[[0, -1]]), "A")
            wanted = np.log(np.geomspace(self.low, self.high, self.points))
            k = np.clip(np.searchsorted(ln_I, wanted), 1, len(grid) - 1)
            return curve.places(1, wanted, (grid[k - 1], grid[k]), p, terminals)
        _check_range(self, np.exp([ln_V.min(), ln_V[-1]]), "V")
        wanted = np.log(np.linspace(self.low, self.high, self.points))
        # a sweep up meets the first place with so high a voltage, one down the last with so low a
        # one: they jump at the folds
        up = np.array([int(np.argmax(ln_V >= v)) for v in wanted])
        down = np.array([len(ln_V) - 1 - int(np.argmax((ln_V <= v)[::-1])) for v in wanted])
        low, high = np.concatenate([up - 1, down]), np.concatenate([up, down + 1])
        low, high = np.maximum(low, 0), np.minimum(high, len(grid) - 1)
        return curve.places(0, np.tile(wanted, 2), (grid[low], grid[high]), p, terminals)


def _check_range(sweep: IVSweep, ends: Array, unit: str) -> None:
    if sweep.low < ends[0] or sweep.high > ends[1]:
        raise InputError(
            f"the sweep runs from {sweep.low:g} to {sweep.high:g} {unit}; expected within "
            f"{ends[0]:.3g} to {ends[1]:.3g} {unit}"
        )


@dataclass(frozen=True)
class PlannedTrace:
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
        ex = extractor(measured)
        table, slopes = ex.measure(measured.y).values, ex.level_slopes(measured.y)
        means = mean_features(table, slopes, PER_CYCLE, dt)
        factor = np.linalg.cholesky(means.covariance * means.cycles / self.cycles)
        gradient = np.array([cycle.gradients[name] for name in PER_CYCLE])
        return np.asarray(np.linalg.solve(factor, gradient), dtype=np.float64)


Protocol = IVSweep | PlannedTrace


@checked
def iv_sweep(
    low: Positive,
    high: Positive,
    *,
    points: Count = 200,
    drive: Literal["current", "voltage"] = "current",
    R_load: NonNegative = 0.0,
    R_series: NonNegative = 0.0,
    T_amb: Positive | Sequence[Positive] = (),
    noise: Tolerance = 0.01,
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
    if not low < high or points < 2:
        raise InputError(
            f"the sweep runs from {low:g} to {high:g} in {points} points; expected "
            "0 < low < high and at least 2 points"
        )
    if drive == "current" and R_load:
        raise InputError("R_load does not matter to a current-driven sweep; leave it out")
    ambients = (T_amb,) if isinstance(T_amb, (int, float)) else tuple(T_amb)
    return IVSweep(low, high, points, drive, R_load, R_series, ambients, noise)


@checked
def trace(
    *,
    cycles: Positive = 8,
    points: Count = 3000,
    channel: str = "V",
    noise: Tolerance = 0.01,
    method: Literal["features", "waveform"] = "features",
    jitter: NonNegative = 0.0,
    **settings: float,
) -> PlannedTrace:
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
    PlannedTrace

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
    if points < 10 or jitter >= 0.5:
        raise InputError(
            f"points is {points} and jitter {jitter:g}; expected at least 10 points, and a jitter "
            "below 0.5"
        )
    if jitter and method == "waveform":
        raise InputError("method='waveform' takes a phase without jitter; use method='features'")
    return PlannedTrace(cycles, points, channel, noise, method, jitter, dict(settings))


__all__ = ["iv_sweep", "trace"]
