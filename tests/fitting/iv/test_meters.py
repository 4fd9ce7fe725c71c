"""What meters and sources do to an I-V curve: told, found out, or named. One test of each kind."""

import math

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from tests.fitting.measurements import TRUTH, rounded, voltage_sweep

DEVICE = nd.devices.nbox_neuron()


def sweep(seed, sd=0.01, n=120, span=(1e-7, 3e-3)):
    curve = nd.iv_curve(DEVICE, current=span, n=n)
    V, I = np.exp(sd * np.random.default_rng(seed).standard_normal((2, n)))
    return curve.V * V, curve.I * I


def near_the_truth(fit, errors=3.5):
    return all(
        abs(math.log(fit[name].value / true)) < errors * fit[name].standard_error / fit[name].value
        for name, true in TRUTH.items()
    )


# ---------------------------------------------------------------------- the instrument


@pytest.mark.parametrize(
    ("name", "true", "spoiled", "setting"),
    [
        ("leak", 1e-6, lambda V, I: (V, I + 1e-6 * V), {}),
        ("current_offset", 1e-8, lambda V, I: (V, I + 1e-8), {}),
        ("voltage_offset", 5e-3, lambda V, I: (V + 5e-3, I), {}),
        ("range_gain", 1.05, lambda V, I: (V, np.where(I > 1e-4, 1.05 * I, I)), {"at": 1e-4}),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
@pytest.mark.parametrize("known", ["free", "prior"])
def test_what_a_meter_adds_is_found_and_the_device_with_it(name, true, spoiled, setting, known):
    """Free, or with a prior of its size; held at nothing the device comes out wrong."""
    data = spoiled(*sweep(1))
    null = 1.0 if name == "range_gain" else 0.0
    given = "free" if known == "free" else (null, abs(true - null))
    more = {"range_from": setting["at"]} if setting else {}
    fit = nd.fit_iv(data, 298.0, instrument=nd.IVInstrument(**{name: given}, **more), starts=2)
    assert abs(fit[name].value - true) < 3.5 * fit[name].standard_error
    assert near_the_truth(fit)
    held = nd.fit_iv(data, 298.0, instrument=nd.IVInstrument(**{name: true}, **more), starts=2)
    assert near_the_truth(held)
    assert held["E_a"].standard_error <= fit["E_a"].standard_error
    assert "instrument: " in fit.report()


def test_a_prior_of_the_meter_goes_into_the_errors():
    """Independent: the errors of the same data shifted by one standard deviation of the prior."""
    V, I = sweep(2)
    told = nd.IVInstrument(current_offset=(0.0, 1e-10))
    exact, loose = (
        nd.fit_iv((V, I), 298.0, noise=0.01, starts=2, **more)
        for more in ({}, {"instrument": told})
    )
    moved = nd.fit_iv((V, I + 1e-10), 298.0, noise=0.01, starts=2)
    for name in TRUTH:
        shift = math.log(moved[name].value / exact[name].value)
        one, two = (f[name].standard_error / f[name].value for f in (exact, loose))
        assert two == pytest.approx(math.hypot(one, shift), rel=0.02), name


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"leak": "fre"}, "expected"),
        ({"leak": (0.0, -1e-9)}, "expected a number"),
        ({"range_gain": "free"}, "range_from= in A"),
        ({"range_gain": 30.0, "range_from": 1e-4}, "near 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        nd.IVInstrument(**settings)


# ---------------------------------------------------------------------- noise


@pytest.mark.parametrize(("sd_V", "sd_I"), [(0.0, 0.01), (0.002, 0.01)])
def test_the_noise_of_each_meter_is_found(sd_V, sd_I):
    curve = nd.iv_curve(DEVICE, current=(1e-7, 3e-3), n=200)
    a, b = np.random.default_rng(3).standard_normal((2, 200))
    fit = nd.fit_iv((curve.V * np.exp(sd_V * a), curve.I * np.exp(sd_I * b)), 298.0, starts=2)
    assert near_the_truth(fit)
    found = [float(text.split()[0]) for text in fit.provenance["noise_found"]]
    for sd, one in zip((sd_V, sd_I), found, strict=True):
        # no meter is taken for twenty times better than the other
        assert one == pytest.approx(sd, rel=0.35) or (sd == 0 and one < 0.06 * max(found))


def test_meters_that_are_alike_count_alike():
    assert nd.fit_iv(sweep(4), 298.0, starts=2).provenance["noise_found"] is None


def test_steps_of_a_converter_are_seen_and_few_of_them_are_no_points():
    V, I = sweep(5, sd=0.002, span=(1e-6, 3e-3))
    read = rounded(I, 3e-3)
    fit = nd.fit_iv(nd.iv_data(V[read > 0], read[read > 0]), 298.0, starts=2)
    assert near_the_truth(fit)
    assert f"steps of {3e-3 / 4096:.3g}" in fit.provenance["noise_found"][1]
    assert fit.data.I.min() > 3 * 3e-3 / 4096
    assert fit.data.counts["few steps of the converter"] > 0
    # a source that is set in even steps is no converter
    V, I = voltage_sweep(DEVICE, 0.0, 1.2, 0.02)
    noisy = I * np.exp(0.01 * np.random.default_rng(0).standard_normal(len(I)))
    exact = nd.fit_iv((V, noisy), 298.0, starts=2)
    assert "steps" not in " ".join(exact.provenance["noise_found"] or ())


# ---------------------------------------------------------------------- jumps, limits, glitches


def test_a_current_sweep_cannot_jump():
    """25 points of a current source with 5 % of noise: one step looks large, and is none."""
    curve = nd.iv_curve(DEVICE, current=(4e-8, 3e-3), n=25)
    for seed in range(20):
        V = curve.V * np.exp(0.05 * np.random.default_rng(seed).standard_normal(25))
        assert nd.iv_data(V, curve.I).jumps == ()


@pytest.mark.parametrize("load", [500.0, 1500.0, 5000.0])
def test_a_jump_behind_a_load_begins_where_the_source_turns(load):
    """At dV/dI = -R_load, not at the hold voltage: V read on the device."""
    top = 1.1 + 2e-3 * load
    V, I = voltage_sweep(DEVICE, load, top, top / 100)
    a, b = np.random.default_rng(6).standard_normal((2, len(V)))
    data = nd.iv_data(V * np.exp(0.003 * a), I * np.exp(0.003 * b))
    fit = nd.fit_iv(data, 298.0, noise=0.003, starts=2)
    assert fit.accepted, fit.reasons
    assert fit.provenance["inequalities_broken"] == 0
    assert near_the_truth(fit)
    jumps = [row for group in fit.problem.groups for row in group.inequalities]
    assert len(jumps) == 2 * len(data.jumps)
    for row in jumps:
        assert row.load == pytest.approx(load, rel=0.15)


@pytest.mark.parametrize("told", [True, False])
def test_rows_at_a_limit_that_the_ammeter_blurs_are_set_aside(told):
    V, I = voltage_sweep(DEVICE, 200.0, 1.4, 0.02)
    source = np.concatenate([np.arange(0.02, 1.4, 0.02), np.arange(1.4, 0.01, -0.02)])
    limited = I > 1e-3
    noise = np.exp(0.003 * np.random.default_rng(7).standard_normal(len(I)))
    read = np.minimum(I, 1e-3) * noise
    data = nd.iv_data(np.where(limited, source, V), read, current_limit=1e-3 if told else None)
    assert data.counts["at compliance"] == np.count_nonzero(limited)
    fit = nd.fit_iv(data, 298.0, starts=2)
    assert fit.accepted, fit.reasons
    assert near_the_truth(fit, errors=4.0)


def test_a_curve_that_ends_slowly_is_at_no_limit():
    """On the way to its end the current follows the voltage, however slowly."""
    V = np.linspace(0.1, 5.0, 300)
    I = 1e-3 * np.tanh(V / 2) * np.exp(0.003 * np.random.default_rng(0).standard_normal(300))
    assert len(nd.iv_data(V, I).censored) == 0


def test_a_glitch_of_two_rows_is_named_and_set_aside():
    V, I = sweep(8, sd=0.004, n=60)
    clean = nd.fit_iv((V, I), 298.0, starts=2)
    dirty = V.copy()
    dirty[40:42] *= 1.4
    fit = nd.fit_iv((dirty, I), 298.0, starts=2)
    assert fit.data.counts["outlier"] == 2
    assert any("in line 41, 42" in warning for warning in fit.warnings)
    for name in TRUTH:
        shift = abs(fit[name].value - clean[name].value)
        assert shift < clean[name].standard_error
    assert "outlier" not in clean.data.counts


# ---------------------------------------------------------------------- model errors


def test_an_extension_says_what_a_fit_with_it_says():
    """The score test against the fit itself: value, error and shifts, where both are straight."""
    V, I = sweep(9, sd=0.002)
    data, free = (V, I + 5e-10), nd.IVInstrument(current_offset="free")
    fit = nd.fit_iv(data, 298.0, noise=0.002, starts=2)
    wider = nd.fit_iv(data, 298.0, noise=0.002, starts=2, instrument=free)
    tried = {e.name: e for e in fit.model_error.extensions}["current_offset"]
    assert tried.value == pytest.approx(wider["current_offset"].value, rel=0.1)
    assert tried.standard_error == pytest.approx(wider["current_offset"].standard_error, rel=0.1)
    for unknown, shift in zip(fit.problem.unknowns, tried.shift, strict=True):
        moved = math.log(wider[unknown.title].value / fit[unknown.title].value)
        assert shift == pytest.approx(moved, rel=0.1, abs=5e-5)


def test_what_is_asked_for_is_in_the_errors_and_in_the_draws():
    V, I = sweep(10)
    fit = nd.fit_iv((V, I + 1e-6 * V), 298.0, starts=2)
    (leak,) = (e for e in fit.model_error.asked if e.name == "leak")
    assert leak.value == pytest.approx(1e-6, rel=0.3)
    assert any("the data ask for leak" in warning for warning in fit.warnings)
    low, high = fit["E_a"].interval
    assert low < TRUTH["E_a"] < high
    drawn = np.array([model["E_a"] for model in fit.sample(400, seed=1)])
    relative = fit["E_a"].standard_error / fit["E_a"].value
    assert np.log(drawn).std() == pytest.approx(relative, rel=0.15)


def test_a_diode_is_no_threshold_switch():
    I = np.geomspace(1e-8, 1e-2, 80)
    V = 1.5 * 0.02585 * np.log1p(I / 1e-11)
    noisy = V * np.exp(0.01 * np.random.default_rng(1).standard_normal(80))
    fit = nd.fit_iv((noisy, I), 298.0, starts=2)
    assert not fit.accepted
    assert any("no threshold switching point" in reason for reason in fit.reasons)


def test_slow_residuals_make_points_count_less():
    """A misfit that no extension explains: a slow wave of 1 % along the curve."""
    V, I = sweep(11, sd=0.003, n=200)
    wave = np.exp(0.01 * np.sin(np.linspace(0.0, 18.0, 200)))
    plain, bent = (nd.fit_iv((V * x, I), 298.0, starts=2) for x in (1.0, wave))
    assert any("points count as" in warning for warning in bent.warnings)
    assert not any("points count as" in warning for warning in plain.warnings)
    assert near_the_truth(bent)
    # by more than the residuals have grown
    grown = bent.rms / plain.rms
    assert bent["R_0"].standard_error > 1.5 * grown * plain["R_0"].standard_error
