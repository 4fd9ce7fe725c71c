"""The adjoint equation of a cycle, by collocation on the mesh of the cycle itself."""

from __future__ import annotations

import numpy as np

from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed
from neurodyn.continuation.collocation.equations import Linearised
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, basis, phase_row
from neurodyn.continuation.equations.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status


def adjoint_solution(system: System, orbit: Orbit) -> Orbit:
    r"""Solve the adjoint equation by collocation on the mesh of the cycle.

    With :math:`\tau = t/T`, :math:`Z' + T J^T Z = \varepsilon x'` and
    :math:`\int Z \cdot x' d\tau = 2\pi`. The operator on the left has a one-dimensional kernel and
    a range orthogonal to x', so the bordered system is regular and :math:`\varepsilon = 0`.
    """
    row = phase_row(orbit)
    size = float(np.linalg.norm(row))
    empty = np.zeros_like(row)
    borders = Borders.of(Border(row / size, 0.0, 0.0), Border(empty, 0.0, 1.0))
    try:
        condensed = Condensed(_adjoint_equations(system, orbit), system.n, borders)
        solution = condensed.null_step((2 * np.pi / size, 0.0))
    except np.linalg.LinAlgError:
        raise NumericalError(
            "the adjoint equation is singular: the multiplier 1 of the cycle is not simple, and Z "
            "cannot be normalised. Take a cycle further from the fold or branch point of cycles",
            Status.NOT_CONVERGED,
        ) from None
    return Orbit(orbit.mesh, solution.x, orbit.log_period, orbit.lam)


def _adjoint_equations(system: System, orbit: Orbit) -> Linearised:
    """Z' + T J^T Z at the Gauss points, interval by interval; the column of epsilon is x'."""
    b, n, count = basis(), system.n, orbit.intervals
    x = np.einsum("ki,jin->njk", b.values, orbit.nodal).reshape(n, -1)
    speed = (np.diff(orbit.mesh) * orbit.period)[:, None, None, None]
    jacobian = system.jacobian(x, np.array([orbit.lam])).reshape(n, n, count, DEGREE)
    transposed = speed * np.moveaxis(jacobian, (2, 3), (0, 1)).swapaxes(2, 3)
    blocks = np.einsum("ki,jkab->jkaib", b.values, transposed)
    diagonal = np.arange(n)
    blocks[:, :, diagonal, :, diagonal] += b.slopes[None, None]
    size = DEGREE * n
    columns = np.zeros((count, size, 3))
    columns[:, :, 0] = -np.einsum("ki,jin->jkn", b.slopes, orbit.nodal).reshape(count, size)
    return Linearised(blocks.reshape(count, size, size + n), columns)


def normalisation_error(system: System, orbit: Orbit, adjoint: Orbit) -> float:
    """Largest relative departure of Z . f from 2 pi / T, at the middles of the intervals."""
    tau = (orbit.mesh[:-1] + orbit.mesh[1:]) / 2
    f = system.rhs(orbit.at(tau).T, np.array([orbit.lam])).T
    z = adjoint.at(tau)
    return float(np.max(np.abs(np.sum(z * f, axis=1) * orbit.period / (2 * np.pi) - 1)))
