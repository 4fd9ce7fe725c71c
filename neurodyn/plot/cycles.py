"""What is computed of one cycle: its response to kicks, its sensitivity to parameters."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.continuation import PhaseResponse, Sensitivity
from neurodyn.errors import unknown_name
from neurodyn.plot.style import BLUE, VERMILION, label, new_axes, prefixed, pretty


@checked
def phase_response(found: PhaseResponse, state: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how far a kick of one state brings the next spikes forward, against when it comes.

    Parameters
    ----------
    found : PhaseResponse
    state : str, optional
        Which is kicked; the first state by default.
    ax : Axes, optional

    Raises
    ------
    InputError
        For an unknown state.
    """
    ax = new_axes(ax)
    if state is not None and state not in found.names:
        raise unknown_name("state", state, found.names)
    name = state or found.names[0]
    advance = found[name] * found.period / (2 * np.pi)
    unit = found.units[found.names.index(name)].removeprefix("rad").removeprefix("/")
    ft, ut = prefixed(found.t, found.time_unit)
    fy, uy = prefixed(advance, found.time_unit)
    ax.plot(ft * found.t, fy * advance, color=BLUE, lw=1.4)
    ax.axhline(0.0, color="0.5", lw=0.8)
    ax.set_xlabel(label("time of the kick in the cycle", ut))
    ax.set_ylabel(label(f"advance per kick of {pretty(name)}", f"{uy}/{unit}" if unit else uy))
    return ax


@checked
def sensitivity(found: Sensitivity, ax: Axes | None = None) -> Axes:
    """Draw per cent of change per per cent of each parameter, the strongest on top.

    Parameters
    ----------
    found : Sensitivity
    ax : Axes, optional
    """
    ax = new_axes(ax)
    ranked = sorted(found.log_gradient.items(), key=lambda item: abs(item[1]))
    values = [value for _, value in ranked]
    bars = ax.barh(
        [pretty(name) for name, _ in ranked],
        values,
        color=[BLUE if value >= 0 else VERMILION for value in values],
    )
    ax.bar_label(bars, fmt="%+.3g", padding=3)
    ax.margins(x=0.2)
    ax.axvline(0.0, color="0.5", lw=0.8)
    ax.set_xlabel(f"% of {found.measure.replace('_', ' ')} per % of the parameter")
    return ax
