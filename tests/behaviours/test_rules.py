"""Each rule says yes to the numbers that make the behaviour, and no to those that do not."""

import numpy as np
import pytest

from neurodyn.behaviours import rules

STEADY = np.full(20, 5.0)
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("intervals", "tonic"),
    [
        (STEADY, True),
        (STEADY[:6], False),  # too few to tell
        (np.concatenate([[1.0, 2.0], STEADY]), True),  # only the late ones count
        (np.tile([1.0, 9.0], 10), False),
        (RNG.exponential(5.0, 50), False),
    ],
)
def test_tonic(intervals, tonic):
    assert rules.is_tonic(intervals) is tonic


@pytest.mark.parametrize(
    ("intervals", "bursting"),
    [
        (np.tile([1.0, 1.2, 9.0], 8), True),
        (np.tile([1.0, 9.0], 8), True),  # doublets
        (STEADY, False),
        (np.tile([1.0, 1.9], 8), False),  # not twice apart
        (np.tile([1.0, 9.0, 9.0], 8), False),  # single spikes between bursts
        (np.concatenate([STEADY, [50.0], STEADY]), False),  # one gap is no rhythm
        (np.empty(0), False),
    ],
)
def test_bursting(intervals, bursting):
    assert rules.is_bursting(intervals) is bursting


def test_phasic():
    assert rules.is_phasic_spiking(1, settled=True)
    assert not rules.is_phasic_spiking(1, settled=False)
    assert not rules.is_phasic_spiking(2, settled=True)
    assert rules.is_phasic_bursting(3, settled=True)
    assert not rules.is_phasic_bursting(2, settled=True)
    assert not rules.is_phasic_bursting(40, settled=False)


@pytest.mark.parametrize(
    ("intervals", "mixed"),
    [
        (np.concatenate([[1.0, 1.3], STEADY]), True),
        (STEADY, False),
        (np.concatenate([[1.0], STEADY]), False),  # two spikes are no burst
        (np.concatenate([[1.0, 1.8, 3.3, 4.5], STEADY]), False),  # no break: adaptation
        (np.concatenate([[1.0, 1.3], np.tile([3.0, 9.0], 9)]), False),  # not tonic later
    ],
)
def test_mixed_mode(intervals, mixed):
    assert rules.is_mixed_mode(intervals) is mixed


@pytest.mark.parametrize(
    ("intervals", "adapting"),
    [
        (np.concatenate([[1.0, 1.8, 3.3, 4.5], STEADY]), True),
        (STEADY, False),
        (STEADY[::-1] + 0.001 * np.arange(20), False),  # 0.4 % in all
        (np.linspace(5.0, 2.0, 20), False),
        (np.concatenate([[1.0], STEADY]), False),  # one step
        (np.concatenate([[1.0, 2.0, 3.0, 9.0], np.full(9, 4.0)]), False),  # comes back
    ],
)
def test_adaptation(intervals, adapting):
    assert rules.is_adapting(intervals) is adapting


def test_class_of_known_normal_forms():
    """Saddle-node on a cycle, leaky integrator, fold of cycles, supercritical Hopf."""
    excess = np.array([1e-1, 1e-2, 1e-3])
    assert rules.excitability_class(1 / np.sqrt(excess)) == 1
    assert rules.excitability_class(np.log(1 + 1 / excess)) == 1
    assert rules.excitability_class(1 / (1 + 0.5 * np.sqrt(excess))) == 2
    assert rules.excitability_class(1 / (1 + excess)) == 2
    assert rules.excitability_class(np.array([1.0, 1.2, 1.4])) is None


def test_latency():
    assert rules.is_late(8.0, 2.0, after_pulse=True)
    assert not rules.is_late(8.0, 2.0, after_pulse=False)
    assert not rules.is_late(3.0, 2.0, after_pulse=True)


def test_oscillations():
    assert rules.is_oscillating(np.array([1.0, -0.5, 0.2]))
    assert not rules.is_oscillating(np.array([1.0, -0.5]))  # one undershoot
    assert not rules.is_oscillating(np.array([1.0, -0.05, 0.02]))
    assert not rules.is_oscillating(np.empty(0))


def test_resonance_and_integration_exclude_each_other_at_one_input():
    dipped = np.array([0.6, 0.9, 1.0, 0.95, 1.0])
    rising = np.array([0.6, 0.8, 0.9, 1.0, 1.0])
    assert rules.is_resonant(dipped)
    assert not rules.is_integrating(dipped, 1.0)
    assert rules.is_integrating(rising, 1.0)
    assert not rules.is_resonant(rising)
    assert not rules.is_integrating(np.ones(5), 1.0)  # forgets at once
    assert not rules.is_resonant(np.array([0.6, 0.9, 1.0, 0.995, 1.0]))  # within precision


def test_all_or_nothing():
    assert rules.is_all_or_nothing(below=0.2, above=1.0, double=1.1)
    assert not rules.is_all_or_nothing(below=0.9, above=1.0, double=1.1)  # no jump
    assert not rules.is_all_or_nothing(below=0.2, above=1.0, double=2.0)  # graded beyond


def test_rebound():
    assert rules.is_rebound(during=0, after=1, least=1, settled=True)
    assert not rules.is_rebound(during=1, after=1, least=1, settled=True)
    assert not rules.is_rebound(during=0, after=0, least=1, settled=True)
    assert not rules.is_rebound(during=0, after=2, least=3, settled=True)
    assert not rules.is_rebound(during=0, after=9, least=1, settled=False)


def test_threshold_variability_and_after_potential():
    assert rules.is_variable_threshold(prepared=0.9, plain=1.0)
    assert not rules.is_variable_threshold(prepared=0.99, plain=1.0)
    assert rules.is_superexcitable(after_potential=10.0, spike_height=100.0, ratio=0.8)
    assert not rules.is_superexcitable(after_potential=-10.0, spike_height=100.0, ratio=0.8)
    assert not rules.is_superexcitable(after_potential=10.0, spike_height=100.0, ratio=1.2)


def test_stochastic():
    assert rules.is_stochastic(RNG.exponential(5.0, 200), silent=True)
    assert not rules.is_stochastic(RNG.exponential(5.0, 200), silent=False)
    assert not rules.is_stochastic(RNG.normal(5.0, 0.5, 200), silent=True)
    assert not rules.is_stochastic(RNG.exponential(5.0, 5), silent=True)
