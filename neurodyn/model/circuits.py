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
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, symbol

V, I_s, V_s = symbol("V"), symbol("I_s"), symbol("V_s")
V_C, i_L = symbol("V_C"), symbol("i_L")


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
    coordinate, origin : str
        The inner state along which the equilibria form a curve, and the parameter where it starts.
    voltage_at_rest, current_at_rest : sympy expression
        Voltage and current at which ``coordinate`` is at rest.
    time_constant : sympy expression
        Of the inner states, from the parameters.
    """

    name: str
    reference: str
    states: tuple[Quantity, ...]
    parameters: tuple[Quantity, ...]
    constants: tuple[Quantity, ...]
    resistance: sympy.Expr
    rhs: tuple[sympy.Expr, ...]
    spike: SpikeEvent
    coordinate: str
    origin: str
    voltage_at_rest: sympy.Expr
    current_at_rest: sympy.Expr
    time_constant: sympy.Expr

    @property
    def current(self) -> sympy.Expr:
        """The current through the element [A]."""
        return V / self.resistance


_VOLTAGE = Quantity("V", 0.0, "V", 0.5, meaning="voltage across the device")
_CURRENT_SOURCE = Quantity("I_s", 0.0, "A", 1e-4, meaning="source current")
_CYCLE_RESISTANCE = 1500.0  # ohm: a swing of half a volt over a current of a third of a milliampere
_C_EXT = Quantity("C_ext", 200e-12, "F", 1e-10, (0.0, 1.0), "external (parasitic) capacitance")


def _device_outputs(element: Element, source_power: sympy.Expr) -> tuple[Output, ...]:
    return (
        Output("I_device", element.current, "A", "current through the device"),
        Output("R_device", element.resistance, "ohm", "resistance of the device"),
        Output("P_device", V * element.current, "W", "power turned into heat in the device"),
        Output("P_source", source_power, "W", "power delivered by the source"),
    )


def _at_rest(
    element: Element,
    input_name: str,
    input_value: sympy.Expr,
    states: dict[str, sympy.Expr] | None = None,
) -> ClosedFormEquilibria:
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
    )


def _cycle(element: Element) -> sympy.Expr:
    """Return a typical cycle: the swing of the capacitor, and the cooling of the element."""
    swing_over_current = symbol("C_ext") * _CYCLE_RESISTANCE
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
        outputs=_device_outputs(element, V * I_s),
        spike=element.spike,
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
    current = element.current_at_rest
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
            (V_C - V - R_out * i_L) / L_ext,
            (i_L - element.current) / C_d,
            *element.rhs,
        ),
        outputs=(
            Output("V_out", V_C - V, "V", "voltage across output resistor and inductor"),
            *_device_outputs(element, V_C * I_s),
        ),
        spike=element.spike,
        equilibria=_at_rest(
            element,
            "I_s",
            current,
            {"V_C": element.voltage_at_rest + R_out * current, "i_L": current},
        ),
        cycle=_cycle(element),
        reference=element.reference,
    )


def voltage_driven(element: Element, name: str) -> Model:
    """A voltage source through a load resistor, capacitor in parallel with the element.

    C_ext dV/dt = (V_s - V)/R_load - V/R(V, T)  (thesis figs. 2.6 and 4.19)
    """
    R_load, C_ext = symbol("R_load"), _C_EXT.symbol
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
        rhs=(((V_s - V) / R_load - element.current) / C_ext, *element.rhs),
        outputs=_device_outputs(element, V_s * (V_s - V) / R_load),
        spike=element.spike,
        equilibria=_at_rest(
            element, "V_s", element.voltage_at_rest + R_load * element.current_at_rest
        ),
        cycle=_cycle(element),
        reference=element.reference,
    )
