"""Energy per spike, in the text beside fig. 2.8 of the source: 80 pJ at 200 pF, 8 pJ at 10 pF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, VERMILION, style

NAME = "fig_2_8_energy_per_spike"
TARGETS = {200e-12: 80e-12, 10e-12: 8e-12}  # J by F
DRIVE = 180e-6  # A, of fig. 2.8; the text names no current
CURRENTS = (60, 80, 100, 125, 150, 180, 220, 270, 335, 400, 460)  # uA
CIRCUITS = {"two states": nd.devices.nbox_neuron, "full circuit": nd.devices.nbox_circuit}
NEAR = 0.25  # "about" and "close to", as a relative difference


def energies(make: Any, C_ext: float, current: float) -> dict[str, float | None]:
    """Return heat in the device and work of the source per spike [J]; None where silent."""
    model = make(T_amb=298.0, C_ext=C_ext)
    train = nd.spikes(nd.solve(model, 12e-6, inputs={"I_s": current}), after=4e-6)
    spiking = len(train) > 1
    return {by: train.energy_per_spike(by) if spiking else None for by in ("device", "source")}


def main(out: Path, currents: tuple[float, ...] = CURRENTS) -> dict[str, Any]:
    """Measure the energy per spike against the current, both circuits and capacitances."""
    table = {
        C: {n: [energies(make, C, I * 1e-6) for I in currents] for n, make in CIRCUITS.items()}
        for C in TARGETS
    }
    stored = {C: 0.5 * C * nd.iv_curve(nd.devices.nbox_neuron()).threshold.V ** 2 for C in TARGETS}
    with plt.rc_context(style()):
        figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharex=True)
        claims, ranges = [], {}
        for letter, ax, (C, target) in zip("ab", axes, TARGETS.items(), strict=True):
            for name, color in zip(CIRCUITS, (BLUE, VERMILION), strict=True):
                for by, line in (("device", "-"), ("source", "--")):
                    values = common.column(table[C][name], by) * 1e12
                    label = f"{name}, {'heat in device' if by == 'device' else 'work of source'}"
                    ax.plot(currents, values, line, color=color, label=label)
            ax.axhline(target * 1e12, color=BLACK, ls=":", label="source's value")
            ax.set(title=f"({letter}) $C_{{ext}}$ = {C * 1e12:g} pF", ylim=(0, 1.5 * target * 1e12),
                   xlabel="source current (µA)", ylabel="energy per spike (pJ)")  # fmt: skip
            at_drive = {name: energies(make, C, DRIVE) for name, make in CIRCUITS.items()}
            rows = [row for rows in table[C].values() for row in rows]
            every = [e for row in rows for e in row.values() if e is not None]
            shown = [e for row in at_drive.values() for e in row.values() if e is not None]
            ranges[C] = {"at_180_uA": at_drive, "lowest": min(every), "highest": max(every)}
            near = all(abs(e / target - 1) < NEAR for e in shown)
            claims.append(common.claim(
                f"energy per spike with C_ext = {C * 1e12:g} pF",
                f"about {target * 1e12:g} pJ",
                f"{min(shown) * 1e12:.1f} to {max(shown) * 1e12:.1f} pJ at 180 uA",
                common.REPRODUCED if near else common.CONTRADICTED,
                f"within {100 * NEAR:g} % counts as about. The source names neither current nor "
                "power; all readings (either circuit, heat in the device or work of the source, "
                f"{min(currents)} to {max(currents)} uA) give {min(every) * 1e12:.1f} to "
                f"{max(every) * 1e12:.1f} pJ. C V_TS^2 / 2 alone is {stored[C] * 1e12:.1f} pJ",
            ))  # fmt: skip
        axes[0].legend(loc="lower right")
    result = common.result(
        "2.8, text",
        claims,
        by_capacitance=ranges,
        stored_at_threshold=stored,
        currents=np.array(currents) * 1e-6,
        table=table,
        provenance=common.provenance(nd.devices.nbox_neuron(T_amb=298.0), I_s=DRIVE, rtol=1e-7),
    )
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
