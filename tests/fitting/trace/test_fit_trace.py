"""The trace fit: exact gradients, truth recovered, coverage, refusals, bad input."""

import dataclasses
import json
import math
import os

import numpy as np
import pytest
from scipy.stats import binom

import neurodyn as nd
from neurodyn.errors import IdentifiabilityError, InputError
from neurodyn.fitting.trace.cycle import settled_cycle
from neurodyn.fitting.trace.features.extractor import PER_CYCLE, extractor
from neurodyn.fitting.trace.sensitivity import observe

NAMES = ("C_ext", "C_th")
SEEDS = int(os.environ.get("NEURODYN_SEEDS", "100"))
"""Fits of a study of coverage, seconds each; 200 for the whole."""
TRUTH = {"C_th": 2e-15, "C_ext": 20e-12}
NOISE = 0.01  # V, of a swing of 0.55 V
EXACT = nd.TraceInstrument(gain=1.0, offset=0.0)  # as planning takes a record


def neuron(**more):
    """Return the neuron of the planning notes: 1.6 V, 7 kohm, 20 pF, period 138 ns."""
    return nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, **{"C_ext": 20e-12, **more})


def record(seed=0, cycles=60, dt=0.7e-9, jitter=0.01, drift=0.0, noise=NOISE, channel="V"):
    """Return a record with phase walk and drift, from a plain simulation with its time warped.

    Each cycle lasts 1 + jitter z times as long, with z normal; drift adds a slow (correlated over
    some five cycles) change of the same kind. Starts at a random phase.
    """
    rng = np.random.default_rng(seed)
    traj = nd.solve(neuron(), 1.2e-6, method=nd.Adaptive(1e-9))
    period, start = np.diff(traj.spike_times)[3], traj.spike_times[3]
    slow = np.zeros(cycles + 2)
    for i in range(1, len(slow)):
        slow[i] = 0.8 * slow[i - 1] + 0.6 * rng.standard_normal()
    durations = period * (1 + jitter * rng.standard_normal(cycles + 2) + drift * slow)
    ends = np.concatenate([[0.0], np.cumsum(durations)])
    t = np.arange(rng.uniform(0, period), ends[-1] - period, dt)
    k = np.searchsorted(ends, t, side="right") - 1
    y = traj.at(start + (t - ends[k]) / durations[k] * period, channel)
    return t - t[0], y + noise * rng.standard_normal(len(t))


def guess():
    return neuron(C_th=1.5e-15, C_ext=26e-12)


# ---------------------------------------------------------------------- gradients


def plain(model, t):
    return nd.solve(model, 5e-7, method=nd.Adaptive(1e-12)).at(t, "V")


def moved(model, name, step):
    return model.with_parameters(**{name: model[name] * math.exp(step)})


def test_gradient_of_the_trace_agrees_with_finite_differences_of_plain_solutions():
    """Acceptance: 1e-5."""
    t = np.linspace(1e-9, 4.9e-7, 300)
    run = observe(neuron(), "V", NAMES, 5e-7)
    for i, name in enumerate(NAMES):
        step = 1e-6
        difference = plain(moved(neuron(), name, step), t) - plain(moved(neuron(), name, -step), t)
        difference /= 2 * step
        exact = run.gradient(t)[i]
        np.testing.assert_allclose(exact, difference, atol=1e-5 * np.abs(difference).max())


def measured_period(model):
    """Return the period from the package's spike detector on T, not from the trace code."""
    traj = nd.solve(model, 9e-7, method=nd.Adaptive(1e-12))
    return np.diff(traj.spike_times)[-1]


