"""Small networks that other programs run, and how far their spikes are from ours."""

from __future__ import annotations

import numpy as np

import neurodyn as nd


def devices(*, ramp: bool = True) -> nd.Network:
    """Spread, drawn weights and delays, all shapes, both kinds of sources, a waveform or none."""
    neuron = nd.devices.nbox_neuron(I_s=3e-4)
    spread = {"R_0": nd.LogNormal(190.0, 0.03), "C_ext": nd.Uniform(1.9e-10, 2.1e-10)}
    cells = nd.Population("cells", neuron, 5, parameters=spread, start={"V": np.arange(5) / 20})
    wave = nd.ramp(3.2e-4, duration=1.5e-6, start=0.2e-6) if ramp else nd.constant(3.1e-4)
    driven = nd.Population("driven", neuron, 2, inputs={"I_s": wave})
    source = nd.SpikeSource("source", [[3e-7, 1.1e-6], [5e-7]])
    noise = nd.PoissonSource("noise", 3, 1e6)
    half, delays = nd.FixedProbability(0.5), nd.Uniform(1e-7, 4e-7)
    return nd.Network(
        [cells, driven, source, noise],
        [
            nd.Connection("cells", "cells", nd.Normal(-4e-5, 1e-5), delays,
                          nd.Rectangular(1e-7), pattern=half),
            nd.Connection("source", "cells", 1e-4, 1e-7, nd.Exponential(5e-8)),
            nd.Connection("noise", "cells", nd.Uniform(2e-12, 4e-12), 1e-7,
                          nd.Charge("V", "C_ext")),
            nd.Connection("cells", "driven", nd.Normal(3e-5, 1e-5), delays, nd.Rectangular(1e-7)),
        ],
        seed=2,
    )  # fmt: skip


def reset_neurons() -> nd.Network:
    """Resets, refractory times and jumps of a voltage, in units of textbooks."""
    neuron = nd.devices.leaky_integrate_and_fire(I=1.8)
    start = {"V": [-69.0, -65.0, -60.0, -55.0]}
    cells = nd.Population(
        "cells", neuron, 4, parameters={"I": [2.6, 2.8, 2.4, 2.5]}, start=start, refractory=2.0
    )
    kick = nd.Connection(
        "cells", "cells", nd.Normal(0.3, 0.2), nd.Uniform(1.0, 3.0), nd.Charge("V")
    )
    slow = nd.Connection("cells", "cells", -0.05, 1.5, nd.Exponential(4.0), name="slow")
    return nd.Network([cells], [kick, slow], seed=1)


def largest_difference(network: nd.Network, t_end: float, theirs: dict) -> float:
    """Return it over all spikes, after the same number of each neuron was found."""
    ours, apart = nd.simulate(network, t_end), []
    for name, (times, neurons) in theirs.items():
        n = ours[name].n
        assert np.bincount(neurons, minlength=n).tolist() == ours[name].counts.tolist()
        apart += [np.abs(times[neurons == i] - ours[name].train(i)).max() for i in range(n)]
    return max(apart)
