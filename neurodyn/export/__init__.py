"""Models and networks as files that other programs read."""

from neurodyn.export.exported import Exported
from neurodyn.export.formats.bifurcation_kit import bifurcation_kit
from neurodyn.export.formats.brian2 import brian2
from neurodyn.export.formats.brian2_network import brian2_network
from neurodyn.export.formats.json_model import json_model
from neurodyn.export.formats.latex import latex
from neurodyn.export.formats.matcont import matcont
from neurodyn.export.formats.nestml import nestml, pynest
from neurodyn.export.formats.pynest_network import pynest_network
from neurodyn.export.formats.registry import FORMATS
from neurodyn.export.formats.sbml import sbml
from neurodyn.export.formats.spice import ltspice, ngspice
from neurodyn.export.formats.verilog_a import verilog_a
from neurodyn.export.xpp import XppFile, xpp

__all__ = [
    "FORMATS",
    "Exported",
    "XppFile",
    "bifurcation_kit",
    "brian2",
    "brian2_network",
    "json_model",
    "latex",
    "ltspice",
    "matcont",
    "nestml",
    "ngspice",
    "pynest",
    "pynest_network",
    "sbml",
    "verilog_a",
    "xpp",
]
