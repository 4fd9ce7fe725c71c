"""Trajectories: integrate a model in time."""

from neurodyn.simulation.solve import solve
from neurodyn.simulation.trajectory import Trajectory

__all__ = ["Trajectory", "solve"]
