r"""Pseudo-arclength continuation of a curve ``F(u) = 0`` with m equations for m + 1 unknowns.

.. math:: F(u) = 0, \qquad \langle t, u - u_{predicted} \rangle = 0

``t`` is the unit tangent; lengths are measured in a metric that follows the curve: each unknown
counts in units of the range it has covered so far, so units of measurement drop out.
H. B. Keller (1977); E. J. Doedel, H. B. Keller, J. P. Kernevez, Int. J. Bifurcation Chaos 1, 493
(1991).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.compiled import compiled
from neurodyn.continuation.newton import Equations, Root, newton
from neurodyn.continuation.ring import triangular
from neurodyn.errors import NumericalError
from neurodyn.status import Status

STEP_MAX = 0.15  # largest step, as a part of the range covered so far
_STEP_MIN = 1e-9
_CORNER = 1e-6
_FIRST_MOVE = 0.04  # in the declared sizes
_COSINE_MIN = 0.95  # largest turn of the tangent in one step: 18 degrees
_QUICK = 4  # Newton steps up to which the next step may grow
_GROWTH = 1.4


@dataclass(frozen=True)
class Curve:
    """The equations of a curve.

    Parameters
    ----------
    equations : (m + 1,) -> (m,), (m, m + 1)
        Value and Jacobian.
    """

    equations: Equations

    def jacobian(self, u: Array) -> Array:
        """Jacobian alone, (m, m + 1)."""
        return self.equations(u)[1]


@dataclass
class Metric:
    """Size of each unknown: the range covered so far, never below ``smallest``."""

    smallest: Array
    low: Array = field(init=False)
    high: Array = field(init=False)

    def __post_init__(self) -> None:
        self.low = np.full(len(self.smallest), np.inf)
        self.high = -self.low

    def include(self, u: Array) -> None:
        """Let the ranges grow to contain ``u``."""
        self.low, self.high = np.minimum(self.low, u), np.maximum(self.high, u)

    @property
    def scale(self) -> Array:
        """(m + 1,) float."""
        return np.maximum(self.high - self.low, self.smallest)


@dataclass(frozen=True)
class CurvePoint:
    """A point of a curve, its tangent (unit length in ``scale``) and the metric used there."""

    u: Array
    tangent: Array
    scale: Array
    determinant: float
    """Sign tells on which side of a branch point: det of the Jacobian bordered by the tangent."""


def point_on(curve: Curve, u: Array, scale: Array, along: Array) -> CurvePoint:
    """Return the curve point at ``u``, its tangent pointing along the direction ``along``."""
    tangent, determinant = _tangent(np.ascontiguousarray(curve.jacobian(u)), scale, along)
    return CurvePoint(u, tangent, scale, determinant)


@compiled
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
    determinant = triangular(square, m + 1)
    for j in range(m + 1):
        determinant *= square[j, j]
    return tangent, determinant


def correct(curve: Curve, guess: Array, normal: Array, scale: Array, max_steps: int = 8) -> Root:
    """Return the point of the curve in the plane through ``guess`` across ``normal`` (scaled)."""

    across = normal / scale

    def equations(u: Array) -> tuple[Array, Array]:
        value, matrix = curve.equations(u)
        return np.append(value, across @ (u - guess)), np.concatenate([matrix, across[None]])

    return newton(equations, guess, scale, max_steps)


def first_metric(curve: Curve, start: CurvePoint, declared: Array) -> Metric:
    """Return the metric at the start of a curve: what moves in a first small step, either way.

    Parameters
    ----------
    declared : (m + 1,) float
        Size of each unknown as the model has it; the last, the parameter, keeps it.
    """
    smallest = 1e-9 * np.maximum(declared, np.abs(start.u))
    for size in _FIRST_MOVE * 0.5 ** np.arange(40):
        roots = [
            correct(curve, start.u + side * start.tangent, start.tangent / declared, declared)
            for side in (size, -size)
        ]
        if all(root.status for root in roots):
            moved = np.max([np.abs(root.z - start.u) for root in roots], axis=0)
            smallest = np.maximum(smallest, moved)
            break
    smallest[-1] = declared[-1]
    return Metric(smallest)


def follow(
    curve: Curve, start: CurvePoint, metric: Metric, where: Callable[[Array], str]
) -> Iterator[CurvePoint]:
    """Yield the points of a curve from ``start`` on, in the direction of its tangent, without end.

    Raises
    ------
    NumericalError
        If no step, however small, converges; ``where`` tells at which point.
    """
    point, step, last = start, STEP_MAX, None
    metric.include(start.u)
    while True:
        scale = metric.scale
        along = point.tangent if last is None else point.u - last
        here = point_on(curve, point.u, scale, along)
        direction = here.tangent / scale
        while True:
            root = correct(curve, point.u + step * here.tangent, direction, scale)
            if root.status:
                new = point_on(curve, root.z, scale, here.tangent)
                # a corner of the curve, where a derivative of the equations jumps, is taken slowly
                cosine = (new.tangent / scale) @ direction
                if cosine > (_COSINE_MIN if step > _CORNER else 0.0):
                    break
            step /= 2
            if step < _STEP_MIN:
                raise NumericalError(
                    f"the curve could not be followed beyond {where(point.u)}: steps below "
                    f"{_STEP_MIN:g} of its range do not converge ({root.status}; residual "
                    f"{root.residual:.1e}, condition number {root.condition:.1e}). Try a range "
                    "that ends before, or look for a singularity of the equations there",
                    root.status or Status.NOT_CONVERGED,
                )
        point, last = new, point.u
        metric.include(new.u)
        yield new
        if root.steps <= _QUICK:
            step = min(step * _GROWTH, STEP_MAX)


def on_plane(curve: Curve, a: CurvePoint, b: CurvePoint, part: float) -> CurvePoint:
    """Return the point of the curve a fraction ``part`` of the chord from ``a`` to ``b``.

    Raises
    ------
    NumericalError
        If it does not converge.
    """
    chord = (b.u - a.u) / b.scale
    normal = chord / np.linalg.norm(chord)
    root = correct(curve, a.u + part * (b.u - a.u), normal, b.scale, 15)
    if not root.status:
        raise NumericalError(f"no point between two neighbours: {root.status}", root.status)
    return point_on(curve, root.z, b.scale, b.u - a.u)