def test_gradient_of_the_period_agrees_with_finite_differences_of_spike_times():
    """Acceptance: 1e-5. Independent: another event (T = 600 K), another solver run."""
    cycle = settled_cycle(neuron(), "V", NAMES)
    assert cycle.values["period"] == pytest.approx(measured_period(neuron()), rel=1e-8)
    for i, name in enumerate(NAMES):
        ends = [measured_period(moved(neuron(), name, sign * 1e-5)) for sign in (1, -1)]
        difference = (ends[0] - ends[1]) / 2e-5
        assert cycle.gradients["period"][i] == pytest.approx(difference, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_all_features_agree_with_finite_differences(name):
    cycle = settled_cycle(neuron(), "V", NAMES)
    ends = [
        settled_cycle(moved(neuron(), name, sign * 1e-5), "V", NAMES, tolerance=1e-11).values
        for sign in (1, -1)
    ]
    for feature, gradient in cycle.gradients.items():
        difference = (ends[0][feature] - ends[1][feature]) / 2e-5
        assert gradient[NAMES.index(name)] == pytest.approx(difference, rel=1e-5), feature


def test_periods_of_a_homogeneous_circuit_scale_as_they_must():
    """Exact: time scales with both capacitances together, so the sum of derivatives is known."""
    cycle = settled_cycle(neuron(), "V", NAMES)
    for feature in ("period", "width", "rise", "fall", "latency"):
        assert cycle.gradients[feature].sum() == pytest.approx(cycle.values[feature], rel=1e-6)
    for feature in ("peak", "trough", "mean"):
        assert abs(cycle.gradients[feature].sum()) < 1e-7


def test_gradient_agrees_with_diffrax():
    """Another program: forward derivatives through diffrax's own Tsit5 of the jax target."""
    diffrax = pytest.importorskip("diffrax")
    from neurodyn.codegen.jax_setup import jax

    model, names = neuron(), NAMES
    rhs = nd.compiled(model, "jax").rhs
    pick = np.array([[n == name for name in names] for n in model.parameter_names], dtype=float)
    t = jax.numpy.linspace(1e-8, 3e-7, 40)

    def trace(theta):
        p = jax.numpy.asarray(model.p) * jax.numpy.exp(pick @ theta)
        return diffrax.diffeqsolve(
            diffrax.ODETerm(lambda _, x, p: rhs(x, p)), diffrax.Tsit5(), 0.0, 3e-7, 1e-12,
            jax.numpy.asarray(model.x0), p, saveat=diffrax.SaveAt(ts=t), max_steps=100_000,
            stepsize_controller=diffrax.PIDController(rtol=1e-10, atol=1e-10),
            adjoint=diffrax.ForwardMode(),
        ).ys[:, 0]  # fmt: skip

    exact = np.asarray(jax.jit(jax.jacfwd(trace))(jax.numpy.zeros(2))).T
    run = observe(model, "V", names, 3e-7)
    found = run.gradient(np.asarray(t))
    np.testing.assert_allclose(found, exact, atol=1e-6 * np.abs(exact).max())


def test_scaling_symmetry_leaves_every_trace_unchanged():
    """(T, T_amb, E_a, R_th) times s, eps_r d over s squared, C_th over s: exact."""
    one, s = neuron(), 1.05
    two = one.with_parameters(
        T_amb=one["T_amb"] * s, E_a=one["E_a"] * s, R_th=one["R_th"] * s,
        eps_r=one["eps_r"] / s**2, C_th=one["C_th"] / s, T_spike=one["T_spike"] * s,
    )  # fmt: skip
    t = np.linspace(0, 1e-6, 2001)
    V, W = (nd.solve(m, 1e-6, method=nd.Adaptive(1e-11)).at(t, "V") for m in (one, two))
    np.testing.assert_allclose(V, W, atol=2e-8)
    two = two.with_parameters(C_th=one["C_th"])  # the test can fail
    assert np.abs(V - nd.solve(two, 1e-6).at(t, "V")).max() > 0.01


# ---------------------------------------------------------------------- measured features


def test_measured_features_are_unbiased_once_corrected():
    """Pooled over 40 records: every mean feature within 4 standard errors of the exact one."""
    from neurodyn.fitting.trace.cycle import bias

    cycle = settled_cycle(neuron(), "V", NAMES)
    exact = np.array([cycle.values[name] for name in PER_CYCLE])
    first = nd.spike_trace(record(0, jitter=0.0))
    measure = extractor(first)
    tables = [measure.measure(record(seed, jitter=0.0)[1]).values for seed in range(40)]
    means = np.array([table.mean(axis=0) for table in tables])
    shift, shift_covariance = bias(cycle, measure, NOISE, PER_CYCLE, seed=1)
    error = np.sqrt(means.var(axis=0, ddof=1) / 40 + np.diag(shift_covariance))
    off = np.abs(means.mean(axis=0) - exact)
    assert (np.abs(means.mean(axis=0) - shift - exact) < 4 * error).all()
    assert (off > 4 * error).any()  # there is a bias to correct


def test_white_noise_is_estimated():
    trace = nd.spike_trace(record(3))
    assert trace.white_noise == pytest.approx(NOISE, rel=0.05)


# ---------------------------------------------------------------------- fits


@pytest.fixture(scope="module")
def fitted():
    return nd.fit_trace(record(1), guess())


def test_truth_is_recovered_from_a_record_with_jitter(fitted):
    assert fitted.accepted, fitted.reasons
    for name, true in TRUTH.items():
        assert abs(fitted[name].value - true) < 3 * fitted[name].standard_error
        assert fitted[name].standard_error < 0.01 * true
        assert fitted[name].status == "well determined"


def test_report_and_json_hold_the_whole_fit(fitted):
    text = fitted.report()
    for word in ("mean features of cycles", "accepted", "C_th", "chi-square", "AIC", "period"):
        assert word in text
    plain_data = json.loads(json.dumps(fitted.to_dict(), allow_nan=False))
    assert plain_data["parameters"]["C_th"]["unit"] == "J/K"
    assert plain_data["traces"][0]["sha256"] == fitted.traces[0].sha256
    assert plain_data["provenance"]["seed"] == 0
    assert any("above the transition of NbO2" in warning for warning in fitted.warnings)
    assert nd.plot.trace_fit(fitted).axes


def test_overlay_follows_the_data():
    """The residual of the model laid on the cycles is the noise put in, and some jitter."""
    fit = nd.fit_trace(record(1), guess(), instrument=EXACT, starts=1)
    _, data, model = fit.overlay(cycles=16)
    off = (data - model)[np.isfinite(model)]
    assert np.median(np.abs(off)) / 0.6745 < 1.3 * NOISE


def test_samples_have_the_covariance_of_the_fit(fitted):
    draws = np.log([[m[n] for n in fitted.problem.names] for m in fitted.sample(3000, seed=5)])
    np.testing.assert_allclose(np.cov(draws.T), fitted.covariance, rtol=0.15, atol=1e-7)


def test_a_noise_free_record_gives_the_truth_back():
    fit = nd.fit_trace(record(2, noise=0.0, jitter=0.0, dt=0.31e-9), guess(), starts=1)
    for name, true in TRUTH.items():
        assert fit[name].value == pytest.approx(true, rel=1e-3)


def test_T_amb_uncertainty_moves_C_th_along_the_symmetry(fitted):
    loose = nd.fit_trace(record(1), guess(), T_amb=(298.0, 2.98))
    one = fitted["C_th"].standard_error / fitted["C_th"].value
    two = loose["C_th"].standard_error / loose["C_th"].value
    assert two == pytest.approx(math.hypot(one, 0.01), rel=1e-6)
    assert loose["C_ext"].standard_error == pytest.approx(fitted["C_ext"].standard_error, rel=1e-6)


def test_several_traces_at_different_drives_are_fitted_together():
    pair = []
    for V_s, seed in ((1.5, 0), (1.7, 1)):
        traj = nd.solve(neuron().with_parameters(V_s=V_s), 8e-6)
        t = np.arange(2e-7, 8e-6, 0.9e-9)
        y = traj.at(t, "V") + NOISE * np.random.default_rng(seed).standard_normal(len(t))
        pair.append(nd.spike_trace((t, y), V_s=V_s))
    both = nd.fit_trace(pair, guess(), starts=1)
    alone = nd.fit_trace(pair[:1], guess(), starts=1)
    for name, true in TRUTH.items():
        assert abs(both[name].value - true) < 4 * both[name].standard_error
        assert both[name].standard_error < alone[name].standard_error


def onset_record(seed=0, channel="V", samples=1500):
    t = np.linspace(0, 8 * 138e-9, samples)
    y = nd.solve(neuron(), t[-1]).at(t, channel)
    y = y + NOISE * np.random.default_rng(seed).standard_normal(samples)
    return nd.spike_trace((t, y), onset=0.0)


def test_waveform_fit_reaches_the_bound_that_planning_gives():
    """Independent: Fisher matrix of the planned record; the noise is as planned."""
    trace = onset_record()
    fit = nd.fit_trace(trace, guess(), method="waveform", instrument=EXACT, starts=1)
    assert fit.accepted, fit.reasons
    plan = nd.identifiability(
        neuron(),
        nd.protocols.trace(points=1500, method="waveform", noise=NOISE / 0.9777),
        parameters=NAMES,
    )
    for name in NAMES:
        relative = fit[name].standard_error / fit[name].value
        assert relative == pytest.approx(plan[name], rel=0.1)
        assert abs(fit[name].value - TRUTH[name]) < 4 * fit[name].standard_error


def test_latency_is_a_feature_where_the_onset_is_known():
    t = np.arange(0, 5e-6, 0.7e-9)
    y = nd.solve(neuron(), 5e-6).at(t, "V")
    y += NOISE * np.random.default_rng(0).standard_normal(len(t))
    trace = nd.spike_trace((t, y), onset=0.0)
    fit = nd.fit_trace(trace, guess(), method=nd.Features(["period", "peak", "latency"]), starts=1)
    row = next(row for row in fit.features if row.name == "latency")
    assert abs(row.pull) < 4
    assert abs(fit["C_ext"].value - TRUTH["C_ext"]) < 4 * fit["C_ext"].standard_error


def noisy_iv(seed):
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-7, 3e-3), n=200)
    V, I = np.exp(0.01 * np.random.default_rng(seed).standard_normal((2, 200)))
    return curve.V * V, curve.I * I


