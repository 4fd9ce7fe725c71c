"""Spike times against closed forms and against one joint solution by other code."""

import numpy as np
import pytest

import neurodyn as nd
from tests.tolerances import INTEGRATION, ROUNDING

NBOX = nd.devices.nbox_neuron


def lif_network(case: dict, order: list[int] | None = None) -> nd.Network:
    """Return the network of a case; ``order`` renumbers its neurons."""
    values = case["parameters"]
    names = ("tau", "R", "E_L", "V_th", "V_reset")
    model = nd.devices.leaky_integrate_and_fire(**{name: values[name] for name in names})
    order = order or list(range(len(case["I_ext"])))
    cells = nd.Population(
        "cells",
        model,
        len(order),
        parameters={"I": np.array(case["I_ext"])[order]},
        start={"V": np.array(case["V_start"])[order]},
        refractory=values["t_ref"],
    )
    weights, delays = (np.array(case[name])[np.ix_(order, order)] for name in ("weights", "delays"))
    shape = nd.Exponential(values["tau_s"])
    return nd.Network([cells], [nd.Connection("cells", "cells", weights, delays, shape)])


def nbox_network(case: dict) -> nd.Network:
    cells = nd.Population("cells", NBOX(), len(case["I_s_A"]), parameters={"I_s": case["I_s_A"]})
    shape = nd.Rectangular(case["width_ns"] * 1e-9)
    delays = np.array(case["delays_ns"]) * 1e-9
    return nd.Network(
        [cells], [nd.Connection("cells", "cells", np.array(case["weights_A"]), delays, shape)]
    )


@pytest.mark.parametrize("number", [0, 1], ids=["no refractory time", "refractory time"])
def test_integrate_and_fire_spikes_agree_with_twenty_digits(reference: dict, number: int) -> None:
    """Closed form in 20 digits (mpmath): the order exactly, the times to rounding."""
    case = reference["lif"][number]
    times = np.array([float(t) for t in case["spike_times"]])
    run = nd.simulate(lif_network(case), times[-1] * (1 + 1e-9))
    assert run["cells"].neurons.tolist() == case["spike_neurons"]
    assert run["cells"].times == pytest.approx(times, rel=ROUNDING)


@pytest.mark.parametrize("number", [0, 1], ids=["pair", "five"])
def test_nbox_spikes_agree_with_one_joint_solution(reference: dict, number: int) -> None:
    """Scipy's DOP853 on all neurons at once, rtol 1e-11, 120 spikes of each neuron."""
    case = reference["nbox"][number]
    network, trains = nbox_network(case), [np.array(t) for t in case["spike_times_ns"]]
    end = max(train[-1] for train in trains) * 1.001e-9
    for method, tolerance in ((nd.Adaptive(), INTEGRATION), (nd.Adaptive(1e-10), 1e-9)):
        cells = nd.simulate(network, end, method=method)["cells"]
        for i, train in enumerate(trains):
            assert cells.train(i)[: len(train)] * 1e9 == pytest.approx(train, rel=tolerance)


def test_two_neurons_lock_where_the_reference_locks(reference: dict) -> None:
    """Phase and period after many periods, by other code, for both signs and three delays."""
    locking = reference["locking"]
    model = NBOX(I_s=locking["I_s_A"])
    alone = nd.solve(model, 12e-6, method=nd.Adaptive(1e-10))
    first = alone.spike_times[-3]
    period = locking["period_alone_ns"] * 1e-9
    for row in locking["rows"][2::5]:
        apart = alone([first, first + (1 - row["start_phase"]) * period])
        start = {"V": apart[0], "T": apart[1]}
        pair = nd.Population("pair", model, 2, start=start)
        shape = nd.Rectangular(locking["width_ns"] * 1e-9)
        pulses = nd.Connection("pair", "pair", row["w_A"], row["delay_ns"] * 1e-9, shape)
        cells = nd.simulate(nd.Network([pair], [pulses]), 3e-4, method=nd.Adaptive(1e-9))["pair"]
        one, two = cells.train(0)[-5:], cells.train(1)
        locked = (one[-1] - one[-3]) / 2
        phase = (two[np.searchsorted(two, one[-3])] - one[-3]) / locked
        assert locked * 1e9 == pytest.approx(row["period_ns"], rel=1e-6)
        assert min(abs(phase - row["end_phase"]), abs(1 - phase - row["end_phase"])) < 1e-5
