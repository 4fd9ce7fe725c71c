"""Integrators against exact solutions: measured strong and weak orders, the random numbers."""

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.model import symbol
from neurodyn.noise import StochasticModel
from neurodyn.simulation.methods.philox import philox

STEPS = 2.0 ** -np.arange(2, 7)
FINEST = 2.0**-10


def order(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


def ensemble(noisy, dt, n, method, t_end=1.0):
    """Return where runs end that all follow the same Brownian paths, whatever dt is."""
    refine = round(dt / FINEST)
    return nd.solve_sde(
        noisy, t_end, dt=dt, n=n, method=method(refine), seed=7, keep=nd.Keep(thin=10**6)
    ).end


@pytest.fixture(scope="module")
def linear():
    """dx = -x dt + dW, with W itself, time, and the integral of exp(s) W(s) as further states."""
    model = nd.Model.from_equations(
        ["x", "w", "s", "y"],
        {},
        ["I - x", "I", "1", "exp(s)*w"],
        inputs={"I": 0.0},
        scales=dict.fromkeys("xwsy", 10.0),
    )
    return nd.noise.stochastic(model, nd.noise.white_current(np.sqrt(2)))


@pytest.fixture(scope="module")
def geometric():
    """dx = 0.5 x dt + 0.6 x dW, with W itself as a second state; x = exp(0.32 t + 0.6 W)."""
    model = nd.Model.from_equations({"x": 1.0, "w": 0.0}, {}, ["x/2", "0"], scales={"x": 9, "w": 9})
    return StochasticModel(model, sympy.Matrix([0.6 * symbol("x"), 1]), {}, (), model)


@pytest.mark.parametrize(("method", "expected"), [(nd.EulerMaruyama, 1.0), (nd.AdditiveRK4, 2.0)])
def test_strong_order_against_the_exact_ornstein_uhlenbeck_path(linear, method, expected):
    """x(1) = W(1) - exp(-1) int exp(s) W(s) ds, by parts; linear drift adds half an order."""
    x, w, _, y = ensemble(linear, FINEST, 400, nd.AdditiveRK4).T
    exact = w - np.exp(-1.0) * y
    np.testing.assert_allclose(x, exact, atol=1e-5)
    errors = []
    for dt in STEPS[:4]:
        end = ensemble(linear, dt, 400, method)
        np.testing.assert_allclose(end[:, 1], w, atol=1e-12)  # the same path
        errors.append(np.sqrt(np.mean((end[:, 0] - exact) ** 2)))
    assert order(STEPS[:4], errors) == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize(
    ("method", "expected"),
    [pytest.param(nd.EulerMaruyama, 1.0, marks=pytest.mark.slow), (nd.AdditiveRK4, 1.5)],
)
def test_strong_order_where_the_drift_is_not_linear(method, expected):
    """Against the same method on the finest grid of the same path."""
    model = nd.Model.from_equations(
        ["x", "y"], {}, ["2*sin(2*y) + I", "cos(3*x) - y"], inputs={"I": 0.0},
        scales={"x": 10, "y": 10},
    )  # fmt: skip
    noisy = nd.noise.stochastic(model, nd.noise.white_current(2.0))
    exact = ensemble(noisy, FINEST, 400, nd.AdditiveRK4)
    steps = STEPS[2:]
    errors = [np.sqrt(np.mean((ensemble(noisy, dt, 400, method) - exact) ** 2)) for dt in steps]
    assert order(steps, errors) == pytest.approx(expected, abs=0.15)


def test_strong_order_of_euler_maruyama_with_multiplicative_noise(geometric):
    """Geometric Brownian motion, exact solution from the same W: order 1/2."""
    errors = []
    for dt in STEPS:
        x, w = ensemble(geometric, dt, 1000, nd.EulerMaruyama).T
        errors.append(np.sqrt(np.mean((x - np.exp(0.32 + 0.6 * w)) ** 2)))
    assert order(STEPS, errors) == pytest.approx(0.5, abs=0.1)


def test_weak_order_of_euler_maruyama_with_multiplicative_noise(geometric):
    """Mean of geometric Brownian motion: (1 + h/2)^(1/h) against exp(1/2), closed forms both.

    The ensemble itself is held against its own closed form, with the exact path as control variate.
    """
    steps, errors = STEPS[:4], []
    for dt in steps:
        x, w = ensemble(geometric, dt, 4000, nd.EulerMaruyama).T
        difference = x - np.exp(0.32 + 0.6 * w)
        foretold = (1 + dt / 2) ** (1 / dt) - np.exp(0.5)
        assert abs(difference.mean() - foretold) < 4 * difference.std() / np.sqrt(len(x))
        errors.append(abs(foretold))
    assert order(steps, errors) == pytest.approx(1.0, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "expected"), [(nd.EulerMaruyama, 1.0), (nd.AdditiveRK4, 2.0)])
