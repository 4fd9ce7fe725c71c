"""What the engine needs of a model: its inputs as pieces, integrals, and the closed form if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function, model_function
from neurodyn.errors import InputError
from neurodyn.model import Model, Quantity, symbol
from neurodyn.simulation.problem import Pieces


def with_integrals(model: Model, outputs: Sequence[str]) -> Model:
    """Return the model with integrals of some outputs over time as states more."""
    if not outputs:
        return model
    states, rates = list(model.states), list(model.rhs)
    start = expression_function(
        [model.expression(name) for name in outputs],
        [("x", model.state_names), ("p", model.parameter_names)],
        model.constant_values,
    )(model.x0 + model.scales, model.p)
    for name, size in zip(outputs, np.abs(start).tolist(), strict=True):
        scale = size * model.time_scale if 0.0 < size < np.inf else 1.0
        states.append(Quantity(f"integral_{name}", 0.0, "1", scale))
        rates.append(model.expression(name))
    return replace(model, states=tuple(states), rhs=tuple(rates), equilibria=None)


def input_pieces(model: Model, inputs: list[str], waves: dict[str, Any]) -> tuple[Any, ...]:
    """Return slots, knots, levels, slopes of all inputs, and which of them a stimulus drives."""
    slots = np.array([model.parameter_names.index(name) for name in inputs], np.int64)
    driven = np.array([name in waves for name in inputs], bool)
    if not waves:
        nothing = np.zeros((1, len(inputs)))
        return slots, np.zeros(1), nothing, nothing, driven
    pieces = Pieces.of(model, [waves], 0.0, np.inf)
    knots, levels, slopes = pieces.of_set(0)
    all_levels, all_slopes = np.zeros((2, len(levels), len(inputs)))
    columns = [inputs.index(name) for name in pieces.driven]
    all_levels[:, columns], all_slopes[:, columns] = levels, slopes
    return slots, knots[:-1], all_levels, all_slopes, driven


def is_linear(model: Model) -> bool:
    """Whether a model goes from event to event in closed form."""
    return linear_constants(model, list(model.input_names)) is not None


def linear_constants(model: Model, inputs: list[str]) -> Callable[[Array], Array] | None:
    """Return what gives tau, rest, threshold, reset and gains of (n, n_parameters) neurons.

    None for a model that is not one linear state with a threshold and a fixed reset.
    """
    spike = model.spike
    if len(model.states) != 1 or spike is None or model.switch is not None or not spike.reset:
        return None
    (state,), (rate,) = model.states, model.rhs
    x = symbol(state.name)
    moving = [x, *map(symbol, inputs)]
    slopes = [sympy.simplify(rate.diff(s)) for s in moving]
    reset = sympy.sympify(spike.reset[state.name])
    threshold = sympy.simplify(x - spike.expression)
    fixed = [*slopes, threshold, reset]
    if any(part.free_symbols & set(moving) for part in fixed):
        return None
    still = dict.fromkeys(moving, sympy.Integer(0))
    rest = sympy.simplify(rate.xreplace(still) / -slopes[0])
    gains = [sympy.simplify(s / -slopes[0]) for s in slopes[1:]]
    function = model_function(model, [-1 / slopes[0], rest, threshold, reset, *gains])

    def constants(p: Array) -> Array:
        table = function(np.zeros((1, len(p))), p.T).T
        if not (table[:, 0] > 0.0).all():
            raise InputError(f"{model.name}: neuron {np.argmin(table[:, 0])} grows without end")
        return table

    return constants
