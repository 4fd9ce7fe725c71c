"""A whole network as a Brian2 script: what cannot be written is refused, what is, agrees."""

from __future__ import annotations

import json

import numpy as np
import pytest

import neurodyn as nd
from tests.export.simulators import run_python

RUN = """
import json, sys
import brian2
brian2.prefs.codegen.target = "numpy"
space = {}
exec(compile(open("network.py").read(), "network.py", "exec"), space)
print("SPIKES", json.dumps({n: [x.tolist() for x in s] for n, s in space["spikes"].items()}))
"""


def devices() -> nd.Network:
    """Spread, drawn weights and delays, all shapes, both kinds of sources, a waveform."""
    neuron = nd.devices.nbox_neuron(I_s=3e-4)
    spread = {"R_0": nd.LogNormal(190.0, 0.03), "C_ext": nd.Uniform(1.9e-10, 2.1e-10)}
    cells = nd.Population("cells", neuron, 5, parameters=spread, start={"V": np.arange(5) / 20})
    ramp = nd.ramp(3.2e-4, duration=1.5e-6, start=0.2e-6)
    driven = nd.Population("driven", neuron, 2, inputs={"I_s": ramp})
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


def in_brian2(network: nd.Network, t_end: float, step: float, second: float, folder) -> dict:
    nd.export.brian2_network(network, t_end, step=step).write(folder / "network.py")
    found = json.loads(run_python("brian2", RUN, folder).split("SPIKES ")[1])
    return {name: (np.array(t) / second, np.array(i)) for name, (t, i) in found.items()}


def largest_difference(network: nd.Network, t_end: float, theirs: dict) -> float:
    """Return it over all spikes, after the same number of each neuron was found."""
    ours, apart = nd.simulate(network, t_end), []
    for name, (times, neurons) in theirs.items():
        n = ours[name].n
        assert np.bincount(neurons, minlength=n).tolist() == ours[name].counts.tolist()
        apart += [np.abs(times[neurons == i] - ours[name].train(i)).max() for i in range(n)]
    return max(apart)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "t_end", "step", "second"),
    [(devices, 5e-6, 1e-9, 1.0), (reset_neurons, 100.0, 0.02, 1e-3)],
    ids=["devices", "reset_neurons"],
)
def test_brian2_gives_every_spike_to_its_grid(make, t_end, step, second, tmp_path):
    """The same numbers of spikes, every one nearer as the grid is finer: first order."""
    network, errors = make(), []
    for fraction in (1, 4):
        theirs = in_brian2(network, t_end, step / fraction, second, tmp_path)
        errors.append(largest_difference(network, t_end, theirs))
    assert len(nd.simulate(network, t_end)["cells"]) > 15
    assert errors[0] < 4 * step
    assert errors[1] < 0.4 * errors[0]


def test_a_network_that_brian2_cannot_hold_is_refused_in_a_sentence():
    pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    source = nd.SpikeSource("source", [[1e-7, 1.01e-7]])
    plain = nd.Connection("pair", "pair", 1e-5, 1e-7, nd.Rectangular(1e-7))
    rule = nd.STDP(0.01, 0.01, 1e-6, 1e-6)
    plastic = nd.Connection("pair", "pair", 1e-5, 1e-7, nd.Rectangular(1e-7), plasticity=rule)
    times = np.linspace(0.0, 1e-6, 1000)
    waved = nd.Population(
        "waved", nd.devices.nbox_neuron(), 1, inputs={"I_s": nd.sampled(times, times)}
    )
    switching = nd.Population("switching", nd.devices.comparator(), 1)
    for network, step, told in (
        (nd.Network([pair], [plastic]), 1e-9, "is plastic"),
        (nd.Network([pair], [plain]), 2e-7, "the shortest delay 1e-07"),
        (nd.Network([pair, source], [plain]), 1e-8, "sends two spikes"),
        (nd.Network([waved]), 1e-9, "has 1000 knots"),
        (nd.Network([switching]), 1e-9, "switches"),
    ):
        with pytest.raises(nd.InputError, match=told):
            nd.export.brian2_network(network, 1e-6, step=step)


def test_odd_names_and_silent_sources_still_make_a_script():
    """Quotes in a name, a source without spikes, an edge of no width: the text is Python."""
    wave = nd.pulse(0.3, width=30.0, start=10.0, edge=0.0)
    odd = nd.Population("a 'quoted\" é", nd.devices.fitzhugh_nagumo(), 2, inputs={"I": wave})
    silent = nd.SpikeSource("silent", [[], []])
    drive = nd.Connection("silent", odd.name, 0.1, 0.5, nd.Exponential(1.0))
    file = nd.export.brian2_network(nd.Network([odd, silent], [drive]), 50.0)
    compile(file.text, "network.py", "exec")
    assert "SpikeGeneratorGroup(2, array([], dtype=int), array([], dtype=int)" in file.text
    assert file.names[f"{odd.name}.w"] == "w"
