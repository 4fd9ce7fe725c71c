"""Equations from plain strings: only arithmetic, declared names and elementary functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

import sympy

from neurodyn.errors import InputError, unknown_name
from neurodyn.model.quantities import symbol

_FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {
    name: getattr(sympy, name)
    for name in (
        "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
        "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf",
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
}  # fmt: skip
_CONSTANTS = {"pi": sympy.pi}


def parse_equation(text: str, names: Sequence[str], label: str) -> sympy.Expr:
    """Turn a string into a sympy expression of the declared names.

    The text is read as a Python expression tree and only arithmetic is accepted: nothing in it is
    ever executed. Numbers keep their decimal value (``0.1`` is one tenth).

    Parameters
    ----------
    text : str
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
        if isinstance(text, (int, float, sympy.Expr)):
            return sympy.sympify(text)
        raise InputError(f"{label} is {text!r}; expected a string such as 'a*x - b'")
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval").body
        return _Builder(text, names, label).visit(tree)
    except (SyntaxError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{label} = {text!r} is not an expression that can be read") from None


_OPERATORS: dict[type, Callable[[sympy.Expr, sympy.Expr], sympy.Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


class _Builder(ast.NodeVisitor):
    """Builds a sympy expression from the syntax tree of an arithmetic expression."""

    def __init__(self, text: str, names: Sequence[str], label: str) -> None:
        self.text, self.names, self.label = text, names, label

    def generic_visit(self, node: ast.AST) -> sympy.Expr:
        part = ast.get_source_segment(self.text, node) if isinstance(node, ast.expr) else None  # type: ignore[arg-type]
        raise InputError(
            f"{self.label} = {self.text!r}: {part or type(node).__name__!r} is not arithmetic on "
            "declared names"
        )

    def visit_Constant(self, node: ast.Constant) -> sympy.Expr:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            return self.generic_visit(node)
        # an exact rational keeps 1/3 and 0.1 as written; it becomes the nearest float in code
        return sympy.Rational(str(node.value))

    def visit_Name(self, node: ast.Name) -> sympy.Expr:
        if node.id in self.names:
            return symbol(node.id)
        if node.id in _CONSTANTS:
            return _CONSTANTS[node.id]
        error = unknown_name("quantity", node.id, self.names)
        raise InputError(f"{self.label} = {self.text!r}: {error}")

    def visit_BinOp(self, node: ast.BinOp) -> sympy.Expr:
        operator = _OPERATORS.get(type(node.op))
        if operator is None:
            return self.generic_visit(node)
        return operator(self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> sympy.Expr:
        if isinstance(node.op, ast.USub):
            return -self.visit(node.operand)
        if isinstance(node.op, ast.UAdd):
            return self.visit(node.operand)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> sympy.Expr:
        if not isinstance(node.func, ast.Name) or node.keywords:
            return self.generic_visit(node)
        function = _FUNCTIONS.get(node.func.id)
        if function is None:
            error = unknown_name("function", node.func.id, _FUNCTIONS)
            raise InputError(f"{self.label} = {self.text!r}: {error}")
        try:
            return function(*map(self.visit, node.args))
        except TypeError:
            return self.generic_visit(node)
