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

from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen.loops import compiled_loop

_HUGE = 1e150  # its square is a float
_LARGEST = 690.0  # ln of the largest multiplier that is told
_PASSES = 3
_GROUPS = 16
_GROWTH = 18.0  # ln of what a group may multiply by, lest it drowns what the others tell


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
    count, n, _ = transitions.shape
    chunk = -(-count // _GROUPS) if n > 2 else count
    trivial, factors = _split(transitions, velocities, chunk)
    values = _eigenvalues_of_product(factors)
    if values is None:
        growth = np.log(np.abs(factors).max(initial=1.0))
        shorter = max(1, int(chunk * _GROWTH / growth)) if np.isfinite(growth) else 1
        trivial, factors = _split(transitions, velocities, min(chunk, shorter))
        values = _eigenvalues_of_triangle(factors)
    return np.concatenate([[trivial], values]).astype(complex)


@compiled_loop
def _split(transitions, velocities, chunk):
    """Return the trivial multiplier and the N_j, (groups, n - 1, n - 1), of neighbours multiplied.

    The frames are reflections that take the first unit vector to the velocity.
    """
    count, n, _ = transitions.shape
    factors = np.zeros((1 + (count - 1) // chunk, n - 1, n - 1))
    frames, work, moved = np.zeros((count, n, n)), np.empty((n, n)), np.empty((n, n))
    trivial = 1.0
    for j in range(count):
        square = 0.0
        for i in range(n):
            square += velocities[j, i] ** 2
        sign = 1.0 if velocities[j, 0] < 0 else -1.0
        first = velocities[j, 0] / np.sqrt(square) - sign
        for i in range(n):
            a = first if i == 0 else velocities[j, i] / np.sqrt(square)
            for k in range(n):
                b = first if k == 0 else velocities[j, k] / np.sqrt(square)
                reflected = (1.0 if i == k else 0.0) + sign * a * b / first
                frames[j, i, k] = sign * reflected if k == 0 else reflected
    for j in range(count):
        following, group = (j + 1) % count, j // chunk
        for i in range(n):
            for k in range(n):
                work[i, k] = 0.0
                for l in range(n):
                    work[i, k] += transitions[j, i, l] * frames[j, l, k]
        for i in range(n):
            for k in range(n):
                moved[i, k] = 0.0
                for l in range(n):
                    moved[i, k] += frames[following, l, i] * work[l, k]
        trivial *= moved[0, 0]
        for i in range(n - 1):
            for k in range(n - 1):
                work[i, k] = moved[i + 1, k + 1] if j % chunk == 0 else 0.0
                if j % chunk:
                    for l in range(n - 1):
                        work[i, k] += moved[i + 1, l + 1] * factors[group, l, k]
        for i in range(n - 1):
            for k in range(n - 1):
                factors[group, i, k] = work[i, k]
    return trivial, factors


def _eigenvalues_of_product(factors: Array) -> ComplexArray | None:
    """Eigenvalues of factors[-1] @ ... @ factors[0], largest modulus first; None beyond floats."""
    n = factors.shape[1]
    q = start = product = np.eye(n)
    with np.errstate(over="ignore", invalid="ignore"):
        if n <= 1:
            product = np.prod(factors[:, :, 0], axis=0).astype(complex)
            return product if np.isfinite(product).all() else None
        if not np.isfinite(factors).all():
            return None
        for _ in range(_PASSES):
            start, product = q, np.eye(n)
            for factor in factors:
                q, r = np.linalg.qr(factor @ q)
                product = r @ product
        whole = start.T @ q @ product
    if not np.isfinite(whole).all():
        return None
    return _sorted(np.linalg.eigvals(whole).astype(complex))


def _eigenvalues_of_triangle(factors: Array) -> ComplexArray:
    """Return the same where the product is beyond floats, as in canards, from its triangle.

    Moduli are told up to exp(690), and a pair that turns as two real ones.
    """
    n = factors.shape[1]
    q = start = np.eye(n)
    logs, signs = np.zeros(n), np.ones(n)
    for _ in range(_PASSES):
        start, logs, signs = q, np.zeros(n), np.ones(n)
        for factor in factors:
            q, r = np.linalg.qr(factor @ q)
            diagonal = np.diag(r)
            with np.errstate(divide="ignore"):  # a multiplier that is 0
                logs = logs + np.log(np.abs(diagonal))
            signs = signs * np.sign(diagonal)
    signs = signs * np.sign(np.diag(start.T @ q))
    return _sorted((signs * np.exp(np.minimum(logs, _LARGEST))).astype(complex))


def _sorted(values: ComplexArray) -> ComplexArray:
    return values[np.lexsort((-np.imag(values), -np.abs(values)))]


def nontrivial(values: ComplexArray) -> ComplexArray:
    """Return the multipliers without the trivial one, which is the first."""
    return values[1:]


def _finite(values: ComplexArray) -> ComplexArray:
    """Return multipliers cut to where products of two are floats; for signs only."""
    finite = np.nan_to_num(values, nan=np.nan, posinf=_HUGE, neginf=-_HUGE)
    return finite / np.maximum(1.0, np.abs(finite) / _HUGE)


def is_stable(values: ComplexArray) -> bool:
    """Whether all nontrivial multipliers lie inside the unit circle."""
    return bool(np.all(np.abs(nontrivial(values)) < 1))


def doubling_test(values: ComplexArray) -> float:
    """Zero where a multiplier is -1."""
    rest = _finite(nontrivial(values))
    return float(np.prod((rest + 1) / (1 + np.abs(rest))).real)


def torus_test(values: ComplexArray) -> float:
    """Zero where two multipliers have the product 1 (a torus, or a neutral saddle cycle)."""
    rest = _finite(nontrivial(values))
    if len(rest) < 2:
        return 1.0
    i, j = np.triu_indices(len(rest), 1)
    products = rest[i] * rest[j]
    return float(np.prod((products - 1) / (1 + np.abs(products))).real)


def unit_test(values: ComplexArray) -> float:
    """Zero where a second multiplier is 1: fold of cycles or branch point."""
    rest = _finite(nontrivial(values))
    return float(np.prod((rest - 1) / (1 + np.abs(rest))).real)
