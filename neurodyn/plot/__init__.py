"""Draw results: every function takes a result, returns Axes, computes nothing, never calls show."""

from neurodyn.plot.bifurcation import bifurcation, two_parameter
from neurodyn.plot.curves import fi_curve, stability
from neurodyn.plot.iv import correlations, iv, residuals
from neurodyn.plot.phase import phase_plane
from neurodyn.plot.style import style
from neurodyn.plot.traces import traces

__all__ = [
    "bifurcation",
    "correlations",
    "fi_curve",
    "iv",
    "phase_plane",
    "residuals",
    "stability",
    "style",
    "traces",
    "two_parameter",
]
