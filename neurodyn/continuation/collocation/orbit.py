r"""Periodic orbits as piecewise polynomials of degree 4, and the polynomials themselves.

On time :math:`\tau = t/T` in [0, 1], cut into N intervals, the orbit is a polynomial on each
interval, given by its values at m = 4 equidistant nodes and at the first of the next interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.loops import interpolated, spread_over_nodes

DEGREE = 4


@dataclass(frozen=True)
class Basis:
    """Lagrange polynomials on [0, 1] with equidistant nodes, and Gauss quadrature.

    Parameters
    ----------
    values, slopes : (m, m + 1) float
        Of the polynomials at the Gauss points.
    gauss_weights : (m,) float
    node_weights : (m + 1,) float
        Quadrature at the nodes.
    phase : (m + 1, m + 1) float
        Integrals of a polynomial times the slope of another.
    """

    values: Array
    slopes: Array
    gauss_weights: Array
    node_weights: Array
    phase: Array


def lagrange(at: Array, derivative: bool = False) -> Array:
    """Return the Lagrange polynomials of the nodes i/m (or their slopes), (len(at), m + 1)."""
    nodes = np.linspace(0.0, 1.0, DEGREE + 1)
    columns = []
    for i, node in enumerate(nodes):
        others = np.delete(nodes, i)
        polynomial = np.poly1d(others, True) / np.prod(node - others)
        columns.append((polynomial.deriv() if derivative else polynomial)(np.asarray(at)))
    return np.ascontiguousarray(np.transpose(columns))


@cache
def basis() -> Basis:
    """Return the basis of degree m."""
    points, weights = np.polynomial.legendre.leggauss(DEGREE)
    gauss, weights = (points + 1) / 2, weights / 2
    values = lagrange(gauss)
    slopes = lagrange(gauss, derivative=True)
    phase = (weights[:, None] * values).T @ slopes
    return Basis(values, slopes, weights, weights @ values, phase)


@dataclass(frozen=True)
class Orbit:
    """A periodic orbit on a mesh, in whatever variables the system it belongs to uses.

    Parameters
    ----------
    mesh : (N + 1,) float
        From 0 to 1.
    x : (N * m, n) float
        At the nodes; the node at 1 is the node at 0.
    log_period : float
    lam : float
    """

    mesh: Array
    x: Array
    log_period: float
    lam: float

    @property
    def intervals(self) -> int:
        """Number N of mesh intervals."""
        return len(self.mesh) - 1

    @property
    def period(self) -> float:
        """exp(log_period); infinite where Newton's method has gone astray."""
        with np.errstate(over="ignore"):
            return float(np.exp(self.log_period))

    @property
    def nodal(self) -> Array:
        """Values interval by interval, (N, m + 1, n)."""
        return by_interval(self.x)

    def moved(self, x: Array, log_period: float, lam: float) -> Orbit:
        """Return the orbit shifted by a step."""
        return Orbit(self.mesh, self.x + x, self.log_period + log_period, self.lam + lam)

    def at(self, tau: Array) -> Array:
        """Return the state at normalised times, (len(tau), n)."""
        return interpolate(self.mesh, self.x, tau)


def by_interval(x: Array) -> Array:
    """Return nodal values (N * m, n) as (N, m + 1, n), shared nodes repeated."""
    blocks = x.reshape(-1, DEGREE, x.shape[1])
    return np.concatenate([blocks, np.roll(blocks[:, :1], -1, axis=0)], axis=1)


def interpolate(mesh: Array, x: Array, tau: Array) -> Array:
    """Evaluate the piecewise polynomial at ``tau`` (taken modulo 1)."""
    return interpolated(mesh, np.ascontiguousarray(x), np.mod(tau, 1.0), DEGREE)


def node_times(mesh: Array) -> Array:
    """Return the times of the nodes, (N * m,)."""
    fractions = np.arange(DEGREE) / DEGREE
    return (mesh[:-1, None] + np.diff(mesh)[:, None] * fractions).ravel()


def node_weights(mesh: Array) -> Array:
    """Return quadrature weights of the nodes, shared nodes added up, (N * m,)."""
    return spread_over_nodes(mesh, basis().node_weights)


def phase_row(orbit: Orbit) -> Array:
    """Return the row of the phase condition, integral of <x, x_reference'> = 0, (N * m, n).

    It picks, among all shifts in time, the one nearest to the reference (Doedel 1981).
    """
    total = basis().phase @ orbit.nodal
    rows = total[:, :-1].copy()
    rows[:, 0] += np.roll(total[:, -1], 1, axis=0)
    return rows.reshape(orbit.x.shape)
