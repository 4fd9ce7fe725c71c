"""What a sweep can tell of each run, from what the engine noted on the fly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.simulation.trajectory import Trajectory
from neurodyn.sweeps.lanes import Outcome

Measure = str | Callable[[Trajectory], float]


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


def _period(outcome: Outcome) -> Array:
    """Mean interval of the late spikes, NaN where the run has fallen silent or failed.

    Silent means the same as in :func:`neurodyn.spikes.fi_curve.settled_rate`.
    """
    late, last = outcome.counts[:, 1], outcome.times[:, 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        interval = (last - outcome.times[:, 1]) / (late - 1)
        silent = (late < 3) | (outcome.ends - last > 2 * interval) | (outcome.status != 1)
    return np.where(silent, np.nan, interval)


def _rate(outcome: Outcome) -> Array:
    period = _period(outcome)
    rate = np.where(np.isnan(period), 0.0, 1.0 / period)
    return np.where(outcome.status == 1, rate, np.nan)  # a run that failed is not silent


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
