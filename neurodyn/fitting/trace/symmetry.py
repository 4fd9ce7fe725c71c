r"""Scaling symmetries: how parameters of a model can be scaled together unseen by any trace.

Scaling parameters p_j by s^{b_j} and unobserved states x_k by s^{a_k} leaves every solution, and
every observed channel h, as it was if for all states

.. math:: \sum_j b_j\, p_j\, \partial_{p_j} f_i + \sum_k a_k\, x_k\, \partial_{x_k} f_i = a_i f_i,
          \qquad
          \sum_j b_j\, p_j\, \partial_{p_j} h + \sum_k a_k\, x_k\, \partial_{x_k} h = 0.

These are linear equations for the exponents: their null space, at more states than unknowns, is
found from the Jacobian (P. J. Olver, Applications of Lie Groups to Differential Equations,
Springer 1986, sec. 2.2, for groups of scalings). The derivatives are central differences of the
model's own functions: good to 1e-8, where what is no symmetry leaves residuals of 1e-3 and more,
and quicker than to generate all of them from the symbolic source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.fitting.null_directions import null_directions
from neurodyn.fitting.trace.sensitivity import observed_expression
from neurodyn.fitting.unknowns import PRODUCTS, shown_name
from neurodyn.model import Model

_ACCURACY = 1e-6  # of the derivatives, with room: relative
_STEP = 1e-5  # in ln: rounding and the third derivative err alike
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
    function = _equations(model, channels)
    n, k = len(model.states), len(names) + len(model.states)
    x, p = _typical(model, _PLACES * k), model.p
    rows = np.empty((n + len(channels), k, x.shape[1]))
    for j in range(k):
        sides = []
        for scale in (np.exp(_STEP), np.exp(-_STEP)):
            factor = np.ones(len(p)), np.ones((n, 1))
            if j < len(names):
                factor[0][model.parameter_names.index(names[j])] = scale
            else:
                factor[1][j - len(names)] = scale
            sides.append(function(x * factor[1], p * factor[0]))
        rows[:, j] = (sides[0] - sides[1]) / (2 * _STEP)
    rows[np.arange(n), len(names) + np.arange(n)] -= function(x, p)[:n]
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


def unseen_by_traces(model: Model, channels: Sequence[str]) -> list[dict[str, float]]:
    """Return what traces of some channels cannot tell; T_amb, if it can be moved, in the first."""
    first, names = ambient_direction(model), _positive(model)
    more = scaling_symmetries(model, channels, [name for name in names if name != "T_amb"])
    return more if first is None else [first, *more]


def ambient_direction(model: Model) -> dict[str, float] | None:
    """Return how T_amb moves with other parameters while every V and every I stays as it was."""
    if "T_amb" not in model.parameter_names:
        return None
    others = [name for name in _positive(model) if name != "T_amb"]
    names = ["T_amb", *sorted(others, key=lambda name: name.startswith("C_"))]
    channels = [name for name in ("V", "I_device") if name in model.observable_names]
    found = scaling_symmetries(model, channels, names)
    return next((direction for direction in found if "T_amb" in direction), None)


def _positive(model: Model) -> list[str]:
    return [n for n in model.parameter_names if n not in model.input_names and model[n] > 0]


def _as_reported(direction: dict[str, float], model: Model) -> dict[str, float]:
    """Name a product by its own name, unless its factors are traded for each other."""
    if any(held in direction for _, held, _ in PRODUCTS.values()):
        return direction
    return {shown_name(name, model): share for name, share in direction.items()}


def _equations(model: Model, channels: Sequence[str]) -> Callable[[Array, Array], Array]:
    """Return rates of the states, then the observed channels, as a function of states and p."""
    return expression_function(
        [*model.rhs, *(observed_expression(model, channel) for channel in channels)],
        [("x", model.state_names), ("p", model.parameter_names)],
        model.constant_values,
    )


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
