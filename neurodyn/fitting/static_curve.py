"""The quasi-static curve of a device as numbers: ln V and ln I along it, and their derivatives.

Never parametrised by the voltage, of which an S-shaped curve is no function, but by the inner state
of the device (a temperature, the power of a core): closed forms where the model has them, one
scalar root for each point where it has not. All derivatives are exact, from the symbolic source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.errors import InputError
from neurodyn.model import Model, Quantity
from neurodyn.model.quantities import symbol

DIRECTION = "delta"
"""The memory of a device with hysteresis: 1 on the way up, -1 on the way down."""

_GRID = 240  # points at which the nearest part of the curve is looked for
_COLD, _HOT = 1e-7, 1e4  # of (z - origin) / origin
_LN_V = symbol("ln_V")
_NEWTONS = 80


@dataclass(frozen=True, eq=False)
class StaticCurve:
    """V and I of a device at rest, along its inner state.

    A device with hysteresis has two: those of its major loop, by the direction of the sweep.

    Parameters
    ----------
    model : Model
        Current-driven.
    names : tuple of str
        Parameters by whose logarithm the curve is differentiated.
    """

    model: Model
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        model = self.model
        known = model.equilibria is not None or self.has_branches
        if "I_device" not in {o.name for o in model.outputs} or "I_s" not in model.input_names:
            raise InputError(
                f"{model.name!r} has no current source I_s and output I_device; expected a "
                "current-driven device to fit an I-V curve with"
            )
        if not known or len(model.states) != 2 + len(self._memory):
            raise InputError(
                f"the quasi-static curve of {model.name!r} is not known along one inner state; "
                "expected a device whose equilibria are, or one with hysteresis in a temperature"
            )

    @property
    def has_branches(self) -> bool:
        """Whether the curve depends on the direction of the sweep."""
        return self.model.switch is not None and DIRECTION in self.model.state_names

    @property
    def _memory(self) -> tuple[str, ...]:
        return tuple(self.model.switch.reset) if self.model.switch is not None else ()

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameter vector: the model's, and the direction of the sweep."""
        return (*self.model.parameter_names, *((DIRECTION,) if self.has_branches else ()))

    @property
    def parameter_values(self) -> Array:
        """The parameter vector of the model, on the way up."""
        return np.append(self.model.p, 1.0) if self.has_branches else self.model.p.copy()

    @cached_property
    def coordinate(self) -> str:
        """The inner state."""
        others = {"V", *self._memory}
        return next(name for name in self.model.state_names if name not in others)

    # ------------------------------------------------------------------ coordinate

    @cached_property
    def origin(self) -> str | float:
        """The parameter or the number where the inner state starts."""
        if self.model.equilibria is not None:
            return self.model.equilibria.origin
        state = self.model.quantity(self.coordinate)
        assert isinstance(state, Quantity)
        return state.default

    def _start(self, p: Array) -> float:
        if isinstance(self.origin, str):
            return float(p[self.parameter_names.index(self.origin)])
        return self.origin

    def inner(self, u: Array, p: Array) -> Array:
        """Return the inner state z for the coordinate u = ln(z - origin)."""
        return self._start(p) + np.exp(u)

    def grid(self, p: Array, low: float = _COLD, high: float = _HOT, n: int = _GRID) -> Array:
        """Return n places u, between two multiples of the origin: the whole curve by default."""
        return np.log(self._start(p) or 1.0) + np.linspace(np.log(low), np.log(high), n)

    # ------------------------------------------------------------------ symbolic

    @cached_property
    def _source(self) -> tuple[tuple[sympy.Expr, ...], sympy.Expr | None]:
        """ln V and ln I, and what vanishes at rest where V is not explicit in the inner state."""
        model, form, V = self.model, self.model.equilibria, symbol("V")
        if form is not None:
            voltage, current, balance = form.states["V"], form.input_value, form.condition
        else:
            held = self._on_the_major_loop()
            output = next(o for o in model.outputs if o.name == "I_device")
            rate = model.rhs[model.state_names.index(self.coordinate)]
            current, balance = output.expression.subs(held), rate.subs(held)
            voltage, square = V, sympy.diff(balance, V, 2) / 2
            if not square.has(V) and not sympy.diff(balance, V).subs(V, 0):
                # heating by V^2/R(T) alone: V is explicit after all
                voltage, balance = sympy.sqrt(-balance.subs(V, 0) / square), None
                current = current.subs(V, voltage)
        terminal = [o.expression for o in model.outputs if o.name == "V_terminal"]
        if terminal:
            voltage = terminal[0].subs({V: voltage, symbol("I_s"): current}, simultaneous=True)
        points = sympy.log(voltage), sympy.log(current)
        if balance is None:
            return points, None
        implicit = {V: sympy.exp(_LN_V)}
        points = tuple(_LN_V if point == sympy.log(V) else point.subs(implicit) for point in points)
        return points, balance.subs(implicit)

    def _on_the_major_loop(self) -> dict[sympy.Symbol, sympy.Expr]:
        """Return where the memory stands before the first reversal, the direction left free."""
        found = {}
        for name in self._memory:
            state = self.model.quantity(name)
            assert isinstance(state, Quantity)
            start = state.default
            if name != DIRECTION:
                found[symbol(name)] = symbol(start) if isinstance(start, str) else start
        return found

    def _function(self, expressions: Sequence[sympy.Expr]):
        groups = [("z", (self.coordinate,)), ("p", self.parameter_names)]
        if self._source[1] is not None:
            groups.insert(0, ("v", (str(_LN_V),)))
        return expression_function(expressions, groups, self.model.constant_values)

    @cached_property
    def _along(self):
        """ln V, ln I and their derivatives along the inner state."""
        return self._function([*self._source[0], *_slopes(*self._source, self.coordinate)])

    @cached_property
    def _sideways(self):
        """Derivatives of ln V and ln I by the logarithm of each parameter, at one inner state."""
        return self._function(
            [symbol(n) * slope for n in self.names for slope in _slopes(*self._source, n)]
        )

    @cached_property
    def _root(self):
        balance = self._source[1]
        assert balance is not None
        return self._function([balance, sympy.diff(balance, _LN_V)])

    # ------------------------------------------------------------------ numeric

    def _arguments(self, z: Array, p: Array, near: Array | None) -> tuple:
        if self._source[1] is None:
            return (z,), p
        scale = self.model.scales[self.model.state_names.index("V")]
        ln_V = np.full(z.shape, np.log(scale)) if near is None else near
        # the balance grows with V, so a Newton step that is cut to a factor of e finds the one root
        for _ in range(_NEWTONS):
            rate, slope = self._root((ln_V,), (z,), p)
            move = np.clip(-rate / slope, -1.0, 1.0)
            ln_V = ln_V + move
            if not np.nanmax(np.abs(move), initial=0.0) > 1e-8:
                break  # the error left is of the order of its square
        return (ln_V,), (z,), p

    def along(self, u: Array, p: Array, series: float = 0.0, near: Array | None = None) -> Array:
        """Return ln V, ln I and their derivatives by u, (4, n).

        Parameters
        ----------
        u : (n,) float
        p : (n_parameters,) float
        series : float
            Resistance in series with the device, included in V [ohm].
        near : (n,) float, optional
            Where ln V is looked for if it is not explicit.
        """
        values = self._along(*self._arguments(self.inner(u, p), p, near))
        values[2:] *= np.exp(u)
        if series:
            share, total = _series_share(values, series)
            values[2] += share * (values[3] - values[2])
            values[0] = total
        return values

    def sideways(
        self, u: Array, p: Array, series: float = 0.0, near: Array | None = None
    ) -> tuple[Array, Array]:
        """Return d(ln V, ln I)/d(ln parameter), (k, 2, n), and d(ln V)/d(series), (n,)."""
        arguments = self._arguments(self.inner(u, p), p, near)
        by = self._sideways(*arguments).reshape(len(self.names), 2, -1)
        values = self._along(*arguments)
        share, total = _series_share(values, series)
        by[:, 0] += share * (by[:, 1] - by[:, 0])
        return by, np.exp(values[1] - total)


def _series_share(values: Array, series: float) -> tuple[Array, Array]:
    """Return the share of the series resistance in the voltage, and ln of the whole voltage."""
    drop = series * np.exp(values[1])
    voltage = np.exp(values[0]) + drop
    return drop / voltage, np.log(voltage)


@lru_cache(maxsize=512)
def _slopes(
    points: tuple[sympy.Expr, ...], balance: sympy.Expr | None, name: str
) -> tuple[sympy.Expr, ...]:
    """Differentiate ln V and ln I by a name; along the balance, where V is implicit in it.

    There d ln V = - (d balance / d name) / (d balance / d ln V) d name.
    """
    by = symbol(name)
    if balance is None:
        return tuple(sympy.diff(point, by) for point in points)
    moved = -sympy.diff(balance, by) / sympy.diff(balance, _LN_V)
    return tuple(sympy.diff(point, by) + sympy.diff(point, _LN_V) * moved for point in points)
