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
from neurodyn.continuation.collocation import Orbit
from neurodyn.continuation.cycle_walk import Advance, between
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_SPACING = 0.1  # of the step, between neighbouring cycles
_SIDES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_CONVERGED = 1e-8  # of the size of the cycle


def polished(
    step: Advance, test: Callable[[Advance], float], part: float, at: Advance
) -> tuple[Advance, Status, float]:
    """Return the cycle at the branch point, the status and how far degrees 3 and 5 differ.

    Parameters
    ----------
    step : Advance
        The step that contains the point.
    test : function
        Zero at the point.
    part : float
        Where it was bracketed, as a part of the step.
    at : Advance
        The cycle found there; returned as it is, LOCATED, if no refinement is possible.
    """
    places = part + _SPACING * _SIDES
    try:
        beside = [between(step, float(place) * step.length) for place in places]
    except NumericalError:
        return at, Status.LOCATED, _SPACING * step.length
    values = np.array([test(one) for one in beside])
    if (values[:3] >= 0).any() == (values[3:] >= 0).any():  # not the same branch on both sides
        return at, Status.LOCATED, _SPACING * step.length
    packed = np.array([_packed(one.solved.orbit) for one in beside])
    orbits = []
    for used in (slice(0, 6), slice(1, 5)):
        root = _root(places[used], values[used])
        orbits.append(
            np.asarray(scipy.interpolate.krogh_interpolate(places[used], packed[used], root))
        )
    residual = float(np.max(np.abs(orbits[0] - orbits[1])))
    orbit = _unpacked(orbits[0], at.solved.orbit)
    refined = replace(at, solved=replace(at.solved, orbit=orbit))
    return refined, Status.OK if residual < _CONVERGED else Status.LOCATED, residual


def _root(places: Array, values: Array) -> float:
    test = scipy.interpolate.KroghInterpolator(places, values)
    middle = len(places) // 2
    low, high = places[middle - 1], places[middle]
    return float(scipy.optimize.brentq(lambda place: float(test(place)), low, high, xtol=1e-15))


def _packed(orbit: Orbit) -> Array:
    return np.concatenate([orbit.x.ravel(), [orbit.log_period, orbit.lam]])


def _unpacked(packed: Array, like: Orbit) -> Orbit:
    return Orbit(like.mesh, packed[:-2].reshape(like.x.shape), float(packed[-2]), float(packed[-1]))
