"""What a neuron *is*: states, parameters, inputs, outputs, spike event, written once in sympy."""

from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.model import Model
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch, symbol

__all__ = ["ClosedFormEquilibria", "Model", "Output", "Quantity", "SpikeEvent", "Switch", "symbol"]
