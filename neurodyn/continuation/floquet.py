r"""Floquet multipliers: eigenvalues of the monodromy matrix :math:`G_N \cdots G_1`.

The factors come from condensation. Their product is never formed as such: orthogonal factors are
passed along the orbit (periodic QR), so a multiplier of 1e-30 does not drown in the rounding of one
of 1e3. T. F. Fairgrieve, A. D. Jepson, SIAM J. Numer. Anal. 28, 1446 (1991); K. Lust, Int. J.
Bifurcation Chaos 11, 2389 (2001).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_PASSES = 3
_GROUPS = 16


def multipliers(transitions: Array) -> ComplexArray:
    """Return the Floquet multipliers, largest modulus first.

    Parameters
    ----------
    transitions : (N, n, n) float
        G_j, in the order of time.
    """
    factors = _grouped(transitions)
    n = factors.shape[1]
    q = np.eye(n)
    for _ in range(_PASSES):
        start, product = q, np.eye(n)
        for factor in factors:
            q, r = np.linalg.qr(factor @ q)
            product = r @ product
    values = np.linalg.eigvals(start.T @ q @ product).astype(complex)
    return values[np.lexsort((-values.imag, -np.abs(values)))]


def _grouped(factors: Array) -> Array:
    """Multiply neighbours until few factors are left; within a group little range is lost."""
    while len(factors) > _GROUPS:
        if len(factors) % 2:
            factors = np.concatenate([factors, np.eye(factors.shape[1])[None]])
        factors = factors[1::2] @ factors[0::2]
    return factors


def nontrivial(values: ComplexArray) -> ComplexArray:
    """Return the multipliers without the one nearest 1, which every cycle has."""
    return np.delete(values, np.argmin(np.abs(values - 1)))


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
