"""Sweeps: lanes against one-at-a-time solutions, and what must not change a digit."""

import dataclasses

import numba
import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.codegen.event_source import split_event
from neurodyn.errors import InputError
from neurodyn.simulation.lanes.source import load_lane_module
from neurodyn.status import Status
from tests.conftest import DEVICES, DRIVEN

CURRENTS = np.array([2e-5, 1e-4, 3.35e-4, 6e-4, 9.4e-4, 1.05e-3])
ALL = ["spikes", "first_spike", "last_spike", "final", "rate"]


def test_lanes_agree_with_solve(neuron):
    """Two programs of one method: counts equal, times and states to the tolerance."""
    runs = nd.sweep(neuron, {"I_s": CURRENTS}, 5e-6, measure=ALL, method=nd.Adaptive(1e-10))
    for i, current in enumerate(CURRENTS):
        traj = nd.solve(neuron, 5e-6, inputs={"I_s": current}, method=nd.Adaptive(1e-10))
        times = traj.spike_times
        assert runs["spikes"][i] == len(times)
        if len(times):
            np.testing.assert_allclose(runs["first_spike"][i], times[0], rtol=1e-8)
            np.testing.assert_allclose(runs["last_spike"][i], times[-1], rtol=1e-8)
        np.testing.assert_allclose(runs["final"][i], traj.x[-1], rtol=1e-6)
    assert runs.ok.all()
    assert runs.provenance["versions"]["neurodyn"] == nd.__version__


def test_rates_are_those_of_the_fi_curve(neuron):
    duration = 60 * neuron.time_scale
    curve = nd.fi_curve(neuron, "I_s", CURRENTS)
    runs = nd.sweep(neuron, {"I_s": CURRENTS}, duration, measure=["rate", "period"])
    np.testing.assert_allclose(runs["rate"], curve.rate, rtol=1e-5)
    assert np.isnan(runs["period"][curve.rate == 0]).all()


def test_error_falls_with_the_tolerance(neuron):
    """Against rtol 1e-12: the median period error stays within a few times rtol."""
    currents = np.linspace(6e-5, 9e-4, 30)

    def period(rtol):
        return nd.sweep(
            neuron, {"I_s": currents}, 1e-5, measure="period", method=nd.Adaptive(rtol)
        )["period"]

    exact = period(1e-12)
    for rtol in (1e-4, 1e-6, 1e-8):
        assert np.median(np.abs(period(rtol) / exact - 1)) < 5 * rtol


@pytest.mark.slow
def test_spike_total_equals_that_of_the_tightest_tolerance(neuron):
    """Currents below 0.963 mA, where no peak grazes the threshold; nd.solve at rtol 1e-12."""
    model = neuron.with_parameters(T_spike=2000.0)
    currents = np.linspace(2e-5, 1.1e-3, 1000)
    currents = currents[currents < 9.63e-4][::3]
    exact = [
        len(nd.solve(model, 20e-6, inputs={"I_s": I}, method=nd.Adaptive(1e-12)).spike_times)
        for I in currents
    ]
    for rtol in (1e-6, 1e-8):
        runs = nd.sweep(model, {"I_s": currents}, 20e-6, measure="spikes", method=nd.Adaptive(rtol))
        assert runs["spikes"].sum() == sum(exact)


def test_order_threads_and_company_change_no_digit(neuron):
    """Each run alone, backwards, in threes, on one to three threads: the same bits."""
    currents = np.linspace(3e-5, 1.05e-3, 101)
    ask = {"t_end": 2e-6, "measure": [*ALL, "spike_times"]}
    runs = nd.sweep(neuron, {"I_s": currents}, run=nd.Threads(1), **ask)
    for threads in (2, 3):
        again = nd.sweep(neuron, {"I_s": currents}, run=nd.Threads(threads), **ask)
        for name in runs.data:
            np.testing.assert_array_equal(runs[name], again[name])
    shuffled = np.random.default_rng(1).permutation(len(currents))
    other = nd.sweep(neuron, {"I_s": currents[shuffled]}, **ask)
    for name in runs.data:
        np.testing.assert_array_equal(runs[name][shuffled], other[name])
    for i in (0, 50, 100):
        alone = nd.sweep(neuron, {"I_s": currents[i : i + 1]}, **ask)
        for name in ALL:
            np.testing.assert_array_equal(runs[name][i], alone[name][0])
        times = alone["spike_times"][0]
        np.testing.assert_array_equal(runs["spike_times"][i, : len(times)], times)
        assert np.isnan(runs["spike_times"][i, len(times) :]).all()


