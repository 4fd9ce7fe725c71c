"""Fig. 2.14b of the source again: three pulses, slow and fast; which amplitudes tell the rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from pulses import EDGE, READINGS, threshold

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

NAME = "fig_2_14_temporal_integration"
DRIVE = 100e-6  # A
SLOW, FAST = 2.86e-6, 1.43e-6  # s
SPAN = (20e-6, 300e-6)  # A, in which all thresholds lie
CAPACITANCES = (150, 200, 250, 300, 350)  # pF
COLORS = dict(zip(READINGS, (BLUE, GREEN, ORANGE), strict=True))


def three(model: nd.Model, amplitude: float, width: float, period: float) -> nd.Trajectory:
    """Apply three pulses at rest."""
    pulses = nd.train(amplitude, width=width, period=period, count=3, edge=EDGE)
    return nd.solve(model, 2 * period + 4e-6, inputs={"I_s": pulses})


def between(model: nd.Model, width: float) -> tuple[float, float]:
    """Return the amplitudes between which only the fast rate gives a spike [A]."""
    fast, slow = (
        threshold(lambda A, T=T: len(three(model, A, width, T).spike_times) > 0, *SPAN)
        for T in (FAST, SLOW)
    )
    return fast, slow


def main(out: Path, capacitances: tuple[float, ...] = CAPACITANCES) -> dict[str, Any]:
    """Count spikes with the source's 100 uA, and find the amplitudes that discriminate."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    counts = {
        name: {str(T): [len(three(model.with_parameters(T_amb=T), DRIVE, width, P).spike_times)
                        for P in (SLOW, FAST)] for T in common.AMBIENTS}
        for name, width in READINGS.items()
    }  # fmt: skip
    ranges = {name: between(model, width) for name, width in READINGS.items()}
    by_ambient = {
        str(T): between(model.with_parameters(T_amb=T), READINGS["flat top"])
        for T in common.AMBIENTS
    }
    by_C = {C: between(model.with_parameters(C_ext=C * 1e-12), READINGS["flat top"])
            for C in capacitances}  # fmt: skip
    ends = np.array(list(by_C.values()))
    C_of_source = [float(np.interp(DRIVE, ends[:, i], capacitances)) for i in (1, 0)]
    middle = float(np.mean(ranges["flat top"]))
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(10, 6.4))
        for ax, A, letter in zip(axes[0], (DRIVE, middle), "ab", strict=True):
            for period, color in ((SLOW, BLUE), (FAST, VERMILION)):
                run = three(model, A, READINGS["flat top"], period)
                t = np.linspace(0, run.t[-1], 20_000)
                ax.plot(t * 1e6, run.at(t, "V_out") * 1e3, color=color, lw=0.9,
                        label=f"period {period * 1e6:g} µs")  # fmt: skip
            ax.set(title=f"({letter}) {A * 1e6:.1f} µA, 298 K", xlabel="time (µs)",
                   ylabel="$V_{out}$ (mV)", ylim=(-30, 160))  # fmt: skip
            ax.legend()
        c, d = axes[1]
        for i, (name, (low, high)) in enumerate(ranges.items()):
            c.barh(i, (high - low) * 1e6, left=low * 1e6, color=COLORS[name], height=0.5)
        c.set_yticks(range(len(ranges)), list(ranges))
        c.axvline(DRIVE * 1e6, color=BLACK, ls=":", label="the source's 100 µA")
        c.set(title="(c) amplitudes that tell the two rates, 298 K", xlabel="amplitude (µA)",
              xlim=(55, 105))  # fmt: skip
        c.legend(loc="upper center")
        d.fill_between(capacitances, ends[:, 0] * 1e6, ends[:, 1] * 1e6, color=ORANGE, alpha=0.6,
                       lw=0)  # fmt: skip
        d.axhline(DRIVE * 1e6, color=BLACK, ls=":")
        d.set(title="(d) the same against $C_{ext}$, flat top", xlabel="$C_{ext}$ (pF)",
              ylabel="amplitude (µA)")  # fmt: skip
    tells = any(row == [0, 1] for rows in counts.values() for row in rows.values())
    less = [1 - f([end for pair in ranges.values() for end in pair]) / DRIVE for f in (max, min)]
    spans = "; ".join(
        f"{lo * 1e6:.1f} to {hi * 1e6:.1f} uA ({n})" for n, (lo, hi) in ranges.items()
    )
    claims = [
        common.claim(
            "three pulses of 100 uA: no spike at the slow rate, a spike at the fast one",
            "100 uA; periods 2.86 and 1.43 us",
            f"at 100 uA both rates spike; tells the rates between {spans}",
            common.REPRODUCED if tells else common.CHANGED,
            "at 100 uA the leak between pulses is too weak, at every T_amb from 293 to 300 K and "
            f"in every reading of the pulse. Changed: the amplitude, {100 * less[0]:.0f} to "
            f"{100 * less[1]:.0f} % less; or, with 100 uA, C_ext between {C_of_source[0]:.0f} and "
            f"{C_of_source[1]:.0f} pF (flat top)",
        )
    ]
    result = common.result(
        "2.14b",
        claims,
        spikes_at_100_uA_slow_and_fast=counts,
        discriminates_between=ranges,
        discriminates_between_by_ambient_flat_top=by_ambient,
        discriminates_between_by_capacitance_flat_top=by_C,
        C_ext_for_100_uA=C_of_source,
        provenance=common.provenance(model, edge=EDGE, widths=READINGS, periods=(SLOW, FAST)),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
