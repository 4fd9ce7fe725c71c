"""A model as text and as LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.model.quantities import Quantity


def equations_as_latex(model: Model) -> str:
    """Return the equations as a LaTeX ``aligned`` block."""
    lines = [
        rf"\frac{{d {latex_name(state.name)}}}{{dt}} &= " + expression_as_latex(model, expression)
        for state, expression in zip(model.states, model.rhs, strict=True)
    ]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def expression_as_latex(model: Model, expression: sympy.Expr) -> str:
    """Return an expression of a model's quantities as LaTeX."""
    groups = (model.states, model.parameters, model.inputs, model.constants)
    names = {item.symbol: latex_name(item.name) for group in groups for item in group}
    return sympy.latex(expression, symbol_names=names)


def equations_as_text(model: Model) -> str:
    """Return equations, quantities with values and meanings, outputs and spike event as text."""
    lines = [f"{model.name} ({len(model.states)} states)"]
    if model.reference:
        lines.append(f"  {model.reference}")
    lines += [
        f"  d{state.name}/dt = {expression}"
        for state, expression in zip(model.states, model.rhs, strict=True)
    ]
    for title, group in (
        ("states", model.states),
        ("inputs", model.inputs),
        ("parameters", model.parameters),
        ("constants", model.constants),
    ):
        if group:
            lines.append(f"  {title}:")
        lines += [_describe(quantity) for quantity in group]
    if model.outputs:
        lines.append("  outputs:")
        lines += [
            f"    {output.name} [{output.unit}] = {output.expression}  {output.meaning}"
            for output in model.outputs
        ]
    if model.spike is not None:
        lines.append(f"  spike: {model.spike.expression} rises through 0. {model.spike.meaning}")
    if model.switch is not None:
        lines.append(f"  switch: {model.switch.expression} rises through 0. {model.switch.meaning}")
    if model.jump is not None:
        lines += [f"    then {name} := {value}" for name, value in model.jump.reset.items()]
    return "\n".join(lines)


def _describe(quantity: Quantity) -> str:
    value = quantity.default if isinstance(quantity.default, str) else f"{quantity.default:.6g}"
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    meaning = f"  {quantity.meaning}" if quantity.meaning else ""
    return f"    {quantity.name} = {value}{unit}{meaning}"


def latex_name(name: str) -> str:
    """Return the name of a quantity as LaTeX: what follows an underscore is an index."""
    stem, _, subscript = name.partition("_")
    stem = sympy.latex(sympy.Symbol({"eps": "epsilon"}.get(stem, stem)))
    return f"{stem}_{{\\mathrm{{{subscript}}}}}" if subscript else stem
