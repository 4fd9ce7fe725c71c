"""Ready circuits: a number of each, by an independent way."""

import numpy as np
import pytest

import neurodyn as nd


def test_pearson_anson_is_the_voltage_driven_neuron():
    ready = nd.stability(nd.circuits.pearson_anson().model())
    known = nd.stability(nd.devices.nbox_voltage_driven())
    assert [p.parameter for p in ready.hopf] == pytest.approx(
        [p.parameter for p in known.hopf], rel=1e-9
    )


@pytest.mark.slow
def test_pearson_anson_has_the_period_of_the_two_exponentials():
    """With the two-state switch both halves of a cycle are exponentials: the closed form."""
    R, C, V = 47e3, 300e-12, 14.0
    model = nd.circuits.pearson_anson("comparator", R=R, C=C, tau=1e-12).model()
    times = nd.solve(model, 60e-6, inputs={"V1": V}).spike_times
    levels = [(V * r / (r + R), C * r * R / (r + R)) for r in (100.2e3, 990.0)]
    (high, slow), (low, fast) = levels
    period = slow * np.log((high - 1.0) / (high - 1.99)) + fast * np.log((1.99 - low) / (1.0 - low))
    assert np.diff(times)[5:] == pytest.approx(period, rel=1e-4)


@pytest.mark.parametrize("by", ["resistor", pytest.param("capacitor", marks=pytest.mark.slow)])
def test_a_pair_is_what_coupled_makes_of_two_neurons(by):
    """Two ways to one model: nodal analysis, and currents added to the inputs of two models."""
    value = {"resistor": 3e3, "capacitor": 20e-12}[by]
    ring = nd.circuits.ring(2, by, value).model().with_parameters(I_s=3e-4)
    neuron = nd.devices.nbox_neuron(I_s=3e-4)
    kind = {"resistor": nd.Resistor, "capacitor": nd.Capacitor}[by]
    pair = nd.coupled({"a": neuron, "b": neuron}, [kind("a", "b", value)])
    ours = nd.solve(ring, 2e-6, x0={"V_n1": 0.5}, method=nd.Adaptive(1e-9))
    theirs = nd.solve(pair, 2e-6, x0={"V_a": 0.5}, method=nd.Adaptive(1e-9))
    assert ours.spike_times == pytest.approx(theirs.spike_times, rel=1e-6)
    assert len(ours.spike_times) > 3


def test_a_ring_in_phase_is_one_neuron():
    """No current flows between equal cells: the joint run is that of one alone."""
    ring = nd.circuits.ring(4).model()
    alone = nd.devices.nbox_neuron()
    ours = nd.solve(ring, 1e-6, inputs={"I_s": 3e-4}).spike_times
    assert ours == pytest.approx(nd.solve(alone, 1e-6, inputs={"I_s": 3e-4}).spike_times, rel=1e-6)


def test_neighbours_pass_on_heat():
    """At rest the thermal pair obeys the balance of heat solved by hand as a linear system."""
    pair = nd.circuits.thermal_pair(1e6).model().with_parameters(I1=30e-6)
    run = nd.solve(pair, 100e-6)
    power = run.at(99e-6, "P_X1")
    own, between = 1 / 2040816.0, 1e-6
    matrix = [[own + between, -between], [-between, own + between]]
    rise = np.linalg.solve(matrix, [power, 0.0])
    assert run.at(99e-6, "T_X1") - 298.0 == pytest.approx(rise[0], rel=1e-4)
    assert run.at(99e-6, "T_X2") - 298.0 == pytest.approx(rise[1], rel=1e-4)


def test_two_switch_neuron_is_silent_spikes_and_fires_bursts_of_two():
    """The words of the publication at 0.7 and 1.2 V; the intervals tell them apart by any rule."""
    model = nd.circuits.two_switch_neuron().model()
    assert len(nd.solve(model, 30e-6, inputs={"V1": 0.3}).spike_times) == 0
    regular = np.diff(nd.solve(model, 60e-6, inputs={"V1": 0.7}).spike_times)[-10:]
    assert regular.max() < 1.01 * regular.min()
    pairs = np.diff(nd.solve(model, 60e-6, inputs={"V1": 1.2}).spike_times)[-10:]
    long = pairs > 1e-6
    assert long.sum() == 5
    assert not (long[1:] & long[:-1]).any()
    found = nd.bursts(nd.solve(model, 60e-6, inputs={"V1": 1.2}).spike_times[20:], gap=1e-6)
    assert set(found.spikes[1:-1].tolist()) == {2}


@pytest.mark.slow
def test_runs_find_the_bifurcations_that_the_page_on_circuits_tells():
    """Ends of regular spiking (0.84531 V) and of pairs (1.11427 V) on docs/circuit_dynamics.md."""
    model = nd.circuits.two_switch_neuron().model()

    def intervals(level, start):
        run = nd.solve(model, 400e-6, x0=start, inputs={"V1": level})
        times = run.spike_times
        state = dict(zip(model.state_names, run(run.t[-1]).tolist(), strict=True))
        return np.diff(times)[-24:], state

    _, settled = intervals(0.84, None)
    below, settled = intervals(0.8450, settled)
    above, _ = intervals(0.8456, settled)
    assert below.max() < 1.001 * below.min()
    assert above.max() > 1.5 * above.min()
    _, settled = intervals(1.13, None)
    pairs, settled = intervals(1.1150, settled)
    more, _ = intervals(1.1130, settled)
    assert (pairs > 1e-6).sum() == 12
    assert np.ptp(pairs[pairs > 1e-6]) < 1e-3 * pairs.max()
    assert (more > 1e-6).sum() == 8  # three spikes in each
