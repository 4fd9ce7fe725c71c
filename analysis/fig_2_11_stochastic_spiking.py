"""Fig. 2.11 of the source again: quiet periods and runs of spikes near threshold, and their cause.

The source shows them at 0.109 mA on its device. The threshold of the model is its lower Hopf point,
43.25 uA, so the neuron is held at currents around that, with noise of the strength the source
states for its input (18 uA) and less.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import common
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

NAME = "fig_2_11_stochastic_spiking"
SD = 18e-6  # A
WEAK = 5e-6  # A
SLOW, FAST = 50e-6, 1e-7  # s, correlation times
TIMES = (1e-8, 1e-7, 1e-6, 5e-6, 2e-5, 5e-5)  # s
SWEEP = tuple(I * 1e-6 for I in (25, 30, 35, 40, 43, 46, 50, 55, 60, 70))  # A
STEP = 1e-9  # s
LONG = 400e-6  # s, length of a run


def noisy(model: nd.Model, sd: float, time: float, current: float) -> nd.StochasticModel:
    """Return the neuron at a current with a noise current."""
    noise = nd.noise.ornstein_uhlenbeck_current(sd, time)
    return nd.noise.stochastic(model.with_parameters(I_s=current), noise)


def statistics(noisy_model: nd.StochasticModel, n: int, duration: float) -> dict[str, Any]:
    """Return how spikes come in runs; a pause over three median intervals is quiet."""
    sd = noisy_model.model["sd_I_s"]
    start = {"noise_I_s": np.random.default_rng(11).normal(0.0, sd, n)}
    runs = nd.solve_sde(noisy_model, duration, n=n, dt=STEP, keep="spikes", seed=11, x0=start)
    common_part = {
        "I_s": noisy_model.model["I_s"], "sd": sd,
        "correlation_time": noisy_model.model["tau_I_s"],
        "rate": sum(map(len, runs.spike_times)) / (n * duration),
    }  # fmt: skip
    if sum(map(len, runs.spike_times)) < 4 * n:
        return common_part | {"bursts": 0}
    found, intervals = nd.bursts(runs), nd.isi_histogram(runs)
    inside = intervals.intervals[intervals.intervals <= found.gap]
    length = nd.survival(found.spikes, ~found.cut)  # a run that is cut was longer than seen
    return common_part | {
        "bursts": len(found), "gap": found.gap, "cv": intervals.cv,
        "cv2_inside_runs": local_variation(runs, found.gap),
        "interval_inside_runs": float(np.median(inside)),
        "fano": float(nd.fano_factor(runs, duration / 10).values[0]),
        "spikes_per_run": length.median if np.isfinite(length.median) else None,
        "spikes_mean": 1 / length.rate if length.rate > 0 else None,
        "median_quiet": float(np.median(found.quiet)) if len(found.quiet) else None,
        "spikes": length.times, "fraction_with_more": length.fraction, "quiet": found.quiet,
        "intervals": intervals.counts, "edges": intervals.edges,
        "fraction_quiet": 1 - float(found.duration.sum()) / (n * duration),
    }  # fmt: skip


def local_variation(runs: nd.StochasticTrajectories, gap: float) -> float:
    """Return CV2, how much neighbouring intervals inside runs differ; 0 for a clock, 1 for Poisson.

    G. R. Holt et al., J. Neurophysiol. 75, 1806 (1996). A slow change of the rate does not count.
    """
    values = []
    for times in runs.spike_times:
        a, b = np.diff(times)[:-1], np.diff(times)[1:]
        near = (a <= gap) & (b <= gap)
        values.append(2 * np.abs(a - b)[near] / (a + b)[near])
    together = np.concatenate(values)
    return float(together.mean()) if len(together) else float("nan")


def follows(model: nd.Model, time: float, current: float, duration: float) -> dict[str, float]:
    """Return how well the noisy input at a spike or silence tells which it is, at one current.

    If the neuron followed its input, spiking would be where the input is above threshold: the
    fraction of time for which both agree is returned, and the same with shuffled spikes.
    """
    noisy_model = noisy(model, SD, time, current)
    start = {"noise_I_s": np.random.default_rng(12).normal(0.0, SD, 4)}
    runs = nd.solve_sde(
        noisy_model, duration, n=4, dt=STEP, keep=nd.Keep(thin=50), seed=12, x0=start
    )
    hopf = common.diagram(model).equilibria.hopf[0].parameter
    above = runs["noise_I_s"] + current > hopf
    active = np.zeros_like(above)
    found = nd.bursts(runs)
    for number, first, last in zip(found.train, found.start, found.stop, strict=True):
        active[number] |= (runs.t >= first - 0.5 * found.gap) & (runs.t <= last)
    return {
        "agreement": float((above == active).mean()),
        "by_chance": float(above.mean() * active.mean() + (1 - above.mean()) * (1 - active.mean())),
        "time_above_threshold": float(above.mean()),
        "time_active": float(active.mean()),
    }


def main(
    out: Path, n: int = 8, duration: float = 400e-6, sweep: Any = SWEEP, times: Any = TIMES
) -> dict[str, Any]:
    """Vary current, strength and correlation time; say what makes the quiet periods."""
    model = nd.devices.nbox_neuron(T_amb=298.0)
    hopf = common.diagram(model).equilibria.hopf[0]
    I = hopf.parameter
    by_current = [statistics(noisy(model, WEAK, SLOW, c), n, duration) for c in sweep]
    by_current_fast = [statistics(noisy(model, SD, FAST, c), n, duration) for c in sweep]
    by_time = [statistics(noisy(model, SD, time, I), n, duration) for time in times]
    by_strength = [statistics(noisy(model, sd, SLOW, I), n, duration) for sd in (1e-6, WEAK, SD)]
    mechanism = {
        name: follows(model, time, I, duration) for name, time in (("slow", SLOW), ("fast", FAST))
    }
    shown = nd.solve_sde(
        noisy(model, WEAK, SLOW, I), 400e-6, dt=STEP, keep=nd.Keep(thin=10), seed=5
    )
    weak, fast = by_strength[1], statistics(noisy(model, SD, FAST, I), n, duration)
    slow_input, fast_input = mechanism["slow"], mechanism["fast"]
    runs_seen = weak["bursts"] and weak["cv2_inside_runs"] < 0.3 < weak["cv"]
    follows_input = slow_input["agreement"] > 0.5 * (1 + slow_input["by_chance"])
    claims = [
        common.claim(
            "near threshold, quiet periods and bursts of spikes of constant frequency",
            "experiment at 0.109 mA; no simulation",
            f"at {I * 1e6:.1f} uA, {WEAK * 1e6:g} uA of noise correlated over {SLOW * 1e6:g} us: "
            f"runs of {weak['spikes_mean']:.0f} spikes (mean), "
            f"{weak['interval_inside_runs'] * 1e6:.1f} us apart, CV2 inside them "
            f"{weak['cv2_inside_runs']:.2f}; {weak['fraction_quiet']:.0%} of the time quiet, in "
            f"periods of {weak['median_quiet'] * 1e6:.0f} us (median)",
            common.CHANGED if runs_seen else common.CONTRADICTED,
            f"the changes: the current (the model's threshold is its lower Hopf point, "
            f"{hopf.criticality}), and noise that is slow against the interval between spikes",
        ),
        common.claim(
            "the cause is noise of the input that takes it below and above threshold",
            "stated",
            f"with slow noise of 18 uA, spiking agrees with 'input above the Hopf point' for "
            f"{slow_input['agreement']:.0%} of the time (by chance "
            f"{slow_input['by_chance']:.0%}); with noise correlated over {FAST * 1e9:g} ns for "
            f"{fast_input['agreement']:.0%} (by chance {fast_input['by_chance']:.0%}), and the "
            f"neuron is active {fast_input['time_active']:.0%} of the time",
            common.REPRODUCED if follows_input else common.CONTRADICTED,
            "there is no bistability at this threshold, so the neuron itself does not remember "
            "that it was spiking: what lasts is the input. Only slow noise makes quiet periods; "
            f"CV of all intervals with the fast one: {fast['cv']:.2f}",
        ),
    ]
    result = common.result(
        "2.11", claims, hopf=I, criticality=hopf.criticality, frequency_at_hopf=hopf.frequency,
        by_current=by_current, by_current_fast=by_current_fast, by_correlation_time=by_time,
        by_strength=by_strength, mechanism=mechanism,
        provenance=common.provenance(model, seed=11, runs=n, dt=STEP, duration=duration),
    )  # fmt: skip
    with plt.rc_context(style()):
        common.write(out, NAME, draw(result, shown), result)
    return result


def draw(result: dict[str, Any], shown: nd.StochasticTrajectories) -> plt.Figure:
    """Draw a trace with its input, and the distributions."""
    figure = plt.figure(figsize=(10, 7))
    grid = figure.add_gridspec(3, 3, height_ratios=(1, 1, 1.4))
    top, under = (figure.add_subplot(grid[i, :]) for i in range(2))
    t = shown.t * 1e6
    top.plot(t, shown["I_device"][0] * 1e3, color=BLUE, lw=0.6)
    top.set(title="(a) device current", ylabel="$I_\\mathrm{device}$ (mA)")
    under.plot(t, (shown["noise_I_s"][0] + result["hopf"]) * 1e6, color=ORANGE, lw=0.7)
    under.axhline(result["hopf"] * 1e6, color=BLACK, ls=":", lw=1)
    under.set(title="(b) its input; dotted: the lower Hopf point", xlabel="time (µs)",
              ylabel="$I_\\mathrm{s}$ (µA)")  # fmt: skip
    names = ("1 µA", "5 µA", "18 µA")
    rows = [
        row
        for row in zip(result["by_strength"], (GREEN, BLUE, VERMILION), names, strict=True)
        if row[0]["bursts"]
    ]
    ax = figure.add_subplot(grid[2, 0])
    for row, colour, name in rows:
        ax.step([1, *row["spikes"]], [1, *row["fraction_with_more"]], color=colour, where="post",
                label=name)  # fmt: skip
    ax.set(title=f"(c) spikes in a run, {SLOW * 1e6:g} µs", xscale="log", xlabel="spikes",
           ylabel="fraction with more", ylim=(0, 1.02))  # fmt: skip
    ax.legend()
    ax = figure.add_subplot(grid[2, 1])
    for row, colour, name in rows:
        x = np.sort(row["quiet"]) * 1e6
        ax.step(x, 1 - np.arange(len(x)) / len(x), color=colour, where="post", label=name)
    ax.set(title="(d) quiet periods", xscale="log", xlabel="time (µs)", ylabel="fraction longer",
           ylim=(0, 1.02))  # fmt: skip
    ax = figure.add_subplot(grid[2, 2])
    for key, mark, name in (
        ("by_current", "o-", "5 µA, 50 µs"),
        ("by_current_fast", "s--", "18 µA, 100 ns"),
    ):
        rows = [row for row in result[key] if row["bursts"]]
        x = [row["I_s"] * 1e6 for row in rows]
        ax.plot(x, [row["fraction_quiet"] for row in rows], mark, color=GREEN, ms=4,
                label=f"time quiet: {name}")  # fmt: skip
        ax.plot(x, [row["cv2_inside_runs"] for row in rows], mark, color=BLUE, ms=4,
                label=f"CV2 in runs: {name}")  # fmt: skip
    ax.axvline(result["hopf"] * 1e6, color=BLACK, ls=":", lw=1)
    ax.set(title="(e)", xlabel="$I_\\mathrm{s}$ (µA)", ylim=(0, 1.5))
    ax.legend()
    return figure


if __name__ == "__main__":
    common.run(main)
