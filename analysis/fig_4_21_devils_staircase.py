"""Fig. 4.21 of the source again: the devil's staircase, as exact ratios over finite intervals."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from locking import EXACT, continuous, fixed_width, full_circuit, locking

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW, style

NAME = "fig_4_21_devils_staircase"
PEAK = 2.06  # V, through the source's 4 kohm
RATIOS = tuple(map(Fraction, ("1/3", "1/2", "2/3", "3/4", "4/5", "5/6", "6/7", "7/8", "8/9")))
REQUIRED = RATIOS[:6]
SPAN = (0.62e6, 0.99e6)  # Hz; triangles of 1 us cannot follow each other faster than 1 MHz
WITHIN = (0.05, 0.5, 0.95)  # of the width of a plateau: where its lock is checked again
OTHER_SPIKES = (450.0, 1500.0)  # K; the model counts a spike where T rises through 600 K
SETTLE, PERIODS = 60, 60  # of the drive
LONG = 1000  # periods of the drive over which a lock is checked again
COLORS = (BLACK, BLUE, SKY, GREEN, YELLOW, ORANGE, VERMILION, PURPLE, "#777777")
Ends = dict[Fraction, tuple[float, float]]


def stairs(model: nd.Model, resolution: float) -> nd.Staircase:
    """Return the staircase with the fixed triangle; resolution as a fraction of the span."""
    return nd.staircase(
        model, fixed_width(PEAK), SPAN, RATIOS, settle=SETTLE, periods=PERIODS,
        resolution=resolution, tolerance=EXACT,
    )  # fmt: skip


def ends(staircase: nd.Staircase) -> Ends:
    """Return the plateaus wider than twice the uncertainty of both edges, by ratio [Hz]."""
    return {
        p.ratio: (p.low, p.high)
        for p in staircase.plateaus
        if p.width > 2 * (p.low_uncertainty + p.high_uncertainty)
    }


def ratios(staircase: nd.Staircase) -> Any:
    """Return f_out / f_in at each frequency: the exact fraction where locked, else the mean."""
    return np.array(
        [x.mean_ratio if x.ratio is None else float(x.ratio) for x in staircase.locking]
    )


def checked(model: nd.Model, f_in: float, ratio: Fraction) -> dict[str, Any]:
    """Return lock and return of the state after q periods, over a run of ``LONG`` periods."""
    found, run = locking(model, fixed_width(PEAK), f_in, settle=SETTLE, periods=LONG)
    late = np.arange(SETTLE, SETTLE + LONG - ratio.denominator)
    apart = run((late + ratio.denominator) / f_in) - run(late / f_in)
    return {
        "plateau": str(ratio),
        "f_in": f_in,
        "pattern": [found.spikes, found.periods],
        "residual_in_periods": found.residual,
        "state_after_q_periods": float(np.abs(apart / model.scales[:, None]).max()),
    }


def in_order(found: Ends, ratios: tuple[Fraction, ...]) -> bool:
    """Return whether all plateaus are there, each at higher f_in than the one before."""
    return all(r in found for r in ratios) and all(
        found[low][1] < found[high][0] for low, high in itertools.pairwise(ratios)
    )


def drawn(axes: Any, here: nd.Staircase, rows: dict[str, Ends], triangle: Any) -> None:
    """Draw the staircase, its plateaus at each T_amb, and that of the continuous triangle."""
    (a, b), (c, d) = axes
    f, ratio, found = here.frequencies, ratios(here), ends(here)
    a.plot(f / 1e6, ratio * f / 1e6, ".-", color=BLUE, ms=3, lw=0.8)
    a.plot(f / 1e6, f / 1e6, color=BLACK, lw=0.8, ls=":", label="$f_{out} = f_{in}$")
    a.set(title="(a) triangles of 1 µs, two states, 298 K", ylabel="$f_{out}$ (MHz)")
    a.legend(loc="upper left")
    b.plot(f / 1e6, ratio, ".", color=BLUE, ms=3)
    zoom = b.inset_axes((0.56, 0.07, 0.43, 0.4))
    zoom.plot(f / 1e6, ratio, ".", color=BLUE, ms=3)
    for r, color in zip(RATIOS, COLORS, strict=True):
        if r in found:
            ax = b if r in REQUIRED[:4] else zoom
            for place in (b, zoom):
                place.plot(np.array(found[r]) / 1e6, [float(r)] * 2, color=color, lw=4)
            ax.annotate(str(r), (found[r][0] / 1e6, float(r)), xytext=(-4, 0),
                        textcoords="offset points", ha="right", va="center",
                        fontsize=8)  # fmt: skip
    zoom.set(xlim=(0.882, 0.899), ylim=(0.78, 1.02))
    zoom.tick_params(labelsize=7)
    b.set(title="(b) ratio; thick: exact plateaus", ylabel="$f_{out} / f_{in}$")
    for i, plateau in enumerate(rows.values()):
        for r, color in zip(RATIOS, COLORS, strict=True):
            if r in plateau:
                low, high = plateau[r]
                c.barh(i, (high - low) / 1e6, left=low / 1e6, color=color, height=0.6,
                       label=str(r) if i == 0 else None)  # fmt: skip
    c.set_yticks(range(len(rows)), list(rows))
    c.set(title="(c) plateaus by $T_{amb}$ and circuit", ylim=(-0.6, len(rows) + 0.9))
    c.legend(ncols=9, loc="upper center", columnspacing=0.6, handlelength=0.8, fontsize=7)
    for ax in (a, b, c):
        ax.set(xlabel="$f_{in}$ (MHz)", xlim=(0.62, 1.0))
    d.loglog(*triangle, ".-", color=VERMILION, ms=4, lw=0.8)
    d.set(title="(d) continuous triangle 0 to 2.06 V, 298 K", xlabel="$f_{in}$ (MHz)",
          ylabel="$f_{out} / f_{in}$")  # fmt: skip
    d.set_yticks([0.2, 1 / 3, 0.5, 1, 2, 4, 9], ["1/5", "1/3", "1/2", "1", "2", "4", "9"])
    d.set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    d.minorticks_off()


def main(
    out: Path,
    ambients: tuple[float, ...] = common.AMBIENTS,
    resolution: float = 3e-5,
    four_states: tuple[float, ...] = (293.0, 298.0),
) -> dict[str, Any]:
    """Find the plateaus with the fixed triangle, check them, and compare with other readings."""
    model = nd.devices.nbox_voltage_driven(T_amb=298.0)
    here = stairs(model, resolution)
    found = ends(here)
    checks = [
        checked(model, f, ratio)
        for ratio, place in found.items()
        for f in np.interp(WITHIN, (0, 1), place).tolist()
    ]
    counted = {
        T: all(
            locking(model.with_parameters(T_spike=T), fixed_width(PEAK), np.mean(place))[0].ratio
            == ratio
            for ratio, place in found.items()
        )
        for T in OTHER_SPIKES
    }
    rows = {}
    for T in ambients:
        other = model.with_parameters(T_amb=T)
        rows[f"two states, {T:g} K"] = found if T == 298 else ends(stairs(other, resolution))
    for T in four_states:
        rows[f"four states, {T:g} K"] = ends(stairs(full_circuit(T_amb=T), 4 * resolution))
    f = np.geomspace(0.1e6, 2.5e6, 40)
    ratio = np.array([locking(model, continuous(PEAK), x)[0].mean_ratio for x in f])
    half = np.linspace(0.1e6, 0.99e6, 8)
    halved = max(locking(model, fixed_width(PEAK / 2), x)[0].mean_ratio for x in half)
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(11, 7.2))
        drawn(axes, here, rows, (f / 1e6, ratio))
    kHz = "; ".join(f"{r} {lo / 1e3:.2f} to {hi / 1e3:.2f}" for r, (lo, hi) in found.items())
    exact = all(
        check["pattern"] == list(Fraction(check["plateau"]).as_integer_ratio()) for check in checks
    )
    everywhere = [row for row, p in rows.items() if in_order(p, REQUIRED)]
    all_nine = [row for row, p in rows.items() if in_order(p, RATIOS)]
    worst = max(check["state_after_q_periods"] for check in checks)
    claims = [
        common.claim(
            "f_out / f_in grows with f_in through plateaus: a devil's staircase",
            "1/3, 1/2, 2/3, 3/4, 4/5, 5/6, 6/7, 7/8, 8/9",
            f"at 298 K, in kHz: {kHz}",
            common.REPRODUCED if in_order(found, REQUIRED) and exact else common.CONTRADICTED,
            f"exact: over {LONG} periods every spike comes again after q periods within 1e-6 of a "
            f"period, and the state within {worst:.0e} of its scale, in the middle of each plateau "
            "and at 5 % of its width inside both edges. 1/3 to 5/6 in order with: "
            f"{', '.join(everywhere)}; all nine in order with: "
            f"{', '.join(all_nine) or 'none'}. Between plateaus no pattern repeats, or others do "
            "(4/7, and 2:4). Counting spikes at 450 or 1500 K in place of 600 K "
            + ("changes no plateau" if all(counted.values()) else "changes plateaus"),
        ),
        common.claim(
            "the input is a triangle of peak-to-peak voltage 2.06 V",
            "not said: triangles of 1 us repeated, or continuous",
            f"continuous triangle: ratio falls from {ratio[0]:.0f} at 0.1 MHz through 1 to "
            f"{ratio[-1]:.2f} at 2.5 MHz",
            common.CHANGED if ratio[0] > 1 > ratio[-1] else common.CONTRADICTED,
            "the source's order comes only with triangles of 1 us, as in its experiment, with "
            f"pauses between; a triangle from -1.03 to 1.03 V would give ratio {halved:g}. So: 0 "
            "to 2.06 V, 1 us, repeated",
        ),
    ]
    result = common.result(
        "4.21",
        claims,
        plateaus={row: {str(r): place for r, place in p.items()} for row, p in rows.items()},
        edges_to={"two states": resolution * (SPAN[1] - SPAN[0]),
                  "four states": 4 * resolution * (SPAN[1] - SPAN[0])},
        checks=checks,
        same_ratios_counted_at_T=counted,
        continuous_triangle={"f_in": f, "ratio": ratio},
        ratio_at_half_amplitude=halved,
        f_in=here.frequencies,
        ratio=ratios(here),
        provenance=common.provenance(
            model, peak=PEAK, settle=SETTLE, periods=PERIODS, rtol=1e-7, tolerance=EXACT,
        ),
    )  # fmt: skip
    common.write(out, NAME, figure, result)
    return result


if __name__ == "__main__":
    common.run(main)
