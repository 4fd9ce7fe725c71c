"""Fig. 2.16 of the source again: does noise of 18 uA make the bistable window a bursting range?

The source gives "close to 0.018 mA" and no bandwidth, so noise is an Ornstein-Uhlenbeck current of
that standard deviation, and its correlation time is varied from 1 ns to a constant per pulse.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, style

NAME = "fig_2_16_noisy_frequency"
SD = 18e-6  # A, the source's "close to 0.018 mA"
SOURCE_RANGE = 0.04e-3  # A
TIMES = (1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 3e-7, 1e-6, 1e-5, 1.0)  # s; the last is constant in a pulse
TIME = 1e-7  # s, for what else is varied
STRENGTHS = (1e-6, 3e-6, 6e-6, 12e-6, 18e-6, 36e-6)  # A
CAPACITANCES = (50e-12, 100e-12, 200e-12, 400e-12)  # F
PULSE, QUIET = 40e-6, 1e-6  # s
PULSES = (10e-6, 40e-6, 160e-6)  # s
STEP = 1e-9  # s
BURST = 5  # spikes that a train needs to be called a burst


def noisy(model: nd.Model, sd: float, time: float) -> nd.StochasticModel:
    """Return the neuron with a noise current."""
    return nd.noise.stochastic(model, nd.noise.ornstein_uhlenbeck_current(sd, time))


def frequencies(
    model: nd.Model, sd: float, time: float, currents: Any, n: int, pulse: float = PULSE
) -> dict[str, Any]:
    """Return medians, quartiles and ranges; the noise is stationary from the start of a pulse."""
    start = np.random.default_rng(16).normal(0.0, sd, n)
    found = nd.median_frequency(
        noisy(model, sd, time), "I_s", currents, pulse, quiet=QUIET, n=n,
        x0={"noise_I_s": start}, dt=min(STEP, time / 2.5), seed=16,
    )  # fmt: skip
    tonic = found.median.max()
    spikes = found.frequency * pulse
    phasic = (found.stopped & (spikes >= BURST)).mean(axis=1)
    return {
        "I_s": currents, "sd": sd, "correlation_time": time, "C_ext": model["C_ext"],
        "pulse": pulse, "median": found.median, "low": found.quantile(0.1),
        "high": found.quantile(0.9), "all": found.frequency, "phasic": phasic,
        "stopped": found.fraction_stopped, "restarted": found.restarted.mean(axis=1),
        "median_falls_from": crossing(currents, found.median, 0.95 * tonic),
        "median_falls_to": crossing(currents, found.median, 0.05 * tonic),
        "range_of_median": crossing(currents, found.median, 0.05 * tonic)
        - crossing(currents, found.median, 0.95 * tonic),
        "range_of_events": float(np.trapezoid(phasic >= 0.1, currents)),
    }  # fmt: skip


def crossing(x: Any, y: Any, level: float) -> float:
    """Return where y last falls through a level, on straight lines."""
    i = int(np.flatnonzero(y > level)[-1])
    if i == len(x) - 1:
        return float("nan")
    return float(x[i] + (x[i + 1] - x[i]) * (y[i] - level) / (y[i] - y[i + 1]))


def escapes(model: nd.Model, sd: float, time: float, current: float, n: int) -> dict[str, Any]:
    """Return how long spiking and silence last at one current in the window."""
    driven = model.with_parameters(I_s=current)
    rest = nd.fixed_points(driven)[0].state
    found: dict[str, Any] = {"I_s": current, "sd": sd, "correlation_time": time, "runs": n}
    for to, x0 in (("silence", None), ("spiking", rest)):
        times = nd.escape_times(
            noisy(driven, sd, time), 100e-6, to=to, x0=x0, n=n, quiet=QUIET,
            dt=min(STEP, time / 2.5), seed=17,
        ).survival  # fmt: skip
        found[to] = {
            "escaped": int(times.ended.sum()), "rate": times.rate,
            "interval": times.rate_interval(),
            "median": times.median if np.isfinite(times.median) else None,
            "times": times.times, "fraction": times.fraction,
        }  # fmt: skip
    return found


def window(model: nd.Model) -> list[float]:
    """Return upper Hopf point and fold of cycles, without noise."""
    known = common.diagram(model)
    return [known.equilibria.hopf[1].parameter, known.cycle_folds[0].parameter]


def main(
    out: Path, n: int = 32, points: int = 25, times: Any = TIMES, strengths: Any = STRENGTHS,
    capacitances: Any = CAPACITANCES, pulses: Any = PULSES,
) -> dict[str, Any]:  # fmt: skip
    """Vary correlation time, strength, capacitance and length of the pulse."""
    model = nd.devices.nbox_neuron(T_amb=298.0)
    hopf, fold = window(model)
    I = np.linspace(0.86e-3, 0.98e-3, points)
    by_time = [frequencies(model, SD, time, I, n) for time in times]
    main_one = frequencies(model, SD, TIME, I, 3 * n)
    by_strength = [frequencies(model, sd, TIME, I, n) for sd in strengths]
    by_pulse = [frequencies(model, SD, TIME, I, n, pulse) for pulse in pulses]
    by_capacitance = []
    for C in capacitances:
        other = model.with_parameters(C_ext=C)
        edges = window(other)
        shifted = np.linspace(edges[1] - 0.12e-3, edges[1] + 0.016e-3, points)
        by_capacitance.append(frequencies(other, SD, TIME, shifted, n) | {"window": edges})
    survival = [escapes(model, SD, TIME, I_s, 2 * n) for I_s in (0.91e-3, 0.93e-3, 0.95e-3)]
    quiet = frequencies(model, 0.0, TIME, np.linspace(fold - 2e-6, fold + 4e-6, 61), 1)

    data = {
        "hopf": hopf,
        "fold": fold,
        "main": main_one,
        "by_correlation_time": _bare(by_time),
        "by_strength": _bare(by_strength),
        "by_pulse": _bare(by_pulse),
        "by_capacitance": _bare(by_capacitance),
        "without_noise": _bare([quiet])[0],
        "survival": survival,
        "provenance": common.provenance(
            model, seed=16, runs=n, dt=STEP, quiet=QUIET, burst=BURST, step=I[1] - I[0]
        ),
    }
    result = common.result("2.16", claims(data), **data)
    with plt.rc_context(style()):
        common.write(out, NAME, draw(result), result)
    return result


def claims(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the source says beside what the runs say."""
    rows, one, strongest = data["by_correlation_time"], data["main"], data["by_strength"][-1]
    varying = [row for row in rows if row["correlation_time"] < 0.1]
    median = [row["range_of_median"] * 1e6 for row in varying]
    events = [row["range_of_events"] * 1e6 for row in varying]
    widest = varying[int(np.argmax(events))]
    reached = max(events) * 1e-6 > 0.75 * SOURCE_RANGE
    above = [r for r, i in zip(one["restarted"], one["I_s"], strict=True) if i >= 0.94e-3]
    constant = [row for row in rows if row["correlation_time"] >= 0.1]
    shifted = (
        " A current that is off by 18 uA for a whole pulse gives none: phasic events in "
        f"{max(constant[0]['phasic']):.0%} of the runs at the best current."
        if constant
        else ""
    )
    return [
        common.claim(
            "noise of 18 uA widens phasic bursting to a range of 0.04 mA",
            f"{SOURCE_RANGE * 1e3:g} mA (experiment); 0.003 mA in simulation",
            f"over 10 % of the runs stop after {BURST} spikes or more on {max(events):.0f} uA for "
            f"noise correlated over {_time(widest['correlation_time'])}, on {min(events):.0f} uA "
            f"for {_time(rows[0]['correlation_time'])}; the median frequency falls from 95 % to "
            f"5 % over {min(median):.0f} to {max(median):.0f} uA; "
            f"{data['without_noise']['range_of_events'] * 1e6:.1f} uA without noise",
            common.CHANGED if reached else common.CONTRADICTED,
            "the change: noise correlated over microseconds, and 0.03 mA in place of 0.04. "
            f"{strongest['sd'] * 1e6:g} uA of noise make the median fall over "
            f"{strongest['range_of_median'] * 1e6:.0f} uA, but start the neuron again. The "
            "mechanism is escape from the cycle to rest in the bistable window "
            f"({data['hopf'] * 1e6:.1f} to {data['fold'] * 1e6:.1f} uA).{shifted}",
        ),
        common.claim(
            "once stopped, the neuron does not start again",
            "observed",
            f"{max(one['restarted']):.0%} of the runs start again at the worst current, "
            f"{max(above):.0%} at most from 0.94 mA up; with {strongest['sd'] * 1e6:g} uA "
            f"{max(strongest['restarted']):.0%} at the worst",
            common.REPRODUCED if max(one["restarted"]) < 0.1 else common.CONTRADICTED,
            "rest is the safer state in the upper part of the window; near the Hopf point the "
            "unstable cycle around rest is small, and noise kicks the neuron out of it again",
        ),
    ]


