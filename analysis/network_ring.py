"""A ring of NbOx neurons carries one spike around: its period, and how small the ring may be.

python analysis/network_dynamics.py
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, VERMILION, style

BACKGROUND = 35e-6  # A: below the onset of firing, so that a neuron rests, and one pulse fires it
PULSE, WIDTH = 100e-6, 200e-9  # A, s
DELAYS = (300e-9, 1e-6)  # s
SIZES = (3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 20)
LAPS = 24  # of the spike, and pulses to one neuron: enough for the latency to settle
PRECISE = nd.Adaptive(1e-9)

NEURON = nd.devices.nbox_neuron(T_amb=298.0, I_s=BACKGROUND)
REST = nd.fixed_points(NEURON)[0].state


@cache
def latency(period: float | None = None, count: int = LAPS) -> float:
    """Return how long one neuron alone, at rest, takes to spike after a pulse begins.

    With a period, how long it takes after the last of ``count`` pulses, NaN if it misses one.
    """
    base = {"width": WIDTH, "base": BACKGROUND}
    if period is None:
        pulses, start = nd.pulse(BACKGROUND + PULSE, **base), 0.0
    else:
        pulses = nd.train(BACKGROUND + PULSE, period=period, count=count, **base)
        start = (count - 1) * period
    inputs = {"I_s": pulses}
    run = nd.solve(NEURON, start + 1e-6, x0=REST, inputs=inputs, method=PRECISE)
    late = run.spike_times[run.spike_times > start] - start
    every = period is None or len(run.spike_times) == count
    return float(late[0]) if every and len(late) else float("nan")


def ring(n: int, delay: float) -> nd.Network:
    """Return a ring at rest, of which one neuron is sent one pulse."""
    i, shape = np.arange(n), nd.Rectangular(WIDTH)
    onward = nd.FromList(i, (i + 1) % n)
    first = nd.FromList([0], [0])
    return nd.Network(
        [nd.Population("ring", NEURON, n, start=REST), nd.SpikeSource("kick", [[10e-9]])],
        [
            nd.Connection("kick", "ring", PULSE, delay, shape, pattern=first),
            nd.Connection("ring", "ring", PULSE, delay, shape, pattern=onward),
        ],
    )


def lap(n: int, delay: float) -> float:
    """Return the time of the last lap, NaN if the spike dies."""
    run = nd.simulate(ring(n, delay), LAPS * n * (delay + latency()), method=PRECISE)
    times = run["ring"].train(0)
    return float(times[-1] - times[-2]) if len(times) > LAPS - 3 else float("nan")


def main(folder: Path) -> str:
    """Draw laps against n (delay + latency); return the section of the page."""
    alone = latency()
    found = {delay: np.array([lap(n, delay) for n in SIZES]) for delay in DELAYS}
    law = {delay: np.array(SIZES) * (delay + alone) for delay in DELAYS}
    own = {
        delay: np.array([n * (delay + latency(T)) for n, T in zip(SIZES, laps, strict=True)
                         if np.isfinite(T)])
        for delay, laps in found.items()
    }  # fmt: skip
    error = max(np.abs(own[d] / laps[np.isfinite(laps)] - 1).max() for d, laps in found.items())
    shown = nd.simulate(ring(12, DELAYS[0]), 12e-6, method=PRECISE)["ring"]
    with plt.rc_context(style()):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.6))
        left.plot(1e6 * shown.times, shown.neurons, ".", color=BLACK, ms=4)
        left.set(xlabel="time (µs)", ylabel="neuron", title="(a) 12 neurons, delay 300 ns")
        for delay, color in zip(DELAYS, (BLUE, VERMILION), strict=True):
            departs = np.abs(found[delay] / law[delay] - 1)
            label = f"delay {1e9 * delay:.0f} ns"
            right.plot(1e6 * law[delay], departs, "o-", color=color, ms=4, lw=1, label=label)
        right.set(
            yscale="log", xlabel="n (delay + latency) (µs)", ylabel="departure of the period",
            title="(b) the shorter the lap, the later each spike", xlim=(0, None),
        )  # fmt: skip
        right.legend()
        drawing.save(figure, folder, "network_ring")
    rows = "\n".join(
        f"| {1e9 * delay:.0f} ns | {n} | {1e6 * law[delay][k]:.4f} µs | {_lap(found[delay][k])} "
        f"| {_departure(found[delay][k] / law[delay][k] - 1)} |"
        for delay in DELAYS
        for k, n in enumerate(SIZES)
        if n in (3, 5, 8, 12, 20)
    )
    return f"""\
## A ring carries a spike

Neurons at rest at {1e6 * BACKGROUND:.0f} µA, each sending {1e6 * PULSE:.0f} µA for
{1e9 * WIDTH:.0f} ns to the next. One pulse to one of them starts a spike that runs around for good,
if the ring is long enough. `nd.solve` on one neuron alone, at rest, gives a latency of
{1e9 * alone:.4f} ns, so a lap should take n (delay + latency).

![Spikes of a ring, and how far its period departs](figures/network_ring.png)

| delay | n | n (delay + latency) | simulated lap | departure |
|---|---|---|---|---|
{rows}

The law holds as long as a neuron is back at rest when the spike returns, whatever n and delay: the
departure is a matter of the lap's time (b), as C_ext recharges from a spike to the next. In a
shorter ring each spike is late, and in a still shorter one it dies. The latency of one neuron alone
that gets a pulse every lap puts this right: n (delay + latency at that period) is the simulated lap
of every ring that lives, to {error:.0e} relative.
"""


def _lap(seconds: float) -> str:
    return f"{1e6 * seconds:.4f} µs" if np.isfinite(seconds) else "dies"


def _departure(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return f"{100 * value:.4f} %" if value > 1e-6 else "below 0.0001 %"
