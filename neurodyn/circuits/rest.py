"""Where a circuit of one device rests, in closed form, if the device itself has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy

from neurodyn.circuits.kirchhoff.branches import Branch, Solved
from neurodyn.circuits.kirchhoff.network import Words
from neurodyn.circuits.kirchhoff.solver import solve_network
from neurodyn.circuits.placed import Placed
from neurodyn.errors import InputError
from neurodyn.model import ClosedFormEquilibria


def at_rest(
    one: Placed,
    branches: Sequence[Branch],
    ground: str,
    words: Words,
    inputs: Sequence[sympy.Symbol],
) -> ClosedFormEquilibria | None:
    """Return the equilibria along the device's inner state; None where they are not so simple.

    With the current of the device a given number, what is left of the circuit is linear: states at
    rest and the input follow from the voltage and the current that the device has at rest.
    """
    element = one.element
    sources = [b for b in branches if b.kind in "VI"]
    if element.current_at_rest is None or one.joined or len(inputs) != 1 or len(sources) != 1:
        return None
    J, gap = sympy.Dummy("J", positive=True), sympy.Dummy("V", positive=True)
    held = [
        replace(b, resistance=lambda v: v / J, ohmic=False) if b.kind == "X" else b
        for b in branches
    ]
    solved = _solved(held, ground, words, inputs[0])
    if solved is None:
        return None
    unknown = [*(s.symbol for s in solved.states), inputs[0]]
    across = solved.potentials[one.part.plus] - solved.potentials[one.part.minus]
    equations = [*(s.rate for s in solved.states), across - gap]
    answers = list(sympy.linsolve([sympy.numer(sympy.together(e)) for e in equations], unknown))
    if len(answers) != 1 or any(set(unknown) & e.free_symbols for e in answers[0]):
        return None
    *states, value = answers[0]
    if not _grows(value, J, gap):
        return None
    voltage = across if element.condition is not None else one.own(element.voltage_at_rest, gap)
    if element.condition is not None and across not in unknown[:-1]:
        return None
    found = {gap: voltage, J: one.own(element.current_at_rest, voltage)}
    coordinate = one.called(element.coordinate)
    origin = element.origin
    return ClosedFormEquilibria(
        coordinate=coordinate,
        origin=one.called(origin) if isinstance(origin, str) else origin,
        states={
            **{s.name: e.xreplace(found) for s, e in zip(unknown[:-1], states, strict=True)},
            coordinate: sympy.Symbol(coordinate, real=True),
        },
        input_name=inputs[0].name,
        input_value=value.xreplace(found),
        condition=None if element.condition is None else one.own(element.condition, voltage),
        unknown=across.name if element.condition is not None else "",
    )


def _solved(
    branches: Sequence[Branch], ground: str, words: Words, driven: sympy.Symbol
) -> Solved | None:
    """Solve the circuit with a given current through its device, if that is possible."""
    device = next(b for b in branches if b.kind == "X")
    try:
        solved = solve_network(branches, ground, words)
    except InputError:  # an ohmic device may lie where its current is not free
        return None
    gap = solved.potentials[device.plus] - solved.potentials[device.minus]
    known = {driven, *(s.symbol for s in solved.states)}
    return solved if gap.free_symbols <= known else None


def _grows(value: sympy.Expr, J: sympy.Dummy, gap: sympy.Dummy) -> bool:
    """Whether the input is positive where voltage and current of the device are."""
    typical: Mapping[sympy.Symbol, sympy.Expr] = {s: sympy.Integer(1) for s in value.free_symbols}
    return bool(value.xreplace({**typical, J: sympy.Integer(1), gap: sympy.Integer(1)}) > 0)
