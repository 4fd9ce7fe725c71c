"""What an oscilloscope does to a trace: gain, offset, bandwidth, trigger; and what is held."""

import json
import math
import os

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.fitting.trace.cycle import settled_cycle
from neurodyn.fitting.trace.instrument import with_bandwidth
from neurodyn.fitting.trace.parallel import with_parallel

SEEDS = int(os.environ.get("NEURODYN_SEEDS", "60"))
"""Fits of a study of coverage, seconds each; 200 for the whole."""
TRUTH = {"C_th": 2e-15, "C_ext": 20e-12}
EXACT = nd.TraceInstrument(gain=1.0, offset=0.0)
NOISE = 3e-3


def neuron(**more):
    return nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, **{"C_ext": 20e-12, **more})


def guess():
    return neuron(C_th=1.7e-15, C_ext=23e-12)


def record(seed=0, gain=1.0, offset=0.0, model=None, channel="V", noise=NOISE, onset=None):
    """Return a record of a plain simulation, as a scope of that gain and offset shows it."""
    t = np.arange(1e-6 if onset is None else 0.0, 8e-6, 0.9e-9)
    y = nd.solve(neuron() if model is None else model, 8e-6, method=nd.Adaptive(1e-9)).at(
        t, channel
    )
    return t, gain * y + offset + noise * np.random.default_rng(seed).standard_normal(len(t))


def holds(fit, names=TRUTH):
    return all(fit[name].interval[0] < TRUTH[name] < fit[name].interval[1] for name in names)


def test_a_gain_that_is_off_is_in_the_errors_by_default():
    """1.5 % high and 4 mV: with the scope of the default both are found, and the truth is held."""
    fit = nd.fit_trace(record(1, gain=1.015, offset=4e-3), guess(), starts=1)
    assert fit.accepted, fit.reasons
    assert holds(fit)
    gain, offset = fit["gain of V"], fit["offset of V"]
    assert abs(gain.value - 1.015) < 3 * gain.standard_error
    assert abs(offset.value - 4e-3) < 3 * offset.standard_error
    assert "gain 1 +- 0.01 (prior)" in fit.report()
    plain = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert plain["nuisances"]["gain of V"]["value"] == gain.value
    assert [p.name for p in fit.parameters] == ["C_th", "C_ext"]


def test_a_gain_that_is_off_and_taken_as_exact_is_found_out():
    """The features contradict it beyond chance, and the report names a gain that explains them."""
    fit = nd.fit_trace(record(1, gain=1.02), guess(), instrument=EXACT, starts=1)
    tried = {e.name: e for e in fit.model_error.extensions}
    assert not fit.accepted or holds(fit)
    assert fit.model_error.asked
    assert tried["gain of V"].t > 3


def test_an_exact_gain_is_divided_out():
    told = nd.TraceInstrument(gain=1.1, offset=0.02)
    one = nd.fit_trace(record(2), guess(), instrument=EXACT, starts=1)
    two = nd.fit_trace(
        record(2, gain=1.1, offset=0.02, noise=1.1 * NOISE), guess(), instrument=told, starts=1
    )
    for name in TRUTH:
        assert two[name].value == pytest.approx(one[name].value, rel=1e-3)


def test_a_bandwidth_is_a_low_pass_of_first_order():
    """Closed form of a slow sine's amplitude and lag is not at hand: an exact convolution is."""
    model = with_bandwidth(neuron(), "V", "V_shown", "bandwidth_V", 30e6)
    t = np.arange(0.0, 2e-6, 2e-11)
    traj = nd.solve(model, 2e-6, method=nd.Adaptive(1e-10))
    V, shown = traj.at(t, "V"), traj.at(t, "V_shown")
    kept, slow = math.exp(-2 * math.pi * 30e6 * 2e-11), np.zeros(len(t))
    for i in range(1, len(t)):
        slow[i] = kept * slow[i - 1] + (1 - kept) * 0.5 * (V[i] + V[i - 1])
    np.testing.assert_allclose(shown, slow, atol=1e-4)


def test_a_bandwidth_that_is_told_gives_the_truth_back():
    """Device current through 60 MHz: untold it is far off and said; told, the truth is held."""
    model = with_bandwidth(neuron(), "I_device", "seen", "bandwidth", 60e6)
    data = record(3, model=model, channel="seen", noise=3e-6)
    trace = nd.spike_trace(data, channel="I_device")
    told = nd.fit_trace(trace, guess(), instrument=nd.TraceInstrument(bandwidth=60e6), starts=1)
    assert told.accepted, told.reasons
    assert holds(told)
    untold = nd.fit_trace(trace, guess(), starts=1)
    assert not untold.accepted
    assert "does not follow the data" in untold.reasons[0]
    with pytest.raises(InputError, match="a positive number in Hz"):
        nd.TraceInstrument(bandwidth=-1.0)


