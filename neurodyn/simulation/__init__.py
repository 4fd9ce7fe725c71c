"""Trajectories: integrate a model in time, with noise or without."""

from neurodyn.simulation.ensemble import StochasticTrajectories
from neurodyn.simulation.options import (
    Adaptive,
    AdditiveRK4,
    Dask,
    EulerMaruyama,
    FixedStep,
    Jax,
    Keep,
    Stiff,
    Threads,
)
from neurodyn.simulation.solve import solve
from neurodyn.simulation.solve_sde import solve_sde
from neurodyn.simulation.trajectory import Trajectory

__all__ = [
    "Adaptive",
    "AdditiveRK4",
    "Dask",
    "EulerMaruyama",
    "FixedStep",
    "Jax",
    "Keep",
    "Stiff",
    "StochasticTrajectories",
    "Threads",
    "Trajectory",
    "solve",
    "solve_sde",
]
