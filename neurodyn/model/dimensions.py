"""Check the dimensions of equations by walking their trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy

from neurodyn.errors import DimensionError
from neurodyn.model.quantities import symbol
from neurodyn.model.units import DIMENSIONLESS, Unit, parse_unit

if TYPE_CHECKING:
    from neurodyn.model.model import Model


def check_dimensions(model: Model) -> None:
    """Check that every equation of a model has the unit it should have.

    Raises
    ------
    DimensionError
        Naming the equation and the terms that disagree.
    """
    groups = (model.states, model.parameters, model.inputs, model.constants)
    units = {item.symbol: parse_unit(item.unit) for group in groups for item in group}
    per_time = parse_unit(model.time_unit) ** sympy.Integer(-1)
    expected = [
        (f"d{state.name}/dt", expression, parse_unit(state.unit) * per_time)
        for state, expression in zip(model.states, model.rhs, strict=True)
    ]
    expected += [(o.name, o.expression, parse_unit(o.unit)) for o in model.outputs]
    if (curve := model.equilibria) is not None:
        expected += [
            (f"{name} at rest", expression, units[model.quantity(name).symbol])  # type: ignore[union-attr]
            for name, expression in (
                *curve.states.items(),
                (curve.input_name, curve.input_value),
            )
        ]
    if model.spike is not None:
        dimension_of(model.spike.expression, units)
    if model.jump is not None:
        dimension_of(model.jump.expression, units)
        expected += [
            (f"the reset of {name}", value, units[symbol(name)])
            for name, value in model.jump.reset.items()
        ]
    for label, expression, wanted in expected:
        try:
            found = dimension_of(expression, units)
        except DimensionError as error:
            raise DimensionError(f"{label} = {expression}: {error}") from None
        if expression != 0 and not found.same_as(wanted):
            raise DimensionError(
                f"{label} = {expression} has the unit [{found}]; expected [{wanted}]"
            )


def dimension_of(expression: sympy.Expr, units: Mapping[sympy.Symbol, Unit]) -> Unit:
    """Return the unit of a sympy expression, walking its tree.

    Parameters
    ----------
    expression : sympy expression
    units : mapping from symbol to Unit

    Raises
    ------
    DimensionError
        If terms of a sum differ in unit, or the argument of a function has one.
    """
    if expression.is_number:
        return DIMENSIONLESS
    if isinstance(expression, sympy.Symbol):
        return units[expression]
    if isinstance(expression, sympy.Mul):
        product = DIMENSIONLESS
        for factor in expression.args:
            product = product * dimension_of(factor, units)
        return product
    if isinstance(expression, sympy.Pow):
        base, exponent = expression.args
        if exponent.is_number:
            return dimension_of(base, units) ** sympy.nsimplify(exponent, rational=True)
    if isinstance(expression, (sympy.Add, sympy.Piecewise, sympy.Max, sympy.Min)):
        return _common_unit(expression, units)
    if isinstance(expression, sympy.Abs):
        return dimension_of(expression.args[0], units)
    for argument in expression.args:  # exp, log, tanh, LambertW, symbolic powers ...
        unit = dimension_of(argument, units)
        if not unit.same_as(DIMENSIONLESS):
            raise DimensionError(
                f"the argument {argument} of {expression.func.__name__} has the unit [{unit}]; "
                "expected a pure number"
            )
    return DIMENSIONLESS


def _common_unit(expression: sympy.Expr, units: Mapping[sympy.Symbol, Unit]) -> Unit:
    """Return the one unit that all terms of a sum (or branches of a Piecewise) share."""
    if isinstance(expression, sympy.Piecewise):
        terms = [branch for branch, _ in expression.args]
    else:
        terms = list(expression.args)
    # a bare 0 may stand for any unit
    found = [(term, dimension_of(term, units)) for term in terms if term != 0]
    for term, unit in found[1:]:
        if not unit.same_as(found[0][1]):
            raise DimensionError(f"{found[0][0]} [{found[0][1]}] and {term} [{unit}] are added")
    return found[0][1] if found else DIMENSIONLESS