def test_outer_product_and_zipped(neuron):
    currents, capacitances = [2e-4, 4e-4, 6e-4], [1e-10, 2e-10]
    grid = nd.sweep(neuron, {"I_s": currents, "C_ext": capacitances}, 3e-6, measure="last_spike")
    assert grid.dims == ("I_s", "C_ext")
    pairs = nd.sweep(
        neuron, {"I_s": [2e-4, 6e-4], "C_ext": capacitances}, 3e-6,
        measure="last_spike", zipped=True,
    )  # fmt: skip
    assert pairs.dims == ("run",)
    np.testing.assert_array_equal(pairs["last_spike"], grid["last_spike"][[0, 2], [0, 1]])


def test_swept_start_and_a_start_that_follows_a_parameter(neuron):
    """T starts at T_amb, also where T_amb is swept; a named state starts where it is told."""
    hot = nd.sweep(neuron, {"T_amb": [280.0, 320.0]}, 1e-12, measure="final")
    np.testing.assert_allclose(hot["final"][:, 1], [280.0, 320.0], rtol=1e-6)
    start = nd.sweep(neuron, {"V": [0.1, 0.2]}, 1e-15, measure="final")
    np.testing.assert_allclose(start["final"][:, 0], [0.1, 0.2], rtol=1e-6)


def test_stimuli_are_followed_to_their_kinks(neuron):
    """The same train of short pulses, and a list of pulses, as nd.solve has them."""
    wave = nd.train(4e-4, width=1e-8, period=3e-7, count=7, start=1.2e-7, edge=1e-9)
    runs = nd.sweep(
        neuron, {"C_ext": [5e-11, 1e-10]}, 4e-6, inputs={"I_s": wave},
        measure=["spikes", "final"], method=nd.Adaptive(1e-9),
    )  # fmt: skip
    for i, value in enumerate((5e-11, 1e-10)):
        model = neuron.with_parameters(C_ext=value)
        traj = nd.solve(model, 4e-6, inputs={"I_s": wave}, method=nd.Adaptive(1e-9))
        assert runs["spikes"][i] == len(traj.spike_times)
        np.testing.assert_allclose(runs["final"][i], traj.x[-1], rtol=1e-6)
    pulses = [nd.pulse(a, width=1e-6) for a in (1e-4, 2e-4, 3e-4)]
    counts = nd.sweep(neuron, {"I_s": pulses}, 3e-6, measure="spikes")
    for pulse, count in zip(pulses, counts["spikes"], strict=True):
        assert count == len(nd.solve(neuron, 3e-6, inputs={"I_s": pulse}).spike_times)
    assert counts["I_s"][0].startswith("pulse 0.0001")


def test_spike_times_with_and_without_room(neuron):
    runs = nd.sweep(
        neuron, {"I_s": [2e-5, 3.35e-4]}, 3e-6, measure="spike_times", method=nd.Adaptive(1e-9)
    )
    assert np.isnan(runs["spike_times"][0]).all()
    times = nd.solve(neuron, 3e-6, inputs={"I_s": 3.35e-4}, method=nd.Adaptive(1e-9)).spike_times
    np.testing.assert_allclose(runs["spike_times"][1], times, rtol=1e-8)


def test_more_spikes_than_there_is_room_for_at_first_are_kept(neuron):
    """A model that says nothing of how fast it spikes gets 16 places, and here needs 28."""
    slow = dataclasses.replace(neuron, cycle=1e-3)
    found, wanted = (
        nd.sweep(model, {"I_s": [2e-5, 3.35e-4]}, 10e-6, measure="spike_times")["spike_times"]
        for model in (slow, neuron)
    )
    assert found.shape[1] > 16
    np.testing.assert_array_equal(found, wanted)


def test_function_of_a_trajectory_beside_a_name(neuron):
    def hottest(traj):
        return traj["T"].max()

    runs = nd.sweep(neuron, {"I_s": [1e-5, 3e-4]}, 1e-6, measure=["spikes", hottest])
    assert runs["hottest"][0] < 600 < runs["hottest"][1]
    assert runs["spikes"].tolist() == [0, 1]


