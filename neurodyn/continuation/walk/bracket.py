"""The zero of a test function inside one step, and how narrowly it is known when that fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.optimize

from neurodyn.continuation.walk.curve import C, P, Stride
from neurodyn.errors import NumericalError

_NEAR = 0.1  # part of a stride over which the tangent of a point predicts another
_PROBE = 1e-3  # part of a step over which the slope of a test function is measured


@dataclass(frozen=True)
class Bracket:
    """Where a test function changes sign along a step.

    Parameters
    ----------
    part : float
        Best estimate, as a part of the step.
    width : float
        Of the interval known to contain it; that of the tolerance where Brent's method finished.
    narrowed : bool
        Whether Brent's method finished.
    """

    part: float
    width: float
    narrowed: bool


def bracket(value: Callable[[float], float], at_a: float, at_b: float, tolerance: float) -> Bracket:
    """Narrow down the sign change of ``value`` between 0 and 1 by Brent's method.

    Where both ends have one sign it vanishes at the nearer one, to rounding. Where ``value`` cannot
    be had (the curve does not converge there, or it is not a number), the
    narrowest interval seen so far is returned with its secant estimate: a sign change was seen,
    so the point exists, and it must not get lost.
    """
    if (at_a >= 0) == (at_b >= 0):
        return Bracket(0.0 if abs(at_a) < abs(at_b) else 1.0, tolerance, True)
    seen = {0.0: at_a, 1.0: at_b}

    def remembered(part: float) -> float:
        if part not in seen:
            seen[part] = value(part)
        return seen[part]

    try:
        part = scipy.optimize.brentq(remembered, 0.0, 1.0, xtol=tolerance, rtol=1e-14)
        return Bracket(float(part), tolerance, True)
    except (NumericalError, ValueError, RuntimeError):
        known = {part: v for part, v in seen.items() if v == v}  # without NaN
        low = max(part for part, v in known.items() if (v >= 0) == (at_a >= 0))
        high = min((part for part in known if part > low), default=1.0)
        rise = known.get(high, at_b) - known[low]
        inside = -known[low] / rise if rise else 0.5
        return Bracket(low + min(max(inside, 0.0), 1.0) * (high - low), high - low, False)


def correction(value: Callable[[float], float], part: float) -> float:
    """Newton correction of a test function at its zero, as a part of the step."""
    side = _PROBE if part < 0.5 else -_PROBE
    here = value(part)
    slope = (value(part + side) - here) / side
    return abs(here / slope) if slope else float("inf")


def zero(
    stride: Stride[P, C],
    test: Callable[[P], float],
    at_start: float,
    at_end: float,
    precision: float,
) -> tuple[Bracket, P | None]:
    """Return where a test function changes sign in a stride, and the nearest point known.

    Parameters
    ----------
    stride : Stride
    test : function
        Of a point.
    at_start, at_end : float
        Its values at both ends.
    precision : float
        Part of the stride.
    """
    seen: dict[float, P] = {1.0: stride.end} if stride.length else {}

    def point(part: float) -> P:
        near = min(seen, key=lambda other: abs(other - part), default=np.inf)
        return stride.at(part, seen[near] if abs(near - part) < _NEAR else None)

    def value(part: float) -> float:
        seen[part] = point(part)
        return test(seen[part])

    found = bracket(value, at_start, at_end, precision)
    if found.part not in seen:
        with contextlib.suppress(NumericalError):  # at a branch point the equations are singular
            seen[found.part] = point(found.part)
    nearest = min(seen, key=lambda part: abs(part - found.part), default=None)
    if nearest is None:
        return replace(found, narrowed=False), None
    return replace(found, narrowed=found.narrowed and nearest == found.part), seen[nearest]
