"""Measures of the runs of a sweep, from what the engine noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.simulation.problem import Outcome
from neurodyn.simulation.trajectory import Trajectory

Measure = str | Callable[[Trajectory], float]

SETTLE = 0.4
"""Fraction of each run left out before the rate is measured."""


@dataclass(frozen=True)
class Built:
    """A measure by name.

    Parameters
    ----------
    of : function
        From the outcome of n runs to (n, ...) numbers.
    meaning : str
    unit : function
        From the unit of time to that of the measure.
    spiking : bool
        Whether it needs a spike event.
    """

    of: Callable[[Outcome], npt.NDArray]
    meaning: str
    unit: Callable[[str], str] = lambda time: time
    spiking: bool = True


def _count(outcome: Outcome) -> npt.NDArray:
    return outcome.counts[:, 0]


def _first(outcome: Outcome) -> Array:
    return outcome.times[:, 0]


def _last(outcome: Outcome) -> Array:
    return outcome.times[:, 2]


def settled_period(late: npt.NDArray, first: Array, last: Array, end: Array) -> Array:
    """Return the mean interval of the spikes after settling, NaN where a run has fallen silent.

    Silent means: no spike for the last two intervals' worth of time, or fewer than three spikes.

    Parameters
    ----------
    late : (n,) int
        Spikes after settling.
    first, last : (n,) float
        Times of the first and the last of them.
    end : (n,) float
        Until when the run was watched.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        interval = (last - first) / (late - 1)
        silent = (late < 3) | (end - last > 2 * interval)
    return np.where(silent, np.nan, interval)


def settled_rate(traj: Trajectory) -> float:
    """Return the rate of a run after settling, or 0 if it has fallen silent."""
    start, end = traj.t[0], traj.t[-1]
    late = traj.spike_times[traj.spike_times > start + SETTLE * (end - start)]
    if not len(late):
        return 0.0
    period = float(settled_period(np.array(len(late)), late[0], late[-1], end))
    return 0.0 if np.isnan(period) else 1.0 / period


def _period(outcome: Outcome) -> Array:
    late, times = outcome.counts[:, 1], outcome.times
    period = settled_period(late, times[:, 1], times[:, 2], outcome.ends)
    return np.where(outcome.finished, period, np.nan)


def _rate(outcome: Outcome) -> Array:
    period = _period(outcome)
    rate = np.where(np.isnan(period), 0.0, 1.0 / period)
    return np.where(outcome.finished, rate, np.nan)  # a run that failed is not silent


def _trains(outcome: Outcome) -> Array:
    return outcome.trains


def _final(outcome: Outcome) -> Array:
    return outcome.states


def _per(time: str) -> str:
    return "1" if time == "1" else "Hz" if time == "s" else f"1/{time}"


BUILT = {
    "rate": Built(_rate, "firing rate after settling, 0 where silent", _per),
    "period": Built(_period, "mean interval after settling, NaN where silent"),
    "spikes": Built(_count, "number of spikes", lambda _: "1"),
    "first_spike": Built(_first, "time of the first spike, NaN without one"),
    "last_spike": Built(_last, "time of the last spike, NaN without one"),
    "spike_times": Built(_trains, "times of all spikes, then NaN"),
    "final": Built(_final, "state at the end of the run", lambda _: "", spiking=False),
}


def named_measures(measure: Measure | Sequence[Measure], model: Model) -> dict[str, Measure]:
    """Return the measures asked for by the name that each has in the result."""
    several = [measure] if isinstance(measure, str) or callable(measure) else list(measure)
    if not several:
        raise InputError("no measure was given; expected at least one, e.g. measure='rate'")
    named: dict[str, Measure] = {}
    for item in several:
        if isinstance(item, str):
            if item not in BUILT:
                raise unknown_name("measure", item, BUILT)
            if BUILT[item].spiking and model.spike is None:
                raise InputError(
                    f"model {model.name!r} declares no spike event, which {item!r} needs"
                )
        elif not callable(item):
            raise InputError(
                f"measure holds {item!r}; expected a name ({', '.join(BUILT)}) or a function of a "
                "trajectory"
            )
        name = item if isinstance(item, str) else getattr(item, "__name__", "measure")
        if name in named:
            raise InputError(f"two measures are called {name!r}; expected different names")
        named[name] = item
    return named
