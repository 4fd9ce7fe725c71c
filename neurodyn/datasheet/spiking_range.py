"""Between which currents a neuron that starts from rest goes on spiking, by simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.equilibria import IVCurve, StabilityCurve
from neurodyn.model import Model
from neurodyn.progress import Report
from neurodyn.simulation import solve
from neurodyn.spikes import FICurve, fi_curve
from neurodyn.spikes.fi_curve import settled_rate

RESOLUTION = 1e-4
"""Relative width to which the ends of the range are narrowed."""

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


def survey(
    model: Model, iv: IVCurve, stability: StabilityCurve, report: Report, n: int = 70
) -> tuple[FICurve, SpikingRange]:
    """Return the f-I curve from rest over the whole NDR range, and the ends of spiking.

    Parameters
    ----------
    model : Model
        Current-driven.
    iv : IVCurve
        With threshold switching point; the hold point bounds the search.
    stability : StabilityCurve
    report : Report
    n : int
        Currents on the curve.
    """
    name = stability.parameter
    assert iv.threshold is not None  # noqa: S101  (the caller has checked)
    marks = [iv.threshold.I, *(point.parameter for point in stability.hopf)]
    if iv.hold is not None:
        marks.append(iv.hold.I)
    values = np.linspace(0.5 * min(marks), 1.25 * max(marks), n)
    duration = _CYCLES * model.time_scale
    curve = fi_curve(
        model, name, values, duration=duration, progress=lambda f: report("f-I curve", f)
    )
    active = np.flatnonzero(curve.rate > 0)
    if not len(active):
        return curve, SpikingRange(None, None, duration)

    def spikes_at(value: float) -> bool:
        return settled_rate(solve(model.with_parameters(**{name: value}), duration)) > 0

    def narrow(silent: float, spiking: float) -> float:
        while abs(spiking - silent) > RESOLUTION * spiking:
            middle = 0.5 * (silent + spiking)
            silent, spiking = (silent, middle) if spikes_at(middle) else (middle, spiking)
        return spiking

    first, last = active[0], active[-1]
    low = values[first] if first == 0 else narrow(values[first - 1], values[first])
    high = values[last] if last == n - 1 else narrow(values[last + 1], values[last])
    return curve, SpikingRange(float(low), float(high), duration)
