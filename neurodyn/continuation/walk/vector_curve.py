r"""Curves ``F(u) = 0`` of m equations for m + 1 unknowns, m small: equilibria, folds, Hopf points.

Lengths are measured in a metric that follows the curve: each unknown counts in units of the range
that it has covered so far, so units of measurement drop out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen.loops import compiled_loop
from neurodyn.continuation.walk.curve import Stride, directions, inner
from neurodyn.equilibria.newton import Equations, newton
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_FIRST_MOVE = 0.04  # in the declared sizes
_ROUNDING = 1e-11  # part of its size by which an unknown that stands still may seem to move
_UNITS = 1e3 * np.finfo(float).eps  # of the terms of the equations: their rounding, with a margin
_SEEN = 1e5  # least size, in what rounding with that margin moves, in which Newton's method ends
_LEAST = 1e-9  # least size of an unknown that moves, in its declared size
_STILL = 1e-3  # and of one that stands still at first: what it will move, its declared size tells


@dataclass(frozen=True)
class VectorPoint:
    """A point of a curve.

    Parameters
    ----------
    u : (m + 1,) float
    tangent : (m + 1,) float
        Of unit length in ``scale``.
    scale : (m + 1,) float
        The metric in which it was found.
    determinant : float
        Of the Jacobian bordered by the tangent; its sign changes at a branch point.
    steps : int
    """

    u: Array
    tangent: Array
    scale: Array
    determinant: float
    steps: int = 0

    def backward(self) -> VectorPoint:
        """Return the point seen the other way."""
        return replace(self, tangent=-self.tangent, determinant=-self.determinant)


@dataclass(frozen=True)
class VectorChart:
    """The metric around one point; see :class:`neurodyn.continuation.walk.curve.Chart`.

    Parameters
    ----------
    equations : (m + 1,) -> (m,), (m, m + 1)
        Value and Jacobian.
    base, tangent, bend : (m + 1,) float
    low, high : (m + 1,) float
        Range that each unknown has covered.
    smallest : (m + 1,) float
        Least size of each.
    """

    equations: Equations
    base: Array
    tangent: Array
    bend: Array
    low: Array
    high: Array
    smallest: Array

    @cached_property
    def scale(self) -> Array:
        """Size of each unknown."""
        return np.maximum(self.high - self.low, self.smallest)

    @property
    def weights(self) -> Array:
        """Of the inner product."""
        return self.scale**-2

    @property
    def mark_units(self) -> Array:
        """The sizes themselves."""
        return self.scale

    def strain(self, _: VectorPoint) -> float:
        """The turn alone limits a step."""
        return 0.0

    def solve(
        self, guess: Array, normal: Array, *, max_steps: int = 15, contraction: float = np.inf
    ) -> VectorPoint:
        """Return the point of the curve in the plane through ``guess`` across ``normal``."""
        across = normal * self.weights

        def equations(u: Array) -> tuple[Array, Array]:
            value, matrix = self.equations(u)
            return np.append(value, across @ (u - guess)), np.concatenate([matrix, across[None]])

        root = newton(equations, guess, self.scale, max_steps, contraction)
        if not root.status:
            raise NumericalError(
                f"{root.status}, residual {root.residual:.1e}, condition number "
                f"{root.condition:.1e}",
                root.status,
                root,
            )
        return self.point(root.z, self.tangent, root.steps)

    def point(self, u: Array, along: Array, steps: int = 0) -> VectorPoint:
        """Return the point at ``u``, its tangent pointing along ``along``."""
        matrix = np.ascontiguousarray(self.equations(u)[1])
        if not np.isfinite(matrix).all():
            raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE)
        tangent, determinant = _tangent(matrix, self.scale, along)
        return VectorPoint(u, tangent, self.scale, determinant, steps)

    def moved(
        self, stride: VectorStride, bend: Array, equations: Equations | None = None
    ) -> VectorChart:
        """Return the chart at the end of a stride, its metric grown to hold it."""
        u = stride.end.u
        low, high = np.minimum(self.low, u), np.maximum(self.high, u)
        fresh = replace(self, equations=equations or self.equations, base=u, low=low, high=high)
        tangent, bend = directions(stride.end.tangent, bend, fresh.weights)
        return replace(fresh, tangent=tangent, bend=bend)

    def backward(self) -> VectorChart:
        """Return the chart with the opposite direction."""
        return replace(self, tangent=-self.tangent)


VectorStride = Stride[VectorPoint, VectorChart]


def first_chart(
    equations: Equations, u: Array, declared: Array, along: Array
) -> tuple[VectorChart, VectorPoint]:
    """Return the chart and the point at which a curve begins.

    The size of an unknown is what it moves in a first small step, either way. Of one that does not
    move then, as on a branch where a state is zero, only the declared size is known.

    Parameters
    ----------
    equations : function
    u : (m + 1,) float
        On the curve.
    declared : (m + 1,) float
        Size of each unknown as the model has it; the last, the parameter, keeps it.
    along : (m + 1,) float
        Where the tangent is to point.
    """
    flat = VectorChart(equations, u, along, 0 * u, u, u, declared)
    start = flat.point(u, along)
    moved = 0 * u
    for size in _FIRST_MOVE * 0.5 ** np.arange(40):
        try:
            ends = [flat.solve(u + s * start.tangent, start.tangent).u for s in (size, -size)]
        except NumericalError:
            continue
        moved = np.max(np.abs(np.array(ends) - u), axis=0)
        break
    sizes = np.maximum(declared, np.abs(u))
    matrix, border = equations(u)[1] * declared, start.tangent / declared
    seeming = np.maximum(
        _ROUNDING * sizes, moved_by_rounding(matrix, border, u / declared) * declared
    )
    still = np.maximum(_STILL * declared, _SEEN * seeming)
    smallest = np.where(moved > seeming, np.maximum(moved, _LEAST * sizes), still)
    smallest[-1] = declared[-1]
    chart = replace(flat, smallest=smallest)
    point = chart.point(u, along)
    return replace(chart, tangent=point.tangent), point


def moved_by_rounding(matrix: Array, border: Array, size: Array) -> Array:
    """How far rounding of the equations may move each unknown of a point, in its unit.

    Near a branch point that is much: there the equations are all but singular.

    Parameters
    ----------
    matrix : (..., m, m + 1) float
        Jacobians, in some units of the unknowns, at points that are near each other.
    border : (..., m + 1) float
        Direction in which the point is held.
    size : (..., m + 1) float
        Of the unknowns themselves, not of what they move.

    Returns
    -------
    (..., m + 1) float
    """
    others = tuple(range(matrix.ndim - 2))  # at one point terms of a row may cancel to nothing
    terms = np.abs(matrix).max(axis=others, keepdims=True, initial=0.0)
    rows = terms.max(axis=-1, keepdims=True)
    rows = np.where(rows > 0, rows, 1.0)
    matrix, terms = matrix / rows, terms / rows
    square = np.concatenate([matrix, border[..., None, :]], axis=-2)
    rounding = terms @ np.abs(size)[..., None]
    left, singular, across = np.linalg.svd(square)
    singular = np.maximum(singular, np.finfo(float).eps * singular[..., :1])  # not cut: it counts
    inverse = np.abs(np.swapaxes(across / singular[..., None], -1, -2) @ np.swapaxes(left, -1, -2))
    return np.asarray((_UNITS * inverse[..., :-1] @ rounding)[..., 0])


def closed(strides: list[VectorStride]) -> list[VectorStride]:
    """Return the strides of a closed loop with the last one ending where the first one starts."""
    last, first = strides[-1], strides[0].start
    length = inner(last.chart, first.u - last.chart.base, last.chart.tangent)
    return [*strides[:-1], replace(last, end=first, length=length)]


@compiled_loop
def _tangent(matrix, scale, along):
    """Null vector of (m, m + 1), of unit length in ``scale``, and the determinant that it makes."""
    m = matrix.shape[0]
    scaled, square = np.empty((m, m + 1)), np.empty((m + 1, m + 1))
    for i in range(m):
        size = 0.0
        for j in range(m + 1):
            scaled[i, j] = matrix[i, j] * scale[j]
            size = max(size, abs(scaled[i, j]))
        for j in range(m + 1):
            scaled[i, j] /= size if size > 0 else 1.0
            square[i, j] = scaled[i, j]
    across, product = np.linalg.svd(scaled)[2], 0.0
    for j in range(m + 1):
        product += across[m, j] * along[j] / scale[j]
    tangent = np.empty(m + 1)
    for j in range(m + 1):
        square[m, j] = -across[m, j] if product < 0 else across[m, j]
        tangent[j] = square[m, j] * scale[j]
    return tangent, np.linalg.det(square)
