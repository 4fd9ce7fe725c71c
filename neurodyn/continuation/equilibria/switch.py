"""Branches that cross at a branch point, and whether a point lies on a branch already known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.equilibria.neighbourhood import Neighbourhood
from neurodyn.continuation.equilibria.pieces import Piece
from neurodyn.continuation.equilibria.points import SpecialPoint
from neurodyn.continuation.walk.curve import inner
from neurodyn.errors import NumericalError

_NEAR, _ON = 0.3, 1e-5  # distances, in sizes of the branch, from a point that lies on it
_DISTANCES = 0.05 * 0.25 ** np.arange(16)  # in sizes of the branch: the states may have none yet


def contains(pieces: Sequence[Piece], u: Array) -> bool:
    """Whether a point lies on one of the pieces."""
    for stride in (stride for piece in pieces for stride in piece.strides):
        chart, length = stride.chart, stride.length - stride.begin
        part = inner(chart, u - stride.first, chart.tangent) / length
        near = np.max(np.abs(u - stride.first) / stride.end.scale) <= _NEAR
        if not (near and -0.5 <= part <= 1.5):
            continue
        try:
            if np.max(np.abs(stride.at(part).u - u) / stride.end.scale) < _ON:
                return True
        except NumericalError:
            continue
    return False


def other_branches(
    curve: EquilibriumCurve, point: SpecialPoint, pieces: Sequence[Piece]
) -> tuple[list[tuple[Array, Array]], str]:
    """Return points on branches that leave a branch point and are on no piece, and directions.

    They are as far from it as all of them are seen: nearer by, a symmetry makes the equations alike
    in all directions to more orders than a float has digits. With them comes what is left open, in
    a sentence, or nothing.
    """
    u, scale = np.append(point.x, point.parameter), np.append(point.scales, curve.declared[-1])
    near = Neighbourhood.of(curve, u, scale, point.multiplicity)
    best: list[Array] = []
    first = doubt = ""
    for distance in _DISTANCES:
        leaving, words = near.leaving(float(distance))
        found = [end for end in leaving if not contains(pieces, end)]
        first = first or (words if distance == _DISTANCES[0] else "")
        if best and len(found) <= len(best):
            break
        best, doubt = found, words
    doubt = doubt if best else first  # nearer by, rounding makes a doubt of everything
    if point.multiplicity > 1:
        # followed one way: nearest first, it contains the starts further out
        best.sort(key=lambda end: round(float(np.log(np.max(np.abs(end - u) / scale))), 6))
    where = f"at {point.parameter_name} = {point.parameter:.9g} "
    return [(end, end - u) for end in best], where + doubt if doubt else ""
