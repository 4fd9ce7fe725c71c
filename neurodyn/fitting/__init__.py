"""Fit a model to measurements, with uncertainty."""

from neurodyn.fitting import protocols
from neurodyn.fitting.compare import FitComparison, compare_fits
from neurodyn.fitting.derived import Derived, derived
from neurodyn.fitting.fit_iv import fit_iv
from neurodyn.fitting.fit_trace import fit_trace
from neurodyn.fitting.identifiability import Identifiability, identifiability
from neurodyn.fitting.iv_fit import FittedParameter, IVFit
from neurodyn.fitting.profile import Profile, Profiles, profile
from neurodyn.fitting.recipe import fit_recipe, read_recipe
from neurodyn.fitting.trace_fit import TraceFit
from neurodyn.fitting.trace_recipe import fit_trace_recipe
from neurodyn.fitting.trace_record import SpikeTrace, spike_trace

__all__ = [
    "Derived",
    "FitComparison",
    "FittedParameter",
    "IVFit",
    "Identifiability",
    "Profile",
    "Profiles",
    "SpikeTrace",
    "TraceFit",
    "compare_fits",
    "derived",
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
