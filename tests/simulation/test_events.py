"""Events are found however short they are: against closed forms and dense sampling of them."""

import numpy as np
import pytest

import neurodyn as nd

SLOW = {"x": 0.0}


def along_a_line(spike, rate=1.0):
    """x = rate t, which the integrator takes in eight steps."""
    return nd.Model.from_equations(SLOW, {"k": rate}, ["k"], spike=spike)


def sampled(spike, points=2_000_001):
    """Rises of the expression itself between x = 0 and 1, by looking everywhere."""
    level = nd.Model.from_equations(SLOW, {}, ["1"], outputs={"g": spike})
    x = np.linspace(0.0, 1.0, points)
    g = nd.codegen.model_function(level, [level.expression("g")])([x], [])[0]
    return x[1:][(g[:-1] < 0) & (g[1:] >= 0)]


QUICK = [
    "sin(300*x)",
    "exp(-((x - 0.503)/1e-5)^2) - 0.5",
    "heaviside(sin(30*x) - 0.5) - 0.25 + 0.1*tanh(x)",
    "1/(1.02 - sin(25*x)) - 20",
]
MORE = [
    "sin(40*x) + sin(43*x) - 1.5",
    "max(sin(20*x), cos(7*x)) - 0.2",
    "min(tanh(4*x) - 0.3, cos(30*x))",
    "abs(x - 0.4) - 0.1",
    "sqrt(x) - 0.3 + 0.2*cos(90*x)",
    "log(1 + x)*sinh(3*x)*cosh(x)*cos(50*x) - 0.1",
    "x^2.5 - 0.2 + 0.1*atan(30*sin(60*x))",
    "erf(3*sin(10*x)) - 0.1",
    "floor(10*x) - 3.5",
    "sign(x - 0.7)*(x - 0.2)",
    "tan(5*x)*(1 - x) - 4",
    "x^3 - 1.5*x^2 + 0.66*x - 0.08 - 1e-7",
]
EXPRESSIONS = [*QUICK, *(pytest.param(e, marks=pytest.mark.slow) for e in MORE)]


@pytest.mark.parametrize("spike", EXPRESSIONS)
def test_every_rise_is_found_where_dense_sampling_of_the_expression_sees_it(spike):
    traj = nd.solve(along_a_line(spike), 1.0)
    assert len(traj.t) < 20
    expected = sampled(spike)
    assert len(expected) >= 1
    np.testing.assert_allclose(traj.spike_times, expected, atol=1e-6)
    assert traj.notes == ()


@pytest.mark.parametrize(
    ("spike", "first"),
    [
        ("sin(300*x)", 2 * np.pi / 300),
        pytest.param("0.5 - exp(-x)", np.log(2), marks=pytest.mark.slow),
    ],
)
def test_lanes_find_what_solve_finds(spike, first):
    """The sweep and the trajectory have the same rises, of which the first has a closed form."""
    ask = ["spikes", "spike_times"]
    runs = nd.sweep(along_a_line(spike), {"k": [1.0, 2.0]}, 1.0, measure=ask)
    for i, rate in enumerate((1.0, 2.0)):
        expected = nd.solve(along_a_line(spike, rate), 1.0).spike_times
        assert expected[0] == pytest.approx(first / rate, rel=1e-12)
        np.testing.assert_allclose(runs["spike_times"][i, : len(expected)], expected, rtol=1e-9)
        assert runs["spikes"][i] == len(expected)


@pytest.mark.parametrize("method", [nd.Adaptive(), nd.Stiff()])
def test_a_uniform_rotator_spikes_once_a_turn(method):
    """th = t - 0.1 passes 0, 2 pi, ... at t = 0.1 + 2 pi n."""
    rotator = nd.Model.from_equations({"th": -0.1}, {"om": 1.0}, ["om"], spike="sin(th)")
    times = nd.solve(rotator, 100.0, method=method).spike_times
    np.testing.assert_allclose(times, 0.1 + 2 * np.pi * np.arange(16), rtol=1e-9)


