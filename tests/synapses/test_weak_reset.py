"""HfOx devices against closed forms and reference numbers made with other code."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats
from scipy.signal import freqz

import neurodyn as nd
from neurodyn.synapses.weak_reset import pink_taps
from tests.conftest import REPOSITORY
from tests.tolerances import ROUNDING

REFERENCE = json.loads((REPOSITORY / "tests/reference/synapses.json").read_text())
MODEL = nd.synapses.WeakReset()
OWN = ("m1", "c1", "t_star", "m2", "R_0")


@pytest.mark.parametrize("case", REFERENCE["mean_law"], ids=lambda c: f"m1={c['m1']}")
def test_mean_law_with_all_digits(case):
    model = nd.synapses.WeakReset(**{key: case[key] for key in OWN}).without_noise()
    devices = model.devices(len(case["t"]))
    devices.pulse(case["t"])
    np.testing.assert_allclose(devices.w, case["w"], rtol=ROUNDING)
    np.testing.assert_allclose(1 / devices.conductance(), case["R_ohm"], rtol=ROUNDING)


def test_mean_law_is_continuous_at_t_star():
    """The slope of the first regime holds up to t_star, that of the second from it on."""
    model = nd.synapses.WeakReset(m1=1e-3, c1=0.0, t_star=100.0, m2=1e-5).without_noise()
    devices = model.devices(3)
    devices.pulse([99, 100, 101])
    np.testing.assert_allclose(np.diff(devices.w), [1e-3, 1e-5], rtol=1e-10)


@pytest.mark.parametrize("row", REFERENCE["exact_moments"], ids=lambda r: f"t={r['t']}")
def test_exact_moments(row):
    found = MODEL.moments(row["t"])
    pairs = {
        "mean_w_mean": found.law_mean, "var_w_mean": found.law_var, "rtn_on": found.rtn_on,
        "mean_w_rtn": found.rtn_mean, "var_w_rtn": found.rtn_var, "var_w_pink": found.pink_var,
        "mean_w": found.w_mean, "var_w": found.w_var,
    }  # fmt: skip
    for name, value in pairs.items():
        assert value == pytest.approx(row[name], rel=1e-10, abs=1e-15), name


@pytest.mark.parametrize("t", [0, 100, 1000, 5000])
def test_devices_follow_the_closed_moments(t):
    """100,000 devices, within 4 standard errors; the standard error of a variance by the fourth
    moment of the sample."""
    n, exact = 100_000, MODEL.moments(t)
    devices = MODEL.devices(n, seed=11)
    devices.pulse(t)
    w = devices.w
    centred = (w - w.mean()) ** 2
    assert abs(w.mean() - exact.w_mean) < 4 * w.std() / np.sqrt(n)
    assert abs(w.var() - exact.w_var) < 4 * centred.std() / np.sqrt(n)
    assert abs(devices.trapped.mean() - exact.rtn_on) <= 4 * np.sqrt(exact.rtn_on / n)


def test_devices_are_spread_as_the_table_of_the_source_and_independently():
    """Shares of 100,000 devices below scipy's quantiles, and correlations of ranks, within 4
    standard errors."""
    n, levels = 100_000, np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    own = MODEL.devices(n, seed=4).own
    spread = {
        "m1": stats.expon(3.74e-5, 6.56e-4), "c1": stats.norm(5.29e-3, 5.32e-2),
        "t_star": stats.lognorm(s=0.80, scale=542.5), "m2": stats.expon(1.64e-34, 2.89e-5),
        "R_0": stats.norm(6988, 381.7), "a": stats.uniform(0, 0.5),
    }  # fmt: skip
    assert own.keys() == spread.keys()
    for name, law in spread.items():
        below = (own[name][:, None] < law.ppf(levels)).mean(axis=0)
        assert (abs(below - levels) < 4 * np.sqrt(levels * (1 - levels) / n)).all(), name
    together = stats.spearmanr(np.stack(list(own.values()), axis=1)).statistic
    assert (abs(together - np.eye(len(own))) < 4 / np.sqrt(n)).all()


@pytest.mark.parametrize(
    "row", REFERENCE["monte_carlo"]["rows"], ids=lambda r: f"{r['what']} at {r['t']}"
)
def test_quantiles_of_resistance_against_another_program(row):
    models = {
        "full": MODEL,
        "no noise": MODEL.without_noise(),
        "one device, noise only": nd.synapses.WeakReset(0.0, 0.0, 1.0, 0.0, 6988.0, 0.25),
    }
    devices = models[row["what"]].devices(100_000, seed=5)
    devices.pulse(row["t"])
    ln_R = -np.log(devices.conductance())
    found = np.quantile(ln_R, REFERENCE["monte_carlo"]["quantile_levels"])
    error = np.sqrt(2) * np.array(row["se_ln_quantile"])
    assert (np.abs(found - np.log(row["quantiles_R_ohm"])) < 5 * error).all()
    assert abs(ln_R.mean() - row["mean_ln_R"]) < 5 * np.sqrt(2) * row["se_mean_ln_R"]


def test_taps_and_spectrum_of_the_pink_filter():
    taps = REFERENCE["pink"]["taps"]
    for n, expected in taps.items():
        np.testing.assert_allclose(pink_taps(int(n) - 1), expected, rtol=ROUNDING)
    for n, rows in REFERENCE["pink"]["psd"].items():
        model = nd.synapses.WeakReset(pole=int(n) - 1, alpha=0.025)
        found = model.pink_density([row["f"] for row in rows]) / (2 * 0.025**2)
        np.testing.assert_allclose(found, [row["H2"] for row in rows], rtol=1e-10)
    f = np.linspace(0, 0.5, 50)  # against scipy's transfer function
    _, h = freqz(pink_taps(15), worN=2 * np.pi * f)
    np.testing.assert_allclose(MODEL.pink_density(f), 2 * 0.025**2 * np.abs(h) ** 2, rtol=1e-10)


def test_slopes_of_the_pink_spectrum():
    for n, rows in REFERENCE["pink"]["slope"].items():
        model = nd.synapses.WeakReset(pole=int(n) - 1)
        for row in rows:
            f = np.geomspace(row["f_lo"], row["f_hi"], 400)
            slope = np.polyfit(np.log10(f), np.log10(model.pink_density(f)), 1)[0]
            assert slope == pytest.approx(row["slope"], abs=1e-6)


def traces(model, devices, pulses, seed=0):
    state = model.devices(devices, seed)
    w = np.empty((pulses + 1, devices))
    trapped = np.empty((pulses + 1, devices), bool)
    for t in range(pulses + 1):
        if t:
            state.pulse(1)
        w[t], trapped[t] = state.w, state.trapped
    return w, trapped


def test_pink_noise_has_the_correlations_of_its_taps():
    model = nd.synapses.WeakReset(m1=0.0, c1=0.0, m2=0.0, t_star=1.0, a=0.0)
    w, _ = traces(model, 4000, 60)
    for lag, expected in enumerate(REFERENCE["pink"]["autocorrelation"]["16"]):
        products = (w[: 61 - lag] * w[lag:]).mean(axis=0) / 0.025**2  # one number for a device
        assert abs(products.mean() - expected) < 4 * products.std() / np.sqrt(4000)


def test_telegraph_noise_follows_the_two_state_chain():
    """Duty, correlation and n-pulse law, from devices pulsed one by one and all at once."""
    for row in REFERENCE["rtn"]["on_after_n_from_off"]:
        assert MODEL.trap_on(row["n"]) == pytest.approx(row["p"], rel=1e-10)
        state = MODEL.devices(100_000, seed=2)
        state.pulse(row["n"])
        p = row["p"]
        assert abs(state.trapped.mean() - p) < 4 * np.sqrt(p * (1 - p) / 100_000)
    for row in REFERENCE["rtn"]["off_after_n_from_on"]:
        assert 1 - MODEL.trap_on(row["n"], True) == pytest.approx(row["p"], rel=1e-10)
    state = MODEL.devices(100_000, seed=2)
    state.pulse(20_000)
    duty = REFERENCE["rtn"]["duty"]
    before = state.trapped
    assert abs(before.mean() - duty) < 4 * np.sqrt(duty * (1 - duty) / 100_000)
    for row in REFERENCE["rtn"]["autocorrelation"]:
        later = state.copy()
        later.pulse(row["lag"])
        products = (before - duty) * (later.trapped - duty) / (duty * (1 - duty))
        assert abs(products.mean() - row["rho"]) < 4 * products.std() / np.sqrt(100_000)


def test_digits_do_not_depend_on_how_pulses_are_given():
    """At once, one by one, in another order of devices, and among fewer devices."""
    counts = np.array([[7, 0, 1300], [40, 3, 900]])
    at_once = MODEL.devices((2, 3), seed=9)
    at_once.pulse(counts)
    singly = MODEL.devices((2, 3), seed=9)
    order = np.repeat(np.arange(6), counts.ravel())
    np.random.default_rng(0).shuffle(order)
    for i in order:
        one = np.zeros(6, int)
        one[i] = 1
        singly.pulse(one.reshape(2, 3))
    np.testing.assert_array_equal(at_once.conductance(), singly.conductance())
    few = MODEL.devices(4, seed=9)
    few.pulse(counts.ravel()[:4])
    np.testing.assert_array_equal(few.conductance(), at_once.conductance().ravel()[:4])
    other = MODEL.devices((2, 3), seed=10)
    assert (other.conductance() != at_once.conductance()).all()


def test_digits_do_not_depend_on_threads():
    def run(_):
        devices = MODEL.devices(20_000, seed=1)
        for n in (1, 3, 500):
            devices.pulse(n)
        return devices.conductance()

    alone = run(0)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(run, range(6)):
            np.testing.assert_array_equal(together, alone)


def test_a_device_without_pulses_keeps_every_bit():
    devices = MODEL.devices(1000, seed=1)
    devices.pulse(17)
    before = devices.conductance()
    devices.pulse(0)
    devices.pulse(1 * (np.arange(1000) >= 500))
    after = devices.conductance()
    np.testing.assert_array_equal(before[:500], after[:500])
    assert (before[500:] != after[500:]).all()


def test_telegraph_noise_from_t_star_on():
    model = nd.synapses.WeakReset(t_star=500.0, P_high=0.5, P_low=0.0, rtn_from="t_star")
    devices = model.devices(10_000, seed=1)
    devices.pulse(500)
    assert not devices.trapped.any()
    devices.pulse(1)
    assert abs(devices.trapped.mean() - 0.5) < 4 * 0.005
    with pytest.raises(nd.InputError, match="closed form"):
        model.moments(10.0)


def test_limits_cut_what_is_read_and_count_it():
    model = nd.synapses.WeakReset(R_min=6900.0, R_max=7100.0)
    devices = model.devices(2000, seed=1)
    free = nd.synapses.WeakReset().devices(2000, seed=1)
    np.testing.assert_array_equal(devices.conductance(), free.conductance())
    R = 1 / free.conductance()
    np.testing.assert_allclose(1 / devices.read(), np.clip(R, 6900, 7100), rtol=ROUNDING)
    assert devices.clipped_reads == np.count_nonzero((R < 6900) | (R > 7100))
    np.testing.assert_array_equal(devices.saturated, R >= 7100)


def test_equal_devices_without_noise_are_the_typical_one():
    devices = MODEL.without_spread().without_noise().devices(3)
    devices.pulse([0, 542, 1000])
    m1, m2 = 3.74e-5 + 6.56e-4, 2.89e-5
    law = [0.00529, 0.00529 + 542 * m1, 0.00529 + 542.5 * m1 + 457.5 * m2]
    np.testing.assert_allclose(devices.conductance(), np.exp(-np.array(law)) / 6988, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"R_0": nd.Normal(1.0, 5.0)}, "R_0 is -.* ohm in a device"),
        ({"R_min": 5.0, "R_max": 4.0}, "R_min"),
        ({"pole": 2000}, "at most 1000"),
        ({"P_high": 1.5}, "from 0 to 1"),
    ],
)
def test_parameters_that_make_no_sense(given, sentence):
    with pytest.raises(nd.InputError, match=sentence):
        nd.synapses.WeakReset(**given).devices(100)
