"""Energy and charge of a spike, by conservation laws."""

import numpy as np
import pytest

import neurodyn as nd


def test_two_state_neuron_turns_all_work_of_the_source_into_heat():
    """Conservation: over a cycle the capacitor returns what it took."""
    train = nd.spikes(nd.solve(nd.devices.nbox_neuron(I_s=2e-4), 8e-6), after=3e-6)
    np.testing.assert_allclose(train.energy_device, train.energy_source, rtol=1e-6)


def test_full_circuit_loses_the_difference_in_the_output_resistor():
    """Conservation: source - device = integral of R_out i_L^2."""
    model = nd.devices.nbox_circuit(I_s=2e-4)
    traj = nd.solve(model, 12e-6, method=nd.Adaptive(1e-9))
    train = nd.spikes(traj, after=6e-6)
    start, stop = train.times[0], train.times[-1]
    t = np.linspace(start, stop, 400_001)
    lost = np.trapezoid(model["R_out"] * traj.at(t, "i_L") ** 2, t)
    balance = train.energy_source.sum() - train.energy_device.sum()
    assert balance == pytest.approx(lost, rel=1e-4)
    assert (train.energy_source > train.energy_device).all()


@pytest.mark.parametrize(("capacitance", "claimed"), [(200e-12, 80e-12), (10e-12, 8e-12)])
@pytest.mark.parametrize("make", [nd.devices.nbox_neuron, nd.devices.nbox_circuit])
def test_energy_per_spike_is_near_the_claim_of_the_thesis(capacitance, claimed, make):
    """The thesis says "about"; it names neither the current nor whose energy it is."""
    model = make(C_ext=capacitance, I_s=2e-4)
    train = nd.spikes(nd.solve(model, 8e-6), after=4e-6)
    for by in ("device", "source"):
        assert train.energy_per_spike(by) == pytest.approx(claimed, rel=0.25)


def test_charge_per_spike_is_current_times_interval():
    """Charge conservation: what the source brings in one interval leaves through the device."""
    train = nd.spikes(nd.solve(nd.devices.nbox_neuron(I_s=2e-4), 8e-6), after=3e-6)
    np.testing.assert_allclose(train.charge, 2e-4 * train.intervals, rtol=1e-6)
