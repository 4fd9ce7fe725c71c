"""Inference by counting: folded batch normalisation is exact, errors are those of the circuits."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.learning.binary.layers import (
    BinaryLayer,
    by_counting,
    by_normalising,
    forward,
    majority,
)

L = nd.learning


@pytest.fixture(scope="module")
def trained():
    data = L.digits()
    train, held = L.split(data, 0.25, seed=1)
    fits = {
        rows: L.BinaryNet((64, 40, 24), L.FloatWeights(0.005), rows=rows, epochs=12).fit(
            train.x, train.labels
        )
        for rows in (None, 9)
    }
    return fits, held


@pytest.mark.parametrize("rows", [None, 9])
def test_counting_decides_as_batch_normalisation_does(trained, rows):
    """All hidden signs and all outputs, without a tolerance."""
    fits, held = trained
    fit = fits[rows]
    assert fit.score(held.x, held.labels) > 0.8
    normalised, out = forward(fit.layers, held.x, by_normalising)
    counted, same = forward(fit.layers, held.x, by_counting)
    for a, b in zip(normalised, counted, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(out, same)
    np.testing.assert_array_equal(fit.counting().predict(held.x), fit.predict(held.x))


def drawn_layer(post, pre, sizes, seed, mean=None):
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1, 1], (post, pre)).astype(np.int8)
    blocks = sum(size > 0 for size in sizes)
    if mean is None:  # whole numbers and halves: sums fall on them
        mean = rng.integers(-6, 7, (blocks, post)) / 2
    return BinaryLayer(
        signs, np.broadcast_to(mean, (blocks, post)), rng.random((blocks, post)) + 0.1, sizes
    )


@pytest.mark.parametrize("sizes", [(17,), (18,), (6, 6, 6), (7, 7, 4), (5, 5, 5, 2, 0)])
def test_sums_that_fall_on_their_mean_say_minus_one_both_ways(sizes):
    pre = sum(sizes)
    layer = drawn_layer(50, pre, sizes, seed=pre)
    a = np.random.default_rng(0).choice([-1.0, 1.0], (400, pre)).astype(np.float32)
    assert (layer.sums(a) == layer.mean).any()
    np.testing.assert_array_equal(by_counting(1, layer, a), by_normalising(1, layer, a))


def test_counts_are_ones_of_xnor():
    """Bit by bit: XNOR of packed bits, ones counted."""
    layer = drawn_layer(30, 61, (61,), seed=2)
    a = np.random.default_rng(1).choice([-1.0, 1.0], (20, 61)).astype(np.float32)
    words = [np.packbits(one > 0, axis=1) for one in (a, layer.signs)]
    differ = np.bitwise_xor(words[0][:, None], words[1][None])
    ones = 61 - np.bitwise_count(differ).sum(-1)
    np.testing.assert_array_equal(layer.counts(a)[:, 0], ones)


def test_an_even_vote_says_minus_one():
    votes = np.array([[[1.0], [-1.0]], [[1.0], [1.0]], [[-1.0], [-1.0]]])
    assert majority(votes)[:, 0].tolist() == [-1, 1, -1]
    # as with an empty block, whose count of 0 is not above its threshold of 0
    empty = np.concatenate([votes, -np.ones((3, 1, 1))], axis=1)
    np.testing.assert_array_equal(majority(votes), L.block_majority(empty, axis=1))


def net_of(layer):
    """A network whose second layer is the one given, inputs and outputs passed through."""
    pre, post = layer.signs.shape[1], len(layer.signs)
    first = BinaryLayer(np.eye(pre, dtype=np.int8), np.zeros((1, pre)), np.ones((1, pre)), (pre,))
    last = BinaryLayer(
        np.eye(post, dtype=np.int8), np.zeros((1, post)), np.ones((1, post)), (post,)
    )
    return L.CountingNet((first, layer, last), np.arange(post))


@pytest.mark.parametrize("sizes", [(15,), (16,), (5, 5, 5)])
def test_errors_are_those_of_products_flipped_one_by_one(sizes):
    """200,000 draws of flips and comparator, product by product; within 4 standard errors."""
    pre, post, draws, p, sigma = sum(sizes), 4, 200_000, 0.1, 0.8
    layer = drawn_layer(post, pre, sizes, seed=5, mean=1.5)
    rng = np.random.default_rng(3)
    a = rng.choice([-1.0, 1.0], (1, pre)).astype(np.float32)
    net = net_of(layer)
    found = net.decide(np.repeat(a, draws, 0), errors=L.ReadErrors(p, sigma), seed=1)
    at = layer.thresholds + 0.5
    for neuron in range(post):
        votes = 0
        for block, part in enumerate(layer.blocks):
            products = (a[0, part] == layer.signs[neuron, part])[None]
            flipped = products ^ (rng.random((draws, products.shape[1])) < p)
            off = flipped.sum(1) - at[block, neuron]
            votes = votes + np.where(
                rng.random(draws) < L.comparator_probability(off, sigma), 1, -1
            )
        expected = np.mean(votes > 0)
        share = np.mean(found[:, neuron] > 0)
        error = np.sqrt(2 * max(expected * (1 - expected), 1e-5) / draws)
        assert abs(share - expected) < 4 * error


def test_errors_of_a_table_are_those_of_one_neuron():
    """At the threshold of half the inputs the table is probability_of_one, all digits."""
    table = L.ReadErrors(0.07, 0.6, "cdf").table(9, np.array([4.5]))
    expected = L.probability_of_one(9, 0.07, sigma=0.6, comparator="cdf", threshold=4.5)
    np.testing.assert_allclose(table[:, 0], expected, rtol=0, atol=1e-15)


def test_a_weak_supply_errs_alike_on_both_sides():
    """Counts 3 and 4 about a whole threshold of 3 err alike; beyond 5 counts nothing errs."""
    table = L.WeakSupply(0.3, 1.5).table(20, np.array([3.5]))[:, 0]
    assert table[3] == pytest.approx(1 - table[4], rel=1e-15)
    assert table[3] == pytest.approx(0.3 * np.exp(-0.5 / 1.5), rel=1e-14)
    assert (table[9:] == 1).all()


def test_accuracy_falls_with_errors_and_the_layers_are_told_apart(trained):
    fits, held = trained
    net = fits[None].counting()
    rates = (0.0, 0.05, 0.2, 0.5)
    errors = [L.ReadErrors(p) for p in rates]
    study = L.error_study(net, held.x, held.labels, errors, repeats=8, seed=2)
    assert study.mean[0] == net.score(held.x, held.labels)
    assert study.low[0] == study.high[0] == study.mean[0]
    assert (np.diff(study.mean) < 0).all()
    assert (study.low <= study.mean).all()
    assert study.layers == (2, 3)
    # what errs in one layer alone does no more harm than in both, within the intervals
    assert (study.by_layer.max(0)[1:] >= study.low[1:]).all()
    assert study.by_layer.shape == (2, 4)
    # all products are chance at 1/2: ten classes in about equal number
    assert study.mean[-1] < 0.3


@pytest.mark.slow
def test_intervals_hold_the_mean_as_often_as_they_say(trained):
    """100 studies of 10 draws each: 95 % intervals hold the mean of all 1,000 in 88 to 100 %."""
    fits, held = trained
    net, errors = fits[None].counting(), [L.ReadErrors(0.1)]
    studies = [
        L.error_study(net, held.x, held.labels, errors, repeats=10, seed=s) for s in range(100)
    ]
    mean = np.mean([s.mean[0] for s in studies])
    assert 0.88 <= np.mean([s.low[0] <= mean <= s.high[0] for s in studies]) <= 1.0


def test_where_nothing_can_err_is_told(trained):
    fits, held = trained
    shallow = L.BinaryNet(8, epochs=1).fit(held.x, held.labels).counting()
    assert shallow.erring == ()
    with pytest.raises(InputError, match="errors are in layer none of 2"):
        shallow.score(held.x, held.labels, errors=L.ReadErrors(0.1))
    with pytest.raises(InputError, match=r"layer 1 of 4.*\[2, 3\] are"):
        fits[None].counting().decide(held.x, errors=L.ReadErrors(0.1), only=1)
    with pytest.raises(InputError, match="p is 2"):
        L.ReadErrors(2.0)