def test_joint_fit_of_curve_and_trace_beats_both_and_meets_the_plan():
    iv = nd.fit_iv(noisy_iv(0), T_amb=298.0)
    start = guess().with_parameters(R_0=200.0)
    fit = nd.fit_trace(
        onset_record(),
        start,
        parameters=NAMES,
        static=iv,
        method="waveform",
        instrument=EXACT,
        starts=1,
    )
    assert fit.accepted, fit.reasons
    plan = nd.identifiability(
        neuron(),
        [
            nd.protocols.iv_sweep(1e-7, 3e-3),
            nd.protocols.trace(points=1500, method="waveform", noise=NOISE / 0.9777),
        ],
        parameters=["R_0", "E_a", "eps_r_d", "R_th", *NAMES],
    )
    for name in ("R_0", "E_a", "eps_r_d", "R_th", *NAMES):
        relative = fit[name].standard_error / fit[name].value
        assert relative == pytest.approx(plan[name], rel=0.25), name
    for name in ("R_0", "eps_r_d"):
        assert fit[name].standard_error < iv[name].standard_error


@pytest.mark.slow
def test_inductance_and_output_resistor_are_found_from_the_output_voltage():
    truth = {"C_th": 2e-15, "C_ext": 200e-12, "L_ext": 700e-9, "R_out": 25.0}
    circuit = nd.devices.nbox_circuit(I_s=335e-6, **truth)
    t = np.arange(1e-6, 30e-6, 1e-9)
    y = nd.solve(circuit, 30e-6).at(t, "V_out")
    y += 2e-3 * np.random.default_rng(0).standard_normal(len(t))
    start = circuit.with_parameters(L_ext=600e-9, R_out=28.0, C_ext=230e-12, C_th=1.7e-15)
    trace = nd.spike_trace((t, y), channel="V_out")
    fit = nd.fit_trace(trace, start, parameters=list(truth), starts=1)
    assert fit.accepted, fit.reasons
    for name, true in truth.items():
        assert abs(fit[name].value - true) < 3 * fit[name].standard_error
        assert fit[name].standard_error < 0.01 * true


