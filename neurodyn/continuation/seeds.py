"""Cycles found by simulation, for families that no Hopf point leads to in numbers.

In a stiff relaxation oscillator the family born at a Hopf point runs into a canard explosion that
is too steep to be followed. Beyond it cycles attract, so a run settles on one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurodyn.continuation.cycles.starts import one_period
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.simulation import Stiff, Trajectory, solve
from neurodyn.status import Status

Interval = tuple[float, float]

_FIRST_RUN, _LONGER, _RUNS = 3.0, 4.0, 4  # typical cycles; each run so much longer; how many
_CLOSED = 1e-3  # gap between the ends of a period, in amplitudes, of a run that has settled
_KICK = 1e-3  # of the typical sizes, off an unstable equilibrium


def settled_run(model: Model, x: np.ndarray) -> Trajectory:
    """Return a run, from beside an equilibrium, that has settled on an oscillation.

    Parameters
    ----------
    model : Model
        With the values of all parameters.
    x : (n_states,) float
        The equilibrium, which is unstable.

    Raises
    ------
    NumericalError
        If it comes to rest, or does not repeat itself in the longest run.
    """
    start = x + _KICK * (model.scales + np.abs(x))
    duration = _FIRST_RUN * model.time_scale
    for _ in range(_RUNS):
        given = dict(zip(model.state_names, start.tolist(), strict=True))
        run = solve(model, duration, x0=given, method=Stiff())
        if _repeats(run):
            return run
        start, duration = run.x[-1], _LONGER * duration
    raise NumericalError(
        f"a run of {duration / _LONGER:.3g} {model.time_unit} settled on no cycle",
        Status.NOT_CONVERGED,
    )


def _repeats(run: Trajectory) -> bool:
    try:
        _, x = one_period(run.t, run.x)
    except InputError:
        return False
    gap = np.abs(x[-1] - x[0]) / np.maximum(np.ptp(x, axis=0), np.finfo(float).tiny)
    return bool(gap.max() < _CLOSED and np.ptp(x, axis=0).max() > 0)


def without(intervals: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """Return what is left of intervals outside others."""
    left = list(intervals)
    for low, high in taken:
        left = [
            (a, b)
            for start, end in left
            for a, b in ((start, min(end, low)), (max(start, high), end))
            if a < b
        ]
    return left
