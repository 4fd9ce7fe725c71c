"""A leaky integrate-and-fire neuron in place of another."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.sweeps.reduction import coincidence

LIF = nd.devices.leaky_integrate_and_fire
INPUTS = [2.2, 3.0, 5.0, 9.0]


@pytest.fixture(scope="module")
def same() -> nd.Reduction:
    return nd.reduce_to_lif(LIF(tau=7.0), "I", INPUTS)


def test_a_neuron_of_the_kind_is_found_again(same: nd.Reduction) -> None:
    """Its own time constant, rheobase (V_th - E_L) / R, no time held; every spike coincides."""
    assert same.model["tau"] == pytest.approx(7.0, rel=1e-4)
    assert same.model["rheobase"] == pytest.approx(2.0, rel=1e-4)
    assert same.refractory < 1e-3
    assert same.rate_error < 1e-4
    assert (same.count_ratio, same.coincidence) == pytest.approx((1.0, 1.0), abs=1e-3)


def test_a_network_swaps_one_for_the_other(same: nd.Reduction) -> None:
    """The same connections by the same input: the same spikes."""
    cells = nd.Population("cells", LIF(tau=7.0), 5, parameters={"I": nd.Uniform(2.1, 3.0)})
    inside = nd.Connection("cells", "cells", -0.3, 1.5, nd.Exponential(3.0))
    one = nd.simulate(nd.Network([cells], [inside], seed=1), 100.0)
    two = nd.simulate(nd.Network([same.population(cells)], [inside], seed=1), 100.0)
    assert len(one["cells"]) > 20
    assert two["cells"].times == pytest.approx(one["cells"].times, rel=1e-3)
    with pytest.raises(nd.InputError, match="have tau of their own"):
        same.population(nd.Population("cells", LIF(), 2, parameters={"tau": [7.0, 8.0]}))


def test_the_errors_of_an_nbox_neuron_are_stated() -> None:
    """Rates of the stand-in as nd.fi_curve measures them, not as the formula says."""
    currents = [6e-5, 1e-4, 2e-4, 4e-4]
    found = nd.reduce_to_lif(nd.devices.nbox_neuron(), "I_s", currents)
    assert found.rate_error < 0.01
    assert 0.0 < found.coincidence < 1.0
    cells = nd.Population(
        "cells", found.model, 4, parameters={"I_s": currents}, refractory=found.refractory
    )
    trains = nd.simulate(nd.Network([cells]), 2e-5)["cells"].trains
    measured = [1.0 / np.diff(train).mean() for train in trains]
    assert measured == pytest.approx(found.reduced_rates, rel=1e-6)


def test_coincidence_is_one_for_the_same_and_none_by_chance() -> None:
    """Independent Poisson trains: zero within five standard errors over 40 pairs."""
    rng = np.random.default_rng(5)
    pairs = [[np.sort(rng.uniform(0.0, 500.0, rng.poisson(500))) for _ in "ab"] for _ in range(40)]
    factors = [coincidence(a, b, 500.0) for a, b in pairs]
    assert coincidence(*[np.arange(10.0)] * 2, 10.0) == pytest.approx(1.0)
    assert abs(np.mean(factors)) < 5 * np.std(factors) / np.sqrt(40)


def test_what_cannot_be_reduced_is_refused() -> None:
    with pytest.raises(nd.InputError, match="is no input of leaky"):
        nd.reduce_to_lif(LIF(), "tau", INPUTS)
    with pytest.raises(nd.InputError, match="fires at 2 of 4 values"):
        nd.reduce_to_lif(LIF(), "I", [0.5, 1.0, 3.0, 4.0])
