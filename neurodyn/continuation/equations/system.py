r"""A model with one or two free parameters, as compiled array functions.

.. math:: \dot x = f(x, \lambda), \qquad A = \partial f/\partial x, \qquad
          f_\lambda = \partial f/\partial\lambda

First derivatives are exact (symbolic). All functions broadcast: ``x`` (n, ...), ``lam`` (k, ...).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import load_numba_module
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model, symbol

Parts = tuple[Array, Array, Array]

# how far from a removable singularity (0/0) it is filled in; balances rounding and curvature
_NUDGE_VALUE, _NUDGE_DERIVATIVE = 1e-6, 1e-4
_KERNEL = Path(__file__).with_name("point_kernel.py")


@dataclass(frozen=True)
class System:
    """``f``, ``A`` and ``f_lambda`` as functions of ``(x, lam)``, in chosen units.

    Parameters
    ----------
    n : int
        Number of states.
    evaluate : function
        Points (M, n), parameters (k, 1) or (k, M), and the three units -> f (M, n), A (M, n, n),
        f_lambda (M, n, k).
    states : (n,) float
        Unit of each state.
    parameters : (k,) float
        Unit of each parameter.
    time : float
        Unit of time.
    """

    n: int
    evaluate: Callable[[Array, Array, Array, Array, float], Parts]
    states: Array
    parameters: Array
    time: float = 1.0

    def scaled(self, states: Array, parameters: Array, time: float = 1.0) -> System:
        """Return the same system in the variables x / states, lam / parameters, t / time."""
        return replace(
            self,
            states=self.states * states,
            parameters=self.parameters * parameters,
            time=self.time * time,
        )

    def at_points(self, x: Array, lam: Array) -> Parts:
        """Return f (M, n), A (M, n, n) and f_lambda (M, n, k) at points (M, n); lam (k, 1 or M)."""
        return self.evaluate(x, lam, self.states, self.parameters, self.time)

    def parts(self, x: Array, lam: Array) -> Parts:
        """Return f (n, ...), A (n, n, ...) and f_lambda (n, k, ...)."""
        rest = np.shape(x)[1:]
        points = np.ascontiguousarray(np.reshape(x, (self.n, -1)).T, dtype=float)
        given = np.ascontiguousarray(np.reshape(lam, (len(self.parameters), -1)), dtype=float)
        f, a, b = self.at_points(points, given)
        if not rest:
            return f[0], a[0], b[0]
        return (
            f.T.reshape((self.n, *rest)),
            np.moveaxis(a, 0, -1).reshape((self.n, self.n, *rest)),
            np.moveaxis(b, 0, -1).reshape((self.n, -1, *rest)),
        )

    def rhs(self, x: Array, lam: Array) -> Array:
        """f, (n, ...)."""
        return self.parts(x, lam)[0]

    def jacobian(self, x: Array, lam: Array) -> Array:
        """A, (n, n, ...)."""
        return self.parts(x, lam)[1]

    def by_parameter(self, x: Array, lam: Array) -> Array:
        """f_lambda, (n, k, ...)."""
        return self.parts(x, lam)[2]


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
    n, k = len(model.states), len(names)
    kernel = _compiled(model, names).at_points
    places = np.array([model.parameter_names.index(name) for name in names])
    p, scales = np.array(model.p, float), np.asarray(model.scales, float)

    def raw(x: Array, lam: Array, units: tuple[Array, Array, float]) -> tuple[Parts, bool]:
        f, a, b = np.empty((len(x), n)), np.empty((len(x), n, n)), np.empty((len(x), n, k))
        finite = kernel(x, lam, places, p, *units, f, a, b)
        return (f, a, b), finite

    def evaluate(x: Array, lam: Array, states: Array, parameters: Array, time: float) -> Parts:
        units = states, parameters, time
        (f, a, b), finite = raw(x, lam, units)
        if finite or not np.isfinite(x).all():
            return f, a, b
        # replace 0/0 by the mean of both sides; what is truly infinite stays so
        for nudge, filled in ((_NUDGE_VALUE, (0, 2)), (_NUDGE_DERIVATIVE, (1,))):
            shift = nudge * (np.abs(x) + 1e-3 * scales / states)
            above, below = raw(x + shift, lam, units)[0], raw(x - shift, lam, units)[0]
            for i in filled:
                value = (f, a, b)[i]
                with np.errstate(all="ignore"):
                    value[...] = np.where(np.isfinite(value), value, (above[i] + below[i]) / 2)
        return f, a, b

    return System(n, evaluate, np.ones(n), np.ones(k))


_modules: dict[tuple[str, tuple[str, ...]], ModuleType] = {}


def _compiled(model: Model, names: tuple[str, ...]) -> ModuleType:
    """Return the generated module of a model with its derivatives by the parameters ``names``."""
    key = model.digest, names
    if key not in _modules:
        slopes = [sympy.diff(f, symbol(name)) for f in model.rhs for name in names]
        expressions = [*model.rhs, *model.jacobian, *slopes]
        targets = [f"_out[{i}]" for i in range(len(expressions))]
        _modules[key] = load_numba_module(model, _KERNEL, [("first_order", expressions, targets)])
    return _modules[key]