RESETS = nd.Model.from_equations(
    {"V": 0.0}, {"k": 1.0}, ["k"], spike="sin(30*V) - 0.9999", reset={"V": 0}
)
"""V = t from 0: sin(30 V) = 0.9999 first at asin(0.9999) / 30, again and again."""
PARABOLA = nd.Model.from_equations({"x": 0.0, "s": 0.0}, {}, ["2 - 2*s", "1"], spike="x - 0.999999")
"""x = 1 - (t - 1)^2, above 1 - 1e-6 for two thousandths."""


def test_rise_and_fall_of_a_linear_event_within_one_step():
    traj = nd.solve(PARABOLA, 2.0)
    assert len(traj.t) < 20
    np.testing.assert_allclose(traj.spike_times, [1 - 1e-3], rtol=1e-6)


def test_a_reset_happens_at_the_first_of_many_crossings_in_a_step():
    interval = np.arcsin(0.9999) / 30
    expected = interval * np.arange(1, int(1 / interval) + 1)
    np.testing.assert_allclose(nd.solve(RESETS, 1.0).spike_times, expected, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("model", [PARABOLA, RESETS], ids=["parabola", "resets"])
def test_lanes_agree_where_an_event_rises_and_falls_within_a_step(model):
    expected = nd.solve(model, 2.0).spike_times
    runs = nd.sweep(model, {model.state_names[0]: [0.0]}, 2.0, measure="spike_times")
    np.testing.assert_allclose(runs["spike_times"][0, : len(expected)], expected, rtol=1e-5)


def test_a_start_on_the_threshold_is_no_spike():
    """An event comes from below: sin(x) from x = 0 rises first at 2 pi."""
    np.testing.assert_allclose(
        nd.solve(along_a_line("sin(x)"), 7.0).spike_times, [2 * np.pi], rtol=1e-12
    )


@pytest.mark.slow
def test_a_start_on_the_threshold_is_no_spike_in_lanes_either():
    for method in (nd.Adaptive(), nd.FixedStep(0.01, nd.noise.white("x", 1e-12))):
        ask = {"measure": "first_spike", "method": method}
        runs = nd.sweep(along_a_line("sin(x)"), {"k": [1.0]}, 7.0, **ask)
        assert runs["first_spike"].item() == pytest.approx(2 * np.pi, rel=1e-4)


@pytest.mark.parametrize("runs", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_what_cannot_be_bounded_is_told(runs):
    """atan2 has no bounds here: quarters of a step are looked at, and the result says so."""
    model = along_a_line("sin(atan2(x, k)*300)")
    if runs:
        found = nd.sweep(model, {"k": [1.0]}, 1.0, measure="spikes")
        assert "may be incomplete" in repr(found)
        return
    traj = nd.solve(model, 1.0)
    assert len(traj.spike_times) < 37  # 37 turns of 2 pi in 300 pi / 4
    assert "may be incomplete" in traj.notes[0]


def test_a_repr_of_a_trajectory_searches_and_compiles_nothing(monkeypatch):
    def search(*_):
        raise AssertionError("searched")

    monkeypatch.setattr("neurodyn.simulation.trajectory.rises_along", search)
    monkeypatch.setattr("neurodyn.simulation.trajectory.model_function", search)
    assert "reached" in repr(nd.solve(along_a_line("sin(x)"), 1.0))


@pytest.mark.parametrize(
    ("spike", "told"),
    [("sin(300*x)", True), pytest.param("x - k", False, marks=pytest.mark.slow)],
)
def test_with_noise_one_rise_a_step_is_noted_and_that_is_told(spike, told):
    """x = t all but exactly: sin(300 x) rises 47 times, of which steps of 0.1 see ten at most."""
    model, noise = along_a_line(spike), nd.noise.white("x", 1e-9)
    runs = nd.solve_sde(model, 1.0, noise=noise, dt=0.1)
    swept = nd.sweep(
        model, {"k": [1.0]}, 1.0, measure="spikes", method=nd.FixedStep(0.1, noise=noise)
    )
    for result in (runs, swept):
        assert any("one rise is noted in each step" in note for note in result.notes) == told
        assert ("may be incomplete" in repr(result)) == told
    assert len(runs.spike_times[0]) <= 10 < 47 == len(sampled("sin(300*x)"))
