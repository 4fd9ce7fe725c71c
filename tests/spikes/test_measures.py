"""Measures of spike trains against trains whose answer is known."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.errors import InputError

RNG = np.random.default_rng(5)

LIF = nd.devices.leaky_integrate_and_fire()


def gamma_train(shape, n=20_000, rate=3.0):
    return np.cumsum(RNG.gamma(shape, 1 / (shape * rate), n))


def test_cv_and_fano_of_renewal_trains():
    """A gamma process has CV 1/sqrt(shape), and a Fano factor that tends to CV^2."""
    for shape in (1.0, 4.0):
        train = gamma_train(shape)
        assert nd.isi_histogram(train).cv == pytest.approx(shape**-0.5, rel=0.03)
        fano = nd.fano_factor(train, [0.004, 50.0])
        assert fano.values[0] == pytest.approx(1.0, abs=0.02)  # too short to hold two spikes
        assert fano.values[1] == pytest.approx(1 / shape, rel=4 * np.sqrt(2 / fano.count[1]))


def test_histogram_counts_every_interval():
    found = nd.isi_histogram(gamma_train(2.0, 500), bins=17)
    assert found.counts.sum() == 499
    assert len(found.edges) == 18


def test_spectrum_of_a_poisson_train_is_flat_at_twice_its_rate():
    """One-sided: D. R. Cox, P. A. W. Lewis, The Statistical Analysis of Series of Events (1966)."""
    train = gamma_train(1.0)
    spectrum = nd.power_spectrum(train, dt=0.02, segment=50.0)
    low = spectrum.density[(spectrum.frequency > 0.1) & (spectrum.frequency < 5)]
    assert low.mean() == pytest.approx(6.0, rel=0.03)


def test_spectrum_integrates_to_the_variance():
    """Parseval; and the peak is where the oscillation is."""
    runs = nd.solve_sde(
        nd.devices.stuart_landau(), 2000.0, noise=nd.noise.white("x", 0.1), dt=0.05, n=2
    )
    spectrum = nd.power_spectrum(runs, "x", after=50.0, segment=200.0)
    power = np.trapezoid(spectrum.density, spectrum.frequency)
    assert power == pytest.approx(runs["x"][:, 1000:].var(), rel=0.05)
    assert spectrum.peak == pytest.approx(1 / (2 * np.pi), abs=0.006)


def test_bursts_of_a_train_made_of_them():
    starts = np.array([0.0, 50.0, 73.0])
    train = np.concatenate([s + np.arange(n) for s, n in zip(starts, (7, 4, 5), strict=True)])
    found = nd.bursts(train)
    assert found.gap == 3.0
    assert found.spikes.tolist() == [7, 4, 5]
    assert found.duration.tolist() == [6.0, 3.0, 4.0]
    assert found.quiet.tolist() == [44.0, 20.0]
    assert found.cut.tolist() == [True, False, True]
    np.testing.assert_allclose(found.rate, 1.0)


def test_a_regular_train_is_one_burst():
    found = nd.bursts(np.arange(30.0))
    assert len(found) == 1
    assert len(found.quiet) == 0
    assert found.cut.all()


def test_survival_without_censoring_is_the_fraction_left():
    times = RNG.exponential(2.0, 300)
    found = nd.survival(times)
    t = np.linspace(0, 4, 20)
    np.testing.assert_allclose(found(t), [(times > s).mean() for s in t], atol=1e-12)
    assert found.rate == pytest.approx(1 / times.mean())


def test_survival_with_censoring_agrees_with_scipy():
    """scipy.stats.ecdf is another program for the same estimate."""
    times = RNG.exponential(2.0, 200)
    limit = RNG.uniform(0.5, 4.0, 200)
    ended, seen = times <= limit, np.minimum(times, limit)
    found = nd.survival(seen, ended)
    other = stats.ecdf(stats.CensoredData.right_censored(seen, ~ended)).sf
    t = np.linspace(0.01, 3.0, 50)
    np.testing.assert_allclose(found(t), other.evaluate(t), atol=1e-12)
    assert np.abs(found(t) - np.exp(-t / 2)).max() < 0.12
    low, high = found.rate_interval()
    assert low < 0.5 < high
    assert nd.survival([1.0, 2.0], [False, False]).rate_interval()[0] == 0.0


@pytest.mark.parametrize(
    ("spikes", "periods"), [(1, 3), (1, 2), (2, 3), (3, 4), (5, 6), (1, 1), (5, 2)]
)
def test_exact_patterns_are_locked(spikes, periods):
    pattern = np.sort(RNG.uniform(0, periods, spikes))
    train = (pattern[None] + periods * np.arange(20)[:, None]).ravel()
    found = nd.phase_locking(train, 1.0)
    assert found.ratio == Fraction(spikes, periods)
    assert (found.spikes, found.periods) == (spikes, periods)


def test_an_irrational_ratio_and_a_noisy_pattern_are_not_locked():
    golden = 0.5 * (np.sqrt(5) - 1)
    assert not nd.phase_locking(np.arange(300) / golden, 1.0).locked
    noisy = np.arange(300) + RNG.normal(0, 1e-2, 300)
    assert not nd.phase_locking(np.sort(noisy), 1.0).locked


def test_every_other_cycle_alike_is_two_in_four():
    train = np.sort(np.concatenate([4.0 * np.arange(30), 4.0 * np.arange(30) + 1.9]))
    found = nd.phase_locking(train, 1.0)
    assert found.ratio == Fraction(1, 2)
    assert (found.spikes, found.periods) == (2, 4)


def test_plateau_of_a_phase_oscillator():
    """Adler's equation locks 1:1 where |w - 6| < a, exactly, and at no other ratio."""
    adler = nd.Model.from_equations(
        ["theta", "phi"], {"a": 0.5}, ["6 - a*sin(theta - phi)", "w"], inputs={"w": 6.0},
        spike="theta - 6.283185307179586", reset={"theta": 0},
    )  # fmt: skip
    turn = 2 * np.pi
    stairs = nd.staircase(
        adler, lambda f, _: {"w": turn * f}, (0.8, 1.25), ["1/1", "4/5"], resolution=1e-3
    )
    plateau = stairs["1"]
    assert turn * plateau.low == pytest.approx(5.5, abs=4e-3)
    assert turn * plateau.high == pytest.approx(6.5, abs=4e-3)
    assert stairs.missing == (Fraction(4, 5),)
    with pytest.raises(InputError, match="no plateau 4/5"):
        stairs["4/5"]


