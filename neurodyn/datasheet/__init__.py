"""Compose everything into one report: what neuron does this device make?"""

from neurodyn.datasheet.default import default_iv
from neurodyn.datasheet.sheet import Datasheet, Entry, datasheet

__all__ = ["Datasheet", "Entry", "datasheet", "default_iv"]
