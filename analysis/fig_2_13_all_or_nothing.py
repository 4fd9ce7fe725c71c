"""Fig. 2.13b of the source again: one pulse of 150 uA or 200 uA, nothing or a spike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from pulses import EDGE, READINGS, response, threshold

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

NAME = "fig_2_13_all_or_nothing"
LOW, HIGH = 150e-6, 200e-6  # A
SWEEP = (140e-6, 260e-6)  # A
COLORS = dict(zip(READINGS, (BLUE, GREEN, ORANGE), strict=True))


def highest(model: nd.Model, amplitude: float, width: float) -> float:
    """Return the highest V_out after one pulse [V]."""
    run = response(model, amplitude, width)
    return float(run.at(np.linspace(0, run.t[-1], 20_001), "V_out").max())


def main(out: Path, points: int = 61) -> dict[str, Any]:
    """Count spikes at both amplitudes, and measure how sharp the threshold is."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    counts, thresholds, sharpness = {}, {}, {}
    I = np.linspace(*SWEEP, points)
    response_curves = {}
    for name, width in READINGS.items():
        counts[name] = {
            str(T): [len(response(model.with_parameters(T_amb=T), A, width).spike_times)
                     for A in (LOW, HIGH)]
            for T in common.AMBIENTS
        }  # fmt: skip
        edge = threshold(lambda A, w=width: len(response(model, A, w).spike_times) > 0, *SWEEP)
        thresholds[name] = edge
        below, above = (highest(model, f * edge, width) for f in (0.99, 1.01))
        sharpness[name] = {"1 % below": below, "1 % above": above}
        response_curves[name] = [highest(model, A, width) for A in I]
    good = [n for n, rows in counts.items() if all(row == [0, 1] for row in rows.values())]
    with plt.rc_context(style()):
        figure, (a, b) = plt.subplots(1, 2, figsize=(10, 3.8))
        t = np.linspace(0, 2.5e-6, 8000)
        for A, color in ((LOW, BLUE), (HIGH, VERMILION)):
            run = response(model, A, READINGS["flat top"])
            label = f"{A * 1e6:g} µA"
            a.plot(t * 1e6, run.at(t, "V_out") * 1e3, color=color, label=label)
        a.set(title="(a) 1 µs flat top, 298 K", xlabel="time (µs)", ylabel="$V_{out}$ (mV)")
        a.legend()
        for name, color in COLORS.items():
            b.plot(I * 1e6, np.array(response_curves[name]) * 1e3, ".-", color=color, label=name)
        for A in (LOW, HIGH):
            b.axvline(A * 1e6, color=BLACK, ls=":")
        b.set(title="(b) highest $V_{out}$ after one pulse, 298 K", xlabel="amplitude (µA)",
              ylabel="highest $V_{out}$ (mV)")  # fmt: skip
        b.legend()
    edges = ", ".join(f"{value * 1e6:.1f} uA ({name})" for name, value in thresholds.items())
    jump = sharpness["flat top"]
    claims = [
        common.claim(
            "no spike at the lower amplitude, one spike at the higher",
            f"{LOW * 1e6:g} and {HIGH * 1e6:g} uA, 1 us",
            f"threshold at {edges}",
            common.REPRODUCED if good else common.CONTRADICTED,
            f"holds at 293 to 300 K with: {', '.join(good)}. Where both edges are counted into the "
            "1 us, 200 uA is silent too",
        ),
        common.claim(
            "all or nothing",
            "shown at two amplitudes",
            f"highest V_out {jump['1 % below'] * 1e3:.1f} mV at 1 % below the threshold, "
            f"{jump['1 % above'] * 1e3:.0f} mV at 1 % above",
            common.REPRODUCED if jump["1 % above"] > 5 * jump["1 % below"] else common.CONTRADICTED,
            "the response jumps within 2 % of the amplitude",
        ),
    ]
    result = common.result(
        "2.13b",
        claims,
        threshold=thresholds,
        spikes_at_150_and_200_uA=counts,
        highest_V_out=sharpness,
        readings_that_hold=good,
        amplitude=I,
        response=response_curves,
        provenance=common.provenance(model, edge=EDGE, widths=READINGS),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
