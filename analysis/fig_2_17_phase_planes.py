"""Fig. 2.17 of the source again: phase planes near the end of spiking, with all limit cycles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, style

NAME = "fig_2_17_phase_planes"
WINDOW = {"V": (0.0, 1.15), "T": (280.0, 9000.0)}
LEGEND = [
    Line2D([], [], color=BLUE, lw=1.6, label="d$V$/d$t$ = 0"),
    Line2D([], [], color=VERMILION, lw=1.6, ls=(0, (5, 2)), label="d$T$/d$t$ = 0"),
    Line2D([], [], color=GREEN, lw=1.0, label="trajectory from rest"),
    Line2D([], [], color=ORANGE, lw=4.0, label="stable cycle"),
    Line2D([], [], color=PURPLE, lw=1.8, ls=(0, (3, 1)), label="unstable cycle"),
    Line2D([], [], color=BLACK, marker="o", ls="", ms=6, label="stable equilibrium"),
    Line2D([], [], color=BLACK, marker="o", ls="", ms=6, mfc="w", label="unstable equilibrium"),
]


def ambient_of_fold(model: nd.Model, fold: Any, current: float) -> float:
    """Return the T_amb at which the fold of cycles lies at a current [K]."""
    curve = nd.continue_cycle_fold(model, fold, "T_amb", (293.0, 300.0))
    return float(np.interp(-current, -curve["I_s"], curve["T_amb"]))


def draw(ax: Any, model: nd.Model, known: Any, current: float, t_end: float) -> dict[str, Any]:
    """Draw one phase plane, and return what it shows."""
    cycles = common.cycles_at(model, known, current)
    plane = nd.phase_plane(model, WINDOW, t_end=t_end, I_s=current)
    for kind, cycle in cycles.items():
        V, T = cycle.at(np.linspace(0, 1, 2000)).T
        look = {"color": ORANGE, "lw": 4.0, "zorder": 1.5}
        if kind == "unstable":
            look = {"color": PURPLE, "lw": 1.8, "zorder": 4, "ls": (0, (3, 1))}
        ax.plot(V, T, **look)
    nd.plot.phase_plane(plane, ax, legend=False)
    (point,) = plane.fixed_points
    return {
        "I_s": current,
        "T_amb": model["T_amb"],
        "equilibrium": {**point.state, "kind": point.kind, "stable": point.stable},
        "cycles": {
            kind: {
                "period": cycle.period,
                "multiplier": float(cycle.multipliers[1].real),
                "V": [cycle.minimum[0], cycle.maximum[0]],
                "T": [cycle.minimum[1], cycle.maximum[1]],
            }
            for kind, cycle in cycles.items()
        },
        "spikes_from_rest": len(nd.spikes(plane.trajectory)),
        "simulated_for": t_end,
    }


def main(out: Path, t_end: float = 60e-6) -> dict[str, Any]:
    """Draw the three planes of the source at 298 K, and three that it does not show."""
    model = nd.devices.nbox_neuron(T_amb=298.0)
    known = common.diagram(model)
    (fold,) = known.cycle_folds
    ambient = ambient_of_fold(model, fold, common.SOURCE_CURRENT)
    slow = model.with_parameters(T_amb=round(ambient + 0.005, 2))
    cool = model.with_parameters(T_amb=296.0)
    I = common.SOURCE_CURRENT
    places = [(model, 0.9e-3), (model, I), (model, 1.1e-3), (model, 0.93e-3), (cool, I), (slow, I)]
    found = {298.0: known} | {m["T_amb"]: common.diagram(m) for m in (cool, slow)}
    planes = {}
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 3, figsize=(10, 7.0), sharex=True, sharey=True)
        for letter, ax, (here, current) in zip("abcdef", axes.flat, places, strict=True):
            planes[letter] = shown = draw(ax, here, found[here["T_amb"]], current, t_end)
            rest = "spikes for ever" if "stable" in shown["cycles"] else "then silence"
            if "stable" not in shown["cycles"]:
                n = shown["spikes_from_rest"]
                rest = f"{n} spike{'s' * (n > 1)}, {rest}"
            place = f"({letter}) {current * 1e3:.5g} mA, {here['T_amb']:.6g} K"
            ax.set_title(f"{place}\nfrom rest: {rest}")
            ax.label_outer()
        figure.legend(handles=LEGEND, loc="outside lower center", ncols=4)
        cycle = planes["a"]["cycles"]["stable"]
        b, f, gap = planes["b"], planes["f"], common.SOURCE_CURRENT - fold.parameter
        settles = planes["c"]["equilibrium"]["stable"] and not planes["c"]["cycles"]
        claims = [
            common.claim(
                "slow convergence to a stable equilibrium at 0.96702 mA",
                "0.96702 mA, T_amb not given",
                f"at 298 K: {b['spikes_from_rest']} spike, then rest; at {slow['T_amb']:.2f} K: "
                f"{f['spikes_from_rest']} spikes, then rest",
                common.CHANGED if f["spikes_from_rest"] > 10 > b["spikes_from_rest"]
                else common.CONTRADICTED,
                "slow is only what lies just above the fold of cycles, and at 298 K that fold is "
                f"{gap * 1e6:.2f} uA lower. Changed: T_amb = {ambient:.2f} K puts it on the "
                "source's current; the source's T_amb may lie there",
            ),
            common.claim(
                "limit cycle around an unstable equilibrium at 0.9 mA",
                "0.9 mA",
                f"{planes['a']['equilibrium']['kind']}, cycle of {cycle['period'] * 1e9:.1f} ns",
                common.REPRODUCED if not planes["a"]["equilibrium"]["stable"]
                else common.CONTRADICTED,
                f"Floquet multiplier {cycle['multiplier']:.2g}: stable",
            ),
            common.claim(
                "fast convergence to a stable equilibrium at 1.1 mA",
                "1.1 mA",
                f"{planes['c']['equilibrium']['kind']}, no cycle",
                common.REPRODUCED if settles else common.CONTRADICTED,
                f"{planes['c']['spikes_from_rest']} spike from rest",
            ),
            common.claim(
                "peak temperature in fig. 2.17 (text of section 2.2.6)",
                "about 6500 deg C",
                f"{cycle['T'][1] - 273.15:.0f} deg C at 0.9 mA",
                common.REPRODUCED if abs(cycle["T"][1] / (6500 + 273.15) - 1) < 0.05
                else common.CONTRADICTED,
                "maximum of the stable cycle",
            ),
        ]  # fmt: skip
        result = common.result(
            "2.17", claims, ambient_of_fold_at_0_96702_mA=ambient, planes=planes,
            provenance=common.provenance(model, t_end=t_end, rtol=1e-7),
        )  # fmt: skip
        common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
