"""Branches of equilibria and cycles, special points, normal forms, two-parameter curves."""

from neurodyn.continuation.cycle import Cycle, CyclePoint
from neurodyn.continuation.cycle_branch import CycleBranch
from neurodyn.continuation.cycles import continue_cycles
from neurodyn.continuation.equilibria import continue_equilibria
from neurodyn.continuation.equilibrium_branch import EquilibriumBranch
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint

__all__ = [
    "Cycle",
    "CycleBranch",
    "CyclePoint",
    "EquilibriumBranch",
    "HopfPoint",
    "SpecialPoint",
    "continue_cycles",
    "continue_equilibria",
]