def leaky(back_to):
    numbers = {"I": 2.0, "V_r": back_to}
    return nd.Model.from_equations(["V"], numbers, ["I - V"], spike="V - 1", reset={"V": "V_r"})


def test_reset_models_jump_and_go_on():
    """Closed form: V from 0 to 1 with dV/dt = I - V takes ln(I / (I - 1))."""
    lif = leaky(back_to=0.0)
    drive = np.array([0.5, 1.5, 2.0, 4.0])
    runs = nd.sweep(
        lif, {"I": drive}, 20.0, measure=["spikes", "last_spike"], method=nd.Adaptive(1e-10)
    )
    interval = np.log(drive[1:] / (drive[1:] - 1))
    counts = np.floor(20.0 / interval)
    assert runs["spikes"].tolist() == [0, *counts]
    np.testing.assert_allclose(runs["last_spike"][1:], counts * interval, rtol=1e-8)


# ------------------------------------------------------------------ what goes wrong is alone


def test_blow_up_ends_one_lane_and_not_the_others():
    """dx/dt = x^2 from x0 is x0 / (1 - x0 t): it ends for x0 = 1 and 5, not for -1 and 0.1."""
    model = nd.Model.from_equations({"x": 1.0}, {}, ["x**2"])
    starts = np.array([-1.0, 1.0, 0.1, 5.0])
    runs = nd.sweep(model, {"x": starts}, 2.0, measure="final", method=nd.Adaptive(1e-9))
    assert runs.ok.tolist() == [True, False, True, False]
    assert set(runs.failures) <= {Status.STEP_TOO_SMALL, Status.NOT_FINITE}
    good = starts[[0, 2]]
    np.testing.assert_allclose(runs["final"][[0, 2], 0], good / (1 - 2 * good), rtol=1e-7)
    assert "reached the end" not in repr(runs)


def test_overflowing_trial_stage_is_rejected_not_fatal(neuron):
    """At loose tolerance a trial stage drives T below zero, where the exponential overflows."""
    runs = nd.sweep(neuron, {"I_s": np.linspace(4e-4, 9e-4, 40)}, 1e-5, method=nd.Adaptive(1e-2))
    assert runs.ok.all()
    exact = nd.sweep(neuron, {"I_s": np.linspace(4e-4, 9e-4, 40)}, 1e-5)
    assert np.median(np.abs(runs["rate"] / exact["rate"] - 1)) < 0.05


def test_a_start_outside_the_equations_and_a_step_limit_have_a_status(neuron):
    model = nd.Model.from_equations({"x": 1.0}, {}, ["log(x) - 1"])
    runs = nd.sweep(model, {"x": [-1.0, 2.7, 3.0]}, 0.1, measure="final")
    assert runs.failures == {Status.NOT_FINITE: 1}
    short = nd.sweep(
        neuron, {"I_s": [2e-4, 3e-4]}, 1e-3, measure="rate", method=nd.Adaptive(max_steps=50)
    )
    assert short.failures == {Status.MAX_STEPS: 2}
    assert np.isnan(short["rate"]).all()  # a run that failed is not silent


def test_reset_that_stays_above_threshold_has_a_status():
    runs = nd.sweep(leaky(back_to=1.5), {"I": [0.5, 2.0]}, 5.0, measure="spikes")
    assert runs.failures == {Status.RESET_ABOVE: 1}


@pytest.mark.parametrize(
    ("values", "arguments", "message"),
    [
        ({"I_x": [1e-4]}, {}, "did you mean 'I_s'"),
        ({"I_s": []}, {}, "no values of 'I_s'"),
        ({"I_s": 1e-4}, {}, "to a list"),
        ({"I_s": [1e-4, np.nan]}, {}, "finite"),
        ({"T_amb": [25.0]}, {}, "expected more than 50 K"),
        ({"I_s": [1e-4], "C_ext": [1e-10, 2e-10]}, {"zipped": True}, "differ in number"),
        ({"I_s": [1e-4]}, {"inputs": {"I_s": 1e-4}}, "swept and also set"),
        ({"I_s": [1e-4]}, {"measure": "rates"}, "did you mean 'rate'"),
        ({"I_s": [1e-4]}, {"measure": []}, "no measure"),
        ({"I_s": [1e-4]}, {"rtol": 2.0}, r"has no rtol=; use method=nd.Adaptive\(rtol"),
        ({"I_s": [1e-4]}, {"t_end": 0.0}, "t_end is 0"),
        ({"I_s": [1e-4]}, {"threads": 2}, r"has no threads=; use run=nd.Threads\(n"),
        ({"I_s": [1e-4]}, {"run": 2}, "run is 2; expected a Threads or a Dask or a Jax"),
        ([1e-4], {}, "expected a mapping"),
    ],
)
def test_bad_calls_end_in_a_sentence(neuron, values, arguments, message):
    with pytest.raises(InputError, match=message):
        nd.sweep(neuron, values, **{"t_end": 1e-6, **arguments})


