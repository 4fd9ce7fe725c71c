"""Pulses for changes of weights, counted by hand."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.learning.jax_arrays import uniform

L = nd.learning
CHANGES = [0.0, 0.5e-3, 1e-3, 1.9e-3, -0.999e-3, -1e-3, -3.2e-3, 40.0]


@pytest.mark.parametrize(
    ("update", "by_hand"),
    [
        (L.Ternary(1e-3), [0, 0, 1, 1, 0, -1, -1, 1]),
        (L.Quantised(1e-3, 2e-3), [0, 0, 1, 1, 0, -1, -3, 9]),
        (L.Quantised(1e-3, 2e-3, most=2), [0, 0, 1, 1, 0, -1, -2, 2]),
        (L.ProbabilisticTernary(1e-3), [0, 0, 1, 1, -1, -1, -1, 1]),
    ],
)
def test_pulses_by_hand(update, by_hand):
    chance = [0.0, 0.6, 0.9999, 0.5, 0.99, 0.5, 0.5, 0.5]
    assert update.pulses(CHANGES, chance).tolist() == by_hand


def test_chance_of_a_pulse_is_the_change_over_the_threshold():
    """A million draws: the share of pulses within four standard errors of |dW| / theta."""
    rng = np.random.default_rng(0)
    rule = L.ProbabilisticTernary(2e-4)
    for change, p in ((3e-5, 0.15), (-1.2e-4, 0.6)):
        pulses = rule.pulses(np.full(10**6, change), rng.random(10**6))
        assert set(np.unique(pulses)) == {0, int(np.sign(change))}
        assert abs(np.abs(pulses).mean() - p) < 4 * np.sqrt(p * (1 - p) / 1e6)


def test_numbers_of_chance_are_uniform_and_of_neither_neighbours_nor_batches():
    """Mean, variance and correlations within five standard errors; all 256 bins filled alike."""
    words = np.random.default_rng(1).integers(0, 2**32, (2, 2), dtype=np.uint32)
    first, second = (np.asarray(uniform(w, (512, 784), np.float64)) for w in words)
    n = first.size
    assert abs(first.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert first.min() > 0
    assert first.max() < 1
    counts = np.bincount((first * 256).astype(int).ravel(), minlength=256)
    assert ((counts - n / 256) ** 2 / (n / 256)).sum() < 255 + 5 * np.sqrt(2 * 255)
    pairs = [(first, second), (first[:, 1:], first[:, :-1]), (first[1:], first[:-1])]
    for a, b in pairs:
        r = np.corrcoef(a.ravel(), b.ravel())[0, 1]
        assert abs(r) < 5 / np.sqrt(n)


def test_more_pulses_than_a_byte_holds_are_refused():
    with pytest.raises(InputError, match="127"):
        L.Quantised(1e-3, 2e-3, most=200)
