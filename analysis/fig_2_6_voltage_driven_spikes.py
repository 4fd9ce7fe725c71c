"""Fig. 2.6b of the source again: tonic current spikes under a constant voltage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, ORANGE, style

NAME = "fig_2_6_voltage_driven_spikes"
DRIVE = 1.52  # V, through the source's 4 kohm
C_D = 0.33e-12  # F, the other capacitance that the sketch of the circuit may mean
SETTLE, END = 10e-6, 30e-6  # s


def spikes(model: nd.Model) -> nd.SpikeTrain:
    """Return the spikes under the source's voltage, after settling."""
    return nd.spikes(
        nd.solve(model, END, inputs={"V_s": DRIVE}, method=nd.Adaptive(1e-9)), after=SETTLE
    )


def main(out: Path) -> dict[str, Any]:
    """Apply 1.52 V through 4 kohm, with either capacitance and at four ambients."""
    model = nd.devices.nbox_voltage_driven(T_amb=298.0)
    with_C_ext, with_C_d = spikes(model), spikes(model.with_parameters(C_ext=C_D))
    rates = {T: spikes(model.with_parameters(T_amb=T)).rate for T in common.AMBIENTS}
    low, high = (hopf.parameter for hopf in nd.stability(model, (0.0, 6.0)).hopf)
    V_s = np.linspace(1.0, 1.6, 61)
    f_V = nd.fi_curve(model, "V_s", V_s)
    tonic = len(with_C_ext) > 10 and with_C_ext.cv < 1e-4
    with plt.rc_context(style()):
        figure, (a, b) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(2, 1))
        run = nd.solve(model, 6e-6, inputs={"V_s": DRIVE})
        t = np.linspace(0, 6e-6, 6000)
        a.plot(t * 1e6, run.at(t, "I_device") * 1e3, color=BLUE, lw=1)
        a.set(title=f"(a) {DRIVE} V through 4 kΩ, 200 pF, 298 K", xlabel="time (µs)",
              ylabel="device current $I_d$ (mA)")  # fmt: skip
        b.plot(V_s, f_V.rate / 1e6, color=BLUE)
        b.axvline(low, color=BLACK, ls=":", lw=0.9, label="Hopf point")
        b.plot(DRIVE, with_C_ext.rate / 1e6, "o", color=ORANGE, label="the source's voltage")
        b.set(title="(b) rate against voltage", xlabel="$V_s$ (V)", ylabel="spikes per µs")
        b.legend()
    claims = [
        common.claim(
            "a constant voltage through 4 kohm gives sustained current spikes",
            f"{DRIVE} V, no rate given",
            f"{with_C_ext.rate / 1e6:.3f} MHz, peaks of {with_C_ext.peaks.mean() * 1e3:.2f} mA",
            common.REPRODUCED if tonic and not len(with_C_d) else common.CONTRADICTED,
            f"with 200 pF, at every T_amb tried ({min(rates.values()) / 1e6:.2f} MHz at 293 K to "
            f"{max(rates.values()) / 1e6:.2f} MHz at 300 K); spiking begins at {low:.4f} V and "
            f"rest is stable again from {high:.2f} V; with C_d alone ({C_D * 1e12:g} pF) there is "
            "no spike, so the capacitor in the source's sketch cannot be C_d",
        )
    ]
    result = common.result(
        "2.6b",
        claims,
        rate=with_C_ext.rate,
        cv=with_C_ext.cv,
        peak=with_C_ext.peaks.mean(),
        rate_by_ambient=rates,
        hopf=[low, high],
        spikes_with_C_d=len(with_C_d),
        provenance=common.provenance(model, V_s=DRIVE, rtol=1e-9, atol=1e-9, settle=SETTLE),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
