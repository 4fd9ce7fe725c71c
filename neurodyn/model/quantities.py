"""The nouns that a model is made of: quantities, outputs and the spike event."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Integral, Real

import sympy

from neurodyn.arguments import finite, shown
from neurodyn.errors import InputError, unknown_name

_RESERVED = (
    "math",
    "numpy",
    "scipy",
    "jax",
    "functools",
    "abs",
    "max",
    "min",
)  # generated code calls these


def symbol(name: str) -> sympy.Symbol:
    """Return the real sympy symbol that stands for ``name`` in every neurodyn expression."""
    return sympy.Symbol(name, real=True)


@dataclass(frozen=True)
class Quantity:
    """A state, parameter or input: a name with a unit, a default, a typical size and bounds.

    Parameters
    ----------
    name : str
        ASCII name, the keyword by which a user sets it.
    default : float or str
        Value in ``unit``; for a state, where it starts. A string names the parameter whose value
        is taken (a temperature starts at ``"T_amb"``).
    unit : str
        E.g. ``"J/K"``; ``"1"`` for a pure number.
    scale : float
        Typical size in ``unit``: tolerances, Newton steps and continuation use value / scale.
    bounds : tuple of float
        Open interval of values that make sense physically.
    meaning : str
        One line in plain words.
    """

    name: str
    default: float | str
    unit: str = "1"
    scale: float = 1.0
    bounds: tuple[float, float] = (-math.inf, math.inf)
    meaning: str = ""

    def __post_init__(self) -> None:
        legal = self.name.isidentifier() and self.name.isascii() and self.name[0] != "_"
        if not legal or self.name in _RESERVED:
            raise InputError(
                f"a quantity is named {self.name!r}; expected an ASCII identifier that does not "
                f"begin with '_' and is none of {', '.join(_RESERVED)}"
            )
        if not (self.scale > 0 and math.isfinite(self.scale)):
            raise InputError(
                f"{self.name} has the scale {self.scale!r}; expected a positive number"
            )

    @property
    def symbol(self) -> sympy.Symbol:
        """The sympy symbol of this quantity."""
        return symbol(self.name)

    def validated(self, value: object) -> float:
        """Return ``value`` as a float if it is finite and inside the bounds.

        Raises
        ------
        InputError
            Naming the bound that is broken, or what is not a number.
        """
        number = finite(self.name, value, self.unit)
        low, high = self.bounds
        if number <= low:
            raise InputError(
                f"{self.name} is {number:g} {self.unit}; expected more than {low:g} {self.unit}"
            )
        if number >= high:
            raise InputError(
                f"{self.name} is {number:g} {self.unit}; expected less than {high:g} {self.unit}"
            )
        return number


@dataclass(frozen=True)
class Output:
    """Something that can be read off a model: an expression with a unit.

    Three names carry a meaning that measures rely on: ``I_device`` (current through the device),
    ``P_device`` (power turned to heat in the device) and ``P_source`` (power the source delivers).
    """

    name: str
    expression: sympy.Expr
    unit: str = "1"
    meaning: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", as_expression(self.expression, self.name))


@dataclass(frozen=True)
class SpikeEvent:
    """What counts as a spike: ``expression`` rises through zero.

    Parameters
    ----------
    expression : sympy expression
        Of states, parameters and inputs; a spike is where it comes from below zero to zero or
        above. A run that starts at zero has not come from below: that is no spike.
    observable : str
        Name of the state or output whose peak and width describe the spike.
    meaning : str
        One line in plain words.
    reset : mapping from state name to sympy expression
        What a state jumps to at the spike, of the state just before it (integrate-and-fire
        models). Empty where the flow is continuous.

    Examples
    --------
    >>> import neurodyn as nd
    >>> lif = nd.Model.from_equations(["V"], {"I": 2.0}, ["I - V"], spike="V - 1", reset={"V": 0})
    >>> nd.solve(lif, 3.0).spike_times.round(6).tolist()      # ln 2, 2 ln 2, ...
    [0.693147, 1.386294, 2.079442, 2.772589]
    """

    expression: sympy.Expr
    observable: str
    meaning: str = ""
    reset: Mapping[str, sympy.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event = as_expression(self.expression, "the spike event")
        object.__setattr__(self, "expression", event)
        object.__setattr__(self, "reset", _expressions(self.reset))

    def check_reset(self, states: Sequence[str], inputs: Sequence[str]) -> None:
        """Raise InputError if the reset sets what is no state, or waits for a stimulus to jump."""
        if self.reset:
            _check_jump("spike event", self.expression, self.reset, states, inputs)


@dataclass(frozen=True)
class Switch:
    """What makes the state jump though it is no spike: the memory of a device with hysteresis.

    States that only a switch changes have the equation ``d/dt = 0``; they remember the branch that
    the device is on, and where it turned.

    Parameters
    ----------
    expression : sympy expression
        Of states and parameters; the state jumps where it rises through zero, and the jump must
        take it below.
    reset : mapping from state name to sympy expression
        What a state jumps to, of the state just before.
    meaning : str
        One line in plain words.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.comparator().switch.meaning
    'The device turns metallic above V_on and insulating below V_off.'
    """

    expression: sympy.Expr
    reset: Mapping[str, sympy.Expr]
    meaning: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", as_expression(self.expression, "the switch"))
        object.__setattr__(self, "reset", _expressions(self.reset))

    def check_reset(self, states: Sequence[str], inputs: Sequence[str]) -> None:
        """Raise InputError if the reset sets what is no state, or waits for a stimulus to jump."""
        _check_jump("switch", self.expression, self.reset, states, inputs)


def _expressions(reset: Mapping[str, sympy.Expr]) -> dict[str, sympy.Expr]:
    return {name: as_expression(value, f"the reset of {name}") for name, value in reset.items()}


def as_expression(value: object, label: str) -> sympy.Expr:
    """Return a number or a sympy expression as the latter, in the symbols of neurodyn.

    A plain ``sympy.Symbol("C")`` is the quantity of that name, like the real one.

    Text is refused: sympy would run it as Python. What is text goes through ``parse_equation``.

    Raises
    ------
    InputError
        For anything else, and for a number that is not finite.
    """
    if isinstance(value, sympy.Expr):
        if (known := _in_own_symbols(value)) is None:
            raise InputError(f"{label} = {shown(value)} is not finite and real")
        return known
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(float(value)):
        return sympy.Integer(value) if isinstance(value, Integral) else sympy.Float(value)
    text = "; Model.from_equations reads equations from text" if isinstance(value, str) else ""
    raise InputError(
        f"{label} is {shown(value)}; expected a finite number or a sympy expression{text}"
    )


@lru_cache(maxsize=4096)  # a fit makes hundreds of copies of a model
def _in_own_symbols(value: sympy.Expr) -> sympy.Expr | None:
    """Return an expression of real symbols; None if it is not finite and real."""
    if value.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        return None
    return value.xreplace({s: symbol(s.name) for s in value.free_symbols})


def _check_jump(
    kind: str,
    expression: sympy.Expr,
    reset: Mapping[str, sympy.Expr],
    states: Sequence[str],
    inputs: Sequence[str],
) -> None:
    for name in reset:
        if name not in states:
            raise unknown_name("state to reset", name, states)
    driven = sorted({str(s) for s in expression.free_symbols} & set(inputs))
    if driven:
        raise InputError(
            f"the {kind} {expression} resets the state and contains the input "
            f"{driven[0]!r}, which may jump; expected states and parameters only"
        )
