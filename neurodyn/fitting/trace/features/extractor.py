"""Features of a measured spike trace, cycle by cycle, and how well their means are known.

A cycle runs from one rise through half height to the next. Levels are fractions of the mean trough
and mean peak: half height for period and width, 20 and 80 % for rise and fall. Where the
trace rises from below 20 % to above 80 % is an edge; so noise or ringing smaller than that does not
count as a spike. Each crossing is found from a straight line through the samples around it, each
extremum from a local parabola (Savitzky-Golay), with windows chosen once from the trace.

Whatever bias such a measurement has at a given sampling and noise, the same extractor has it on a
model's trace of the same sampling and noise: see :func:`neurodyn.fitting.trace.cycle.bias`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.fitting.trace.record import SpikeTrace

Index = npt.NDArray[np.intp]

PER_CYCLE = ("period", "peak", "trough", "width", "rise", "fall", "mean")
FEATURES = (*PER_CYCLE, "latency")
LOW, MIDDLE, HIGH = 0.2, 0.5, 0.8
VALUES = ("peak", "trough", "mean")
TIMES = ("period", "width", "rise", "fall", "latency")

_FEWEST_PER_CYCLE = 16
_FEWEST_CYCLES = 8


@dataclass(frozen=True)
class Extractor:
    """Settings of a feature measurement: applied alike to data and to simulated traces.

    Parameters
    ----------
    dt : float
    low, high : float
        Levels that an edge must pass.
    rise_window, fall_window, peak_window, trough_window : int
        Samples used around a crossing or an extremum; odd.
    """

    dt: float
    low: float
    high: float
    rise_window: int
    fall_window: int
    peak_window: int
    trough_window: int

    def measure(self, y: Array) -> CycleTable:
        """Measure the features of every complete cycle of an evenly sampled trace."""
        return self._measure(y, 0.0, 0.0)

    def level_slopes(self, y: Array) -> Array:
        """Return how the means of all features move with mean trough and mean peak, (7, 2).

        The levels of all crossings are fractions between those two, so an error of either moves
        every cycle's width, rise and fall alike, which their scatter does not show.
        """
        step = 0.01 * (self.high - self.low)
        slopes = np.zeros((len(PER_CYCLE), 2))
        for k, (trough, peak) in enumerate(((step, 0.0), (0.0, step))):
            up, down = self._measure(y, trough, peak), self._measure(y, -trough, -peak)
            slopes[:, k] = (up.values.mean(axis=0) - down.values.mean(axis=0)) / (2 * step)
        return slopes

    def _measure(self, y: Array, trough_error: float, peak_error: float) -> CycleTable:
        rises, falls = edges(
            _smooth(y, min(self.rise_window, self.fall_window)), self.low, self.high
        )
        starts = rises[:, 1]
        rough = list(itertools.pairwise(starts))
        if not rough:
            return CycleTable(np.empty((0, len(PER_CYCLE))), np.empty(0))
        top = _smooth(y, self.peak_window)
        bottom = _smooth(y, self.trough_window)
        peaks = np.array([top[a:b].max() for a, b in rough])
        troughs = np.array([bottom[a:b].min() for a, b in rough])
        trough, peak = troughs.mean() + trough_error, peaks.mean() + peak_error

        def level(fraction: float) -> float:
            return float(trough + fraction * (peak - trough))

        def up(fraction: float) -> Array:
            return self._crossing(y, rises, level(fraction), self.rise_window)

        def down(fraction: float) -> Array:
            return self._crossing(y, falls, level(fraction), self.fall_window)

        start, stop = up(MIDDLE), down(MIDDLE)
        # the fall that follows each rise; a fall before the first rise belongs to no cycle
        after = np.searchsorted(stop, start[:-1])
        area = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]))])
        areas = np.interp(start, np.arange(len(y)), area)
        period = np.diff(start)
        columns = {
            "period": period * self.dt,
            "peak": peaks,
            "trough": troughs,
            "width": (stop[after] - start[:-1]) * self.dt,
            "rise": (up(HIGH) - up(LOW))[:-1] * self.dt,
            "fall": (down(LOW) - down(HIGH))[after] * self.dt,
            "mean": np.diff(areas) / period,
        }
        return CycleTable(np.stack([columns[name] for name in PER_CYCLE], axis=1), start * self.dt)

    def _crossing(self, y: Array, edge: Index, level: float, window: int) -> Array:
        """Return where each edge passes a level, in samples, from a line through a window."""
        rough = np.empty(len(edge))
        for i, (a, b) in enumerate(edge):  # middle of the samples beyond and below the level
            above = y[a : b + 1] > level
            rising = y[b] > y[a]
            count = np.count_nonzero(~above if rising else above)
            rough[i] = a + count - 0.5
        if window < 3:
            left = np.clip(np.floor(rough).astype(int), 0, len(y) - 2)
            step = y[left + 1] - y[left]
            fraction = (level - y[left]) / np.where(step == 0, np.inf, step)
            return left + np.clip(fraction, 0.0, 1.0)
        half = window // 2
        offset = np.arange(-half, half + 1)
        for _ in range(3):
            centre = np.clip(np.round(rough).astype(int), half, len(y) - 1 - half)
            values = y[centre[:, None] + offset]
            slope = values @ offset / (offset @ offset)
            move = (level - values.mean(axis=1)) / np.where(slope == 0, np.inf, slope)
            rough = centre + np.clip(move, -half, half)
        return rough


@dataclass(frozen=True)
class CycleTable:
    """Features of single cycles.

    Parameters
    ----------
    values : (n_cycles, 7) float
        In the order of ``PER_CYCLE``.
    starts : (n_cycles + 1,) float
        When the cycles start and end, from the first sample.
    """

    values: Array
    starts: Array

    def __len__(self) -> int:
        return len(self.values)

    def columns(self, names: tuple[str, ...]) -> Array:
        """Return the columns of the named features, (n_cycles, n_names)."""
        return self.values[:, [PER_CYCLE.index(name) for name in names]]


def edges(s: Array, low: float, high: float) -> tuple[Index, Index]:
    """Return (last sample before, first sample after) of rises and of falls past two levels."""
    mark = np.where(s > high, 1, np.where(s < low, -1, 0))
    where = np.flatnonzero(mark)
    change = np.flatnonzero(np.diff(mark[where]))
    pairs = np.stack([where[change], where[change + 1]], axis=1)
    rising = mark[pairs[:, 1]] > 0
    return pairs[rising], pairs[~rising]


def _smooth(y: Array, window: int) -> Array:
    return savgol_filter(y, window, 2) if window >= 5 else y


def _odd(samples: float) -> int:
    return max(1, 2 * int(samples // 2) + 1)


def extractor(trace: SpikeTrace, fewest_cycles: int = _FEWEST_CYCLES) -> Extractor:
    """Choose levels and windows for a trace, from its last two thirds, past a start from rest.

    Raises
    ------
    InputError
        If the trace has no spikes, too few cycles, or too few samples a cycle.
    """
    y, source = trace.y, trace.source
    sd = trace.white_noise
    # a first look at the extremes, past single noisy samples and past rare overshoot
    bottom, top = np.percentile(y[len(y) // 3 :], [0.5, 99.5])
    spread = float(top - bottom)
    if not spread > 8 * sd:
        raise InputError(
            f"{source}: no spikes: {trace.channel} stays within {spread:.3g} of {bottom:.4g}, with "
            f"noise of {sd:.2g}; expected spikes of at least eight times the noise"
        )
    low, high = bottom + LOW * spread, bottom + HIGH * spread
    smooth = y
    for window in (1, 5, 9, 17, 33, 65):  # the least smoothing that noise does not break edges of
        smooth = _smooth(y, window)
        rises, falls = edges(smooth, low, high)
        if window * 8 > _FEWEST_PER_CYCLE and sd * np.sqrt(3.0 / window) < 0.06 * spread:
            break
    cycles = len(rises) - 1
    if cycles < fewest_cycles:
        raise InputError(
            f"{source}: {len(rises)} rises of {trace.channel}, {max(cycles, 0)} complete cycles; "
            f"expected at least {fewest_cycles} to see how cycles scatter"
        )
    per_cycle = float(np.median(np.diff(rises[:, 1])))
    if per_cycle < _FEWEST_PER_CYCLE:
        raise InputError(
            f"{source}: {per_cycle:.1f} samples a cycle; expected at least {_FEWEST_PER_CYCLE}, so "
            "a faster sampling rate"
        )
    near = 0.1 * spread
    return Extractor(
        dt=trace.dt,
        low=float(low),
        high=float(high),
        rise_window=_odd(0.3 * np.median(np.diff(rises))),
        fall_window=_odd(0.3 * np.median(np.diff(falls))),
        peak_window=_odd(0.5 * np.count_nonzero(smooth > top - near) / len(rises)),
        trough_window=_odd(0.5 * np.count_nonzero(smooth < bottom + near) / len(rises)),
    )
