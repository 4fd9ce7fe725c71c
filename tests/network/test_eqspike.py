"""EqSpike against other code, against the source's scheme on a grid, and within a network."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

import neurodyn as nd
from neurodyn.arrays import Array
from tests.network.test_resume import plastic_network
from tests.tolerances import ROUNDING

GIVEN = {"gamma": 1.0, "tau": 3.0, "average": 6.0, "width": 0.3}  # times in microseconds


def trains(seed: int = 2) -> tuple[Array, Array]:
    """Two trains whose rates change in the middle; some pulses overlap."""
    rng = np.random.default_rng(seed)
    pre = np.concatenate([rng.uniform(0.0, 20.0, 15), rng.uniform(20.0, 40.0, 40)])
    post = np.concatenate([rng.uniform(0.0, 20.0, 30), rng.uniform(20.0, 40.0, 12)])
    return np.sort(pre), np.sort(post)


def test_filters_and_products_agree_with_other_code(reference: dict) -> None:
    """Three pairs of trains; the pulses as measured, and as spikes of one width."""
    for case in reference["eqspike"]:
        numbers = (case[name] for name in ("gamma", "tau", "average"))
        rule = nd.EqSpike(2.0, *numbers, 0.03, start=case["start"], stop=case["stop"])
        one, other = np.array(case["pulses_i"]), np.array(case["pulses_j"])
        for pair in ((one, other), (one[:, 0], other[:, 0])):
            assert rule.weight_change(*pair) == pytest.approx(2.0 * case["K"], rel=1e-9)
        found = rule.filtered(one, case["t"])
        for values, name in zip(found, ("V", "difference", "A"), strict=True):
            assert values == pytest.approx(np.array(case[name]), rel=1e-9, abs=ROUNDING)


def on_a_grid(pre: Array, post: Array, delay: float, dt: float) -> float:
    """K by the source's scheme: every quantity at steps of dt, of first order, from 15 to 38."""
    t = np.arange(0.0, 38.0, dt)

    def rho(times: Array) -> Array:
        after = t[:, None] - times
        return ((after >= 0.0) & (after < GIVEN["width"])).any(1).astype(float)

    def changes(on: Array) -> Array:
        v = np.zeros(len(t))
        for n in range(len(t) - 1):
            v[n + 1] = v[n] + dt * (on[n] - GIVEN["gamma"] * v[n])
        late, many = round(GIVEN["tau"] / dt), round(GIVEN["average"] / dt)
        before = np.concatenate([np.zeros(late), v[:-late]])
        total = np.cumsum(GIVEN["gamma"] * (v - before) / GIVEN["tau"])
        return (total - np.concatenate([np.zeros(many), total[:-many]])) / many

    one, other = rho(pre + delay), rho(post)
    product = changes(one) * other + one * changes(other)
    return float(product[t >= 15.0].sum() * dt)


def test_the_scheme_of_the_source_on_a_grid_converges_to_the_closed_form() -> None:
    """Leaky integrator by Euler, delay and mean as buffers, a sum over steps: of first order."""
    pre, post = trains()
    rule = nd.EqSpike(1.0, **GIVEN, start=15.0, stop=38.0)
    exact = rule.weight_change(pre, post, delay=0.7)
    errors = [abs(on_a_grid(pre, post, 0.7, dt) - exact) for dt in (0.02, 0.005, 0.00125)]
    assert errors[0] < 0.1 * abs(exact)
    assert errors[1] < 0.4 * errors[0]
    assert errors[2] < 0.4 * errors[1]


def test_the_change_of_a_rate_is_the_integral_of_its_mean_difference() -> None:
    """Quadrature between the ends of pulses, where A is smooth but for its delayed copies."""
    spikes, _ = trains(5)
    rule = nd.EqSpike(1.0, **GIVEN, start=14.0, stop=31.0)
    edges = np.concatenate([spikes, spikes + GIVEN["width"]])
    lags = (0.0, GIVEN["tau"], GIVEN["average"], GIVEN["tau"] + GIVEN["average"])
    kinks = np.sort(np.concatenate([edges + lag for lag in lags]))
    ends = np.array([14.0, *kinks[(kinks > 14.0) & (kinks < 31.0)], 31.0])
    pieces = [quad(lambda t: rule.filtered(spikes, [t])[2][0], a, b)[0] for a, b in pairwise(ends)]
    assert rule.rate_change(spikes) == pytest.approx(sum(pieces), rel=1e-10)


def test_changes_add_up_and_see_only_pulses_that_matter() -> None:
    """Spans add up; both neurons count alike; what came long before is forgotten."""
    pre, post = trains()
    whole = nd.EqSpike(1.0, **GIVEN, start=15.0, stop=38.0)
    parts = [nd.EqSpike(1.0, **GIVEN, start=a, stop=b) for a, b in ((15.0, 22.2), (22.2, 38.0))]
    change = whole.weight_change(pre, post)
    assert sum(part.weight_change(pre, post) for part in parts) == pytest.approx(change, rel=1e-11)
    assert whole.weight_change(post, pre) == pytest.approx(change, rel=1e-11)
    early = np.concatenate([np.array([-500.0, -499.5]), pre])
    assert whole.weight_change(early, post) == pytest.approx(change, rel=1e-10)
    assert whole.weight_change([], post) == 0.0
    bounded = nd.EqSpike(1e3, **GIVEN, start=15.0, stop=38.0, w_min=-0.5, w_max=0.5)
    assert abs(bounded.weight_change(pre, post, w=0.3) + 0.3) == 0.5


