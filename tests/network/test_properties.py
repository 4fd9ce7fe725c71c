"""What must hold whatever the network: symmetries, limits, and independence of how it is run."""

import pickle

import numpy as np
import pytest

import neurodyn as nd
from tests.network.test_truth import lif_network, nbox_network

LIF = nd.devices.leaky_integrate_and_fire
NBOX = nd.devices.nbox_neuron


def random_network(**changes: object) -> nd.Network:
    """Return 200 NbOx neurons, some of them driven, with sparse pulses and own delays."""
    rng = np.random.default_rng(3)
    current = np.where(rng.random(200) < 0.3, rng.uniform(1e-4, 5e-4, 200), 5e-6)
    cells = nd.Population("cells", NBOX(), 200, parameters={"I_s": current})
    options = {"pattern": nd.FixedProbability(0.05), **changes}
    pulses = nd.Connection(
        "cells", "cells", 1e-5, nd.Uniform(8e-8, 2e-7), nd.Rectangular(1.3e-7), **options
    )
    return nd.Network([cells], [pulses], seed=5)


def same(one: nd.NetworkRun, other: nd.NetworkRun) -> bool:
    """Whether two runs have the same spikes to the last digit."""
    return all(
        np.array_equal(one[name].times, other[name].times)
        and np.array_equal(one[name].neurons, other[name].neurons)
        for name in one.spikes
    )


def test_threads_change_no_digit() -> None:
    network = random_network()
    one = nd.simulate(network, 3e-6, run=nd.Threads(1))
    assert len(one["cells"]) > 100
    for n in (2, 4):
        assert same(one, nd.simulate(network, 3e-6, run=nd.Threads(n)))


@pytest.mark.parametrize("kind", ["lif", "nbox"])
def test_renumbering_neurons_renumbers_their_spikes(reference: dict, kind: str) -> None:
    order = [3, 0, 4, 2, 1]
    if kind == "lif":
        case = reference["lif"][0]
        plain, mixed, end = lif_network(case), lif_network(case, order), 300.0
    else:
        case = dict(reference["nbox"][1])
        plain, end = nbox_network(case), 2e-5
        for name in ("weights_A", "delays_ns"):
            case[name] = np.array(case[name])[np.ix_(order, order)]
        case["I_s_A"] = np.array(case["I_s_A"])[order]
        mixed = nbox_network(case)
    one, two = nd.simulate(plain, end)["cells"], nd.simulate(mixed, end)["cells"]
    assert len(one) > 20
    assert np.array_equal(one.times, two.times)
    assert np.array_equal(one.neurons, np.array(order)[two.neurons])


def test_order_of_declaration_changes_no_digit() -> None:
    a = nd.Population("a", LIF(), 20, parameters={"I": nd.Uniform(2.1, 3.0)})
    b = nd.Population("b", LIF(tau=7.0), 20, parameters={"I": nd.Uniform(2.1, 3.0)})
    noise = nd.PoissonSource("noise", 10, 0.3)
    forward = nd.Connection("a", "b", nd.Normal(0.1, 0.05), 1.5, nd.Exponential(3.0))
    back = nd.Connection("b", "a", -0.1, 2.0, nd.Rectangular(2.0))
    rain = nd.Connection("noise", "a", 0.2, 1.0, nd.Exponential(2.0))
    one = nd.simulate(nd.Network([a, b, noise], [forward, back, rain], seed=1), 200.0)
    two = nd.simulate(nd.Network([noise, b, a], [rain, back, forward], seed=1), 200.0)
    assert len(one["a"]) > 100
    assert len(one["noise"]) > 500
    assert same(one, two)


def test_no_synapses_zero_weights_and_probability_zero_are_one() -> None:
    plain = nd.Network(random_network().populations)
    one = nd.simulate(random_network(pattern=nd.FixedProbability(0.0)), 2e-6)
    cells = plain["cells"]
    assert isinstance(cells, nd.Population)
    zero = nd.Connection("cells", "cells", 0.0, 1e-7, nd.Rectangular(1e-7))
    two = nd.simulate(nd.Network([cells], [zero], seed=5), 2e-6)
    assert len(one["cells"]) > 50
    assert same(one, two)
    current = cells.parameter_table(5)[:, NBOX().parameter_names.index("I_s")]
    fastest = int(current.argmax())
    alone = nd.solve(NBOX(I_s=current[fastest]), 2e-6).spike_times
    assert one["cells"].train(fastest) == pytest.approx(alone, rel=1e-6)


