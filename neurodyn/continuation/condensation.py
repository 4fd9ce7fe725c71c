r"""Solve the linear systems of collocation in time linear in the number of intervals.

The Jacobian couples an interval only to its own nodes. So the inner nodes of every interval are
eliminated first, all intervals in one batched call,

.. math:: \delta_{j+1} = G_j \delta_j + a_j\,\delta\ln T + b_j\,\delta\lambda + r_j ,

and what is left is a sparse cyclic system in the mesh points alone, with the borders of period,
parameter, phase and arclength. The product of the G_j is the monodromy matrix. E. J. Doedel,
H. B. Keller, J. P. Kernevez, Int. J. Bifurcation Chaos 1, 745 (1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.sparse
import scipy.sparse.linalg

from neurodyn.continuation.collocation import DEGREE, Linearised

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Border:
    """A scalar equation: row over nodes, coefficients of ln T and lambda."""

    x: Array
    log_period: float
    lam: float


@dataclass(frozen=True)
class Step:
    """A solution of the linear system."""

    x: Array
    log_period: float
    lam: float


@lru_cache(maxsize=64)
def _pattern(count: int, n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and columns of the entries of the cyclic bordered matrix, in assembly order."""
    j, a, b = np.meshgrid(np.arange(count), np.arange(n), np.arange(n), indexing="ij")
    size = count * n
    following = ((np.arange(count) + 1) % count)[:, None] * n + np.arange(n)
    everything = np.arange(size)
    rows = [(j * n + a).ravel(), everything, everything, everything]
    columns = [(j * n + b).ravel(), following.ravel(), np.full(size, size), np.full(size, size + 1)]
    for border in range(2):
        rows.append(np.full(size + 2, size + border))
        columns.append(np.arange(size + 2))
    return np.concatenate(rows), np.concatenate(columns)


class Condensed:
    """The factorised linear system of an orbit: unknowns nodes, ln T, lambda.

    ``closing`` is 1 for periodic, -1 for antiperiodic perturbations.
    """

    def __init__(
        self, linear: Linearised, n: int, borders: tuple[Border, Border], closing: float = 1.0
    ) -> None:
        self.n, self.count, self.closing = n, len(linear.residual), closing
        self.borders = borders
        columns = [linear.by_log_period, linear.by_lam, linear.residual, *linear.more]
        right = np.concatenate([linear.blocks[:, :, :n], np.stack(columns, axis=2)], axis=2)
        # inner nodes = -(eliminated) @ (first node, ln T, lambda, 1)
        self.eliminated: Array = np.asarray(
            np.linalg.solve(linear.blocks[:, :, n:], right), dtype=np.float64
        )
        self._rows = [self._border_row(border) for border in borders]
        self._lu = scipy.sparse.linalg.splu(self._matrix())

    @property
    def transitions(self) -> Array:
        """G_j, (N, n, n): perturbations carried from mesh point to mesh point."""
        return -self.eliminated[:, -self.n :, : self.n]

    def _border_row(self, border: Border) -> tuple[Array, tuple[float, float], Array]:
        """Eliminate the inner nodes of a border: row over mesh points, (ln T, lambda), rest."""
        n = self.n
        nodes = border.x.reshape(self.count, DEGREE * n)
        inner = nodes[:, n:]
        through = np.einsum("ja,jab->jb", inner, self.eliminated[:, :-n])
        sums = through[:, n:].sum(axis=0)
        return (
            nodes[:, :n] - through[:, :n],
            (border.log_period - sums[0], border.lam - sums[1]),
            sums[2:],
        )

    def _matrix(self) -> scipy.sparse.csc_matrix:
        last = self.eliminated[:, -self.n :]
        size = self.count * self.n
        following = np.ones(size)
        following[-self.n :] = self.closing
        data = [last[:, :, : self.n].ravel(), following, last[:, :, self.n].ravel()]
        data.append(last[:, :, self.n + 1].ravel())
        for row, scalars, _ in self._rows:
            data.append(np.concatenate([row.ravel(), scalars]))
        return scipy.sparse.csc_matrix(
            (np.concatenate(data), _pattern(self.count, self.n)), shape=(size + 2, size + 2)
        )

    def newton_step(self, border_residuals: tuple[float, float]) -> Step:
        """Return the Newton correction for the residual of the orbit and of both borders."""
        return self._response(0, border_residuals)

    def response(self) -> Step:
        """Return the step that answers a unit change of the further parameter (``linear.more``)."""
        return self._response(1, (0.0, 0.0))

    def _response(self, column: int, border_residuals: tuple[float, float]) -> Step:
        """Solve for the right-hand side in one column beyond ln T and lambda."""
        right = np.empty(self.count * self.n + 2)
        right[:-2] = -self.eliminated[:, -self.n :, self.n + 2 + column].ravel()
        right[-2:] = [
            row[2][column] - value for row, value in zip(self._rows, border_residuals, strict=True)
        ]
        return self._expand(self._lu.solve(right), column)

    def null_step(self, values: tuple[float, float] = (0.0, 1.0)) -> Step:
        """Return the solution of the linearised equations that gives the borders these values."""
        right = np.zeros(self.count * self.n + 2)
        right[-2:] = values
        return self._expand(self._lu.solve(right))

    def null_vector(self) -> Step:
        """Return the null vector of a (nearly) singular system, by inverse iteration."""
        vector = np.cos(np.arange(self.count * self.n + 2) * 1.3)
        for _ in range(4):
            vector = self._lu.solve(vector)
            vector /= np.linalg.norm(vector)
        return self._expand(vector)

    def amplification(self) -> float:
        """Size of the response to a generic right-hand side; large near a singular matrix."""
        size = self.count * self.n + 2
        right = np.cos(np.arange(size) * 1.7)
        return float(np.linalg.norm(self._lu.solve(right)) / np.linalg.norm(right))

    def _expand(self, solution: Array, column: int | None = None) -> Step:
        """Recover the inner nodes; ``column`` is the right-hand side that was solved for."""
        n = self.n
        first = solution[:-2].reshape(self.count, n)
        log_period, lam = float(solution[-2]), float(solution[-1])
        inner = -(
            np.einsum("jab,jb->ja", self.eliminated[:, :-n, :n], first)
            + self.eliminated[:, :-n, n] * log_period
            + self.eliminated[:, :-n, n + 1] * lam
        )
        if column is not None:
            inner -= self.eliminated[:, :-n, n + 2 + column]
        nodes = np.concatenate([first, inner], axis=1)
        return Step(nodes.reshape(-1, n), log_period, lam)