def test_measure_of_spikes_needs_a_spike_event():
    model = nd.Model.from_equations({"x": 1.0}, {}, ["-x"])
    with pytest.raises(InputError, match="declares no spike event"):
        nd.sweep(model, {"x": [1.0]}, 1.0)


# ------------------------------------------------------------------ arithmetic of lanes


def test_elementary_functions_of_lanes_are_accurate(neuron):
    """Against numpy, over the range of floats, and what is outside it."""
    lanes = load_lane_module(neuron, (), "float64")

    def each(name):
        """The function in a loop, as it is used: one at a time they cannot be called."""
        function = getattr(lanes, name)

        @numba.njit
        def loop(x):
            out = np.empty_like(x)
            for i in range(x.size):
                out[i] = function(x[i])
            return out

        return loop

    points = np.concatenate([np.linspace(-30, 30, 61), [1e-9, -1e-9, 0.3, 88.0, -88.0, 300.0]])
    positive = np.abs(points) + 1e-3
    for name, function, where in (
        ("_exp", np.exp, points), ("_tanh", np.tanh, points), ("_cosh", np.cosh, points),
        ("_sinh", np.sinh, points), ("_log", np.log, positive),
        ("_root4", lambda a: a**0.25, positive), ("_pow7", lambda a: a**7, points),
    ):  # fmt: skip
        found = each(name)(where)
        np.testing.assert_allclose(found, function(where), rtol=2e-15, atol=1e-17, err_msg=name)
    limits = np.array([np.nan, -np.inf, -800.0, 0.0, 800.0, np.inf])
    exp, log = each("_exp")(limits), each("_log")(limits)
    np.testing.assert_allclose(exp, [np.nan, 0.0, 0.0, 1.0, np.inf, np.inf], atol=1e-300)
    np.testing.assert_array_equal(np.isnan(log), [True, True, True, False, False, False])
    assert log[3] == -np.inf
    assert log[5] == np.inf
    np.testing.assert_array_equal(
        each("_root4")(np.array([np.nan, -1.0, 0.0])), [np.nan, np.nan, 0]
    )
    assert np.isnan(each("_tanh")(limits[:1])).all()


@pytest.mark.slow
def test_float32_has_its_floor(neuron):
    """Rounding of float32 leaves some 1e-7 of the period, which rtol cannot buy back."""
    currents = np.linspace(1e-4, 9e-4, 20)
    ask = {"values": {"I_s": currents}, "t_end": 1e-5, "measure": "period"}
    exact = nd.sweep(neuron, **ask, method=nd.Adaptive(1e-12))["period"]

    def error(*options):
        runs = nd.sweep(neuron, **ask, method=nd.Adaptive(*options))
        return np.median(np.abs(runs["period"] / exact - 1))

    assert error(1e-4, None, 10**6, "float32") < 1e-4
    assert error(1e-9) < 2e-8
    assert 2e-8 < error(1e-8, None, 10**6, "float32") < 1e-6
    assert error(1.01e-9, None, 10**6, "float32") < 1e-6  # the least that is taken ends


def test_to_xarray_and_pandas(neuron):
    runs = nd.sweep(
        neuron, {"I_s": [1e-4, 2e-4, 3e-4], "C_ext": [1e-10, 2e-10]}, 2e-6,
        measure=["spikes", "final"],
    )  # fmt: skip
    data = runs.to_xarray()
    assert data["spikes"].sel(C_ext=1e-10).shape == (3,)
    assert data["I_s"].attrs["units"] == "A"
    assert data["final"].sel(state="T").min() > 290
    table = runs.to_pandas()
    assert len(table) == 6
    row = table[(table.I_s == 3e-4) & (table.C_ext == 2e-10)]
    assert row.spikes.item() == runs["spikes"][2, 1]
    assert row.final_T.item() == runs["final"][2, 1, 1]


