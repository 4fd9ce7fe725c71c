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
from neurodyn.simulation.lanes.threads import on_all_processors

_START = np.zeros(1)  # of each solver step, which tells near which peaks and widths lie
_FINE = np.arange(8) / 8  # samples of the steps around these
_AROUND = np.array([[-1], [0], [1]])
_BLOCK = 2**15  # steps measured at a time, which bounds memory
_LOOK_BACK = 512  # samples of the interval before a spike, where half the width may lie
_LOOK_AT_ONCE = 32  # of them, nearest first


Places = npt.NDArray[np.intp]
Samples = tuple[Array, Array, Places]
"""Times and values of samples in a row, and where those of each step begin, (m + 1,)."""


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
    if not len(times):
        return np.empty((4, 0))
    stops = np.append(times[1:], traj.t[-1])
    low = np.minimum(np.searchsorted(traj.t, times, side="right") - 1, len(traj.t) - 2)
    high = np.searchsorted(traj.t, stops) - 1  # what a reset does at the stop comes after it
    theta = (stops - traj.t[high]) / (traj.t[high + 1] - traj.t[high])
    before = traj.evaluate(name, traj.within(high, theta), stops)
    starts = traj.at(np.append(times, traj.t[-1]), name)
    ends = np.stack([starts[:-1], before, starts[1:]], axis=1)
    out, places = np.empty((len(times), 5)), np.empty((len(times), 4), dtype=np.intp)
    sampled = traj.sampler((name,))

    def measure(part: slice) -> None:
        first, last = low[part][0], high[part][-1] + 1
        spikes = low[part] - first, high[part] - first, times[part], stops[part], ends[part]
        t, y = traj.t[first : last + 1], sampled(slice(first, last), _START).ravel()
        _measure(t[:-1], y, np.arange(len(t)), *spikes, out[part], places[part])
        closer = np.zeros(len(y), dtype=bool)
        closer[np.clip(places[part].ravel() + _AROUND, 0, len(y) - 1)] = True
        near = np.flatnonzero(closer)
        moments = t[near, None] + _FINE * (t[near + 1] - t[near])[:, None]
        states = traj.within(first + near[:, None], _FINE)
        samples = _in_a_row(t, y, near, traj.evaluate(name, states, moments))
        _measure(*samples, *spikes, out[part], places[part])

    on_all_processors(measure, list(_blocks(low, high)))
    peak_times, peaks, troughs, rise, fall = out.T
    early = np.flatnonzero(np.isnan(rise) & ~np.isnan(fall))
    half = 0.5 * (peaks + troughs)
    rise[early] = _rise_before(traj, name, times[early], stops[early], half[early])
    return np.stack([peak_times, peaks, troughs, fall - rise])


def _blocks(low: Places, high: Places) -> Iterator[slice]:
    """Yield runs of spikes with a bounded number of steps each (but one spike at least)."""
    first = 0
    while first < len(low):
        last = max(first + 1, int(np.searchsorted(high, low[first] + _BLOCK)))
        yield slice(first, last)
        first = last


def _in_a_row(t: Array, y: Array, near: Places, closer: Array) -> Samples:
    """Return the samples at the starts of steps, with those of the steps near at fractions."""
    begin = np.ones(len(t), dtype=np.intp)
    begin[near + 1] = closer.shape[1]
    begin[0] = 0
    np.cumsum(begin, out=begin)
    rows = np.empty((2, begin[-1]))
    _fill(t, y, near, closer, *rows)
    return rows[0], rows[1], begin


@compiled_loop
def _fill(t: Array, y: Array, near: Places, closer: Array, times: Array, values: Array) -> None:
    """Write samples in a row."""
    j = n = 0
    for i in range(len(y)):
        if n == len(near) or i < near[n]:
            times[j], values[j] = t[i], y[i]
            j += 1
            continue
        row, n = closer[n], n + 1
        width = (t[i + 1] - t[i]) / len(row)
        for k in range(len(row)):
            times[j], values[j] = t[i] + k * width, row[k]
            j += 1


