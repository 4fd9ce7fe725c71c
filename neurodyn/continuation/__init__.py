"""Branches of equilibria and cycles, special points, normal forms, two-parameter curves."""

from neurodyn.continuation.equilibria import continue_equilibria
from neurodyn.continuation.equilibrium_branch import EquilibriumBranch
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint

__all__ = ["EquilibriumBranch", "HopfPoint", "SpecialPoint", "continue_equilibria"]
