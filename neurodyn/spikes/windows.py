"""Spike times with the span over which they were watched, from whatever a user has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.simulation import StochasticTrajectories, Trajectory
from neurodyn.spikes.train import SpikeTrain

Spikes: TypeAlias = (
    SpikeTrain | Trajectory | StochasticTrajectories | Array | Sequence[float] | Sequence[Array]
)
"""One train or many; of bare times, the first and the last bound the span."""


@dataclass(frozen=True)
class Watched:
    """Spike times (n,) of one train, in order, and when watching it started and stopped."""

    times: Array
    start: float
    stop: float


def watched(what: Spikes, after: float | None = None) -> list[Watched]:
    """Return every train in ``what``, from the time ``after`` on.

    Raises
    ------
    InputError
        If times go back, are not finite, or nothing is left.
    """
    if isinstance(what, SpikeTrain):
        trains = [Watched(what.times, what.onset, what.end)]
    elif isinstance(what, Trajectory):
        trains = [Watched(what.spike_times, float(what.t[0]), float(what.t[-1]))]
    elif isinstance(what, StochasticTrajectories):
        spans = zip(what.spike_times, what.stop, strict=True)
        trains = [Watched(times, what.t_start, float(stop)) for times, stop in spans]
    else:
        arrays = _arrays(what)
        trains = [
            Watched(times, float(times[0]), float(times[-1])) for times in arrays if len(times)
        ]
    if after is not None:
        trains = [
            Watched(t.times[t.times >= after], max(t.start, after), t.stop)
            for t in trains
            if t.stop > after
        ]
    if not trains:
        raise InputError("there is no spike train to measure; expected at least one")
    for train in trains:
        if not (np.isfinite(train.times).all() and (np.diff(train.times) >= 0).all()):
            raise InputError("spike times are not finite or go back; expected them in order")
    return trains


def _arrays(what: Array | Sequence[float] | Sequence[Array]) -> list[Array]:
    """Return bare spike times, one array for each train."""
    nested = np.ndim(what) == 2 or (
        np.shape(what)[:1] != () and len(what) > 0 and np.ndim(what[0]) > 0
    )
    arrays = [np.asarray(times, dtype=float) for times in (what if nested else [what])]
    if any(times.ndim != 1 for times in arrays):
        raise InputError(
            f"spike times have the shapes {[times.shape for times in arrays[:3]]}; expected (n,)"
        )
    return arrays


def all_intervals(trains: list[Watched]) -> Array:
    """Return the interspike intervals of all trains, (n,)."""
    return np.concatenate([np.diff(train.times) for train in trains])
