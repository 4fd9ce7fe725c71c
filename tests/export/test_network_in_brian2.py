"""A whole network as a Brian2 script: what cannot be written is refused, what is, agrees."""

from __future__ import annotations

import json

import numpy as np
import pytest

import neurodyn as nd
from tests.export.example_networks import devices, largest_difference, reset_neurons
from tests.export.simulators import run_python

RUN = """
import json, sys
import brian2
brian2.prefs.codegen.target = "numpy"
space = {}
exec(compile(open("network.py").read(), "network.py", "exec"), space)
print("SPIKES", json.dumps({n: [x.tolist() for x in s] for n, s in space["spikes"].items()}))
"""


def in_brian2(network: nd.Network, t_end: float, step: float, second: float, folder) -> dict:
    nd.export.brian2_network(network, t_end, step=step).write(folder / "network.py")
    found = json.loads(run_python("brian2", RUN, folder).split("SPIKES ")[1])
    return {name: (np.array(t) / second, np.array(i)) for name, (t, i) in found.items()}


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
