"""Equilibria as data: the quasi-static I-V curve, fixed points, stability, the phase plane."""

from neurodyn.equilibria.fixed_points import FixedPoint, fixed_points
from neurodyn.equilibria.impedance import Impedance, impedance
from neurodyn.equilibria.iv_curve import IVCurve, IVPoint, iv_curve
from neurodyn.equilibria.local_activity import BiasRange, LocalActivity, local_activity
from neurodyn.equilibria.manifolds import ManifoldBranch, SaddleManifolds, saddle_manifolds
from neurodyn.equilibria.nullclines import Nullcline, nullclines
from neurodyn.equilibria.phase_plane import PhasePlane, phase_plane
from neurodyn.equilibria.stability import HopfCrossing, StabilityCurve, stability

__all__ = [
    "BiasRange",
    "FixedPoint",
    "HopfCrossing",
    "IVCurve",
    "IVPoint",
    "Impedance",
    "LocalActivity",
    "ManifoldBranch",
    "Nullcline",
    "PhasePlane",
    "SaddleManifolds",
    "StabilityCurve",
    "fixed_points",
    "impedance",
    "iv_curve",
    "local_activity",
    "nullclines",
    "phase_plane",
    "saddle_manifolds",
    "stability",
]
