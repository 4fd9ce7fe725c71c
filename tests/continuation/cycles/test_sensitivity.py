"""Derivatives of the settled cycle against differences of runs, scaling laws and closed forms."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError, NumericalError
from neurodyn.status import Status


def settled(model, t_end, measure):
    """Return the measure over the last half of the spikes of ``nd.solve``."""
    traj = nd.solve(model, t_end, method=nd.Adaptive(1e-12))
    times = traj.spike_times[len(traj.spike_times) // 2 :]
    if measure == "energy_device":
        return float(np.diff(traj.integral("P_device", times)).mean())
    period = float(np.diff(times).mean())
    return period if measure == "period" else 1 / period


@pytest.mark.parametrize(
    ("model", "t_end", "measure", "names"),
    [
        (nd.devices.nbox_neuron(I_s=335e-6), 5e-6, "rate", ["C_ext", "E_a", "T_amb", "I_s"]),
        (nd.devices.nbox_neuron(I_s=335e-6), 5e-6, "energy_device", ["C_ext", "E_a", "R_th", "d"]),
        (nd.devices.fitzhugh_nagumo(I=0.5), 600.0, "rate", ["a", "b", "eps", "I"]),
        (nd.devices.fitzhugh_nagumo(I=0.5), 600.0, "period", ["a", "b", "eps", "I"]),
    ],
    ids=["NbOx rate", "NbOx energy", "FHN rate", "FHN period"],
)
def test_gradients_are_finite_differences_of_solve(model, t_end, measure, names):
    found = nd.sensitivity(model, names, t_end, measure=measure)
    np.testing.assert_allclose(found.value, settled(model, t_end, measure), rtol=1e-8)
    for name in names:
        up, down = (
            settled(model.with_parameters(**{name: model[name] * factor}), t_end, measure)
            for factor in (1 + 1e-4, 1 - 1e-4)
        )
        expected = (up - down) / (2e-4 * model[name])
        np.testing.assert_allclose(found.gradient[name], expected, rtol=1e-5, err_msg=name)


def test_log_gradients_obey_scaling(neuron):
    """Time scales with both capacities together; the level at which spikes are counted changes
    nothing."""
    model, names = neuron.with_parameters(I_s=2e-4), ["C_ext", "C_th", "T_spike", "R_th"]
    for measure, unit in (("energy_device", "J"), ("period", "s")):
        found = nd.sensitivity(model, names, 5e-6, measure=measure)
        assert found.unit == unit
        both = found.log_gradient["C_ext"] + found.log_gradient["C_th"]
        np.testing.assert_allclose(both, 1.0, rtol=1e-8)
        assert abs(found.log_gradient["T_spike"]) < 1e-8


@pytest.mark.slow
def test_a_closed_cycle_turns_all_work_to_heat(neuron):
    names = ["C_ext", "E_a", "R_th", "d"]
    heat, work = (
        nd.sensitivity(neuron.with_parameters(I_s=2e-4), names, 5e-6, measure=f"energy_{by}")
        for by in ("device", "source")
    )
    for name in names:
        np.testing.assert_allclose(heat.gradient[name], work.gradient[name], rtol=1e-7)


def rotation(**parameters):
    """A rotation at w, with a pull to the unit circle, whose event rises twice a turn."""
    model = nd.Model.from_equations(
        {"x": 1.0, "y": 0.1}, {"w": 2.0, "offset": 0.3, "pull": 1.0},
        ["pull*x*(1 - x**2 - y**2) - w*y", "pull*y*(1 - x**2 - y**2) + w*x"],
        spike="x*y + offset*x",
    )  # fmt: skip
    return model.with_parameters(**parameters)


def test_a_cycle_of_two_spikes_in_closed_form():
    """The intervals are uneven, the cycle has two spikes: rate = w / pi."""
    found = nd.sensitivity(rotation(), ["w", "offset"], 30.0)
    assert found.spikes_per_cycle == 2
    np.testing.assert_allclose(found.value, 2.0 / np.pi, rtol=1e-9)
    np.testing.assert_allclose(found.gradient["w"], 1 / np.pi, rtol=1e-8)
    np.testing.assert_allclose(found.log_gradient["w"], 1.0, rtol=1e-8)
    assert abs(found.gradient["offset"]) < 1e-9


def test_a_cycle_of_a_family_has_no_sensitivity():
    """A rotation without pull is a harmonic oscillator: it has a cycle of every size."""
    with pytest.raises(NumericalError, match="one of a family"):
        nd.sensitivity(rotation(pull=0.0), ["w", "offset"], 30.0)


def test_sensitivity_without_a_settled_cycle_says_so(neuron):
    with pytest.raises(NumericalError, match="no settled cycle by t = 2e-06") as caught:
        nd.sensitivity(neuron.with_parameters(I_s=2e-5), ["C_ext"], 2e-6)
    assert caught.value.status is Status.NOT_CONVERGED
    assert caught.value.result.t[-1] == 2e-6


@pytest.mark.parametrize(
    ("model", "names", "choice", "sentence"),
    [
        (nd.devices.nbox_neuron(), ["C_exx"], {}, "did you mean 'C_ext'"),
        (nd.devices.nbox_neuron(), [], {}, "no parameter was given"),
        (nd.devices.nbox_neuron(), ["C_ext"], {"measure": "rates"}, "did you mean 'rate'"),
        (nd.devices.nbox_neuron(), ["C_ext"], {"rtol": 0.1}, "rtol is 0.1; expected"),
        (nd.devices.izhikevich(), ["I"], {}, "jumps; derivatives through jumps"),
        (nd.devices.fitzhugh_nagumo(), ["I"], {"measure": "energy_device"}, "no output P_device"),
    ],
)
def test_sensitivity_refuses_what_it_cannot_do(model, names, choice, sentence):
    with pytest.raises(InputError, match=sentence):
        nd.sensitivity(model, names, 1e-6, **choice)