RULE = nd.EqSpike(0.5, 0.05, 30.0, 60.0, 2.0, start=50.0, stop=180.5, every=40.0, w_max=0.5)


def learning_network() -> nd.Network:
    """Integrate-and-fire neurons in Poisson spikes, which learn while a current nudges them."""
    stdp = plastic_network()
    nudge = {"I": nd.step(2.5, start=70.0, before=2.1)}
    cells = nd.Population("cells", stdp["cells"].model, 20, inputs=nudge, refractory=1.0)
    drive = nd.Connection(
        "noise", "cells", 0.4, nd.Uniform(1.0, 4.0), nd.Exponential(4.0), plasticity=RULE
    )
    inside = nd.Connection(
        "cells", "cells", 0.02, nd.Uniform(2.0, 3.0), nd.Rectangular(3.0), plasticity=RULE,
        pattern=nd.FixedProbability(0.3),
    )  # fmt: skip
    return nd.Network([cells, stdp["noise"]], [drive, inside], seed=2)


@pytest.mark.parametrize("name", ["noise -> cells", "cells -> cells"])
def test_weights_of_a_run_change_as_the_rule_says_of_its_spikes(name: str) -> None:
    """Weights come from the run's own trains, span by span, at all delays, cut at the bounds."""
    network = learning_network()
    run = nd.simulate(network, 200.0, record=nd.Record(weights=1.0))
    synapses, (pre, post) = network.synapses[name], name.split(" -> ")
    delays = np.broadcast_to(synapses.delays, len(synapses))
    spans = ((50.0, 90.0), (90.0, 130.0), (130.0, 170.0), (170.0, 180.5))
    for s in range(0, len(synapses), 7):
        before, after = run[pre].train(synapses.pre[s]), run[post].train(synapses.post[s])
        w = synapses.weights[s]
        for begin, end in spans:
            numbers = (RULE.eta, RULE.gamma, RULE.tau, RULE.average, RULE.width)
            once = nd.EqSpike(*numbers, start=begin, stop=end, w_max=RULE.w_max)
            w += once.weight_change(before, after, delay=delays[s], w=w)
        assert run.weights[name][s] == pytest.approx(w, rel=1e-9)
    assert (run.weights[name] != synapses.weights).all()
    at_bound = run.weights["noise -> cells"] == RULE.w_max
    assert at_bound.any()
    assert not at_bound.all()
    changed = np.any(np.diff(run.weight_history[name], axis=0) != 0.0, axis=1)
    late = run.weight_times[1:][changed]
    assert late == pytest.approx([end for _, end in spans], abs=1.0 + 4.0)  # window, record


def test_learning_does_not_depend_on_where_a_run_is_split() -> None:
    network, run = learning_network(), None
    whole = nd.simulate(network, 200.0)
    for end in (60.0, 90.0, 131.0, 180.4, 200.0):
        run = nd.simulate(network, end, resume=run)
    assert run is not None
    for name, weights in whole.weights.items():
        assert np.array_equal(weights, run.weights[name])
    assert np.array_equal(whole["cells"].times, run["cells"].times)


def test_a_store_goes_on_with_what_was_learned_and_knows_which_connection_learns(tmp_path) -> None:
    network, path = learning_network(), tmp_path / "run.npz"
    nd.simulate(network, 100.0, store=path)
    run, whole = nd.simulate(network, 200.0, store=path), nd.simulate(network, 200.0)
    for name, weights in whole.weights.items():
        assert np.array_equal(weights, run.weights[name])
    drive, inside = network.connections
    for name, one, other in (("one.npz", RULE, None), ("two.npz", None, RULE)):
        connections = [replace(drive, plasticity=one), replace(inside, plasticity=other)]
        half = nd.Network(network.populations, connections, seed=2)
        nd.simulate(half, 60.0, store=tmp_path / name)
    with pytest.raises(nd.InputError, match="another network"):
        nd.simulate(half, 100.0, store=tmp_path / "one.npz")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"start": 2.0, "stop": 2.0}, "stop is 2; expected more than 2"),
        ({}, "weights would never change; expected stop= or every="),
        ({"stop": 1.0, "w_min": 1.0, "w_max": 0.0}, "w_min is 1; expected less than 0"),
    ],
    ids=["stop", "never", "bounds"],
)
def test_what_cannot_be_is_refused_in_words(options: dict, sentence: str) -> None:
    with pytest.raises(nd.InputError, match=sentence):
        nd.EqSpike(1.0, **GIVEN, **options)


def test_pulses_out_of_order_and_lockstep_are_refused_in_words() -> None:
    rule = nd.EqSpike(1.0, **GIVEN, stop=1.0)
    with pytest.raises(nd.InputError, match="that follow each other"):
        rule.filtered([[2.0, 1.0]], [3.0])
    cells = nd.Population("cells", nd.devices.nbox_neuron(), 2)
    rule = nd.EqSpike(1e-6, 1e6, 3e-6, 6e-6, 5e-8, stop=1e-5)
    inside = nd.Connection("cells", "cells", 1e-5, 1e-7, nd.Rectangular(1e-7), plasticity=rule)
    with pytest.raises(nd.InputError, match="does not change weights"):
        nd.simulate(nd.Network([cells], [inside]), 1e-6, method=nd.Lockstep(1e-9))
