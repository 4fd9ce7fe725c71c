"""Rest and its stability, against formulas written here by hand."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import neurodyn as nd
from neurodyn import constants

# ------------------------------------------------ the device, by formulas written here by hand

T_AMB, R_0, E_A, EPS_D = 298.0, 190.0, 0.215 * constants.q, 45 * 31e-9
C_TH, R_TH, C_EXT = 2e-15, 2040816.0, 200e-12
B = constants.q * math.sqrt(constants.q / (math.pi * constants.eps_0 * EPS_D))


def voltage_by_bisection(T: float) -> float:
    """Solve V^2 / R_d(V, T) = (T - T_amb) / R_th for V, without Lambert's function."""

    def log_power_excess(V: float) -> float:
        exponent = (E_A - B * math.sqrt(V)) / (constants.k_B * T)
        return 2 * math.log(V) - math.log(R_0) - exponent - math.log((T - T_AMB) / R_TH)

    return brentq(log_power_excess, 1e-12, 100.0, xtol=1e-16, rtol=1e-15)


def current(T: float) -> float:
    return (T - T_AMB) / (R_TH * voltage_by_bisection(T))


def trace(T: float) -> float:
    """Trace of the Jacobian at rest, differentiated by hand; zero at a Hopf point."""
    V, kT = voltage_by_bisection(T), constants.k_B * T
    conductance = current(T) / V
    exponent = (E_A - B * math.sqrt(V)) / kT
    dI_dV = conductance * (1 + B * math.sqrt(V) / (2 * kT))
    dP_dT = V * V * conductance * exponent / T
    return -dI_dV / C_EXT + (dP_dT - 1 / R_TH) / C_TH


def test_curve_agrees_with_bisection_of_the_heat_balance(neuron):
    curve = nd.iv_curve(neuron, current=(1e-6, 5e-3), n=50)
    for V, I, T in zip(curve.V, curve.I, curve.T, strict=True):
        assert math.isclose(V, voltage_by_bisection(T), rel_tol=1e-9)
        assert math.isclose(I, current(T), rel_tol=1e-8)


def test_threshold_and_hold_are_the_extrema_of_the_voltage(neuron):
    """Acceptance: TS 0.91231 V and H 0.63072 V at 298 K, and stationary to second order."""
    curve = nd.iv_curve(neuron)
    assert pytest.approx(0.91231, rel=1e-4 / 2) == curve.threshold.V
    assert pytest.approx(0.63072, rel=1e-4 / 2) == curve.hold.V
    for point, sign in ((curve.threshold, -1), (curve.hold, 1)):
        h = 1e-3 * point.T
        beside = [voltage_by_bisection(point.T + d) - point.V for d in (-h, h)]
        assert all(sign * difference > 0 for difference in beside)
        assert abs(beside[0] - beside[1]) < 0.01 * abs(beside[0] + beside[1])


def test_hopf_currents_are_the_zeros_of_the_trace(neuron):
    """Acceptance: 43.247 and 905.26 uA at 298 K."""
    low, high = nd.stability(neuron).hopf
    assert low.parameter == pytest.approx(current(brentq(trace, 370.0, 420.0)), rel=1e-8)
    assert high.parameter == pytest.approx(current(brentq(trace, 1000.0, 2000.0)), rel=1e-8)
    assert low.parameter == pytest.approx(43.247e-6, rel=1e-4)
    assert high.parameter == pytest.approx(905.26e-6, rel=1e-4)
    assert low.destabilises
    assert not high.destabilises


def test_scaling_symmetry_leaves_every_electrical_number_unchanged():
    """(T, T_amb, E_a, R_th) s, eps_r d / s^2, C_th / s: exact, so T_amb cannot be fitted."""
    s = 1.07
    first = nd.devices.nbox_neuron(I_s=335e-6)
    second = first.with_parameters(
        T_amb=s * first["T_amb"],
        E_a=s * first["E_a"],
        R_th=s * first["R_th"],
        eps_r=first["eps_r"] / s**2,
        C_th=first["C_th"] / s,
        T_spike=s * first["T_spike"],
    )
    one, two = nd.iv_curve(first), nd.iv_curve(second)
    np.testing.assert_allclose(two.V, one.V, rtol=1e-9)
    np.testing.assert_allclose(two.I, one.I, rtol=1e-9)
    t = np.linspace(0, 3e-6, 200)
    traces = [nd.solve(m, 3e-6, method=nd.Adaptive(1e-11)).at(t, "V") for m in (first, second)]
    np.testing.assert_allclose(traces[1], traces[0], atol=1e-8)


def test_fitzhugh_nagumo_equilibrium_solves_its_cubic():
    (point,) = nd.fixed_points(nd.devices.fitzhugh_nagumo(), I=0.5)
    cubic = np.roots([-1 / 3, 0, 1 - 1 / 0.8, 0.5 - 0.7 / 0.8])
    real = cubic[np.abs(cubic.imag) < 1e-9].real
    assert point.state["v"] == pytest.approx(float(real[0]), rel=1e-12)


def test_nullclines_of_the_neuron_lie_on_their_formulas(neuron):
    """dV/dt = 0 is explicit in T; dT/dt = 0 is the heat balance."""
    window = {"V": (0.05, 1.1), "T": (299.0, 4000.0)}
    first, second = nd.nullclines(neuron, window, I_s=5e-4)
    (x, y) = first.pieces[0]
    expected = (E_A - B * np.sqrt(x)) / (constants.k_B * np.log(x / (5e-4 * R_0)))
    np.testing.assert_allclose(y, expected, rtol=1e-8)
    assert len(second.pieces) == 1
    for V, T in second.pieces[0].T[::40]:
        assert pytest.approx(voltage_by_bisection(T), rel=1e-8) == V
