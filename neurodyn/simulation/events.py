"""Where an expression rises through zero along a trajectory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function

if TYPE_CHECKING:
    from neurodyn.simulation.trajectory import Trajectory


_PROBES = np.linspace(0.0, 1.0, 5)  # an excursion shorter than a quarter of a step can hide
_RESOLUTION = 2.0**-52  # of a step
_TURNS = 160  # a bisection every third turn reaches the resolution


def upward_crossings(traj: Trajectory, expression: sympy.Expr) -> Array:
    """Return the times at which ``expression`` rises through zero, (n,), in order.

    The dense output is searched at five points a step, and each crossing is refined to the
    resolution of the time axis by regula falsi in the Illinois variant (M. Dowell, P. Jarratt,
    BIT 11, 168 (1971)), with a bisection wherever that has not halved the bracket in three steps.

    Parameters
    ----------
    traj : Trajectory
    expression : sympy expression
        Of the model's states, parameters, inputs and constants.
    """
    model = traj.model
    if len(traj.t) < 2:
        return np.empty(0)
    used = [n for n in model.parameter_names if any(s.name == n for s in expression.free_symbols)]
    function = expression_function(
        [expression], [("x", model.state_names), ("p", used)], model.constant_values
    )
    widths = np.diff(traj.t)

    def value(step: npt.NDArray[np.intp], theta: Array) -> Array:
        t = traj.t[step] + theta * widths[step]
        p = [traj.inputs[n](t) if n in traj.inputs else model[n] for n in used]
        return function(traj.within(step, theta), p)[0]

    grid, probes = np.meshgrid(np.arange(len(widths)), _PROBES, indexing="ij")
    sampled = value(grid, probes)
    step, cell = np.nonzero((sampled[:, :-1] < 0) & (sampled[:, 1:] >= 0))
    if not len(step):
        return np.empty(0)
    low, high = _PROBES[cell], _PROBES[cell + 1]
    at_low, at_high = sampled[step, cell], sampled[step, cell + 1]
    for turn in range(_TURNS):
        if (high - low <= _RESOLUTION).all():
            break
        middle = 0.5 * (low + high)
        if turn % 3 != 2:
            inner = high - at_high * (high - low) / (at_high - at_low)
            middle = np.where((inner > low) & (inner < high), inner, middle)
        here = value(step, middle)
        above = here >= 0
        # Illinois: halve the value at an end that stays, so that it moves next time
        at_low, at_high = np.where(above, 0.5 * at_low, here), np.where(above, here, 0.5 * at_high)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return traj.t[step] + high * widths[step]
