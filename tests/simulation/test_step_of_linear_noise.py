"""The step of a linear process follows from its time constant, not from a scale."""

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
