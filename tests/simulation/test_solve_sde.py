"""Ensembles against closed forms: equipartition, Lyapunov's equation, first passage, jitter."""

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import solve_continuous_lyapunov

import neurodyn as nd
from neurodyn.codegen import model_function
from neurodyn.errors import InputError, NumericalError
from neurodyn.status import Status
from tests.simulation import diffrax_ensembles

K_B = 1.380649e-23


def variance_within(samples, expected, errors=4.0):
    """Whether a variance about zero mean agrees within so many standard errors."""
    n = len(samples)
    return abs(samples.var(ddof=1) - expected) < errors * expected * np.sqrt(2 / (n - 1))


# ------------------------------------------------ physics of the noise


def test_johnson_noise_puts_half_k_T_on_the_capacitor():
    """Equipartition, <C V^2> = k_B T, whatever the resistance: here 1.3 kohm, RC = 13 ns."""
    device = nd.devices.nbox_neuron(C_ext=10e-12, E_a=0.05 * nd.eV, T_amb=300.0)
    runs = nd.solve_sde(
        device, 80e-9, noise=nd.noise.johnson_nyquist(), n=3000, keep=nd.Keep(thin=10**6), seed=2
    )
    assert variance_within(runs.end[:, 0], K_B * 300 / 10e-12)


def test_temperature_fluctuates_by_k_T_squared_over_heat_capacity(neuron):
    """Landau, Lifshitz, sec. 112; also half the diffusion squared over the cooling rate."""
    runs = nd.solve_sde(
        neuron,
        25e-9,
        noise=nd.noise.temperature_fluctuation(),
        n=3000,
        keep=nd.Keep(thin=10**6),
        seed=2,
    )
    assert variance_within(runs.end[:, 1] - 298, K_B * 298**2 / 2e-15)


def test_ornstein_uhlenbeck_current_has_its_sd_and_correlation(neuron):
    noise = nd.noise.ornstein_uhlenbeck_current(sd=1e-6, correlation_time=2e-8)
    runs = nd.solve_sde(neuron, 2e-7, noise=noise, n=3000, dt=1e-9, keep=nd.Keep(thin=20), seed=2)
    early, late = runs["noise_I_s"][:, -2], runs["noise_I_s"][:, -1]
    assert variance_within(late, 1e-12)
    correlation = np.corrcoef(early, late)[0, 1]
    assert correlation == pytest.approx(np.exp(-1), abs=4 * (1 - np.exp(-2)) / np.sqrt(3000))


def test_white_current_is_the_limit_of_a_fast_ornstein_uhlenbeck_current(neuron):
    """One-sided density 2 sd sqrt(time): the same spread of V on a leakless capacitor."""
    fast = nd.noise.ornstein_uhlenbeck_current(sd=1e-5, correlation_time=1e-9)
    white = nd.noise.white_current(2 * 1e-5 * np.sqrt(1e-9))
    spread = [
        nd.solve_sde(
            neuron, 2e-7, noise=noise, n=2000, dt=5e-10, keep=nd.Keep(thin=10**6), seed=4
        ).end[:, 0]
        for noise in (white, fast)
    ]
    expected = (2 * 1e-5 * np.sqrt(1e-9)) ** 2 / 2 * 2e-7 / 200e-12**2
    assert variance_within(spread[0], expected)
    # int of the correlation over the square: t - tau (1 - e^(-t/tau)), from a start at zero 3/2
    assert variance_within(spread[1], expected * (1 - 1.5 / 200), errors=4)


@pytest.mark.parametrize("method", [nd.AdditiveRK4(), nd.EulerMaruyama()])
def test_stationary_variance_below_threshold_solves_lyapunovs_equation(method):
    """J S + S J^T + G G^T = 0 at rest, 30 uA; threshold is at 43.2 uA."""
    neuron = nd.devices.nbox_neuron(I_s=30e-6, C_ext=20e-12)
    rest = nd.fixed_points(neuron)[0].state
    noisy = nd.noise.stochastic(neuron, nd.noise.white_current(2e-11))
    model, x = noisy.model, np.array([rest[name] for name in ("V", "T")])
    J, G = (
        model_function(model, list(M))(x, model.p).reshape(M.shape)
        for M in (model.jacobian, noisy.diffusion)
    )
    expected = solve_continuous_lyapunov(J, -G @ G.T)
    slowest = -np.linalg.eigvals(J).real.max()
    runs = nd.solve_sde(
        noisy, 4 / slowest, x0=rest, n=600, method=method, keep=nd.Keep(thin=10**7), seed=11
    )
    deviations = runs.end - x
    for i in range(2):
        assert variance_within(deviations[:, i], expected[i, i])
    correlation = expected[0, 1] / np.sqrt(expected[0, 0] * expected[1, 1])
    found = np.corrcoef(deviations.T)[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(correlation)) < 4 / np.sqrt(597)  # Fisher's z


