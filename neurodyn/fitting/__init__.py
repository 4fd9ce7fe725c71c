"""Fit a model to measurements, with uncertainty, and plan measurements."""

from neurodyn.fitting.iv.compare import FitComparison, compare_fits
from neurodyn.fitting.iv.fit import IVFit
from neurodyn.fitting.iv.fit_iv import fit_iv
from neurodyn.fitting.iv.instrument import IVInstrument
from neurodyn.fitting.iv.request import IVMisfit
from neurodyn.fitting.noise import ChannelNoise
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.fitting.plan import protocols
from neurodyn.fitting.plan.identifiability import Identifiability, identifiability
from neurodyn.fitting.profile import profile
from neurodyn.fitting.profile_result import Profile, Profiles
from neurodyn.fitting.recipe import fit_recipe, fit_trace_recipe, read_recipe
from neurodyn.fitting.result import Fit
from neurodyn.fitting.trace.fit import TraceFit
from neurodyn.fitting.trace.fit_trace import fit_trace
from neurodyn.fitting.trace.instrument import TraceInstrument
from neurodyn.fitting.trace.methods import Features, Waveform
from neurodyn.fitting.trace.record import SpikeTrace, spike_trace

__all__ = [
    "ChannelNoise",
    "Features",
    "Fit",
    "FitComparison",
    "FittedParameter",
    "IVFit",
    "IVInstrument",
    "IVMisfit",
    "Identifiability",
    "Profile",
    "Profiles",
    "SpikeTrace",
    "TraceFit",
    "TraceInstrument",
    "Waveform",
    "compare_fits",
    "fit_iv",
    "fit_recipe",
    "fit_trace",
    "fit_trace_recipe",
    "identifiability",
    "profile",
    "protocols",
    "read_recipe",
    "spike_trace",
]
