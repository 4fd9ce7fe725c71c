"""What an arrival may do to a neuron: held, at rest, driven at one moment from several sides."""

import numpy as np
import pytest

import neurodyn as nd
from tests.network.test_properties import same

LIF = nd.devices.leaky_integrate_and_fire


def integrator(**changes: float) -> nd.Model:
    """Return a leaky integrator beside a state that is not linear and feeds nothing back."""
    return nd.Model.from_equations(
        ["v", "w"],
        {"tau": 10.0},
        ["(I - v)/tau", "-w**3/tau"],
        inputs={"I": 2.0},
        spike="v - 1",
        reset={"v": 0.0},
    ).with_parameters(**changes)


BOTH = pytest.mark.parametrize(
    ("model", "state"), [(LIF(I=4.0), "V"), (integrator(), "v")], ids=["exact", "adaptive"]
)


@BOTH
def test_a_spike_at_an_arrival_is_followed_by_the_refractory_time(
    model: nd.Model, state: str
) -> None:
    cells = nd.Population("cells", model, 1, refractory=3.0)
    source = nd.SpikeSource("source", [[1.0]])
    push = nd.Connection("source", "cells", 25.0, 0.4, nd.Charge(state))
    run = nd.simulate(nd.Network([cells, source], [push]), 12.0)
    assert run["cells"].times == pytest.approx([1.4, 4.4 + 10.0 * np.log(2.0)], rel=1e-7)


@BOTH
def test_a_neuron_held_at_its_reset_takes_no_charge(model: nd.Model, state: str) -> None:
    """Spikes stay tau ln 2 and the refractory time apart, whatever arrives meanwhile."""
    first = 10.0 * np.log(2.0)
    cells = nd.Population("cells", model, 1, refractory=3.0)
    source = nd.SpikeSource("source", [[0.5], [first + 0.5], [first + 2.0]])
    alone = nd.simulate(nd.Network([cells]), 60.0)
    assert alone["cells"].times == pytest.approx(
        first + (first + 3.0) * np.arange(len(alone["cells"]))
    )
    held = nd.Connection("source", "cells", [[0.0, 0.3, 0.3]], 0.4, nd.Charge(state))
    run = nd.simulate(nd.Network([cells, source], [held]), 60.0)
    assert run["cells"].times == pytest.approx(alone["cells"].times, rel=1e-7)
    free = nd.Connection("source", "cells", 0.3, 0.4, nd.Charge(state), pattern=nd.AllToAll())
    moved = nd.simulate(nd.Network([cells, source], [free]), 60.0)
    assert moved["cells"].times[0] < alone["cells"].times[0] - 0.01


def test_weights_that_arrive_at_one_moment_add_up_in_one_order() -> None:
    """Sums of 40 unequal numbers in any order of their sources: the same to the last digit."""
    weights = np.random.default_rng(1).uniform(0.1, 1.0, 40) * 10.0 ** (np.arange(40) % 5 - 4)
    assert len({sum(np.random.default_rng(k).permutation(weights)) for k in range(9)}) > 1
    cells = nd.Population("cells", LIF(I=2.3), 1)

    def run(order: np.ndarray, shape: nd.Exponential | nd.Rectangular) -> nd.NetworkRun:
        source = nd.SpikeSource("source", [[1.0, 4.0]] * 40)
        drive = nd.Connection("source", "cells", weights[order][None, :], 1.0, shape)
        return nd.simulate(nd.Network([cells, source], [drive]), 60.0)

    for shape in (nd.Exponential(3.0), nd.Rectangular(3.0)):
        plain = run(np.arange(40), shape)
        assert len(plain["cells"]) > 2
        for k in range(5):
            mixed = run(np.random.default_rng(k).permutation(40), shape)
            assert np.array_equal(plain["cells"].times, mixed["cells"].times)


def test_a_neuron_on_its_way_to_rest_is_not_put_there() -> None:
    """Windows a thousandth of a slow decay, which stands still within each: exp(-t / tau)."""
    model = nd.Model.from_equations(
        ["v", "w"], {"tau": 1.0}, ["-v*(1 + v**2)", "-w/tau"], inputs={"I": 0.0}, spike="v + I - 1"
    )
    cells = nd.Population("cells", model, 1, start={"v": 0.0, "w": 1e-3})
    source = nd.SpikeSource("source", [[50.0]])
    tiny = nd.Connection("source", "cells", 0.1, 1e-3, nd.Rectangular(0.1))
    record = nd.Record({"cells": [0]}, period=0.5)
    run = nd.simulate(nd.Network([cells, source], [tiny]), 10.0, record=record)
    trace = run.traces["cells"]
    assert trace["w"][0] == pytest.approx(1e-3 * np.exp(-trace.times), rel=1e-5, abs=1e-7)


def test_order_of_declaration_of_sources_changes_no_digit() -> None:
    cells = nd.Population("cells", LIF(I=2.3), 3)
    sources = [nd.SpikeSource(name, [[1.0, 4.0]]) for name in ("a", "b")]
    drives = [
        nd.Connection(name, "cells", w, 1.0, nd.Exponential(3.0))
        for name, w in (("a", 0.1), ("b", 1.0 / 3.0))
    ]
    one = nd.simulate(nd.Network([cells, *sources], drives), 60.0)
    two = nd.simulate(nd.Network([*sources[::-1], cells], drives[::-1]), 60.0)
    assert same(one, two)
