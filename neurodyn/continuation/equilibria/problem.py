"""What is needed to locate special points on a branch of equilibria."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.normal_form import LocalEquations
from neurodyn.continuation.equations.system import System
from neurodyn.equilibria.eigenvalues import by_real_part
from neurodyn.model import Model
from neurodyn.status import Status

_INFLATED = 1e3  # most that a state counts as, in its value and its declared scale


@dataclass(frozen=True)
class BranchProblem:
    """What is needed to locate points on a branch: equations, parameter and sizes."""

    model: Model
    name: str
    span: tuple[float, float]
    system: System
    scales: Array
    """Size of each state on the branch, (n,)."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was seen on the branch and is no special point."""

    def near(self, u: Array) -> BranchProblem:
        """Return the problem with the sizes that matter at a point.

        On a branch that runs away the range covered says nothing about the states at a point of it.
        """
        most = _INFLATED * np.maximum(np.abs(u[:-1]), self.model.scales)
        return replace(self, scales=np.minimum(self.scales, most))

    def eigenvalues(self, u: Array) -> ComplexArray:
        """Eigenvalues at a point (x, lam), sorted by real part, largest first."""
        return by_real_part(np.linalg.eigvals(self.matrix(u)))

    def matrix(self, u: Array) -> Array:
        """Jacobian in the scaled states, per unit of time."""
        s = self.scales
        return self.system.jacobian(u[:-1], u[-1:]) * s[None, :] / s[:, None]

    def spectra(self, u: Array) -> ComplexArray:
        """Eigenvalues at many points (M, n + 1), (M, n); NaN where the Jacobian is not finite."""
        s = self.scales
        matrices = np.moveaxis(self.system.parts(u[:, :-1].T, u[:, -1:].T)[1], -1, 0)
        matrices = matrices * (s[None, :] / s[:, None])
        finite = np.isfinite(matrices).all(axis=(1, 2))
        values = np.full((len(u), len(s)), np.nan, complex)
        values[finite] = np.linalg.eigvals(matrices[finite])
        return values

    def local_equations(self, u: Array) -> LocalEquations:
        """Return the equations at (x, lam) for normal forms."""
        return LocalEquations(
            self.model, u[:-1], {self.name: float(u[-1])}, self.scales, self.matrix(u)
        )

    def described(
        self, u: Array, status: Status, residual: float, condition: float
    ) -> dict[str, Any]:
        """Return the fields that special points of all kinds share."""
        return {
            "parameter_name": self.name,
            "parameter": float(u[-1]),
            "state": dict(zip(self.model.state_names, u[:-1].tolist(), strict=True)),
            "eigenvalues": self.eigenvalues(u),
            "status": status,
            "residual": residual,
            "condition": condition,
            "span": self.span,
            "scales": self.scales,
        }
