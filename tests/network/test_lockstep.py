"""Equal steps against the adaptive engine at a tight tolerance, and by their order."""

from typing import Any

import numpy as np
import pytest

import neurodyn as nd
from tests.network.test_properties import random_network, same

NBOX = nd.devices.nbox_neuron


def apart(one: nd.NetworkRun, other: nd.NetworkRun) -> float:
    """Return the largest difference of spike times, of runs with the same spikes."""
    assert one["cells"].counts.tolist() == other["cells"].counts.tolist()
    trains = zip(one["cells"].trains, other["cells"].trains, strict=True)
    return max((np.abs(a - b).max() for a, b in trains if len(a)), default=0.0)


def few(shape: Any, weight: float, **options: Any) -> nd.Network:
    """Return four neurons, of which two are driven by the others and by a stimulus."""
    cells = nd.Population("cells", NBOX(), 4, inputs={"I_s": nd.ramp(3.1e-4, 5.03e-7)})
    source = nd.SpikeSource("source", [[3.33e-7, 1.212e-6], [7.01e-7]])
    inside = nd.Connection(
        "cells", "cells", weight, 1.234e-7, shape, nd.FromList([0, 1], [2, 3]), **options
    )
    outside = nd.Connection("source", "cells", weight, 9.87e-8, shape)
    return nd.Network([cells, source], [inside, outside])


@pytest.mark.parametrize(
    ("shape", "weight"),
    [
        (nd.Rectangular(1.55e-7), 6e-5),
        (nd.Exponential(8e-8), -6e-5),
        (nd.Charge("V", "C_ext"), 6e-12),
    ],
    ids=["pulses", "decaying currents", "charges"],
)
def test_spikes_agree_with_adaptive_steps_and_the_error_is_of_second_order(
    shape: Any, weight: float
) -> None:
    """Halved steps leave a quarter of the error or less, whatever the shape."""
    network = few(shape, weight)
    exact = nd.simulate(network, 3e-6, method=nd.Adaptive(1e-11))
    assert len(exact["cells"]) > 15
    errors = [
        apart(nd.simulate(network, 3e-6, method=nd.Lockstep(dt)), exact)
        for dt in (2e-9, 1e-9, 0.5e-9)
    ]
    assert errors[0] < 1e-9
    assert errors[2] < 0.15 * errors[0]


def test_lockstep_depends_neither_on_threads_nor_on_where_it_is_split() -> None:
    network, method = random_network(), nd.Lockstep(2e-9)
    record = nd.Record({"cells": [0, 150]}, period=1e-8, states_at_spikes=["cells"])
    whole = nd.simulate(network, 3e-6, method=method, record=record, run=nd.Threads(1))
    run = None
    for end in (7.1e-7, 8e-7, 3e-6):
        run = nd.simulate(network, end, method=method, record=record, resume=run)
    assert run is not None
    assert len(whole["cells"]) > 100
    assert same(whole, run)
    assert same(whole, nd.simulate(network, 3e-6, method=method, run=nd.Threads(4)))
    for state, values in whole.traces["cells"].states.items():
        assert np.isfinite(values).all()
        assert np.array_equal(values, run.traces["cells"][state])
    assert whole.states_at_spikes["cells"]["T"] == pytest.approx(600.0, abs=1e-3)
    alone = nd.simulate(network, 3e-6, record=record)
    assert whole.traces["cells"]["V"] == pytest.approx(alone.traces["cells"]["V"], abs=1e-3)
    assert apart(whole, alone) < 1e-9


def test_linear_neurons_stay_exact_beside_lockstep() -> None:
    """A population with a closed form in a network of the other kind: the same digits."""
    lif = nd.Model.from_equations(
        ["v"], {"tau": 1e-6}, ["(I - v)/tau"], inputs={"I": 2.0}, spike="v - 1", reset={"v": 0.0}
    )
    fhn = nd.devices.fitzhugh_nagumo(I=0.5)
    cells = nd.Population("cells", lif.with_parameters(tau=5.0), 3)
    slow = nd.Population("slow", fhn, 2)
    across = nd.Connection("cells", "slow", 0.1, 1.0, nd.Rectangular(1.0))
    network = nd.Network([cells, slow], [across])
    one = nd.simulate(network, 50.0, method=nd.Lockstep(0.05))
    two = nd.simulate(network, 50.0)
    assert np.array_equal(one["cells"].times, two["cells"].times)
    assert len(one["slow"]) == len(two["slow"]) > 0


@pytest.mark.parametrize(
    ("network", "options", "sentence"),
    [
        (random_network(), {"method": nd.Lockstep(1e-7)}, "dt is 1e-07; expected at most the smal"),
        (
            random_network(plasticity=nd.STDP(0.1, 0.1, 1e-7, 1e-7)),
            {"method": nd.Lockstep(1e-9)},
            "does not change weights",
        ),
        (
            random_network(),
            {
                "method": nd.Lockstep(2e-9),
                "record": nd.Record({"cells": [0]}, period=1e-9),
            },
            "expected a multiple of the step, 2e-09",
        ),
        (
            nd.Network([nd.Population("a", nd.devices.izhikevich(), 1)]),
            {"method": nd.Lockstep(0.1)},
            "jumps, which nd.Lockstep does not do",
        ),
    ],
    ids=["long step", "plastic", "period", "reset"],
)
def test_what_lockstep_does_not_do_is_refused(
    network: nd.Network, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(nd.InputError, match=sentence):
        nd.simulate(network, 1e-6, **options)
