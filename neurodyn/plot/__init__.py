"""Draw results: every function takes a result, returns Axes, computes nothing, never calls show."""

from neurodyn.plot.behaviours import behaviours
from neurodyn.plot.bifurcation import bifurcation, two_parameter
from neurodyn.plot.curves import fi_curve, stability
from neurodyn.plot.cycles import phase_response, sensitivity
from neurodyn.plot.fit import fit
from neurodyn.plot.iv import correlations, iv, residuals
from neurodyn.plot.learning.training import accuracy, confusion, pulse_counts, weight_drift
from neurodyn.plot.locking import pair_locking, pulse_response
from neurodyn.plot.network import network
from neurodyn.plot.network_run import (
    correlogram,
    network_traces,
    raster,
    weight_history,
    weights,
)
from neurodyn.plot.phase import phase_plane
from neurodyn.plot.small_signal import bode, local_activity, nyquist
from neurodyn.plot.statistics import (
    isi_histogram,
    median_frequency,
    power_spectrum,
    staircase,
    survival,
)
from neurodyn.plot.style import style
from neurodyn.plot.synapses.fluctuations import (
    increments,
    synapse_correlation,
    synapse_spectrum,
)
from neurodyn.plot.synapses.table import pulse_table, table_moments
from neurodyn.plot.trace_fit import trace_fit
from neurodyn.plot.traces import traces

__all__ = [
    "accuracy",
    "behaviours",
    "bifurcation",
    "bode",
    "confusion",
    "correlations",
    "correlogram",
    "fi_curve",
    "fit",
    "increments",
    "isi_histogram",
    "iv",
    "local_activity",
    "median_frequency",
    "network",
    "network_traces",
    "nyquist",
    "pair_locking",
    "phase_plane",
    "phase_response",
    "power_spectrum",
    "pulse_counts",
    "pulse_response",
    "pulse_table",
    "raster",
    "residuals",
    "sensitivity",
    "stability",
    "staircase",
    "style",
    "survival",
    "synapse_correlation",
    "synapse_spectrum",
    "table_moments",
    "trace_fit",
    "traces",
    "two_parameter",
    "weight_drift",
    "weight_history",
    "weights",
]
