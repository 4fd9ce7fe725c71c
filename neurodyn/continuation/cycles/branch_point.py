"""Refine a branch point of cycles from cycles beside it.

At the point itself the equations are singular and Newton's method stalls; a little off it they are
not. Test function, cycle, period and parameter are smooth along the branch, so polynomials through
cycles on both sides give the point: as accurately as the degree, which is measured by leaving the
two outermost cycles out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.interpolate
import scipy.optimize

from neurodyn.arrays import Array
from neurodyn.continuation.cycles.curve import CycleStride, SolvedCycle
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_SPACING = 0.1  # of the step, between neighbouring cycles
_SIDES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_CONVERGED = 1e-8  # of the size of the cycle


def polished(
    stride: CycleStride,
    test: Callable[[SolvedCycle], float],
    part: float,
    at: SolvedCycle,
) -> tuple[SolvedCycle, Status, float]:
    """Return the cycle at the branch point, the status and how far degrees 3 and 5 differ.

    Parameters
    ----------
    stride : Stride
        The one that contains the point.
    test : function
        Zero at the point.
    part : float
        Where it was bracketed, as a part of the stride.
    at : SolvedCycle
        The cycle found there; returned as it is, LOCATED, if no refinement is possible.
    """
    places = part + _SPACING * _SIDES
    unrefined = at, Status.LOCATED, _SPACING * abs(stride.length - stride.begin)
    try:
        beside = [stride.at(float(place)) for place in places]
    except NumericalError:
        return unrefined
    values = np.array([test(one) for one in beside])
    if (values[:3] >= 0).any() == (values[3:] >= 0).any():  # not the same branch on both sides
        return unrefined
    u = np.array([one.u for one in beside])
    try:
        found = [
            scipy.interpolate.krogh_interpolate(
                places[used], u[used], _root(places[used], values[used])
            )
            for used in (slice(0, 6), slice(1, 5))
        ]
    except ValueError:  # the test function has no one zero between the inner two
        return unrefined
    residual = float(np.max(np.abs(found[0] - found[1])))
    u = np.asarray(found[0])
    refined = replace(at, u=u, frame=at.chart.frame_at(u))
    return refined, Status.OK if residual < _CONVERGED else Status.LOCATED, residual


def _root(places: Array, values: Array) -> float:
    test = scipy.interpolate.KroghInterpolator(places, values)
    middle = len(places) // 2
    low, high = places[middle - 1], places[middle]
    return float(scipy.optimize.brentq(lambda place: float(test(place)), low, high, xtol=1e-15))
