"""Fig. 2.15 of the source again: the amplitude along a phasic burst, and what comes after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, ORANGE, VERMILION, style

NAME = "fig_2_15_phasic_burst_shape"
DRIVE = 0.47e-3  # A, measured
ABOVE = 10e-9  # A above the fold of cycles
PULSE, PAUSE = 20e-6, 2e-6  # s
CONSTANT = 0.05  # relative change of the peaks that still counts as constant


def pulses(model: nd.Model, amplitude: float, count: int) -> nd.Trajectory:
    """Switch the current on ``count`` times, with pauses that let the device cool."""
    stimulus = nd.train(amplitude, width=PULSE, period=PULSE + PAUSE, count=count)
    t_end = count * (PULSE + PAUSE)
    return nd.solve(model, t_end, inputs={"I_s": stimulus}, method=nd.Adaptive(1e-10))


def main(out: Path) -> dict[str, Any]:
    """Apply three equal pulses just above the fold of cycles of the full circuit."""
    model = nd.devices.nbox_circuit(T_amb=298.0)
    known = nd.bifurcation_diagram(model, "I_s", (0.0, 1.2e-3), start=model.x0)
    (fold,), (_, upper) = known.cycle_folds, known.equilibria.hopf
    hold = nd.iv_curve(model).hold.I
    run = pulses(model, fold.parameter + ABOVE, 3)
    train = nd.spikes(run, observable="V_out")
    per_pulse = np.bincount((train.times // (PULSE + PAUSE)).astype(int), minlength=3)
    first = slice(0, int(per_pulse[0]))
    peaks, times = train.peaks[first], train.times[first]
    settled = np.median(peaks)
    near = np.abs(peaks / settled - 1) < CONSTANT
    last_near = int(np.flatnonzero(near)[-1])
    constant, fading = int(near.sum()), len(peaks) - 1 - last_near
    silent = times[-1] < PULSE / 2
    below = nd.spikes(nd.solve(model, PULSE, inputs={"I_s": DRIVE}))
    tonic = len(below) > 10 and PULSE - below.times[-1] < 2 / below.rate
    with plt.rc_context(style()):
        figure, (a, b) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(2, 1))
        t = np.linspace(0, run.t[-1], 120_000)
        a.plot(t * 1e6, run.at(t, "V_out") * 1e3, color=BLUE, lw=0.5)
        a.plot(t * 1e6, (run.at(t, "I_s") > 0) * 15.0 - 60, color=BLACK, lw=0.8, label="current")
        a.set(title="(a) the same pulse three times, 10 nA above the fold of cycles",
              xlabel="time (µs)", ylabel="$V_{out}$ (mV)")  # fmt: skip
        a.legend(loc="lower left")
        b.plot(times * 1e6, peaks * 1e3, "o-", color=ORANGE, ms=3)
        b.axhspan(settled * (1 - CONSTANT) * 1e3, settled * (1 + CONSTANT) * 1e3, color=VERMILION,
                  alpha=0.15, lw=0, label="within 5 % of the median")  # fmt: skip
        b.set(title="(b) peaks of the first burst", xlabel="time (µs)", ylabel="peak (mV)",
              ylim=(0, 260))  # fmt: skip
        b.legend(loc="upper right")
    claims = [
        common.claim(
            "just above the hold point a train of spikes of constant amplitude, which falls "
            "sharply at the end; then silence",
            "0.47 mA, measured; hold point",
            f"{fold.parameter * 1e3:.5f} mA: {constant} of {len(peaks)} peaks within 5 %, the last "
            f"{fading} fade; then silence",
            common.CHANGED if silent and tonic and constant > 0.7 * len(peaks)
            else common.CONTRADICTED,
            "Changed: the current. At 0.47 mA the model spikes on; bursts begin above its fold of "
            f"cycles, {(hold - fold.parameter) * 1e6:.0f} uA below the hold point "
            f"({hold * 1e6:.0f} uA) in the full circuit",
        ),
        common.claim(
            "applied again, the pulse makes the neuron spike and stop again",
            "measured",
            f"{', '.join(map(str, per_pulse))} spikes in three pulses",
            common.REPRODUCED if per_pulse.min() > 5 else common.CONTRADICTED,
            f"after a pause of {PAUSE * 1e6:g} us",
        ),
        common.claim(
            "the duration differs from pulse to pulse at the same input",
            "measured",
            f"the same within {np.ptp(per_pulse)} spikes",
            common.REPRODUCED if np.ptp(per_pulse) > 2 else common.CONTRADICTED,
            "without noise it cannot differ; fig. 2.16 is the case with noise",
        ),
    ]  # fmt: skip
    result = common.result(
        "2.15",
        claims,
        fold_of_cycles=fold.parameter,
        upper_hopf=upper.parameter,
        hold=hold,
        spikes_per_pulse=per_pulse,
        times=times,
        peaks=peaks,
        tonic_at_0_47_mA=tonic,
        provenance=common.provenance(model, above=ABOVE, pulse=PULSE, pause=PAUSE, rtol=1e-10),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
