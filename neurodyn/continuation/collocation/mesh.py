r"""Adapt the mesh: equidistribute the local error of the collocation polynomial.

The error in an interval is proportional to :math:`h^{m+1} |x^{(m+1)}|`; the mesh on which
:math:`\int |x^{(m+1)}|^{1/(m+1)}` is the same for all intervals makes it equal everywhere.
C. de Boor, in Springer Lecture Notes in Mathematics 363 (1974), p. 12; U. Ascher, J. Christiansen,
R. D. Russell, Math. Comp. 33, 659 (1979).
"""

from __future__ import annotations

import math

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.loops import highest_derivative
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, interpolate, node_times

_RESOLUTION = 0.22  # h |x^(m+1)|^(1/(m+1)) aimed at in every interval, x in units of its amplitude
_FLOOR = 0.15  # part of the mesh that is spread evenly
MIN_INTERVALS, MAX_INTERVALS = 24, 2000


def density(orbit: Orbit) -> Array:
    """Return |x^(m+1)|^(1/(m+1)) in every interval, (N,), x in units of the amplitude."""
    size = np.linalg.norm(np.ptp(orbit.x, axis=0)) or 1.0
    return (highest_derivative(orbit.mesh, orbit.x, DEGREE) / size) ** (1.0 / (DEGREE + 1))


def intervals_needed(orbit: Orbit) -> int:
    """Return how many intervals, equidistributed, resolve the orbit."""
    total = float(density(orbit) @ np.diff(orbit.mesh))
    return int(np.clip(math.ceil(total / _RESOLUTION / (1 - _FLOOR)), MIN_INTERVALS, MAX_INTERVALS))


def adapted_mesh(orbit: Orbit, count: int) -> Array:
    """Return the mesh of ``count`` intervals that equidistributes the error, (count + 1,)."""
    h = np.diff(orbit.mesh)
    weight = density(orbit)
    weight = np.maximum(weight, (np.roll(weight, 1) + np.roll(weight, -1)) / 2)
    total = weight @ h
    weight = (1 - _FLOOR) * weight / total + _FLOOR if total > 0 else np.ones_like(h)
    cumulative = np.concatenate([[0.0], np.cumsum(weight * h)])
    mesh = np.interp(np.linspace(0.0, cumulative[-1], count + 1), cumulative, orbit.mesh)
    mesh[0], mesh[-1] = 0.0, 1.0
    return mesh


def transfer(x: Array, old: Array, new: Array) -> Array:
    """Interpolate nodal values (N * m, n) from one mesh to another."""
    return interpolate(old, x, node_times(new))


def remeshed(orbit: Orbit, mesh: Array) -> Orbit:
    """Return the orbit interpolated on another mesh."""
    return Orbit(mesh, transfer(orbit.x, orbit.mesh, mesh), orbit.log_period, orbit.lam)


def halved(mesh: Array) -> Array:
    """Return the mesh with every interval cut in two."""
    middles = (mesh[:-1] + mesh[1:]) / 2
    return np.sort(np.concatenate([mesh, middles]))