@pytest.mark.slow
def test_jitter_draws_each_cycle_anew_with_the_mean_and_spread_asked_for():
    """dV = I dt to 1, back to 0: an interval is 1/I, log-normal with the same spread of its log."""
    model = nd.Model.from_equations(["V"], {"I": 0.5}, ["I"], spike="V - 1", reset={"V": 0})
    noise = nd.noise.parameter_jitter({"I": 0.2})
    runs = nd.solve_sde(model, 1000.0, noise=noise, dt=1e-3, n=4, keep="spikes")
    intervals = nd.isi_histogram(runs).intervals
    s = np.sqrt(np.log(1 + 0.2**2))
    law = stats.lognorm(s, scale=np.exp(s**2 / 2) / 0.5)
    assert len(intervals) > 1500
    assert stats.kstest(intervals, law.cdf).pvalue > 1e-3
    assert (1 / intervals).mean() == pytest.approx(0.5, rel=4 * 0.2 / np.sqrt(len(intervals)))
    for times in runs.spike_times:
        cycles = np.log(np.diff(times))
        assert abs(np.corrcoef(cycles[1:], cycles[:-1])[0, 1]) < 4.5 / np.sqrt(len(cycles))


@pytest.mark.slow
def test_first_passage_of_a_perfect_integrator_with_reset():
    """dV = I dt + s dW to 1, back to 0: inverse Gaussian, mean 1/I, CV s/sqrt(I).

    Looking at step ends only raises the threshold by 0.5826 s sqrt(h): D. Siegmund, Sequential
    Analysis (1985), ch. X.
    """
    I, s, h = 0.5, 0.3, 2e-3
    model = nd.Model.from_equations(["V"], {"I": I}, ["I"], spike="V - 1", reset={"V": 0})
    runs = nd.solve_sde(model, 400.0, noise=nd.noise.white("V", s), dt=h, n=20, keep="spikes")
    found = nd.isi_histogram(runs)
    raised, n = 1 + 0.5826 * s * np.sqrt(h), len(found.intervals)
    cv = s / np.sqrt(I * raised)
    assert n > 3000
    assert found.mean == pytest.approx(raised / I, rel=4 * cv / np.sqrt(n))
    assert found.cv == pytest.approx(cv, rel=4 * np.sqrt((0.5 + cv**2) / n) * 1.5)
    law = stats.invgauss(s**2 / (I * raised), scale=raised**2 / s**2)
    assert stats.kstest(found.intervals, law.cdf).pvalue > 1e-3


@pytest.mark.slow
def test_kramers_escape_of_a_double_well():
    """dx = (x - x^3) dt + s dW: mean time to the top from the exact integral.

    C. Gardiner, Stochastic Methods, 4th ed. (2009), eq. 5.5.23.
    """
    s = 0.4
    U = np.linspace(-3.0, 0.0, 60_001)
    potential = (U**4 / 4 - U**2 / 2) * 2 / s**2
    inner = np.concatenate(
        [[0], np.cumsum(0.5 * (np.exp(-potential[1:]) + np.exp(-potential[:-1])) * np.diff(U))]
    )
    start = np.searchsorted(U, -1.0)
    expected = 2 / s**2 * np.trapezoid((np.exp(potential) * inner)[start:], U[start:])
    model = nd.Model.from_equations({"x": -1.0}, {}, ["x - x**3"], spike="x")
    noisy = nd.noise.stochastic(model, nd.noise.white("x", s))
    found = nd.escape_times(noisy, 40 * expected, to="spiking", x0={"x": -1.0}, n=300, dt=2e-3)
    assert found.escaped.all()
    # seen at step ends only: the top is raised by 0.5826 s sqrt(h), about 1 % of the well
    raised = expected + 0.5826 * s * np.sqrt(2e-3) * (2 / s**2) * (np.exp(potential) * inner)[-1]
    assert found.times.mean() == pytest.approx(raised, rel=4 / np.sqrt(300))
    assert found.survival.rate == pytest.approx(1 / found.times.mean())


