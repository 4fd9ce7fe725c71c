"""A stiff device: the implicit method is offered, and gives the same spikes."""

import numpy as np
import pytest

import neurodyn as nd


def test_the_vo2_neuron_spikes_alike_by_both_methods_and_the_implicit_one_is_offered():
    """scipy's Radau IIA, another program with another method, and our Tsit5."""
    neuron = nd.devices.mott_vo2(I_s=60e-6, C_ext=20e-12)
    span = 3 * neuron.time_scale
    explicit = nd.solve(neuron, span)
    implicit = nd.solve(neuron, span, method=nd.Stiff())
    assert len(explicit.spike_times) == 1
    np.testing.assert_allclose(implicit.spike_times, explicit.spike_times, rtol=1e-6)
    assert len(implicit.t) < len(explicit.t) / 10
    assert any("method=nd.Stiff() takes fewer" in note for note in explicit.notes)
    assert implicit.notes == ()


@pytest.mark.parametrize("steps", [1, 200])
def test_nothing_is_offered_where_accuracy_rules(neuron, steps):
    """The NbOx neuron, short and long."""
    traj = nd.solve(neuron.with_parameters(I_s=335e-6), steps * 1e-7)
    assert traj.notes == ()
