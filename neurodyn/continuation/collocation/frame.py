"""Frames: the mesh and the units in which one step along a branch of orbits is measured.

In a frame an orbit is one vector of unknowns: nodal values, ln T, parameters. The inner product of
two of them is an integral over the orbit, plus ln T, plus parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.elimination import Step
from neurodyn.continuation.collocation.mesh import transfer
from neurodyn.continuation.collocation.orbit import Orbit, node_weights


@dataclass(frozen=True)
class Frame:
    """A mesh, and the size of each state and parameter.

    Parameters
    ----------
    mesh : (N + 1,) float
    states : (n,) float [model units]
    parameters : (k,) float
        The first is that of the orbit.
    """

    mesh: Array
    states: Array
    parameters: Array

    @cached_property
    def units(self) -> Array:
        """Model units of one of each unknown, (N m n + 1 + k,)."""
        count = len(node_weights(self.mesh))
        return np.concatenate([np.tile(self.states, count), [1.0], self.parameters])

    @cached_property
    def weights(self) -> Array:
        """Weights of the inner product, (N m n + 1 + k,)."""
        ends = np.ones(1 + len(self.parameters))
        return np.concatenate([np.repeat(node_weights(self.mesh), len(self.states)), ends])

    def vector(self, orbit: Orbit, *more: float) -> Array:
        """Return an orbit in model units, and further parameters, as a vector of this frame."""
        plain = np.concatenate([orbit.x.ravel(), [orbit.log_period, orbit.lam, *more]])
        return plain / self.units

    def scaled(self, u: Array) -> Orbit:
        """Return the orbit of a vector in the units of the frame."""
        k = len(self.parameters)
        x = u[: -1 - k].reshape(-1, len(self.states))
        return Orbit(self.mesh, x, float(u[-1 - k]), float(u[-k]))

    def unscaled(self, u: Array) -> Orbit:
        """Return the orbit of a vector in model units."""
        return self.scaled(u * self.units)

    def step(self, u: Array) -> Step:
        """Return a direction of the frame in model units, without further parameters."""
        orbit = self.unscaled(u)
        return Step(orbit.x, orbit.log_period, orbit.lam)

    def carried(self, new: Frame, *vectors: Array) -> list[Array]:
        """Return vectors of this frame in another one, interpolated on its mesh."""
        n, k = len(self.states), len(self.parameters)
        plain = np.stack(vectors) * self.units
        nodes = np.hstack([v[: -1 - k].reshape(-1, n) for v in plain])
        if new.mesh is not self.mesh:
            nodes = transfer(nodes, self.mesh, new.mesh)
        return [
            np.concatenate([nodes[:, i * n : (i + 1) * n].ravel(), v[-1 - k :]]) / new.units
            for i, v in enumerate(plain)
        ]


def packed(step: Step, *more: float) -> Array:
    """Return a solution of the linear system as a vector of its frame."""
    return np.concatenate([step.x.ravel(), [step.log_period, step.lam, *more]])
