"""The integrator: its coefficients, its order, and other programs."""

import diffrax
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.simulation.methods import tsit5


def test_coefficients_are_those_of_diffrax():
    tableau = diffrax.Tsit5.tableau
    for i, row in enumerate(tableau.a_lower, start=1):
        np.testing.assert_array_equal(tsit5.A[i, :i], row)
    np.testing.assert_array_equal(tsit5.C[1:], tableau.c)
    np.testing.assert_allclose(tsit5.E, tableau.b_error, atol=1e-17)


def test_interpolant_ends_on_the_step_and_starts_with_its_slope():
    np.testing.assert_allclose(tsit5.P.sum(axis=1)[:6], tsit5.A[6], atol=1e-12)
    np.testing.assert_allclose(tsit5.P[:, 0], [1, 0, 0, 0, 0, 0, 0], atol=1e-12)


def exact(t):
    """Stuart-Landau with mu = omega = 1 from x = 0.1: r^2 = 1 / (1 + 99 exp(-2 t))."""
    radius = 1 / np.sqrt(1 + 99 * np.exp(-2 * t))
    return np.stack([radius * np.cos(t), radius * np.sin(t)])


def fixed_steps(n, theta=1.0):
    """Take n equal steps over [0, 4] with the kernel's tableau; return the largest error.

    With theta < 1 the interpolant is evaluated at that fraction of each step instead.
    """
    A, P = tsit5.A, tsit5.P
    rhs, p = nd.compiled(nd.devices.stuart_landau(), "numpy").rhs, nd.devices.stuart_landau().p
    h, x, worst = 4.0 / n, exact(0.0), 0.0
    weights = P @ theta ** np.arange(1, 5)
    for i in range(n):
        k = np.zeros((7, 2))
        for stage in range(7):
            k[stage] = rhs(x + h * A[stage] @ k[:6], p)
        worst = max(worst, np.abs(x + h * weights @ k - exact((i + theta) * h)).max())
        x = x + h * A[6] @ k[:6]
    return worst


@pytest.mark.parametrize("theta", [1.0, 0.35])
def test_steps_and_interpolant_converge_with_order_five(theta):
    counts = np.array([150, 300, 600])
    errors = [fixed_steps(n, theta) for n in counts]
    measured = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    # the interpolant has order 4, so its error over one step is of order 5 too
    assert measured == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("method", [nd.Adaptive, nd.Stiff])
def test_error_follows_the_tolerance(method):
    model = nd.devices.stuart_landau()
    for tol in (1e-5, 1e-8):
        run = nd.solve(model, 20.0, method=method(tol))
        assert np.abs(run.x.T - exact(run.t)).max() < 100 * tol


@pytest.mark.parametrize("name", ["nbox_neuron", "nbox_circuit"])
def test_spike_times_agree_with_scipy(name):
    """Another integrator (DOP853), another event locator."""
    model = getattr(nd.devices, name)(I_s=335e-6)
    compiled, threshold = nd.compiled(model), model["T_spike"]

    def event(_, x):
        return x[-1] - threshold

    event.direction = 1
    reference = solve_ivp(
        lambda _, x: compiled.rhs(x, model.p), (0, 2e-6), model.x0, method="DOP853",
        rtol=1e-11, atol=1e-11 * model.scales, events=event,
    )  # fmt: skip
    ours = nd.solve(model, 2e-6, method=nd.Adaptive(1e-10)).spike_times
    np.testing.assert_allclose(ours, reference.t_events[0], rtol=1e-8)


def test_period_at_335_uA_is_that_of_the_reference_integration(neuron):
    """336.644 ns: DOP853 at rtol 1e-12 in another program."""
    traj = nd.solve(neuron, 8e-6, inputs={"I_s": 335e-6}, method=nd.Adaptive(1e-9))
    assert np.diff(traj.spike_times)[-1] == pytest.approx(336.644e-9, rel=2e-6)


def test_stiff_method_agrees_with_the_explicit_one():
    model = nd.devices.nbox_neuron(I_s=335e-6)
    stiff = nd.solve(model, 1e-6, method=nd.Stiff(1e-8))
    plain = nd.solve(model, 1e-6, method=nd.Adaptive(1e-9))
    np.testing.assert_allclose(stiff.spike_times, plain.spike_times, rtol=1e-6)
