"""Equations from plain strings: only arithmetic, declared names and elementary functions."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence

import sympy

from neurodyn.arguments import shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.quantities import as_expression, symbol

FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {
    name: getattr(sympy, name)
    for name in (
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "atan2",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
        "erf",
    )
} | {
    "ln": sympy.log,
    "arctan": sympy.atan,
    "abs": sympy.Abs,
    "Abs": sympy.Abs,
    "sign": sympy.sign,
    "floor": sympy.floor,
    "max": sympy.Max,
    "min": sympy.Min,
    "heaviside": lambda x: sympy.Heaviside(x, sympy.Rational(1, 2)),
}
CONSTANTS = {"pi": sympy.pi}
_LARGEST = 308  # decimal exponent of the largest double: no number in an equation may pass it


def parse_equation(text: object, names: Sequence[str], label: str) -> sympy.Expr:
    """Turn a string into a sympy expression of the declared names.

    The text is read as a Python expression tree and only arithmetic is accepted: nothing in it is
    ever executed. Numbers keep their decimal value (``0.1`` is one tenth).

    Parameters
    ----------
    text : str, number or sympy expression
        E.g. ``"V - V**3/3 - w + I"``; ``^`` is a power too.
    names : sequence of str
        Declared quantities; they win over functions and constants of the same name.
    label : str
        What the expression is, for the error message.

    Raises
    ------
    InputError
        For anything that is not arithmetic on declared names.
    """
    if not isinstance(text, str):
        return as_expression(text, label)
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval").body
        return Builder(text, names, label).visit(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{label} = {shown(text)} is not an expression that can be read") from None


OPERATORS: dict[type, Callable[[sympy.Expr, sympy.Expr], sympy.Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


class Builder(ast.NodeVisitor):
    """Builds a sympy expression from the syntax tree of an arithmetic expression.

    Parameters
    ----------
    text : str
        As it was given, for messages.
    names : sequence of str
    label : str
    """

    functions = FUNCTIONS
    constants = CONSTANTS
    operators = OPERATORS

    def __init__(self, text: str, names: Sequence[str], label: str) -> None:
        self.text, self.names, self.label = text, names, label

    def visit(self, node: ast.AST) -> sympy.Expr:
        """Return what a node stands for; every number on the way must be a real double."""
        value = super().visit(node)
        if value.has(sympy.zoo, sympy.nan, sympy.oo):
            raise self._bad(node, "is not finite")
        if value.has(sympy.I):
            raise self._bad(node, "is not real")
        if value.is_number and not isinstance(node, ast.Constant | ast.Name):
            number = complex(value.evalf(15))
            if number.imag != 0:
                raise self._bad(node, "is not real")
            if not math.isfinite(number.real):
                raise self._bad(node, "is too large for a number")
        return value

    def _bad(self, node: ast.AST, why: str) -> InputError:
        part = ast.get_source_segment(self.text.replace("^", "**").strip(), node)  # type: ignore[arg-type]
        return InputError(f"{self.label} = {shown(self.text)}: {shown(part)} {why}")

    def generic_visit(self, node: ast.AST) -> sympy.Expr:
        raise self._bad(node, "is not arithmetic on declared names")

    def visit_Constant(self, node: ast.Constant) -> sympy.Expr:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            return self.generic_visit(node)
        if (
            not math.isfinite(node.value)
            if isinstance(node.value, float)
            else (abs(node.value) >= 10**_LARGEST)
        ):
            raise self._bad(node, "is too large for a number")
        # an exact rational keeps 1/3 and 0.1 as written; it becomes the nearest float in code
        return sympy.Rational(str(node.value))

    def visit_Name(self, node: ast.Name) -> sympy.Expr:
        if node.id in self.names:
            return symbol(node.id)
        if node.id in self.constants:
            return self.constants[node.id]
        error = unknown_name("quantity", node.id, self.names)
        raise InputError(f"{self.label} = {shown(self.text)}: {error}")

    def visit_BinOp(self, node: ast.BinOp) -> sympy.Expr:
        operator = self.operators.get(type(node.op))
        if operator is None:
            return self.generic_visit(node)
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow) and left.is_number and right.is_number:
            size = abs(complex(left.evalf(15)))  # before sympy computes all the digits
            digits = abs(float(right)) * abs(math.log10(size)) if size > 0 else 0.0
            if digits > _LARGEST:
                raise self._bad(node, "is too large, or too small, for a number")
        return operator(left, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> sympy.Expr:
        if isinstance(node.op, ast.USub):
            return -self.visit(node.operand)
        if isinstance(node.op, ast.UAdd):
            return self.visit(node.operand)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> sympy.Expr:
        if not isinstance(node.func, ast.Name) or node.keywords:
            return self.generic_visit(node)
        function = self.functions.get(node.func.id)
        if function is None:
            error = unknown_name("function", node.func.id, self.functions)
            raise InputError(f"{self.label} = {shown(self.text)}: {error}")
        try:
            return function(*map(self.visit, node.args))
        except TypeError:
            return self.generic_visit(node)
