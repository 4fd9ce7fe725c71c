r"""Quasi-static curve of a device: states, input, V and I at rest as functions of its inner state.

Never parametrised by the voltage, of which an S-shaped curve is no function, nor by the input, but
by the inner state z of the device (a temperature, the power of a core): closed forms where the
model has them, one scalar root for each point where it has not. A place on the curve is

.. math:: u = \ln(z - z_0),

z_0 being the inner state without input (the ambient temperature): equal steps in u resolve both
ends. All derivatives are exact, from the one symbolic source; nothing compiled is kept on the
object, so that curves can be pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from scipy.optimize import brentq

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.equilibria.curve_source import DIRECTION, CurveSource, curve_source, has_branches
from neurodyn.equilibria.terminals import BARE, Terminals
from neurodyn.errors import InputError
from neurodyn.model import Model

_GRID = 240  # points that show every fold of a curve that lies between the next two
_COLD, _HOT = 1e-7, 1e4  # of (z - origin) / origin
# where folds are sought: from a millionth of the ambient temperature above it, where V is of the
# order of a microvolt
_FOLDS_FROM, _FOLDS = 1e-6, 3000
_NEWTONS = 80


@dataclass(frozen=True, eq=False)
class StaticCurve:
    """Quasi-static curve of a model as numbers.

    A device with hysteresis has two: those of its major loop, by the direction of the sweep.

    Parameters
    ----------
    model : Model
    names : tuple of str
        Parameters by whose logarithm the curve is differentiated.

    Raises
    ------
    InputError
        On first use, if where the model rests is not known along one inner state.
    """

    model: Model
    names: tuple[str, ...] = ()

    @cached_property
    def source(self) -> CurveSource:
        """The symbolic curve."""
        return curve_source(self.model)

    @property
    def has_branches(self) -> bool:
        """Whether the curve depends on the direction of the sweep."""
        return has_branches(self.model)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameter vector: the model's, and the direction of the sweep."""
        return (*self.model.parameter_names, *((DIRECTION,) if self.has_branches else ()))

    @property
    def parameter_values(self) -> Array:
        """The parameter vector of the model, on the way up."""
        return np.append(self.model.p, 1.0) if self.has_branches else self.model.p.copy()

    # ------------------------------------------------------------------ places

    def origin(self, p: Array | None = None) -> float:
        """Return the inner state where the input is zero."""
        origin = self.source.origin
        if not isinstance(origin, str):
            return origin
        if p is None:
            return self.model[origin]
        return float(p[self.parameter_names.index(origin)])

    def inner(self, u: Array, p: Array | None = None) -> Array:
        """Return the inner state z for the place u = ln(z - origin)."""
        return self.origin(p) + np.exp(u)

    def grid(
        self, p: Array | None = None, low: float = _COLD, high: float = _HOT, n: int = _GRID
    ) -> Array:
        """Return n places u, between two multiples of the origin: the whole curve by default."""
        return np.log(self.origin(p) or 1.0) + np.linspace(np.log(low), np.log(high), n)

    # ------------------------------------------------------------------ values

    def _evaluate(self, expressions: Sequence[sympy.Expr], arguments: tuple[Any, ...]) -> Array:
        groups = [("z", (self.source.coordinate,)), ("p", self.parameter_names)]
        if self.source.ln_unknown is not None:
            groups.insert(0, ("v", (str(self.source.ln_unknown),)))
        return expression_function(expressions, groups, self.model.constant_values)(*arguments)

    def _arguments(self, u: Array, p: Array | None, near: Array | None = None) -> tuple[Any, ...]:
        """Return what the generated functions take: the unknown if there is one, z, parameters."""
        source = self.source
        p = self.parameter_values if p is None else p
        z = self.inner(np.asarray(u, dtype=float), p)
        if source.balance is None:
            return (z,), p
        name = str(source.ln_unknown).removeprefix("ln_")
        scale = self.model.scales[self.model.state_names.index(name)]
        ln_y = np.full(z.shape, np.log(scale)) if near is None else near
        # the balance grows with y, so a Newton step that is cut to a factor of e finds the one root
        for _ in range(_NEWTONS):
            rate, slope = self._evaluate(source.root, ((ln_y,), (z,), p))
            with np.errstate(all="ignore"):
                move = np.clip(-rate / slope, -1.0, 1.0)
            ln_y = ln_y + move
            if not np.nanmax(np.abs(move), initial=0.0) > 1e-8:
                break  # the error left is of the order of its square
        return (ln_y,), (z,), p

    def values_and_slopes(
        self,
        u: Array,
        p: Array | None = None,
        terminals: Terminals = BARE,
        near: Array | None = None,
    ) -> Array:
        """Return ln V, ln I and their derivatives by u, (4, n).

        Parameters
        ----------
        u : (n,) float
        p : (n_parameters,) float, optional
            The model's by default.
        terminals : Terminals
            What lies between the device and the readings of V and I.
        near : (n,) float, optional
            Where the logarithm of an unknown state is looked for.
        """
        values = self._evaluate(self.source.along, self._arguments(u, p, near))
        values[2:] *= np.exp(u)
        return terminals.shown(values)

    def by_parameters(
        self,
        u: Array,
        p: Array | None = None,
        terminals: Terminals = BARE,
        near: Array | None = None,
    ) -> tuple[Array, Array]:
        """Return d(ln V, ln I) by ln(parameter), (k, 2, n), and by the terminals, (4, 2, n).

        The inner state z is held, not u.
        """
        arguments = self._arguments(u, p, near)
        slopes = self.source.by_parameters(self.names)
        by = self._evaluate(slopes, arguments).reshape(len(self.names), 2, -1)
        values = self._evaluate(self.source.points, arguments)
        return terminals.shown_slopes(values, by), terminals.slopes(values)

    def at_rest(self, u: Array) -> tuple[Array, Array]:
        """Return the states (n_states, n) at places u, and the input (n,) that holds them there."""
        values = self._evaluate(self.source.at_rest, self._arguments(u, None))
        order = [name for name, _ in self.source.states]
        return values[[order.index(name) for name in self.model.state_names]], values[-1]

    def current(self, u: Array) -> Array:
        """Return the current at places u, (n,)."""
        return np.exp(self._evaluate((self.source.ln_I,), self._arguments(u, None))[0])

    def voltage(self, u: Array) -> Array:
        """Return the voltage across the device at places u, (n,)."""
        return self._evaluate((self.source.V,), self._arguments(u, None))[0]

    def slope(self, name: str, u: Array) -> Array:
        """Return d(name)/dz, where ``name`` is a state, the input, or V of the device."""
        source = self.source
        expressions = {"V": source.V, **dict(source.states), source.input_name: source.input}
        slopes = source.slopes((expressions[name],), source.coordinate)
        return self._evaluate(slopes, self._arguments(u, None))[0]

    def places(
        self,
        row: int,
        wanted: Array,
        near: tuple[Array, Array],
        p: Array,
        terminals: Terminals = BARE,
    ) -> Array:
        """Return where ln V (row 0) or ln I (row 1) has given values, by Newton inside brackets.

        Parameters
        ----------
        row : {0, 1}
        wanted : (n,) float
        near : (low, high), (n,) each
            Places between which the quantity passes the value.
        """
        low, high = near
        u = 0.5 * (low + high)
        rising = self.values_and_slopes(low, p, terminals)[row] < wanted
        for _ in range(_NEWTONS):
            values = self.values_and_slopes(u, p, terminals)
            off = wanted - values[row]
            before = (off > 0) == rising
            low, high = np.where(before, u, low), np.where(before, high, u)
            with np.errstate(all="ignore"):
                newton = u + off / values[2 + row]
            inside = (newton >= low) & (newton <= high)
            move = np.where(inside, newton, 0.5 * (low + high)) - u
            u = u + move
            if not np.abs(move).max(initial=0.0) > 1e-12:
                break
        return u

    # ------------------------------------------------------------------ landmarks

    def extrema(self, name: str) -> list[float]:
        """Return the places u, in order, where d(name)/dz changes sign, to rounding."""
        return sign_changes(
            lambda u: self.slope(name, u), self.grid(None, _FOLDS_FROM, _HOT, _FOLDS)
        )

    def folds(self, p: Array, terminals: Terminals = BARE) -> list[float]:
        """Return the places u, in order, where the shown voltage turns."""
        grid = self.grid(p)
        values = self.values_and_slopes(grid, p, terminals)
        usable = np.isfinite(values).all(axis=0)
        return sign_changes(
            lambda u: self.values_and_slopes(u, p, terminals)[2], grid[usable], values[2, usable]
        )

    def where_input_is(self, value: float) -> list[float]:
        """Return every place u at which the equilibrium belongs to this input.

        The curve is cut at the extrema of the input into monotone pieces, so none is missed. At
        zero input that is minus infinity: the origin.
        """
        if value == 0:
            return [-np.inf]
        ends = self.grid(None, _FOLDS_FROM, _HOT, 2)
        cuts = np.array([ends[0], *self.extrema(self.source.input_name), ends[1]])
        return sign_changes(lambda u: self.at_rest(u)[1] - value, cuts)

    def where_current_is(self, value: float) -> list[float]:
        """Return the places u, in order, at which the device carries a current.

        Raises
        ------
        InputError
            If there is none.
        """
        grid = self.grid(None, 1e-12, _HOT, 400)
        found = sign_changes(lambda u: np.log(self.current(u) / value), grid)
        if not found:
            raise InputError(
                f"no rest state of {self.model.name!r} carries a current of {value:g} A"
            )
        return found


def sign_changes(
    function: Callable[[Array], Array], grid: Array, values: Array | None = None
) -> list[float]:
    """Return the roots of a function between grid points of opposite sign, to rounding.

    One after the other: scipy's vectorised bracketing costs forty times as much for the one to
    three roots that a curve has.
    """
    values = function(grid) if values is None else values
    found = []
    for i in np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0):
        found.append(
            brentq(lambda u: float(function(np.array([u]))[0]), grid[i], grid[i + 1], xtol=1e-15)
        )
    return [float(root) for root in found]
