"""Range of spiking: between which currents a neuron that starts from rest goes on spiking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.bisection import bisect
from neurodyn.equilibria import IVCurve, StabilityCurve
from neurodyn.model import Model
from neurodyn.progress import Progress
from neurodyn.simulation import Adaptive, Stiff, solve
from neurodyn.sweeps import FICurve, fi_curve, settled_rate

RESOLUTION = 1e-4
"""Relative width to which the ends of the range are narrowed."""

_STIFF = 1e6  # fastest rate times duration: as many steps an explicit method would take
_CYCLES = 120  # of the model's typical cycle: the length of each run


@dataclass(frozen=True)
class SpikingRange:
    """Ends of the range of constant currents at which spiking from rest lasts.

    Parameters
    ----------
    low, high : float or None
        Last silent and last spiking current, to the resolution; None if nothing spikes.
    duration : float
        Length of the runs: near the upper end a train may fade out later than that.
    """

    low: float | None
    high: float | None
    duration: float


def fi_curve_and_range(
    model: Model, iv: IVCurve, stability: StabilityCurve, progress: Progress, n: int = 70
) -> tuple[FICurve, SpikingRange]:
    """Return the f-I curve from rest over the whole NDR range, and the ends of spiking.

    Parameters
    ----------
    model : Model
        Current-driven.
    iv : IVCurve
        With threshold switching point; the hold point bounds the search.
    stability : StabilityCurve
    progress : Progress
    n : int
        Currents on the curve.
    """
    name = stability.parameter
    assert iv.threshold is not None
    marks = [iv.threshold.I, *(point.parameter for point in stability.hopf)]
    if iv.hold is not None:
        marks.append(iv.hold.I)
    values = np.linspace(0.5 * min(marks), 1.25 * max(marks), n)
    duration = _CYCLES * model.time_scale
    # a capacitor far too small for the device follows at once: stiff, and it does not spike
    stiff = np.abs(stability.eigenvalues).max() * duration > _STIFF
    method = Stiff(1e-6) if stiff else Adaptive(1e-6)
    curve = fi_curve(
        model, name, values,
        duration=duration, method=method, progress=progress,
    )  # fmt: skip
    active = np.flatnonzero(curve.rate > 0)
    if not len(active):
        return curve, SpikingRange(None, None, duration)

    def spikes_at(value: float) -> bool:
        driven = model.with_parameters(**{name: value})
        return settled_rate(solve(driven, duration, method=method)) > 0

    def narrow(silent: float, spiking: float) -> float:
        return bisect(spikes_at, silent, spiking, RESOLUTION)[1]

    first, last, grid = int(active[0]), int(active[-1]), values.tolist()
    low = grid[first] if first == 0 else narrow(grid[first - 1], grid[first])
    high = grid[last] if last == n - 1 else narrow(grid[last + 1], grid[last])
    return curve, SpikingRange(low, high, duration)