def test_probability_one_is_all_to_all() -> None:
    one = random_network(pattern=nd.FixedProbability(1.0))
    assert len(one.synapses["cells -> cells"]) == 200 * 199
    two = random_network(pattern=nd.AllToAll())
    a, b = one.synapses["cells -> cells"], two.synapses["cells -> cells"]
    assert np.array_equal(a.first, b.first)
    assert np.array_equal(a.post, b.post)


def test_a_spike_on_a_current_that_decays_is_not_missed() -> None:
    """V_inf is below threshold after all; nd.solve on a sampled current is the judge."""
    times = [3.0, 4.0, 4.5, 9.0, 20.0]
    cells = nd.Population("cells", LIF(), 1)
    source = nd.SpikeSource("source", [times])
    drive = nd.Connection("source", "cells", 7.0, 1.0, nd.Exponential(4.0))
    found = nd.simulate(nd.Network([cells, source], [drive]), 60.0)["cells"].times
    grid = np.unique(np.concatenate([np.linspace(0, 60, 20001), np.array(times) + 1.0]))
    current = sum(np.where(grid >= t + 1, 7 * np.exp(-(grid - t - 1) / 4), 0.0) for t in times)
    edges = np.array(times) + 1.0 - 1e-9
    before = sum(np.where(edges > t + 1, 7 * np.exp(-(edges - t - 1) / 4), 0.0) for t in times)
    t, values = np.concatenate([grid, edges]), np.concatenate([current, before])
    order = np.argsort(t)
    wave = nd.sampled(t[order], values[order])
    alone = nd.solve(LIF(), 60.0, inputs={"I": wave}).spike_times
    assert len(alone) >= 2
    assert found == pytest.approx(alone, rel=1e-6)


def test_a_shift_of_all_inputs_in_time_shifts_all_spikes() -> None:
    times, shift = np.array([3.0, 4.0, 4.5, 9.0, 20.0]), 6.25
    trains = []
    for by in (0.0, shift):
        cells = nd.Population("cells", LIF(), 1)
        source = nd.SpikeSource("source", [times + by])
        drive = nd.Connection("source", "cells", 7.0, 1.0, nd.Exponential(4.0))
        trains.append(nd.simulate(nd.Network([cells, source], [drive]), 60.0)["cells"].times)
    assert len(trains[0]) > 2
    assert trains[1] - shift == pytest.approx(trains[0], rel=1e-13)


@pytest.mark.parametrize("model", [LIF(R=10.0, tau=10.0), NBOX()], ids=["lif", "nbox"])
def test_a_packet_of_charge_is_the_limit_of_a_short_pulse(model: nd.Model) -> None:
    """Error of first order in the width: halved, it halves."""
    lif = model.time_unit == "ms"
    scale, unit = (1.0, 1.0) if lif else (1e-9, 3e-4)
    rest = {"I": 2.3} if lif else {"I_s": 3e-4}
    cells = nd.Population("cells", model.with_parameters(**rest), 1)
    source = nd.SpikeSource("source", [np.array([4.0, 31.0]) * (1 if lif else 40) * scale])
    charge = 0.4 if lif else 5e-12
    capacitance = None if lif else "C_ext"

    def spikes(shape: nd.Charge | nd.Rectangular, weight: float) -> np.ndarray:
        drive = nd.Connection("source", "cells", weight, 1.0 * scale, shape)
        run = nd.simulate(
            nd.Network([cells, source], [drive]), 60.0 * (1 if lif else 40) * scale,
            method=nd.Adaptive(1e-11),
        )  # fmt: skip
        return run["cells"].times

    jump = spikes(nd.Charge("V", capacitance), charge)
    errors = []
    for width in (0.02 * scale, 0.01 * scale):
        height = charge * (10.0 / 10.0 if lif else 1.0) / width
        pulsed = spikes(nd.Rectangular(width), height)
        assert len(pulsed) == len(jump) > 1
        errors.append(np.abs(pulsed - jump).max())
    assert errors[0] > 0
    assert errors[1] / errors[0] == pytest.approx(0.5, rel=0.1), (errors, unit)


