"""Curves along an input: stability of the equilibrium, firing rate."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.equilibria import StabilityCurve
from neurodyn.plot.style import BLUE, VERMILION, label, new_axes, prefixed, pretty
from neurodyn.spikes import FICurve


def stability(
    curve: StabilityCurve, state: str | None = None, ax: Axes | None = None, log: bool = False
) -> Axes:
    """Draw a state of the equilibrium along the input: stable solid, unstable dashed, Hopf.

    Parameters
    ----------
    curve : StabilityCurve
    state : str, optional
        The first state by default.
    ax : Axes, optional
    log : bool
        Whether the input is drawn on a logarithmic axis.
    """
    ax = new_axes(ax)
    names = curve.model.state_names
    index = names.index(state) if state else 0
    quantity = curve.model.states[index]
    unit = next(q.unit for q in curve.model.inputs if q.name == curve.parameter)
    fx, ux = prefixed(curve.values, unit)
    fy, uy = prefixed(curve.states[index], quantity.unit)
    for mask, dashes, text in (
        (curve.stable, "-", "stable equilibrium"),
        (~curve.stable, "--", "unstable equilibrium"),
    ):
        if mask.any():
            y = np.where(mask, curve.states[index], np.nan)
            ax.plot(fx * curve.values, fy * y, color=BLUE, ls=dashes, lw=1.6, label=text)
    for point in curve.hopf:
        ax.plot(
            fx * point.parameter, fy * point.state[quantity.name], "o", color=VERMILION, ms=6,
            label=f"Hopf: {fx * point.parameter:.5g} {ux}",
        )  # fmt: skip
    if log:
        ax.set_xscale("log")
    ax.set_xlabel(label(pretty(curve.parameter), ux))
    ax.set_ylabel(label(f"{pretty(quantity.name)} at rest", uy))
    ax.legend()
    return ax


def fi_curve(curve: FICurve, ax: Axes | None = None) -> Axes:
    """Draw the firing rate against the input; silent runs that fired first are open circles."""
    ax = new_axes(ax)
    item = next(
        q for q in (*curve.model.inputs, *curve.model.parameters) if q.name == curve.parameter
    )
    fx, ux = prefixed(curve.values, item.unit)
    rate_unit = "Hz" if curve.model.time_unit == "s" else f"1/{curve.model.time_unit}"
    fy, uy = prefixed(curve.rate, rate_unit)
    ax.plot(fx * curve.values, fy * curve.rate, ".-", color=BLUE, ms=4, lw=1.2, label="from rest")
    fading = (curve.rate == 0) & (curve.transient > 0)
    if fading.any():
        ax.plot(
            fx * curve.values[fading], np.zeros(fading.sum()), "o", color=VERMILION, mfc="none",
            ms=5, label="fires, then falls silent",
        )  # fmt: skip
    ax.set_xlabel(label(pretty(curve.parameter), ux))
    ax.set_ylabel(label("firing rate", uy))
    ax.legend()
    return ax