def _bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without single runs, and without numbers that JSON cannot hold."""
    kept = ({k: v for k, v in row.items() if k != "all"} for row in rows)
    return [
        {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
        for row in kept
    ]


def _time(value: float) -> str:
    if value >= 0.1:
        return "constant"
    return f"{value * 1e9:g} ns" if value < 1e-6 else f"{value * 1e6:g} µs"


def draw(result: dict[str, Any]) -> plt.Figure:
    """Draw medians, and how the range depends on the noise and the neuron."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.6))
    colours = (BLACK, PURPLE, BLUE, SKY, GREEN, ORANGE, VERMILION)
    ax, one = axes[0, 0], result["main"]
    I = np.array(one["I_s"]) * 1e3
    for run in np.array(one["all"]).T:
        ax.plot(I, run / 1e6, ".", color="0.75", ms=2)
    ax.plot(I, np.array(one["median"]) / 1e6, color=BLUE, label="median")
    ax.set(title=f"(a) {SD * 1e6:g} µA, correlated over {_time(TIME)}", ylabel="frequency (MHz)")
    ax.legend()
    for ax, key, letter in ((axes[0, 1], "by_correlation_time", "b"),
                            (axes[0, 2], "by_strength", "c")):  # fmt: skip
        rows = result[key][::2] if key == "by_correlation_time" else result[key]
        for row, colour in zip(rows, colours, strict=False):
            time, sd = _time(row["correlation_time"]), f"{row['sd'] * 1e6:g} µA"
            label = time if letter == "b" else sd
            ax.plot(np.array(row["I_s"]) * 1e3, np.array(row["median"]) / 1e6, color=colour,
                    label=label, lw=1.2)  # fmt: skip
        title = "correlation times, 18 µA" if letter == "b" else f"strengths, {_time(TIME)}"
        ax.set_title(f"({letter}) medians: {title}")
        ax.legend()
    for ax in axes[0]:
        ax.axvspan(result["hopf"] * 1e3, result["fold"] * 1e3, color=GREEN, alpha=0.12, lw=0)
        ax.set_xlabel("source current $I_\\mathrm{s}$ (mA)")
    panels = (
        ("by_correlation_time", "correlation_time", 1e9, "correlation time (ns)", "(d) 18 µA"),
        ("by_strength", "sd", 1e6, "standard deviation (µA)", f"(e) {_time(TIME)}"),
        ("by_capacitance", "C_ext", 1e12, "$C_\\mathrm{ext}$ (pF)", f"(f) 18 µA, {_time(TIME)}"),
    )
    for ax, (key, name, unit, xlabel, title) in zip(axes[1], panels, strict=True):
        rows = [row for row in result[key] if row[name] < 0.1]
        x = [row[name] * unit for row in rows]
        for field, colour, label in (
            ("range_of_median", BLUE, "median falls 95 to 5 %"),
            ("range_of_events", ORANGE, "over 10 % of runs phasic"),
        ):
            y = [np.nan if row[field] is None else row[field] * 1e6 for row in rows]
            ax.plot(x, y, "o-", color=colour, ms=4, label=label)
        if key == "by_capacitance":
            width = [(row["window"][1] - row["window"][0]) * 1e6 for row in rows]
            ax.plot(x, width, "s--", color=GREEN, ms=4, label="bistable window, no noise")
        ax.axhline(SOURCE_RANGE * 1e6, color=BLACK, ls=":", lw=1, label="experiment")
        ax.set(title=title, xlabel=xlabel, ylabel="range of currents (µA)", xscale="log")
        ax.xaxis.set_minor_formatter(NullFormatter())
        if key == "by_capacitance":
            ax.set_xticks(x, [f"{value:g}" for value in x])
        ax.set_ylim(0, 1.55 * max(ax.get_ylim()[1], 45))
        ax.legend(loc="upper left")
    return figure


if __name__ == "__main__":
    common.run(main)
