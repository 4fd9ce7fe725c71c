"""Branches of equilibria and cycles, special points, normal forms, two-parameter curves."""

from neurodyn.continuation.curves import continue_fold, continue_hopf
from neurodyn.continuation.cycle import Cycle, CyclePoint
from neurodyn.continuation.cycle_branch import CycleBranch
from neurodyn.continuation.cycle_fold_curve import continue_cycle_fold
from neurodyn.continuation.cycles import continue_cycles
from neurodyn.continuation.diagram import BifurcationDiagram, bifurcation_diagram
from neurodyn.continuation.equilibria import continue_equilibria
from neurodyn.continuation.equilibrium_branch import EquilibriumBranch
from neurodyn.continuation.manifolds import ManifoldBranch, SaddleManifolds, saddle_manifolds
from neurodyn.continuation.phase_response import PhaseResponse, phase_response
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint
from neurodyn.continuation.two_parameter import Codimension2Point, TwoParameterCurve

__all__ = [
    "BifurcationDiagram",
    "Codimension2Point",
    "Cycle",
    "CycleBranch",
    "CyclePoint",
    "EquilibriumBranch",
    "HopfPoint",
    "ManifoldBranch",
    "PhaseResponse",
    "SaddleManifolds",
    "SpecialPoint",
    "TwoParameterCurve",
    "bifurcation_diagram",
    "continue_cycle_fold",
    "continue_cycles",
    "continue_equilibria",
    "continue_fold",
    "continue_hopf",
    "phase_response",
    "saddle_manifolds",
]
