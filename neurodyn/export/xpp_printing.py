"""Expressions as XPPAUT writes them."""

from __future__ import annotations

from typing import ClassVar

import sympy

from neurodyn.export.printing import InfixPrinter

_SAME = "exp sin cos tan asin acos atan atan2 sinh cosh tanh sign erf erfc"  # in both programs


class XppPrinter(InfixPrinter):
    """Sympy to XPPAUT."""

    program = "XPPAUT"
    functions: ClassVar = {
        "log": "ln",
        "Abs": "abs",
        "floor": "flr",
        **{f: f for f in _SAME.split(" ")},
    }
    conjunctions = ("&", "|")

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        x, at_zero = map(self._print, expr.args)  # XPPAUT's own heav(0) is 1
        return f"(if({x}==0.0)then({at_zero})else(heav({x})))"

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"(if({condition})then({value})else({otherwise}))"