def test_weak_order_with_additive_noise(method, expected):
    """Mean of cos(x) of a nonlinear equation, each step against the finest on the same paths."""
    model = nd.Model.from_equations(
        {"x": 1.0}, {}, ["sin(2*x) - x + I"], inputs={"I": 0.0}, scales={"x": 10}
    )
    noisy = nd.noise.stochastic(model, nd.noise.white_current(1.0))
    exact = np.cos(ensemble(noisy, FINEST, 20_000, nd.AdditiveRK4)[:, 0])
    steps = np.array([0.5, 0.25, 0.125]) if method is nd.AdditiveRK4 else STEPS[1:4]
    errors, spreads = [], []
    for dt in steps:
        difference = np.cos(ensemble(noisy, dt, 20_000, method)[:, 0]) - exact
        errors.append(abs(difference.mean()))
        spreads.append(difference.std() / np.sqrt(len(difference)))
    assert (np.array(errors) > 4 * np.array(spreads)).all()  # what is fitted is not sampling
    assert order(steps, errors) == pytest.approx(expected, abs=0.35)


def test_zero_noise_equals_solve(neuron):
    """Within 1e-6 of the states' scales, for the same drive with kinks."""
    wave = nd.pulse(335e-6, width=2e-6, start=1.3e-7, edge=1e-7)
    runs = nd.solve_sde(
        neuron, 3e-6, noise=nd.noise.white_current(0.0), inputs={"I_s": wave}, dt=5e-11
    )
    exact = nd.solve(neuron, 3e-6, inputs={"I_s": wave}, method=nd.Adaptive(1e-12))
    assert len(runs.spike_times[0]) == len(exact.spike_times) > 3
    np.testing.assert_allclose(runs.spike_times[0], exact.spike_times, rtol=1e-6)
    error = np.abs(runs.x[0] - exact(np.minimum(runs.t, exact.t[-1])).T) / neuron.scales
    assert error.max() < 1e-6


def test_philox_gives_the_published_numbers():
    """Known answers of philox4x32-10 in Random123 (kat_vectors)."""
    zero, ones = np.uint64(0), np.uint64(0xFFFFFFFF)
    words = [hex(w) for w in philox(*[zero] * 6)]
    assert words == ["0x6627e8d5", "0xe169c58d", "0xbc57ac4c", "0x9b00dbd8"]
    words = [hex(w) for w in philox(*[ones] * 6)]
    assert words == ["0x408f276d", "0x41c83b0e", "0xa20bc7c6", "0x6d5451fd"]


def test_increments_have_the_joint_law_of_a_path_and_its_mean():
    """Var W = h, Var Z = h/3, Cov = h/2; neighbours, sources and runs are independent.

    Two sources, straight into two states without drift; Z is read off the additive method, which
    adds W and, through a linear slope, h Z.
    """
    h, n = 0.5, 20_000
    model = nd.Model.from_equations(
        ["a", "b", "A", "B"], {}, ["0", "0", "a", "b"], scales=dict.fromkeys("abAB", 100.0)
    )
    noise = [nd.noise.white("a", 1.0), nd.noise.white("b", 1.0)]
    method = nd.AdditiveRK4(refine=3)
    runs = nd.solve_sde(model, n * h, noise=noise, dt=h, n=2, seed=3, method=method)
    x = runs.x
    W = np.diff(x[:, :, :2], axis=1)
    Z = np.diff(x[:, :, 2:], axis=1) / h - x[:, :-1, :2]
    a, b = np.concatenate([W, Z], axis=2)
    expected = np.kron([[0.5, 0.25], [0.25, 0.5 / 3]], np.eye(2))
    found = np.cov(np.concatenate([a, b]).T)
    np.testing.assert_allclose(found, expected, atol=4 * 0.5 * np.sqrt(2 / 40_000))
    for other in (b, np.roll(a, 1, axis=0)):
        assert np.abs(np.corrcoef(a.T, other.T)[:4, 4:]).max() < 4.5 / np.sqrt(20_000)
