"""Synchrony of a random network, and how much spread from device to device it survives.

python analysis/network_dynamics.py
"""

from __future__ import annotations

from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.arrays import Array
from neurodyn.plot.style import BLUE, GREEN, VERMILION, style

CURRENT = 300e-6  # A
N, IN_DEGREE = 50, 10
PULSE, WIDTH, DELAY = -6e-6, 100e-9, 30e-9  # A, s, s
END, TRANSIENT = 80e-6, 40e-6  # s
STEP = 1e-9  # s
SEEDS = (1, 2, 3, 4, 5)
SPREADS = {  # relative standard deviations
    "R_0": (0.0, 0.04, 0.07, 0.1, 0.13, 0.16, 0.2, 0.3),
    "C_ext": (0.0, 0.005, 0.008, 0.011, 0.014, 0.017, 0.02, 0.03),
}

NEURON = nd.devices.nbox_neuron(T_amb=298.0, I_s=CURRENT)


def network(name: str, spread: float, seed: int, n: int = N, k: int = IN_DEGREE) -> nd.Network:
    """Return neurons at random phases, one parameter spread, in a random network."""
    alone = nd.solve(NEURON, 12e-6)
    first, second = alone.spike_times[-3:-1]
    at = alone(first + np.random.default_rng(seed).random(n) * (second - first))
    # a start above the threshold of a spike would hide that spike
    start = {"V": at[0], "T": np.minimum(at[1], 0.98 * NEURON["T_spike"])}
    spreads = {name: nd.LogNormal(NEURON[name], spread)}
    cells = nd.Population("cells", NEURON, n, parameters=spreads, start=start)
    inhibition = nd.Connection(
        "cells", "cells", PULSE, DELAY, nd.Rectangular(WIDTH), pattern=nd.FixedInDegree(k)
    )
    return nd.Network([cells], [inhibition], seed=seed)


def order(spikes: nd.SpikeTrains, after: float = TRANSIENT) -> float:
    """Return the mean of the order parameter after a time, to two periods before the end."""
    times: Array = np.linspace(after, spikes.t_end - 1e-6, 800)
    return float(spikes.order_parameter(times).mean())


def synchrony(name: str, spread: float, seed: int) -> float:
    """Return the order parameter of one network."""
    run = nd.simulate(network(name, spread, seed), END, method=nd.Lockstep(STEP))
    return order(run["cells"])


def halving(spreads: Array, curve: Array) -> float:
    """Return the spread at which a curve first falls to half its start, between its points."""
    k = int(np.argmax(curve < 0.5 * curve[0]))
    if k == 0:
        raise ValueError("synchrony does not halve within the spreads looked at")
    part = (curve[k - 1] - 0.5 * curve[0]) / (curve[k - 1] - curve[k])
    return float(spreads[k - 1] + part * (spreads[k] - spreads[k - 1]))


def mean_and_error(values: Array) -> tuple[Array, Array]:
    """Return mean and standard error along the first axis."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def main(folder: Path) -> str:
    """Draw synchrony against spread; return the section of the page."""
    cycle = nd.settled_cycle(NEURON, 3e-6)
    period = nd.sensitivity(NEURON, list(SPREADS), 3e-6, measure="period").log_gradient
    response = nd.pulse_response(NEURON, cycle, nd.pulse(PULSE, width=WIDTH), n=256)
    stable = nd.pulse_locking(response, DELAY).stable
    listed_phases = ", ".join(f"{one.phase:.1f}" for one in stable)
    curves = {
        name: np.array([[synchrony(name, s, seed) for s in spreads] for seed in SEEDS])
        for name, spreads in SPREADS.items()
    }
    halves = {
        name: mean_and_error(np.array([halving(np.array(SPREADS[name]), one) for one in all_seeds]))
        for name, all_seeds in curves.items()
    }
    rasters = {
        s: nd.simulate(network("R_0", s, SEEDS[0]), END, method=nd.Lockstep(STEP))["cells"]
        for s in (0.04, 0.2)
    }
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(9.6, 6.6))
        for ax, (s, spikes), letter in zip(axes[0], rasters.items(), "ab", strict=True):
            late = spikes.times > END - 4e-6
            ax.plot(1e6 * spikes.times[late], spikes.neurons[late], "|", color="k", ms=3, mew=0.7)
            ax.set(xlabel="time (µs)", ylabel="neuron",
                   title=f"({letter}) spread of R_0 {100 * s:.0f} %")  # fmt: skip
            ax.grid(visible=False)
        for name, color in (("R_0", BLUE), ("C_ext", VERMILION)):
            mean, error = mean_and_error(curves[name])
            percent = 100 * np.array(SPREADS[name])
            of_period = percent * abs(period[name])
            for ax, x in ((axes[1, 0], percent), (axes[1, 1], of_period)):
                ax.errorbar(x, mean, error, fmt="o-", color=color, ms=4, lw=1, label=name)
        for ax in axes[1]:
            floor = np.sqrt(np.pi / (4 * N))
            ax.axhline(floor, color=GREEN, lw=1, ls=":", label="independent neurons")
            ax.set(ylabel="order parameter", ylim=(0, 1.05), xlim=(0, None))
            ax.legend()
        axes[1, 0].set(xlabel="spread (%)", title="(c) against the spread of a parameter")
        axes[1, 1].set(xlabel="spread of the periods (%)", title="(d) against that of the periods")
        drawing.save(figure, folder, "network_synchrony")
    rows = "\n".join(
        f"| {name} | {100 * half:.2f} ± {100 * error:.2f} % | {period[name]:.4f} "
        f"| {100 * half * abs(period[name]):.3f} ± {100 * error * abs(period[name]):.3f} % |"
        for name, (half, error) in halves.items()
    )
    listed = "\n".join(
        f"| {name} | {100 * s:.1f} % | {value:.3f} ± {error:.3f} |"
        for name, all_seeds in curves.items()
        for s, value, error in zip(SPREADS[name], *mean_and_error(all_seeds), strict=True)
    )
    return f"""\
## Synchrony against spread from device to device

{N} neurons at {1e6 * CURRENT:.0f} µA, each inhibited by {IN_DEGREE} others drawn at random:
{1e6 * PULSE:.0f} µA for {1e9 * WIDTH:.0f} ns, {1e9 * DELAY:.0f} ns after a spike. Of two
neurons alike `nd.pulse_locking` foretells these stable phases: {listed_phases}; the
network without spread goes in phase. All start at random phases. One parameter is drawn for each
neuron from a log-normal distribution. Order parameter: `SpikeTrains.order_parameter`, mean from
{1e6 * TRANSIENT:.0f} µs on; {len(SEEDS)} seeds (network, starts, devices), mean and standard error.

![Synchrony against spread](figures/network_synchrony.png)

| spread of | synchrony halves at | d ln(period) / d ln(parameter) | a spread of the periods of |
|---|---|---|---|
{rows}

R_0 hardly moves the period, so it may vary much more than C_ext. Measured by the spread of the
periods that it makes (to first order, by `nd.sensitivity` of one neuron), both say
the same within their errors (d): it is the periods that must match.

| spread of | | order parameter |
|---|---|---|
{listed}

Independent neurons would show {np.sqrt(np.pi / (4 * N)):.3f} (dotted). The numbers belong to this
coupling.
"""
