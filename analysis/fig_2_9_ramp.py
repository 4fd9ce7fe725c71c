"""Fig. 2.9b of the source again: a slow ramp of the current, and where spiking ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

NAME = "fig_2_9_ramp"
DURATION, FALL = 100e-6, 100e-9  # s
TOP = 680e-6  # A, of the source
BEYOND = 1500e-6  # A, past every current at which the model spikes


def ramp(model: nd.Model, top: float) -> tuple[nd.Trajectory, dict[str, Any]]:
    """Ramp the current up; return the run, and each spike with the current at which it comes."""
    stimulus = nd.ramp(top, duration=DURATION, fall=FALL)
    run = nd.solve(model, DURATION + 5e-6, inputs={"I_s": stimulus})
    train = nd.spikes(run, observable="V_out")
    return run, {
        "current": train.times / DURATION * top,
        "frequency": 1 / train.intervals,
        "peak": train.peaks,
    }


def main(out: Path) -> dict[str, Any]:
    """Ramp to the source's 680 uA, and on to where spiking ends."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    known = nd.bifurcation_diagram(model, "I_s", (0.0, 1.2e-3), start=model.x0)
    (lower, upper), (fold,) = (h.parameter for h in known.equilibria.hopf), known.cycle_folds
    hold = nd.iv_curve(model).hold.I
    run, source = ramp(model, TOP)
    _, beyond = ramp(model, BEYOND)
    by_ambient = {}
    for T in common.AMBIENTS:
        _, spikes = ramp(model.with_parameters(T_amb=T), TOP)
        by_ambient[T] = [spikes["current"][0], spikes["current"][-1]]
    I, peak = source["current"][:-1], source["peak"][:-1]
    line = np.polyval(np.polyfit(I, peak, 1), I)
    off_line = float(np.abs(peak / line - 1).max())
    grows = bool((np.diff(source["frequency"]) > 0).all() and (np.diff(peak) > 0).all())
    stops = source["current"][-1] < 0.99 * TOP
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(10, 6.4))
        (a, b), (c, d) = axes
        t = np.linspace(0, DURATION + 3e-6, 60_000)
        a.plot(t * 1e6, run.at(t, "V_out") * 1e3, color=BLUE, lw=0.4)
        a.set(title="(a) ramp to 680 µA in 100 µs, 298 K", xlabel="time (µs)",
              ylabel="$V_{out}$ (mV)")  # fmt: skip
        wide, _ = ramp(model, BEYOND)
        t = np.linspace(0, DURATION, 60_000)
        b.plot(t / DURATION * BEYOND * 1e3, wide.at(t, "V_out") * 1e3, color=BLUE, lw=0.4)
        b.axvline(fold.parameter * 1e3, color=VERMILION, label="fold of cycles")
        b.axvline(hold * 1e3, color=BLACK, ls=":", label="hold point H")
        b.axvline(TOP * 1e3, color=GREEN, ls="--", label="end of the source's ramp")
        b.set(title="(b) ramp to 1.5 mA in 100 µs", xlabel="$I_s$ (mA)", ylabel="$V_{out}$ (mV)")
        b.legend(loc="center right", fontsize=7)
        c.plot(I * 1e3, source["frequency"] / 1e6, color=BLUE, label="to 680 µA")
        c.plot(beyond["current"][:-1] * 1e3, beyond["frequency"] / 1e6, color=ORANGE, ls="--",
               label="to 1.5 mA")  # fmt: skip
        c.set(title="(c) rate on the ramp", xlabel="$I_s$ (mA)", ylabel="spikes per µs")
        c.legend()
        d.plot(I * 1e3, peak * 1e3, color=BLUE, label="peaks of $V_{out}$")
        d.plot(I * 1e3, line * 1e3, color=BLACK, ls=":", label="straight line")
        d.set(title="(d) amplitude on the ramp to 680 µA", xlabel="$I_s$ (mA)", ylabel="peak (mV)")
        d.legend()
    claims = [
        common.claim(
            "silent below a threshold, then frequency and amplitude grow with the current",
            "0 to 680 uA in 100 us; amplitude 'almost linear'",
            f"{len(peak) + 1} spikes from {I[0] * 1e6:.1f} uA; {source['frequency'][0] / 1e6:.2f} "
            f"to {source['frequency'][-1] / 1e6:.2f} MHz, {peak[0] * 1e3:.0f} to "
            f"{peak[-1] * 1e3:.0f} mV",
            common.REPRODUCED if grows else common.CONTRADICTED,
            f"both grow at every spike; the peaks bend away from a straight line by up to "
            f"{100 * off_line:.0f} %. Rest is unstable from {lower * 1e6:.1f} uA; the ramp is too "
            "fast to show it",
        ),
        common.claim(
            "spiking ends on the ramp once the current exceeds the hold value",
            "680 uA at the end of the ramp",
            f"spikes until {source['current'][-1] * 1e6:.1f} uA, the end of the ramp; on a ramp to "
            f"1.5 mA the last one comes at {beyond['current'][-1] * 1e6:.0f} uA",
            common.REPRODUCED if stops else common.CHANGED,
            f"680 uA is below the hold point ({hold * 1e6:.0f} uA), the upper Hopf point "
            f"({upper * 1e6:.0f} uA) and the fold of cycles ({fold.parameter * 1e6:.0f} uA) of the "
            "full circuit. Changed: a ramp to 1.5 mA; then spiking ends at the fold of cycles, "
            "below the hold point",
        ),
    ]
    result = common.result(
        "2.9b",
        claims,
        first_spike=I[0],
        last_spike=source["current"][-1],
        last_spike_beyond=beyond["current"][-1],
        off_straight_line=off_line,
        hopf=[lower, upper],
        fold_of_cycles=fold.parameter,
        hold=hold,
        first_and_last_by_ambient=by_ambient,
        spikes=source,
        provenance=common.provenance(model, duration=DURATION, fall=FALL, tops=(TOP, BEYOND)),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
