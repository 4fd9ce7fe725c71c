"""Expressions as XPPAUT writes them."""

from __future__ import annotations

import functools
import math
from typing import Any

import sympy

from neurodyn.errors import InputError

_SAME = "exp sin cos tan asin acos atan atan2 sinh cosh tanh sign erf erfc"  # in both programs
_FUNCTIONS = {"log": "ln", "Abs": "abs", "floor": "flr", **{f: f for f in _SAME.split(" ")}}
_ROOTS = {sympy.S.Half: 1, sympy.Rational(1, 4): 2, sympy.Rational(1, 8): 3}


def number(value: float) -> str:
    return repr(float(value))


class XppPrinter:
    """Sympy to XPPAUT; every operation is in brackets, so nothing hangs on precedence."""

    def __init__(self, label: str) -> None:
        self.label = label

    def _print(self, expr: Any) -> str:
        """Print by the most special class that is known here."""
        for cls in type(expr).__mro__:
            name = "named" if cls.__name__ in _FUNCTIONS else cls.__name__
            method = getattr(self, f"_print_{name}", None)
            if method is not None:
                return method(expr)
        raise InputError(
            f"{self.label} contains {type(expr).__name__}, which XPPAUT does not have; expected "
            f"arithmetic, {', '.join(_FUNCTIONS)}, Max, Min, Heaviside or Piecewise"
        )

    def text(self, expr: sympy.Basic) -> str:
        """Return an expression as text."""
        return self._print(expr).replace("@", "")

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        return expr.name

    def _print_Number(self, expr: sympy.Expr) -> str:
        value = float(expr)
        if not math.isfinite(value):
            raise InputError(f"{self.label} contains {expr}; expected finite numbers")
        return number(value) if value >= 0 else f"({number(value)})"

    _print_NumberSymbol = _print_Number

    def _print_Add(self, expr: sympy.Add) -> str:
        terms = sorted(expr.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
        text = self._print(terms[0])
        for term in terms[1:]:
            minus = term.could_extract_minus_sign()
            text += f"-{self._print(-term)}" if minus else f"+{self._print(term)}"
        return f"({text})"

    def _print_Mul(self, expr: sympy.Mul) -> str:
        factors = list(expr.as_ordered_factors())
        sign = "-" if factors[0] == -1 else ""
        text, below = [], ""
        for factor in factors[1 if sign else 0 :]:
            base, power = factor.as_base_exp()
            if power.is_number and power.is_negative and not factor.is_number:
                below += f"/{self._print(base ** (-power))}"
            else:
                text.append(self._print(factor))
        return f"({sign}{'*'.join(text) or '1.0'}{below})"

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, power = expr.args
        text = self._print(base)
        if power.is_number and power.is_negative:
            return f"(1.0/{self._print(base ** (-power))})"
        if power in _ROOTS:
            return "sqrt(" * _ROOTS[power] + text + ")" * _ROOTS[power]
        if power in (2, 3, 4) and isinstance(base, sympy.Symbol):
            return f"({'*'.join([text] * int(power))})"
        return f"({text}^{self._print(power)})"

    def _print_named(self, expr: sympy.Function) -> str:
        return f"{_FUNCTIONS[type(expr).__name__]}({','.join(map(self._print, expr.args))})"

    def _print_in_logarithms(self, expr: sympy.Function) -> str:
        return self._print(expr.rewrite(sympy.log))

    _print_asinh = _print_acosh = _print_atanh = _print_in_logarithms

    def _print_extreme(self, expr: sympy.Max | sympy.Min) -> str:
        name, (first, *others) = type(expr).__name__.lower(), map(self._print, expr.args)
        return functools.reduce(lambda a, b: f"{name}({a},{b})", others, first)

    _print_Max = _print_Min = _print_extreme

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        x, at_zero = map(self._print, expr.args)  # XPPAUT's own heav(0) is 1
        return f"(if({x}==0.0)then({at_zero})else(heav({x})))"

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        *pieces, (last, rest) = expr.args
        if rest != sympy.true:
            raise InputError(
                f"{self.label} contains a Piecewise without a last piece for all other values; "
                "expected one whose last condition is True"
            )
        text = self._print(last)
        for value, condition in reversed(pieces):
            text = f"(if({self._print(condition)})then({self._print(value)})else({text}))"
        return text

    def _print_Relational(self, expr: Any) -> str:
        return f"({self._print(expr.lhs)}{expr.rel_op}{self._print(expr.rhs)})"

    def _print_combined(self, expr: sympy.And | sympy.Or) -> str:
        return (
            f"({('&' if isinstance(expr, sympy.And) else '|').join(map(self._print, expr.args))})"
        )

    _print_And = _print_Or = _print_combined