@register_jitable
def _point(t: Array, y: Array, j: int, first: int, last: int, span: Any, ends: Any) -> Any:
    """Return time and value of a sample; before the first the start, from the last on the stop."""
    if j < first:
        return span[0], ends[0]
    if j >= last:
        return span[1], ends[1] if j == last else ends[2]
    return t[j], y[j]


@register_jitable
def _summit(before: Any, top: Any, after: Any) -> Any:
    """Refine the largest sample by the parabola through its neighbours; time and value."""
    s, u = before[0] - top[0], after[0] - top[0]
    if s < 0 < u:
        down, up = (before[1] - top[1]) / s, (after[1] - top[1]) / u
        a = (up - down) / (u - s)
        b = down - a * s
        if a < 0:
            return top[0] - b / (2 * a), top[1] - b * b / (4 * a)
    return top


@register_jitable
def _crossing(below: Any, above: Any, level: Any) -> Any:
    """Return where the straight line between two samples, or each two, reaches a level."""
    return below[0] + (level - below[1]) / (above[1] - below[1]) * (above[0] - below[0])


@compiled_loop
def _measure(
    t: Array,
    y: Array,
    begin: Places,
    low: Places,
    high: Places,
    starts: Array,
    stops: Array,
    ends: Array,
    out: Array,
    places: Places,
) -> None:
    """Measure spikes in samples.

    Parameters
    ----------
    t, y (k,) : times, and the observable there
    begin (m + 1,) : where the samples of each step begin
    low, high (n,) : steps in which each spike starts and stops
    starts, stops (n,), ends (n, 3) : when, and the observable at the start, before the stop, after
    out (n, 5) : receives peak time, peak, trough, rise and fall through half height, or NaN
    places (n, 4) : receives the samples at peak, trough, rise and fall
    """
    for i in range(len(starts)):
        span, tips = (starts[i], stops[i]), (ends[i, 0], ends[i, 1], ends[i, 2])
        first, last = int(begin[low[i]]), int(begin[high[i] + 1])  # of the samples in between
        while first < last and not t[first] > starts[i]:
            first += 1
        while last > first and not t[last - 1] < stops[i]:
            last -= 1
        top, bottom, peak, trough = first - 1, first - 1, tips[0], tips[0]
        for j in range(first, last):
            if y[j] > peak:
                top, peak = j, y[j]
            if y[j] < trough:
                bottom, trough = j, y[j]
        for j in range(last, last + 2):
            value = tips[1 + j - last]
            if value > peak:
                top, peak = j, value
            if value < trough:
                bottom, trough = j, value
        when = _point(t, y, top, first, last, span, tips)
        if first <= top < last + 1:
            when = _summit(
                _point(t, y, top - 1, first, last, span, tips),
                when,
                _point(t, y, top + 1, first, last, span, tips),
            )
        half = 0.5 * (when[1] + trough)
        rise = fall = np.nan
        up = down = top
        for j in range(top - 1, first - 2, -1):
            below = _point(t, y, j, first, last, span, tips)
            if below[1] < half:
                rise = _crossing(below, _point(t, y, j + 1, first, last, span, tips), half)
                up = j
                break
        for j in range(top, last + 2):
            below = _point(t, y, j, first, last, span, tips)
            if below[1] < half:
                fall = _crossing(below, _point(t, y, j - 1, first, last, span, tips), half)
                down = j
                break
        out[i, 0], out[i, 1], out[i, 2], out[i, 3], out[i, 4] = when[0], when[1], trough, rise, fall
        places[i, 0], places[i, 1], places[i, 2], places[i, 3] = top, bottom, up, down


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
        t, y = t.ravel(), y.ravel()
        rise[left[found]] = _crossing((t[a], y[a]), (t[a + 1], y[a + 1]), half[left[found]])
        left = left[~found]
    return rise
