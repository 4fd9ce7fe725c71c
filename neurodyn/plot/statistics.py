"""Statistics of spikes: intervals, spectra, survival, staircases, medians of noisy runs."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.model import Quantity
from neurodyn.plot.style import BLUE, ORANGE, VERMILION, label, new_axes, prefixed, pretty
from neurodyn.spikes import (
    ISIHistogram,
    PowerSpectrum,
    Survival,
)
from neurodyn.sweeps import MedianFrequency, Staircase


@checked
def isi_histogram(found: ISIHistogram, ax: Axes | None = None, time_unit: str = "s") -> Axes:
    """Draw a histogram of interspike intervals; return the Axes.

    Parameters
    ----------
    found : ISIHistogram
    ax : Axes, optional
    time_unit : str
        Of the model.
    """
    ax = new_axes(ax)
    factor, unit = prefixed(found.edges, time_unit)
    ax.stairs(found.counts, factor * found.edges, fill=True, color=BLUE)
    ax.set(xlabel=label("interspike interval", unit), ylabel="number")
    ax.set_title(f"{len(found.intervals)} intervals, CV {found.cv:.3g}")
    return ax


@checked
def power_spectrum(
    found: PowerSpectrum, ax: Axes | None = None, unit: str = "1", time_unit: str = "s"
) -> Axes:
    """Draw a power spectrum on logarithmic axes; return the Axes.

    Parameters
    ----------
    found : PowerSpectrum
    ax : Axes, optional
    unit : str
        Of what the spectrum is of.
    time_unit : str
        Of the model.
    """
    ax = new_axes(ax)
    name = "Hz" if time_unit == "s" else f"1/{time_unit}"
    factor, shown = prefixed(found.frequency, name if time_unit != "1" else "1")
    ax.loglog(factor * found.frequency[1:], found.density[1:], color=BLUE, lw=1)
    squared = (
        f"{unit if unit.isalpha() else f'({unit})'}²/{name}"
        if unit != "1" and time_unit != "1"
        else ""
    )
    ax.set(xlabel=label("frequency", shown), ylabel=label(f"density of {found.name}", squared))
    return ax


@checked
def survival(found: Survival, ax: Axes | None = None, time_unit: str = "s") -> Axes:
    """Draw the fraction that lasts, with standard errors and the law of a constant rate.

    Parameters
    ----------
    found : Survival
    ax : Axes, optional
    time_unit : str
    """
    ax = new_axes(ax)
    end = float(found.durations.max())
    factor, unit = prefixed([end], time_unit)
    t = factor * np.concatenate([[0.0], found.times, [end]])
    fraction = np.concatenate([[1.0], found.fraction, found.fraction[-1:]])
    error = np.concatenate([[0.0], found.standard_error, found.standard_error[-1:]])
    if not len(found.times):
        fraction, error = np.ones(2), np.zeros(2)
    ax.step(t, fraction, where="post", color=BLUE, label="Kaplan and Meier")
    ax.fill_between(t, fraction - error, fraction + error, step="post", color=BLUE, alpha=0.2, lw=0)
    smooth = np.linspace(0, end, 200)
    ax.plot(
        factor * smooth, np.exp(-found.rate * smooth), color=ORANGE, ls="--", label="constant rate"
    )
    ax.set(xlabel=label("time", unit), ylabel="fraction that lasts", ylim=(0, 1.02))
    ax.legend()
    return ax


@checked
def staircase(found: Staircase, ax: Axes | None = None) -> Axes:
    """Draw spikes per input period against the input frequency, with the plateaus.

    Parameters
    ----------
    found : Staircase
    ax : Axes, optional
    """
    ax = new_axes(ax)
    name = "Hz" if found.model.time_unit == "s" else "1"
    factor, unit = prefixed(found.frequencies, name)
    ax.plot(factor * found.frequencies, found.ratios, ".", color=BLUE, ms=3, label="simulated")
    for plateau in found.plateaus:
        ratio = float(plateau.ratio)
        ax.plot(
            [factor * plateau.low, factor * plateau.high],
            [ratio, ratio],
            color=VERMILION,
            lw=2.5,
            solid_capstyle="butt",
        )
        ax.annotate(
            str(plateau.ratio),
            (factor * 0.5 * (plateau.low + plateau.high), ratio),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    ax.set(xlabel=label("input frequency", unit), ylabel="spikes per input period")
    return ax


@checked
def median_frequency(found: MedianFrequency, ax: Axes | None = None) -> Axes:
    """Draw the average frequency of each run, and the median at each value.

    Parameters
    ----------
    found : MedianFrequency
    ax : Axes, optional
    """
    ax = new_axes(ax)
    model = found.model.model
    name = "Hz" if model.time_unit == "s" else "1"
    item = model.quantity(found.parameter)
    assert isinstance(item, Quantity)
    fx, ux = prefixed(found.values, item.unit)
    fy, uy = prefixed(found.frequency, name)
    x = np.repeat(fx * found.values, found.frequency.shape[1])
    ax.plot(x, fy * found.frequency.ravel(), ".", color="0.7", ms=3, label="each run")
    ax.plot(fx * found.values, fy * found.median, "o-", color=BLUE, ms=4, label="median")
    ax.set(xlabel=label(pretty(found.parameter), ux), ylabel=label("average frequency", uy))
    ax.legend()
    return ax
