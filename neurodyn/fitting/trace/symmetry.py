r"""Scaling symmetries: how parameters of a model can be scaled together unseen by any trace.

Scaling parameters p_j by s^{b_j} and unobserved states x_k by s^{a_k} leaves every solution, and
every observed channel h, as it was if for all states

.. math:: \sum_j b_j\, p_j\, \partial_{p_j} f_i + \sum_k a_k\, x_k\, \partial_{x_k} f_i = a_i f_i,
          \qquad
          \sum_j b_j\, p_j\, \partial_{p_j} h + \sum_k a_k\, x_k\, \partial_{x_k} h = 0.

These are linear equations for the exponents: their null space, at more states than unknowns, is
found from the exact Jacobian of the symbolic source (P. J. Olver, Applications of Lie Groups to
Differential Equations, Springer 1986, sec. 2.2, for groups of scalings).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.fitting.null_directions import null_directions
from neurodyn.fitting.trace.sensitivity import observed_expression
from neurodyn.fitting.unknowns import PRODUCTS, shown_name
from neurodyn.model import Model
from neurodyn.model.quantities import symbol

_ACCURACY = 1e-9  # of exact derivatives, relative
_PLACES = 8  # states, for each unknown exponent


def scaling_symmetries(
    model: Model, channels: Sequence[str], names: Sequence[str]
) -> list[dict[str, float]]:
    """Return directions of ln(parameter) along which no trace of some channels changes.

    Parameters
    ----------
    model : Model
    channels : sequence of str
        States or outputs that are observed.
    names : sequence of str
        Parameters of the model whose scaling is looked at, all positive.

    Returns
    -------
    list of mappings from the reported name of a parameter to its exponent
    """
    states, p = [symbol(name) for name in model.state_names], [symbol(name) for name in names]
    observed = [observed_expression(model, channel) for channel in channels]
    expressions = []
    for row in (*model.rhs, *observed):
        expressions += [symbol_ * sympy.diff(row, symbol_) for symbol_ in (*p, *states)]
    function = expression_function(
        [*expressions, *model.rhs],
        [("x", model.state_names), ("p", model.parameter_names)],
        model.constant_values,
    )
    n, k = len(states), len(names) + len(states)
    x = _typical(model, _PLACES * k)
    found = function(x, model.p)
    rows = found[: len(expressions)].reshape(n + len(observed), k, -1)
    rows[np.arange(n), len(names) + np.arange(n)] -= found[len(expressions) :]
    matrix = np.moveaxis(rows, 1, 2).reshape(-1, k)
    size = np.abs(matrix).max(axis=1, keepdims=True)
    matrix = matrix / np.where(size > 0, size, 1.0)
    directions = null_directions(
        np.concatenate([matrix, _starts(model, names)]), [*names, *model.state_names], _ACCURACY
    )
    found = [
        {name: share for name, share in direction.items() if name in names}
        for direction in directions
    ]
    return [_as_reported(direction, model) for direction in found if direction]


def _as_reported(direction: dict[str, float], model: Model) -> dict[str, float]:
    """Name a product by its own name, unless its factors are traded for each other."""
    if any(held in direction for _, held, _ in PRODUCTS.values()):
        return direction
    return {shown_name(name, model): share for name, share in direction.items()}


def _typical(model: Model, count: int) -> Array:
    """Return states between the start and a typical size beyond it, (n_states, count)."""
    share = np.random.default_rng(0).uniform(0.1, 1.0, (len(model.states), count))
    return model.x0[:, None] + share * model.scales[:, None]


def _starts(model: Model, names: Sequence[str]) -> Array:
    """Return the equations that keep a start where it is: with its parameter, or fixed."""
    rows, k = [], len(names)
    for i, state in enumerate(model.states):
        row = np.zeros(k + len(model.states))
        if isinstance(state.default, str) and state.default in names:
            row[k + i], row[list(names).index(state.default)] = 1.0, -1.0
        elif model.x0[i] != 0:
            row[k + i] = 1.0
        rows.append(row)
    return np.array(rows)
