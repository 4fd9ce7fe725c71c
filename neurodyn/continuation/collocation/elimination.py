r"""Solve the linear systems of collocation in time linear in the number of intervals.

The Jacobian couples an interval only to its own nodes. So the inner nodes of every interval are
eliminated first,

.. math:: \delta_{j+1} = G_j \delta_j + a_j\,\delta\ln T + b_j\,\delta\lambda + r_j ,

and what is left is a cyclic system in the mesh points alone, with the borders of period, parameter,
phase and arclength (:mod:`neurodyn.continuation.collocation.elimination_loops`). The product of
the G_j is the monodromy matrix. E. J. Doedel, H. B. Keller, J. P. Kernevez, Int. J. Bifurcation
Chaos 1, 745 (1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.elimination_loops import (
    condense,
    factorise,
    inner_nodes,
    solve,
    with_sums,
)
from neurodyn.continuation.collocation.equations import Linearised
from neurodyn.continuation.collocation.orbit import DEGREE


@dataclass(frozen=True)
class Border:
    """A scalar equation: row over nodes, coefficients of ln T and lambda."""

    x: Array
    log_period: float
    lam: float


@dataclass(frozen=True)
class Borders:
    """Two scalar equations, side by side.

    Parameters
    ----------
    rows : (2, N m, n) float
        Over the nodes.
    ends : (2, 2) float
        Coefficients of ln T and lambda.
    """

    rows: Array
    ends: Array

    @classmethod
    def of(cls, first: Border, second: Border) -> Borders:
        """Stack two borders."""
        ends = [[border.log_period, border.lam] for border in (first, second)]
        return cls(np.stack([first.x, second.x]), np.array(ends))


@dataclass(frozen=True)
class Step:
    """A solution of the linear system."""

    x: Array
    log_period: float
    lam: float


class Condensed:
    """The factorised linear system of an orbit: unknowns nodes, ln T, lambda.

    ``closing`` is 1 for periodic, -1 for antiperiodic perturbations.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the equations inside an interval are singular; from the methods, if the system is.
    """

    def __init__(self, linear: Linearised, n: int, borders: Borders, closing: float = 1.0) -> None:
        self.n, self.count, self.closing = n, len(linear.blocks), closing
        self.eliminated: Array = condense(linear.blocks, linear.columns)
        self._ends = borders.ends
        self._transitions: Array = with_sums(self.eliminated, borders.rows, DEGREE)
        if not np.isfinite(self._transitions).all():
            raise np.linalg.LinAlgError("the equations inside an interval are singular")
        self._factors = factorise(self._transitions, n, 2, closing, self._ends)

    @property
    def transitions(self) -> Array:
        """G_j, (N, n, n): perturbations carried from mesh point to mesh point."""
        return self._transitions[:, : self.n, : self.n]

    def newton_step(self, border_residuals: tuple[float, float]) -> Step:
        """Return the Newton correction for the residual of the orbit and of both borders."""
        return self._response(0, border_residuals)

    def response(self, which: int = 1) -> Step:
        """Return the step that answers a unit change of a further parameter, counted from 1."""
        return self._response(which, (0.0, 0.0))

    def _response(self, column: int, border_residuals: tuple[float, float]) -> Step:
        """Solve for the right-hand side in one column beyond ln T and lambda."""
        place = self.n + 2 + column
        right = np.ascontiguousarray(self._transitions[:, :, place])
        solution = self._solve(right, -np.array(border_residuals))
        return self._expand(*solution, column)

    def null_step(self, values: tuple[float, float] = (0.0, 1.0)) -> Step:
        """Return the solution of the linearised equations that gives the borders these values."""
        nothing = np.zeros((self.count, self.n + 2))
        return self._expand(*self._solve(nothing, np.array(values)))

    def null_vector(self) -> Step:
        """Return the null vector of a (nearly) singular system, by inverse iteration."""
        vector = np.cos(np.arange(self.count * self.n + 2) * 1.3)
        for _ in range(4):
            vector = self._inverse(vector)
            vector /= np.linalg.norm(vector)
        return self._expand(vector[:-2].reshape(self.count, self.n), vector[-2:])

    def amplification(self) -> float:
        """Size of the response to a generic right-hand side; large near a singular matrix."""
        right = np.cos(np.arange(self.count * self.n + 2) * 1.7)
        return float(np.linalg.norm(self._inverse(right)) / np.linalg.norm(right))

    def _inverse(self, right: Array) -> Array:
        """Solve with one value for each equation of a mesh point, and one for each border."""
        steps = np.zeros((self.count, self.n + 2))
        steps[:, : self.n] = right[:-2].reshape(self.count, self.n)
        return np.concatenate([part.ravel() for part in self._solve(steps, right[-2:])])

    def _solve(self, steps: Array, values: Array) -> tuple[Array, Array]:
        """Return mesh points (N, n) and (ln T, lambda)."""
        points, pair = solve(self._factors, self.closing, self._ends, steps, values)
        if not np.isfinite(pair).all():
            raise np.linalg.LinAlgError("the equations of the orbit are singular")
        return points, pair

    def _expand(self, points: Array, pair: Array, column: int | None = None) -> Step:
        """Recover the inner nodes; ``column`` is the right-hand side that was solved for."""
        coefficients = np.zeros(self.eliminated.shape[2] - self.n)
        coefficients[:2] = pair
        if column is not None:
            coefficients[2 + column] = 1.0
        nodes = inner_nodes(self.eliminated, points, coefficients, DEGREE)
        return Step(nodes, float(pair[0]), float(pair[1]))
