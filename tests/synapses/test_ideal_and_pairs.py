"""Ideal devices and pairs against hand-computed numbers."""

import numpy as np
import pytest

import neurodyn as nd

FALLING = nd.synapses.Ideal(1e-4, step=-1e-6, G_min=5e-5)


def test_ideal_devices_step_from_bound_to_bound():
    devices = FALLING.devices((2, 2))
    devices.pulse([[0, 1], [50, 60]])
    np.testing.assert_allclose(devices.conductance(), [[1e-4, 9.9e-5], [5e-5, 5e-5]], rtol=1e-12)
    assert devices.saturated.tolist() == [[False, False], [True, True]]
    assert devices.lost.tolist() == [[0, 0], [0, 10]]
    rising = nd.synapses.Ideal(1e-5, step=4e-6, G_max=2e-5).devices(1)
    rising.pulse(2)
    rising.pulse(1)  # the last step is shorter: it ends on the bound
    assert rising.conductance()[0] == 2e-5


@pytest.mark.parametrize("n", [-1, 0.5, np.nan, [1, 2, 3], 1e300, True])
def test_pulses_are_whole_numbers_one_or_as_many_as_devices(n):
    with pytest.raises(nd.InputError):
        FALLING.devices(2).pulse(n)


def test_linear_and_logarithmic_weights():
    linear = nd.synapses.Pairs(FALLING, (2, 2), weight="linear", alpha=5000.0)
    logarithmic = nd.synapses.Pairs(FALLING, (2, 2), alpha=1.2)
    k = np.array([[3, -3], [0, 20]])
    for pairs in (linear, logarithmic):
        assert (pairs.weights() == 0).all()
        pairs.pulse(k)
    np.testing.assert_allclose(linear.weights(), 5000 * 1e-6 * k, rtol=1e-10, atol=1e-16)
    G = 1e-4 - 1e-6 * np.abs(k)
    expected = 1.2 * np.sign(k) * np.log10(1e-4 / G)
    np.testing.assert_allclose(logarithmic.weights(), expected, rtol=1e-10, atol=1e-16)
    np.testing.assert_array_equal(linear.devices.pulses, [np.maximum(k, 0), np.maximum(-k, 0)])


def test_logarithmic_weight_is_that_of_resistances():
    pairs = nd.synapses.Pairs(nd.synapses.WeakReset(), 100, seed=3)
    pairs.pulse(np.arange(100) - 50)
    R_line, R_complement = 1 / pairs.devices.conductance()
    np.testing.assert_allclose(pairs.weights(), np.log10(R_line / R_complement), atol=1e-14)
    np.testing.assert_array_equal(pairs.signs(), np.where(R_line > R_complement, 1, -1))


def test_the_threshold_reads_before_each_pulse():
    """From 100 uS in steps of 1 uS, pulses are allowed while G > 97.5 uS: three of them."""
    pairs = nd.synapses.Pairs(FALLING, 3, G_th=97.5e-6)
    pairs.pulse([2, 5, -10])
    assert pairs.devices.pulses.tolist() == [[2, 3, 0], [0, 0, 3]]
    assert pairs.refused.tolist() == [[0, 2, 0], [0, 0, 7]]
    pairs.pulse([2, 0, 1])
    assert pairs.devices.pulses.tolist() == [[3, 3, 1], [0, 0, 3]]
    assert pairs.refused.tolist() == [[1, 2, 0], [0, 0, 7]]


def test_a_device_at_the_threshold_is_not_pulsed():
    """Steps that floats hold exactly, so that the second pulse ends on the threshold."""
    falling = nd.synapses.Ideal(1.0, step=-0.25)
    pairs = nd.synapses.Pairs(falling, 1, weight="linear", G_th=0.5)
    pairs.pulse([3])
    assert pairs.devices.conductance()[0] == [0.5]
    assert pairs.refused[0] == [1]


def test_a_threshold_that_is_never_reached_changes_no_digit():
    k = np.array([20, -3, 0, 7])
    free, held = (
        nd.synapses.Pairs(nd.synapses.WeakReset(), 4, seed=5, G_th=G) for G in (None, 1e-12)
    )
    free.pulse(k)
    held.pulse(k)
    np.testing.assert_array_equal(free.weights(), held.weights())


def test_ties_are_drawn_once_by_the_seed():
    pairs = nd.synapses.Pairs(FALLING, 2000, seed=1)
    signs = pairs.signs()
    assert abs(signs.mean()) < 4 / np.sqrt(2000)
    np.testing.assert_array_equal(signs, pairs.signs())
    np.testing.assert_array_equal(signs, nd.synapses.Pairs(FALLING, 2000, seed=1).signs())
    assert (nd.synapses.Pairs(FALLING, 20, tie="+1").signs() == 1).all()
    pairs.pulse(1)
    assert (pairs.signs() == 1).all()
    pairs.pulse(-2)
    assert (pairs.signs() == -1).all()


def test_a_copy_goes_its_own_way():
    devices = nd.synapses.WeakReset().devices(10, seed=1)
    devices.pulse(5)
    twin = devices.copy()
    devices.pulse(3)
    assert (twin.pulses == 5).all()
    twin.pulse(3)
    np.testing.assert_array_equal(twin.conductance(), devices.conductance())


@pytest.mark.parametrize(
    "technology", [nd.synapses.WeakReset(), nd.synapses.Ideal(1e-4, -1e-5, 1e-6)]
)
def test_pairs_are_brought_back_by_their_counts(technology):
    """Lost and refused pulses too; both go on alike, whatever was given in one call or in many."""
    rng = np.random.default_rng(0)
    pairs, later = (
        nd.synapses.Pairs(technology, (3, 40), seed=4, alpha=1.5, G_th=3e-5) for _ in range(2)
    )
    ideal = nd.synapses.Ideal(1e-4, -1e-5, 1e-6)
    free, again = nd.synapses.Pairs(ideal, 5), nd.synapses.Pairs(ideal, 5)
    free.pulse([30, -30, 0, 4, 12])
    again.restore({name: counts.copy() for name, counts in free.state().items()})
    assert again.devices.lost.sum() == free.devices.lost.sum() == 20 + 20 + 2
    for _ in range(6):
        pairs.pulse(rng.integers(-4, 5, (3, 40)))
    later.restore({name: counts.copy() for name, counts in pairs.state().items()})
    more = rng.integers(-2, 3, (3, 40))
    for one in (pairs, later):
        one.pulse(more)
    np.testing.assert_array_equal(pairs.weights(), later.weights())
    np.testing.assert_array_equal(pairs.signs(), later.signs())
    np.testing.assert_array_equal(pairs.refused, later.refused)
    G = pairs.devices.read()
    np.testing.assert_allclose(pairs.weights(), 1.5 * np.log10(G[1] / G[0]), rtol=1e-12)


def test_a_logarithmic_weight_of_a_device_at_0_is_refused():
    pairs = nd.synapses.Pairs(nd.synapses.Ideal(1e-4, -5e-5), 1)
    with pytest.raises(nd.NumericalError, match="0 S"):
        pairs.pulse(2)
