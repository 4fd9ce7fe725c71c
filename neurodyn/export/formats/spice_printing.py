"""Expressions as SPICE writes them, and lines of a netlist."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import sympy

from neurodyn.export.printing import InfixPrinter, number

LIMIT = 80.0
"""Argument above which an exponential is a straight line."""
_WIDTH = 100
_SAME = "exp sin cos tan asin acos atan sinh cosh tanh floor sqrt"
_SAME_NAMES = {f: f for f in _SAME.split()}


class SpicePrinter(InfixPrinter):
    """Sympy to SPICE, with limited exponentials."""

    program = "SPICE"
    functions: ClassVar = {
        "log": "ln",
        "Abs": "abs",
        "sign": "sgn",
        **{f: f for f in _SAME.split()},
    }
    longest_product = 12  # SPICE takes the size of a base, and loses its sign

    def raised(self, base: str, power: str) -> str:
        return f"pow({base},{power})"

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"ternary_fcn({condition},{value},{otherwise})"

    def _print_exp(self, expr: sympy.exp) -> str:
        argument = expr.args[0]
        text = self._print(argument)
        if _never_large(argument):
            return f"exp({text})"
        limit = number(LIMIT)
        return f"(exp(min({text},{limit}))*(1.0+max({text}-{limit},0.0)))"

    def _print_named(self, expr: sympy.Function) -> str:
        return self._print_exp(expr) if expr.func is sympy.exp else super()._print_named(expr)


class FixedPrinter(SpicePrinter):
    """What is computed once, in braces; ngspice adds 1e-32 to a divisor there too."""

    def _print_Mul(self, expr: sympy.Mul) -> str:
        return f"({'*'.join(map(self._print, expr.as_ordered_factors()))})"

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, power = expr.args
        if power.is_number and power.is_negative:
            return f"pow({self._print(base)},{self._print(power)})"
        return super()._print_Pow(expr)


class LTspicePrinter(SpicePrinter):
    """The same in the words of LTspice."""

    program = "LTspice"
    conjunctions = ("&", "|")

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"if({condition},{value},{otherwise})"


def _never_large(argument: sympy.Expr) -> bool:
    return argument.is_number and float(argument) < LIMIT


def folded(
    expr: sympy.Expr, moving: set[sympy.Symbol], text: Callable[[sympy.Expr], str]
) -> sympy.Expr:
    """Return an expression in which each part without a moving symbol is one symbol, in braces."""
    if not expr.free_symbols:
        return expr
    if not expr.free_symbols & moving:
        return sympy.Symbol(f"@{{{text(expr)}}}", real=True)
    if isinstance(expr, sympy.Add | sympy.Mul):
        fixed = [part for part in expr.args if not part.free_symbols & moving]
        if any(part.free_symbols for part in fixed):
            others = [folded(part, moving, text) for part in expr.args if part not in fixed]
            return expr.func(folded(expr.func(*fixed), moving, text), *others)
    return expr.func(*(folded(part, moving, text) for part in expr.args)) if expr.args else expr


def wrapped(line: str) -> list[str]:
    """Return a long line in pieces that begin with "+", cut where a new operand begins."""
    pieces, rest = [], line
    while len(rest) > _WIDTH:
        cut = max(rest.rfind(mark, 0, _WIDTH) for mark in ("*", "+", "(", ",", "/"))
        cut = rest.find("(", _WIDTH) if cut <= 0 else cut
        if cut <= 0 or _in_number(rest, cut):
            cut = _next_cut(rest)
        if cut <= 0:
            break
        pieces.append(rest[: cut + 1])
        rest = rest[cut + 1 :]
    pieces.append(rest)
    return [pieces[0], *(f"+ {piece}" for piece in pieces[1:])]


def _next_cut(text: str) -> int:
    return next((i for i in range(20, len(text)) if text[i] in "*(,/"), -1)


def _in_number(text: str, place: int) -> bool:
    return text[place] == "+" and text[place - 1] in "eE"
