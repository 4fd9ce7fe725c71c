"""A whole network as a PyNEST script: what cannot be written is refused, what is, agrees."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from tests.export.example_networks import devices, largest_difference, reset_neurons
from tests.export.simulators import python_with_nest


def in_nest(network: nd.Network, t_end: float, step: float, folder: Path) -> dict:
    """Run the script as it is, with the repairs of nest_build.py around it."""
    python = python_with_nest()
    folder.mkdir()
    nd.export.pynest_network(network, t_end, step=step).write(folder / "network.py")
    run = Path(__file__).with_name("nest_run.py")
    environment = os.environ | {"LD_LIBRARY_PATH": str(folder / "work" / "module")}
    done = subprocess.run(
        [python, run, "network.py", "work"], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(done.stdout.split("SPIKES ")[1])
    return {name: (np.array(t), np.array(i)) for name, (t, i) in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "t_end", "step"),
    [(devices(ramp=False), 5e-6, 1e-9), (reset_neurons(), 100.0, 0.02)],
    ids=["devices", "reset_neurons"],
)
def test_nest_gives_every_spike_to_its_grid(network, t_end, step, tmp_path):
    """The same numbers of spikes, every one nearer as the grid is finer: first order."""
    errors = []
    for fraction in (1, 4):
        theirs = in_nest(network, t_end, step / fraction, tmp_path / str(fraction))
        errors.append(largest_difference(network, t_end, theirs))
    assert len(nd.simulate(network, t_end)["cells"]) > 15
    assert errors[0] < 5 * step
    assert errors[1] < 0.4 * errors[0]


def test_a_network_that_nest_cannot_hold_is_refused_in_a_sentence():
    pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    plain = nd.Connection("pair", "pair", 1e-5, 1e-7, nd.Rectangular(1e-7))
    rule = nd.STDP(0.01, 0.01, 1e-6, 1e-6)
    plastic = nd.Connection("pair", "pair", 1e-5, 1e-7, nd.Rectangular(1e-7), plasticity=rule)
    quick = nd.Connection("pair", "pair", 1e-5, 1e-13, nd.Rectangular(1e-7))
    ramp = nd.ramp(3e-4, duration=1e-6)
    waved = nd.Population("waved", nd.devices.nbox_neuron(), 1, inputs={"I_s": ramp})
    switching = nd.Population("switching", nd.devices.comparator(), 1)
    for network, step, told in (
        (nd.Network([pair], [plastic]), 1e-9, "is plastic, which NEST"),
        (nd.Network([pair], [plain]), 2e-7, "the shortest delay 1e-07"),
        (nd.Network([pair], [plain]), 1.0001e-9, "a multiple of 1e-12"),
        (nd.Network([pair], [quick]), None, "the shortest delay is 1e-13"),
        (nd.Network([waved]), 1e-9, "I_s changes with time"),
        (nd.Network([switching]), 1e-9, "switches"),
    ):
        with pytest.raises(nd.InputError, match=told):
            nd.export.pynest_network(network, 1e-6, step=step)


def test_odd_names_and_silent_sources_still_make_a_script():
    """Quotes in a name, a source without spikes, one at time 0: the text is Python."""
    odd = nd.Population("a 'quoted\" é", nd.devices.fitzhugh_nagumo(), 2)
    silent = nd.SpikeSource("silent", [[], [0.0]])
    drive = nd.Connection("silent", odd.name, 0.1, 0.5, nd.Exponential(1.0))
    file = nd.export.pynest_network(nd.Network([odd, silent], [drive]), 50.0, step=0.05)
    compile(file.text, "network.py", "exec")
    assert "    [],\n    [0.5],\n" in file.text
    assert file.names[f"{odd.name}.w"] == "w"


def test_every_synapse_is_in_the_script_with_all_its_digits():
    """Read back by code of its own; a pulse goes down by what it went up, its width later."""
    network = devices(ramp=False)
    file = nd.export.pynest_network(network, 5e-6, step=1e-9)
    calls = re.findall(r"^connect\((?:.|\n)*?'SPIKES_\d+'\)$", file.text, re.M)
    read = []

    def connect(_, i, __, j, weights, delays, port):
        n = len(i)
        read.append((i, j, np.broadcast_to(weights, n), np.broadcast_to(delays, n), port))

    for call in calls:
        exec(call, {"connect": connect, **{f"population_{k}": k for k in range(1, 5)}})
    lateral = network.synapses[network.connections[0].name]
    up, down = (one for one in read if one[-1] == "SPIKES_1")
    assert np.array_equal(up[0], lateral.pre)
    assert np.array_equal(up[1], lateral.post)
    assert np.array_equal(up[2], lateral.weights)
    assert np.array_equal(up[2], -down[2])
    assert np.allclose(up[3] * 1e-9, lateral.delays, atol=0.5e-9, rtol=0.0)
    assert np.allclose(down[3] - up[3], 100.0, atol=1.0, rtol=0.0)
    (kicks,) = (one for one in read if one[-1] == "SPIKES_3")
    drawn = network.synapses[network.connections[2].name]
    names = network.populations[0].model.parameter_names
    capacitance = network.populations[0].parameter_table(network.seed)[:, names.index("C_ext")]
    assert np.array_equal(kicks[2], drawn.weights / capacitance[drawn.post])
