r"""Truncated power series in two variables, and equations evaluated on them.

Substituting ``x = x_0 + sum h_jk z^j w^k`` into ``f`` gives every directional derivative of
``f`` at once and exactly: the coefficient of ``z^j w^k`` of ``f``. No symbolic derivative above the
first is formed, and nothing is compiled. (Univariate Taylor arithmetic: A. Griewank, A. Walther,
Evaluating Derivatives, 2nd ed., SIAM 2008, ch. 13.)"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import sympy

from neurodyn.arrays import Array, ComplexArray


@cache
def monomials(order: int) -> tuple[tuple[int, int], ...]:
    """Return the exponents (j, k) with j + k <= order, lowest first."""
    return tuple((d - k, k) for d in range(order + 1) for k in range(d + 1))


@cache
def _product_table(order: int) -> Array:
    """Return the 0/1 matrix that sums products of coefficients by monomial."""
    index = {m: i for i, m in enumerate(monomials(order))}
    count = len(index)
    table = np.zeros((count, count, count))
    for (a, b), i in index.items():
        for (c, d), j in index.items():
            if a + b + c + d <= order:
                table[i, j, index[a + c, b + d]] = 1.0
    return table.reshape(count * count, count)


def multiply(a: ComplexArray, b: ComplexArray, order: int) -> ComplexArray:
    """Return the product of two series, truncated."""
    return np.outer(a, b).ravel() @ _product_table(order)


def _compose(derivatives: Sequence[complex], inner: ComplexArray, order: int) -> ComplexArray:
    """Return sum_k derivatives[k] / k! (inner - inner_0)^k by Horner's rule."""
    factorials = np.cumprod([1.0, *range(1, order + 1)])
    step = inner.copy()
    step[0] = 0.0
    total = np.zeros_like(inner)
    total[0] = derivatives[order] / factorials[order]
    for k in range(order - 1, -1, -1):
        total = multiply(total, step, order)
        total[0] += derivatives[k] / factorials[k]
    return total


@cache
def _function_derivatives(function: type, order: int) -> Callable[[float], Sequence[float]]:
    s = sympy.Symbol("s", real=True)
    expressions = [function(s).diff(s, k) if k else function(s) for k in range(order + 1)]
    return sympy.lambdify(s, expressions, ["scipy", "numpy"], cse=True)


def _power(base: ComplexArray, exponent: float, order: int) -> ComplexArray:
    if exponent == int(exponent) and 0 <= exponent <= 8:
        result = np.zeros_like(base)
        result[0] = 1.0
        for _ in range(int(exponent)):
            result = multiply(result, base, order)
        return result
    value, derivatives, factor = base[0], [], 1.0
    for k in range(order + 1):
        derivatives.append(factor * value ** (exponent - k))
        factor *= exponent - k
    return _compose(derivatives, base, order)


def evaluate(
    expressions: Sequence[sympy.Expr], values: Mapping[sympy.Symbol, ComplexArray], order: int
) -> ComplexArray:
    """Evaluate expressions on series.

    Parameters
    ----------
    expressions : sequence of sympy expressions
    values : mapping from symbol to coefficients, (n_monomials(order),)
    order : int

    Returns
    -------
    (n_expressions, n_monomials) complex
    """
    known: dict[Any, ComplexArray] = dict(values)

    def series(e: sympy.Expr) -> ComplexArray:
        if e not in known:
            known[e] = _node(e, series, order)
        return known[e]

    with np.errstate(all="ignore"):
        return np.array([series(e) for e in expressions])


def _node(e: sympy.Expr, series: Callable[[sympy.Expr], ComplexArray], order: int) -> ComplexArray:
    """Evaluate one node of an expression tree, given the series of its arguments."""
    constant = np.zeros(len(monomials(order)), complex)
    if e.is_number:
        constant[0] = complex(e)
        return constant
    if isinstance(e, sympy.Add):
        return sum((series(a) for a in e.args), constant)
    if isinstance(e, sympy.Mul):
        constant[0] = 1.0
        for argument in e.args:
            constant = multiply(constant, series(argument), order)
        return constant
    if isinstance(e, sympy.Pow):
        base, exponent = series(e.base), series(e.exp)
        if not exponent[1:].any():
            return _power(base, float(exponent[0].real), order)
        logarithm = _compose(_at(sympy.log, base, order), base, order)
        argument = multiply(exponent, logarithm, order)
        return _compose(_at(sympy.exp, argument, order), argument, order)
    if isinstance(e, sympy.Piecewise):
        return series(_active_piece(e, series))
    if isinstance(e, sympy.Abs):
        inner = series(e.args[0])
        return inner if inner[0].real >= 0 else -inner
    if isinstance(e, (sympy.Max, sympy.Min)):
        pick = max if isinstance(e, sympy.Max) else min
        return pick((series(a) for a in e.args), key=lambda s: s[0].real)
    if len(e.args) == 1:
        inner = series(e.args[0])
        return _compose(_at(type(e), inner, order), inner, order)
    return series(e.rewrite(sympy.atan) if isinstance(e, sympy.atan2) else e.doit())


def _at(function: type, inner: ComplexArray, order: int) -> Sequence[float]:
    return _function_derivatives(function, order)(inner[0].real)


def _active_piece(e: sympy.Piecewise, series: Callable[[sympy.Expr], ComplexArray]) -> sympy.Expr:
    numbers = {s: float(series(s)[0].real) for s in e.free_symbols}
    return next(piece for piece, condition in e.args if bool(condition.subs(numbers)))
