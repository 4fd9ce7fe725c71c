"""``nd.power_spectrum``: Welch's estimate, of spike trains or of a trace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.simulation import StochasticTrajectories, Trajectory
from neurodyn.spikes.windows import Spikes, watched


@dataclass(frozen=True, eq=False)
class PowerSpectrum:
    """One-sided power density, averaged over segments and runs.

    Parameters
    ----------
    frequency : (n,) float [1 / time unit]
    density : (n,) float [unit^2 / frequency]
        Its integral is the variance. For spike trains the unit is spikes per time, so that a
        Poisson train of rate r has the density 2 r at all frequencies.
    segments : int
        Number of segments averaged, half overlapping.
    name : str
        State or output, or ``"spikes"``.
    """

    frequency: Array
    density: Array
    segments: int
    name: str

    @property
    def peak(self) -> float:
        """Frequency of the highest density, zero frequency left out."""
        return float(self.frequency[1 + int(np.argmax(self.density[1:]))])


@checked
def power_spectrum(
    what: Spikes,
    name: str = "spikes",
    *,
    dt: Positive | None = None,
    segment: Positive | None = None,
    after: float | None = None,
) -> PowerSpectrum:
    """Estimate the power spectrum of spikes, or of a state or output.

    P. D. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967): Hann windows, half overlapping,
    the mean of each segment taken out.

    Parameters
    ----------
    what : Trajectory or StochasticTrajectories; for spikes also SpikeTrain or spike times
    name : str
        ``"spikes"``, or a state or output.
    dt : float, optional
        Sampling interval: width of the bins that spikes are counted in (an eighth of the median
        interval by default), or distance of samples (that of the traces kept, or a 4096th of a
        trajectory).
    segment : float, optional
        Length of a segment; an eighth of the shortest train by default.
    after : float, optional
        Leave out what comes before this time.

    Raises
    ------
    InputError
        If there is nothing to sample, or a length makes no sense.

    Examples
    --------
    >>> import neurodyn as nd
    >>> cycle = nd.solve(nd.devices.stuart_landau(), t_end=400.0)     # period 2 pi
    >>> round(nd.power_spectrum(cycle, "x", after=20.0, segment=200.0).peak * 6.2832, 2)
    1.01
    """
    from scipy.signal import welch

    signals, step = (
        _spike_counts(what, dt, after) if name == "spikes" else _samples(what, name, dt, after)
    )
    shortest = min(map(len, signals))
    length = shortest // 8 if segment is None else round(segment / step)
    if not 8 <= length <= shortest:
        raise InputError(
            f"a segment of {length * step:.4g} has {length} samples; expected from 8 to the whole "
            f"{shortest} (dt {step:.4g})"
        )
    total, weights = np.zeros(length // 2 + 1), []
    frequency = np.empty(0)
    for signal in signals:
        frequency, density = welch(signal, fs=1 / step, nperseg=length, detrend="constant")
        weights.append((len(signal) - length // 2) // (length - length // 2))
        total += density * weights[-1]
    return PowerSpectrum(frequency, total / sum(weights), sum(weights), name)


def _spike_counts(what: Spikes, dt: float | None, after: float | None) -> tuple[list[Array], float]:
    trains = watched(what, after)
    if dt is None:
        intervals = np.concatenate([np.diff(train.times) for train in trains])
        if not len(intervals):
            raise InputError("there is no interspike interval to take dt from; expected dt=")
        dt = float(np.median(intervals)) / 8
    _check(dt)
    signals = []
    for train in trains:
        bins = int((train.stop - train.start) / dt * (1 + 1e-12))
        edges = train.start + dt * np.arange(bins + 1)
        signals.append(np.diff(np.searchsorted(train.times, edges)) / dt)
    return signals, dt


def _samples(
    what: Spikes, name: str, dt: float | None, after: float | None
) -> tuple[list[Array], float]:
    if isinstance(what, Trajectory):
        start = float(what.t[0]) if after is None else after
        step = (what.t[-1] - start) / 4096 if dt is None else dt
        _check(step)
        t = start + step * np.arange(int((what.t[-1] - start) / step * (1 + 1e-12)) + 1)
        return [what.at(np.minimum(t, what.t[-1]), name)], float(step)
    if not isinstance(what, StochasticTrajectories):
        raise InputError(f"bare spikes have no {name!r}; expected a trajectory, or name='spikes'")
    values = what[name]
    kept = np.flatnonzero(what.t >= (what.t_start if after is None else after))
    steps = np.diff(what.t[kept])
    if len(steps) < 8 or np.ptp(steps) > 1e-6 * steps.mean():
        raise InputError(
            "traces are too short or not evenly spaced (a kink of a stimulus cuts a step); "
            "expected more of them, or after= beyond the last kink"
        )
    if dt is not None:
        raise InputError("traces are sampled as they were kept; expected thin= in solve_sde")
    if not np.isfinite(values[:, kept]).all():
        raise InputError("some runs stopped early; expected traces of one length")
    return list(values[:, kept]), float(steps.mean())


def _check(dt: float) -> None:
    if not (np.isfinite(dt) and dt > 0):
        raise InputError(f"dt is {dt:g}; expected more than zero")
