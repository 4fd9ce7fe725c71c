"""What a neuron does: a protocol and a rule for each entry of the excitability catalogue."""

from neurodyn.behaviours.behaviours import behaviours
from neurodyn.behaviours.catalogue import CATALOGUE
from neurodyn.behaviours.landmarks import NARROWEST_WINDOW, Landmarks
from neurodyn.behaviours.table import BehaviourTable, BehaviourTrace, Finding

__all__ = [
    "CATALOGUE",
    "NARROWEST_WINDOW",
    "BehaviourTable",
    "BehaviourTrace",
    "Finding",
    "Landmarks",
    "behaviours",
]
