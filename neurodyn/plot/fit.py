"""One figure that shows all of an I-V fit."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn import constants
from neurodyn.arguments import checked
from neurodyn.fitting import IVFit, Profile
from neurodyn.landmarks import Derived
from neurodyn.plot.iv import PRETTY, correlations
from neurodyn.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    label,
    prefixed,
    pretty,
)

_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_MOST_INTERVALS = 14
_IN_A_ROW = 4  # profiles


@checked
def fit(result: IVFit, derived: Derived | None = None) -> Figure:
    """Draw data and curve, residuals, inner state, correlations, profiles and derived quantities.

    Parameters
    ----------
    result : IVFit
        Profiles are drawn if the fit has them.
    derived : Derived, optional
        What follows from the fit: :func:`neurodyn.derived`.

    Returns
    -------
    Figure
    """
    profiles = result.profiles.profiles if result.profiles is not None else ()
    lines = -(-len(profiles) // _IN_A_ROW)
    heights = [3.4, 2.6, *[2.2] * lines]
    figure = plt.figure(figsize=(11.0, sum(heights)), layout="constrained")
    parts: Any = figure.subfigures(2 + lines, 1, height_ratios=heights)
    curve, matrix = parts[0].subplots(1, 2, width_ratios=[2.2, 1])
    left, middle, right = parts[1].subplots(1, 3, width_ratios=[1, 1, 0.9])
    verdict = "accepted" if result.accepted else "REJECTED"
    figure.suptitle(f"{result.model.name}, {result.data.source}: {verdict}", fontsize=10)
    _data_and_curve(result, derived, curve)
    correlations(result, matrix)
    _residuals(result, left)
    _inner_state(result, middle)
    _intervals(derived, right)
    for line in range(lines):
        axes = parts[2 + line].subplots(1, _IN_A_ROW)
        for ax in axes:
            ax.set_axis_off()
        for ax, profile in zip(axes, profiles[_IN_A_ROW * line :], strict=False):
            ax.set_axis_on()
            _profile(profile, result, ax)
    return figure


def _data_and_curve(result: IVFit, derived: Derived | None, ax: Axes) -> None:
    for k, data in enumerate(result.measurements):
        colour, here = _COLOURS[k % len(_COLOURS)], result.curve == k
        T_amb = result.ambients[k][0]
        ax.plot(data.I, data.V, ".", color=colour, ms=4, alpha=0.5, label=f"data, {T_amb:g} K")
        for sweep in np.unique(data.sweep):
            points = np.flatnonzero(here)[data.sweep == sweep]
            order = points[np.argsort(result.inner[points])]
            ax.plot(result.I[order], result.V[order], color=colour, lw=1.4)
        kept = data.censored
        if len(kept):
            marker = "v" if kept.limited == "current" else "^"
            ax.plot(kept.I, kept.V, marker, color=BLACK, ms=4, mfc="none", ls="", label="limit")
        aside = _positive([r for r in data.set_aside if r.row not in set(kept.rows.tolist())])
        if len(aside):
            ax.plot(*aside.T, "x", color=BLACK, ms=4, alpha=0.6, label="set aside")
    if derived is not None:
        for key, name, colour in (("threshold", "TS", VERMILION), ("hold", "H", GREEN)):
            found = {q.name: q.value for q in derived.quantities}
            if np.isfinite(found.get(f"{key}_V", np.nan)):
                ax.plot(
                    found[f"{key}_I"],
                    found[f"{key}_V"],
                    "o",
                    ms=8,
                    mfc="none",
                    mew=1.8,
                    color=colour,
                    label=name,
                )
    ax.set(xscale="log", yscale="log", xlabel="current (A)", ylabel="voltage (V)")
    ax.legend(ncols=2)
    ax.set_title("data and the fitted quasi-static curve")


def _positive(rows: Any) -> np.ndarray:
    points = np.array([(row.I, row.V) for row in rows], dtype=float).reshape(-1, 2)
    return points[np.isfinite(points).all(axis=1) & (points > 0).all(axis=1)]


def _residuals(result: IVFit, ax: Axes) -> None:
    ax.axhline(0, color=BLACK, lw=0.8)
    ax.axhspan(-200 * result.noise, 200 * result.noise, color=SKY, alpha=0.25, lw=0)
    for k in range(len(result.measurements)):
        here = result.curve == k
        ax.plot(
            result.data.I[here],
            100 * result.residuals[here],
            ".",
            color=_COLOURS[k % len(_COLOURS)],
            ms=3,
        )
    ax.set(xscale="log", xlabel="current (A)", ylabel="residual (%)")
    ax.set_title(f"distance in (ln V, ln I); trend p = {result.trend_p:.2g}")


def _inner_state(result: IVFit, ax: Axes) -> None:
    name = result.problem.curve.source.coordinate
    for k in range(len(result.measurements)):
        here = result.curve == k
        ax.plot(result.I[here], result.inner[here], ".", color=_COLOURS[k % len(_COLOURS)], ms=3)
    unit = getattr(result.model.quantity(name), "unit", "1")
    ax.set(xscale="log", yscale="log", xlabel="current (A)")
    ax.set_ylabel(label(pretty(name), "" if unit == "1" else unit))
    ax.set_title("inner state (inferred)")


def _intervals(derived: Derived | None, ax: Axes) -> None:
    """Draw 68 and 95 % intervals relative to the best value."""
    ax.set_title("derived: 68 and 95 % intervals")
    if derived is None:
        ax.text(0.5, 0.5, "not given (nd.derived)", ha="center", va="center", color="0.5")
        ax.set_axis_off()
        return
    shown = [q for q in derived.quantities if np.isfinite(q.value)][:_MOST_INTERVALS]
    for y, quantity in enumerate(shown):
        for level, width in ((0.95, 1.2), (0.68, 4.0)):
            ends = 100 * (np.array(quantity.interval(level)) / quantity.value - 1)
            ax.plot(ends, [y, y], color=BLUE, lw=width, solid_capstyle="butt")
    ax.axvline(0, color=BLACK, lw=0.8)
    ax.set_yticks(range(len(shown)), [_with_value(q.name, q.value, q.unit) for q in shown])
    ax.tick_params(axis="y", labelsize=7)
    ax.invert_yaxis()
    ax.set_xlabel("deviation (%)")


def _with_value(name: str, value: float, unit: str) -> str:
    factor, prefixed_unit = prefixed([value], unit)
    return f"{name.replace('_', ' ')} {value * factor:.4g} {prefixed_unit}"


def _profile(profile: Profile, result: IVFit, ax: Axes) -> None:
    assert result.profiles is not None
    factor, unit = prefixed(profile.values, profile.unit)
    if unit == "fJ":
        factor, unit = 1 / constants.eV, "eV"
    values = factor * profile.values
    # the root of the rise is nearly straight between the points: drawn so, the rise is smooth
    root = np.sqrt(profile.rise) * np.sign(profile.values - result[profile.name].value)
    dense = np.linspace(values[0], values[-1], 300)
    ax.plot(dense, np.interp(dense, values, root) ** 2, color=BLUE, lw=1.2)
    ax.plot(values, profile.rise, ".", color=BLUE, ms=4)
    for level, rise in result.profiles.thresholds.items():
        ax.axhline(rise, color=BLACK, lw=0.7, ls=":")
        ax.annotate(f"{level:.0%}", (1.0, rise), xycoords=("axes fraction", "data"), fontsize=7)
    parameter = result[profile.name]
    ax.axvline(factor * parameter.value, color=VERMILION, lw=0.8)
    if (profile.values > 0).all() and profile.values.max() > 10 * profile.values.min():
        ax.set_xscale("log")
    ax.set_ylim(-0.2, 1.6 * max(result.profiles.thresholds.values()))
    ax.set_xlabel(label(PRETTY.get(profile.name, pretty(profile.name)), unit))
    ax.set_ylabel("rise of $\\chi^2$")
    ax.set_title(parameter.status)
