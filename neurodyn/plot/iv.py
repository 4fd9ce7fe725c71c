"""I-V curves, fits and their residuals."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.equilibria import IVCurve
from neurodyn.fitting import IVFit, TraceFit
from neurodyn.plot.style import BLACK, BLUE, GREEN, SKY, VERMILION, new_axes, pretty

PRETTY = {
    "R_0": "$R_0$",
    "E_a": "$E_a$",
    "eps_r_d": r"$\epsilon_r d$",
    "R_th": "$R_{th}$",
}


@checked
def iv(curve: IVCurve, fit: IVFit | None = None, ax: Axes | None = None) -> Axes:
    """Draw V against ln I, with the data of a fit and the points TS and H."""
    ax = new_axes(ax)
    if fit is not None:
        ax.plot(fit.data.I, fit.data.V, ".", color=SKY, ms=5, label=f"data, {len(fit.data)} points")
        aside = [
            (row.V, row.I)
            for row in fit.data.set_aside
            if np.isfinite([row.V, row.I]).all() and row.V > 0 and row.I > 0
        ]
        if aside:
            V, I = np.array(aside).T
            ax.plot(I, V, "x", color=BLACK, ms=4, alpha=0.6, label=f"set aside, {len(aside)}")
    ax.plot(curve.I, curve.V, color=BLUE, lw=1.5, label="fit" if fit else "quasi-static I-V")
    for point, name, colour in (
        (curve.threshold, "TS", VERMILION),
        (curve.hold, "H", GREEN),
    ):
        if point is not None:
            ax.plot(
                point.I,
                point.V,
                "o",
                ms=7,
                mfc="none",
                mew=2,
                color=colour,
                label=f"{name}: {point.V:.4f} V, {point.I * 1e6:.2f} µA",
            )
    ax.set_xscale("log")
    ax.set_xlabel("current (A)")
    ax.set_ylabel("voltage (V)")
    ax.legend()
    return ax


@checked
def residuals(fit: IVFit, ax: Axes | None = None) -> Axes:
    """Draw the relative distance of each datum from the fitted curve against the current."""
    ax = new_axes(ax)
    ax.axhline(0, color=BLACK, lw=0.8)
    ax.axhspan(-200 * fit.noise, 200 * fit.noise, color=SKY, alpha=0.25, lw=0)
    ax.plot(fit.data.I, 100 * fit.residuals, ".", color=BLUE, ms=4)
    ax.set_xscale("log")
    ax.set_xlabel("current (A)")
    ax.set_ylabel("residual (%)")
    ax.set_title("signed distance in (ln V, ln I); band: two standard deviations")
    return ax


@checked
def correlations(fit: IVFit | TraceFit, ax: Axes | None = None) -> Axes:
    """Draw the correlation matrix of the fitted parameters, with its numbers."""
    ax = new_axes(ax)
    names = [PRETTY.get(p.name, pretty(p.name)) for p in fit.parameters]
    ax.imshow(fit.correlation, cmap="PuOr", vmin=-1, vmax=1)
    for i, row in enumerate(fit.correlation):
        for j, value in enumerate(row):
            colour = "white" if abs(value) > 0.7 else BLACK
            ax.text(j, i, f"{value:+.2f}", ha="center", va="center", color=colour, fontsize=8)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.grid(visible=False)
    ax.set_title("correlations of the fit")
    return ax
