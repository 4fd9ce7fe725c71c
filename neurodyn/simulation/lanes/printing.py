"""Printing for lanes: expressions as plain arithmetic that a compiler puts into vectors.

Two things differ from the scalar target. Whatever does not change along a run (parameters,
constants and what can be made of them alone) is computed once per run, outside the loop. And
elementary functions are the branch-free ones of ``neurodyn/simulation/lanes/math.py``, which a
compiler can put into vector registers; a function that has none there is called from ``math``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy
from sympy.printing.pycode import PythonCodePrinter

# names of neurodyn/simulation/lanes/math.py
_FUNCTIONS = {
    "exp": "_exp",
    "log": "_log",
    "tanh": "_tanh",
    "sinh": "_sinh",
    "cosh": "_cosh",
    "Abs": "math.fabs",
    "sign": "_sign",
}
_WHOLE_POWERS = 8  # _pow2 ... _pow8


class LanePrinter(PythonCodePrinter):
    """Python source of one expression in lane arithmetic."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": True, "standard": "python3"})

    def _print_Float(self, expr: sympy.Float) -> str:
        return f"_real({float(expr)!r})"

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"_real({float(expr)!r})"

    _print_Half = _print_Integer = _print_NumberSymbol = _print_Pi = _print_Exp1 = _print_Rational

    def _print_Function(self, expr: sympy.Function) -> str:
        name = type(expr).__name__
        if name in _FUNCTIONS:
            return f"{_FUNCTIONS[name]}({self._print(expr.args[0])})"
        return f"_real({super()._print_Function(expr)})"

    _print_exp = _print_log = _print_tanh = _print_sinh = _print_cosh = _print_Function
    _print_Abs = _print_sign = _print_Function

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        return self._print(expr.rewrite(sympy.Piecewise))

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        """Both sides are evaluated and one is taken: no branch."""
        text = "_real(math.nan)"
        for value, condition in reversed(expr.args):
            value_text = self._print(value)
            if condition == sympy.true:
                text = value_text
            else:
                text = f"_select({self._print(condition)}, {value_text}, {text})"
        return text

    def _print_Max(self, expr: sympy.Max) -> str:
        return self._nested("_larger", expr.args)

    def _print_Min(self, expr: sympy.Min) -> str:
        return self._nested("_smaller", expr.args)

    def _nested(self, name: str, arguments: Sequence[sympy.Expr]) -> str:
        text = self._print(arguments[0])
        for argument in arguments[1:]:
            text = f"{name}({text}, {self._print(argument)})"
        return text

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        del rational
        base, exponent = expr.args
        text = self._print(base)
        if exponent.could_extract_minus_sign():
            return f"(_real(1.0)/{self._print(sympy.Pow(base, -exponent, evaluate=False))})"
        if exponent == 1:
            return f"({text})"
        if exponent.is_Integer:
            whole, text = int(exponent), str(text)
            if whole <= _WHOLE_POWERS:
                return f"_pow{whole}({text})"
            half = self._print(sympy.Pow(base, whole // 2, evaluate=False))
            return f"_pow2({half})" + (f"*({text})" if whole % 2 else "")
        roots = {sympy.S.Half: "math.sqrt({})", sympy.Rational(1, 4): "_root4({})"}
        if exponent in roots:
            return roots[exponent].format(text)
        return f"_power({text}, {self._print(exponent)})"


class Invariants:
    """Parts of expressions that stay constant along a run, each given a name ``_q0, _q1, ...``.

    Parameters
    ----------
    varying : names of the symbols that change along a run
    """

    def __init__(self, varying: Iterable[sympy.Symbol]) -> None:
        self._varying = frozenset(varying)
        self._names: dict[sympy.Expr, sympy.Symbol] = {}

    @property
    def expressions(self) -> list[sympy.Expr]:
        """What is computed once per run, in the order of the names."""
        return list(self._names)

    def _varies(self, expression: sympy.Basic) -> bool:
        return bool(expression.free_symbols & self._varying)

    def _named(self, expression: sympy.Expr) -> sympy.Expr:
        if expression.is_number:
            return expression
        if expression not in self._names:
            self._names[expression] = sympy.Symbol(f"_q{len(self._names)}", real=True)
        return self._names[expression]

    def fold(self, expression: sympy.Basic) -> Any:
        """Return the expression with each invariant part replaced by its name.

        A condition (of a Piecewise) is not a number: it stays, with its sides folded.
        """
        if isinstance(expression, sympy.Expr) and not self._varies(expression):
            return self._named(expression)
        if expression.is_Mul:
            fixed, moving = self._split(expression)
            sums = [part for part in moving if part.is_Add]
            if fixed != 1 and len(sums) == 1 and self._worth_spreading(sums[0]):
                spread = sympy.Add(*(fixed * term for term in sums[0].args))
                others = [part for part in moving if part is not sums[0]]
                return sympy.Mul(*map(self.fold, others), self.fold(spread))
            return sympy.Mul(self._named(fixed), *map(self.fold, moving))
        if expression.is_Add:
            fixed = [term for term in expression.args if not self._varies(term)]
            moving = [term for term in expression.args if self._varies(term)]
            return sympy.Add(self._named(sympy.Add(*fixed)), *map(self.fold, moving))
        return expression.func(*map(self.fold, expression.args)) if expression.args else expression

    def _split(self, product: sympy.Expr) -> tuple[sympy.Expr, list[sympy.Expr]]:
        fixed = sympy.Mul(*(part for part in product.args if not self._varies(part)))
        return fixed, [part for part in product.args if self._varies(part)]

    def _worth_spreading(self, total: sympy.Expr) -> bool:
        """Whether nearly all terms carry an invariant factor of their own, which takes it up."""
        free = [
            term
            for term in total.args
            if self._varies(term)
            and self._split(sympy.Mul(term, evaluate=False))[0] == 1
            and not (term.is_Mul and abs(self._split(term)[0]) != 1)
        ]
        return len(free) <= 1


def lane_lines(expressions: Sequence[sympy.Expr], names: Sequence[str], prefix: str) -> list[str]:
    """Return lines ``name = code`` in lane arithmetic, shared parts first."""
    printer = LanePrinter()
    shared, reduced = sympy.cse(
        list(expressions), symbols=sympy.numbered_symbols(prefix), optimizations="basic"
    )
    pairs = [(str(name), part) for name, part in shared]
    pairs += list(zip(names, reduced, strict=True))
    return [f"{name} = {printer.doprint(part)}" for name, part in pairs]
