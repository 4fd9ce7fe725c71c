"""Print sympy expressions as the body of a Python function, for three targets.

numba gets scalar ``math`` calls, numpy and jax get array calls. All three print the same
expressions after the same common-subexpression elimination, so they agree to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import sympy
from sympy.printing.numpy import JaxPrinter, SciPyPrinter
from sympy.printing.pycode import PythonCodePrinter

Target = Literal["numba", "numpy", "jax"]

_SETTINGS = {"fully_qualified_modules": True, "standard": "python3"}


class _PowerMixin:
    """Small powers as products and roots: exact to rounding, and quick in scalar code."""

    _sqrt: str

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        base, exponent = expr.args
        text = self._print(base)  # type: ignore[attr-defined]
        if exponent in (2, 3, 4) and isinstance(base, sympy.Symbol):
            return "(" + "*".join([text] * int(exponent)) + ")"
        if exponent == -1:
            return f"(1.0/({text}))"
        roots = {sympy.S.Half: 1, sympy.Rational(1, 4): 2, sympy.Rational(1, 8): 3}
        for inverse in (False, True):
            depth = roots.get(-exponent if inverse else exponent)
            if depth is not None:
                root = f"{self._sqrt}(" * depth + text + ")" * depth
                return f"(1.0/{root})" if inverse else root
        return super()._print_Pow(expr, rational=rational)  # type: ignore[misc]

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return repr(float(expr))  # one rounding, the same for every target

    _print_Half = _print_Rational

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return f"{int(expr)}.0" if abs(int(expr)) < 2**53 else repr(float(expr))

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        return self._print(expr.rewrite(sympy.Piecewise))  # type: ignore[attr-defined]


class _NumbaPrinter(_PowerMixin, PythonCodePrinter):
    _sqrt = "math.sqrt"


class _NumpyPrinter(_PowerMixin, SciPyPrinter):
    _sqrt = "numpy.sqrt"

    def _print_LambertW(self, expr: sympy.LambertW) -> str:
        return f"scipy.special.lambertw({self._print(expr.args[0])}).real"


class _JaxPrinter(_PowerMixin, JaxPrinter):
    _sqrt = "jax.numpy.sqrt"


_PRINTERS: dict[str, type] = {
    "numba": _NumbaPrinter,
    "numpy": _NumpyPrinter,
    "jax": _JaxPrinter,
}


def assignments(
    expressions: Sequence[sympy.Expr], names: Sequence[str], target: Target
) -> list[str]:
    """Return lines ``name = code`` that evaluate ``expressions``, shared parts first.

    Parameters
    ----------
    expressions : sequence of sympy expressions
    names : sequence of str
        Left-hand sides, one per expression.
    target : {"numba", "numpy", "jax"}
    """
    printer = _PRINTERS[target](_SETTINGS)
    shared, reduced = sympy.cse(
        list(expressions), symbols=sympy.numbered_symbols("_c"), optimizations="basic"
    )
    pairs = [(str(name), part) for name, part in shared]
    pairs += list(zip(names, reduced, strict=True))
    return [f"{name} = {printer.doprint(part)}" for name, part in pairs]


def numba_code(expression: sympy.Basic) -> str:
    """Return the code of one expression for numba."""
    return _PRINTERS["numba"](_SETTINGS).doprint(expression)


def constant_lines(constants: Mapping[str, float]) -> list[str]:
    """Return lines that define physical constants as full-precision floats."""
    return [f"{name} = {float(value)!r}" for name, value in constants.items()]
