"""Symbolic source of the quasi-static curve: what a device is at rest, as a function of one state.

Closed forms where the model has them; where the voltage is implicit, the equation that it solves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import sympy

from neurodyn.codegen.memory import kept_by_equations
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.model.quantities import symbol

DIRECTION = "delta"
"""The memory of a device with hysteresis: 1 on the way up, -1 on the way down."""


@dataclass(frozen=True)
class CurveSource:
    """Symbolic curve: expressions of the inner state, and of ln(unknown) where one is implicit.

    Parameters
    ----------
    coordinate : str
        The inner state.
    origin : str or float
        The parameter or the number where it starts.
    states : tuple of (name, sympy expression)
    input_name : str
    input : sympy expression
    V : sympy expression
        The voltage across the device.
    ln_V, ln_I : sympy expression
        What is measured: the voltage at the terminals, the current.
    ln_unknown : sympy symbol or None
        Logarithm of a state that is not explicit.
    balance : sympy expression or None
        Vanishes where that state is at rest, and grows with it.
    """

    coordinate: str
    origin: str | float
    states: tuple[tuple[str, sympy.Expr], ...]
    input_name: str
    input: sympy.Expr
    V: sympy.Expr
    ln_V: sympy.Expr
    ln_I: sympy.Expr
    ln_unknown: sympy.Symbol | None
    balance: sympy.Expr | None

    @cached_property
    def points(self) -> tuple[sympy.Expr, sympy.Expr]:
        """ln V and ln I."""
        return self.ln_V, self.ln_I

    @cached_property
    def at_rest(self) -> tuple[sympy.Expr, ...]:
        """States, then the input."""
        return (*(expression for _, expression in self.states), self.input)

    @cached_property
    def along(self) -> tuple[sympy.Expr, ...]:
        """ln V, ln I and their derivatives by the inner state."""
        return (*self.points, *self.slopes(self.points, self.coordinate))

    @cached_property
    def root(self) -> tuple[sympy.Expr, sympy.Expr]:
        """The balance and its slope in the logarithm of the unknown."""
        return self.balance, sympy.diff(self.balance, self.ln_unknown)

    def by_parameters(self, names: tuple[str, ...]) -> tuple[sympy.Expr, ...]:
        """Return the derivatives of ln V and ln I by the logarithm of each parameter."""
        return _by_parameters(self, names)

    def slopes(self, expressions: Sequence[sympy.Expr], name: str) -> tuple[sympy.Expr, ...]:
        """Differentiate by a name; along the balance, where a state is implicit in it.

        There d ln y = - (d balance / d name) / (d balance / d ln y) d name.
        """
        return _slopes(tuple(expressions), self.ln_unknown, self.balance, name)


def curve_source(model: Model) -> CurveSource:
    """Return the symbolic curve of a model, made once for the same equations.

    Raises
    ------
    InputError
        If where the model rests is not known along one inner state.
    """
    form = model.equilibria
    if form is not None:
        refuse_memory(model)
        return _explicit(
            model,
            form.coordinate,
            form.origin,
            tuple(form.states.items()),
            form.input_name,
            form.input_value,
            form.unknown,
            form.condition,
        )
    if not has_branches(model):
        refuse_memory(model)
        raise InputError(
            f"the equilibria of {model.name!r} are not known in closed form; "
            "use continue_equilibria, which follows them numerically"
        )
    return _major_loop(model, tuple(state.default for state in model.states))


def has_branches(model: Model) -> bool:
    """Say whether the curve of a model depends on the direction of the sweep."""
    return model.switch is not None and DIRECTION in model.state_names


def refuse_memory(model: Model) -> None:
    """Raise InputError if where a model rests depends on where it has been."""
    if model.switch is not None:
        raise InputError(
            f"{model.name!r} has a memory ({model.switch.meaning}), so where it rests depends on "
            "where it has been; sweep it slowly by nd.solve"
        )


@kept_by_equations(64)
def _explicit(
    model: Model,
    coordinate: str,
    origin: str | float,
    states: tuple[tuple[str, sympy.Expr], ...],
    input_name: str,
    driven: sympy.Expr,
    unknown: str,
    balance: sympy.Expr | None,
) -> CurveSource:
    """Return the curve of a model whose equilibria are known, one state perhaps by a root."""
    at_rest = dict(states)
    held = {**at_rest, input_name: driven}
    current = driven if input_name == "I_s" else _observed(model, "I_device", held)
    return _source(
        model, coordinate, origin, at_rest, input_name, driven, current, unknown, balance
    )


@kept_by_equations(64)
def _major_loop(model: Model, starts: tuple[str | float, ...]) -> CurveSource:
    """Return the curve of a device with hysteresis before its first reversal.

    Its memory stands where it starts, the direction of the sweep left free.
    """
    V, memory = symbol("V"), tuple(model.switch.reset) if model.switch is not None else ()
    held, states = {}, {name: symbol(name) for name in model.state_names}
    for name, start in zip(model.state_names, starts, strict=True):
        if name in memory and name != DIRECTION:
            held[symbol(name)] = symbol(start) if isinstance(start, str) else start
            states[name] = sympy.sympify(held[symbol(name)])
    coordinate = next(name for name in model.state_names if name not in ("V", *memory))
    origin = starts[model.state_names.index(coordinate)]
    rate = model.rhs[model.state_names.index(coordinate)].subs(held)
    current = _observed(model, "I_device", {}).subs(held)
    square = sympy.diff(rate, V, 2) / 2
    unknown, balance = "V", rate
    if not square.has(V) and not sympy.diff(rate, V).subs(V, 0):
        # heating by V^2/R(T) alone: V is explicit after all
        states["V"], unknown, balance = sympy.sqrt(-rate.subs(V, 0) / square), "", None
        current = current.subs(V, states["V"])
    return _source(model, coordinate, origin, states, "I_s", current, current, unknown, balance)


def _source(
    model: Model,
    coordinate: str,
    origin: str | float,
    states: dict[str, sympy.Expr],
    input_name: str,
    driven: sympy.Expr,
    current: sympy.Expr,
    unknown: str,
    balance: sympy.Expr | None,
) -> CurveSource:
    """Write the curve in the logarithms of V and I, and of the unknown if there is one."""
    if "V" in model.state_names:
        across = voltage = states.get("V", symbol("V"))
    else:
        across = voltage = _observed(model, "V_device", {**states, input_name: driven})
    if "V_terminal" in model.observable_names:
        voltage = _observed(model, "V_terminal", {"V": voltage, "I_s": current})
    ln_V, ln_I = sympy.log(voltage), sympy.log(current)
    ln_y = None if balance is None else symbol(f"ln_{unknown}")
    if balance is not None:
        y = symbol(unknown)
        implicit = {y: sympy.exp(ln_y)}
        ln_V, ln_I = (ln_y if x == sympy.log(y) else x.subs(implicit) for x in (ln_V, ln_I))
        states = {name: expression.subs(implicit) for name, expression in states.items()}
        driven, balance = driven.subs(implicit), balance.subs(implicit)
        across = across.subs(implicit)
    return CurveSource(
        coordinate,
        origin,
        tuple(states.items()),
        input_name,
        driven,
        across,
        ln_V,
        ln_I,
        ln_y,
        balance,
    )


def _observed(model: Model, name: str, states: Mapping[str, sympy.Expr]) -> sympy.Expr:
    """Return an output at rest; NaN if the model has none."""
    found = [output.expression for output in model.outputs if output.name == name]
    held = {symbol(state): expression for state, expression in states.items()}
    return found[0].subs(held, simultaneous=True) if found else sympy.nan


@lru_cache(maxsize=512)
def _slopes(
    expressions: tuple[sympy.Expr, ...],
    ln_unknown: sympy.Symbol | None,
    balance: sympy.Expr | None,
    name: str,
) -> tuple[sympy.Expr, ...]:
    by = symbol(name)
    if balance is None:
        return tuple(sympy.diff(expression, by) for expression in expressions)
    moved = -sympy.diff(balance, by) / sympy.diff(balance, ln_unknown)
    return tuple(sympy.diff(x, by) + sympy.diff(x, ln_unknown) * moved for x in expressions)


@lru_cache(maxsize=512)
def _by_parameters(source: CurveSource, names: tuple[str, ...]) -> tuple[sympy.Expr, ...]:
    return tuple(symbol(n) * slope for n in names for slope in source.slopes(source.points, n))
