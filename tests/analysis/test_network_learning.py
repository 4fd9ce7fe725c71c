"""What networks of NbOx neurons learn: the direction of EqSpike, and letters never seen."""

from dataclasses import replace

import numpy as np
import pytest


def test_a_step_of_eqspike_moves_the_rate_towards_its_label(analysis):
    """Analogue coupling; beyond what a spike more or less means, even in the source's window."""
    eqspike = analysis("network_eqspike")
    low, high = (eqspike.present(label) for label in (0, 1))
    assert low.before == high.before == pytest.approx(1.0042e6, rel=1e-3)
    assert low.after < low.before - eqspike.RATES[0]
    assert high.after > high.before + eqspike.RATES[0]


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"I_on": 0.5e-3}, {"update": "during"}, {"T_amb": 293.0}])
def test_the_direction_does_not_hang_on_what_the_source_leaves_open(analysis, change):
    eqspike = analysis("network_eqspike")
    setting = replace(eqspike.SOURCE, **change)
    low, high = (eqspike.present(label, setting) for label in (0, 1))
    assert low.after < low.before - eqspike.RATES[0]
    assert high.after > high.before + eqspike.RATES[0]


@pytest.mark.slow
def test_a_step_of_eqspike_by_events_moves_the_rate_towards_its_label(analysis):
    eqspike = analysis("network_eqspike")
    for label, sign in ((0, -1.0), (1, 1.0)):
        before, after = eqspike.in_events(label)
        assert sign * (after - before) > eqspike.RATES[0]


@pytest.mark.slow
def test_letters_with_two_pixels_flipped_are_told_apart(analysis):
    """Five networks of unequal devices; chance is a third, the margin is a half."""
    patterns = analysis("network_patterns")
    for seed in patterns.SEEDS:
        learned = patterns.learn(seed)
        assert learned.unseen[0] < 0.5
        assert learned.unseen[1] > 1.0 / 3.0 + 0.5
        assert 1e-9 < learned.energy < 1e-7


def test_letters_differ_in_as_many_pixels_as_is_said(analysis):
    """So two flips never make one letter nearer to another."""
    letters, labels = analysis("network_patterns").patterns(0)
    apart = np.abs(letters[:, None] - letters).sum(axis=2)
    assert (apart[~np.eye(3, dtype=bool)] == 6).all()
    assert labels.tolist() == [0, 1, 2]
