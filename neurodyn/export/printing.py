"""Expressions as programs write them: every operation in brackets, nothing hangs on precedence."""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar

import sympy

from neurodyn.errors import InputError

_ROOTS = {sympy.S.Half: 1, sympy.Rational(1, 4): 2, sympy.Rational(1, 8): 3}


def number(value: float) -> str:
    """Return a double with all its digits."""
    return repr(float(value))


class InfixPrinter:
    """Sympy to the expressions of a program; what the program does not have is refused.

    Symbols begin with "@", which tells new names from old ones, and loses it in print.

    Parameters
    ----------
    label : str
        What the expression is, for messages.
    """

    program: ClassVar[str] = ""
    functions: ClassVar[dict[str, str]] = {}
    """Name of a function in sympy, and in the program."""
    power: ClassVar[str] = "^"
    equal: ClassVar[str] = "=="
    conjunctions: ClassVar[tuple[str, str]] = ("&&", "||")
    longest_product: ClassVar[int] = 4
    """Whole powers of a symbol up to this one are written as products."""

    def __init__(self, label: str) -> None:
        self.label = label

    def text(self, expr: sympy.Basic) -> str:
        """Return an expression as text."""
        return self._print(expr).replace("@", "")

    def _print(self, expr: Any) -> str:
        """Print by the most special class that is known here."""
        for cls in type(expr).__mro__:
            name = "named" if cls.__name__ in self.functions else cls.__name__
            method = getattr(self, f"_print_{name}", None)
            if method is not None:
                return method(expr)
        raise InputError(
            f"{self.label} contains {type(expr).__name__}, which {self.program} does not have; "
            f"expected arithmetic, {', '.join(self.functions)}, Max, Min, Heaviside or Piecewise"
        )

    def literal(self, value: float) -> str:
        """Return a number of 0 or more."""
        return number(value)

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        """Return what is one value where a condition holds, and another elsewhere."""
        return f"(({condition})?({value}):({otherwise}))"

    def extreme(self, name: str, a: str, b: str) -> str:
        """Return the larger (``max``) or the smaller (``min``) of two."""
        return f"{name}({a},{b})"

    def root(self, text: str) -> str:
        """Return a square root."""
        return f"sqrt({text})"

    def raised(self, base: str, power: str) -> str:
        """Return a power."""
        return f"({base}{self.power}{power})"

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        return expr.name

    def _print_Number(self, expr: sympy.Expr) -> str:
        value = float(expr)
        if not math.isfinite(value):
            raise InputError(f"{self.label} contains {expr}; expected finite numbers")
        return self.literal(value) if value >= 0 else f"(-{self.literal(-value)})"

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
        return f"({sign}{'*'.join(text) or self.literal(1.0)}{below})"

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, power = expr.args
        text = self._print(base)
        if power.is_number and power.is_negative:
            return f"({self.literal(1.0)}/{self._print(base ** (-power))})"
        if power in _ROOTS:
            for _ in range(_ROOTS[power]):
                text = self.root(text)
            return text
        whole = power.is_Integer and 2 <= int(power) <= self.longest_product
        if whole and (isinstance(base, sympy.Symbol) or self.longest_product > 4):
            return f"({'*'.join([text] * int(power))})"
        return self.raised(text, self._print(power))

    def _print_named(self, expr: sympy.Function) -> str:
        name = self.functions[type(expr).__name__]
        return f"{name}({','.join(map(self._print, expr.args))})"

    def _print_in_logarithms(self, expr: sympy.Function) -> str:
        return self._print(expr.rewrite(sympy.log))

    _print_asinh = _print_acosh = _print_atanh = _print_in_logarithms

    def _print_Max(self, expr: sympy.Max | sympy.Min) -> str:
        name, (first, *others) = type(expr).__name__.lower(), map(self._print, expr.args)
        return functools.reduce(lambda a, b: self.extreme(name, a, b), others, first)

    _print_Min = _print_Max

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        return self._print(expr.rewrite(sympy.Piecewise))

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        *pieces, (last, rest) = expr.args
        if rest != sympy.true:
            raise InputError(
                f"{self.label} contains a Piecewise without a last piece for all other values; "
                "expected one whose last condition is True"
            )
        text = self._print(last)
        for value, condition in reversed(pieces):
            text = self.choice(self._print(condition), self._print(value), text)
        return text

    def _print_Relational(self, expr: Any) -> str:
        operator = self.equal if expr.rel_op == "==" else expr.rel_op
        return f"({self._print(expr.lhs)}{operator}{self._print(expr.rhs)})"

    def _print_And(self, expr: sympy.And | sympy.Or) -> str:
        word = self.conjunctions[0 if isinstance(expr, sympy.And) else 1]
        return f"({word.join(map(self._print, expr.args))})"

    _print_Or = _print_And
