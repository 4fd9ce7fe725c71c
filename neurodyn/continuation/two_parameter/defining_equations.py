r"""Defining equations of fold and Hopf curves in two parameters, and what to watch along them.

With the equilibrium, one scalar equation more defines the curve:

.. math:: f(x, \lambda_1, \lambda_2) = 0, \qquad \det A = 0 \quad\text{or}\quad \mu_1 + \mu_2 = 0

where mu_1 + mu_2 is the sum of the one pair of eigenvalues that is followed. Both are smooth
functions of the point, at Bogdanov-Takens, zero-Hopf and Hopf-Hopf points too. Their gradients are
taken by central differences: they decide how fast Newton converges, not where to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.system import System

_DIFFERENCE = 6e-6


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class PlaneEquations:
    """The equations f = 0 and one more, in u = (x, lambda_1, lambda_2), all of order one.

    Parameters
    ----------
    system : System
        In scaled variables, with two free parameters.
    kind : {"fold", "hopf"}
    tracked : Tracked
        At a point near by.
    """

    system: System
    kind: Literal["fold", "hopf"]
    tracked: Tracked

    def __call__(self, u: Array) -> tuple[Array, Array]:
        """Value (n + 1,) and Jacobian (n + 1, n + 2)."""
        n = self.system.n
        gradient = np.empty(n + 2)
        for i in range(n + 2):
            shift = np.zeros(n + 2)
            shift[i] = _DIFFERENCE * max(1.0, 1e-3 * abs(u[i]))
            gradient[i] = (self.defining(u + shift) - self.defining(u - shift)) / (2 * shift[i])
        f, by_state, by_parameter = self.system.parts(u[:n], u[n:])
        matrix = np.vstack([np.hstack([by_state, by_parameter]), gradient])
        return np.append(f, self.defining(u)), matrix

    def defining(self, u: Array) -> float:
        """Determinant of the Jacobian, or the sum of the pair of eigenvalues that is followed."""
        matrix = self.matrix(u)
        if not np.isfinite(matrix).all():
            return np.nan  # Newton's method notices
        if self.kind == "fold":
            return float(np.linalg.det(matrix))
        values = np.linalg.eigvals(matrix).astype(complex)
        i, j = pair_of(values, self.tracked.kappa)
        return float((values[i] + values[j]).real)

    def matrix(self, u: Array) -> Array:
        """Jacobian by the states, (n, n)."""
        n = self.system.n
        return self.system.jacobian(u[:n], u[n:])

    def values(self, u: Array) -> ComplexArray:
        """Its eigenvalues."""
        return np.linalg.eigvals(self.matrix(u)).astype(complex)

    def kappa(self, u: Array) -> float:
        """Product of the pair that a Hopf curve follows: omega^2 at a Hopf point."""
        values = self.values(u)
        i, j = pair_of(values, self.tracked.kappa)
        return float((values[i] * values[j]).real)

    def null(self, u: Array) -> tuple[Array, Array]:
        """Right and left null vectors of a fold, with the signs of the tracked ones."""
        return null_vectors(self.matrix(u), self.tracked)

    def rest(self, u: Array) -> ComplexArray:
        """The eigenvalues that are not followed."""
        values = self.values(u)
        if self.kind == "fold":
            return others(values, (int(np.argmin(np.abs(values))),))
        return others(values, pair_of(values, self.tracked.kappa))

    def tracking(self, u: Array) -> PlaneEquations:
        """Return the equations for the neighbourhood of a point of the curve."""
        if self.kind == "hopf":
            return replace(self, tracked=Tracked(self.kappa(u)))
        q, p = self.null(u)
        return replace(self, tracked=Tracked(q=q, p=p))


def null_vectors(matrix: Array, tracked: Tracked) -> tuple[Array, Array]:
    """Return unit right and left null vectors with the signs of the tracked ones."""
    u, _, v = np.linalg.svd(matrix)
    q, p = v[-1], u[:, -1]
    if tracked.q is not None and tracked.q @ q < 0:
        q = -q
    if tracked.p is not None and tracked.p @ p < 0:
        p = -p
    return q, p
