"""Where an expression rises through zero along a trajectory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.codegen import expression_function

if TYPE_CHECKING:
    from neurodyn.simulation.trajectory import Trajectory

Array = npt.NDArray[np.float64]

_PROBES = np.linspace(0.0, 1.0, 5)  # an excursion shorter than a quarter of a step can hide


def upward_crossings(traj: Trajectory, expression: sympy.Expr) -> Array:
    """Return the times at which ``expression`` rises through zero, (n,), in order.

    The dense output is searched at five points a step, and each crossing is refined by bisection
    to the resolution of the time axis.

    Parameters
    ----------
    traj : Trajectory
    expression : sympy expression
        Of the model's states, parameters, inputs and constants.
    """
    model = traj.model
    if len(traj.t) < 2:
        return np.empty(0)
    function = expression_function(
        [expression],
        [("x", model.state_names), ("p", model.parameter_names)],
        model.constant_values,
    )
    widths = np.diff(traj.t)

    def value(step: npt.NDArray[np.intp], theta: Array) -> Array:
        t = traj.t[step] + theta * widths[step]
        return function(traj.within(step, theta), traj.parameter_vector(t))[0]

    grid, probes = np.meshgrid(np.arange(len(widths)), _PROBES, indexing="ij")
    sign = value(grid, probes) >= 0
    step, cell = np.nonzero(~sign[:, :-1] & sign[:, 1:])
    low, high = _PROBES[cell], _PROBES[cell + 1]
    for _ in range(52):
        middle = 0.5 * (low + high)
        above = value(step, middle) >= 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return traj.t[step] + high * widths[step]
