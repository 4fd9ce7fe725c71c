"""Energy of pulses and reads by hand."""

import pytest

import neurodyn as nd


def test_energy_is_that_of_pulses_and_reads_by_hand():
    """0.9 V for 0.6 us on 7 kohm are 0.81 * 0.6 / 7 nJ, and 0.2 V for 1 us are 0.04 / 7 nJ: 1000 of
    the first and 5000 of the second are (486 + 200) / 7 nJ."""
    energy = nd.synapses.SynapseEnergy.from_voltages(
        7e3, V_pulse=0.9, pulse_time=0.6e-6, V_read=0.2, read_time=1e-6
    )
    assert energy.pulse == pytest.approx(0.486e-9 / 7, rel=1e-12)
    assert energy.read == pytest.approx(0.04e-9 / 7, rel=1e-12)
    assert energy.of(pulses=1000, reads=5000) == pytest.approx(98e-9, rel=1e-12)
    assert energy.of(pulses=1000) == pytest.approx(0.486e-6 / 7, rel=1e-12)


@pytest.mark.parametrize("given", [{"pulse": -1e-12}, {"pulse": 1e-12, "read": float("nan")}])
def test_energies_are_not_negative(given):
    with pytest.raises(nd.InputError):
        nd.synapses.SynapseEnergy(**given)
