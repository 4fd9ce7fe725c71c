r"""Normal forms by the homological equation, order by order.

On the centre manifold of a Hopf point, ``x = x_0 + z q + conj(z q) + sum h_jk z^j conj(z)^k`` and

.. math:: \dot z = i\omega z + c_1 z|z|^2 + c_2 z|z|^4 .

Comparing coefficients, ``(i omega (j - k) - A) h_jk`` equals the coefficient of ``f`` made by the
lower orders, less what the resonant terms move; the resonant orders (2, 1) and (3, 2) have a
solution only if ``c_1`` and ``c_2`` take their values (Fredholm). Kuznetsov's coefficients are
``c_1 = G_21/2``, ``c_2 = G_32/12``, ``l_1 = Re c_1/omega``, ``l_2 = Re c_2/omega``, with
``A q = i omega q``, ``A^T p = -i omega p``, ``<q, q> = <p, q> = 1``.

Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), secs. 3.5, 8.7;
SIAM J. Numer. Anal. 36, 1104 (1999) for Bogdanov-Takens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.series import evaluate, monomials
from neurodyn.model import Model, symbol

Criticality = Literal["supercritical", "subcritical", "degenerate"]

# a coefficient this small against the terms it is the sum of has no sign
_DEGENERATE = 1e-7


@dataclass(frozen=True)
class LocalEquations:
    """Equations at one point, ready for series, in the variables ``x / scales``.

    Parameters
    ----------
    model : Model
    x : (n,) float [model units]
    parameters : mapping from name to value
        Those that differ from the model's.
    scales : (n,) float [model units]
    jacobian : (n, n) float
        In the scaled variables.
    """

    model: Model
    x: Array
    parameters: Mapping[str, float]
    scales: Array
    jacobian: Array

    def coefficients(self, h: Mapping[tuple[int, int], ComplexArray], order: int) -> dict:
        """Return the coefficients of f on ``x + sum h_jk z^j w^k``, (j, k) -> (n,) complex."""
        model = self.model
        places = {m: i for i, m in enumerate(monomials(order))}
        values = np.zeros((len(self.x), len(places)), complex)
        values[:, 0] = self.x
        for exponents, vector in h.items():
            values[:, places[exponents]] = vector * self.scales
        env = {s.symbol: values[i] for i, s in enumerate(model.states)}
        numbers = {name: model[name] for name in model.parameter_names} | dict(self.parameters)
        numbers |= {c.name: float(c.default) for c in model.constants}
        for name, number in numbers.items():
            env[symbol(name)] = np.concatenate([[number], np.zeros(len(places) - 1)]).astype(
                complex
            )
        series = evaluate(model.rhs, env, order) / self.scales[:, None]
        return {m: series[:, i] for m, i in places.items()}


@dataclass(frozen=True)
class HopfNormalForm:
    """Coefficients of a Hopf point; ``c_2`` is NaN where it was not asked for."""

    c_1: complex
    c_2: complex
    omega: float
    size: float
    """Sum of the magnitudes of the terms of ``c_1``, the yardstick of its smallness."""

    @property
    def criticality(self) -> Criticality:
        """Sign of Re c_1, or "degenerate" where it is zero to rounding."""
        if not abs(self.c_1.real) > _DEGENERATE * self.size:
            return "degenerate"
        return "supercritical" if self.c_1.real < 0 else "subcritical"


def critical_vectors(
    matrix: Array, omega: float, scales: Array
) -> tuple[ComplexArray, ComplexArray]:
    """Return q and p at the eigenvalue i omega: ``|scales * q| = 1`` and ``<p, q> = 1``."""
    q = _null_vector(matrix - 1j * omega * np.eye(len(matrix)))
    p = _null_vector(matrix.T + 1j * omega * np.eye(len(matrix)))
    q = q / np.linalg.norm(q * scales)
    with np.errstate(divide="ignore", invalid="ignore"):  # NaN where two eigenvalues are one
        return q, p / np.conj(np.vdot(p, q))


def _null_vector(matrix: ComplexArray) -> ComplexArray:
    """Return the unit vector that a singular matrix maps to zero.

    Rows are brought to one size first; a row that is zero to rounding stays so.
    """
    size = np.abs(matrix).max(axis=1, keepdims=True)
    rows = matrix / np.maximum(size, max(1e-9 * float(size.max()), np.finfo(float).tiny))
    return np.linalg.svd(rows)[2][-1].conj().astype(complex)


def hopf_normal_form(local: LocalEquations, omega: float, second: bool = False) -> HopfNormalForm:
    """Return c_1 (and c_2 if ``second``) at a Hopf point."""
    matrix, n = local.jacobian, len(local.x)
    q, p = critical_vectors(matrix, omega, local.scales)
    h: dict[tuple[int, int], ComplexArray] = {(1, 0): q, (0, 1): q.conj()}
    c: dict[int, complex] = {}
    size = 0.0
    last = 5 if second else 3
    for order in range(2, last + 1):
        f = local.coefficients(h, order)
        for j, k in (m for m in monomials(order) if sum(m) == order and m[0] >= m[1]):
            if order == last and j != k + 1:
                continue  # of use to higher orders only, and singular in a 1:3 resonance
            right = f[j, k] - _moved(h, c, j, k)
            operator = (1j * omega * (j - k) * np.eye(n) - matrix).astype(complex)
            if j == k + 1:
                c[j - 1] = complex(np.vdot(p, right))
                size = size or _term_size(local, h, p, right)
                h[j, k] = _bordered_solve(operator, q, p, right - c[j - 1] * q)
            else:
                h[j, k] = np.linalg.solve(operator, right)
            h[k, j] = h[j, k].conj()
    return HopfNormalForm(c[1], c.get(2, complex("nan")), omega, size)


def _moved(h: dict, c: dict[int, complex], j: int, k: int) -> ComplexArray | float:
    """Coefficient (j, k) of D_z H (c_1 z|z|^2 + ...) + conjugate, without the new one."""
    total: ComplexArray | float = 0.0
    for power, value in c.items():
        a, b = j - power, k - power
        if (a, b) in h:
            total = total + (a * value + b * np.conj(value)) * h[a, b]
    return total


def _term_size(local: LocalEquations, h: dict, p: ComplexArray, right: ComplexArray) -> float:
    """Sum of the magnitudes of the cubic and the quadratic contributions to c_1."""
    linear = {m: v for m, v in h.items() if sum(m) == 1}
    cubic = local.coefficients(linear, 3)[2, 1]
    return float(np.abs(p) @ (np.abs(cubic) + np.abs(right - cubic)))


def _bordered_solve(
    operator: ComplexArray, q: ComplexArray, p: ComplexArray, right: ComplexArray
) -> ComplexArray:
    """Solve a singular system for the solution with <p, h> = 0."""
    n = len(q)
    matrix = np.zeros((n + 1, n + 1), complex)
    matrix[:n, :n], matrix[:n, n], matrix[n, :n] = operator, q, p.conj()
    solved = np.linalg.solve(matrix, np.append(right, 0.0))
    return solved.astype(complex)[:n]


def fold_normal_form(local: LocalEquations) -> tuple[float, float]:
    """Return (a, c) of ``w' = a w^2 + c w^3`` at a fold, <q, q> = <p, q> = 1."""
    matrix = local.jacobian.astype(complex)
    q, p = _null_vector(matrix).real, _null_vector(matrix.T).real
    q, p = _sign_fixed(q), p
    q = q / np.linalg.norm(q * local.scales)
    product = p @ q
    if product == 0:
        return np.nan, np.nan
    p = p / product
    wave = q.astype(complex)
    quadratic = local.coefficients({(1, 0): wave}, 2)[2, 0]
    a = complex(p @ quadratic)
    h2 = _bordered_solve(-matrix, wave, p.astype(complex), quadratic - a * q)
    cubic = local.coefficients({(1, 0): wave, (2, 0): h2}, 3)[3, 0]
    return a.real, complex(p @ cubic).real


