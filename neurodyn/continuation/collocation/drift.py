r"""A mesh that moves with the orbit along a branch.

A cycle that relaxes has jumps much shorter than its period, and along the branch they move in time.
At fixed :math:`\tau` the orbit changes by its whole height while a jump moves by its own width, so
on a fixed mesh no step can be longer. In the coordinate s that numbers the mesh points,
:math:`\tau = \tau(s)`, the change along the branch is

.. math:: \dot x |_s = \dot x |_\tau + x_\tau \dot \tau(s) ,

and the motion of the mesh is the one that keeps both this and its own stretching small,

.. math:: \sum_j |\dot x + x_\tau \dot \tau|_j^2 + \mu (\Delta \dot \tau_j / h_j)^2 \to \min .

W. Huang, R. D. Russell, Adaptive Moving Mesh Methods (2011), ch. 1, for the idea.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.orbit import DEGREE

_STEEP = 1000.0  # amplitudes per period: below it a fixed mesh serves as well
_STIFFNESS = 0.1  # mu: a mesh stretched twofold against a change by the whole amplitude


def drift(mesh: Array, way: Array, velocity: Array) -> Array:
    """Return how the mesh points move while the orbit moves by ``way``, (N + 1,); the ends stay.

    Parameters
    ----------
    mesh : (N + 1,) float
    way, velocity : (N * m, n) float
        Change of the orbit along the branch, and its slope by normalised time, at the nodes.
    """
    square = np.einsum("ij,ij->i", velocity, velocity)
    count = len(mesh) - 1
    if square.max() < _STEEP**2:
        return np.zeros(count + 1)
    spring = _STIFFNESS / np.diff(mesh) ** 2  # between each point and the next, around the cycle
    forward = scipy.sparse.diags_array([-spring[:-1]], offsets=[1], shape=(count, count))
    ring = scipy.sparse.coo_array(([-spring[-1]], ([0], [count - 1])), shape=(count, count))
    matrix = scipy.sparse.diags_array([square[::DEGREE] + spring + np.roll(spring, 1)], offsets=[0])
    matrix = matrix + forward + forward.T + ring + ring.T
    pull = -np.einsum("ij,ij->i", way, velocity)[::DEGREE]
    points = scipy.sparse.linalg.spsolve(matrix.tocsc(), pull)
    return np.append(points, points[0]) - points[0]  # the beginning of a cycle can be shifted


def at_nodes(points: Array) -> Array:
    """Return the drift of the nodes, that moves each with its interval, (N * m,)."""
    fractions = np.arange(DEGREE) / DEGREE
    return (points[:-1, None] + np.diff(points)[:, None] * fractions).ravel()
