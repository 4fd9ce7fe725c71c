r"""A model with one or two free parameters, as array functions.

.. math:: \dot x = f(x, \lambda), \qquad A = \partial f/\partial x, \qquad
          f_\lambda = \partial f/\partial\lambda

First derivatives are exact (symbolic). All functions broadcast: ``x`` (n, ...), ``lam`` (k, ...).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.codegen import compile as compile_model
from neurodyn.codegen import expression_function
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.model.quantities import symbol

Array = npt.NDArray[np.float64]
VectorFunction = Callable[[Array, Array], Array]

# how far from a removable singularity (0/0) it is filled in; balances rounding and curvature
_NUDGE_VALUE, _NUDGE_DERIVATIVE = 1e-6, 1e-4


@dataclass(frozen=True)
class System:
    """``f``, ``A`` and ``f_lambda`` as functions of ``(x, lam)``.

    Parameters
    ----------
    n : int
        Number of states.
    rhs : function -> (n, ...)
    jacobian : function -> (n, n, ...)
    by_parameter : function -> (n, k, ...)
    """

    n: int
    rhs: VectorFunction
    jacobian: VectorFunction
    by_parameter: VectorFunction

    def scaled(self, states: Array, parameters: Array, time: float = 1.0) -> System:
        """Return the same system in the variables x / states, lam / parameters, t / time."""
        s, p = np.asarray(states, float), np.asarray(parameters, float)

        def column(vector: Array, like: Array) -> Array:
            return vector.reshape(vector.shape + (1,) * (np.ndim(like) - 1))

        def point(x: Array, lam: Array) -> tuple[Array, Array]:
            return x * column(s, x), lam * column(p, lam)

        def rhs(x: Array, lam: Array) -> Array:
            with np.errstate(all="ignore"):  # what is not finite is noticed where it is used
                return self.rhs(*point(x, lam)) * column(time / s, x)

        def jacobian(x: Array, lam: Array) -> Array:
            factor = time * s[None, :] / s[:, None]
            with np.errstate(all="ignore"):
                return self.jacobian(*point(x, lam)) * column(factor, x)

        def by_parameter(x: Array, lam: Array) -> Array:
            factor = time * p[None, :] / s[:, None]
            with np.errstate(all="ignore"):
                return self.by_parameter(*point(x, lam)) * column(factor, x)

        return System(self.n, rhs, jacobian, by_parameter)


def fastest_rate(system: System, u: Array, states: Array, parameters: Array) -> float:
    """Return the largest rate of a system at u = (x, lam), per unit of time; never zero.

    At a fold of a single equation the Jacobian itself is zero; then the response to the parameters
    sets the pace, and at a pitchfork of one, where that is zero too, the model's unit of time.
    """
    x, lam = u[: system.n], u[system.n :]
    rate = float(np.abs(system.jacobian(x, lam) * states[None, :] / states[:, None]).max())
    driven = float(np.abs(system.by_parameter(x, lam) * parameters / states[:, None]).max())
    return rate if rate > 1e-9 * driven else driven or 1.0


def check_parameter(model: Model, name: str) -> None:
    """Raise InputError if ``name`` is not a parameter or input of the model."""
    if not isinstance(name, str) or name not in model.parameter_names:
        raise unknown_name("parameter or input", str(name), model.parameter_names)


def check_range(model: Model, name: str, span: tuple[float, float]) -> tuple[float, float]:
    """Return ``span`` as two floats if it is a range that the parameter may have."""
    try:
        low, high = (float(value) for value in span)
    except (TypeError, ValueError):
        raise InputError(f"the range of {name} is {span!r}; expected (low, high)") from None
    quantity = model.quantity(name)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise InputError(f"the range of {name} is ({low:g}, {high:g}); expected finite low < high")
    bottom, top = getattr(quantity, "bounds", (-np.inf, np.inf))
    if low < bottom or high > top:
        raise InputError(
            f"the range of {name} is ({low:g}, {high:g}); expected it inside its bounds "
            f"({bottom:g}, {top:g})"
        )
    return low, high


def free_system(model: Model, names: tuple[str, ...]) -> System:
    """Return the system of a model in which the parameters ``names`` are free.

    The other parameters keep the model's values.
    """
    compiled = compile_model(model, "numpy")
    derivative = _by_parameter(model, names)
    places = [model.parameter_names.index(name) for name in names]
    fixed = list(model.p)

    def parameters(lam: Array) -> list[Any]:
        p = list(fixed)
        for place, value in zip(places, lam, strict=True):
            p[place] = value
        return p

    scales = np.asarray(model.scales, float)

    def filled(function: Callable[[Any, Any], Array], nudge: float) -> VectorFunction:
        def evaluate(x: Array, lam: Array) -> Array:
            with np.errstate(all="ignore"):
                value = function(x, parameters(lam))
                if not np.isfinite(value).all() and np.isfinite(x).all():
                    value = _fill_removable(function, value, x, parameters(lam), scales, nudge)
                return value

        return evaluate

    n, k = len(model.states), len(names)

    def by_parameter(x: Array, p: Any) -> Array:
        return derivative(x, p).reshape((n, k, *np.shape(x)[1:]))

    return System(
        n,
        filled(compiled.rhs, _NUDGE_VALUE),
        filled(compiled.jacobian, _NUDGE_DERIVATIVE),
        filled(by_parameter, _NUDGE_VALUE),
    )


def _by_parameter(model: Model, names: tuple[str, ...]) -> Callable[[Any, Any], Array]:
    """Compile d f / d names; ``expression_function`` remembers what it has compiled."""
    expressions = [sympy.diff(f, symbol(name)) for f in model.rhs for name in names]
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    return expression_function(expressions, groups, model.constant_values)


def _fill_removable(
    function: Callable[[Any, Any], Array],
    value: Array,
    x: Array,
    p: list[Any],
    scales: Array,
    nudge: float,
) -> Array:
    """Replace 0/0 by the mean of both sides; what is truly infinite stays so."""
    shift = nudge * (np.abs(x) + 1e-3 * scales.reshape((-1,) + (1,) * (x.ndim - 1)))
    mean = (function(x + shift, p) + function(x - shift, p)) / 2
    return np.where(np.isfinite(value), value, mean)
