"""Measures of tables against closed forms of the model, and against sums written out."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY

REFERENCE = json.loads((REPOSITORY / "tests/reference/synapses.json").read_text())
PINK = nd.synapses.WeakReset(m1=0.0, c1=0.0, t_star=1.0, m2=0.0, R_0=7000.0, a=0.0)


def test_moments_follow_the_closed_ones():
    model = nd.synapses.WeakReset(R_0=7000.0)
    table = nd.synapses.synthetic_table(model, 20_000, 1500, every=300, seed=4)
    found = nd.synapses.table_moments(table)
    for k, t in enumerate(found.pulse):
        exact = model.moments(t)
        assert abs(found.mean[k] - np.log(7000.0) - exact.w_mean) < 4 * found.mean_se[k]
        assert abs(found.var[k] - exact.w_var) < 4 * found.var_se[k]
    ln_R = -np.log(table.G)
    np.testing.assert_allclose(found.var, ln_R.var(axis=0, ddof=1), rtol=1e-10)
    np.testing.assert_allclose(found.quantiles[:, 2], 1 / np.median(table.G, axis=0), rtol=1e-7)


def test_moments_count_the_readings_that_are_there():
    G = np.array([[1e-4, 9e-5, 8e-5], [1e-4, np.nan, 7e-5], [2e-4, 1e-4, 6e-5]])
    found = nd.synapses.table_moments(nd.synapses.pulse_table(G))
    assert found.n.tolist() == [3, 2, 3]
    assert found.mean[1] == pytest.approx(-(np.log(9e-5) + np.log(1e-4)) / 2, rel=1e-12)
    assert found.var[1] == pytest.approx(np.log(9e-5 / 1e-4) ** 2 / 2, rel=1e-12)


def test_increments_of_pink_noise_have_the_width_of_its_taps():
    table = nd.synapses.synthetic_table(PINK, 500, 400)
    found = nd.synapses.increments(table)
    sd = 0.025 * np.sqrt(REFERENCE["pink"]["increments_var_over_alpha2"]["16"])
    assert found.sd == pytest.approx(sd, rel=0.01)
    assert found.half_width == pytest.approx(0.67449 * sd, rel=0.01)
    assert len(found.values) == 500 * 400


def test_the_spectrum_of_pink_noise_is_that_of_its_filter():
    """Within five standard errors at every frequency that the straight line leaves alone."""
    table = nd.synapses.synthetic_table(PINK, 200, 4000)
    found = nd.synapses.synapse_spectrum(table, segment=1000)
    seen = (found.frequency > 0.005) & (found.frequency < 0.5)
    exact = PINK.pink_density(found.frequency[seen])
    off = (found.density[seen] - exact) / found.standard_error[seen]
    assert np.abs(off).max() < 5
    assert abs(off.mean()) < 0.3
    row = REFERENCE["pink"]["slope"]["16"][1]
    assert found.slope(0.03, 0.3) == pytest.approx(row["slope"], abs=0.15)  # other weights of f


def test_the_integral_of_a_spectrum_is_the_variance():
    table = nd.synapses.synthetic_table(PINK, 50, 4000, every=2)
    found = nd.synapses.synapse_spectrum(table, segment=500)
    assert found.frequency[-1] == 0.25
    total = np.sum(found.density) * found.frequency[1]
    assert total == pytest.approx(np.log(table.G).var(axis=1).mean(), rel=0.02)


def test_correlations_are_the_sums_they_say():
    """Against loops over devices, pulses and lags."""
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 5, 40, every=4, seed=2)
    found = nd.synapses.synapse_correlation(table, 4)
    w = -np.log(table.G)
    w = w - w[:, 0].mean()
    for k in range(4):
        auto = [w[i, t] * w[i, t + k] for i in range(5) for t in range(11 - k)]
        cross = [
            w[i, t] * w[j, t + k]
            for i in range(5) for j in range(5) if i != j for t in range(11 - k)
        ]  # fmt: skip
        assert found.auto[k] == pytest.approx(np.mean(auto), rel=1e-10)
        assert found.cross[k] == pytest.approx(np.mean(cross), rel=1e-10)
    assert found.lag.tolist() == [0, 4, 8, 12]


def test_noise_is_correlated_as_its_taps_and_not_between_devices():
    table = nd.synapses.synthetic_table(PINK, 400, 1000)
    found = nd.synapses.synapse_correlation(table, 6, detrend="linear")
    exact = 0.025**2 * np.array(REFERENCE["pink"]["autocorrelation"]["16"])
    # a straight line takes the variance of two means of 1001 with it: S(0) / 2 / 1001 each
    exact -= PINK.pink_density([0.0])[0] / 1001
    np.testing.assert_allclose(found.auto, exact, rtol=0.01)
    assert (np.abs(found.cross) < 0.003 * exact[0]).all()


def test_the_ratio_of_correlations_is_about_two_as_the_source_says():
    """64 devices, as the source's; drawn ten times."""
    ratios = [
        nd.synapses.synapse_correlation(
            nd.synapses.synthetic_table(nd.synapses.WeakReset(), 64, 3000, every=30, seed=seed), 1
        ).ratio
        for seed in range(10)
    ]
    assert 1.6 < np.median(ratios) < 2.4


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (nd.synapses.synapse_spectrum, "evenly spaced"),
        (nd.synapses.synapse_correlation, "evenly spaced"),
    ],
)
def test_what_asks_for_even_tables(measure, sentence):
    G = np.geomspace(1e-4, 5e-5, 10) * np.array([[1.0], [1.1]])
    uneven = nd.synapses.pulse_table(G, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10])
    with pytest.raises(nd.InputError, match=sentence):
        measure(uneven)
    G[0, 3] = np.nan
    with pytest.raises(nd.InputError, match="lacks 1 readings"):
        measure(nd.synapses.pulse_table(G))


def test_pictures_draw_what_was_measured():
    S = nd.synapses
    table = S.synthetic_table(S.WeakReset(), 20, 200)
    G = table.G.copy()
    G[3] = G[3, 0]
    table = S.pulse_table(G, table.pulse)
    model = S.synthetic_table(S.WeakReset(), 20, 200, seed=1)
    ax = nd.plot.pulse_table(table)
    assert "1 dead" in ax.get_title()
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 1e-3 / G[0])
    axes = [
        ax,
        nd.plot.table_moments(S.table_moments(table), other=S.table_moments(model)),
        nd.plot.increments(S.increments(table), other=S.increments(model)),
        nd.plot.synapse_spectrum(S.synapse_spectrum(table), other=S.synapse_spectrum(model)),
        nd.plot.synapse_correlation(S.synapse_correlation(table)),
    ]
    for each in axes:
        assert each.get_xlabel()
        assert each.get_ylabel()
    shares = axes[2].patches[0].get_data().values
    assert shares.sum() == pytest.approx(1.0)  # what lies outside is counted at the ends
    plt.close("all")
