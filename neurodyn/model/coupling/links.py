"""A coupling between members: what it joins, its parameter, and the currents in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from neurodyn.errors import InputError, unknown_name
from neurodyn.model.coupling.couplings import Analogue, Capacitor, Ends, Resistor
from neurodyn.model.coupling.members import Member, member_of
from neurodyn.model.inputs import current_input
from neurodyn.model.quantities import Output, Quantity
from neurodyn.model.units import parse_unit, quotient

_POSITIVE = (0.0, math.inf)


@dataclass(frozen=True)
class End:
    """One end of a coupling: a state of a member, and the input that a current goes into."""

    member: Member
    state: Quantity
    into: Quantity

    @property
    def voltage(self) -> sympy.Expr:
        """The state, in the symbols of the joint model."""
        return self.member.own(self.state.symbol)

    @property
    def place(self) -> tuple[str, str]:
        """Member and state."""
        return self.member.tag, self.state.name


@dataclass(frozen=True)
class Joint:
    """A resistor or capacitor between two ends."""

    parameter: Quantity
    ends: tuple[End, End]
    capacitive: bool

    def current(self, rates: Mapping[tuple[str, str], sympy.Expr]) -> sympy.Expr:
        """Return the current from the first end to the second."""
        a, b = self.ends
        if self.capacitive:
            return self.parameter.symbol * (rates[a.place] - rates[b.place])
        return (a.voltage - b.voltage) / self.parameter.symbol

    def output(self, rates: Mapping[tuple[str, str], sympy.Expr]) -> Output:
        """Return that current as an output."""
        a, b = (end.member.tag for end in self.ends)
        name = f"I_{'C' if self.capacitive else 'R'}_{a}_{b}"
        unit = self.ends[0].into.unit
        return Output(name, self.current(rates), unit, f"current from {a} to {b}")


@dataclass(frozen=True)
class Feed:
    """What an analogue coupling sends into an input."""

    parameter: Quantity
    target: Member
    into: Quantity
    signal: sympy.Expr


def joint(coupling: Resistor | Capacitor, parts: Mapping[str, Member]) -> Joint:
    """Return what a resistor or capacitor joins.

    Raises
    ------
    InputError
        If the two ends do not fit together.
    """
    kind = type(coupling).__name__
    into = (None, None) if coupling.into is None else _two(coupling.into)
    a, b = (
        _end(member_of(parts, tag), state, name, kind)
        for tag, state, name in zip(
            (coupling.a, coupling.b), _two(coupling.state), into, strict=True
        )
    )
    for one, other in ((a.state, b.state), (a.into, b.into)):
        if not parse_unit(one.unit).same_as(parse_unit(other.unit)):
            raise InputError(
                f"a {kind} joins {one.name} of {coupling.a!r} [{one.unit}] to {other.name} of "
                f"{coupling.b!r} [{other.unit}]; expected one unit"
            )
    if isinstance(coupling, Resistor):
        letter, value, unit = "R", coupling.ohm, quotient([a.state.unit], [a.into.unit])
    else:
        letter, value = "C", coupling.farad
        unit = quotient([a.into.unit, a.member.model.time_unit], [a.state.unit])
    name = coupling.name or f"{letter}_{coupling.a}_{coupling.b}"
    meaning = f"{kind.lower()} between {coupling.a} and {coupling.b}"
    return Joint(Quantity(name, value, unit, value, _POSITIVE, meaning), (a, b), letter == "C")


def feed(coupling: Analogue, parts: Mapping[str, Member]) -> Feed:
    """Return what an analogue coupling sends where.

    Raises
    ------
    InputError
        For an unknown output or input.
    """
    source, target = (member_of(parts, tag) for tag in (coupling.source, coupling.target))
    observables = source.model.observable_names
    if coupling.output not in observables:
        raise unknown_name(f"state or output of {source.tag!r}", coupling.output, observables)
    into = current_input(target.model, coupling.into, "Analogue")
    weight = Quantity(
        coupling.name or f"w_{source.tag}_{target.tag}",
        coupling.weight,
        quotient([into.unit], [source.model.quantity(coupling.output).unit]),
        abs(coupling.weight) or 1.0,
        meaning=f"weight of {coupling.output} of {source.tag} in {into.name} of {target.tag}",
    )
    return Feed(weight, target, into, source.own(source.model.expression(coupling.output)))


def _two(names: Ends) -> tuple[str, str]:
    return (names, names) if isinstance(names, str) else (names[0], names[1])


def _end(member: Member, state: str, into: str | None, kind: str) -> End:
    model = member.model
    if state not in model.state_names:
        raise unknown_name(f"state of {member.tag!r}", state, model.state_names)
    current = current_input(model, into, kind)
    if not member.rate(state).has(current.symbol):
        driven = [name for name in model.state_names if member.rate(name).has(current.symbol)]
        raise InputError(
            f"a {kind} is to send its current through {current.name} into {state} of "
            f"{member.tag!r}, but {current.name} drives {', '.join(driven) or 'no state'}; "
            "expected state= and into= that belong together"
        )
    return End(member, model.states[model.state_names.index(state)], current)
