"""Curves along an input: stability of the equilibrium, firing rate."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.continuation.stability_lines import rest_lines
from neurodyn.equilibria import StabilityCurve
from neurodyn.errors import unknown_name
from neurodyn.plot.style import (
    BLUE,
    VERMILION,
    label,
    new_axes,
    one_legend,
    prefixed,
    pretty,
    rate_unit,
)
from neurodyn.sweeps import FICurve


@checked
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
    if state is not None and state not in names:
        raise unknown_name("state", state, names)
    index = names.index(state) if state else 0
    quantity = curve.model.states[index]
    unit = next(q.unit for q in curve.model.inputs if q.name == curve.parameter)
    fx, ux = prefixed(curve.values, unit)
    fy, uy = prefixed(curve.states[index], quantity.unit)
    for stretch in rest_lines(curve):
        stable = stretch.sign < 0
        ax.plot(
            fx * stretch.vertices[:, 0],
            fy * stretch.vertices[:, 1 + index],
            color=BLUE,
            ls="-" if stable else "--",
            lw=1.6,
            label=f"{'stable' if stable else 'unstable'} equilibrium",
        )
    for point in curve.hopf:
        ax.plot(
            fx * point.parameter,
            fy * point.state[quantity.name],
            "o",
            color=VERMILION,
            ms=6,
            label=f"Hopf: {fx * point.parameter:.5g} {ux}",
        )
    if log:
        ax.set_xscale("log")
    ax.set_xlabel(label(pretty(curve.parameter), ux))
    ax.set_ylabel(label(f"{pretty(quantity.name)} at rest", uy))
    one_legend(ax)
    return ax


@checked
def fi_curve(curve: FICurve, ax: Axes | None = None) -> Axes:
    """Draw the firing rate against the input; silent runs that fired first are open circles."""
    ax = new_axes(ax)
    item = next(
        q for q in (*curve.model.inputs, *curve.model.parameters) if q.name == curve.parameter
    )
    fx, ux = prefixed(curve.values, item.unit)
    fy, uy = prefixed(curve.rate, rate_unit(curve.model.time_unit))
    active = np.append(curve.rate > 0, False)
    # the rate jumps where firing begins and ends: no line joins silence to firing
    edges = np.flatnonzero(np.diff(active)) + 1
    for run in np.split(np.arange(len(curve.values)), edges[edges < len(curve.values)]):
        ax.plot(
            fx * curve.values[run],
            fy * curve.rate[run],
            ".-",
            color=BLUE,
            ms=4,
            lw=1.2,
            label="from rest",
        )
    fading = (curve.rate == 0) & (curve.transient > 0)
    if fading.any():
        ax.plot(
            fx * curve.values[fading],
            np.zeros(fading.sum()),
            "o",
            color=VERMILION,
            mfc="none",
            ms=5,
            label="fires, then falls silent",
        )
    ax.set_xlabel(label(pretty(curve.parameter), ux))
    ax.set_ylabel(label("firing rate", uy))
    one_legend(ax)
    return ax
