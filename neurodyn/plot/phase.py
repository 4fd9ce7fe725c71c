"""The phase plane, and the manifolds of a saddle in it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from neurodyn.arguments import checked
from neurodyn.equilibria import PhasePlane, SaddleManifolds
from neurodyn.errors import InputError
from neurodyn.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILION,
    label,
    new_axes,
    one_legend,
    prefixed,
    pretty,
)


@checked
def phase_plane(
    plane: PhasePlane,
    ax: Axes | None = None,
    legend: bool = True,
    manifolds: SaddleManifolds | None = None,
) -> Axes:
    """Draw nullclines, field, trajectory and fixed points (filled: stable, open: unstable).

    A state whose field is given on a geometric grid gets a logarithmic axis.

    Parameters
    ----------
    plane : PhasePlane
    ax : Axes, optional
    legend : bool
    manifolds : SaddleManifolds, optional
        Of a saddle of the same model. The stable manifold parts the starts that end on one side
        from those that end on the other.

    Raises
    ------
    InputError
        If the manifolds are those of another model.
    """
    ax = new_axes(ax)
    model = plane.model
    (fx, ux), (fy, uy) = (
        prefixed(limits, state.unit)
        for limits, state in zip(plane.window, model.states, strict=True)
    )
    # arrows of one length in the picture: the field spans many orders of magnitude
    log = plane.geometric
    spans = np.stack(
        [
            grid * np.log(high / low) if geometric else np.full_like(grid, high - low)
            for grid, (low, high), geometric in zip(plane.grid, plane.window, log, strict=True)
        ]
    )
    direction = plane.field / spans
    direction = direction / np.maximum(np.hypot(*direction), 1e-300)
    ax.quiver(
        fx * plane.grid[0],
        fy * plane.grid[1],
        *direction,
        color="0.75",
        angles="uv",
        pivot="mid",
        scale=38,
        width=0.0022,
        headwidth=4,
    )
    for nullcline, colour, dashes in zip(
        plane.nullclines, (BLUE, VERMILION), ("-", (0, (5, 2))), strict=True
    ):
        for i, (x, y) in enumerate(nullcline.pieces):
            text = f"d{pretty(nullcline.state)}/d$t$ = 0" if i == 0 else None
            ax.plot(fx * x, fy * y, color=colour, ls=dashes, lw=1.6, label=text)
    traj = plane.trajectory
    steps, within = np.meshgrid(np.arange(len(traj.t) - 1), np.arange(4) / 4, indexing="ij")
    x, y = np.append(traj.within(steps.ravel(), within.ravel()), traj.x[-1:].T, axis=1)
    ax.plot(fx * x, fy * y, color=GREEN, lw=1.0, alpha=0.9, label="trajectory")
    ax.plot(fx * x[0], fy * y[0], "s", color=GREEN, ms=4)
    for point in plane.fixed_points:
        px, py = point.state.values()
        face = BLACK if point.stable else "white"
        ax.plot(fx * px, fy * py, "o", color=BLACK, mfc=face, ms=6, label=point.kind, zorder=5)
    if manifolds is not None:
        _draw_manifolds(manifolds, plane, ax, (fx, fy))
    (x_low, x_high), (y_low, y_high) = plane.window
    ax.set_xlim(fx * x_low, fx * x_high)
    ax.set_ylim(fy * y_low, fy * y_high)
    for axis, set_scale, geometric in zip(
        (ax.xaxis, ax.yaxis), (ax.set_xscale, ax.set_yscale), log, strict=True
    ):
        if geometric:
            set_scale("log")
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(ScalarFormatter())
            axis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(label(pretty(model.states[0].name), ux))
    ax.set_ylabel(label(pretty(model.states[1].name), uy))
    if legend:
        one_legend(ax)
    return ax


def _draw_manifolds(
    found: SaddleManifolds, plane: PhasePlane, ax: Axes, factors: tuple[float, float]
) -> None:
    if found.model_name != plane.model.name or tuple(found.saddle) != plane.model.state_names:
        raise InputError(
            f"the manifolds are those of {found.model_name} ({', '.join(found.saddle)}), the phase "
            f"plane that of {plane.model.name}; expected both of one model"
        )
    for branches, colour, name in (
        (found.stable, PURPLE, "stable manifold"),
        (found.unstable, ORANGE, "unstable manifold"),
    ):
        for branch in branches:
            x, y = (factor * row for factor, row in zip(factors, branch.x, strict=True))
            ax.plot(x, y, color=colour, lw=2.0, label=name)