def test_an_exponential_current_of_vanishing_duration_is_a_packet_of_charge() -> None:
    cells = nd.Population("cells", LIF(I=2.3), 1)
    source = nd.SpikeSource("source", [[4.0, 9.0]])
    times = {}
    for tau, shape in (
        (0.0, nd.Charge("V")),
        (1e-3, nd.Exponential(1e-3)),
        (5e-4, nd.Exponential(5e-4)),
    ):
        weight = 0.4 if tau == 0.0 else 0.4 / tau  # V jumps by w R tau_s / tau, and R = tau here
        drive = nd.Connection("source", "cells", weight, 1.0, shape)
        times[tau] = nd.simulate(nd.Network([cells, source], [drive]), 60.0)["cells"].times
    far = np.abs(times[1e-3] - times[0.0]).max()
    near = np.abs(times[5e-4] - times[0.0]).max()
    assert near / far == pytest.approx(0.5, rel=0.05)


def test_simultaneous_arrivals_add_up_before_the_crossing_they_cause() -> None:
    """Two packets that only together reach threshold make one spike, at the arrival itself."""
    cells = nd.Population("cells", LIF(), 2)
    source = nd.SpikeSource("source", [[1.0], [1.0]])
    both = nd.Connection("source", "cells", 12.0, 2.0, nd.Charge("V"), pattern=nd.AllToAll())
    run = nd.simulate(nd.Network([cells, source], [both]), 10.0)
    assert run["cells"].times.tolist() == [3.0, 3.0]
    one = nd.Connection("source", "cells", 12.0, 2.0, nd.Charge("V"), pattern=nd.OneToOne())
    assert len(nd.simulate(nd.Network([cells, source], [one]), 10.0)["cells"]) == 0


def test_weights_of_a_network_change_as_the_rule_of_pairs_says() -> None:
    """Same trains, same closed form; the arrivals come after their delay."""
    rule = nd.STDP(0.02, 0.015, 15.0, 25.0, w_min=0.0, w_max=1.0)
    pre = np.array([3.0, 11.0, 19.5, 40.0, 41.0])
    cells = nd.Population("cells", LIF(I=2.6), 1)
    source = nd.SpikeSource("source", [pre])
    drive = nd.Connection("source", "cells", 0.3, 1.5, nd.Exponential(4.0), plasticity=rule)
    run = nd.simulate(nd.Network([cells, source], [drive]), 80.0)
    change = rule.weight_change(pre, run["cells"].times, delay=1.5, w=0.3)
    assert abs(change) > 1e-3
    assert run.weights["source -> cells"][0] - 0.3 == pytest.approx(change, abs=1e-14)


def test_a_neuron_at_rest_is_let_be_and_wakes_up() -> None:
    """Steps stop once it stands still; a late pulse gives the spikes of nd.solve."""
    cells = nd.Population("cells", NBOX(I_s=5e-6), 1)
    source = nd.SpikeSource("source", [[2e-3]])
    drive = nd.Connection("source", "cells", 3e-4, 1e-6, nd.Rectangular(1e-6))
    run = nd.simulate(nd.Network([cells, source], [drive]), 2.01e-3)
    pulse = nd.pulse(3.05e-4, width=1e-6, start=2.001e-3, base=5e-6)
    alone = nd.solve(NBOX(), 2.01e-3, inputs={"I_s": pulse})
    assert len(alone.spike_times) > 0
    assert run["cells"].times == pytest.approx(alone.spike_times, rel=1e-9)
    assert run.provenance["steps"] < 0.2 * len(alone.t)


def test_networks_and_runs_go_to_other_processes() -> None:
    """As a cluster's ``client.map(nd.simulate, networks)`` does: the same digits."""
    network = random_network()
    sent = pickle.loads(pickle.dumps(network))
    one, two = nd.simulate(network, 1e-6), nd.simulate(sent, 1e-6)
    assert same(one, pickle.loads(pickle.dumps(two)))
