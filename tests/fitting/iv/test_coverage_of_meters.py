"""Coverage where meters and sources are as they are, in binomial limits.

Fifty seeds for each; ``NEURODYN_SEEDS=200`` for the whole study, half an hour.
The truth is :mod:`tests.fitting.measurements`, which knows nothing of the fit.
"""

import os

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from tests.fitting.measurements import TRUTH, rounded, voltage_sweep

SEEDS = int(os.environ.get("NEURODYN_SEEDS", "50"))
DEVICE = nd.devices.nbox_neuron()
LOADS = (500.0, 1000.0, 2000.0, 5000.0)
# of right intervals, one in 5000 falls outside
LIMITS = {level: stats.binom.interval(1 - 2e-4, SEEDS, level) for level in (0.68, 0.95)}
pytestmark = pytest.mark.slow


def times(values, sd, rng):
    return values * np.exp(sd * rng.standard_normal(len(values)))


def current_sweep(low=1e-7, top=3e-3, n=120):
    curve = nd.iv_curve(DEVICE, current=(low, top), n=n)
    return curve.V, curve.I


def relative(rng):
    """1 % in the current, 0.2 % in the voltage, of neither of which the fit is told."""
    V, I = current_sweep()
    return (times(V, 0.002, rng), times(I, 0.01, rng)), {}


def absolute(rng):
    """5 nA beside 0.3 %, as it is stated."""
    V, I = current_sweep()
    read = np.abs(times(I, 0.003, rng) + 5e-9 * rng.standard_normal(len(I)))
    return (times(V, 0.003, rng), read), {
        "noise": (0.003, nd.ChannelNoise(relative=0.003, absolute=5e-9))
    }


def twelve_bits(rng):
    """An ammeter of 12 bits on a fixed range; the fit sees the steps in the readings."""
    step, load = rng.uniform(0.025, 0.035), 1000.0
    V, I = voltage_sweep(DEVICE, load, 3.0, step)
    read = rounded(times(I, 0.003, rng), rng.uniform(1.6e-3, 2.4e-3))
    return tuple(x[read > 0] for x in (times(V, 0.002, rng), read)), {}


def jumps(rng):
    """Voltage sweeps behind loads of 500 ohm to 5 kohm, V read on the device, noise stated."""
    load = float(rng.choice(LOADS))
    top = 1.1 + 2e-3 * load
    V, I = voltage_sweep(DEVICE, load, top, top / 100)
    return (times(V, 0.003, rng), times(I, 0.003, rng)), {"noise": 0.003}


def compliance(rng):
    """A current limit, untold, with the noise of the ammeter on it; the noise is stated.

    Untold, 70 points do not show that the voltmeter is the better of the two: the intervals are
    then wider than they need be, and hold the truth more often than they say.
    """
    step = 0.025
    source = np.concatenate([np.arange(step, 1.4, step), np.arange(1.4, step / 2, -step)])
    V, I = voltage_sweep(DEVICE, 200.0, 1.4, step)
    limited = I > 1e-3
    shown = np.where(limited, source, V)
    read = times(np.minimum(I, 1e-3), 0.003, rng)
    return (times(shown, 5e-4, rng), read), {"noise": (5e-4, 0.003)}


def offsets(rng):
    """An offset and a leak drawn from the priors that the fit is told."""
    V, I = current_sweep()
    amps, leak = 2e-9 * rng.standard_normal(), 2e-7 * rng.standard_normal()
    meter = nd.IVInstrument(current_offset=(0.0, 2e-9), leak=(0.0, 2e-7))
    read = times(I + leak * V + amps, 0.01, rng)
    return (times(V, 0.01, rng), read), {"noise": 0.01, "instrument": meter}


KINDS = (relative, absolute, twelve_bits, jumps, compliance, offsets)


def within_limits(counts):
    for (name, level), count in counts.items():
        low, high = LIMITS[level]
        assert low <= count <= high, (name, level, count, counts)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_intervals_cover_the_truth_as_often_as_they_say(kind):
    counts = {(name, level): 0 for name in TRUTH for level in LIMITS}
    refused = 0
    for seed in range(SEEDS):
        data, options = kind(np.random.default_rng([seed, 7]))
        fit = nd.fit_iv(data, 298.0, starts=1, **options)
        refused += not fit.accepted
        for name, level in counts:
            low, high = fit.interval(name, level)
            counts[name, level] += low <= TRUTH[name] <= high
    within_limits(counts)
    assert refused <= 2


def test_intervals_of_derived_quantities_cover_the_truth():
    """Threshold, hold and Hopf points, of noise that differs between the meters, untold."""
    curve = nd.iv_curve(DEVICE)
    hopf = nd.stability(DEVICE).hopf
    truth = {
        "threshold_V": curve.threshold.V,
        "threshold_I": curve.threshold.I,
        "hold_V": curve.hold.V,
        "hold_I": curve.hold.I,
        "hopf_low": hopf[0].parameter,
        "hopf_high": hopf[1].parameter,
    }
    counts = {(name, level): 0 for name in truth for level in LIMITS}
    for seed in range(SEEDS):
        data, options = relative(np.random.default_rng([seed, 8]))
        fit = nd.fit_iv(data, 298.0, starts=1, **options)
        numbers = nd.derived(fit, draws=40, seed=seed)
        for name, level in counts:
            low, high = numbers[name].interval(level)
            counts[name, level] += low <= truth[name] <= high
    within_limits(counts)
