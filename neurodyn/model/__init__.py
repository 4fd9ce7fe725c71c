"""What a neuron *is*: states, parameters, inputs, outputs, spike event, written once in sympy."""

from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.coupling.coupled import coupled
from neurodyn.model.coupling.couplings import Analogue, Capacitor, Resistor
from neurodyn.model.model import Model
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch, symbol

__all__ = [
    "Analogue",
    "Capacitor",
    "ClosedFormEquilibria",
    "Model",
    "Output",
    "Quantity",
    "Resistor",
    "SpikeEvent",
    "Switch",
    "coupled",
    "symbol",
]
