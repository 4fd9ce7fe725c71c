"""Fig. 2.18 of the source again: bifurcation diagram, fading trains, the law of the ghost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, style
from scipy.interpolate import PchipInterpolator

NAME = "fig_2_18_phasic_bursting"
TRAINS = (1e-9, 1e-8, 1e-7, 1e-6)  # A above the fold
ENOUGH = 10  # spikes from which on the law of the ghost is fitted


def smooth(I: Any, T: Any) -> Any:
    """Return a smooth line through the computed cycles, (2, 500): I in mA, T in K."""
    points = np.array([I / 1e-3, np.log(T)])
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points / np.ptp(points, axis=1)[:, None]))))
    I, log_T = PchipInterpolator(length, points, axis=1)(np.linspace(0, length[-1], 500))
    return I, np.exp(log_T)


def draw_diagram(ax: plt.Axes, diagram: nd.BifurcationDiagram) -> None:
    """Draw equilibria, the envelopes of the cycles, Hopf points and the fold."""
    rest, cycles = diagram.equilibria, diagram.cycles[0]
    (fold,), ends = diagram.cycle_folds, [hopf.parameter for hopf in rest.hopf]
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
    for low, high in diagram.bistable_windows:
        ax.axvspan(low * 1e3, high * 1e3, color=GREEN, alpha=0.15, lw=0, label="bistable")
    ax.set(xlabel="source current $I_\\mathrm{s}$ (mA)", ylabel="temperature $T$ (K)", yscale="log")
    ax.set_yticks([300, 500, 1000, 2000, 5000], ["300", "500", "1000", "2000", "5000"])
    ax.yaxis.set_minor_formatter(NullFormatter())


def counts(model: nd.Model, fold: Any, above: Any, c: float) -> Any:
    """Return the number of spikes from rest at distances above the fold."""
    ends = 1.5 * c / np.sqrt(above) * fold.period + 3e-6
    pairs = zip(above, ends, strict=True)
    return np.array([len(common.spikes_from_rest(model, fold.parameter + d, t)) for d, t in pairs])


def main(out: Path, points: int = 46, smallest: float = 1e-10) -> dict[str, Any]:
    """Draw the diagram and the trains, and fit the exponent of the ghost."""
    model = nd.devices.nbox_neuron(T_amb=298.0)
    diagram = common.diagram(model)
    (fold,), (lower, upper) = diagram.cycle_folds, diagram.equilibria.hopf
    c = common.ghost_constant(diagram.cycles[0])
    above = np.geomspace(smallest, 3e-6, points)
    n = counts(model, fold, above, c)
    law = n >= ENOUGH
    (slope, _), cov = np.polyfit(np.log(above[law]), np.log(n[law]), 1, cov=True)
    offset = np.polyfit(above[law] ** -0.5, n[law], 1)
    ranges = {f"at_least_{k}": float(above[n >= k].max()) for k in (2, 3, 5, 10)}
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(10, 7.4))
        draw_diagram(axes[0, 0], diagram)
        draw_diagram(axes[0, 1], diagram)
        axes[0, 0].set_title("(a) all currents, 298 K, 200 pF")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
        axes[0, 1].set(title="(b) the bistable window", xlim=(0.89, 0.98))
        for i, d in enumerate(TRAINS):
            run = nd.solve(model, 14e-6, inputs={"I_s": fold.parameter + d}, rtol=1e-10, atol=1e-10)
            t = np.linspace(0, 14e-6, 6000)
            axes[1, 0].plot(t * 1e6, run.at(t, "T") / 1e3 + 10 * (3 - i), color=BLUE, lw=0.7)
            text = f"{d * 1e9:g} nA above the fold: {len(nd.spikes(run))} spikes"
            axes[1, 0].text(13.9, 10 * (3 - i) + 7.2, text, ha="right", fontsize=8)
        axes[1, 0].set(title="(c) from rest, just above the fold (10 kK between curves)", ylim=(-1, 40),
                       xlabel="time (µs)", ylabel="temperature $T$ (kK)")  # fmt: skip
        ax = axes[1, 1]
        ax.loglog(above * 1e6, c / np.sqrt(above), color=ORANGE, lw=2,
                  label="from Floquet multipliers, nothing fitted")  # fmt: skip
        ax.loglog(above * 1e6, n, "o", color=BLUE, ms=3.5, label="simulated from rest")
        ax.axhline(ENOUGH, color=BLACK, lw=0.8, ls=":", label=f"fitted from {ENOUGH} spikes up")
        ax.set(title=f"(d) exponent −{-slope:.4f} ± {np.sqrt(cov[0, 0]):.4f}; theory −1/2",
               xlabel="$I_\\mathrm{s} - I_\\mathrm{fold}$ (µA)",
               ylabel="spikes before silence")  # fmt: skip
        ax.legend()
        compared = common.compared
        result = {
            "figure": "2.18",
            "comparison": [
                compared("upper Hopf point [A]", upper.parameter, "at the hold point, supercritical",
                         f"{upper.criticality}, l1 = {upper.first_lyapunov:.5g} > 0; 54 uA below "
                         "the hold point"),
                compared("end of spiking: fold of cycles [A]", fold.parameter, 0.96702e-3,
                         "source agrees for T_amb near 296.37 K"),
                compared("range of currents with 2 spikes or more, then silence [A]",
                         ranges["at_least_2"], 0.003e-3, "source does not define its range"),
                compared("exponent of N against I_s - I_fold", slope, None, "theory: -0.5"),
            ],
            "hopf": [{"I_s": h.parameter, "frequency": h.frequency, "criticality": h.criticality,
                      "first_lyapunov": h.first_lyapunov} for h in (lower, upper)],
            "fold_of_cycles": {"I_s": fold.parameter, "period": fold.period},
            "bistable_window": diagram.bistable_windows,
            "ghost": {"exponent": slope, "standard_error": np.sqrt(cov[0, 0]),
                      "constant_from_multipliers": c, "constant_fitted": offset[0],
                      "offset_fitted": offset[1], "fitted_from_spikes": ENOUGH,
                      "above_fold": above, "spikes": n, "range": ranges},
            "provenance": common.provenance(model, rtol=1e-10, atol=1e-10, span=common.SPAN),
        }  # fmt: skip
        common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
