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
from neurodyn.continuation.walk.bracket import Bracket
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_SPACING = 0.1  # of the step, between neighbouring cycles
_NEARER = 1.0, 0.3, 0.1, 0.03  # of that spacing, one after the other
CLOSE = 0.01  # part of a step that may be left at a branch point, where the equations are singular
_SIDES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_CONVERGED = 1e-8  # of the size of the cycle


def polished(
    stride: CycleStride,
    test: Callable[[SolvedCycle], float],
    place: Bracket,
    at: SolvedCycle,
) -> tuple[SolvedCycle, Status, float]:
    """Return the cycle at the branch point, the status and how far degrees 3 and 5 differ.

    Cycles are taken nearer to the point until the two degrees agree: how fast the branch bends is
    known only afterwards.

    Parameters
    ----------
    stride : Stride
        The one that contains the point.
    test : function
        Zero at the point.
    place : Bracket
        Where it was bracketed.
    at : SolvedCycle
        The cycle found there; returned as it is if no refinement is possible.
    """
    status = Status.LOCATED if place.width < CLOSE else Status.NOT_CONVERGED
    best = at, status, place.width * abs(stride.length - stride.begin)
    middle, widest = place.part, max(_SPACING, 2.0 * place.width)
    for nearer in _NEARER:
        try:
            middle, refined, residual = _interpolated(stride, test, middle, nearer * widest, at)
        except (NumericalError, ValueError):  # not the same branch on both sides, or no one zero
            break
        if residual < _CONVERGED:
            return refined, Status.OK, residual
        best = refined, Status.LOCATED, residual
    return best


def _interpolated(
    stride: CycleStride,
    test: Callable[[SolvedCycle], float],
    middle: float,
    spacing: float,
    at: SolvedCycle,
) -> tuple[float, SolvedCycle, float]:
    """Return the place, the cycle and how far the degrees differ, from six cycles beside it."""
    places = middle + spacing * _SIDES
    beside = [stride.at(float(place)) for place in places]
    values = np.array([test(one) for one in beside])
    if (values[:3] >= 0).any() == (values[3:] >= 0).any():
        raise ValueError
    u = np.array([one.u for one in beside])
    inner = slice(1, 5)
    root = _root(places, values)
    found = scipy.interpolate.krogh_interpolate(places, u, root)
    less = scipy.interpolate.krogh_interpolate(
        places[inner], u[inner], _root(places[inner], values[inner])
    )
    refined = replace(at, u=np.asarray(found), frame=at.chart.frame_at(found))
    return root, refined, float(np.max(np.abs(found - less)))


def _root(places: Array, values: Array) -> float:
    test = scipy.interpolate.KroghInterpolator(places, values)
    middle = len(places) // 2
    low, high = places[middle - 1], places[middle]
    return float(scipy.optimize.brentq(lambda place: float(test(place)), low, high, xtol=1e-15))
