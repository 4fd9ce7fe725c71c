"""The loop that follows any curve: predict, correct, choose the next length, renew the chart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.options import STEPS, Steps
from neurodyn.continuation.walk.curve import C, Chart, Curve, P, Point, Stride, inner, norm
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_PARALLEL = 0.9999  # cosine above which rounding decides, and the length may grow as it likes


def follow(curve: Curve[P, C], chart: C, start: P, steps: Steps = STEPS) -> Iterator[Stride[P, C]]:
    """Yield the strides of a curve from the base of a chart on, along its tangent, without end.

    A parabola through the last two points predicts the next.

    Parameters
    ----------
    curve : Curve
    chart : Chart
    start : Point
        At the base of the chart.
    steps : Steps

    Raises
    ------
    NumericalError
        If no step, however small, succeeds; the message tells where, why and what to try.
    """
    length = steps.largest
    while True:
        stride, length = _advance(curve, chart, start, length, steps)
        yield stride
        chart, start = curve.renew(stride, _bend(stride)), stride.end


def _bend(stride: Stride[P, C]) -> Array:
    """Half the second derivative at the end, of the parabola through start and end."""
    chord, tangent = stride.chord, stride.end.tangent
    length = inner(stride.chart, chord, tangent)
    return tangent / length - chord / length**2


def _advance(
    curve: Curve[P, C], chart: C, start: P, length: float, steps: Steps
) -> tuple[Stride[P, C], float]:
    """Take the longest step up to ``length`` that converges and does not turn too far.

    Returns it, and the length to try next.
    """
    reason = ""
    while length > steps.least:
        contraction = steps.contraction if length > steps.corner else np.inf
        guess = chart.base + length * chart.tangent + length**2 * chart.bend
        try:
            end = chart.solve(guess, chart.tangent, contraction=contraction)
        except NumericalError as error:
            reason, factor = str(error), steps.shrink
        else:
            allowed = _allowed(chart, end, steps)
            if allowed > steps.margin or length <= steps.corner:
                growth = min(steps.growth if end.steps <= steps.quick else 1.0, max(allowed, 0.5))
                longest = min(growth * length, steps.largest)
                return Stride(chart, start, end, 0.0, length), longest
            reason, factor = "it turns too sharply", max(0.3, allowed)
        length *= factor
    raise NumericalError(
        f"the {curve.name} could not be followed beyond {curve.where(chart)}: steps below "
        f"{steps.least:g} fail ({reason}). {curve.advice}",
        Status.NOT_CONVERGED,
    )


def _allowed(chart: Chart, end: Point, steps: Steps) -> float:
    """Factor by which a step might be longer: above ``steps.margin`` it is short enough."""
    chord = end.u - chart.base
    ways = [chart.tangent, end.tangent, chord / norm(chart, chord)]
    pairs = (inner(chart, a, b) for a, b in itertools.combinations(ways, 2))
    turn = math.acos(max(-1.0, min(_PARALLEL, *pairs)))  # a chord across jumps elsewhere
    return steps.margin * min(steps.turn / turn, 1.0 / (chart.strain(end) + 1e-9))