# ---------------------------------------------------------------------- verdicts


@pytest.mark.slow
def test_another_device_is_rejected():
    """Twice the thermal resistance with the static parameters held: no C_th, C_ext fit."""
    other = neuron().with_parameters(R_th=4e6)
    fit = nd.fit_trace(record(4), other.with_parameters(C_th=1.5e-15), starts=1)
    assert not fit.accepted
    assert "does not follow the data" in fit.reasons[0]


@pytest.mark.slow
def test_all_parameters_at_once_are_not_determined_by_features():
    fit = nd.fit_trace(record(5), neuron(), static="free", starts=1)
    assert not fit.accepted
    assert any("not determined" in reason for reason in fit.reasons)


def test_a_drifting_phase_is_noticed_in_a_waveform_fit():
    fit = nd.fit_trace(
        nd.spike_trace(record(6, cycles=12, jitter=0.003), onset=0.0),
        neuron(), method="waveform", starts=1,
    )  # fmt: skip
    assert not fit.accepted or "drifting phase" in " ".join(fit.warnings)


# ---------------------------------------------------------------------- keeping results


def test_a_killed_fit_goes_on_where_it_stopped(tmp_path):
    class Killed(Exception):
        pass

    def kill(*_):
        raise Killed

    arguments = {"starts": 2, "store": tmp_path}
    with pytest.raises(Killed):
        nd.fit_trace(record(7), guess(), progress=kill, **arguments)
    kept = json.loads((tmp_path / "fit.json").read_text())
    assert kept["status"] == "running"
    assert "search 1" in kept["steps"]
    seen = []
    fit = nd.fit_trace(record(7), guess(), progress=lambda *step: seen.append(step), **arguments)
    whole = nd.fit_trace(record(7), guess(), starts=2)
    assert fit["C_th"].value == whole["C_th"].value  # the same digits
    assert json.loads((tmp_path / "fit.json").read_text())["status"] == "complete"
    with pytest.raises(InputError, match="another fit"):
        nd.fit_trace(record(8), guess(), **arguments)


