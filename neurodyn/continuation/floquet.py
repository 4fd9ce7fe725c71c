r"""Floquet multipliers: eigenvalues of the monodromy matrix :math:`G_N \cdots G_1`.

The factors come from condensation. In an orthonormal frame that moves along the orbit with the
velocity as its first vector, every factor is block triangular,

.. math:: Q_{j+1}^T G_j Q_j = \begin{pmatrix} \ast & \ast \\ 0 & N_j \end{pmatrix} ,

because ``G_j`` carries the velocity along. So the trivial multiplier 1 splits off, and the others
are those of the N_j: the linearised Poincare map. The product of the N_j is never formed as such:
orthogonal factors are passed along the orbit (periodic QR), so that a multiplier of 1e-30 does not
drown in the rounding of one of 1e3. T. F. Fairgrieve, A. D. Jepson, SIAM J. Numer. Anal. 28, 1446
(1991); K. Lust, Int. J. Bifurcation Chaos 11, 2389 (2001).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_PASSES = 3
_GROUPS = 16


def multipliers(transitions: Array, velocities: Array) -> ComplexArray:
    """Return the Floquet multipliers: the trivial one first, then the largest modulus.

    Parameters
    ----------
    transitions : (N, n, n) float
        G_j, in the order of time.
    velocities : (N, n) float
        dx/dt at the mesh points where the G_j begin.

    Returns
    -------
    (n,) complex
        How far the first is from 1 tells how well the orbit is resolved.
    """
    frames = _frames(velocities)
    moved = np.swapaxes(np.roll(frames, -1, axis=0), 1, 2) @ transitions @ frames
    trivial = np.prod(moved[:, 0, 0])
    return np.concatenate([[trivial], _eigenvalues_of_product(moved[:, 1:, 1:])]).astype(complex)


def _frames(velocities: Array) -> Array:
    """Householder reflections whose first column is along the velocity, (N, n, n)."""
    n = velocities.shape[1]
    unit = velocities / np.linalg.norm(velocities, axis=1, keepdims=True)
    sign = np.where(unit[:, 0] < 0, 1.0, -1.0)
    v = unit.copy()
    v[:, 0] -= sign
    outer = v[:, :, None] * v[:, None, :]
    reflections = np.eye(n) - 2 * outer / np.sum(v * v, axis=1)[:, None, None]
    reflections[:, :, 0] *= sign[:, None]
    return reflections


def _eigenvalues_of_product(factors: Array) -> ComplexArray:
    """Eigenvalues of factors[-1] @ ... @ factors[0], largest modulus first."""
    n = factors.shape[1]
    if n <= 1:
        return np.prod(factors[:, :, 0], axis=0).astype(complex)
    factors = _grouped(factors)
    q = start = product = np.eye(n)
    for _ in range(_PASSES):
        start, product = q, np.eye(n)
        for factor in factors:
            q, r = np.linalg.qr(factor @ q)
            product = r @ product
    values = np.linalg.eigvals(start.T @ q @ product).astype(complex)
    return values[np.lexsort((-np.imag(values), -np.abs(values)))]


def _grouped(factors: Array) -> Array:
    """Multiply neighbours until few factors are left; within a group little range is lost."""
    while len(factors) > _GROUPS:
        if len(factors) % 2:
            factors = np.concatenate([factors, np.eye(factors.shape[1])[None]])
        factors = factors[1::2] @ factors[0::2]
    return factors


def nontrivial(values: ComplexArray) -> ComplexArray:
    """Return the multipliers without the trivial one, which is the first."""
    return values[1:]


def is_stable(values: ComplexArray) -> bool:
    """Whether all nontrivial multipliers lie inside the unit circle."""
    return bool(np.all(np.abs(nontrivial(values)) < 1))


def doubling_test(values: ComplexArray) -> float:
    """Zero where a multiplier is -1."""
    rest = nontrivial(values)
    return float(np.prod((rest + 1) / (1 + np.abs(rest))).real)


def torus_test(values: ComplexArray) -> float:
    """Zero where two multipliers have the product 1 (a torus, or a neutral saddle cycle)."""
    rest = nontrivial(values)
    i, j = np.triu_indices(len(rest), 1)
    products = rest[i] * rest[j]
    return float(np.prod((products - 1) / (1 + np.abs(products))).real) if len(i) else 1.0


def unit_test(values: ComplexArray) -> float:
    """Zero where a second multiplier is 1: fold of cycles or branch point."""
    rest = nontrivial(values)
    return float(np.prod((rest - 1) / (1 + np.abs(rest))).real)
