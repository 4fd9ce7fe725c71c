"""How a network was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurodyn.arguments import Count, checked
from neurodyn.learning import Confusion, EqPropFit
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, new_axes, one_legend

_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, BLACK)


@checked
def accuracy(
    fits: EqPropFit | Mapping[str, EqPropFit],
    ax: Axes | None = None,
    *,
    against: Literal["epoch", "pulses"] = "epoch",
) -> Axes:
    """Draw accuracy against epochs, or against pulses for one weight; return the Axes.

    Parameters
    ----------
    fits : EqPropFit or mapping from name to EqPropFit
        On the validation data if there were any (in training as a thin line), else in training.
    ax : Axes, optional
    against : {"epoch", "pulses"}
    """
    ax = new_axes(ax)
    named = {"": fits} if isinstance(fits, EqPropFit) else dict(fits)
    for k, (name, fit) in enumerate(named.items()):
        epochs = np.arange(1, len(fit.history["train"]) + 1)
        weights = sum(w.size for w in fit.weights)
        x = epochs if against == "epoch" else np.cumsum(fit.history["pulses"]) / weights
        colour = _COLOURS[k % len(_COLOURS)]
        train, held = (100 * fit.history[key] for key in ("train", "validation"))
        if np.isfinite(held).any():
            ax.plot(x, train, color=colour, lw=0.7, label=None if name else "in training")
            ax.plot(x, held, color=colour, lw=1.6, label=name or "on data held back")
        else:
            ax.plot(x, train, color=colour, lw=1.6, label=name or "in training")
    if against == "epoch":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    said = "epoch" if against == "epoch" else "pulses for one weight"
    ax.set(xlabel=said, ylabel="accuracy (%)")
    one_legend(ax)
    return ax


@checked
def pulse_counts(fit: EqPropFit, ax: Axes | None = None, *, bins: Count = 50) -> Axes:
    """Draw how many weights had how many pulses, layer by layer; return the Axes."""
    totals = [(f"at most {p.total.max():.4g}", p.total) for p in fit.pulses]
    return _histograms(totals, "pulses for one weight", ax, bins)


@checked
def weight_drift(fit: EqPropFit, ax: Axes | None = None, *, bins: Count = 80) -> Axes:
    """Draw how far pulses moved weights, up less down, layer by layer; return the Axes."""
    moved = [(f"median size {np.median(np.abs(p.net)):.3g}", p.net) for p in fit.pulses]
    ax = _histograms(moved, "pulses up less pulses down", ax, bins)
    ax.axvline(0.0, color=BLACK, lw=0.6)
    return ax


def _histograms(
    layers: list[tuple[str, npt.NDArray[Any]]], xlabel: str, ax: Axes | None, bins: int
) -> Axes:
    ax = new_axes(ax)
    for k, (said, values) in enumerate(layers):
        numbers, edges = np.histogram(values, bins)
        colour = _COLOURS[k % len(_COLOURS)]
        ax.stairs(numbers / values.size, edges, color=colour, label=f"layer {k + 1}: {said}")
    ax.set(xlabel=xlabel, ylabel="share of weights", yscale="log")
    one_legend(ax)
    return ax


@checked
def confusion(found: Confusion, ax: Axes | None = None) -> Axes:
    """Draw which classes were taken for which, shaded by share of the true class; return the Axes.

    Parameters
    ----------
    found : Confusion
    ax : Axes, optional
    """
    ax = new_axes(ax)
    counts = found.counts
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[i, j] > 0.5 else BLACK
            ax.text(j, i, f"{count}", ha="center", va="center", color=colour, fontsize=6)
    ticks = np.arange(len(counts))
    ax.set_xticks(ticks, [str(name) for name in found.classes])
    ax.set_yticks(ticks, [str(name) for name in found.classes])
    ax.grid(visible=False)
    ax.set(xlabel="predicted", ylabel="true")
    return ax
