"""Shapes of spikes: peak, trough and width of each, in time proportional to the trajectory.

Spikes are measured many at a time in a compiled loop, because a call of numpy costs more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.extending import register_jitable

from neurodyn.arrays import Array
from neurodyn.codegen.loops import compiled_loop
from neurodyn.simulation import Trajectory

_PER_STEP = 8  # samples per solver step when peaks and widths are looked for
_BLOCK = 2**14  # steps measured at a time, which bounds memory
_LOOK_BACK = 512  # samples of the interval before a spike, where half the width may lie
_LOOK_AT_ONCE = 32  # of them, nearest first

Places = npt.NDArray[np.intp]


def shapes(traj: Trajectory, name: str, times: Array) -> Array:
    """Return peak time, peak, trough and width at half height of each spike, (4, n).

    A spike lasts until the next, the last one until the trajectory ends. The width is NaN where the
    trajectory ends before the peak is over.

    Parameters
    ----------
    traj : Trajectory
    name : str
        State, input or output that is measured.
    times : (n,) float
        Of the spikes, in order.
    """
    stops = np.append(times[1:], traj.t[-1])[: len(times)]
    parts = [_block(traj, name, times[b], stops[b]) for b in _blocks(traj, times, stops)]
    return np.concatenate(parts, axis=1) if parts else np.empty((4, 0))


def _blocks(traj: Trajectory, starts: Array, stops: Array) -> Iterator[slice]:
    """Yield runs of spikes with a bounded number of steps each (but one spike at least)."""
    ends = np.searchsorted(traj.t, stops)
    first = 0
    while first < len(starts):
        begin = np.searchsorted(traj.t, starts[first])
        last = max(first + 1, int(np.searchsorted(ends, begin + _BLOCK)))
        yield slice(first, last)
        first = last


def _block(traj: Trajectory, name: str, starts: Array, stops: Array) -> Array:
    """Return the shapes of spikes that follow each other, (4, n)."""
    low = np.minimum(np.searchsorted(traj.t, starts, side="right") - 1, len(traj.t) - 2)
    high = np.searchsorted(traj.t, stops) - 1  # what a reset does at the stop comes after it
    steps = slice(int(low[0]), int(high[-1]) + 1)
    y = traj.sampled(name, steps, np.arange(_PER_STEP) / _PER_STEP)
    theta = (stops - traj.t[high]) / (traj.t[high + 1] - traj.t[high])
    before = traj.evaluate(name, traj.within(high, theta), stops)
    ends = np.stack([traj.at(starts, name), before, traj.at(stops, name)])
    t = traj.t[steps.start : steps.stop + 1]
    out = np.empty((5, len(starts)))
    _measure(t, y, low - steps.start, high - steps.start, starts, stops, ends, out)
    peak_times, peaks, troughs, rise, fall = out
    early = np.flatnonzero(np.isnan(rise) & ~np.isnan(fall))
    half = 0.5 * (peaks + troughs)
    rise[early] = _rise_before(traj, name, starts[early], stops[early], half[early])
    return np.stack([peak_times, peaks, troughs, fall - rise])


@register_jitable
def _summit(t: Array, y: Array, top: int, n: int) -> tuple[float, float]:
    """Refine the largest of n samples by the parabola through its neighbours; time and value."""
    if 0 < top < n - 1:
        s, u = t[top - 1] - t[top], t[top + 1] - t[top]
        if s < 0 < u:
            down, up = (y[top - 1] - y[top]) / s, (y[top + 1] - y[top]) / u
            a = (up - down) / (u - s)
            b = down - a * s
            if a < 0:
                return t[top] - b / (2 * a), y[top] - b * b / (4 * a)
    return t[top], y[top]


@register_jitable
def _crossing(t: Array, y: Array, below: Any, above: Any, level: Any) -> Any:
    """Return where the straight line between two samples, or each two, reaches a level."""
    return t[below] + (level - y[below]) / (y[above] - y[below]) * (t[above] - t[below])


@compiled_loop
def _measure(
    t: Array,
    samples: Array,
    low: Places,
    high: Places,
    starts: Array,
    stops: Array,
    ends: Array,
    out: Array,
) -> None:
    """Measure spikes in samples at equal fractions of each step.

    Parameters
    ----------
    t (m + 1,), samples (m, k) : ends of the steps, and the observable from the start of each on
    low, high (n,) : steps in which each spike starts and stops
    starts, stops (n,), ends (3, n) : when, and the observable at the start, before the stop, after
    out (5, n) : receives peak time, peak, trough, rise and fall through half height, or NaN
    """
    k = samples.shape[1]
    most = k * (high - low + 1).max() + 3
    time, y = np.empty(most), np.empty(most)
    for i in range(len(starts)):
        time[0], y[0] = starts[i], ends[0, i]
        n = 1
        for step in range(low[i], high[i] + 1):
            h = (t[step + 1] - t[step]) / k
            for j in range(k):
                now = t[step] + j * h
                if starts[i] < now < stops[i]:
                    time[n], y[n] = now, samples[step, j]
                    n += 1
        time[n], y[n] = stops[i], ends[1, i]
        time[n + 1], y[n + 1] = stops[i], ends[2, i]
        n += 2
        top, trough = 0, y[0]
        for j in range(1, n):
            if y[j] > y[top]:
                top = j
            trough = min(trough, y[j])
        when, peak = _summit(time, y, top, n)
        half = 0.5 * (peak + trough)
        left, right = top - 1, top
        while left >= 0 and not y[left] < half:
            left -= 1
        while right < n and not y[right] < half:
            right += 1
        rise = _crossing(time, y, left, left + 1, half) if left >= 0 else np.nan
        fall = _crossing(time, y, right, right - 1, half) if right < n else np.nan
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = when, peak, trough, rise, fall


def _rise_before(traj: Trajectory, name: str, starts: Array, stops: Array, half: Array) -> Array:
    """Return when the observable rose through half height before the spike; NaN if it did not.

    The rise begins before the event: it is looked for as far back as the spike lasts.
    """
    rise = np.full(len(starts), np.nan)
    first = np.maximum(traj.t[0], starts - (stops - starts))
    left = np.arange(len(starts))
    for place in range(_LOOK_BACK, 0, -_LOOK_AT_ONCE):
        if not len(left):
            break
        fraction = np.arange(place - _LOOK_AT_ONCE, place + 1) / _LOOK_BACK
        t = first[left, None] + (starts - first)[left, None] * fraction
        y = traj.at(np.minimum(t, starts[left, None]), name)
        below = y[:, :-1] < half[left, None]
        found = below.any(axis=1)
        a = np.flatnonzero(found) * t.shape[1] + _LOOK_AT_ONCE - 1
        a -= below[found, ::-1].argmax(axis=1)
        rise[left[found]] = _crossing(t.ravel(), y.ravel(), a, a + 1, half[left[found]])
        left = left[~found]
    return rise