# ---------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"parameters": ["T_amb"]},
            IdentifiabilityError,
            r"C_th\) along \(\+1, \+1, -2, \+1, -1\)",
        ),
        ({"parameters": ["eps_r"]}, IdentifiabilityError, "fit 'eps_r_d' instead"),
        ({"parameters": ["C_ht"]}, InputError, "did you mean 'C_th'"),
        ({"parameters": []}, InputError, "no parameters to fit"),
        (
            {"method": nd.Features(["period"]), "static": "free"},
            IdentifiabilityError,
            "cannot be told apart",
        ),
        (
            {"method": nd.Features(["period", "latency"])},
            InputError,
            "when the source was switched on",
        ),
        ({"method": "waveform"}, InputError, "give onset="),
        ({"method": "wavelet"}, InputError, "method is 'wavelet'; expected one of"),
        ({"static": "frozen"}, InputError, "static is 'frozen'"),
        ({"T_amb": 25.0}, InputError, "kelvin"),
        ({"priors": {"R_load": (7e3, 10.0)}}, InputError, "not fitted"),
        ({"method": nd.Features(skip=100)}, InputError, "set aside"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        nd.fit_trace(record(0, cycles=40), guess(), starts=1, **arguments)


def test_the_null_vector_comes_with_the_refusal():
    """The same that planning finds from the Jacobian: see test_identifiability."""
    with pytest.raises(IdentifiabilityError) as caught:
        nd.fit_trace(record(0, cycles=40), guess(), parameters=["T_amb"])
    direction = caught.value.null_directions[0]
    assert direction == {"T_amb": 1, "E_a": 1, "eps_r_d": -2, "R_th": 1, "C_th": -1}


def clipped():
    t, y = record(0, cycles=20)
    return t, np.minimum(y, 0.8)


def undersampled():
    t, y = record(0, cycles=60)
    return t[::16], y[::16]


def gap():
    t, y = record(0, cycles=20)
    return np.where(t > 1e-6, t + 3e-9, t), y


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda: (np.arange(3000) * 1e-9, 0.01 * np.sin(np.arange(3000) ** 2.0)), "no spikes"),
        (lambda: record(0, cycles=6), "complete cycles"),
        (lambda: record(0, cycles=12), "too few for the covariance"),
        (undersampled, "samples a cycle"),
        (gap, "expected even sampling"),
        (clipped, "clipped"),
        (lambda: (record(0)[0] * 1e9, record(0)[1]), "are the units right"),
        (lambda: (record(0)[0], record(0)[1] * 1e3), "are the units right"),
        (lambda: (record(0)[0][::-1], record(0)[1]), "does not increase"),
        (lambda: (record(0)[0], record(0)[1][:-1]), "one length"),
        (lambda: (record(0)[0], np.where(record(0)[0] > 1e-6, np.nan, 1.0)), "not finite"),
        (lambda: (record(0)[0], np.ones(len(record(0)[0]))), "all samples are 1"),
        (lambda: (np.arange(10.0), np.arange(10.0)), "at least 50"),
        (lambda: (["a"] * 60, ["b"] * 60), "not numbers"),
        (lambda: 3.0, "expected \\(t, y\\)"),
        (lambda: [], "no traces"),
    ],
)
def test_bad_traces_get_one_clear_sentence(data, message):
    with pytest.raises(InputError, match=message):
        nd.fit_trace(data(), guess(), starts=1)


