"""What is foretold of two neurons that act on each other."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.continuation import PairLocking, PulseResponse
from neurodyn.plot.style import BLUE, VERMILION, label, new_axes, one_legend, prefixed


@checked
def pulse_response(found: PulseResponse, ax: Axes | None = None) -> Axes:
    """Draw by how much one pulse delays later spikes, against when it begins; dashed: first order.

    Parameters
    ----------
    found : PulseResponse
    ax : Axes, optional
    """
    ax = new_axes(ax)
    factor, unit = prefixed(found.total, found.time_unit)
    ax.plot(found.phase, factor * found.total, color=BLUE, lw=1.4, label="all later spikes")
    first = factor * found.changes[:, 0]
    ax.plot(found.phase, first, color=BLUE, lw=0.9, ls=":", label="the next spike")
    ax.plot(found.phase, factor * found.weak, color=VERMILION, lw=1.2, ls="--", label="first order")
    ax.axhline(0.0, color="0.5", lw=0.8)
    ax.set_xlabel("phase at which the pulse begins")
    ax.set_ylabel(label("delay of spikes", unit))
    one_legend(ax)
    return ax


@checked
def pair_locking(found: PairLocking, ax: Axes | None = None) -> Axes:
    """Draw how the time difference of two neurons moves in a period, and where it rests.

    Parameters
    ----------
    found : PairLocking
    ax : Axes, optional
    """
    ax = new_axes(ax)
    factor, unit = prefixed(found.shift, found.time_unit)
    ax.plot(found.phase, factor * found.shift, color=BLUE, lw=1.4)
    ax.axhline(0.0, color="0.5", lw=0.8)
    for stable, face in ((True, VERMILION), (False, "none")):
        at = np.array([one.phase for one in found.locked if one.stable is stable])
        ax.plot(
            at,
            np.zeros(len(at)),
            "o",
            color=VERMILION,
            mfc=face,
            ms=7,
            ls="none",
            label="locked, stable" if stable else "unstable",
        )
    ax.set_xlabel("phase difference, in periods")
    ax.set_ylabel(label("change of the time difference in a period", unit))
    one_legend(ax)
    return ax
