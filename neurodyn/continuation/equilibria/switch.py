"""Branches that cross at a branch point, and whether a point lies on a branch already known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.equilibria.pieces import Piece
from neurodyn.continuation.equilibria.points import SpecialPoint
from neurodyn.continuation.walk.curve import inner
from neurodyn.continuation.walk.vector_curve import VectorChart
from neurodyn.errors import NumericalError

_NEAR, _ON = 0.3, 1e-5  # distances, in sizes of the branch, from a point that lies on it
_FEW = 3  # eigenvalues that vanish at once up to which directions are tried finely
_NEARER = 0.02  # least step, in the largest, at which a branch is found
_FIRST = 0.05  # largest step across, in sizes of the branch


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


def other_branches(curve: EquilibriumCurve, point: SpecialPoint) -> list[tuple[Array, Array]]:
    """Return points on the branches that cross at a branch point, and directions.

    The tangents of all of them lie in the null space of the (n, n + 1) Jacobian; a step across the
    known one leads to the others. At a simple branch point two directions of it are enough. Where
    several eigenvalues vanish at once, every branch has a part along one of many.
    """
    u, scale = np.append(point.x, point.parameter), np.append(point.scales, curve.declared[-1])
    null = np.linalg.svd(curve.equations(u)[1] * scale)[2][-1 - point.multiplicity :]
    simple, fine = point.multiplicity == 1, point.multiplicity <= _FEW
    values = (0.0, 1.0, -1.0, 0.5, -0.5) if fine and not simple else (0.0, 1.0, -1.0)
    most = 1 if simple else len(null)
    ways = [np.array(way) for way in itertools.product(values, repeat=len(null))]
    ways = [way for way in ways if 0 < np.count_nonzero(way) <= most]
    found: list[tuple[float, Array, Array]] = []
    for way in ways:
        side = way @ null / np.linalg.norm(way)
        chart = VectorChart(curve.equations, u, side * scale, 0 * u, u, u, scale)
        for size in _FIRST * 0.25 ** np.arange(16):  # the states may have no scale yet
            try:
                end = chart.solve(u + size * chart.tangent, chart.tangent).u
            except NumericalError:
                continue
            if np.max(np.abs(end - u) / scale) < max(4 * size, 0.2):
                found.append((float(size), end, end - u))
                break
    if not simple:  # found by much smaller steps only: the neighbourhood of the point, no branch
        least = _NEARER * max((size for size, *_ in found), default=0.0)
        found = [one for one in found if one[0] > least]
    # nearest first: what is followed from there contains the starts further out
    found.sort(key=lambda one: float(np.max(np.abs(one[2]) / scale)))
    return [(end, way) for _, end, way in found]
