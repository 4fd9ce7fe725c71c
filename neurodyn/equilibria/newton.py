"""Newton's method in scaled variables, with the evidence of how well it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen.loops import compiled_loop
from neurodyn.errors import NumericalError
from neurodyn.status import Status

Equations = Callable[[Array], tuple[Array, Array]]

_DIFFERENCE = 6e-6  # cube root of the rounding unit: best for a central difference
_GOAL, _SMALL = 1e-11, 1e-8
_NO_LONGER = 4.0  # two corrections closer than this factor no longer shrink quadratically
_LOST = 1e8  # a correction this large, in sizes of the unknowns, leads nowhere
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


@compiled_loop
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


def newton(
    equations: Equations,
    start: Array,
    scale: Array,
    max_steps: int = 25,
    contraction: float = np.inf,
) -> Root:
    """Solve ``equations(z) = 0``; stops when the correction is at the level of rounding.

    Parameters
    ----------
    equations : (n,) -> (n,), (n, n)
        Value and Jacobian.
    start : (n,) float
    scale : (n,) float
        Typical size of each unknown.
    max_steps : int
    contraction : float
        See :func:`iterate`.
    """

    def correct(z: Array) -> tuple[Array, float, float]:
        value, matrix = equations(z)
        if not (np.isfinite(value).all() and np.isfinite(matrix).all()):
            raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE)
        step, condition = scaled_solve(np.ascontiguousarray(matrix), value, scale)
        z = z - step
        return z, float(np.max(np.abs(step) / (scale + _ROUNDING * np.abs(z)))), condition

    found = iterate(correct, np.array(start, float), _GOAL, _SMALL, max_steps, contraction)
    condition = np.inf if found.evidence is None else found.evidence
    return Root(found.z, found.status, found.residual, condition, found.steps)


Z = TypeVar("Z")
E = TypeVar("E")


@dataclass(frozen=True)
class Iterated(Generic[Z, E]):
    """Where an iteration ended: the last iterate, its evidence, the size of the last correction."""

    z: Z
    evidence: E | None
    status: Status
    residual: float
    steps: int


def iterate(
    correct: Callable[[Z], tuple[Z, float, E]],
    start: Z,
    goal: float,
    small: float,
    max_steps: int,
    contraction: float = np.inf,
) -> Iterated[Z, E]:
    """Repeat Newton's correction until it is down to rounding, whatever the unknowns are.

    Parameters
    ----------
    correct : function
        Iterate -> next iterate, size of the correction, evidence (such as a factorisation). Raises
        LinAlgError, or NumericalError with a status, where there is none.
    start : iterate
    goal : float
        Size of a correction that ends the iteration.
    small : float
        Size below which corrections that no longer shrink are rounding, and end it too.
    max_steps : int
    contraction : float
        Give up where a correction is larger than this times the one before.
    """
    z, evidence, residual, previous = start, None, np.inf, np.inf
    for count in range(1, max_steps + 1):
        try:
            with np.errstate(all="ignore"):  # what is not finite is noticed
                z, residual, evidence = correct(z)
        except np.linalg.LinAlgError:
            return Iterated(z, None, Status.NOT_CONVERGED, residual, count)
        except NumericalError as error:
            return Iterated(z, evidence, error.status, residual, count)
        if residual < goal or (residual < small and residual > previous / _NO_LONGER):
            return Iterated(z, evidence, Status.OK, residual, count)
        if not residual < (_LOST if residual < small else min(_LOST, contraction * previous)):
            break
        previous = residual
    return Iterated(z, evidence, Status.NOT_CONVERGED, residual, max_steps)
