"""Compose everything into one report: what neuron does this device make?"""

from neurodyn.datasheet.default import default_iv
from neurodyn.datasheet.entry import Entry
from neurodyn.datasheet.sheet import Datasheet, datasheet

__all__ = ["Datasheet", "Entry", "datasheet", "default_iv"]
