r"""The curve of equilibria ``f(x, lambda) = 0`` of one parameter, as the walk sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equations.system import System
from neurodyn.continuation.options import PARAMETER_PARTS
from neurodyn.continuation.walk.ends import Limit
from neurodyn.continuation.walk.vector_curve import VectorChart, VectorPoint, VectorStride
from neurodyn.model import Model

_EXCURSION = 0.5  # how far outside the range a branch is watched for its return, in ranges


@dataclass(frozen=True)
class EquilibriumCurve:
    """Equilibria of one model within a range of its parameter, ``u`` = (states, parameter).

    Parameters
    ----------
    model : Model
    system : System
        With the parameter free.
    parameter : str
    span : (low, high)
    """

    model: Model
    system: System
    parameter: str
    span: tuple[float, float]

    name = "branch of equilibria"
    advice = "Try a range that ends before, or look for a singularity of the equations there"

    def equations(self, u: Array) -> tuple[Array, Array]:
        """Value (n,) and Jacobian (n, n + 1)."""
        n = self.system.n
        f, by_state, by_parameter = self.system.parts(u[:n], u[n:])
        return f, np.concatenate([by_state, by_parameter], axis=1)

    @property
    def declared(self) -> Array:
        """Declared scales of the states, and the part of the range that counts as one, (n + 1,)."""
        width = (self.span[1] - self.span[0]) / PARAMETER_PARTS
        return np.append(self.model.scales, width)

    @property
    def limits(self) -> list[Limit]:
        """The range, with some way beyond, and the bounds of the states."""
        low, high = self.span
        reach = _EXCURSION * (high - low)
        bounds = getattr(self.model.quantity(self.parameter), "bounds", (-np.inf, np.inf))
        states = [
            Limit(i, *state.bounds, f"bounds of {state.name}")
            for i, state in enumerate(self.model.states)
        ]
        return [
            Limit(-1, max(low - reach, bounds[0]), min(high + reach, bounds[1]), "range"),
            *states,
        ]

    def renew(self, stride: VectorStride, bend: Array) -> VectorChart:
        """Let the metric grow to hold the end of the stride."""
        chart = stride.chart
        return chart.moved(stride, bend)

    def marks(self, point: VectorPoint) -> Array:
        """The point itself."""
        return point.u

    def where(self, chart: VectorChart) -> str:
        """Parameter and states."""
        u = chart.base
        states = ", ".join(
            f"{n} = {v:.6g}" for n, v in zip(self.model.state_names, u, strict=False)
        )
        return f"{self.parameter} = {u[-1]:.9g} ({states})"
