"""Shapes of spikes: peak, trough and width of each, in time proportional to the trajectory.

Spikes are measured many at a time, because a call of numpy costs more than a spike.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.simulation import Trajectory

_PER_STEP = 8  # samples per solver step when peaks and widths are looked for
_BLOCK = 2**15  # steps measured at a time, which bounds memory
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
    ends = np.searchsorted(traj.t, stops) + np.arange(len(stops))
    first = 0
    while first < len(starts):
        begin = np.searchsorted(traj.t, starts[first]) + first
        last = max(first + 1, int(np.searchsorted(ends, begin + _BLOCK)))
        yield slice(first, last)
        first = last


def _block(traj: Trajectory, name: str, starts: Array, stops: Array) -> Array:
    """Return the shapes of spikes that follow each other, (4, n)."""
    low, high = np.searchsorted(traj.t, starts, side="right"), np.searchsorted(traj.t, stops)
    inside = traj.t[low[0] : high[-1]]
    owner = np.searchsorted(starts, inside, side="left") - 1
    kept = inside > starts[owner]  # a step may end on a spike
    kept &= inside < stops[owner]
    # edges of each spike: its start and the ends of steps within it
    edges = np.concatenate([starts, inside[kept]])
    spike = np.concatenate([np.arange(len(starts)), owner[kept]])
    order = np.lexsort((edges, spike))
    edges, spike = edges[order], spike[order]
    first = np.searchsorted(spike, np.arange(len(starts) + 1))
    following = np.append(edges[1:], 0.0)
    following[first[1:] - 1] = stops
    fraction = np.arange(_PER_STEP) / _PER_STEP
    grid = edges[:, None] + (following - edges)[:, None] * fraction
    step = np.clip(np.searchsorted(traj.t, edges, side="right") - 1, 0, len(traj.t) - 2)
    theta = (grid - traj.t[step, None]) / (traj.t[step + 1] - traj.t[step])[:, None]
    within = traj.evaluate(name, traj.within(step[:, None], theta), grid)
    # ... and one more sample at its stop
    t = np.insert(grid.ravel(), _PER_STEP * first[1:], stops)
    begin = _PER_STEP * first + np.arange(len(first))
    y = np.insert(within.ravel(), _PER_STEP * first[1:], traj.at(stops, name))

    sizes = np.diff(begin)
    number = np.repeat(np.arange(len(starts)), sizes)
    place = np.arange(len(t))
    top = _first(y == np.maximum.reduceat(y, begin[:-1])[number], place, begin)
    peak_times, peaks = _parabolas(t, y, top, begin)
    troughs = np.minimum.reduceat(y, begin[:-1])
    half = 0.5 * (peaks + troughs)
    below = y < half[number]
    right = _first(below & (place >= top[number]), place, begin)
    left = np.maximum.reduceat(np.where(below & (place < top[number]), place, -1), begin[:-1])
    rise = _crossing(t, y, left, left + 1, half)
    fall = _crossing(t, y, right, right - 1, half)
    early = np.flatnonzero((left < 0) & (right < len(t)))
    rise[early] = _rise_before(traj, name, starts[early], stops[early], half[early])
    widths = np.where(right < len(t), fall - rise, np.nan)
    return np.stack([peak_times, peaks, troughs, widths])


def _first(wanted: npt.NDArray[np.bool_], place: Places, begin: Places) -> Places:
    """Return the first place in each part at which something holds; their number if none."""
    return np.minimum.reduceat(np.where(wanted, place, len(place)), begin[:-1])


def _crossing(t: Array, y: Array, below: Places, above: Places, level: Array) -> Array:
    """Return where straight lines between samples reach a level."""
    a, b = np.clip(below, 0, len(t) - 1), np.clip(above, 0, len(t) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return t[a] + (level - y[a]) / (y[b] - y[a]) * (t[b] - t[a])


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


def _parabolas(t: Array, y: Array, top: Places, begin: Places) -> tuple[Array, Array]:
    """Refine maxima among samples by the parabolas through their neighbours; times and values."""
    when, value = t[top].copy(), y[top].copy()
    inner = np.flatnonzero((top > begin[:-1]) & (top < begin[1:] - 1))
    i = top[inner]
    s, u = t[i - 1] - t[i], t[i + 1] - t[i]
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = (y[i - 1] - y[i]) / s, (y[i + 1] - y[i]) / u
        a = (up - down) / (u - s)
        b = down - a * s
        bent = a < 0  # false where samples coincide
        when[inner[bent]] = (t[i] - b / (2 * a))[bent]
        value[inner[bent]] = (y[i] - b * b / (4 * a))[bent]
    return when, value
