"""Scaling symmetries found from the equations: each leaves simulated traces as they are."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.fitting.trace.symmetry import ambient_direction, unseen_by_traces
from neurodyn.fitting.unknowns import model_name
from tests.tolerances import INTEGRATION

SCALE = 1.03


def scaled(model, direction):
    """Return a model with its parameters moved along a direction."""
    values = {model_name(name, model): share for name, share in direction.items()}
    return model.with_parameters(
        **{name: model[name] * SCALE**share for name, share in values.items()}
    )


def settings(name):
    driven = {"nbox_voltage_driven": {"V_s": 1.6, "R_load": 7e3, "C_ext": 20e-12}}
    return driven.get(name, {"I_s": 3e-4})


@pytest.mark.parametrize(
    "name", ["nbox_neuron", "nbox_voltage_driven", "nbox_circuit", "core_shell", "poole_frenkel_3d"]
)
def test_no_direction_changes_the_voltage(name):
    """Independent: solve the model and the one moved along each direction."""
    model = getattr(nd.devices, name)(**settings(name))
    t = np.linspace(0.0, 3 * model.time_scale, 200)
    expected = nd.solve(model, t[-1], method=nd.Adaptive(1e-10)).at(t, "V")
    found = unseen_by_traces(model, ("V",))
    assert found
    for direction in found:
        moved = nd.solve(scaled(model, direction), t[-1], method=nd.Adaptive(1e-10)).at(t, "V")
        np.testing.assert_allclose(moved, expected, atol=INTEGRATION * np.abs(expected).max())


def test_direction_of_the_ambient_temperature_is_the_known_one():
    """(T_amb, E_a, R_th) s, eps_r d / s^2, C_th / s: worked out by hand from the equations."""
    for name in ("nbox_neuron", "nbox_circuit", "nbox_voltage_driven", "core_shell"):
        direction = ambient_direction(getattr(nd.devices, name)())
        assert direction == {"T_amb": 1, "E_a": 1, "R_th": 1, "eps_r_d": -2, "C_th": -1}
    step = ambient_direction(nd.devices.poole_frenkel_3d())
    assert step == {
        "T_amb": 1, "E_a": 1, "eps_r_d": -2, "R_cold": 1, "R_hot": 1, "T_step": 1, "T_width": 1,
        "C_th": -1,
    }  # fmt: skip
    assert ambient_direction(nd.devices.mott_vo2()) is None


def test_voltage_alone_does_not_tell_the_impedance_of_a_circuit():
    """All conductances and capacitances times s: V(t) stays, I(t) does not."""
    neuron = nd.devices.nbox_voltage_driven()
    impedance = {"R_load", "R_0", "C_ext", "C_th", "R_th"}
    assert impedance in [set(direction) for direction in unseen_by_traces(neuron, ("V",))]
    both = unseen_by_traces(neuron, ("V", "I_device"))
    assert impedance not in [set(direction) for direction in both]
