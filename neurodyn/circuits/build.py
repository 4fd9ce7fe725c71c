"""From a solved circuit to a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy

from neurodyn.circuits.assemble import Assembly
from neurodyn.circuits.placed import Placed
from neurodyn.circuits.text.values import read_value
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model, Output, Quantity, SpikeEvent, Switch, symbol
from neurodyn.model.parse import parse_equation

_LEVEL = "spike_level"


def build(name: str, found: Assembly, spike: str, reference: str) -> Model:
    """Return the model of a solved circuit.

    Raises
    ------
    InputError
        If there is nothing that moves, or more that jumps than a model can hold.
    """
    states, rates = zip(*_states(found), strict=True) if list(_states(found)) else ((), ())
    if not states:
        raise InputError(
            f"the circuit {name!r} has no capacitor, inductor or device whose state could move; "
            "expected at least one"
        )
    outputs = (*found.outputs, *_device_outputs(found), *_sums(found))
    switch = _switch(found.placed)
    event, level = _spike(found, states, outputs, spike)
    papers = dict.fromkeys([reference, *(one.element.reference for one in found.placed)])
    used = _used(states, rates, outputs, event, switch)
    _check_effect(found.placed, used)
    parameters = (*(q for q in found.parameters if q.name in used), *level)
    return Model(
        name=name,
        states=states,
        parameters=parameters,
        inputs=found.inputs,
        constants=_once(c for one in found.placed for c in one.element.constants),
        rhs=rates,
        outputs=outputs,
        spike=event,
        switch=switch,
        equilibria=found.rest,
        cycle=_cycle(found, {q.name for q in (*parameters, *found.inputs)}),
        reference="; ".join(paper for paper in papers if paper),
    )


def _states(found: Assembly) -> Iterator[tuple[Quantity, sympy.Expr]]:
    """Yield states with their rates: electrical, of the devices, thermal."""
    for state in found.electrical.states:
        unit, scale = ("A", 1e-3) if state.inductive else ("V", 0.5)
        yield Quantity(state.symbol.name, 0.0, unit, scale, meaning=state.meaning), state.rate
    warm = {state.symbol: state.rate for state in found.thermal.states}
    for one in found.placed:
        for quantity, rate in one.states(warm):
            warm.pop(quantity.symbol, None)
            yield quantity, rate
    for state in found.thermal.states:
        if state.symbol in warm:
            absolute = not state.meaning.startswith("temperature across")
            start = found.ambient if absolute else 0.0
            yield Quantity(state.symbol.name, start, "K", 1e3, meaning=state.meaning), state.rate


def _device_outputs(found: Assembly) -> Iterator[Output]:
    for one in found.placed:
        yield from one.outputs()
    if len(found.placed) == 1:
        (one,) = found.placed
        name = one.part.name
        current = found.electrical.currents[name]
        resistance = one.own(one.element.resistance)
        assert one.voltage is not None
        yield Output("V_device", one.voltage, "V", "voltage across the device")
        yield Output("I_device", current, "A", "current through the device")
        yield Output("R_device", resistance, "ohm", "resistance of the device")


def _sums(found: Assembly) -> Iterator[Output]:
    devices = [found.powers[one.part.name] for one in found.placed]
    sources = [-power for name, power in found.powers.items() if name[0].upper() in "VI"]
    if devices:
        yield Output("P_device", sympy.Add(*devices), "W", "power turned into heat in devices")
    if sources:
        yield Output("P_source", sympy.Add(*sources), "W", "power delivered by all sources")


def _switch(placed: Sequence[Placed]) -> Switch | None:
    jumping = [one for one in placed if one.switch is not None]
    if len(jumping) > 1:
        names = " and ".join(f"{one.part.place} ({one.element.name})" for one in jumping)
        raise InputError(f"{names} switch; expected at most one device whose states jump")
    return jumping[0].switch if jumping else None


def _spike(
    found: Assembly, states: Sequence[Quantity], outputs: Sequence[Output], text: str
) -> tuple[SpikeEvent | None, tuple[Quantity, ...]]:
    """Return the event, and the level that it crosses if that is a parameter of its own."""
    devices = {one.part.name: one for one in found.placed}
    if not text:
        return next(iter(devices.values())).spike if devices else None, ()
    if text in devices:
        return devices[text].spike, ()
    observed = {**{s.name: s for s in states}, **{o.name: o for o in outputs}}
    known = {name: q.expression for name, q in observed.items() if isinstance(q, Output)}
    name, above, level = (part.strip() for part in text.partition(">"))
    if above:
        if name not in observed:
            raise unknown_name("state or output that spikes", name, observed)
        value = read_value(level, observed[name].unit, f"the spike level of {name}")
        limit = Quantity(
            _LEVEL,
            value,
            observed[name].unit,
            abs(value) or 1.0,
            meaning="whose crossing is a spike",
        )
        event = known.get(name, symbol(name)) - limit.symbol
        return SpikeEvent(event, name, f"{name} rises through {_LEVEL}."), (limit,)
    if text.isidentifier() and text[0].upper() == "X":
        raise unknown_name("device whose spikes count", text, devices)
    names = [q.name for q in (*found.parameters, *found.inputs)]
    expression = parse_equation(text, [*observed, *names], "spike")
    used = sorted({str(s) for s in expression.free_symbols} & set(observed))
    event = expression.xreplace({symbol(name): e for name, e in known.items()})
    return SpikeEvent(event, used[0] if used else states[0].name), ()


def _used(
    states: Sequence[Quantity],
    rates: Sequence[sympy.Expr],
    outputs: Sequence[Output],
    event: SpikeEvent | None,
    switch: Switch | None,
) -> set[str]:
    """Return the names that have an effect."""
    expressions = [*rates, *(output.expression for output in outputs)]
    if event is not None:
        expressions.append(event.expression)
    if switch is not None:
        expressions += [switch.expression, *switch.reset.values()]
    starts = {state.default for state in states if isinstance(state.default, str)}
    return starts | {str(s) for e in expressions for s in e.free_symbols}


def _check_effect(placed: Sequence[Placed], used: set[str]) -> None:
    """Refuse what was set for a device whose thermal network takes its place."""
    for one in placed:
        for name in one.part.settings:
            if one.part.heat != "own" and one.called(name) not in used:
                raise InputError(
                    f"{one.part.place}: {name} has no effect with heat={one.part.heat}; expected "
                    "it left out"
                )


def _cycle(found: Assembly, known: set[str]) -> sympy.Expr:
    """Return a typical duration: capacitors through the swing of a device, and its cooling."""
    values = {q.symbol: q.default for q in found.parameters}
    store, coil, loss = found.stores
    cycles = [
        store * one.element.swing_resistance + 10 * one.own(one.element.time_constant)
        for one in found.placed
    ]
    if not cycles:
        cycles = [store * loss + 6 * sympy.sqrt(store * coil) or sympy.Float(1.0)]
    longest = sympy.Max(*cycles)
    return longest.xreplace({s: sympy.Float(v) for s, v in values.items() if s.name not in known})


def _once(quantities: Iterator[Quantity]) -> tuple[Quantity, ...]:
    return tuple({quantity.name: quantity for quantity in quantities}.values())
