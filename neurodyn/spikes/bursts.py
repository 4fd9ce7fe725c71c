"""Bursts: runs of spikes with quiet periods between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.spikes.windows import Spikes, all_intervals, watched

LONG = 3.0
"""A pause of this many median intervals ends a burst, unless told otherwise."""


@dataclass(frozen=True, eq=False)
class Bursts:
    """Runs of spikes; one entry per burst, over all trains.

    Parameters
    ----------
    gap : float
        An interval longer than this is a quiet period.
    train : (n,) int
        Number of the train.
    start, stop : (n,) float
        First and last spike.
    spikes : (n,) int
    cut : (n,) bool
        Whether watching began or ended less than ``gap`` before or after it, so that it may be
        longer than seen.
    quiet : (m,) float
        Quiet periods between bursts of the same train.
    """

    gap: float
    train: npt.NDArray[np.int64]
    start: Array
    stop: Array
    spikes: npt.NDArray[np.int64]
    cut: npt.NDArray[np.bool_]
    quiet: Array

    def __len__(self) -> int:
        return len(self.start)

    @property
    def duration(self) -> Array:
        """Time from the first to the last spike, (n,)."""
        return self.stop - self.start

    @property
    def rate(self) -> Array:
        """Spikes per time inside each burst, (n,); NaN for a single spike."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.spikes > 1, (self.spikes - 1) / self.duration, np.nan)

    def __repr__(self) -> str:
        if not len(self):
            return "<no bursts>"
        return (
            f"<{len(self)} bursts (pauses over {self.gap:.4g}), median {np.median(self.spikes):g} "
            f"spikes in {np.median(self.duration):.4g}; {len(self.quiet)} quiet periods"
            + (f", median {np.median(self.quiet):.4g}>" if len(self.quiet) else ">")
        )


@checked
def bursts(what: Spikes, *, gap: Positive | None = None, after: float | None = None) -> Bursts:
    """Divide trains into bursts at pauses longer than ``gap``.

    Parameters
    ----------
    what : SpikeTrain, Trajectory, StochasticTrajectories, spike times, or several arrays of them
    gap : float, optional
        Three times the median interval of all trains by default.
    after : float, optional
        Leave out spikes before this time.

    Raises
    ------
    InputError
        If the gap is not positive, or not given where there is no interval to take it from.

    Examples
    --------
    >>> import neurodyn as nd
    >>> found = nd.bursts([0.0, 1.0, 2.0, 12.0, 13.0], gap=5.0)
    >>> found.spikes.tolist(), found.quiet.tolist()
    ([3, 2], [10.0])
    """
    trains = watched(what, after)
    if gap is None:
        intervals = all_intervals(trains)
        if not len(intervals):
            raise InputError("there is no interspike interval to take the gap from; expected gap=")
        gap = LONG * float(np.median(intervals))
    if not gap > 0:
        raise InputError("half of the intervals are 0; expected gap=")
    rows: list[tuple[int, float, float, int, bool]] = []
    quiet: list[float] = []
    for number, train in enumerate(trains):
        times = train.times
        if not len(times):
            continue
        intervals = np.diff(times)
        breaks = np.flatnonzero(intervals > gap)
        quiet += intervals[breaks].tolist()
        for first, last in zip([0, *(breaks + 1)], [*breaks, len(times) - 1], strict=True):
            cut = times[first] - train.start < gap or train.stop - times[last] < gap
            rows.append((number, times[first], times[last], int(last - first + 1), bool(cut)))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return Bursts(
        gap=float(gap),
        train=np.array(columns[0], dtype=np.int64),
        start=np.array(columns[1], dtype=float),
        stop=np.array(columns[2], dtype=float),
        spikes=np.array(columns[3], dtype=np.int64),
        cut=np.array(columns[4], dtype=bool),
        quiet=np.array(quiet),
    )
