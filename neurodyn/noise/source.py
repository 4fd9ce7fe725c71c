"""What every noise source has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import sympy

from neurodyn.errors import InputError
from neurodyn.model import Model, Quantity


@dataclass(frozen=True)
class Contribution:
    """What one source adds to a model.

    Parameters
    ----------
    parameters, constants, states : tuple of Quantity
    rhs : tuple of sympy expressions
        Of the added states.
    shift : mapping from input name to sympy expression
        Added to the input wherever it stands.
    column : mapping from state name to sympy expression
        Diffusion of each state for the one Wiener process of this source; empty without one.
    jitter : mapping from parameter name to float
        Relative standard deviation, from cycle to cycle.
    """

    parameters: tuple[Quantity, ...] = ()
    constants: tuple[Quantity, ...] = ()
    states: tuple[Quantity, ...] = ()
    rhs: tuple[sympy.Expr, ...] = ()
    shift: Mapping[str, sympy.Expr] = field(default_factory=dict)
    column: Mapping[str, sympy.Expr] = field(default_factory=dict)
    jitter: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class NoiseSource(Protocol):
    """Something that fluctuates; made by the functions of ``nd.noise``."""

    def contribution(self, model: Model, suffix: str, /) -> Contribution:
        """Return what the source adds to ``model``; ``suffix`` keeps names of two alike apart."""
        ...


def per_root_frequency(unit: str, time_unit: str) -> str:
    """Return ``unit`` per root of a frequency."""
    if time_unit == "1":
        return unit
    return f"{unit}/Hz^0.5" if time_unit == "s" else f"{unit}*{time_unit}^0.5"


def per_root_time(unit: str, time_unit: str) -> str:
    """Return ``unit`` per root of a time."""
    return unit if time_unit == "1" else f"{unit}/{time_unit}^0.5"


def through_input(model: Model, quantity: Quantity, what: str) -> dict[str, sympy.Expr]:
    """Return d rhs / d input for each state that the input drives.

    Raises
    ------
    InputError
        If no state is driven, or one is driven nonlinearly: white noise has no square.
    """
    gains: dict[str, sympy.Expr] = {}
    for state, expression in zip(model.states, model.rhs, strict=True):
        gain = sympy.diff(expression, quantity.symbol)
        if quantity.symbol in gain.free_symbols:
            raise InputError(
                f"{what}: {quantity.name} enters d{state.name}/dt nonlinearly, where white noise "
                "has no meaning; expected nd.noise.ornstein_uhlenbeck_current(sd, correlation_time)"
            )
        if gain != 0:
            gains[state.name] = gain
    if not gains:
        raise InputError(f"{what}: the input {quantity.name} of {model.name} drives no state")
    return gains
