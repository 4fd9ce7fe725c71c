"""solve, trajectories and spikes."""

import pickle

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError, NumericalError
from neurodyn.status import Status


def test_latency_and_all_or_nothing_at_200_and_150_uA(neuron):
    """Thesis figs. 2.12b and 2.13b: the spike comes when the pulse is over, or not at all."""
    late = nd.solve(neuron, 5e-6, inputs={"I_s": nd.pulse(193e-6, width=1e-6, edge=1e-7)})
    assert len(late.spike_times) == 1
    assert late.spike_times[0] > 1.1e-6
    none = nd.solve(neuron, 5e-6, inputs={"I_s": nd.pulse(150e-6, width=1e-6, edge=1e-7)})
    assert len(none.spike_times) == 0


def test_same_call_same_digits(neuron):
    runs = [nd.solve(neuron, 3e-6, inputs={"I_s": 2e-4}) for _ in range(2)]
    assert np.array_equal(runs[0].x, runs[1].x)
    assert np.array_equal(runs[0].t, runs[1].t)


def test_steps_end_on_every_kink(neuron):
    wave = nd.train(2e-4, width=1e-9, period=1e-7, count=7, start=1.23e-7, edge=1e-10)
    traj = nd.solve(neuron, 2e-6, inputs={"I_s": wave})
    assert np.isin(wave.times, traj.t).all()


def test_dense_output_joins_the_steps(neuron):
    traj = nd.solve(neuron, 2e-6, inputs={"I_s": 335e-6})
    np.testing.assert_allclose(traj(traj.t), traj.x.T, rtol=1e-9, atol=1e-9)


def test_driven_inputs_win_over_held_ones(neuron):
    traj = nd.solve(neuron.with_parameters(I_s=1e-3), 1e-7, inputs={"I_s": 0.0})
    assert traj["V"].max() == 0.0
    assert traj["I_s"].max() == 0.0


def test_start_by_name(neuron):
    traj = nd.solve(neuron, 1e-7, x0={"T": 900.0})
    assert traj.x[0].tolist() == [0.0, 900.0]


def test_long_runs_cross_the_buffer():
    """A run longer than one buffer equals the same run restarted at the seam."""
    model = nd.devices.nbox_neuron(I_s=335e-6)
    long = nd.solve(model, 40e-6)
    assert len(long.t) > 8192
    assert np.all(np.diff(long.t) > 0)
    np.testing.assert_allclose(np.diff(long.spike_times)[5:], 336.644e-9, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"t_end": 0.0}, "t_end is 0"),
        ({"t_end": np.nan}, "t_end is nan"),
        ({"t_end": 1e-6, "rtol": 1e-3}, r"has no rtol=; use method=nd.Adaptive\(rtol"),
        ({"t_end": 1e-6, "method": nd.Adaptive(1e-4, precision="float32")}, "float32"),
        ({"t_end": 1e-6, "inputs": {"Is": 1e-4}}, "did you mean 'I_s'"),
        ({"t_end": 1e-6, "inputs": {"I_s": np.nan}}, "finite"),
        ({"t_end": 1e-6, "x0": {"U": 1.0}}, "no state 'U'"),
        ({"t_end": 1e-6, "x0": {"T": -1.0}}, "expected more than 0 K"),
        ({"t_end": 1e-6, "method": "rk4"}, "method is 'rk4'; expected an Adaptive or a Stiff"),
    ],
)
def test_bad_calls_end_in_a_sentence(neuron, arguments, message):
    with pytest.raises(InputError, match=message):
        nd.solve(neuron, **arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rtol": 0.0}, "rtol is 0; expected a number above 1e-14 and below 1"),
        ({"atol": 2.0}, "atol is 2"),
        ({"rtol": np.nan}, "rtol is nan"),
        ({"max_steps": 0}, "max_steps is 0"),
        ({"precision": "float16"}, "did you mean 'float64'"),
        (
            {"rtol": 1e-10, "precision": "float32"},
            "above 1e-09 and below 1 with precision='float32",
        ),
        ({"atol": 1e-10, "precision": "float32"}, "atol is 1e-10; expected a number above 1e-09"),
        ({"rtoll": 1e-3}, "did you mean 'rtol'"),
    ],
)
def test_tolerances_that_make_no_sense_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        nd.Adaptive(**options)


