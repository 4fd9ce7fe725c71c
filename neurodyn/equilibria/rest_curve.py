"""The closed-form curve of equilibria as numbers: along it, everything is a function of T.

``s = ln((z - z_0) / z_0)`` is the coordinate used for searches, where z is the model's coordinate
(a temperature) and z_0 its origin (the ambient): equal steps in s resolve both ends of the curve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import sympy
from scipy.optimize import brentq

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.errors import InputError
from neurodyn.model import ClosedFormEquilibria, Model
from neurodyn.model.quantities import symbol

# from a millionth of the ambient temperature above it, where V is of the order of a microvolt,
# to ten thousand times the ambient
_S_LOW, _S_HIGH, _N_GRID = np.log(1e-6), np.log(1e4), 3000


@dataclass(frozen=True)
class RestCurve:
    """Numeric functions along the closed-form curve of equilibria of ``model``."""

    model: Model

    @property
    def form(self) -> ClosedFormEquilibria:
        """The symbolic curve."""
        refuse_memory(self.model)
        if self.model.equilibria is None:
            raise InputError(
                f"the equilibria of {self.model.name!r} are not known in closed form; "
                "use continue_equilibria, which follows them numerically"
            )
        return self.model.equilibria

    @property
    def origin(self) -> float:
        """Value of the coordinate where the input is zero."""
        origin = self.form.origin
        return self.model[origin] if isinstance(origin, str) else origin

    def coordinate(self, s: npt.ArrayLike) -> Array:
        """Return z from ``s = ln((z - z_0) / z_0)``; ``s = ln z`` where z_0 is zero."""
        return self.origin + (self.origin or 1.0) * np.exp(s)

    def place(self, z: float) -> float:
        """Return s from z."""
        return float(np.log((z - self.origin) / (self.origin or 1.0)))

    def _function(self, expressions: list[sympy.Expr]) -> Callable[[Array], Array]:
        """Compile expressions of the coordinate, and of the unknown state where there is one."""
        form, p = self.form, self.model.p
        along = (
            (form.coordinate, form.unknown) if form.condition is not None else (form.coordinate,)
        )
        function = expression_function(
            expressions,
            [("z", along), ("p", self.model.parameter_names)],
            self.model.constant_values,
        )
        if form.condition is None:
            return lambda z: function((np.asarray(z, dtype=float),), p)
        return lambda z: function((np.asarray(z, dtype=float), self.unknown(z)), p)

    @cached_property
    def _condition(self) -> Callable[[Array, Array], Array]:
        """The condition and its slope in the logarithm of the unknown, (2, ...)."""
        form, p = self.form, self.model.p
        y = symbol(form.unknown)
        assert form.condition is not None
        function = expression_function(
            [form.condition, y * sympy.diff(form.condition, y)],
            [("z", (form.coordinate, form.unknown)), ("p", self.model.parameter_names)],
            self.model.constant_values,
        )
        return lambda z, y: function((z, y), p)

    def unknown(self, z: npt.ArrayLike) -> Array:
        """Return the unknown state at each coordinate, by Newton's method in its logarithm.

        The condition grows all the way, so a step that is cut to a factor of e finds the one root.
        """
        z = np.asarray(z, dtype=float)
        scale = self.model.scales[self.model.state_names.index(self.form.unknown)]
        u = np.full(z.shape, np.log(scale))
        with np.errstate(all="ignore"):
            for _ in range(100):
                value, slope = self._condition(z, np.exp(u))
                step = np.clip(-value / slope, -1.0, 1.0)
                u = u + step
                if not np.nanmax(np.abs(step), initial=0.0) > 1e-14:
                    break
        return np.exp(u)

    @cached_property
    def _values(self) -> Callable[[Array], Array]:
        form = self.form
        states = [form.states[name] for name in self.model.state_names]
        return self._function([*states, form.input_value])

    def states(self, z: npt.ArrayLike) -> Array:
        """Return the states at rest, (n_states, ...)."""
        return self._values(np.asarray(z))[:-1]

    def input(self, z: npt.ArrayLike) -> Array:
        """Return the input for which the states at z are at rest."""
        return self._values(np.asarray(z))[-1]

    def derivative(self, name: str) -> Callable[[Array], Array]:
        """Return the function d(name)/dz, where ``name`` is a state or the input."""
        form = self.form
        expression = form.input_value if name == form.input_name else form.states[name]
        z = symbol(form.coordinate)
        slope = sympy.diff(expression, z)
        if form.condition is not None:  # and what the unknown changes, by the implicit function
            y = symbol(form.unknown)
            moved = -sympy.diff(form.condition, z) / sympy.diff(form.condition, y)
            slope += sympy.diff(expression, y) * moved
        function = self._function([slope])
        return lambda z: function(z)[0]

    def extrema(self, name: str) -> list[float]:
        """Return the places s, in order, where d(name)/dz changes sign, to rounding."""
        slope = self.derivative(name)
        grid = np.linspace(_S_LOW, _S_HIGH, _N_GRID)
        return sign_changes(lambda s: slope(self.coordinate(s)), grid)

    def where_input_is(self, value: float) -> list[float]:
        """Return every coordinate z at which the equilibrium belongs to this input.

        The curve is cut at the extrema of the input into monotone pieces, so none is missed.
        """
        if value == 0:
            return [self.origin]
        cuts = self.extrema(self.form.input_name)
        edges = np.array([_S_LOW, *cuts, _S_HIGH])
        difference = lambda s: self.input(self.coordinate(s)) - value  # noqa: E731
        return [float(self.coordinate(s)) for s in sign_changes(difference, edges)]


def refuse_memory(model: Model) -> None:
    """Raise InputError if where a model rests depends on where it has been."""
    if model.switch is not None:
        raise InputError(
            f"{model.name!r} has a memory ({model.switch.meaning}), so where it rests depends on "
            "where it has been; sweep it slowly by nd.solve"
        )


def sign_changes(function: Callable[[Array], Array], grid: Array) -> list[float]:
    """Return the roots of a function between grid points of opposite sign, to rounding."""
    values = function(grid)
    found = []
    for i in np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0):
        found.append(brentq(lambda s: float(function(s)), grid[i], grid[i + 1], xtol=1e-15))
    return [float(root) for root in found]
