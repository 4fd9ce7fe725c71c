"""Fig. 2.18 of the source again: bifurcation diagram, fading trains, the law of the ghost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, ORANGE, style

NAME = "fig_2_18_phasic_bursting"
TRAINS = (1e-9, 1e-8, 1e-7, 1e-6)  # A above the fold
ENOUGH = 10  # spikes from which on the law of the ghost is fitted


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
    hold = nd.iv_curve(model).hold.I
    c = common.ghost_constant(diagram.cycles[0])
    above = np.geomspace(smallest, 3e-6, points)
    n = counts(model, fold, above, c)
    law = n >= ENOUGH
    (slope, _), cov = np.polyfit(np.log(above[law]), np.log(n[law]), 1, cov=True)
    offset = np.polyfit(above[law] ** -0.5, n[law], 1)
    ranges = {f"at_least_{k}": float(above[n >= k].max()) for k in (2, 3, 5, 10)}
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(10, 7.4))
        drawing.diagram(axes[0, 0], diagram)
        drawing.diagram(axes[0, 1], diagram)
        axes[0, 0].set_title("(a) all currents, 298 K, 200 pF")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
        axes[0, 1].set(title="(b) the bistable window", xlim=(0.89, 0.98))
        for i, d in enumerate(TRAINS):
            run = nd.solve(
                model, 14e-6, inputs={"I_s": fold.parameter + d}, method=nd.Adaptive(1e-10)
            )
            t = np.linspace(0, 14e-6, 6000)
            axes[1, 0].plot(t * 1e6, run.at(t, "T") / 1e3 + 10 * (3 - i), color=BLUE, lw=0.7)
            text = f"{d * 1e9:g} nA above the fold: {len(nd.spikes(run))} spikes"
            axes[1, 0].text(13.9, 10 * (3 - i) + 7.2, text, ha="right", fontsize=8)
        axes[1, 0].set(title="(c) from rest, above the fold (10 kK between curves)", ylim=(-1, 40),
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
        most, wide = int(n.max()), ranges["at_least_2"]
        claims = [
            common.claim(
                "a train of spikes at constant current fades out and stops",
                "0.96702 mA, T_amb not given",
                f"up to {most} spikes above {fold.parameter * 1e3:.6f} mA at 298 K; number of "
                f"spikes against I_s - I_fold: exponent {slope:.4f}",
                common.CHANGED if most > 50 and abs(slope + 0.5) < 0.02 else common.CONTRADICTED,
                "Changed: the current by "
                f"{(fold.parameter / common.SOURCE_CURRENT - 1) * 100:+.2f} %, or T_amb to about "
                "296.4 K. The train is the ghost of a fold of cycles: theory says -1/2, and the "
                "constant follows from Floquet multipliers below the fold",
            ),
            common.claim(
                "spiking ends in a supercritical Hopf bifurcation at the hold point",
                "supercritical, at the hold point",
                f"{upper.criticality} (l1 = {upper.first_lyapunov:.3g}), "
                f"{(hold - upper.parameter) * 1e6:.1f} uA below the hold point; spiking ends "
                f"{(fold.parameter - upper.parameter) * 1e6:.1f} uA above it",
                common.REPRODUCED if upper.criticality == "supercritical" else common.CONTRADICTED,
                "the first Lyapunov coefficient is positive, and between the Hopf point and the "
                "fold of cycles rest and spiking are both stable",
            ),
            common.claim(
                "range of currents with phasic bursting",
                "0.003 mA, not defined",
                f"{wide * 1e6:.2f} uA with 2 spikes or more, "
                f"{ranges['at_least_10'] * 1e9:.0f} nA with 10 or more",
                common.REPRODUCED if abs(wide / 3e-6 - 1) < 0.25 else common.CONTRADICTED,
                f"fixed by the law of the ghost, N = {c * 1e3:.3f} / sqrt(I_s - I_fold in uA): "
                "3 uA above the fold leaves one spike",
            ),
        ]
        result = common.result(
            "2.18", claims,
            hopf=[{"I_s": h.parameter, "frequency": h.frequency, "criticality": h.criticality,
                   "first_lyapunov": h.first_lyapunov} for h in (lower, upper)],
            fold_of_cycles={"I_s": fold.parameter, "period": fold.period},
            bistable_window=diagram.bistable_windows,
            ghost={"exponent": slope, "standard_error": np.sqrt(cov[0, 0]),
                   "constant_from_multipliers": c, "constant_fitted": offset[0],
                   "offset_fitted": offset[1], "fitted_from_spikes": ENOUGH,
                   "above_fold": above, "spikes": n, "range": ranges},
            provenance=common.provenance(model, rtol=1e-10, atol=1e-10, span=common.SPAN),
        )  # fmt: skip
        common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