def test_blow_up_has_a_status_and_keeps_what_was_computed():
    """dx/dt = x^2 from 1 is 1 / (1 - t)."""
    model = nd.Model.from_equations({"x": 1.0}, {}, ["x**2"])
    with pytest.raises(NumericalError, match="blow up") as caught:
        nd.solve(model, 2.0)
    partial = caught.value.result
    assert partial.status in (Status.STEP_TOO_SMALL, Status.NOT_FINITE)
    early = partial.t < 0.9
    np.testing.assert_allclose(partial.x[early, 0], 1 / (1 - partial.t[early]), rtol=1e-5)
    quiet = nd.solve(model, 2.0, raise_on_failure=False)
    assert quiet.status is partial.status


@pytest.mark.parametrize("method", [nd.Adaptive(max_steps=50), nd.Stiff(max_steps=50)])
def test_step_limit_has_a_status(method):
    model = nd.devices.stuart_landau()
    traj = nd.solve(model, 1e3, method=method, raise_on_failure=False)
    assert traj.status is Status.MAX_STEPS
    assert 0 < traj.t[-1] < 1e3


def test_a_start_outside_the_equations_is_not_finite():
    model = nd.Model.from_equations({"x": -1.0}, {}, ["log(x)"])
    with pytest.raises(NumericalError) as caught:
        nd.solve(model, 1.0)
    assert caught.value.status is Status.NOT_FINITE
    assert len(caught.value.result.t) == 1


def test_overflowing_trial_stage_is_rejected_not_fatal(neuron):
    """At loose tolerance a trial stage drives T below zero, where the exponential overflows."""
    traj = nd.solve(neuron, 20e-6, inputs={"I_s": 5e-4}, method=nd.Adaptive(3e-3))
    assert traj.status is Status.OK
    period = np.diff(traj.spike_times)[-1]
    assert period == pytest.approx(
        np.diff(nd.solve(neuron, 5e-6, inputs={"I_s": 5e-4}).spike_times)[-1], rel=0.02
    )


def test_times_and_names_outside_are_refused(neuron):
    traj = nd.solve(neuron, 1e-7)
    with pytest.raises(InputError, match="covers 0 to 1e-07"):
        traj(2e-7)
    with pytest.raises(InputError, match="did you mean 'I_device'"):
        traj["I_devise"]


def test_trajectory_can_be_pickled_and_turned_into_xarray(neuron):
    traj = nd.solve(neuron, 1e-6, inputs={"I_s": 2e-4})
    again = pickle.loads(pickle.dumps(traj))
    assert np.array_equal(again["I_device"], traj["I_device"])
    dataset = traj.to_xarray()
    assert dataset["T"].attrs["units"] == "K"
    assert np.array_equal(dataset["V"].values, traj["V"])


@pytest.mark.parametrize("rtol", [1e-4, 1e-8])
def test_quadrature_adds_nothing_to_the_error_of_a_run(rtol):
    """x = cos t, and x^2 is of degree 8 in each step: eight nodes of Gauss integrate it exactly."""
    model = nd.Model.from_equations(
        {"x": 1.0, "y": 0.0}, {}, ["-y", "x"], outputs={"square": "x**2"}
    )
    traj = nd.solve(model, 30.0, method=nd.Adaptive(rtol=rtol))
    nodes, weights = np.polynomial.legendre.leggauss(8)
    width = np.diff(traj.t)[:, None]
    values = traj.at(traj.t[:-1, None] + (1 + nodes) / 2 * width, "square")
    exact = (values * weights / 2 * width).sum()
    error = abs(exact - 15 - np.sin(60) / 4)
    assert abs(traj.integral("square", 30.0) - exact) < 0.01 * error


