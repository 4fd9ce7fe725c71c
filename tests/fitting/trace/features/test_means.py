"""Covariance of mean features, against the scatter of the means of many records."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.fitting.trace.features.extractor import PER_CYCLE, extractor
from neurodyn.fitting.trace.features.means import mean_features

CYCLES, RECORDS, DT = 60, 200, 1e-9
UNMOVED = np.zeros((len(PER_CYCLE), 2))


def table(crossing, walk, drift, rng):
    """Return cycles whose periods have noise of crossings, of their own, and that of neighbours."""
    e = crossing * rng.standard_normal(CYCLES + 1)
    slow = np.zeros(CYCLES)
    for i in range(1, CYCLES):
        slow[i] = 0.6 * slow[i - 1] + 0.8 * rng.standard_normal()
    values = 1e-3 * rng.standard_normal((CYCLES, len(PER_CYCLE)))
    own = walk * rng.standard_normal(CYCLES)
    values[:, PER_CYCLE.index("period")] = 1e-6 + np.diff(e) + own + drift * slow
    return values


@pytest.mark.parametrize(
    ("crossing", "walk", "drift", "within"),
    [
        (1e-8, 0.0, 0.0, 0.25),  # the sum of the periods is known but for its two ends
        (0.0, 1e-8, 0.0, 0.1),  # independent periods: scatter / sqrt(n)
        (1e-8, 1e-8, 0.0, 0.25),
        (0.0, 3e-9, 1e-8, 0.25),  # neighbours alike: Bartlett weights see most of it
    ],
)
def test_mean_period_is_as_well_known_as_many_records_say(crossing, walk, drift, within):
    rng = np.random.default_rng(3)
    found = [
        mean_features(table(crossing, walk, drift, rng), UNMOVED, PER_CYCLE, DT)
        for _ in range(RECORDS)
    ]
    told = np.sqrt(np.mean([m.covariance[0, 0] for m in found]))
    assert told == pytest.approx(np.std([m.values[0] for m in found]), rel=within)


def test_noise_of_crossings_alone_leaves_the_ends():
    """Closed form: (e_n - e_0) / n, so sqrt(2) / n of the noise, not sqrt(2 / n)."""
    rng = np.random.default_rng(5)
    found = [mean_features(table(1e-8, 0, 0, rng), UNMOVED, PER_CYCLE, DT) for _ in range(RECORDS)]
    told = np.median([m.covariance[0, 0] for m in found])
    assert np.sqrt(told - (0.005 * DT) ** 2) == pytest.approx(np.sqrt(2) * 1e-8 / CYCLES, rel=0.1)


def test_errors_of_the_levels_are_shared_by_all_cycles():
    """Noisy records against their scatter: also how width and rise go with peak and trough."""
    model = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12)
    t = np.arange(1e-6, 4e-6, 0.9e-9)
    clean = nd.solve(model, 4e-6, method=nd.Adaptive(1e-9)).at(t, "V")
    means, told = [], []
    for seed in range(100):
        y = clean + 3e-3 * np.random.default_rng(seed).standard_normal(len(t))
        trace = nd.spike_trace((t, y))
        ex = extractor(trace)
        found = mean_features(
            ex.measure(trace.y).values, ex.level_slopes(trace.y), PER_CYCLE, trace.dt
        )
        means.append(found.values)
        told.append(found.covariance)
    seen, told = np.cov(np.array(means).T), np.mean(told, axis=0)
    sd, told_sd = np.sqrt(np.diag(seen)), np.sqrt(np.diag(told))
    shares = dict(zip(PER_CYCLE, told_sd / sd, strict=True))
    del shares["period"]  # known better than the resolution of the sampling allowed for
    assert all(0.8 < share < 1.25 for share in shares.values()), shares
    i, j = PER_CYCLE.index("peak"), PER_CYCLE.index("rise")
    assert told[i, j] / (told_sd[i] * told_sd[j]) == pytest.approx(
        seen[i, j] / (sd[i] * sd[j]), abs=0.2
    )
    assert seen[i, j] / (sd[i] * sd[j]) > 0.4
