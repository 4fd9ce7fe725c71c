"""The step with noise follows from the equations, not from a scale that was not declared."""

import numpy as np
import pytest

import neurodyn as nd


def step(noise, tau=10.0, **more):
    model = nd.Model.from_equations({"v": 0.0}, {"tau": tau}, ["-v/tau"], **more)
    return nd.solve_sde(model, 100.0, noise=nd.noise.white("v", noise), seed=1).dt


def test_step_of_an_ornstein_uhlenbeck_process_scales_with_time_alone():
    assert step(0.67) > 0.05
    assert step(0.67) == pytest.approx(step(670.0))
    assert step(0.67, tau=5.0) == pytest.approx(step(0.67) / 2)


def test_variance_at_the_default_step_is_that_of_the_closed_form():
    """sd^2 = s^2 tau / 2, within four standard errors of 4000 independent runs."""
    model = nd.Model.from_equations({"v": 0.0}, {"tau": 10.0}, ["-v/tau"])
    runs = nd.solve_sde(
        model, 100.0, noise=nd.noise.white("v", 0.67), n=4000, seed=1, keep=nd.Keep(thin=10**6)
    )
    expected = 0.67**2 * 10 / 2
    assert runs.end[:, 0].var() == pytest.approx(expected, abs=4 * expected * (2 / 4000) ** 0.5)


def test_noise_on_a_threshold_still_asks_for_a_small_step():
    assert step(0.67, spike="v - 1") < 0.01


def double_well(unit, tau):
    """Wells at v = unit and -unit."""
    numbers = {"tau": tau, "unit": unit}
    return nd.Model.from_equations({"v": 0.1 * unit}, numbers, ["(v - v**3/unit**2)/tau"])


@pytest.mark.parametrize("unit", [1e-3, 1e3])
def test_units_of_a_nonlinear_state_do_not_change_the_step(unit):
    """The same double well, in other units: the default scale of 1 says nothing."""

    def chosen(unit):
        model = double_well(unit, tau=10.0)
        return nd.solve_sde(model, 20.0, noise=nd.noise.white("v", 0.05 * unit), seed=1).dt

    assert chosen(unit) == pytest.approx(chosen(1.0), rel=1e-6)


def test_variance_in_a_nonlinear_well_at_the_default_step():
    """dv = -100 tanh(v / 100) / tau dt + s dW rests in exp(-2 U / s^2), U = 1e4 log cosh / tau."""
    tau, s = 10.0, 30.0
    model = nd.Model.from_equations({"v": 0.0}, {"tau": tau}, ["-100*tanh(v/100)/tau"])
    runs = nd.solve_sde(
        model, 100.0, noise=nd.noise.white("v", s), n=4000, seed=1, keep=nd.Keep(thin=10**6)
    )
    v = np.linspace(-2000.0, 2000.0, 20001)
    density = np.exp(-2 * 1e4 / tau * np.log(np.cosh(v / 100)) / s**2)
    expected = (v**2 * density).sum() / density.sum()
    assert runs.dt > 0.1
    found = runs.end[:, 0] ** 2
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / 4000**0.5)


STEEP = {
    "quintic": ("-k*x**5", lambda x: x**6 / 6),
    "sinh": ("-k*sinh(x)", np.cosh),
}


@pytest.mark.parametrize("wall", ["quintic", pytest.param("sinh", marks=pytest.mark.slow)])
def test_the_default_step_is_fine_enough_for_steep_walls(wall):
    """dx = -U'(x) dt + s dW rests in exp(-2 U / s^2)."""
    s, (rate, potential) = 3.0, STEEP[wall]
    model = nd.Model.from_equations({"x": 0.0}, {"k": 1.0}, [rate])
    runs = nd.solve_sde(
        model, 5.0, noise=nd.noise.white("x", s), n=4000, seed=3, keep=nd.Keep(thin=10**6)
    )
    x = np.linspace(-8.0, 8.0, 20001)
    density = np.exp(-2 * potential(x) / s**2)
    expected = (x**2 * density).sum() / density.sum()
    found = runs.end[:, 0] ** 2
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / 4000**0.5)


def test_the_default_step_follows_noise_up_the_walls_of_a_well():
    """dv = (v - v^3) dt + s dW rests in exp(2 (v^2/2 - v^4/4) / s^2).

    The path without noise rests at v = 1, with a rate of 2; the noise takes runs to v = 4, where it
    is near 50. A step chosen by the path alone ends in an error there.
    """
    s = 3.0
    model = double_well(1.0, tau=1.0)
    runs = nd.solve_sde(
        model, 5.0, noise=nd.noise.white("v", s), n=4000, seed=2, keep=nd.Keep(thin=10**6)
    )
    v = np.linspace(-20.0, 20.0, 20001)
    density = np.exp(2 * (v**2 / 2 - v**4 / 4) / s**2)
    expected = (v**2 * density).sum() / density.sum()
    found = runs.end[:, 0] ** 2
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / 4000**0.5)
