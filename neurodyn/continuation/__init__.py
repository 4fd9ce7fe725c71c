"""Branches of equilibria and cycles, special points, normal forms, two-parameter curves."""

from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.cycles.continue_cycles import continue_cycles
from neurodyn.continuation.cycles.cycle import Cycle, CyclePoint
from neurodyn.continuation.cycles.phase_response import PhaseResponse, phase_response
from neurodyn.continuation.cycles.sensitivity import Sensitivity, sensitivity
from neurodyn.continuation.cycles.settled import settled_cycle
from neurodyn.continuation.diagram import BifurcationDiagram, bifurcation_diagram
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.continuation.equilibria.continue_equilibria import continue_equilibria
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.locking.joint_cycle import joint_cycle
from neurodyn.continuation.locking.pair_locking import LockedPhase, PairLocking
from neurodyn.continuation.locking.pulse_locking import pulse_locking
from neurodyn.continuation.locking.pulse_response import PulseResponse, pulse_response
from neurodyn.continuation.locking.weak_locking import weak_locking
from neurodyn.continuation.two_parameter.continue_cycle_fold import continue_cycle_fold
from neurodyn.continuation.two_parameter.continue_fold_hopf import continue_fold, continue_hopf
from neurodyn.continuation.two_parameter.curve import Codimension2Point, TwoParameterCurve

__all__ = [
    "BifurcationDiagram",
    "Codimension2Point",
    "Cycle",
    "CycleBranch",
    "CyclePoint",
    "EquilibriumBranch",
    "HopfPoint",
    "LockedPhase",
    "PairLocking",
    "PhaseResponse",
    "PulseResponse",
    "Sensitivity",
    "SpecialPoint",
    "TwoParameterCurve",
    "bifurcation_diagram",
    "continue_cycle_fold",
    "continue_cycles",
    "continue_equilibria",
    "continue_fold",
    "continue_hopf",
    "joint_cycle",
    "phase_response",
    "pulse_locking",
    "pulse_response",
    "sensitivity",
    "settled_cycle",
    "weak_locking",
]
