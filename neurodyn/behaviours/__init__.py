"""What a neuron does: a protocol and a rule for each entry of the excitability catalogue."""

from neurodyn.behaviours.behaviours import behaviours
from neurodyn.behaviours.catalogue import CATALOGUE
from neurodyn.behaviours.table import BehaviourTable, Finding, Trace

__all__ = ["CATALOGUE", "BehaviourTable", "Finding", "Trace", "behaviours"]
