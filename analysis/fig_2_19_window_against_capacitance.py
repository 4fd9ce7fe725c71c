"""Fig. 2.19 of the source again: how C_ext and T_amb move the bistable window and the ghost."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import drawing
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

import neurodyn as nd
from neurodyn.plot.style import BLACK, GREEN, ORANGE, PURPLE, style

NAME = "fig_2_19_window_against_capacitance"
CAPACITANCES = (14, 15, 17, 20, 25, 30, 40, 50, 70, 100, 110, 150, 200, 300, 400, 500)  # pF
TICKS = (5, 10, 20, 50, 100, 200, 500)  # pF
AMBIENTS = tuple(range(293, 301))  # K
SPIKES = 10  # of a burst that counts as one


def row(model: nd.Model, simulate: bool) -> dict[str, Any]:
    """Return both ends of the window and the width of the ghost at one C_ext and T_amb."""
    diagram = common.diagram(model)
    (fold,), (_, upper) = diagram.cycle_folds, diagram.equilibria.hopf
    c = common.ghost_constant(diagram.cycles[0])
    law, width = (c / SPIKES) ** 2, fold.parameter - upper.parameter
    found = None
    if simulate and fold.cycle.minimum[1] < 0.9 * model["T_spike"]:  # else turns are no spikes
        low, high = np.log(law / 10), np.log(3 * law)  # the longest distance with enough spikes
        for _ in range(12):
            middle = 0.5 * (low + high)
            above = np.exp(middle)
            t_end = 1.5 * c / np.sqrt(above) * fold.period + 3e-6
            n = len(common.spikes_from_rest(model, fold.parameter + above, t_end))
            low, high = (middle, high) if n >= SPIKES else (low, middle)
        found = float(np.exp(low))
    return {
        "C_ext": model["C_ext"], "T_amb": model["T_amb"], "upper_hopf": upper.parameter,
        "criticality": upper.criticality, "cycle_fold": fold.parameter, "period": fold.period,
        "window": width, "window_relative": 1 - upper.parameter / fold.parameter,
        "ghost_constant": c, "ghost_law": law if law < 0.5 * width else None,
        "ghost_simulated": found,
    }  # fmt: skip


def main(
    out: Path, capacitances: Sequence[float] = CAPACITANCES, ambients: Sequence[float] = AMBIENTS
) -> dict[str, Any]:
    """Follow the window in C_ext and T_amb, and measure the ghost at each place."""
    model = nd.devices.nbox_neuron(T_amb=298.0)
    known = common.diagram(model)
    hopf, folds = common.curves(model, known, "C_ext", (5e-12, 5e-10))
    (bautin,) = hopf.of_kind("bautin")
    by_C = [row(model.with_parameters(C_ext=C * 1e-12), True) for C in capacitances]
    by_T = [row(model.with_parameters(T_amb=float(T)), False) for T in ambients]
    widest = max(by_C, key=lambda r: r["window"])
    with plt.rc_context(style()):
        figure, ((a, b), (c, d)) = plt.subplots(2, 2, figsize=(10, 7.2))
        drawing.window(a, hopf, folds, "C_ext", 1e12)
        a.plot(bautin.parameters["C_ext"] * 1e12, bautin.parameters["I_s"] * 1e3, "o",
               color=ORANGE, mec=BLACK, zorder=5, label="Bautin point")  # fmt: skip
        a.set(title="(a) where the neuron is bistable, 298 K", xscale="log")
        C = common.column(by_C, "C_ext") * 1e12
        b.loglog(C, common.column(by_C, "window") * 1e6, "o-", color=GREEN, label="bistable window")
        b.loglog(C, common.column(by_C, "ghost_law") * 1e6, color=ORANGE,
                 label=f"{SPIKES} spikes or more, then silence: law")  # fmt: skip
        b.loglog(C, common.column(by_C, "ghost_simulated") * 1e6, "s", color=PURPLE, ms=4,
                 label="the same, simulated from rest")  # fmt: skip
        b.axvline(bautin.parameters["C_ext"] * 1e12, color=BLACK, ls=":", lw=0.8)
        b.set(title="(b) widths of both ranges, 298 K", ylabel="width in $I_\\mathrm{s}$ (µA)")
        drawing.window(
            c, *common.curves(model, known, "T_amb", (min(ambients), max(ambients))), "T_amb", 1.0
        )
        c.axhline(common.SOURCE_CURRENT * 1e3, color=BLACK, ls=":", label="source's 0.96702 mA")
        c.set_title("(c) the window against ambient temperature, 200 pF")
        T = common.column(by_T, "T_amb")
        d.plot(T, common.column(by_T, "window") * 1e6, "o-", color=GREEN)
        d.set(title="(d) its width, 200 pF", ylabel="width in $I_\\mathrm{s}$ (µA)", ylim=(0, 70))
        for ax in (a, b):
            ax.set_xlabel("$C_\\mathrm{ext}$ (pF)")
            ax.set_xticks(TICKS, map(str, TICKS))
            ax.set_xlim(5, 510)
            ax.xaxis.set_minor_formatter(NullFormatter())
            ax.legend()
        c.legend()
        for ax in (c, d):
            ax.set_xlabel("$T_\\mathrm{amb}$ (K)")
        bursts = [r["ghost_simulated"] for r in by_C if r["ghost_simulated"]]
        widens = all(a > b for a, b in itertools.pairwise(bursts))
        first, last = bursts[0], bursts[-1]
        claims = [
            common.claim(
                "the phasic-bursting range widens as C_ext falls",
                "shown, no numbers in the text",
                f"{SPIKES} spikes or more, then silence: {last * 1e6:.2g} uA at "
                f"{max(r['C_ext'] for r in by_C) * 1e12:.0f} pF, {first * 1e6:.2g} uA at "
                f"{min(r['C_ext'] for r in by_C if r['ghost_simulated']) * 1e12:.0f} pF",
                common.REPRODUCED if widens and len(bursts) > 1 else common.CONTRADICTED,
                "at every step of C_ext; below that capacitance the swing no longer passes the "
                "temperature that counts as a spike",
            ),
            common.claim(
                "the same, if the range meant is the bistable window",
                "not said which range is meant",
                f"widest at {widest['C_ext'] * 1e12:.0f} pF: {widest['window'] * 1e6:.1f} uA",
                common.REPRODUCED if widest is by_C[0] else common.CONTRADICTED,
                "it closes at the Bautin point, C_ext = "
                f"{bautin.parameters['C_ext'] * 1e12:.2f} pF, below which the Hopf point is "
                "supercritical",
            ),
        ]
        result = common.result(
            "2.19", claims,
            bautin={**bautin.parameters, "second_lyapunov": bautin.second_lyapunov},
            by_capacitance=by_C, by_ambient=by_T,
            provenance=common.provenance(model, spikes=SPIKES, rtol=1e-10, atol=1e-10),
        )  # fmt: skip
        common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