# ------------------------------------------------ the same digits


def test_threads_and_number_of_runs_change_no_digit(neuron):
    noise = [nd.noise.white_current(5e-9), nd.noise.ornstein_uhlenbeck_current(5e-6, 1e-8)]
    driven = nd.noise.stochastic(neuron.with_parameters(I_s=335e-6), noise)
    runs = [
        nd.solve_sde(driven, 1e-6, n=n, threads=threads, seed=12)
        for n, threads in ((5, 1), (5, 2), (5, 4), (3, 1), (1, 1))
    ]
    for other in runs[1:]:
        n = len(other)
        assert np.array_equal(runs[0].x[:n], other.x)
        assert all(map(np.array_equal, runs[0].spike_times, other.spike_times))
    assert not np.array_equal(runs[0].x[0], runs[0].x[1])
    assert not np.array_equal(runs[0].x, nd.solve_sde(driven, 1e-6, n=5, seed=13).x)
    assert runs[0].provenance["seed"] == 12
    assert "numba" in runs[0].provenance["versions"]


def test_traces_are_thinned_and_spikes_are_not(neuron):
    driven = nd.noise.stochastic(neuron.with_parameters(I_s=335e-6), nd.noise.white_current(2e-9))
    full, thin, bare = (
        nd.solve_sde(driven, 1e-6, n=2, dt=5e-10, **more)
        for more in ({}, {"keep": nd.Keep(thin=100)}, {"keep": "spikes"})
    )
    assert len(full.t) == 2001
    assert np.array_equal(full.x[:, ::100], thin.x)
    np.testing.assert_allclose(full.t[::100], thin.t)
    assert np.array_equal(full.x[:, -1], bare.end)
    assert np.array_equal(full.spike_times[0], bare.spike_times[0])
    assert full["I_device"].shape == (2, 2001)
    with pytest.raises(InputError, match="keep='traces'"):
        bare["V"]


@pytest.mark.slow
@pytest.mark.parametrize("method", [nd.AdditiveRK4(), nd.EulerMaruyama()])
def test_diffrax_agrees_in_distribution(method):
    """Two programs, two generators of random numbers: Kolmogorov and Smirnov see no difference."""
    model = nd.Model.from_equations(
        {"x": 0.5, "y": 0.0}, {}, ["x - x**3 + y + I", "-y - x"], inputs={"I": 0.0}, spike="x"
    )
    noisy = nd.noise.stochastic(model, nd.noise.white_current(0.7))
    ours = nd.solve_sde(noisy, 3.0, n=3000, dt=0.01, method=method, keep="spikes").end
    theirs = diffrax_ensembles.ends(noisy, 3.0, 0.01, 3000, isinstance(method, nd.AdditiveRK4))
    for i in range(2):
        assert stats.ks_2samp(ours[:, i], theirs[:, i]).pvalue > 1e-3


# ------------------------------------------------ what goes wrong


def fifth_power(k):
    """Of the equations of the tests of the step, so that all compile one engine."""
    return nd.Model.from_equations({"x": 0.0}, {"k": k}, ["-k*x**5"])


def test_a_step_that_noise_makes_too_large_has_a_status_and_names_the_step():
    """At rest the equation is slow; what noise kicks it into is fast."""
    model, noise = fifth_power(1.0), nd.noise.white("x", 1.0)
    with pytest.raises(NumericalError, match=r"dt is 0\.09, try 0\.0") as caught:
        nd.solve_sde(model, 1000.0, noise=noise, dt=0.09)
    assert caught.value.status is Status.TOO_COARSE
    assert 0 < caught.value.result.stop[0] < 1000
    assert caught.value.result.status is Status.TOO_COARSE


