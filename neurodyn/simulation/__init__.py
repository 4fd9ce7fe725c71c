"""Trajectories: integrate a model in time."""

from neurodyn.simulation.solve import Method, solve
from neurodyn.simulation.trajectory import Trajectory

__all__ = ["Method", "Trajectory", "solve"]
