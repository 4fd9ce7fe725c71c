"""A device at its place in a circuit: its equations in the names of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import sympy

from neurodyn.circuits.kirchhoff.branches import Branch
from neurodyn.circuits.parts import Part, Value
from neurodyn.circuits.text.netlist import device_units
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Output, Quantity, SpikeEvent, Switch, symbol
from neurodyn.model.circuits import Element, HeatPort, V


@dataclass(frozen=True, eq=False)
class Placed:
    """A device between two nodes.

    Parameters
    ----------
    part : Part
        With a device.
    shared : frozenset of str
        Parameters that keep their names.
    joined : bool
        Whether its thermal port is joined to others.
    voltage : sympy expression, optional
        Across it, once the network is solved.
    """

    part: Part
    shared: frozenset[str]
    joined: bool
    voltage: sympy.Expr | None = None

    def __post_init__(self) -> None:
        known = device_units(self.element)
        for name in self.part.settings:
            if name not in known:
                raise InputError(f"{self.part.place}: {unknown_name('parameter', name, known)}")
        if self.part.heat != "own" and not self.joined:
            raise InputError(
                f"{self.part.place}: heat={self.part.heat}, but nothing is joined to "
                f"{self.part.thermal_node!r}; expected thermal resistors there"
            )

    @property
    def element(self) -> Element:
        """The device itself."""
        assert self.part.device is not None
        return self.part.device

    def at(self, potentials: Mapping[str, sympy.Expr]) -> Placed:
        """Return the device with the voltage across it."""
        return replace(self, voltage=potentials[self.part.plus] - potentials[self.part.minus])

    # ------------------------------------------------------------------ names

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Parameters of the device as part of a circuit, under the device's own names."""
        known = device_units(self.element)
        return tuple(q for q in self.element.parameters if q.name in known)

    @cached_property
    def values(self) -> dict[str, Value | str]:
        """What each parameter is: a number, or the name of a shared one."""
        defaults: dict[str, Value | str] = {q.name: q.default for q in self.quantities}
        return {**defaults, **self.part.settings}

    def called(self, name: str) -> str:
        """Return what a name of the device is in the circuit."""
        value = self.part.settings.get(name)
        if isinstance(value, str):
            return value
        return name if name in self.shared else f"{name}_{self.part.name}"

    @cached_property
    def symbols(self) -> dict[sympy.Symbol, sympy.Expr]:
        """What stands in the circuit for each symbol of the device but V."""
        quantities = (*self.element.states, *self.quantities)
        return {q.symbol: symbol(self.called(q.name)) for q in quantities}

    def own(self, expression: sympy.Expr, voltage: sympy.Expr | None = None) -> sympy.Expr:
        """Return an expression of the device in the symbols of the circuit."""
        gap = self.voltage if voltage is None else voltage
        return expression.xreplace({**self.symbols, V: V if gap is None else gap})

    def parameters(self, values: Mapping[str, float]) -> Iterator[Quantity]:
        """Yield the parameters as the circuit declares them."""
        for quantity in self.quantities:
            value, name = self.values[quantity.name], self.called(quantity.name)
            meaning = f"{quantity.meaning}, {self.part.name}"
            if name == quantity.name or isinstance(value, str):
                meaning, value = quantity.meaning, values.get(name, value)
            if isinstance(value, str):
                raise InputError(
                    f"{self.part.place}: {unknown_name('shared parameter', value, values)}"
                )
            try:
                default = quantity.validated(value)
            except InputError as error:
                raise InputError(f"{self.part.place}: {error}") from None
            yield replace(quantity, name=name, default=default, meaning=meaning)

    # ------------------------------------------------------------------ equations

    @property
    def branch(self) -> Branch:
        """What the device is to the electrical network."""
        resistance = self.element.resistance
        return Branch(
            self.part,
            "X",
            self.part.plus,
            self.part.minus,
            sympy.Integer(0),
            resistance=lambda voltage: self.own(resistance, voltage),
            ohmic=V not in resistance.free_symbols,
        )

    @property
    def heat(self) -> HeatPort:
        """The thermal side of the device."""
        assert self.element.heat is not None
        return self.element.heat

    @property
    def temperature(self) -> sympy.Symbol:
        """The state that is the temperature of the device."""
        return symbol(self.called(self.heat.state))

    def heat_branches(self, cold: str) -> Iterator[Branch]:
        """Yield what the device is to a thermal network whose ground is the absolute zero."""
        node, name = self.part.thermal_node, self.part.name
        if self.part.heat != "port":
            store = replace(self.part, name=f"C_{name}", device=None)
            yield Branch(store, "C", node, cold, self.own(self.heat.capacity))
        made = self.own(self.heat.power)
        if self.part.heat == "own":
            made -= self.own(self.heat.cooling)
        source = replace(self.part, name=f"I_{name}", device=None)
        yield Branch(source, "I", cold, node, made, moves=True)

    def states(
        self, rates: Mapping[sympy.Symbol, sympy.Expr]
    ) -> Iterator[tuple[Quantity, sympy.Expr]]:
        """Yield inner states with their rates, that of the temperature from the thermal network."""
        for quantity, rate in zip(self.element.states, self.element.rhs, strict=True):
            default = quantity.default
            renamed = replace(
                quantity,
                name=self.called(quantity.name),
                default=self.called(default) if isinstance(default, str) else default,
                meaning=f"{quantity.meaning}, {self.part.name}",
            )
            yield renamed, rates.get(renamed.symbol, self.own(rate))

    def outputs(self) -> Iterator[Output]:
        """Yield the resistance and what else the device gives."""
        name, resistance = f"R_{self.part.name}", self.own(self.element.resistance)
        if resistance != symbol(name):  # a state of that name is the resistance
            yield Output(name, resistance, "ohm", f"resistance of {self.part.name}")
        for output in self.element.outputs:
            name = f"{output.name}_{self.part.name}"
            yield Output(name, self.own(output.expression), output.unit, output.meaning)

    @property
    def spike(self) -> SpikeEvent:
        """The device's own event."""
        event = self.element.spike
        return SpikeEvent(self.own(event.expression), f"I_{self.part.name}", event.meaning)

    @property
    def switch(self) -> Switch | None:
        """The device's own jump."""
        if (switch := self.element.switch) is None:
            return None
        reset = {self.called(name): self.own(value) for name, value in switch.reset.items()}
        return Switch(self.own(switch.expression), reset, switch.meaning)
