"""States and outputs against time."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurodyn.arguments import Count, checked
from neurodyn.errors import InputError
from neurodyn.plot.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, label, prefixed, pretty
from neurodyn.simulation import Trajectory

_COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)


@checked
def traces(
    traj: Trajectory,
    names: Sequence[str] | None = None,
    window: tuple[float, float] | None = None,
    axes: Sequence[Axes] | None = None,
    points: Count = 4000,
) -> npt.NDArray[np.object_]:
    """Draw states, inputs or outputs against time, one panel each; return the Axes.

    Parameters
    ----------
    traj : Trajectory
    names : sequence of str, optional
        All states by default.
    window : (start, stop), optional
        Shown as time from ``start``.
    axes : sequence of Axes, optional
    points : int
        Number of points drawn from the dense output.
    """
    names = list(names or traj.model.state_names)
    start, stop = window or (traj.t[0], traj.t[-1])
    if axes is None:
        axes = list(plt.subplots(len(names), 1, sharex=True, squeeze=False)[1][:, 0])
    if len(axes) != len(names) or not start < stop:
        raise InputError(
            f"{len(axes)} axes for {len(names)} names, from {start:g} to {stop:g}; expected one "
            "for each, and a window (start, stop) with start < stop"
        )
    t = np.linspace(start, stop, points)
    ft, ut = prefixed([stop - start], traj.model.time_unit)
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        item = traj.model.quantity(name)
        values = traj.at(t, name)
        fy, uy = prefixed(values, item.unit)
        ax.plot(ft * (t - start), fy * values, color=_COLOURS[i % len(_COLOURS)], lw=1.2)
        ax.set_ylabel(label(pretty(name), uy))
    axes[-1].set_xlabel(label("time", ut))
    return np.asarray(axes, dtype=object)
