r"""Extended systems: equations whose regular root is a special point.

============  ==================================================================  ================
fold          f = 0, A v = 0, <c, v> = 1                                          x, v, lam
Hopf          f = 0, (A^2 + kappa) q = 0, <q, q> = 1, <c, q> = 0                  x, q, kappa, lam
branch point  f + beta psi = 0, A^T psi = 0, <psi, f_lam> = 0, <psi, psi> = 1     x, psi, beta, lam
============  ==================================================================  ================

For kappa = omega^2 > 0 the second is a Hopf point, for kappa < 0 a neutral saddle; it stays regular
between the two, at a Bogdanov-Takens point. D. Roose, V. Hlavacek, SIAM J. Appl. Math. 45, 879
(1985); G. Moore, A. Spence, SIAM J. Numer. Anal. 17, 567 (1980).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.system import System
from neurodyn.equilibria.newton import Root, newton, with_differences


@dataclass(frozen=True)
class Located:
    """A special point in scaled variables: ``x``, ``lam``, its null vector, kappa, and the root."""

    x: Array
    lam: Array
    vector: Array
    kappa: float
    root: Root


def fold_residual(system: System, c: Array, z: Array) -> Array:
    """Residual for ``z = (x, v, lam...)``."""
    n = system.n
    x, v, lam = z[:n], z[n : 2 * n], z[2 * n :]
    return np.concatenate([system.rhs(x, lam), system.jacobian(x, lam) @ v, [c @ v - 1.0]])


def hopf_residual(system: System, c: Array, z: Array) -> Array:
    """Residual for ``z = (x, q, kappa, lam...)``."""
    n = system.n
    x, q, kappa, lam = z[:n], z[n : 2 * n], z[2 * n], z[2 * n + 1 :]
    matrix = system.jacobian(x, lam)
    return np.concatenate(
        [system.rhs(x, lam), matrix @ (matrix @ q) + kappa * q, [q @ q - 1.0, c @ q]]
    )


def branch_point_residual(system: System, z: Array) -> Array:
    """Residual for ``z = (x, psi, beta, lam)``."""
    n = system.n
    x, psi, beta, lam = z[:n], z[n : 2 * n], z[2 * n], z[2 * n + 1 :]
    return np.concatenate(
        [
            system.rhs(x, lam) + beta * psi,
            system.jacobian(x, lam).T @ psi,
            psi @ system.by_parameter(x, lam),
            [psi @ psi - 1.0],
        ]
    )


def null_vector(matrix: Array) -> Array:
    """Return the unit vector that the matrix shrinks most."""
    return np.linalg.svd(matrix)[2][-1]


def hopf_vectors(matrix: Array) -> tuple[Array, Array, float]:
    """Return q, c and kappa of the pair of eigenvalues whose sum is nearest zero.

    q and c are orthonormal and span the eigenspace of the pair. Of two real ones q is no
    eigenvector: there the extended system would be singular.
    """
    eigen = np.linalg.eig(matrix)
    values, vectors = eigen[0].astype(complex), eigen[1].astype(complex)
    first, second = neutral_pair(values)
    kappa = float((values[first] * values[second]).real)
    if abs(values[first].imag) > 0:
        plane = np.array([np.real(vectors[:, first]), np.imag(vectors[:, first])])
    else:
        a, b = np.real(vectors[:, first]), np.real(vectors[:, second])
        plane = np.array([a + b, a - b])
    q, c = np.linalg.qr(plane.T)[0].T
    return q, c, kappa


def neutral_pair(values: ComplexArray) -> tuple[int, int]:
    """Return the indices of the two eigenvalues whose sum is smallest against their size.

    Of two real values both signs must occur; of complex ones, only conjugates make a pair.
    """
    best, pair = np.inf, (0, 1)
    for i in range(len(values)):
        for j in range(i):
            a, b = values[j], values[i]
            if abs(a.imag + b.imag) > 1e-9 * (abs(a) + abs(b)):
                continue
            gap = abs((a + b).real) / (abs(a) + abs(b) + np.finfo(float).tiny)
            if gap < best:
                best, pair = gap, (j, i)
    return pair


def _extended_newton(function: Callable[[Array], Array], start: Array, scale: Array) -> Root:
    return newton(with_differences(function, scale), start, scale)


def solve_fold(system: System, x: Array, lam: Array) -> Located:
    """Newton from a point near a fold."""
    n, c = system.n, null_vector(system.jacobian(x, lam))
    start = np.concatenate([x, c, lam])
    root = _extended_newton(lambda z: fold_residual(system, c, z), start, np.ones_like(start))
    return Located(root.z[:n], root.z[2 * n :], root.z[n : 2 * n], 0.0, root)


def solve_hopf(system: System, x: Array, lam: Array) -> Located:
    """Newton from a point near a Hopf point or neutral saddle."""
    n = system.n
    q, c, kappa = hopf_vectors(system.jacobian(x, lam))
    start = np.concatenate([x, q, [kappa], lam])
    scale = np.ones_like(start)
    scale[2 * n] = abs(kappa) or 1.0
    root = _extended_newton(lambda z: hopf_residual(system, c, z), start, scale)
    z = root.z
    return Located(z[:n], z[2 * n + 1 :], z[n : 2 * n], float(z[2 * n]), root)


def solve_branch_point(system: System, x: Array, lam: Array) -> Located:
    """Newton from a point near a branch point; ``kappa`` holds beta, zero at a true one."""
    n = system.n
    start = np.concatenate([x, null_vector(system.jacobian(x, lam).T), [0.0], lam])
    scale = np.ones_like(start)
    root = _extended_newton(lambda z: branch_point_residual(system, z), start, scale)
    z = root.z
    return Located(z[:n], z[2 * n + 1 :], z[n : 2 * n], float(z[2 * n]), root)
