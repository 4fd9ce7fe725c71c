"""From data to a sheet, or to a sentence: sweeps that end at a jump, other devices, rejections."""

import numpy as np
import pytest
from scipy.special import lambertw

import neurodyn as nd
from neurodyn.datasheet.circuits import assumed_names, fittable_devices, full_circuit_of, held_names
from neurodyn.datasheet.study import _beyond_the_data

K_B, Q, EPS_0 = 1.380649e-23, 1.602176634e-19, 8.8541878128e-12


def quasi_static(T, R_0=190.0, E_a=0.215 * Q, eps_r_d=1.395e-6, R_th=2.0408e6, T_amb=298.0):
    """V and I at rest, by Lambert's function: the closed form, written out here anew."""
    b = Q * np.sqrt(Q / (np.pi * EPS_0 * eps_r_d))
    a = b / (4 * K_B * T)
    root = lambertw(a * ((T - T_amb) * R_0 / R_th) ** 0.25 * np.exp(E_a / (4 * K_B * T))).real / a
    V = root**2
    return V, (T - T_amb) / R_th / V


@pytest.fixture
def sweep_to_a_jump(tmp_path):
    """Return the file of a voltage sweep: up to the threshold, then rows at compliance."""
    T = 298.0 + np.geomspace(1e-3, 80.0, 20_000)
    V, I = quasi_static(T)
    top = int(np.argmax(V))
    rng = np.random.default_rng(8)
    rows = ["# compliance 1 mA", "Voltage (V),Current (A)"]
    for value in np.linspace(0.05, 1.2, 116):
        measured = np.interp(value, V[:top], I[:top]) if value < V[top] else None
        if measured is None:
            rows.append(f"{value:.6g},0.001")
        else:
            v, i = (
                value * np.exp(0.003 * rng.standard_normal()),
                measured * np.exp(0.003 * rng.standard_normal()),
            )
            rows.append(f"{v:.6g},{i:.6g}")
    path = tmp_path / "jump.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.slow
def test_a_voltage_sweep_that_jumps_into_compliance_gets_its_sheet(sweep_to_a_jump):
    """Truth: TS 43.11 uA, upper Hopf point 905.26 uA; the data end at some 42 uA."""
    data = nd.read_iv(sweep_to_a_jump)
    assert data.I.max() < 43.2e-6
    fit = nd.fit_iv(data, T_amb=298.0)
    assert fit.accepted
    sheet = nd.datasheet(fit, draws=60)
    (remark,) = [r for r in sheet.study.remarks if "extrapolated" in r]
    assert "below the threshold switching point" in remark
    for key, true in (("threshold_I", 43.11e-6), ("hold_I", 959.5e-6), ("hopf_high", 905.26e-6)):
        low, high = sheet.numbers[key].interval
        assert low - 0.5 * (high - low) < true < high + 0.5 * (high - low), key


def test_what_lies_beyond_the_data_is_said(sweep_to_a_jump):
    fit = nd.fit_iv(nd.read_iv(sweep_to_a_jump), T_amb=298.0, starts=3)
    (remark,) = _beyond_the_data(fit, nd.iv_curve(fit.model))
    assert "where the device jumped" in remark
    V, I = quasi_static(298.0 + np.geomspace(1e-2, 500.0, 60))  # past TS, short of H
    short = nd.fit_iv((V, I), T_amb=298.0, starts=3)
    (remark,) = _beyond_the_data(short, nd.iv_curve(short.model))
    assert "hold point" in remark
    V, I = quasi_static(298.0 + np.geomspace(1e-2, 2500.0, 60))
    whole = nd.fit_iv((V, I), T_amb=298.0, starts=3)
    assert _beyond_the_data(whole, nd.iv_curve(whole.model)) == ()
    V, I = quasi_static(298.0 + np.geomspace(1e-2, 60.0, 60))  # nothing tells of a switch
    below = nd.fit_iv((V, I), T_amb=298.0, starts=3)
    with pytest.raises(nd.InputError, match="show no jump; expected a sweep that passes it"):
        _beyond_the_data(below, nd.iv_curve(below.model))


@pytest.mark.parametrize("name", fittable_devices())
def test_every_device_that_can_be_fitted_has_its_own_full_circuit(name):
    model = getattr(nd.devices, name)("current_driven", C_ext=50e-12)
    circuit = full_circuit_of(model)
    assert circuit.digest == getattr(nd.devices, name)("full_circuit").digest
    for parameter in model.parameter_names:
        if parameter not in model.input_names:
            assert circuit[parameter] == model[parameter]


def test_a_device_of_ones_own_has_none():
    model = nd.devices.fitzhugh_nagumo()
    assert full_circuit_of(model) is None


def test_a_mott_fit_names_its_own_parameters():
    """What no I-V curve holds, and what was held, are found from the fit, not from a list."""
    model = nd.devices.mott_nbo2()
    curve = nd.iv_curve(model)
    truth = nd.iv_curve(model, current=(curve.threshold.I / 40, 2 * curve.hold.I), n=50)
    fit = nd.fit_iv((truth.V, truth.I), 298.0, model="mott_nbo2", starts=2)
    assert fit.accepted
    assert set(assumed_names(fit)) == {"C_ext", "c_p", "delta_h"}
    assert set(held_names(fit)) == {"r_ch", "L_ch", "delta_T"}


def test_a_rejected_fit_says_what_can_be_tried():
    V, I = quasi_static(298.0 + np.geomspace(1e-2, 2500.0, 60))
    fit = nd.fit_iv((V * (1 + 0.6 * np.sin(3 * np.log(I))), I), T_amb=298.0, starts=2)
    assert not fit.accepted
    with pytest.raises(nd.FitRejectedError, match=r"--model NAME .*: core_shell, mott_nbo2"):
        nd.datasheet(fit)


@pytest.mark.parametrize("given", ["iv.csv", nd.fit_iv, None], ids=["path", "function", "None"])
def test_what_is_no_fit_ends_in_one_sentence(given):
    with pytest.raises(nd.InputError, match=r"^datasheet: fit is .*; expected an? IVFit"):
        nd.datasheet(given)
