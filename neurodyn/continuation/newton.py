"""Newton's method in scaled variables, with the evidence of how well it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.compiled import compiled
from neurodyn.status import Status

Equations = Callable[[Array], tuple[Array, Array]]

_DIFFERENCE = 6e-6  # cube root of the rounding unit: best for a central difference
_GOAL = 1e-11
_SINGULAR = 1e14
_ROUNDING = 1e-4  # a correction below 1e-11 of this part of the value itself is rounding


@dataclass(frozen=True)
class Root:
    """Where Newton's method ended.

    Parameters
    ----------
    z : (n,) float
    status : Status
    residual : float
        Last Newton correction, in units of ``scale``.
    condition : float
        Condition number of the scaled, row-equilibrated Jacobian.
    steps : int
    """

    z: Array
    status: Status
    residual: float
    condition: float
    steps: int


@compiled
def scaled_solve(matrix, right, scale):
    """Solve ``matrix @ step = right`` after scaling columns and rows; return step, condition.

    Near a singular matrix it is the shortest step; that is zero where the equations already hold.
    """
    n = right.size
    scaled, weighted = np.empty((n, n)), np.empty(n)
    for i in range(n):
        size = 0.0
        for j in range(n):
            scaled[i, j] = matrix[i, j] * scale[j]
            size = max(size, abs(scaled[i, j]))
        size = size if size > 0 else 1.0
        weighted[i] = right[i] / size
        for j in range(n):
            scaled[i, j] /= size
    left, sizes, across = np.linalg.svd(scaled)
    condition = sizes[0] / sizes[n - 1] if sizes[n - 1] > 0 else np.inf
    step = np.zeros(n)
    for k in range(n):
        if condition < _SINGULAR or sizes[k] > 1e-12 * sizes[0]:
            part = 0.0
            for i in range(n):
                part += left[i, k] * weighted[i]
            for j in range(n):
                step[j] += part / sizes[k] * across[k, j] * scale[j]
    return step, condition


def with_differences(function: Callable[[Array], Array], scale: Array) -> Equations:
    """Add a Jacobian by central differences, with steps in proportion to ``scale``.

    Used for extended systems, whose exact derivatives would need third derivatives of f; it decides
    how fast Newton converges, not where to.
    """

    def equations(z: Array) -> tuple[Array, Array]:
        columns = []
        for i, size in enumerate(_DIFFERENCE * scale):
            shift = np.zeros_like(z)
            shift[i] = size
            columns.append((function(z + shift) - function(z - shift)) / (2 * size))
        return function(z), np.array(columns).T

    return equations


def newton(equations: Equations, start: Array, scale: Array, max_steps: int = 25) -> Root:
    """Solve ``equations(z) = 0``; stops when the correction is at the level of rounding.

    Parameters
    ----------
    equations : (n,) -> (n,), (n, n)
        Value and Jacobian.
    start : (n,) float
    scale : (n,) float
        Typical size of each unknown.
    max_steps : int
    """
    z, residual, condition, previous = np.array(start, float), np.inf, np.inf, np.inf
    for count in range(1, max_steps + 1):
        try:
            value, matrix = equations(z)
            if not (np.isfinite(value).all() and np.isfinite(matrix).all()):
                return Root(z, Status.NOT_FINITE, residual, condition, count)
            step, condition = scaled_solve(np.ascontiguousarray(matrix), value, scale)
        except np.linalg.LinAlgError:
            return Root(z, Status.NOT_CONVERGED, residual, np.inf, count)
        z = z - step
        residual = float(np.max(np.abs(step) / (scale + _ROUNDING * np.abs(z))))
        if residual < _GOAL or (residual < 1e-8 and residual > previous / 4):
            return Root(z, Status.OK, residual, condition, count)
        if not residual < 1e8:
            break
        previous = residual
    return Root(z, Status.NOT_CONVERGED, residual, condition, max_steps)
