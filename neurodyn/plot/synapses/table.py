"""A measured table, as it was understood."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import Count, checked
from neurodyn.plot.style import BLACK, BLUE, VERMILION, label, new_axes, one_legend, prefixed
from neurodyn.synapses import PulseTable, TableMoments


@checked
def pulse_table(table: PulseTable, ax: Axes | None = None, most: Count = 50) -> Axes:
    """Draw the resistance of devices against pulses, dead ones in another colour.

    Parameters
    ----------
    table : PulseTable
    ax : Axes, optional
    most : int
        Devices that are drawn of each kind, the first ones.
    """
    ax = new_axes(ax)
    R = np.exp(table.ln_R)
    factor, unit = prefixed([np.nanmedian(R)], "ohm") if np.isfinite(R).any() else (1.0, "Ω")
    dead = np.isin(table.names, list(table.dead))
    for kind, name, look in (
        (~dead, "devices", {"color": BLUE, "lw": 0.6, "alpha": 0.5}),
        (dead, "dead", {"color": VERMILION, "lw": 1.2}),
    ):
        for row in R[kind][:most]:
            ax.plot(table.pulse, factor * row, label=name, **look)
    ax.set(xlabel="pulses", ylabel=label("resistance", unit), yscale="log")
    ax.set_title(f"{table.source}: {len(dead)} devices, {dead.sum()} dead")
    one_legend(ax)
    return ax


@checked
def table_moments(
    found: TableMoments, ax: Axes | None = None, *, other: TableMoments | None = None
) -> Axes:
    """Draw quantiles of resistance over devices against pulses; return the Axes.

    Parameters
    ----------
    found : TableMoments
        Bands of 5 to 95 % and of 25 to 75 %, and the median.
    ax : Axes, optional
    other : TableMoments, optional
        The same of a model, as lines.
    """
    ax = new_axes(ax)
    factor, unit = prefixed([np.median(found.quantiles)], "ohm")
    q = factor * found.quantiles.T
    ax.fill_between(found.pulse, q[0], q[4], color=BLUE, alpha=0.15, lw=0, label="5 to 95 %")
    ax.fill_between(found.pulse, q[1], q[3], color=BLUE, alpha=0.3, lw=0, label="25 to 75 %")
    ax.plot(found.pulse, q[2], color=BLUE, lw=1.4, label="median")
    if other is not None:
        for row in factor * other.quantiles.T:
            ax.plot(other.pulse, row, color=BLACK, lw=0.9, ls="--", label="the same of the other")
    ax.set(xlabel="pulses", ylabel=label("resistance", unit), yscale="log")
    one_legend(ax)
    return ax
