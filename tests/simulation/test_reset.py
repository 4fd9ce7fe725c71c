"""States that are reset at a spike: integrate-and-fire models."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import DimensionError, InputError, NumericalError
from neurodyn.export import xpp
from neurodyn.model import SpikeEvent
from neurodyn.status import Status


def integrate_and_fire(**changes):
    arguments = {
        "states": ["V"],
        "parameters": {"V_th": 1.0},
        "inputs": {"I": 2.0},
        "rhs": ["I - V"],
        "spike": "V - V_th",
        "reset": {"V": 0},
    }
    return nd.Model.from_equations(**{**arguments, **changes})


def test_spikes_of_the_leaky_integrator_are_those_of_its_closed_form():
    """V = I (1 - exp(-t)) reaches 1 after ln(I / (I - 1)), each time."""
    for current in (1.01, 1.5, 7.0):
        traj = nd.solve(
            integrate_and_fire(), 20.0, inputs={"I": current}, method=nd.Adaptive(1e-10)
        )
        interval = np.log(current / (current - 1))
        expected = interval * np.arange(1, len(traj.spike_times) + 1)
        assert len(expected) == int(20.0 / interval)
        np.testing.assert_allclose(traj.spike_times, expected, rtol=1e-8)


def test_dense_output_is_right_on_both_sides_of_a_reset():
    traj = nd.solve(integrate_and_fire(), 5.0, method=nd.Adaptive(1e-10))
    t = np.linspace(0.0, 5.0, 2001)
    np.testing.assert_allclose(traj.at(t, "V"), 2 * (1 - np.exp(-np.mod(t, np.log(2)))), atol=2e-8)
    np.testing.assert_allclose(traj.at(traj.spike_times, "V"), 0.0, atol=1e-15)
    np.testing.assert_allclose(traj.at(traj.spike_times * (1 - 1e-13), "V"), 1.0, atol=1e-9)
    area = traj.integral("V", [0.0, np.log(2)])[1]
    assert area == pytest.approx(2 * np.log(2) - 1, rel=1e-8)


def test_spike_times_converge_with_the_order_of_the_interpolant():
    """The crossing is located on the interpolant of order 4; the tolerance sets the step."""
    exact = np.log(2) * np.arange(1, 8)
    errors = []
    for rtol in (1e-5, 1e-7, 1e-9):
        traj = nd.solve(integrate_and_fire(), 5.0, method=nd.Adaptive(rtol))
        errors.append(np.abs(traj.spike_times - exact).max())
    assert errors[0] < 1e-4
    assert errors[1] < errors[0] / 20
    assert errors[2] < errors[1] / 20


def test_reset_uses_the_state_just_before_and_leaves_others_alone():
    """Two counters: each spike adds one to n and doubles m, of the value before; k is not named."""
    model = integrate_and_fire(
        states={"V": 0.0, "n": 0.0, "m": 1.0, "k": 3.0},
        rhs=["I - V", "0", "0", "0"],
        reset={"V": 0, "n": "n + 1", "m": "m + n*V"},
    )
    traj = nd.solve(model, 5.0)
    assert traj.spike_times.size == 7
    np.testing.assert_allclose(traj.x[-1, 1:], [7.0, 1 + sum(range(7)), 3.0], rtol=1e-9)


def test_a_spike_driven_by_a_pulse_comes_inside_the_pulse():
    """V = 3 (1 - exp(-(t - 1))) from t = 1: the reset does not move the kinks of the stimulus."""
    pulse = nd.pulse(3.0, width=0.6, start=1.0)
    traj = nd.solve(integrate_and_fire(), 4.0, inputs={"I": pulse}, method=nd.Adaptive(1e-9))
    np.testing.assert_allclose(traj.spike_times, [1 + np.log(1.5)], rtol=1e-8)
    assert np.isin(pulse.times, traj.t).all()


def test_quadratic_integrate_and_fire_against_its_closed_form():
    """dV/dt = V^2 + I from -R to R takes 2 atan(R / sqrt(I)) / sqrt(I)."""
    model = nd.Model.from_equations(
        {"V": -10.0}, {"I": 0.04}, ["V^2 + I"], spike="V - 10", reset={"V": "-10"}
    )
    traj = nd.solve(model, 60.0, method=nd.Adaptive(1e-9))
    interval = 2 * np.arctan(10 / 0.2) / 0.2
    np.testing.assert_allclose(traj.spike_times, interval * np.array([1, 2, 3]), rtol=1e-7)
    widths = np.diff(traj.t)
    assert (widths > 0).all()


def test_resets_are_part_of_the_model():
    plain, jumping = integrate_and_fire(reset={}), integrate_and_fire()
    assert plain.digest != jumping.digest
    assert jumping.digest != integrate_and_fire(reset={"V": "0.5*V_th"}).digest
    assert "then V := 0" in repr(jumping)
    assert jumping.with_parameters(V_th=0.5).spike.reset == jumping.spike.reset
    assert not nd.solve(plain, 3.0).resets.any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reset": {"v": 0}}, "no state to reset 'v'; did you mean 'V'"),
        ({"reset": {"V": "W"}}, "reset of V .* no quantity 'W'"),
        ({"spike": None}, "reset= is given without spike="),
        ({"spike": "V - I"}, "contains the input 'I'"),
    ],
)
def test_bad_resets_end_in_a_sentence(changes, message):
    with pytest.raises(InputError, match=message):
        integrate_and_fire(**changes)


def test_the_unit_of_a_reset_is_checked():
    model = nd.devices.nbox_neuron()
    volts, kelvin = (model.states[i].symbol for i in (0, 1))
    good = SpikeEvent(model.spike.expression, "T", reset={"V": volts / 2})
    wrong = SpikeEvent(model.spike.expression, "T", reset={"V": kelvin})
    import dataclasses

    dataclasses.replace(model, spike=good).check_dimensions()
    with pytest.raises(DimensionError, match="the reset of V"):
        dataclasses.replace(model, spike=wrong).check_dimensions()


def test_a_reset_that_stays_above_threshold_has_a_status():
    model = integrate_and_fire(reset={"V": "V + 1"})
    with pytest.raises(NumericalError, match="below threshold") as caught:
        nd.solve(model, 5.0)
    assert caught.value.status is Status.RESET_ABOVE
    assert caught.value.result.t[-1] == pytest.approx(np.log(2), rel=1e-6)


def test_what_cannot_reset_says_so():
    model = integrate_and_fire()
    with pytest.raises(InputError, match=r"expected method=nd\.Adaptive"):
        nd.solve(model, 1.0, method=nd.Stiff())
    with pytest.raises(InputError, match="expected a start below threshold"):
        nd.solve(model, 1.0, x0={"V": 1.0})
    with pytest.raises(InputError, match=r"smooth flows only: use nd\.solve"):
        nd.continue_equilibria(model, "I", (0.0, 2.0))
    with pytest.raises(InputError, match="AUTO cannot follow"):
        xpp(model)