def test_a_rounded_flat_baseline_is_not_taken_for_clipping():
    """Current spikes rest near zero: rounding to 8 bits makes the baseline exactly flat."""
    t, y = record(0, cycles=30, noise=0.0, channel="I_device")
    step = 1.3e-3 / 255
    rounded = nd.spike_trace((t, np.round(y / step) * step), channel="I_device")
    assert rounded.white_noise == pytest.approx(step / math.sqrt(12), rel=1e-6)


def test_a_model_that_jumps_is_refused():
    model = nd.Model.from_equations(
        ["V"], {"I": 2.0, "tau": 1.0}, ["(I - V)/tau"], spike="V - 1", reset={"V": 0.0}
    )
    t = np.arange(0, 60, 0.02)
    y = 2 * (1 - np.exp(-np.mod(t, math.log(2))))
    with pytest.raises(InputError, match="jumps"):
        nd.fit_trace((t, y), model, parameters=["tau"], starts=1)


# ---------------------------------------------------------------------- files


def test_a_record_from_a_file_is_fitted_as_the_arrays_are(tmp_path, fitted):
    t, y = record(1)
    np.savez(tmp_path / "run.npz", t=t, V=y)
    (tmp_path / "fit.toml").write_text(
        '[fit]\nkind = "trace"\nT_amb = 298.0\n[set]\nV_s = 1.6\nR_load = 7e3\n'
        'C_ext = 26e-12\nC_th = 1.5e-15\n[[trace]]\nfile = "run.npz"\n'
    )
    fit = nd.fit_trace_recipe(tmp_path / "fit.toml")
    assert fit["C_th"].value == fitted["C_th"].value
    wrong = nd.spike_trace(
        dataclasses.replace(nd.read_trace(tmp_path / "run.npz"), units={"V": "A"})
    )
    with pytest.raises(InputError, match="recorded in A"):
        nd.fit_trace(wrong, guess())
    (tmp_path / "bad.toml").write_text('[fit]\nkind = "trace"\nstart = 2\n')
    with pytest.raises(InputError, match="did you mean 'starts'"):
        nd.fit_trace_recipe(tmp_path / "bad.toml")


