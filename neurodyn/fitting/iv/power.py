"""A device whose thermal resistance follows a power of its temperature."""

from __future__ import annotations

from dataclasses import replace

from neurodyn.codegen.memory import kept_by_equations
from neurodyn.model import Model, Quantity, symbol

OF = "R_th"
POWER = "n_R_th"
"""The new parameter: 1 for a constant thermal resistance, and never zero."""


def takes_power(model: Model) -> bool:
    """Say whether a model has a thermal resistance, a temperature and a curve in closed form."""
    known = {OF, "T_amb"} <= set(model.parameter_names)
    return known and model.equilibria is not None and model.equilibria.coordinate == "T"


def with_power(model: Model) -> Model:
    """Return the model with R_th (T / T_amb)^(n_R_th - 1) in place of R_th.

    Its curve at rest is still a closed form in T, at each T with that T's own R_th.
    """
    return _built(model).with_parameters(
        **dict(zip(model.parameter_names, model.p.tolist(), strict=True))
    )


@kept_by_equations(8)
def _built(model: Model) -> Model:
    grown = symbol(OF) * (symbol("T") / symbol("T_amb")) ** (symbol(POWER) - 1)
    new, form = {symbol(OF): grown}, model.equilibria
    assert form is not None
    form = replace(
        form,
        states={name: expression.subs(new) for name, expression in form.states.items()},
        input_value=form.input_value.subs(new),
        condition=None if form.condition is None else form.condition.subs(new),
    )
    meaning = "1 + exponent of R_th in T / T_amb"
    return replace(
        model,
        parameters=(*model.parameters, Quantity(POWER, 1.0, "1", 1.0, (0.0, 10.0), meaning)),
        rhs=tuple(rate.subs(new) for rate in model.rhs),
        equilibria=form,
    )
