"""Every format by its name on the command line."""

from __future__ import annotations

from collections.abc import Callable

from neurodyn.export.exported import Exported
from neurodyn.export.formats.bifurcation_kit import bifurcation_kit
from neurodyn.export.formats.brian2 import brian2
from neurodyn.export.formats.json_model import json_model
from neurodyn.export.formats.latex import latex
from neurodyn.export.formats.matcont import matcont
from neurodyn.export.formats.nestml import nestml, pynest
from neurodyn.export.formats.sbml import sbml
from neurodyn.export.formats.spice import ltspice, ngspice
from neurodyn.export.formats.verilog_a import verilog_a
from neurodyn.export.xpp import xpp
from neurodyn.model import Model
from neurodyn.noise import StochasticModel


def _xpp(model: Model | StochasticModel) -> Exported:
    file = xpp(model)
    model = model.model if isinstance(model, StochasticModel) else model
    groups = (model.states, model.parameters, model.inputs)
    kept = [q.name for group in groups for q in group if q.name in file.names]
    return Exported("XPPAUT", file.text, ".ode", {name: file.names[name] for name in kept})


FORMATS: dict[str, Callable[..., Exported]] = {
    "ngspice": ngspice,
    "ltspice": ltspice,
    "verilog-a": verilog_a,
    "sbml": sbml,
    "brian2": brian2,
    "nestml": nestml,
    "pynest": pynest,
    "xpp": _xpp,
    "bifurcationkit": bifurcation_kit,
    "matcont": matcont,
    "latex": latex,
    "json": json_model,
}
"""Name to the function that writes it."""