def test_commands_fit_and_plan(tmp_path, capsys):
    from neurodyn.cli import main

    t, y = record(1)
    table = np.column_stack([t, y])
    np.savetxt(tmp_path / "run.csv", table, delimiter=",", header="Time (s),Voltage (V)")
    given = ["--set", "V_s=1.6V", "--set", "R_load=7kohm", "--set", "C_ext=26pF"]
    call = ["fit", "trace", str(tmp_path / "run.csv"), "--t-amb", "298+-1", "--starts", "1", *given]
    assert main([*call, "--out", str(tmp_path / "out")]) == 0
    assert "verdict: accepted" in capsys.readouterr().out
    found = json.loads((tmp_path / "out" / "fit.json").read_text())["parameters"]["C_th"]
    assert found["value"] == pytest.approx(2e-15, rel=0.02)
    assert (tmp_path / "out" / "fit.png").stat().st_size > 10_000
    assert main([*call[:3]]) == 2
    assert "--t-amb" in capsys.readouterr().err
    assert main(["plan", "--sweep", "0.1uA:3mA", "--out", str(tmp_path / "plan")]) == 0
    assert "well determined" in capsys.readouterr().out
    assert json.loads((tmp_path / "plan" / "plan.json").read_text())["condition"] > 1e3
    assert main(["plan", "--sweep", "3mA"]) == 2
    assert "expected LOW:HIGH" in capsys.readouterr().err


# ---------------------------------------------------------------------- coverage


def within_binomial_limits(counts, n):
    """Say whether counts agree with the levels: two-sided limits of 99 % for each."""
    for (name, level), count in counts.items():
        low, high = binom.interval(0.99, n, level)
        assert low <= count <= high, (name, level, count, counts)


@pytest.mark.slow
def test_intervals_cover_the_truth_for_traces_with_drift_and_jitter():
    n = SEEDS
    counts = {(name, level): 0 for name in TRUTH for level in (0.68, 0.95)}
    accepted = 0
    for seed in range(n):
        trace = record(seed, cycles=100, jitter=0.01, drift=0.002)
        fit = nd.fit_trace(trace, guess(), instrument=EXACT, starts=1, seed=seed)
        accepted += fit.accepted
        for name, level in counts:
            low, high = fit.interval(name, level)
            counts[name, level] += low <= TRUTH[name] <= high
    assert accepted == n
    within_binomial_limits(counts, n)


@pytest.mark.slow
def test_intervals_cover_the_truth_for_curve_and_trace_together():
    n = SEEDS
    truth = {"R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0, **TRUTH}
    counts = {(name, level): 0 for name in truth for level in (0.68, 0.95)}
    for seed in range(n):
        iv = nd.fit_iv(noisy_iv(seed), T_amb=298.0)
        trace = record(1000 + seed, cycles=100, jitter=0.01)
        fit = nd.fit_trace(trace, guess(), static=iv, instrument=EXACT, starts=1, seed=seed)
        for name, level in counts:
            low, high = fit.interval(name, level)
            counts[name, level] += low <= truth[name] <= high
    within_binomial_limits(counts, n)


@pytest.mark.parametrize(
    ("names", "skip", "message"),
    [
        (["perod"], 1, "did you mean 'period'"),
        ([], 1, "each once"),
        (["period", "period"], 1, "each once"),
        (["period"], -1, "0 or more"),
    ],
)
def test_features_that_make_no_sense_are_refused(names, skip, message):
    with pytest.raises(InputError, match=message):
        nd.Features(names, skip)


def test_profile_of_a_trace_fit_is_its_interval(fitted):
    """Nearly straight problem: profile and standard error agree to a tenth of the error."""
    profile = nd.profile(fitted, ["C_th"])["C_th"]
    sd = fitted["C_th"].standard_error
    for level, normal in ((0.68, fitted["C_th"].interval_68), (0.95, fitted["C_th"].interval)):
        np.testing.assert_allclose(profile.intervals[level], normal, atol=0.1 * sd)
    assert "open" not in fitted.with_profiles(nd.profile(fitted, ["C_th"])).report()
