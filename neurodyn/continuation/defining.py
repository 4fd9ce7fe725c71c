r"""Defining equations of fold and Hopf curves in two parameters, and what to watch along them.

With the equilibrium, one scalar equation more defines the curve:

.. math:: f(x, \lambda_1, \lambda_2) = 0, \qquad \det A = 0 \quad\text{or}\quad \mu_1 + \mu_2 = 0

where mu_1 + mu_2 is the sum of the one pair of eigenvalues that is followed. Both are smooth
functions of the point, at Bogdanov-Takens, zero-Hopf and Hopf-Hopf points too. Their gradients are
taken by central differences: they decide how fast Newton converges, not where to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.arclength import Curve
from neurodyn.continuation.system import System

_DIFFERENCE = 6e-6


@dataclass
class Tracked:
    """What is carried from point to point of a curve to tell like from like.

    Parameters
    ----------
    kappa : float
        Product of the pair of eigenvalues that a Hopf curve follows.
    q, p : (n,) float
        Right and left null vectors of a fold curve; they keep their signs.
    """

    kappa: float = 0.0
    q: Array | None = None
    p: Array | None = None


def pair_of(values: ComplexArray, kappa: float) -> tuple[int, int]:
    """Return the pair of eigenvalues nearest to sum 0 and product ``kappa``."""
    size = max(np.sqrt(abs(kappa)), 1e-3 * float(np.max(np.abs(values))), np.finfo(float).tiny)
    best, pair = np.inf, (0, 1)
    for i in range(1, len(values)):
        for j in range(i):
            total, product = values[i] + values[j], values[i] * values[j]
            if abs(total.imag) > 1e-9 * size:
                continue
            cost = abs(total.real) / size + abs(product.real - kappa) / size**2
            if cost < best:
                best, pair = cost, (j, i)
    return pair


def others(values: ComplexArray, taken: tuple[int, ...]) -> ComplexArray:
    """Return the eigenvalues that are not taken."""
    return np.delete(values, list(taken))


def sign_product(values: ComplexArray) -> float:
    """Product of the values, each divided by its size; zero where one vanishes."""
    size = np.abs(values).max() if len(values) else 1.0
    return float(np.prod(values / (size or 1.0)).real) if len(values) else 1.0


@cache
def _pairs(n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.triu_indices(n, 1)


def pair_sums(values: ComplexArray) -> float:
    """Product of all sums of two values, each divided by their sizes."""
    if len(values) < 2:
        return 1.0
    i, j = _pairs(len(values))
    size = np.abs(values[i]) + np.abs(values[j])
    return float(np.prod((values[i] + values[j]) / np.where(size > 0, size, 1.0)).real)


def fold_equation(system: System, u: Array) -> float:
    """Determinant of the Jacobian."""
    n = system.n
    with np.errstate(all="ignore"):  # Newton's method notices what is not finite
        return float(np.linalg.det(system.jacobian(u[:n], u[n:])))


def hopf_equation(system: System, tracked: Tracked, u: Array) -> float:
    """Sum of the pair of eigenvalues that is followed."""
    n = system.n
    matrix = system.jacobian(u[:n], u[n:])
    if not np.isfinite(matrix).all():
        return np.nan
    values = np.linalg.eigvals(matrix).astype(complex)
    i, j = pair_of(values, tracked.kappa)
    return float((values[i] + values[j]).real)


def two_parameter_curve(system: System, equation: Callable[[Array], float]) -> Curve:
    """Return the curve f = 0, equation = 0 in u = (x, lambda_1, lambda_2), all of order one."""
    n = system.n

    def equations(u: Array) -> tuple[Array, Array]:
        gradient = np.empty(n + 2)
        for i in range(n + 2):
            shift = np.zeros(n + 2)
            shift[i] = _DIFFERENCE * max(1.0, 1e-3 * abs(u[i]))
            gradient[i] = (equation(u + shift) - equation(u - shift)) / (2 * shift[i])
        f, by_state, by_parameter = system.parts(u[:n], u[n:])
        matrix = np.vstack([np.hstack([by_state, by_parameter]), gradient])
        return np.append(f, equation(u)), matrix

    return Curve(equations)


def null_vectors(matrix: Array, tracked: Tracked) -> tuple[Array, Array]:
    """Return unit right and left null vectors with the signs of the tracked ones."""
    u, _, v = np.linalg.svd(matrix)
    q, p = v[-1], u[:, -1]
    if tracked.q is not None and tracked.q @ q < 0:
        q = -q
    if tracked.p is not None and tracked.p @ p < 0:
        p = -p
    return q, p
