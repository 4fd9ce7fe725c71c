"""Errors of binarised neurons: against listing of all flips, Monte Carlo, and by hand."""

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.errors import InputError

L = nd.learning


def listed(n, n1, p, sigma, comparator):
    """Sum over all 2^n patterns of flips."""
    flips = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(bool)
    popcount = ((np.arange(n) < n1) ^ flips).sum(axis=1)
    chance = np.where(flips, p, 1 - p).prod(axis=1)
    return chance @ L.comparator_probability(popcount - n / 2, sigma, comparator)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9, 13, 14])
@pytest.mark.parametrize(("p", "sigma"), [(0.05, 0.0), (0.2, 0.7), (0.02, 1.5)])
@pytest.mark.parametrize("comparator", ["gaussian", "cdf"])
def test_every_pattern_of_flips_is_counted_once(n, p, sigma, comparator):
    one = L.probability_of_one(n, p, sigma=sigma, comparator=comparator)
    for n1 in {0, n // 2, n}:
        assert one[n1] == pytest.approx(listed(n, n1, p, sigma, comparator), abs=1e-12)


@pytest.mark.parametrize("n", [8, 9])
def test_error_is_symmetric_and_a_half_at_the_threshold(n):
    """n1 expected ones err as n - n1 do; for even n the middle is undecided, not twice counted."""
    error = L.decision_error(n, 0.07, sigma=0.6)
    np.testing.assert_allclose(error, error[::-1], atol=1e-14)
    assert (error <= 0.5).all()
    if n % 2 == 0:
        assert error[n // 2] == 0.5
        assert L.probability_of_one(n, 0.07, sigma=0.6)[n // 2] == pytest.approx(0.5, abs=1e-14)


def test_monte_carlo_of_a_wide_neuron():
    """400,000 draws, within four standard errors."""
    rng = np.random.default_rng(3)
    n, n1, p, sigma, draws = 513, 250, 0.03, 2.0, 400_000
    count = n1 + rng.binomial(n - n1, p, draws) - rng.binomial(n1, p, draws)
    said = rng.random(draws) < L.comparator_probability(count - n / 2, sigma)
    exact = L.probability_of_one(n, p, sigma=sigma)[n1]
    assert abs(said.mean() - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)


def test_voltage_steps_of_the_source():
    """34 mV at 33 inputs with 2 columns, 2 mV at 513 with 50, from 1.2 V."""
    small, large = L.threshold_columns(33), L.threshold_columns(513)
    assert (small.columns, large.columns) == (2, 50)
    assert small.step == pytest.approx(1.2 / 35)
    assert large.step == pytest.approx(1.2 / 563)
    assert (large.lowest, large.highest) == (513 / 2 - 25, 513 / 2 + 25)


@pytest.mark.parametrize(
    ("inputs", "kernel", "blocks"),
    [(198, 9, 33), (354, 9, 59), (738, 9, 123), (3654, 1, 63), (1102, 1, 19)],
)
def test_blocks_of_the_sources_table(inputs, kernel, blocks):
    """Table 3.1: all of them whole."""
    found = L.partition(inputs, kernel=kernel, pad="refuse")
    assert len(found.sizes) == blocks
    assert found.exact
    assert sum(found.sizes) == inputs


def test_blocks_that_do_not_come_out():
    assert L.partition(100).sizes == (58, 42, 0)
    assert L.partition(64, kernel=9).sizes == (6,) * 10 + (4,)
    with pytest.raises(InputError, match="odd number of blocks"):
        L.partition(100, pad="refuse")
    with pytest.raises(InputError, match="does not fit"):
        L.partition(10, kernel=100)


@pytest.mark.parametrize(("blocks", "rows"), [(1, 5), (3, 3), (3, 5), (5, 3)])
def test_majority_of_blocks_against_all_patterns(blocks, rows):
    """All 2^(blocks rows) patterns of fair bits listed."""
    n = blocks * rows
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    signs = np.where(bits.reshape(-1, blocks, rows).sum(2) * 2 > rows, 1, -1)
    whole = np.where(bits.sum(1) * 2 > n, 1, -1)
    differ = np.mean(L.block_majority(signs, axis=1) != whole)
    assert L.divided_disagreement(blocks, rows) == pytest.approx(differ, abs=1e-13)


def test_two_devices_are_surer_than_one():
    """Closed forms against 400,000 draws; the reference is the best of a fine grid."""
    mu, s = (9.0, 10.5), (0.3, 0.8)
    rng = np.random.default_rng(0)
    low, high = (m + d * rng.standard_normal(400_000) for m, d in zip(mu, s, strict=True))
    pair = L.read_error_of_pair(mu, s)
    assert abs(np.mean(low > high) - pair) < 4 * np.sqrt(pair / 400_000)
    single, at = L.read_error_of_single(mu, s)
    grid = np.linspace(*mu, 20_001)
    both = stats.norm.sf((grid - mu[0]) / s[0]) + stats.norm.cdf((grid - mu[1]) / s[1])
    assert single == pytest.approx(both.min() / 2, rel=1e-6)
    assert at == pytest.approx(grid[both.argmin()], abs=2e-4)
    assert pair < single


def test_weak_supply_errs_alike_on_both_sides_of_its_centre():
    error = L.supply_error(np.arange(-7, 8), 0.3, 1.5)
    np.testing.assert_allclose(error[7 - 4 : 8], error[8 : 8 + 5][::-1])
    assert error[7] == pytest.approx(0.3 * np.exp(-0.5 / 1.5))
    assert (error[[0, 1, 13, 14]] == 0).all()
