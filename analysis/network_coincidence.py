"""A coincidence detector: two pulses fire a neuron if they come within a window of time.

python analysis/network_dynamics.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

import neurodyn as nd
from neurodyn.bisection import bisect
from neurodyn.plot.style import BLUE, GREEN, ORANGE, VERMILION, style

BACKGROUND = 35e-6  # A, where the neuron rests
PULSE, WIDTH = 30e-6, 50e-9  # A, s
SIZES = np.array([22e-6, 24e-6, 26e-6, 28e-6, 30e-6, 32e-6, 34e-6, 36e-6])  # A
FIRST, END = 100e-9, 2e-6  # s
FAR = 800e-9  # s: pulses so far apart that the first is forgotten
EXACT = 1e-13  # s, of a window
PRECISE = nd.Adaptive(1e-10)

NEURON = nd.devices.nbox_neuron(T_amb=298.0, I_s=BACKGROUND)
REST = nd.fixed_points(NEURON)[0].state


def detector(apart: float, size: float = PULSE) -> nd.NetworkRun:
    """Return the run of one neuron that two sources reach, some time apart."""
    cell = nd.Population("cell", NEURON, 1, start=REST)
    delay = 0.5 * FIRST
    inputs = nd.SpikeSource("inputs", [[FIRST - delay], [FIRST - delay + apart]])
    synapses = nd.Connection("inputs", "cell", size, delay, nd.Rectangular(WIDTH))
    record = nd.Record(traces={"cell": [0]}, period=1e-9)
    return nd.simulate(nd.Network([cell, inputs], [synapses]), END, record=record, method=PRECISE)


def alone(apart: float, size: float = PULSE, pulses: int = 2) -> nd.Trajectory:
    """Return the run of the neuron alone, the sum of the pulses written out as one stimulus."""
    starts = FIRST + apart * np.arange(pulses)
    edges = np.unique([0.0, END, *starts, *(starts + WIDTH)])
    middles = 0.5 * (edges[1:] + edges[:-1])
    on = (middles[:, None] >= starts) & (middles[:, None] < starts + WIDTH)
    levels = BACKGROUND + size * on.sum(axis=1)
    stimulus = nd.Stimulus(np.repeat(edges, 2)[1:-1], np.repeat(levels, 2))
    return nd.solve(NEURON, END, x0=REST, inputs={"I_s": stimulus}, method=PRECISE)


def window(fires: Callable[[float, float], bool], size: float) -> float:
    """Return the largest time apart at which the neuron still fires [s]."""
    return bisect(lambda gap: fires(gap, size), FAR, 20e-9, absolute=EXACT)[1]


def network_fires(apart: float, size: float) -> bool:
    """Tell whether the network's neuron fires."""
    return len(detector(apart, size)["cell"]) > 0


def alone_fires(apart: float, size: float) -> bool:
    """Tell whether ``nd.solve`` sees a spike."""
    return len(alone(apart, size).spike_times) > 0


def smallest_alone() -> float:
    """Return the smallest pulse that fires the neuron by itself [A]."""
    return bisect(
        lambda size: len(alone(0.0, size, 1).spike_times) > 0, 10e-6, 60e-6, absolute=1e-11
    )[1]


def main(folder: Path) -> str:
    """Draw the response against the time apart; return the section of the page."""
    one = smallest_alone()
    windows = np.array([window(alone_fires, size) for size in SIZES])
    of_network, of_one = window(network_fires, PULSE), window(alone_fires, PULSE)
    gaps = np.sort(np.append(np.linspace(0.0, 500e-9, 51), of_one + np.array([-1e-9, 1e-9])))
    peaks = [detector(gap).traces["cell"]["T"].max() for gap in gaps]
    inside, outside = (detector(of_one + shift) for shift in (-1e-9, 1e-9))
    hot, cold = (run.traces["cell"]["T"].max() for run in (inside, outside))
    with plt.rc_context(style()):
        figure, axes = plt.subplots(1, 3, figsize=(11.5, 3.4))
        for run, color, label in (
            (inside, VERMILION, "1 ns inside the window"), (outside, BLUE, "1 ns outside"),
        ):  # fmt: skip
            traces = run.traces["cell"]
            axes[0].plot(1e6 * traces.times, traces["V"][0], color=color, lw=1.3, label=label)
        axes[0].set(xlabel="time (µs)", ylabel="V (V)", title="(a) two pulses, all or nothing")
        axes[0].legend(loc="lower right")
        axes[1].plot(1e9 * gaps, peaks, ".", color=VERMILION, ms=4)
        axes[1].axvline(1e9 * of_one, color=GREEN, lw=1, label="window by nd.solve")
        axes[1].axhline(600, color="0.5", lw=0.8, ls=":", label="spike")
        axes[1].set(
            yscale="log", xlabel="time apart (ns)", ylabel="highest T (K)", title="(b) 30 µA, 50 ns"
        )
        axes[1].set_yticks([300, 1000, 3000], ["300", "1000", "3000"])
        axes[1].yaxis.set_minor_formatter(NullFormatter())
        axes[1].legend(loc="center right")
        axes[2].plot(1e6 * SIZES, 1e9 * windows, "o-", color=ORANGE, ms=4, lw=1)
        axes[2].axvline(1e6 * one, color="0.5", lw=1, ls=":", label="one pulse suffices")
        axes[2].set(xlabel="pulse (µA)", ylabel="window (ns)", title="(c) set by the weight")
        axes[2].legend(loc="upper left")
        drawing.save(figure, folder, "network_coincidence")
    rows = "\n".join(
        f"| {1e6 * size:.0f} µA | {1e9 * wide:.3f} ns |"
        for size, wide in zip(SIZES, windows, strict=True)
    )
    return f"""\
## A coincidence detector

A neuron at rest at {1e6 * BACKGROUND:.0f} µA gets one pulse of {1e9 * WIDTH:.0f} ns from each of
two sources. One alone does nothing below {1e6 * one:.3f} µA. Two of {1e6 * PULSE:.0f} µA fire it
if they come less than {1e9 * of_network:.4f} ns apart: found by bisection on `nd.simulate`, and on
`nd.solve` with the sum of both pulses as its stimulus, which gives {1e9 * of_one:.4f} ns.

![Two pulses within and beyond the window](figures/network_coincidence.png)

1 ns within the window the device reaches {hot:.0f} K, 1 ns beyond it {cold:.0f} K: all or nothing.
The weight sets the window, up to the size at which one pulse suffices:

| each pulse | window |
|---|---|
{rows}
"""