def test_a_trigger_that_is_late_is_an_unknown_of_a_waveform():
    t, y = record(4, onset=0.0)
    late = nd.spike_trace((t[: len(t) // 4], y[: len(t) // 4]), onset=-2e-9)
    jitter = nd.TraceInstrument(gain=1.0, offset=0.0, jitter=3e-9)
    fit = nd.fit_trace(late, guess(), method="waveform", instrument=jitter, starts=1)
    assert fit.accepted, fit.reasons
    assert abs(fit["delay of V"].value + -2e-9) < 4 * fit["delay of V"].standard_error + 1e-10
    assert holds(fit) or all(
        abs(fit[n].value - x) < 4 * fit[n].standard_error for n, x in TRUTH.items()
    )


@pytest.mark.slow
def test_a_resistance_beside_the_device_can_be_freed():
    truth = with_parallel(neuron()).with_parameters(R_parallel=50e3)
    fit = nd.fit_trace(
        record(5, model=truth),
        guess(),
        parameters=["C_th", "C_ext", "R_parallel"],
        instrument=EXACT,
        starts=1,
    )
    assert fit.accepted, fit.reasons
    assert fit["R_parallel"].value == pytest.approx(50e3, rel=0.1)
    assert abs(fit["C_th"].value - 2e-15) < 4 * fit["C_th"].standard_error


def test_a_fit_says_how_fragile_it_is_to_hold_the_static_parameters():
    """Against two fits: what 1 % of E_a moves is what the report says it moves."""
    data = record(6)
    fit = nd.fit_trace(data, guess(), instrument=EXACT, starts=1)
    (line,) = (one for one in fit.model_error.untold if one.startswith("E_a held"))
    said = float(line.split("C_th by ")[1].split("%")[0]) / 100
    small = 1e-3
    E_a = neuron()["E_a"]
    moved = nd.fit_trace(
        data, guess().with_parameters(E_a=E_a * (1 + small)), instrument=EXACT, starts=1
    )
    found = math.log(moved["C_th"].value / fit["C_th"].value) / small * 0.01
    assert said == pytest.approx(found, rel=0.1)
    assert any("held as if it were exact" in warning for warning in fit.warnings)


def test_features_move_with_gain_and_offset_as_the_record_does():
    """Independent: the features of the scaled waveform, measured by the model's own cycle."""
    cycle = settled_cycle(neuron(), "V", ("C_th",))
    fit = nd.fit_trace(record(7, gain=1.02, offset=5e-3), guess(), starts=1)
    shown = fit.problem.shown(np.array([0.0, 0.0, 1.02, 5e-3]), "V")
    names = ("peak", "width")
    values = np.array([cycle.values[name] for name in names])
    moved = shown.features(names, values, np.zeros((2, 0)))[0]
    np.testing.assert_allclose(moved, [1.02 * values[0] + 5e-3, values[1]], rtol=1e-12)


def test_the_command_line_takes_the_scope(tmp_path, capsys):
    from neurodyn.cli import main

    table = np.column_stack(record(1, gain=1.015, offset=4e-3))
    np.savetxt(tmp_path / "run.csv", table, delimiter=",", header="Time (s),CH1 (V)")
    given = ["--set", "V_s=1.6V", "--set", "R_load=7kohm", "--set", "C_ext=23pF"]
    call = ["fit", "trace", str(tmp_path / "run.csv"), "--t-amb", "298", "--starts", "1", *given]
    scope = ["--gain", "1+-0.02", "--offset", "0+-10mV", "--noise", "3mV", "--jitter", "0"]
    assert main([*call, *scope]) == 0
    assert "gain 1 +- 0.02 (prior), offset 0 +- 0.01 V (prior)" in capsys.readouterr().out
    assert main([*call, "--gain", "much"]) == 2
    assert "--gain" in capsys.readouterr().err


@pytest.mark.slow
def test_intervals_cover_the_truth_where_gain_and_offset_are_drawn_from_their_priors():
    n = SEEDS
    counts = {(name, level): 0 for name in TRUTH for level in (0.68, 0.95)}
    for seed in range(n):
        rng = np.random.default_rng([seed, 9])
        gain, offset = 1 + 0.01 * rng.standard_normal(), 5.5e-3 * rng.standard_normal()
        fit = nd.fit_trace(record(seed, gain, offset), guess(), starts=1, seed=seed)
        for name, level in counts:
            low, high = fit.interval(name, level)
            counts[name, level] += low <= TRUTH[name] <= high
    for (name, level), count in counts.items():
        low, high = stats.binom.interval(0.999, n, level)
        assert low <= count <= high, (name, level, count, counts)