def _sign_fixed(vector: Array) -> Array:
    """Return the vector with its largest entry positive."""
    return vector * np.sign(vector[np.argmax(np.abs(vector))])


def bogdanov_takens_coefficients(local: LocalEquations) -> tuple[float, float]:
    """Return (a, b) of ``w0' = w1, w1' = a w0^2 + b w0 w1`` (Kuznetsov 1999).

    ``A q0 = 0, A q1 = q0, A^T p1 = 0, A^T p0 = p1``, with |q0| = 1 in the model's own units, q1
    orthogonal to q0, and <p0, q0> = <p1, q1> = 1, <p0, q1> = 0. Changing the sign of q0 changes
    both signs.
    """
    matrix, s = local.jacobian, local.scales
    q0 = _sign_fixed(_null_vector(matrix.astype(complex)).real)
    q0 = q0 / np.linalg.norm(q0 * s)
    p1 = _null_vector(matrix.T.astype(complex)).real
    n = len(q0)
    right = np.block([[matrix, p1[:, None]], [(q0 * s**2)[None, :], np.zeros((1, 1))]])
    q1 = np.linalg.solve(right, np.append(q0, 0.0))[:n]
    p1 = p1 / (p1 @ q1)
    left = np.block([[matrix.T, q0[:, None]], [q1[None, :], np.zeros((1, 1))]])
    p0 = np.linalg.solve(left, np.append(p1, 0.0))[:n]
    f = local.coefficients({(1, 0): q0.astype(complex), (0, 1): q1.astype(complex)}, 2)
    a = float((p1 @ f[2, 0]).real)
    b = float((2 * p0 @ f[2, 0] + p1 @ f[1, 1]).real)
    return a, b
