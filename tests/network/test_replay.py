"""A neuron replayed alone does what it did in the network."""

import numpy as np
import pytest

import neurodyn as nd
from tests.network.test_properties import random_network
from tests.network.test_resume import plastic_network
from tests.tolerances import INTEGRATION


def test_a_neuron_alone_with_its_pulses_spikes_as_in_the_network() -> None:
    """The engine's own spikes, energies and traces of two neurons that some 40 pulses reach."""
    record = nd.Record({"cells": [4, 9]}, 1e-9, integrals={"cells": ["P_device"]})
    network = random_network()
    run = nd.simulate(network, 6e-6, record=record, method=nd.Adaptive(1e-9))
    reached = network.synapses["cells -> cells"]
    for row, neuron in enumerate((4, 9)):
        alone = run.trajectory("cells", neuron, method=nd.Adaptive(1e-9))
        assert np.isin(run["cells"].neurons, reached.pre[reached.post == neuron]).sum() > 30
        times = run["cells"].train(neuron)
        assert alone.spike_times == pytest.approx(times, rel=INTEGRATION)
        train, traces = nd.spikes(alone), run.traces["cells"]
        energies = run.per_spike("cells", "P_device")[neuron]
        assert len(energies) > 10
        assert train.energy_device == pytest.approx(energies, rel=1e-6)
        for state in ("V", "T"):
            known = traces[state][row]
            assert alone.at(traces.times, state) == pytest.approx(known, rel=1e-4, abs=1e-6)


def test_pulses_add_to_a_stimulus_that_jumps_and_slopes() -> None:
    """A ramp, a jump within a pulse, and a pulse that begins as another ends."""
    wave = nd.Stimulus(np.array([1.0, 2.0, 2.0, 4.0]) * 1e-6, np.array([0.0, 1.0, 2.0, 3.0]) * 1e-4)
    source = nd.SpikeSource("source", [[0.5e-6, 1.5e-6, 2.4e-6]])
    cells = nd.Population("cells", nd.devices.nbox_neuron(), 1, inputs={"I_s": wave})
    pulses = nd.Connection("source", "cells", 5e-5, 1e-7, nd.Rectangular(9e-7))
    run = nd.simulate(nd.Network([cells, source], [pulses]), 6e-6, method=nd.Adaptive(1e-9))
    alone = run.trajectory("cells", 0, method=nd.Adaptive(1e-9))
    t = np.linspace(0.0, 6e-6, 997)
    on = [(t >= s + 1e-7) & (t < s + 1e-6) for s in (0.5e-6, 1.5e-6, 2.4e-6)]
    assert alone.at(t, "I_s") == pytest.approx(wave(t) + 5e-5 * np.sum(on, axis=0), abs=1e-12)
    assert len(run["cells"]) > 5
    assert alone.spike_times == pytest.approx(run["cells"].times, rel=INTEGRATION)


def test_what_cannot_be_replayed_is_refused_in_words() -> None:
    run = nd.simulate(plastic_network(), 5.0)
    with pytest.raises(nd.InputError, match="held after their spikes"):
        run.trajectory("cells", 0)
    with pytest.raises(nd.InputError, match="is a source of spikes"):
        run.trajectory("noise", 0)
    neuron = nd.devices.nbox_neuron()
    cells = nd.Population("cells", neuron, 2)
    decay = nd.Connection("cells", "cells", 1e-5, 1e-7, nd.Exponential(1e-7))
    run = nd.simulate(nd.Network([cells], [decay]), 1e-6)
    with pytest.raises(nd.InputError, match="no rectangular pulses of constant weights"):
        run.trajectory("cells", 0)
    with pytest.raises(nd.InputError, match="has no neuron 2"):
        run.trajectory("cells", 2)
