"""Fit a model to measurements, with uncertainty."""

from neurodyn.fitting import protocols
from neurodyn.fitting.fit_iv import fit_iv
from neurodyn.fitting.fit_trace import fit_trace
from neurodyn.fitting.identifiability import Identifiability, identifiability
from neurodyn.fitting.iv_fit import FittedParameter, IVFit
from neurodyn.fitting.trace_fit import TraceFit
from neurodyn.fitting.trace_record import SpikeTrace, spike_trace

__all__ = [
    "FittedParameter",
    "IVFit",
    "Identifiability",
    "SpikeTrace",
    "TraceFit",
    "fit_iv",
    "fit_trace",
    "identifiability",
    "protocols",
    "spike_trace",
]
