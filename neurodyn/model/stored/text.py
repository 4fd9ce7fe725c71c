"""Expressions as text, every number with all its digits, and back.

Text is read as :func:`neurodyn.model.parse.parse_equation` reads it: as arithmetic on declared
names, of which nothing is ever run. What is read back is the same model, term by term: reading
does not multiply brackets out, and a number with a point is the double that it was.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sympy
from sympy.core.parameters import distribute
from sympy.printing.str import StrPrinter

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.model.parse import FUNCTIONS, OPERATORS, Builder


class _Printer(StrPrinter):
    """Text that :class:`_Reader` makes the same expression of."""

    def _print_Float(self, expr: sympy.Float) -> str:
        return repr(float(expr))


def _times(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    with distribute(False):  # 2*(x + y) stays a product
        return sympy.Mul(a, b)


_RELATIONS = {
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
    ast.Eq: sympy.Eq,
    ast.NotEq: sympy.Ne,
}


class _Reader(Builder):
    """Reads what :class:`_Printer` writes."""

    functions = FUNCTIONS | {
        "Max": sympy.Max,
        "Min": sympy.Min,
        "LambertW": sympy.LambertW,
        "Heaviside": sympy.Heaviside,
        "Piecewise": sympy.Piecewise,
        "Eq": sympy.Eq,
        "Ne": sympy.Ne,
    }
    operators = OPERATORS | {
        ast.Mult: _times,
        ast.Sub: lambda a, b: a + _times(sympy.S.NegativeOne, b),
        ast.Div: lambda a, b: _times(a, b**-1),
        ast.BitAnd: sympy.And,
        ast.BitOr: sympy.Or,
    }

    def visit_Constant(self, node: ast.Constant) -> sympy.Expr:
        if isinstance(node.value, bool):
            return sympy.true if node.value else sympy.false
        value = super().visit_Constant(node)
        return sympy.Float(node.value) if isinstance(node.value, float) else value

    def visit_UnaryOp(self, node: ast.UnaryOp) -> sympy.Expr:
        if isinstance(node.op, ast.USub):
            return _times(sympy.S.NegativeOne, self.visit(node.operand))
        return super().visit_UnaryOp(node)

    def visit_Compare(self, node: ast.Compare) -> sympy.Expr:
        relation = _RELATIONS.get(type(node.ops[0]))
        if relation is None or len(node.ops) > 1:
            return self.generic_visit(node)
        return relation(self.visit(node.left), self.visit(node.comparators[0]))

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return sympy.Tuple(*map(self.visit, node.elts))


def as_text(expression: sympy.Expr) -> str:
    """Return an expression as text of one line, floats with all their digits."""
    return _Printer().doprint(expression)


def from_text(text: Any, names: Sequence[str], label: str) -> sympy.Expr:
    """Return the expression that :func:`as_text` wrote.

    Raises
    ------
    InputError
        For anything that is not arithmetic on the names.
    """
    if not isinstance(text, str):
        raise InputError(f"{label} is {shown(text)}; expected an expression as text")
    return _read(text, tuple(names), label)


@lru_cache(maxsize=256)  # what was written is read at once, to see that nothing is lost
def _read(text: str, names: tuple[str, ...], label: str) -> sympy.Expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        found = _Reader(text, names, label).visit(tree)
    except InputError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError, AttributeError):
        raise InputError(f"{label} = {shown(text)} is not an expression that can be read") from None
    if not isinstance(found, sympy.Expr):
        raise InputError(f"{label} = {shown(text)} is not a number")
    return found
