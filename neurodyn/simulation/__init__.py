"""Trajectories: integrate a model in time, with noise or without."""

from neurodyn.simulation.solve import Method, solve
from neurodyn.simulation.solve_sde import solve_sde
from neurodyn.simulation.stochastic_trajectories import StochasticTrajectories
from neurodyn.simulation.trajectory import Trajectory

__all__ = ["Method", "StochasticTrajectories", "Trajectory", "solve", "solve_sde"]
