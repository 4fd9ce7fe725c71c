"""Drawings that more than one analysis needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter
from scipy.interpolate import PchipInterpolator

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION


def smooth(I: Any, T: Any) -> Any:
    """Return a smooth line through the computed cycles, (2, 500): I in mA, T in K."""
    points = np.array([I / 1e-3, np.log(T)])
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points / np.ptp(points, axis=1)[:, None]))))
    I, log_T = PchipInterpolator(length, points, axis=1)(np.linspace(0, length[-1], 500))
    return I, np.exp(log_T)


def diagram(ax: plt.Axes, result: nd.BifurcationDiagram) -> None:
    """Draw equilibria, the envelopes of the cycles, Hopf points and the fold."""
    rest, cycles = result.equilibria, result.cycles[0]
    (fold,), ends = result.cycle_folds, [hopf.parameter for hopf in rest.hopf]
    for low, high, line in ((0, ends[0], "-"), (*ends, "--"), (ends[1], common.SPAN[1], "-")):
        I = np.linspace(low, high, 200)
        label = {"--": "equilibrium, unstable"}.get(line, None if low else "equilibrium, stable")
        ax.plot(I * 1e3, np.interp(I, rest.parameter, rest["T"]), BLACK, ls=line, label=label)
    top = int(np.argmax(cycles.parameter)) + 1
    for i, values in enumerate(cycles.envelope("T")):
        at_fold = (fold.cycle.minimum, fold.cycle.maximum)[i][1]
        I = np.insert(cycles.parameter, top, fold.parameter)
        T = np.insert(values, top, at_fold)
        names = ["stable cycle, max and min", "unstable cycle"] if i else [None, None]
        ax.plot(*smooth(I[: top + 1], T[: top + 1]), BLUE, label=names[0])
        I, T = np.append(I[top:], ends[1]), np.append(T[top:], rest.hopf[1].state["T"])
        ax.plot(*smooth(I, T), VERMILION, ls=(0, (4, 1.5)), label=names[1])
        ax.plot(fold.parameter * 1e3, at_fold, "D", color=PURPLE, ms=5, zorder=5,
                label="fold of cycles" if i else None)  # fmt: skip
    for hopf, mark in zip(rest.hopf, ("o", "s"), strict=True):
        ax.plot(hopf.parameter * 1e3, hopf.state["T"], mark, color=ORANGE, mec=BLACK, zorder=6,
                label=f"Hopf, {hopf.criticality}")  # fmt: skip
    for low, high in result.bistable_windows:
        ax.axvspan(low * 1e3, high * 1e3, color=GREEN, alpha=0.15, lw=0, label="bistable")
    ax.set(xlabel="source current $I_\\mathrm{s}$ (mA)", ylabel="temperature $T$ (K)", yscale="log")
    ax.set_yticks([300, 500, 1000, 2000, 5000], ["300", "500", "1000", "2000", "5000"])
    ax.yaxis.set_minor_formatter(NullFormatter())


def window(ax: plt.Axes, hopf: Any, folds: Any, name: str, unit: float) -> None:
    """Draw both curves and the window between them."""
    order = np.argsort(hopf[name])
    x, I = hopf[name][order] * unit, hopf["I_s"][order] * 1e3
    ax.fill_between(folds[name] * unit, np.interp(folds[name] * unit, x, I), folds["I_s"] * 1e3,
                    color=GREEN, alpha=0.15, lw=0, label="bistable")  # fmt: skip
    ax.plot(x, I, color=BLUE, ls="--", label="upper Hopf point")
    ax.plot(folds[name] * unit, folds["I_s"] * 1e3, color=VERMILION, label="fold of cycles")
    ax.set_ylabel("source current $I_\\mathrm{s}$ (mA)")


def save(figure: plt.Figure, folder: Path, name: str) -> None:
    """Write a figure of a page."""
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", dpi=110)
    plt.close(figure)
