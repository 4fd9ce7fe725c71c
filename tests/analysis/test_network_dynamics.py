"""Small networks of NbOx neurons: each behaviour against one neuron alone, or other code."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd


def test_a_long_ring_takes_n_times_delay_and_latency(analysis):
    """The latency is that of ``nd.solve`` on one neuron at rest."""
    ring = analysis("network_ring")
    for n, delay in ((12, 300e-9), (5, 1e-6)):
        assert ring.lap(n, delay) == pytest.approx(n * (delay + ring.latency()), rel=1e-3)


def test_a_short_ring_takes_the_latency_of_a_neuron_driven_once_a_lap(analysis):
    """``nd.solve`` on one neuron with a train of pulses; at rest it would be 3.5 % less."""
    ring = analysis("network_ring")
    lap = ring.lap(3, 1e-6)
    assert lap == pytest.approx(3 * (1e-6 + ring.latency(lap)), rel=1e-6)
    assert lap > 1.03 * 3 * (1e-6 + ring.latency())


def test_a_spike_dies_in_a_ring_that_is_too_short(analysis):
    assert np.isnan(analysis("network_ring").lap(3, 300e-9))


def test_the_window_of_coincidence_is_that_of_one_neuron_alone(analysis):
    """Bisection on the network, and on ``nd.solve`` with the pulses as one stimulus."""
    script = analysis("network_coincidence")
    found = [
        script.window(fires, script.PULSE) for fires in (script.network_fires, script.alone_fires)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-5)
    inside, outside = (script.detector(found[0] + shift) for shift in (-1e-9, 1e-9))
    assert len(inside["cell"]) == 1
    assert len(outside["cell"]) == 0
    assert inside.traces["cell"]["T"].max() > 5 * outside.traces["cell"]["T"].max()


def test_the_largest_drive_wins_from_every_start(analysis):
    script = analysis("network_winner")
    assert all(script.wins(25e-6, 90e-12, seed) for seed in (None, 0, 1))
    assert not script.wins(1e-6, 90e-12)


def test_too_much_inhibition_fires_losers_with_the_other_sign(analysis):
    """Beyond what the rate and the onset of one neuron alone foretell for the mean current."""
    script = analysis("network_winner")
    limit = script.foretold_limit(90e-12)
    assert 0.5 * limit < script.ends(90e-12)[1] < limit
    run = script.competition(1.05 * limit, 90e-12)
    voltages, spikes = run.states_at_spikes["cells"]["V"], run["cells"]
    late = spikes.times > script.LATE
    assert (voltages[late & (spikes.neurons != script.FAVOURED)] < 0.0).all()
    assert set(spikes.neurons[late]) == set(range(script.N))


def test_synchrony_is_lost_with_spread(analysis):
    script = analysis("network_synchrony")
    assert script.synchrony("R_0", 0.0, 1) > 0.99
    assert script.synchrony("C_ext", 0.03, 1) < 0.5


def test_equal_steps_show_the_synchrony_that_adaptive_ones_show(analysis):
    """Two integrators, a network of 20."""
    script = analysis("network_synchrony")
    network = script.network("R_0", 0.05, 1, n=20, k=6)
    found = [
        script.order(nd.simulate(network, 20e-6, method=method)["cells"], 10e-6)
        for method in (nd.Lockstep(script.STEP), nd.Adaptive(1e-8))
    ]
    assert found[0] == pytest.approx(found[1], abs=1e-3)


def test_half_of_a_straight_line_is_found(analysis):
    spreads = np.array([0.0, 0.1, 0.3])
    assert analysis("network_synchrony").halving(spreads, 1.0 - 2.0 * spreads) == pytest.approx(
        0.25
    )