def test_integral_is_exact_for_a_constant_and_additive(neuron):
    traj = nd.solve(neuron, 2e-6, inputs={"I_s": 2e-4})
    t = np.array([0.0, 0.3e-6, 1.7e-6, 2e-6])
    np.testing.assert_allclose(traj.integral("I_s", t), 2e-4 * t, rtol=1e-12, atol=1e-22)


# ------------------------------------------------ spikes


def test_measures_of_a_known_oscillation():
    """x = cos t: peaks 1, troughs -1, half-height width pi, one event per 2 pi."""
    model = nd.Model.from_equations({"x": 1.0, "y": 0.0}, {}, ["-y", "x"], spike="x")
    train = nd.spikes(nd.solve(model, 40.0, method=nd.Adaptive(1e-10)))
    np.testing.assert_allclose(train.times, 1.5 * np.pi + 2 * np.pi * np.arange(6), atol=1e-7)
    np.testing.assert_allclose(train.peaks[:-1], 1.0, atol=1e-6)
    np.testing.assert_allclose(train.troughs[:-1], -1.0, atol=1e-4)
    np.testing.assert_allclose(train.widths[:-1], np.pi, atol=2e-3)
    assert train.rate == pytest.approx(1 / (2 * np.pi), rel=1e-8)
    assert train.cv < 1e-6
    assert train.latency == pytest.approx(1.5 * np.pi)
    assert train.charge is None
    with pytest.raises(InputError, match="no output P_device"):
        train.energy_per_spike()


def test_no_spikes_is_a_result_too(neuron):
    train = nd.spikes(nd.solve(neuron, 1e-6))
    assert len(train) == 0
    assert train.rate == 0.0
    assert np.isnan(train.latency)
    with pytest.raises(InputError, match="no spike"):
        train.energy_per_spike()


def test_models_without_spike_event_are_refused():
    model = nd.Model.from_equations(["x"], {}, ["1 - x"])
    with pytest.raises(InputError, match="no spike event"):
        nd.spikes(nd.solve(model, 1.0))


def test_inductance_makes_the_undershoot():
    """Thesis fig. 2.8c: none below about 100 nH."""
    small, large = (
        nd.spikes(nd.solve(nd.devices.nbox_circuit(I_s=180e-6, L_ext=L), 5e-6), observable="V_out")
        for L in (20e-9, 700e-9)
    )
    assert large.troughs[0] < -0.1 * large.peaks[0]
    assert small.troughs[0] > -0.02 * small.peaks[0]


def test_fi_curve_rises_and_ends(neuron):
    curve = nd.fi_curve(neuron, "I_s", [2e-5, 1e-4, 5e-4, 9e-4, 1.1e-3])
    assert (curve.rate > 0).tolist() == [False, True, True, True, False]
    assert (np.diff(curve.rate[1:4]) > 0).all()
    assert curve.transient[-1] > 0
    with pytest.raises(InputError, match="no values"):
        nd.fi_curve(neuron, "I_s", [])


@pytest.mark.parametrize("start", [-40.0, 0.0])
def test_a_removable_singularity_is_named(start):
    """x / (1 - exp(-x)) is 0/0 at x = 0 with the limit 1 (de l'Hospital), here times 3."""
    rate = f"3*(V - {start!r})/(1 - exp(-(V - {start!r})))"
    model = nd.Model.from_equations({"V": start, "m": 0.0}, {}, [f"-(V - {start!r})", rate])
    with pytest.raises(NumericalError, match="dm/dt is 0/0 there, though it has the limit 3 ") as e:
        nd.solve(model, 1.0)
    aside = float(str(e.value).rsplit("V = ", 1)[1])
    assert nd.solve(model, 1.0, x0={"V": aside}).status


def test_a_pole_is_not_called_removable():
    model = nd.Model.from_equations({"V": 0.0}, {}, ["1/V"])
    with pytest.raises(NumericalError) as e:
        nd.solve(model, 1.0)
    assert "removable" not in str(e.value)
