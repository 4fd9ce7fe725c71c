"""Branches that cross at a branch point, and whether a point lies on a branch already known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.equilibria.pieces import Piece
from neurodyn.continuation.walk.curve import inner
from neurodyn.continuation.walk.vector_curve import VectorChart
from neurodyn.errors import NumericalError

_NEAR, _ON = 0.3, 1e-5  # distances, in sizes of the branch, from a point that lies on it
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


def other_branch(curve: EquilibriumCurve, u: Array, scales: Array) -> list[tuple[Array, Array]]:
    """Return a point on each side of the branch that crosses at a branch point, and directions.

    The null space of the (n, n + 1) Jacobian is spanned by the tangents of both branches; a step
    across the known one leads to the other.
    """
    scale = np.append(scales, curve.declared[-1])
    plane = np.linalg.svd(curve.equations(u)[1] * scale)[2][-2:]
    found = []
    for side in (plane[0], -plane[0], plane[1], -plane[1]):
        chart = VectorChart(curve.equations, u, side * scale, 0 * u, u, u, scale)
        for size in _FIRST * 0.25 ** np.arange(16):  # the states may have no scale yet
            try:
                end = chart.solve(u + size * chart.tangent, chart.tangent).u
            except NumericalError:
                continue
            if np.max(np.abs(end - u) / scale) < max(4 * size, 0.2):
                found.append((end, end - u))
                break
    return found
