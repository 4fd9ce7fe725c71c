"""How a network was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurodyn.arguments import Count, checked
from neurodyn.errors import InputError
from neurodyn.learning import EqPropFit
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
    said = "epoch" if against == "epoch" else "pulses for one weight"
    ax.set(xlabel=said, ylabel="accuracy (%)")
    one_legend(ax)
    return ax


@checked
def pulse_counts(fit: EqPropFit, ax: Axes | None = None, *, bins: Count = 50) -> Axes:
    """Draw how many weights had how many pulses, layer by layer; return the Axes."""
    ax = new_axes(ax)
    for layer, counts in enumerate(fit.pulses, 1):
        numbers, edges = counts.histogram(bins)
        label = f"layer {layer}: at most {counts.total.max():.4g}"
        ax.stairs(numbers / counts.total.size, edges, color=_COLOURS[layer - 1], label=label)
    ax.set(xlabel="pulses for one weight", ylabel="share of weights", yscale="log")
    one_legend(ax)
    return ax


@checked
def weight_drift(fit: EqPropFit, ax: Axes | None = None, *, bins: Count = 80) -> Axes:
    """Draw how far pulses moved weights, up less down, layer by layer; return the Axes."""
    ax = new_axes(ax)
    for layer, counts in enumerate(fit.pulses, 1):
        numbers, edges = np.histogram(counts.net, bins)
        label = f"layer {layer}: median size {np.median(np.abs(counts.net)):.3g}"
        ax.stairs(numbers / counts.net.size, edges, color=_COLOURS[layer - 1], label=label)
    ax.axvline(0.0, color=BLACK, lw=0.6)
    ax.set(xlabel="pulses up less pulses down", ylabel="share of weights", yscale="log")
    one_legend(ax)
    return ax


@checked
def confusion(counts: npt.ArrayLike, classes: Any, ax: Axes | None = None) -> Axes:
    """Draw which classes were taken for which; return the Axes.

    Parameters
    ----------
    counts : (n, n) int
        True class by row, predicted by column.
    classes : (n,) labels
    ax : Axes, optional

    Raises
    ------
    InputError
        If there are not as many rows and columns as classes.
    """
    found = np.asarray(counts, dtype=float)
    names = np.atleast_1d(np.asarray(classes))
    if found.shape != (len(names),) * 2 or names.ndim != 1:
        raise InputError(f"counts has shape {found.shape} for {len(names)} classes; expected both")
    ax = new_axes(ax)
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(found):
        if count:
            colour = "white" if shares[i, j] > 0.5 else BLACK
            ax.text(j, i, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=6)
    ticks = np.arange(len(names))
    ax.set_xticks(ticks, [str(n) for n in names])
    ax.set_yticks(ticks, [str(n) for n in names])
    ax.grid(visible=False)
    ax.set(xlabel="predicted", ylabel="true")
    return ax
