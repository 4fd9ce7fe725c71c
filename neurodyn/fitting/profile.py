"""Profile likelihoods of any fit, and the intervals that they give: ``nd.profile``."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import root_scalar

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.fitting.least_squares import Minimum, cost_of, least_squares, remembered
from neurodyn.fitting.profile_result import Profile, Profiles
from neurodyn.fitting.result import Fit
from neurodyn.fitting.store import Store
from neurodyn.fitting.unknowns import Problem, limits_of
from neurodyn.progress import Progress, silent

LEVELS = (0.68, 0.95)
_CLOSE = 5e-3  # in sqrt(rise of chi-square): half a per cent of a standard error
_MOST_REFITS = 30  # for each side of each parameter
_BETTER = 1e-3  # a fall of chi-square that rounding does not explain


@checked
def profile(
    fit: Fit,
    parameters: Sequence[str] | None = None,
    *,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
) -> Profiles:
    """Return the profile likelihoods of a fit, with intervals at 68 and 95 %.

    A parameter is held at a row of values, all other unknowns are refitted at each, and the rise of
    chi-square is followed until it reaches the 95 % level or a bound: then the profile is *open*,
    and the data put no limit on that side (A. Raue et al., Bioinformatics 25, 1923 (2009)).
    ``fit.with_profiles(profiles)`` takes them into its statuses, its verdict and its report.

    Parameters
    ----------
    fit : IVFit or TraceFit
    parameters : sequence of str, optional
        Names of fitted parameters; all by default.
    store : path, optional
        Folder of the fit, in which every finished parameter is kept.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Profiles

    Raises
    ------
    InputError
        For a parameter that is not fitted, or a folder that belongs to another fit.

    Examples
    --------
    >>> import neurodyn as nd
    >>> truth = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=40)
    >>> fit = nd.fit_iv((truth.V, truth.I), T_amb=298.0, noise=0.01)
    >>> low, high = nd.profile(fit, ["E_a"])["E_a"].intervals[0.95]
    >>> low < fit["E_a"].value < high
    True
    """
    names = [p.name for p in fit.parameters]
    chosen = names if parameters is None else list(parameters)
    places = [fit.unknown_of(name) for name in chosen]
    thresholds, reference = _thresholds(fit)
    kept = Store(store, fit.provenance["question"])
    found, better = [], False
    for count, (name, i) in enumerate(zip(chosen, places, strict=True)):
        step = f"profile of {name}"
        sides = kept.done(step)
        if sides is None:
            sides = [_side(fit, i, way, thresholds) for way in (-1, 1)]
            kept.keep(step, sides)
        better |= any(side["better"] for side in sides)
        found.append(_profile(fit, name, sides, thresholds))
        progress("profiles", (count + 1) / len(chosen))
    profiles = Profiles(tuple(found), thresholds, reference, better)
    if chosen == names:
        kept.finish(fit.with_profiles(profiles).to_dict())
    return profiles


def _thresholds(fit: Fit) -> tuple[dict[float, float], str]:
    dof = fit.noise_degrees_of_freedom
    if not math.isfinite(dof):
        reference = "chi-square distribution with 1 degree of freedom, noise as stated"
        return {level: float(stats.chi2.ppf(level, 1)) for level in LEVELS}, reference
    reference = f"F distribution with 1 and {dof:.4g} degrees of freedom, noise from the residuals"
    return {level: float(stats.f.ppf(level, 1, dof)) for level in LEVELS}, reference


def constrained(problem: Problem, minimum: Minimum, i: int, theta_i: float, near: Array) -> Minimum:
    """Return the minimum with one unknown held at ``theta_i``, sought from ``near``."""
    free = np.arange(len(near)) != i
    low, high = limits_of(problem.unknowns)

    def whole(part: Array) -> Array:
        theta = np.empty(len(near))
        theta[free], theta[i] = part, theta_i
        return theta

    def evaluate(part: Array) -> tuple[Array, Array]:
        residuals, jacobian = problem.evaluate(whole(part))
        return residuals, jacobian[:, free]

    residuals, jacobian = remembered(evaluate)
    start = np.clip(near[free], low[free], high[free])
    if not free.any():
        values, slopes = problem.evaluate(whole(start))
        return replace(
            minimum,
            theta=whole(start),
            residuals=values,
            jacobian=slopes,
            cost=cost_of(values, minimum.loss, minimum.robust),
        )
    best = least_squares(
        residuals,
        start,
        jacobian,
        (low[free], high[free]),
        loss=minimum.loss,
        robust=minimum.robust,
        tolerance=1e-9,
        evaluations=100,
    )
    return replace(best, theta=whole(best.theta))


def _side(fit: Fit, i: int, way: int, thresholds: Mapping[float, float]) -> dict[str, Any]:
    """Follow the profile to one side; return its points and the crossings of the levels."""
    problem, minimum, covariance = fit.problem, fit.minimum, fit.spread
    sd = math.sqrt(covariance[i, i])
    along = covariance[:, i] / covariance[i, i]
    # where the variance is larger than the curvature says, by a robust loss or an error of the
    # model: R. E. Chandler, S. Bate, Biometrika 94, 167 (2007) stretch so that both agree
    stretch = _curvature(minimum, i) * covariance[i, i]
    stretch = 1.0 / stretch if stretch > 0 else 1.0
    limit = abs(problem.unknowns[i].limits[way > 0] - minimum.theta[i])
    points: dict[float, tuple[float, Array]] = {0.0: (0.0, minimum.theta)}
    better = False

    def root_rise(distance: float) -> float:
        """Return the square root of the rise, at a distance from the minimum."""
        nonlocal better
        if distance not in points:
            nearest = min(points, key=lambda d: abs(d - distance))
            guess = points[nearest][1] + along * way * (distance - nearest)
            theta_i = minimum.theta[i] + way * distance
            found = constrained(problem, minimum, i, theta_i, guess)
            rise = stretch * (found.cost - minimum.cost)
            better |= rise < -_BETTER
            points[distance] = (max(rise, 0.0), found.theta)
        return math.sqrt(points[distance][0])

    crossings: dict[str, float | None] = {}
    for level, threshold in sorted(thresholds.items(), reverse=True):
        target = math.sqrt(threshold)
        crossings[str(level)] = _crossing(root_rise, target, points, sd * target, limit)
    ordered = sorted(points)
    return {
        "distances": ordered,
        "rises": [points[d][0] for d in ordered],
        "crossings": crossings,
        "better": better,
    }


def _crossing(
    function: Callable[[float], float],
    target: float,
    points: Mapping[float, Any],
    first: float,
    limit: float,
) -> float | None:
    """Return where a growing function, nearly a straight line, reaches the target; None if never.

    Near enough counts as zero, where the search for a root stops.
    """

    def excess(distance: float) -> float:
        difference = function(distance) - target
        return 0.0 if abs(difference) < _CLOSE * target else difference

    known = sorted(points)
    low = max((d for d in known if excess(d) < 0), default=0.0)
    high = next((d for d in known if excess(d) >= 0), None)
    guess = min(first, limit)
    for _ in range(_MOST_REFITS):
        if high is not None:
            break
        if excess(guess) >= 0:
            high = guess
        elif guess >= limit:
            return None
        else:
            low, value = max(low, guess), function(guess)
            ratio = target / value if value > 0 else math.inf
            guess = min(guess * min(max(1.05 * ratio, 1.3), 3.0), limit)
    if high is None or excess(high) == 0:
        return high
    found = root_scalar(excess, bracket=(low, high), method="toms748", maxiter=_MOST_REFITS)
    return float(found.root)


def _curvature(minimum: Minimum, i: int) -> float:
    """Return the curvature of the profile of a robust loss at its minimum."""
    inverse = minimum.inverse_curvature()
    return 1.0 / float(inverse[i, i])


def _profile(
    fit: Fit, name: str, sides: Sequence[Mapping[str, Any]], thresholds: Mapping[float, float]
) -> Profile:
    i = fit.unknown_of(name)
    unknown, at = fit.problem.unknowns[i], float(fit.minimum.theta[i])

    def points() -> Iterator[tuple[float, float]]:
        for way, side in zip((-1, 1), sides, strict=True):
            for d, rise in zip(side["distances"], side["rises"], strict=True):
                if d > 0 or way > 0:
                    yield unknown.reported(at + way * d), rise

    intervals: dict[float, tuple[float, float]] = {}
    opened: list[float | None] = [None, None]
    for level in sorted(thresholds):
        ends = [0.0 if unknown.logarithmic else -math.inf, math.inf]
        for k, (way, side) in enumerate(zip((-1, 1), sides, strict=True)):
            distance = side["crossings"][str(level)]
            if distance is not None:
                ends[k] = unknown.reported(at + way * distance)
            elif opened[k] is None:
                opened[k] = level
        intervals[level] = (ends[0], ends[1])
    values, rise = np.array(sorted(points())).T
    return Profile(name, unknown.unit, values, rise, intervals, opened[0], opened[1])
