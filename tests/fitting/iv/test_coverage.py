"""Synthetic truth: standard errors against Fisher numbers, coverage of intervals in 100 seeds.

The Fisher numbers (relative standard deviation in %, 1 % noise, 200 points from 0.1 uA) were worked
out elsewhere with other code.
"""

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.fitting.profile import constrained

SEEDS = 100
TRUTH = {
    "R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0, "T_offset": 3.0,
}  # fmt: skip
READ = [280.0, 300.0, 330.0, 360.0]  # what the stage shows; it is 3 K hotter
FISHER = {
    "full": (3e-3, {"R_0": 0.57, "E_a": 0.093, "eps_r_d": 0.68, "R_th": 0.47}),
    "to 0.3 mA": (0.3e-3, {"R_0": 5.8, "E_a": 0.72, "eps_r_d": 0.74, "R_th": 1.8}),
    "pre-threshold": (44e-6, {"R_0": 60.0, "E_a": 7.2, "eps_r_d": 0.96, "R_th": 12.0}),
    "four ambients": (0.3e-3, {"R_0": 5.0, "E_a": 1.4, "eps_r_d": 1.9, "R_th": 0.94}),
}
# 2e-4 of right intervals fall outside
LIMITS = {level: stats.binom.interval(1 - 2e-4, SEEDS, level) for level in (0.68, 0.95)}


def curves(case):
    top = FISHER[case][0]
    if case == "four ambients":
        return [
            nd.iv_curve(nd.devices.nbox_neuron(T_amb=T + 3.0), current=(1e-7, top), n=50)
            for T in READ
        ]
    return [nd.iv_curve(nd.devices.nbox_neuron(T_amb=298.0), current=(1e-7, top), n=200)]


def fitted(case, truth, seed, sd=0.01):
    rng = np.random.default_rng([seed, 20])
    data = [
        tuple(x * np.exp(sd * rng.standard_normal(len(x))) for x in (curve.V, curve.I))
        for curve in truth
    ]
    several = case == "four ambients"
    return nd.fit_iv(
        data, READ if several else 298.0, offset="common" if several else None, noise=0.01, starts=1
    )


@pytest.mark.parametrize("case", FISHER)
def test_standard_errors_meet_the_fisher_numbers(case):
    """At the truth (data without noise), within 20 %."""
    fit = fitted(case, curves(case), 0, sd=0.0)
    for name, percent in FISHER[case][1].items():
        found = fit[name].standard_error / fit[name].value
        assert found == pytest.approx(percent / 100, rel=0.2), name
    if case == "four ambients":
        assert fit["T_offset"].standard_error == pytest.approx(2.4, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("case", FISHER)
def test_intervals_cover_the_truth_as_often_as_they_say(case):
    """Of 100 seeds, standard-error and profile intervals hold the truth within binomial limits.

    A profile interval holds the truth just when chi-square, refitted with the parameter at the
    truth, has risen by no more than the threshold: one refit, and no search for the ends.
    """
    truth = curves(case)
    covered, refused = {}, 0
    for seed in range(SEEDS):
        fit = fitted(case, truth, seed)
        refused += not fit.accepted
        for p in fit.parameters:
            i = fit.unknown_of(p.name)
            theta = fit.problem.unknowns[i].theta(TRUTH[p.name] / fit.problem.unknowns[i].factor)
            held = constrained(fit.problem, fit.minimum, i, theta, fit.minimum.theta)
            rise = held.cost - fit.minimum.cost
            for level, (low, high) in ((0.68, p.interval_68), (0.95, p.interval)):
                for kind, inside in (
                    ("standard error", low <= TRUTH[p.name] <= high),
                    ("profile", rise <= stats.chi2.ppf(level, 1)),
                ):
                    key = (p.name, kind, level)
                    covered[key] = covered.get(key, 0) + bool(inside)
    for (name, kind, level), count in covered.items():
        low, high = LIMITS[level]
        # the standard error is the curvature at the minimum: it says nothing where R_0 is
        # uncertain by 60 %, and there the fit is refused; the profile goes on holding
        if case != "pre-threshold" or kind == "profile":
            assert low <= count <= high, (name, kind, level, count)
    if case == "pre-threshold":
        assert refused >= 85
    else:
        assert refused <= 1
