"""How devices fluctuate, beside what a model says."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import Count, checked
from neurodyn.plot.style import BLACK, BLUE, ORANGE, new_axes, one_legend
from neurodyn.synapses import Increments, SynapseCorrelation, SynapseSpectrum

_SHOWN = 12.0  # half widths from the middle


@checked
def increments(
    found: Increments, ax: Axes | None = None, *, other: Increments | None = None, bins: Count = 80
) -> Axes:
    """Draw the histogram of steps of ln R; return the Axes.

    Parameters
    ----------
    found : Increments
    ax : Axes, optional
    other : Increments, optional
        Those of a model, as a line.
    bins : int
        Steps beyond twelve half widths are counted in the outermost two.
    """
    ax = new_axes(ax)
    width = found.half_width or float(np.abs(found.values).max()) / _SHOWN or 1.0
    edges = float(np.median(found.values)) + _SHOWN * width * np.linspace(-1, 1, bins + 1)
    shares = _shares(found.values, edges)
    ax.stairs(shares, edges, fill=True, color=BLUE, alpha=0.6, label="measured")
    if other is not None:
        ax.stairs(_shares(other.values, edges), edges, color=BLACK, label="the other")
    ax.set(xlabel="step of ln R", ylabel="share of steps", yscale="log")
    ax.set_title(f"{len(found.values)} steps, half width {found.half_width:.3g}")
    one_legend(ax)
    return ax


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / len(values)


@checked
def synapse_spectrum(
    found: SynapseSpectrum, ax: Axes | None = None, *, other: SynapseSpectrum | None = None
) -> Axes:
    """Draw the power density of ln R against cycles per pulse; return the Axes.

    Parameters
    ----------
    found : SynapseSpectrum
    ax : Axes, optional
    other : SynapseSpectrum, optional
        That of a model.
    """
    ax = new_axes(ax)
    f, density, error = found.frequency[1:], found.density[1:], found.standard_error[1:]
    ax.loglog(f, density, color=BLUE, lw=1.2, label="measured")
    low = np.maximum(density - error, density * 1e-3)
    ax.fill_between(f, low, density + error, color=BLUE, alpha=0.2, lw=0)
    if other is not None:
        ax.loglog(other.frequency[1:], other.density[1:], color=BLACK, lw=1, ls="--", label="other")
    ax.set(xlabel="frequency (cycles per pulse)", ylabel="density of ln R (pulses)")
    ax.set_title(f"mean of {found.devices} devices")
    one_legend(ax)
    return ax


@checked
def synapse_correlation(found: SynapseCorrelation, ax: Axes | None = None) -> Axes:
    """Draw the correlation of devices with themselves and with each other; return the Axes.

    Parameters
    ----------
    found : SynapseCorrelation
    ax : Axes, optional
    """
    ax = new_axes(ax)
    ax.plot(found.lag, found.auto, color=BLUE, lw=1.4, label="of a device with itself")
    ax.plot(found.lag, found.cross, color=ORANGE, lw=1.4, label="with another")
    ax.axhline(0.0, color="0.5", lw=0.8)
    ax.set(xlabel="lag (pulses)", ylabel="mean product of ln R")
    one_legend(ax)
    return ax