def test_generated_constants_are_taken_out_of_the_loop(neuron):
    from neurodyn.simulation.lanes.printing import Invariants

    parts = Invariants([sympy.Symbol(name, real=True) for name in ("V", "T")])
    folded = [parts.fold(expression) for expression in neuron.rhs]
    left = set().union(*(expression.free_symbols for expression in folded))
    assert {str(s) for s in left if not str(s).startswith("_q")} == {"V", "T"}
    # the same values: substitute the constants back
    names = {sympy.Symbol(f"_q{i}", real=True): e for i, e in enumerate(parts.expressions)}
    for before, after in zip(neuron.rhs, folded, strict=True):
        values = {
            **neuron.constant_values,
            **dict(zip(neuron.parameter_names, neuron.p, strict=True)),
        }
        values |= {"V": 0.37, "T": 812.0, "I_s": 3e-4}
        numbers = {sympy.Symbol(name, real=True): value for name, value in values.items()}
        assert float(after.xreplace(names).subs(numbers)) == pytest.approx(
            float(before.subs(numbers)), rel=1e-10
        )


@pytest.mark.slow
def test_every_device_in_lanes_agrees_with_solve(device):
    """Resets, removable singularities, tanh and four states included."""
    name = device.parameter_names[-1]
    values = device[name] * np.array([0.95, 1.0, 1.05])
    t_end = 8 * device.time_scale
    runs = nd.sweep(
        device, {name: values}, t_end, measure=["spikes", "final"], method=nd.Adaptive(1e-10)
    )
    assert runs.ok.all()
    for i, value in enumerate(values):
        model = device.with_parameters(**{name: value})
        traj = nd.solve(model, t_end, method=nd.Adaptive(1e-10))
        assert runs["spikes"][i] == len(traj.spike_times)
        assert (np.abs(runs["final"][i] - traj.x[-1]) < 1e-5 * device.scales).all()


@pytest.mark.slow
def test_functions_without_a_lane_form_are_right_all_the_same():
    """dy/dt = f(a) for a unit time: what ``math`` does one by one, high powers and a choice."""
    text = "sin(a) + a**11 + a**2.5 + max(a, 1) + b*heaviside(a - c)"
    model = nd.Model.from_equations({"y": 0.0, "a": 1.0}, {"b": 1.0, "c": 1.2}, [text, "0*a"])
    a = np.array([0.3, 0.9, 1.1, 1.7])
    found = nd.sweep(model, {"a": a}, 1.0, measure="final")["final"][:, 0]
    expected = np.sin(a) + a**11 + a**2.5 + np.maximum(a, 1) + (a > 1.2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# all devices whose spike or switch is not linear in what moves, which a test holds; and some values
BENT = {
    "comparator": ({"V_s": [13.0, 14.0, 15.0]}, 6e-5),
    "mott_nbo2": ({"I_s": [60e-6, 85e-6, 110e-6]}, 2e-6),
    "mott_vo2": ({"I_s": [40e-6, 60e-6, 80e-6]}, 2e-6),
    "thermal_neuristor": ({"V_s": [11.0, 12.0, 13.0]}, 4e-5),
}


def test_devices_whose_events_are_bent_are_those_listed():
    bent = set()
    for name, make in DEVICES.items():
        model = make()
        symbols = [quantity.symbol for quantity in model.states]
        for event in (model.spike, model.jump):
            if event is not None and not split_event(event.expression, symbols).linear:
                bent.add(name)
    assert bent == set(BENT)


@pytest.mark.parametrize("name", BENT)
def test_bent_events_are_met_in_lanes_as_in_solve(name):
    """Another engine: every spike and switch, where lanes search only the steps that need it."""
    values, length = BENT[name]
    ((parameter, numbers),) = values.items()
    model = DEVICES[name](**DRIVEN[name])
    runs = nd.sweep(model, values, length, measure="spike_times", method=nd.Adaptive(1e-8))
    found = 0
    for i, number in enumerate(numbers):
        one = model.with_parameters(**{parameter: number})
        expected = nd.solve(one, length, method=nd.Adaptive(1e-8)).spike_times
        times = runs["spike_times"][i]
        np.testing.assert_allclose(times[~np.isnan(times)], expected, rtol=1e-5)
        found += len(expected)
    assert found > 10