def test_blow_up_has_a_status():
    """dx = x^5 dt + ... leaves in finite time."""
    with pytest.raises((NumericalError, InputError)):
        nd.solve_sde(fifth_power(-1.0), 5.0, noise=nd.noise.white("x", 0.01), x0={"x": 1.0})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: nd.noise.white_current(-1e-9),
            "white_current: density is -1e-09; expected a number of 0 or more",
        ),
        (lambda: nd.noise.white_current("much"), "density is 'much'; expected a number"),
        (
            lambda: nd.noise.ornstein_uhlenbeck_current(-1e-6, 1e-8),
            "sd is -1e-06; expected a number of 0",
        ),
        (
            lambda: nd.noise.ornstein_uhlenbeck_current(1e-6, 0),
            "correlation_time is 0; expected a positive",
        ),
        (lambda: nd.noise.parameter_jitter({"R_0": -0.1}), "'R_0' is -0.1"),
        (lambda: nd.noise.white("V", float("nan")), "white: amplitude is nan"),
    ],
)
def test_sources_that_make_no_sense_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (nd.noise.white("U", 1.0), "no state 'U'"),
        (nd.noise.white_current(1e-9, into="Is"), "did you mean 'I_s'"),
        (nd.noise.parameter_jitter({"R0": 0.1}), "did you mean 'R_0'"),
        (nd.noise.johnson_nyquist("Temp"), "no quantity 'Temp'"),
        (nd.noise.temperature_fluctuation("U"), "no state 'U'"),
        ([3.0], "expected a NoiseSource"),
    ],
)
def test_sources_that_do_not_fit_are_refused(neuron, noise, message):
    with pytest.raises(InputError, match=message):
        nd.noise.stochastic(neuron, noise)


def test_a_voltage_driven_model_has_no_input_current():
    with pytest.raises(InputError, match=r"no input that is a current \(inputs: V_s \[V\]\)"):
        nd.noise.stochastic(nd.devices.nbox_voltage_driven(), nd.noise.white_current(1e-9))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n is 0; expected a whole number of 1"),
        ({"t_end": -1.0}, "t_end is -1"),
        ({"seed": 2**64}, "expected a whole number from 0 to 2"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"dt": 0.0}, "dt is 0"),
        ({"dt": 1e-8}, "too large for the dynamics .* expected at most"),
        ({"keep": "nothing"}, "keep is 'nothing'; expected"),
        ({"engine": "gpu"}, "has no engine=; use"),
        ({"thin": 10}, r"has no thin=; use keep=nd.Keep\(thin"),
        ({"method": "milstein"}, "method is 'milstein'; expected an AdditiveRK4 or"),
        ({"x0": {"U": 1.0}}, "no state 'U'"),
        ({"x0": {"V": [1.0, 2.0]}}, "shape"),
        ({"noise": None}, "no noise was given"),
        ({"noise": nd.noise.johnson_nyquist(), "method": nd.AdditiveRK4()}, "EulerMaruyama"),
    ],
)
def test_bad_calls_end_in_a_sentence(neuron, arguments, message):
    call = {"t_end": 1e-6, "noise": nd.noise.white_current(1e-9)} | arguments
    with pytest.raises(InputError, match=message):
        nd.solve_sde(neuron, **call)


def test_a_step_too_large_for_the_noise_is_an_error(neuron):
    with pytest.raises(InputError, match="too large for the noise"):
        nd.solve_sde(neuron, 1e-6, noise=nd.noise.white("V", 1e4), dt=1e-9)


@pytest.mark.parametrize("device_noise", ["johnson_nyquist", "temperature_fluctuation"])
@pytest.mark.parametrize("circuit", ["nbox_neuron", "nbox_circuit", "nbox_voltage_driven"])
def test_dimensions_of_the_diffusion(circuit, device_noise):
    sources = [getattr(nd.noise, device_noise)()]
    if circuit != "nbox_voltage_driven":
        sources += [nd.noise.white_current(1e-9), nd.noise.ornstein_uhlenbeck_current(1e-6, 1e-8)]
    noisy = nd.noise.stochastic(getattr(nd.devices, circuit)(), sources)
    noisy.check_dimensions()
    assert not noisy.additive


def test_noise_strength_is_a_parameter(neuron):
    noisy = nd.noise.stochastic(neuron, nd.noise.white_current(1e-9))
    assert noisy.with_parameters(density_I_s=3e-9).digest == noisy.digest
    louder = noisy.with_parameters(density_I_s=3e-9, I_s=1e-4)
    assert louder.base["I_s"] == 1e-4
    ends = [
        nd.solve_sde(m, 1e-8, dt=1e-9, seed=1).end[0, 0]
        for m in (noisy, noisy.with_parameters(density_I_s=3e-9))
    ]
    assert ends[1] == pytest.approx(3 * ends[0], rel=1e-3)
