"""Fig. 2.8b,c of the source again: temperature and current in a spike; what the inductance does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from pulses import threshold

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

NAME = "fig_2_8_spike_shape"
DRIVE = 180e-6  # A
INDUCTANCES = (1, 20, 50, 100, 150, 200, 300, 500, 700, 1000)  # nH
DRAWN = {1: BLACK, 100: GREEN, 300: ORANGE, 700: BLUE, 1000: VERMILION}  # nH
BORDER = 100e-9  # H, below which the source calls the inductance negligible
SETTLE, END = 3e-6, 8e-6  # s
KELVIN = 273.15
T_SOURCE = 2500.0  # deg C


def settled(model: nd.Model) -> nd.Trajectory:
    """Return a run with the spikes of the source's current."""
    return nd.solve(model, END, inputs={"I_s": DRIVE}, method=nd.Adaptive(1e-9))


def measures(model: nd.Model) -> dict[str, float]:
    """Return peak and trough of V_out [V] and the peak of T [deg C], after settling."""
    run = settled(model)
    out, hot = (nd.spikes(run, observable=name, after=SETTLE) for name in ("V_out", "T"))
    return {
        "L_ext": model["L_ext"],
        "rate": out.rate,
        "V_out_peak": float(out.peaks[:-1].mean()),
        "V_out_trough": float(out.troughs[:-1].mean()),
        "T_peak": float(hot.peaks[:-1].mean()) - KELVIN,
    }


def rises_together(run: nd.Trajectory) -> dict[str, float]:
    """Return the correlation of T and I, and by how much later T peaks [s]."""
    t = np.linspace(SETTLE, END, 100_001)
    T, current = run.at(t, "T"), run.at(t, "I_device")
    peaks = [nd.spikes(run, observable=name, after=SETTLE).peak_times for name in ("T", "I_device")]
    return {
        "correlation": float(np.corrcoef(T, current)[0, 1]),
        "T_after_I": float((peaks[0] - peaks[1])[:-1].mean()),
    }


def main(out: Path, inductances: tuple[int, ...] = INDUCTANCES) -> dict[str, Any]:
    """Draw one spike, sweep the inductance, and find where the undershoot begins."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    run = settled(model)
    together = rises_together(run)
    table = [measures(model.with_parameters(L_ext=L * 1e-9)) for L in inductances]
    ours, at_border = (table[inductances.index(L)] for L in (700, 100))
    begins = threshold(
        lambda L: measures(model.with_parameters(L_ext=L))["V_out_trough"] < 0, 20e-9, 300e-9, 16
    )
    hot = {T: measures(model.with_parameters(T_amb=T))["T_peak"] for T in common.AMBIENTS}
    cool_C = threshold(
        lambda C: measures(model.with_parameters(C_ext=C))["T_peak"] > T_SOURCE, 5e-11, 2e-10, 12
    )
    with plt.rc_context(style()):
        figure, (a, b, c) = plt.subplots(1, 3, figsize=(12, 3.8))
        (start, *_) = nd.spikes(run, observable="T", after=SETTLE).peak_times
        t = start + np.linspace(-60e-9, 120e-9, 2000)
        a.plot((t - start) * 1e9, run.at(t, "T") - KELVIN, color=VERMILION)
        a.set(title="(a) a spike at 180 µA, 700 nH", xlabel="time (ns)", ylabel="$T_d$ (°C)")
        a.yaxis.label.set_color(VERMILION)
        right = a.twinx()
        right.plot((t - start) * 1e9, run.at(t, "I_device") * 1e3, color=BLUE, ls="--")
        right.set_ylabel("$I_d$ (mA)", color=BLUE)
        right.grid(visible=False)
        for L, color in DRAWN.items():
            one = settled(model.with_parameters(L_ext=L * 1e-9))
            (start, *_) = nd.spikes(one, observable="V_out", after=SETTLE).peak_times
            t = start + np.linspace(-60e-9, 250e-9, 2000)
            b.plot(
                (t - start) * 1e9, one.at(t, "V_out") * 1e3, color=color, lw=1.2, label=f"{L} nH"
            )
        b.set(title="(b) $V_{out}$ against $L_{ext}$", xlabel="time (ns)", ylabel="$V_{out}$ (mV)")
        b.legend()
        L = common.column(table, "L_ext") * 1e9
        c.plot(L, common.column(table, "V_out_trough") * 1e3, "o-", color=BLUE)
        c.axvline(begins * 1e9, color=BLACK, ls=":", label=f"undershoot from {begins * 1e9:.1f} nH")
        c.set(title="(c) lowest $V_{out}$", xlabel="$L_{ext}$ (nH)", ylabel="lowest $V_{out}$ (mV)")
        c.legend()
    grows = at_border["V_out_peak"] / table[0]["V_out_peak"] - 1
    claims = [
        common.claim(
            "no hyperpolarisation for an inductance below 100 nH, one above",
            "180 uA, border at 100 nH",
            f"V_out turns negative from {begins * 1e9:.1f} nH; "
            f"{ours['V_out_trough'] * 1e3:.1f} mV at 700 nH",
            common.REPRODUCED if abs(begins / BORDER - 1) < 0.1 else common.CONTRADICTED,
            f"the height of the spike is less indifferent: {100 * grows:+.0f} % at 100 nH",
        ),
        common.claim(
            "temperature and current rise and fall together",
            "rapid rise, slower fall",
            f"correlation {together['correlation']:.3f}, T peaks "
            f"{together['T_after_I'] * 1e9:.1f} ns after I",
            common.REPRODUCED if together["correlation"] > 0.95 else common.CONTRADICTED,
            "the delay is below the thermal time constant of 4.08 ns",
        ),
        common.claim(
            "peak temperature in fig. 2.8b (text of section 2.2.6)",
            f"about {T_SOURCE:g} deg C",
            f"{ours['T_peak']:.0f} deg C",
            common.REPRODUCED if abs(ours["T_peak"] / T_SOURCE - 1) < 0.1 else common.CONTRADICTED,
            f"{min(hot.values()):.0f} to {max(hot.values()):.0f} deg C for T_amb 300 to 293 K; the "
            f"same circuit gives 2500 deg C with C_ext = {cool_C * 1e12:.0f} pF",
        ),
    ]
    result = common.result(
        "2.8b,c",
        claims,
        undershoot_from=begins,
        by_inductance=table,
        **together,
        T_peak_by_ambient=hot,
        C_ext_of_source_temperature=cool_C,
        provenance=common.provenance(model, I_s=DRIVE, rtol=1e-9, atol=1e-9, settle=SETTLE),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
