"""``nd.profile``: profile likelihoods of a fit, and the intervals that they give."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from neurodyn.arrays import Array
from neurodyn.errors import unknown_name
from neurodyn.fitting.least_squares import Minimum, least_squares, remembered
from neurodyn.fitting.orthogonal import OrthogonalProblem
from neurodyn.fitting.store import Store

if TYPE_CHECKING:
    from neurodyn.fitting.iv_fit import IVFit


LEVELS = (0.68, 0.95)
_CLOSE = 5e-3  # in sqrt(rise of chi-square): half a per cent of a standard error
_MOST_REFITS = 30  # for each side of each parameter
_BETTER = 1e-3  # a fall of chi-square that rounding does not explain


@dataclass(frozen=True, eq=False)
class Profile:
    """Profile likelihood of one parameter.

    Parameters
    ----------
    name, unit : str
    values : (m,) float
        Of the parameter, ascending.
    rise : (m,) float
        Of chi-square above its minimum, all other unknowns refitted.
    intervals : mapping from level to (low, high)
        Infinite, or zero below for a positive quantity, on a side where the profile is open.
    open_below, open_above : float or None
        The level that the profile does not reach on that side before its bound; None if it does.
    """

    name: str
    unit: str
    values: Array
    rise: Array
    intervals: Mapping[float, tuple[float, float]]
    open_below: float | None
    open_above: float | None

    @property
    def is_open(self) -> bool:
        """Whether a 95 % interval has only one end, or none."""
        return self.open_below is not None or self.open_above is not None

    def __repr__(self) -> str:
        parts = [
            f"{level:.0%} [{low:.5g}, {high:.5g}]" for level, (low, high) in self.intervals.items()
        ]
        parts += [
            f"OPEN {side}: does not reach {level:.0%}"
            for side, level in (("below", self.open_below), ("above", self.open_above))
            if level is not None
        ]
        return f"{self.name} ({self.unit}): " + ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profile likelihoods of the parameters of a fit.

    Parameters
    ----------
    profiles : tuple of Profile
    thresholds : mapping from level to float
        The rise of chi-square at each level, for one parameter at a time.
    reference : str
        The distribution that gives the thresholds, with its degrees of freedom.
    better : bool
        Whether a smaller chi-square was met on the way: then the fit is not the minimum.
    """

    profiles: tuple[Profile, ...]
    thresholds: Mapping[float, float]
    reference: str
    better: bool

    def __getitem__(self, name: str) -> Profile:
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise unknown_name("profiled parameter", name, [p.name for p in self.profiles])

    def report(self) -> str:
        """Return levels and intervals as text."""
        levels = ", ".join(f"{level:.0%} at {rise:.4g}" for level, rise in self.thresholds.items())
        lines = [f"profile likelihoods, one parameter at a time: rise of chi-square {levels}"]
        lines.append(f"  ({self.reference}; joint regions of several parameters are larger)")
        lines += [f"  {profile!r}" for profile in self.profiles]
        if self.better:
            lines.append("  a smaller chi-square was met on the way: the fit is not the minimum")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; the end of an open interval is None."""
        return {
            "reference": self.reference,
            "thresholds": {str(level): rise for level, rise in self.thresholds.items()},
            "better_minimum_met": self.better,
            "parameters": {
                p.name: {
                    "unit": p.unit,
                    "values": p.values.tolist(),
                    "rise_of_chi_square": p.rise.tolist(),
                    "intervals": {
                        str(level): [
                            None if p.open_below is not None and level >= p.open_below else low,
                            None if p.open_above is not None and level >= p.open_above else high,
                        ]
                        for level, (low, high) in p.intervals.items()
                    },
                    "open_below": p.open_below,
                    "open_above": p.open_above,
                }
                for p in self.profiles
            },
        }

    def __repr__(self) -> str:
        return f"<{self.report()}>"


def profile(
    fit: IVFit,
    parameters: Sequence[str] | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> Profiles:
    """Return the profile likelihoods of a fit, with intervals at 68 and 95 %.

    A parameter is held at a row of values, all other unknowns are refitted at each, and the rise of
    chi-square is followed until it reaches the 95 % level or a bound: then the profile is *open*,
    and the data put no limit on that side (A. Raue et al., Bioinformatics 25, 1923 (2009)).

    Parameters
    ----------
    fit : IVFit
    parameters : sequence of str, optional
        Names of fitted parameters; all by default.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Profiles

    Raises
    ------
    InputError
        For a parameter that is not fitted.

    Examples
    --------
    >>> import neurodyn as nd
    >>> truth = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=40)
    >>> fit = nd.fit_iv((truth.V, truth.I), T_amb=298.0, noise=0.01)
    >>> low, high = nd.profile(fit, ["E_a"])["E_a"].intervals[0.95]
    >>> low < fit["E_a"].value < high
    True
    """
    return profiles_of(fit, parameters, Store(None, ""), progress)


def profiles_of(
    fit: IVFit,
    parameters: Sequence[str] | None,
    store: Store,
    progress: Callable[[float], None] | None = None,
) -> Profiles:
    """Profile a fit, keeping each finished parameter."""
    names = [p.name for p in fit.parameters]
    chosen = names if parameters is None else list(parameters)
    thresholds, reference = _thresholds(fit)
    found, better = [], False
    for count, name in enumerate(chosen):
        parameter = fit[name]
        step = f"profile of {name}"
        sides = store.done(step)
        if sides is None:
            i = fit.unknown_of(name)
            sides = [_side(fit.problem, fit.minimum, i, way, thresholds) for way in (-1, 1)]
            store.keep(step, sides)
        better |= any(side["better"] for side in sides)
        found.append(_profile(parameter.name, parameter.unit, fit, sides, thresholds))
        if progress is not None:
            progress((count + 1) / len(chosen))
    return Profiles(tuple(found), thresholds, reference, better)


def _thresholds(fit: IVFit) -> tuple[dict[float, float], str]:
    dof = fit.degrees_of_freedom
    if fit.chi_square is not None:
        reference = "chi-square distribution with 1 degree of freedom, noise as stated"
        return {level: float(stats.chi2.ppf(level, 1)) for level in LEVELS}, reference
    reference = f"F distribution with 1 and {dof} degrees of freedom, noise from the residuals"
    return {level: float(stats.f.ppf(level, 1, dof)) for level in LEVELS}, reference


def constrained(
    problem: OrthogonalProblem, minimum: Minimum, i: int, theta_i: float, near: Array
) -> Minimum:
    """Return the minimum with one unknown held at ``theta_i``, sought from ``near``."""
    free = np.arange(len(near)) != i
    low, high = problem.bounds

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
        cost = float(values @ values)
        return Minimum(whole(start), values, slopes, cost, True, "", 1, "linear", 0)
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
    return Minimum(
        whole(best.theta), best.residuals, best.jacobian, best.cost, best.converged,
        best.message, best.evaluations, best.loss, best.robust,
    )  # fmt: skip


def _side(
    problem: OrthogonalProblem,
    minimum: Minimum,
    i: int,
    way: int,
    thresholds: Mapping[float, float],
) -> dict[str, Any]:
    """Follow the profile to one side; return its points and the crossings of the levels."""
    covariance = minimum.covariance()
    sd = math.sqrt(covariance[i, i])
    along = covariance[:, i] / covariance[i, i]
    # a robust loss is flatter than its sandwich variance says: R. E. Chandler, S. Bate, Biometrika
    # 94, 167 (2007) stretch it so that both agree at the minimum
    stretch = 1.0
    if minimum.loss != "linear":
        stretch = _curvature(minimum, i) * covariance[i, i]
        stretch = 1.0 / stretch if stretch > 0 else 1.0
    limit = abs(problem.bounds[way > 0][i] - minimum.theta[i])
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
    """Return where a growing function, nearly a straight line, reaches the target."""
    low = max((d for d in points if function(d) < target), default=0.0)
    above = [d for d in points if function(d) >= target]
    high = min(above) if above else None
    guess = min(first, limit)
    for _ in range(_MOST_REFITS):
        if high is None:
            value = function(guess)
            if value < target:
                if guess >= limit:
                    return None
                low = max(low, guess)
                ratio = target / value if value > 0 else math.inf
                guess = min(guess * min(max(1.05 * ratio, 1.3), 3.0), limit)
                continue
            high = guess
        a, b = function(low), function(high)
        if b - target < _CLOSE * target:
            return high
        if target - a < _CLOSE * target and low > 0:
            return low
        fraction = (target - a) / (b - a)
        middle = low + min(max(fraction, 0.05), 0.95) * (high - low)
        if function(middle) < target:
            low = middle
        else:
            high = middle
    return high


def _curvature(minimum: Minimum, i: int) -> float:
    """Return the curvature of the profile of a robust loss at its minimum."""
    inverse = minimum.inverse_curvature()
    return 1.0 / float(inverse[i, i])


def _profile(
    name: str,
    unit: str,
    fit: IVFit,
    sides: Sequence[Mapping[str, Any]],
    thresholds: Mapping[float, float],
) -> Profile:
    i = fit.unknown_of(name)
    unknown, factor = fit.problem.unknowns[i], fit.factor_of(name)
    at = float(fit.minimum.theta[i])

    def value(theta: float) -> float:
        return factor * unknown.value(theta)

    def points() -> Iterator[tuple[float, float]]:
        for way, side in zip((-1, 1), sides, strict=True):
            for d, rise in zip(side["distances"], side["rises"], strict=True):
                if d > 0 or way > 0:
                    yield value(at + way * d), rise

    edges = value(-np.inf) if unknown.logarithmic else -math.inf, math.inf
    intervals: dict[float, tuple[float, float]] = {}
    opened: list[float | None] = [None, None]
    for level in sorted(thresholds):
        ends = list(edges)
        for k, (way, side) in enumerate(zip((-1, 1), sides, strict=True)):
            distance = side["crossings"][str(level)]
            if distance is not None:
                ends[k] = value(at + way * distance)
            elif opened[k] is None:
                opened[k] = level
        intervals[level] = (ends[0], ends[1])
    values, rise = np.array(sorted(points())).T
    return Profile(name, unit, values, rise, intervals, opened[0], opened[1])
