"""Fig. 2.10b of the source again: tonic spiking of the full circuit at 335 uA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLUE, ORANGE, VERMILION, style

NAME = "fig_2_10_tonic_spiking"
DRIVE = 335e-6  # A
SETTLE, END = 10e-6, 40e-6  # s


def main(out: Path) -> dict[str, Any]:
    """Simulate, and find the same cycle by continuation."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    run = nd.solve(model, END, inputs={"I_s": DRIVE}, method=nd.Adaptive(1e-9))
    train = nd.spikes(run, observable="V_out", after=SETTLE)
    (lower, _) = nd.continue_equilibria(model, "I_s", (0.0, 1.2e-3)).hopf
    branch = nd.continue_cycles(model, lower, (0.0, DRIVE))
    cycle, stable = branch.cycles[-1], bool(branch.stable[-1])
    apart = train.rate * cycle.period - 1
    rates = {
        T: nd.spikes(nd.solve(model.with_parameters(T_amb=T), END, inputs={"I_s": DRIVE})).rate
        for T in common.AMBIENTS
    }
    with plt.rc_context(style()):
        figure, (a, b) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(2, 1))
        t = np.linspace(0, 5e-6, 20_000)
        a.plot(t * 1e6, run.at(t, "V_out") * 1e3, color=BLUE, lw=0.8)
        a.set(title="(a) 335 µA from rest, 298 K", xlabel="time (µs)", ylabel="$V_{out}$ (mV)")
        late = run.t > SETTLE
        b.plot(run["V"][late], run["i_L"][late] * 1e3, color=ORANGE, lw=3, label="simulated")
        x = cycle.at(np.linspace(0, 1, 2000)).T
        b.plot(x[2], x[1] * 1e3, color=VERMILION, lw=1, ls="--", label="continued")
        b.set(title="(b) the cycle", xlabel="device voltage (V)", ylabel="$i_L$ (mA)")
        b.legend()
    tonic = train.cv < 1e-6 and stable and abs(apart) < 1e-6
    claims = [
        common.claim(
            "tonic spiking at constant frequency",
            f"{DRIVE * 1e6:g} uA, no rate given",
            f"{train.rate / 1e6:.4f} MHz, CV of the intervals {train.cv:.0e}, V_out peaks "
            f"{train.peaks[0] * 1e3:.0f} mV",
            common.REPRODUCED if tonic else common.CONTRADICTED,
            f"a stable cycle: continuation gives the same period to {abs(apart):.0e}. "
            f"{min(rates.values()) / 1e6:.2f} to {max(rates.values()) / 1e6:.2f} MHz for T_amb 293 "
            "to 300 K",
        )
    ]
    result = common.result(
        "2.10b",
        claims,
        rate=train.rate,
        cv=train.cv,
        period_by_continuation=cycle.period,
        peak=train.peaks[:-1].mean(),
        trough=train.troughs[:-1].mean(),
        rate_by_ambient=rates,
        provenance=common.provenance(model, I_s=DRIVE, rtol=1e-9, atol=1e-9, settle=SETTLE),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
