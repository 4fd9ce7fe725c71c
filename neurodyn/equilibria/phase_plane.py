"""``nd.phase_plane``: nullclines, fixed points and vector field of a planar model, as data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import Count, Positive, checked
from neurodyn.arrays import Array
from neurodyn.codegen import compiled
from neurodyn.equilibria.fixed_points import FixedPoint, fixed_points
from neurodyn.equilibria.nullclines import Nullcline, Window, checked_window, nullclines
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.simulation import Trajectory, solve


@dataclass(frozen=True, eq=False)
class PhasePlane:
    """The plane of two states at constant inputs.

    Parameters
    ----------
    model : Model
        With the values at which the plane was drawn.
    window : tuple of two (low, high)
    nullclines : tuple of two Nullcline
    fixed_points : tuple of FixedPoint
    grid : (2, n, n) float
        Where the field is given.
    field : (2, n, n) float
        dx/dt there.
    geometric : tuple of two bool
        Whether the grid of a state is geometric: where a positive state spans a factor above 5.
    trajectory : Trajectory
        From the model's start.
    """

    model: Model
    window: tuple[tuple[float, float], tuple[float, float]]
    nullclines: tuple[Nullcline, Nullcline]
    fixed_points: tuple[FixedPoint, ...]
    grid: Array
    field: Array
    geometric: tuple[bool, bool]
    trajectory: Trajectory

    def __repr__(self) -> str:
        limits = ", ".join(
            f"{name} {low:.4g} to {high:.4g}"
            for name, (low, high) in zip(self.model.state_names, self.window, strict=True)
        )
        return f"<phase plane of {self.model.name}: {limits}; {list(self.fixed_points)}>"


@checked
def phase_plane(
    model: Model,
    window: Window | None = None,
    *,
    t_end: Positive | None = None,
    n_field: Count = 24,
    **held: float,
) -> PhasePlane:
    """Return nullclines, fixed points, vector field and a trajectory of a planar model.

    Parameters
    ----------
    model : Model
        With two states.
    window : mapping from state name to (low, high), optional
        Around the trajectory and the fixed points by default.
    t_end : float, optional
        Length of the trajectory; 20 of the model's typical cycles by default.
    n_field : int
        Grid points a side of the vector field.
    **held : float
        Parameters and inputs to change first.

    Returns
    -------
    PhasePlane

    Raises
    ------
    InputError
        If the model does not have two states, or the window is not one.

    Examples
    --------
    >>> import neurodyn as nd
    >>> plane = nd.phase_plane(nd.devices.nbox_neuron(), I_s=0.9e-3)
    >>> plane.fixed_points[0].kind
    'unstable focus'
    """
    model = model.with_parameters(**held)
    if len(model.states) != 2:
        raise InputError(
            f"{model.name!r} has {len(model.states)} states; a phase plane needs exactly two"
        )
    points = fixed_points(model)
    traj = solve(model, 20 * model.time_scale if t_end is None else t_end)
    if window is None:
        seen = np.concatenate(
            [traj.x, *(np.array([list(point.state.values())]) for point in points)]
        )
        low, high = seen.min(axis=0), seen.max(axis=0)
        margin = np.maximum(0.08 * (high - low), 0.05 * model.scales)
        window = {  # at most halfway to where the state cannot go
            state.name: (
                low[i] - min(margin[i], 0.5 * (low[i] - state.bounds[0])),
                high[i] + min(margin[i], 0.5 * (state.bounds[1] - high[i])),
            )
            for i, state in enumerate(model.states)
        }
    limits = checked_window(model, window)
    geometric = [
        state.bounds[0] >= 0 and high > 5 * low > 0
        for state, (low, high) in zip(model.states, limits, strict=True)
    ]
    spacing = [np.geomspace if wide else np.linspace for wide in geometric]
    axes = [space(*limit, n_field) for space, limit in zip(spacing, limits, strict=True)]
    grid = np.stack(np.meshgrid(*axes))
    return PhasePlane(
        model=model,
        window=(limits[0], limits[1]),
        nullclines=nullclines(model, window),
        fixed_points=points,
        grid=grid,
        field=compiled(model, "numpy").rhs(grid, model.p),
        geometric=(geometric[0], geometric[1]),
        trajectory=traj,
    )
