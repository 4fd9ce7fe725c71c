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

from neurodyn.continuation.compiled import compiled

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
    trivial, factors = _split(transitions, velocities)
    return np.concatenate([[trivial], _eigenvalues_of_product(factors)]).astype(complex)


@compiled
def _split(transitions, velocities):
    """Return the trivial multiplier and the N_j, (N, n - 1, n - 1), of neighbours multiplied."""
    count, n, _ = transitions.shape
    chunk = (count + _GROUPS - 1) // _GROUPS if n > 2 else count
    groups = (count + chunk - 1) // chunk
    factors = np.empty((groups, n - 1, n - 1))
    here, there = _frame(velocities[0]), _frame(velocities[0])
    trivial = 1.0
    for j in range(count):
        there = _frame(velocities[(j + 1) % count])
        moved = _product(there.T, _product(transitions[j], here))
        trivial *= moved[0, 0]
        normal, group = moved[1:, 1:].copy(), j // chunk
        factors[group] = normal if j % chunk == 0 else _product(normal, factors[group])
        here = there
    return trivial, factors


@compiled
def _product(a, b):
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                out[i, j] += a[i, k] * b[k, j]
    return out


@compiled
def _frame(velocity):
    """Orthonormal frame (n, n) whose first vector is along the velocity: a reflection."""
    n, square = velocity.size, 0.0
    for value in velocity:
        square += value * value
    v = velocity / np.sqrt(square)
    sign = 1.0 if v[0] < 0 else -1.0
    v[0] -= sign
    half, out = 0.0, np.eye(n)
    for value in v:
        half += value * value / 2
    for i in range(n):
        for j in range(n):
            out[i, j] -= v[i] * v[j] / half
        out[i, 0] *= sign
    return out


def _eigenvalues_of_product(factors: Array) -> ComplexArray:
    """Eigenvalues of factors[-1] @ ... @ factors[0], largest modulus first."""
    n = factors.shape[1]
    if n <= 1:
        return np.prod(factors[:, :, 0], axis=0).astype(complex)
    q = start = product = np.eye(n)
    for _ in range(_PASSES):
        start, product = q, np.eye(n)
        for factor in factors:
            q, r = np.linalg.qr(factor @ q)
            product = r @ product
    values = np.linalg.eigvals(start.T @ q @ product).astype(complex)
    return values[np.lexsort((-np.imag(values), -np.abs(values)))]


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
    if len(rest) < 2:
        return 1.0
    i, j = np.triu_indices(len(rest), 1)
    products = rest[i] * rest[j]
    return float(np.prod((products - 1) / (1 + np.abs(products))).real)


def unit_test(values: ComplexArray) -> float:
    """Zero where a second multiplier is 1: fold of cycles or branch point."""
    rest = nontrivial(values)
    return float(np.prod((rest - 1) / (1 + np.abs(rest))).real)
