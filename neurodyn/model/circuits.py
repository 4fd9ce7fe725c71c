"""Put a two-terminal element into a circuit and get a model.

The three circuits are those of Drouhin, PhD thesis, Paris-Saclay 2023 (NNT 2023UPAST168),
figs. 2.6 and 2.7 and eq. 2.3. An element brings its conduction law and its inner (thermal) state;
a circuit brings capacitors, inductors, resistors and the source.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.model import Model
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch, symbol

V, I_s, V_s = symbol("V"), symbol("I_s"), symbol("V_s")
V_C, i_L = symbol("V_C"), symbol("i_L")


@dataclass(frozen=True)
class HeatPort:
    """Where heat enters and leaves an element: ``capacity dT/dt = power - cooling``.

    Parameters
    ----------
    state : str
        The inner state that is the temperature [K].
    power : sympy expression [W]
        Heat made inside.
    capacity : sympy expression [J/K]
    cooling : sympy expression [W]
        Heat that leaves to the surroundings.
    """

    state: str
    power: sympy.Expr
    capacity: sympy.Expr
    cooling: sympy.Expr

    @property
    def rate(self) -> sympy.Expr:
        """The time derivative of the temperature."""
        return (self.power - self.cooling) / self.capacity


@dataclass(frozen=True)
class Element:
    """A two-terminal device with inner states: what it does at the voltage ``V`` across it.

    Parameters
    ----------
    name, reference : str
    states, parameters, constants : tuple of Quantity
        Of the element alone; the voltage ``V`` belongs to the circuit.
    resistance : sympy expression
        V / I as a function of ``V`` and the inner states.
    rhs : tuple of sympy expressions
        Time derivatives of the inner states.
    spike : SpikeEvent
    time_constant : sympy expression
        Of the inner states, from the parameters.
    coordinate : str, optional
        The inner state along which the equilibria form a curve; none if they form no smooth one.
    origin : str or float
        The parameter (or number) where that curve starts.
    voltage_at_rest, current_at_rest : sympy expression, optional
        Voltage and current at which ``coordinate`` is at rest; the current may contain ``V``.
    condition : sympy expression, optional
        In place of ``voltage_at_rest``: grows with ``V``, and zero where ``coordinate`` is at rest.
    switch : Switch, optional
        What makes inner states jump.
    series : sympy expression, optional
        A resistance between the terminal and the node at which ``V`` and the capacitance are.
    outputs : tuple of Output, optional
        Further ones, of the inner states.
    swing_resistance : float [ohm]
        Typical swing of V over that of the current in a cycle, for the time scale.
    heat : HeatPort, optional
        The port to which a thermal network can be joined; ``rhs`` holds its rate.
    """

    name: str
    reference: str
    states: tuple[Quantity, ...]
    parameters: tuple[Quantity, ...]
    constants: tuple[Quantity, ...]
    resistance: sympy.Expr
    rhs: tuple[sympy.Expr, ...]
    spike: SpikeEvent
    time_constant: sympy.Expr
    coordinate: str = ""
    origin: str | float = 0.0
    voltage_at_rest: sympy.Expr = V
    current_at_rest: sympy.Expr | None = None
    condition: sympy.Expr | None = None
    switch: Switch | None = None
    series: sympy.Expr | None = None
    outputs: tuple[Output, ...] = ()
    swing_resistance: float = 1500.0  # half a volt over a third of a milliampere
    heat: HeatPort | None = None

    @property
    def current(self) -> sympy.Expr:
        """The current through the element [A]."""
        return V / self.resistance


_VOLTAGE = Quantity("V", 0.0, "V", 0.5, meaning="voltage across the device")
_CURRENT_SOURCE = Quantity("I_s", 0.0, "A", 1e-4, meaning="source current")
_C_EXT = Quantity("C_ext", 200e-12, "F", 1e-10, (0.0, 1.0), "external (parasitic) capacitance")


def _device_outputs(
    element: Element, source_power: sympy.Expr, source_current: sympy.Expr
) -> tuple[Output, ...]:
    terminal = ()
    if element.series is not None:
        lead = source_current * element.series
        terminal = (Output("V_terminal", V + lead, "V", "voltage at the terminal"),)
    return (
        Output("I_device", element.current, "A", "current through the device"),
        Output("R_device", element.resistance, "ohm", "resistance of the device"),
        Output("P_device", V * element.current, "W", "power turned into heat in the device"),
        Output("P_source", source_power, "W", "power delivered by the source"),
        *terminal,
        *element.outputs,
    )


def _at_rest(
    element: Element,
    input_name: str,
    input_value: sympy.Expr | None,
    states: dict[str, sympy.Expr] | None = None,
) -> ClosedFormEquilibria | None:
    if input_value is None:
        return None
    return ClosedFormEquilibria(
        coordinate=element.coordinate,
        origin=element.origin,
        states={
            **(states or {}),
            "V": element.voltage_at_rest,
            element.coordinate: symbol(element.coordinate),
        },
        input_name=input_name,
        input_value=input_value,
        condition=element.condition,
        unknown="V" if element.condition is not None else "",
    )


def _cycle(element: Element) -> sympy.Expr:
    """Return a typical cycle: the swing of the capacitor, and the cooling of the element."""
    swing_over_current = symbol("C_ext") * element.swing_resistance
    return swing_over_current + 10 * element.time_constant


def current_driven(element: Element, name: str) -> Model:
    """A current source into a capacitor with the element in parallel (thesis eq. 2.3).

    C_ext dV/dt = I_s - V/R(V, T)
    """
    C_ext = _C_EXT.symbol
    return Model(
        name=name,
        states=(_VOLTAGE, *element.states),
        parameters=(_C_EXT, *element.parameters),
        inputs=(_CURRENT_SOURCE,),
        constants=element.constants,
        rhs=((I_s - element.current) / C_ext, *element.rhs),
        outputs=_device_outputs(element, (V + I_s * (element.series or 0)) * I_s, I_s),
        spike=element.spike,
        switch=element.switch,
        equilibria=_at_rest(element, "I_s", element.current_at_rest),
        cycle=_cycle(element),
        reference=element.reference,
    )


def full_circuit(element: Element, name: str) -> Model:
    """A current source into the full measurement circuit (thesis fig. 2.7).

    C_ext dV_C/dt = I_s - i_L;  L_ext di_L/dt = V_C - V - R_out i_L;  C_d dV/dt = i_L - V/R(V, T).
    Output V_out = R_out i_L + L_ext di_L/dt = V_C - V, across the output resistor and the inductor.
    """
    L_ext, C_d, R_out, C_ext = map(symbol, ("L_ext", "C_d", "R_out", "C_ext"))
    series = element.series or sympy.Integer(0)
    states: dict[str, sympy.Expr] = {}
    if (current := element.current_at_rest) is not None:
        states = {"V_C": element.voltage_at_rest + (R_out + series) * current, "i_L": current}
    return Model(
        name=name,
        states=(
            Quantity("V_C", 0.0, "V", 0.5, meaning="voltage across the external capacitance"),
            Quantity("i_L", 0.0, "A", 1e-3, meaning="current through the inductor"),
            _VOLTAGE,
            *element.states,
        ),
        parameters=(
            _C_EXT,
            Quantity("L_ext", 700e-9, "H", 1e-7, (0.0, 1.0), "parasitic inductance"),
            Quantity("R_out", 25.0, "ohm", 10.0, (0.0, 1e6), "output resistor"),
            Quantity("C_d", 0.33e-12, "F", 1e-12, (0.0, 1.0), "intrinsic capacitance"),
            *element.parameters,
        ),
        inputs=(_CURRENT_SOURCE,),
        constants=element.constants,
        rhs=(
            (I_s - i_L) / C_ext,
            (V_C - V - (R_out + series) * i_L) / L_ext,
            (i_L - element.current) / C_d,
            *element.rhs,
        ),
        outputs=(
            Output(
                "V_out", V_C - V - series * i_L, "V", "voltage across output resistor and inductor"
            ),
            *_device_outputs(element, V_C * I_s, i_L),
        ),
        spike=element.spike,
        switch=element.switch,
        equilibria=_at_rest(element, "I_s", current, states),
        cycle=_cycle(element),
        reference=element.reference,
    )


def voltage_driven(element: Element, name: str) -> Model:
    """A voltage source through a load resistor, capacitor in parallel with the element.

    C_ext dV/dt = (V_s - V)/R_load - V/R(V, T)  (thesis figs. 2.6 and 4.19)
    """
    R_load, C_ext = symbol("R_load"), _C_EXT.symbol
    resistance = R_load + (element.series or sympy.Integer(0))
    at_rest = element.current_at_rest
    if at_rest is not None:
        at_rest = element.voltage_at_rest + resistance * at_rest
    source_current = (V_s - V) / resistance
    return Model(
        name=name,
        states=(_VOLTAGE, *element.states),
        parameters=(
            _C_EXT,
            Quantity("R_load", 4e3, "ohm", 1e3, (0.0, 1e9), "load resistor"),
            *element.parameters,
        ),
        inputs=(Quantity("V_s", 0.0, "V", 1.0, meaning="source voltage"),),
        constants=element.constants,
        rhs=((source_current - element.current) / C_ext, *element.rhs),
        outputs=_device_outputs(element, V_s * source_current, source_current),
        spike=element.spike,
        switch=element.switch,
        equilibria=_at_rest(element, "V_s", at_rest),
        cycle=_cycle(element),
        reference=element.reference,
    )