def test_plots_label_their_axes(neuron):
    train = gamma_train(2.0, 400)
    noisy = nd.noise.stochastic(neuron, nd.noise.white_current(1e-9))
    medians = nd.median_frequency(noisy, "I_s", [2e-5, 3e-4], 2e-6, quiet=1e-6, n=3)
    stairs = nd.staircase(
        neuron, lambda f, n: {"I_s": nd.train(4e-4, 2e-7, 1 / f, n)}, (0.9e6, 1.1e6), ["1/1"],
        settle=10, periods=16, resolution=0.1,
    )  # fmt: skip
    axes = [
        nd.plot.isi_histogram(nd.isi_histogram(train)),
        nd.plot.power_spectrum(nd.power_spectrum(train), unit="V"),
        nd.plot.survival(nd.survival([1.0, 2.0, 3.0], [True, False, True])),
        nd.plot.survival(nd.survival([1.0, 2.0], [False, False])),
        nd.plot.median_frequency(medians),
        nd.plot.staircase(stairs),
    ]
    for ax in axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel()
        assert ax.has_data()
    assert "V²/Hz" in axes[1].get_ylabel()
    assert "mA" in axes[4].get_xlabel() or "µA" in axes[4].get_xlabel()
    assert "MHz" in axes[5].get_xlabel() or "kHz" in axes[5].get_xlabel()


@pytest.mark.slow
def test_staircase_of_the_neuron_in_the_order_of_the_source():
    """Thesis fig. 4.21: the fixed triangle of 1 us repeated at f_in."""
    neuron = nd.devices.nbox_voltage_driven()
    ratios = ["1/3", "1/2", "2/3", "3/4", "4/5", "5/6"]
    stairs = nd.staircase(
        neuron,
        lambda f, count: {"V_s": nd.train(2.06, 0.5e-6, 1 / f, count, edge=0.5e-6)},
        (0.66e6, 0.95e6),
        ratios,
        settle=60,
        periods=100,
        resolution=2e-4,
    )
    assert [str(p.ratio) for p in stairs.plateaus] == ratios
    assert all(p.width > 0 for p in stairs.plateaus)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nd.isi_histogram([1.0, 2.0]), "1 interspike intervals"),
        (lambda: nd.isi_histogram([2.0, 1.0, 3.0]), "go back"),
        (lambda: nd.isi_histogram([]), "no spike train"),
        (lambda: nd.fano_factor([1.0, 2.0, 3.0], -1.0), "windows is -1"),
        (lambda: nd.fano_factor([1.0, 2.0, 3.0], 1.5), "1 windows of 1.5 fit"),
        (lambda: nd.bursts([1.0, 2.0, 3.0], gap=0.0), "gap is 0"),
        (lambda: nd.bursts([1.0]), "expected gap="),
        (lambda: nd.survival([]), "same"),
        (lambda: nd.survival([-1.0]), "negative"),
        (lambda: nd.phase_locking([1.0, 2.0], 0.0), "period is 0"),
        (lambda: nd.phase_locking([1.0, 2.0], 1.0), "4 or more"),
        (lambda: nd.power_spectrum([1.0, 2.0, 3.0], "V"), "no 'V'"),
        (lambda: nd.power_spectrum([1.0, 2.0, 3.0], segment=100.0), "segment of 100"),
        (lambda: nd.staircase(LIF, dict, (2.0, 1.0), []), "span is 2 to 1"),
        (lambda: nd.staircase(LIF, dict, (1.0, 2.0), ["a"]), "expected fractions"),
    ],
)
def test_bad_calls_end_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call()
