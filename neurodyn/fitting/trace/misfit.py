"""Misfit of a trace fit: how probable it is, where it is largest, and what to mind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from scipy.linalg import solve_triangular

from neurodyn.arrays import Array
from neurodyn.fitting.extensions import ModelError, score
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.residual_tests import chi_square_p_value, points_alike, trend_p_value
from neurodyn.fitting.trace.assumptions import FRAGILE
from neurodyn.fitting.trace.cycle import settled_cycle
from neurodyn.fitting.trace.features.extractor import VALUES
from neurodyn.fitting.trace.problem import FeatureTarget, TraceProblem, WaveformTarget
from neurodyn.fitting.verdict import heat_warnings, most_harmed
from neurodyn.model import Model

_MISFIT_P = 1e-4  # one false alarm in ten thousand good fits
_TREND_P = 1e-6


@dataclass(frozen=True)
class FeatureRow:
    """One feature of one trace, measured and fitted.

    Parameters
    ----------
    trace : int
        Number of the trace.
    name, unit : str
    measured : float
        Mean over cycles, bias taken out.
    standard_error : float
        Of the mean.
    scatter : float
        Standard deviation from cycle to cycle.
    bias : float
        What sampling and noise add to this feature.
    fitted : float
    """

    trace: int
    name: str
    unit: str
    measured: float
    standard_error: float
    scatter: float
    bias: float
    fitted: float

    @property
    def pull(self) -> float:
        """Measured minus fitted, in standard errors."""
        return (self.measured - self.fitted) / self.standard_error


def misfit_p(problem: TraceProblem, residuals: Array, freedom: int, nu: float) -> float:
    """Return the probability of so large a misfit.

    For features the covariance is itself estimated, so the misfit follows Hotelling's T-squared
    rather than chi-square; with several traces the smallest degrees of freedom stand for all.
    """
    return _p_of(problem, float(residuals @ residuals), freedom, nu)


def _p_of(problem: TraceProblem, square: float, freedom: int, nu: float) -> float:
    if freedom == 0:
        return 1.0
    inflation = [t.inflation for t in problem.targets if isinstance(t, FeatureTarget)]
    if not inflation or nu - freedom + 1 <= 0:
        return chi_square_p_value(square, freedom)
    square *= max(inflation)
    return float(
        stats.f.sf(square * (nu - freedom + 1) / (nu * freedom), freedom, nu - freedom + 1)
    )


def with_remaining_misfit(
    problem: TraceProblem,
    error: ModelError,
    minimum: Minimum,
    left: float,
    freedom: int,
    nu: float,
) -> ModelError:
    """Widen the errors by what is misfit beyond chance even with all granted that is asked for.

    By the ratio of chi-square to its degrees of freedom (R. T. Birge, Phys. Rev. 40, 207 (1932));
    of features, by what leaving out each of them does (the jackknife), and of a waveform, by the
    number of neighbouring residuals that count as one.
    """
    dof = max(freedom - len(error.asked[:1]), 1)
    if _p_of(problem, left, dof, nu) >= _MISFIT_P:
        return error
    covariance, first = max(left / dof, 1.0) * error.covariance, 0
    for target in problem.targets:
        rows = slice(first, first + target.size)
        first += target.size
        if isinstance(target, WaveformTarget):
            covariance = covariance * points_alike(minimum.residuals[rows])
            continue
        free = np.zeros((len(minimum.residuals), target.size))
        free[rows] = solve_triangular(target.whitener, np.eye(target.size), lower=True)
        found = [score(minimum.residuals, minimum.jacobian, column) for column in free.T]
        shifts = np.array([one.shift for one in found if one is not None])
        if len(shifts):
            covariance = covariance + (1 - 1 / target.size) * shifts.T @ shifts
    return replace(error, covariance=covariance)


def feature_rows(problem: TraceProblem, theta: Array) -> tuple[FeatureRow, ...]:
    """Return every feature of every trace beside that of the model."""
    model, rows = problem.model_at(theta), []
    for number, target in enumerate(problem.targets, start=1):
        if not isinstance(target, FeatureTarget):
            continue
        cycle = target.cycle(model, problem.names, problem.tolerance)
        if cycle is None:
            continue
        measured, names = target.measured, target.measured.names
        values = np.array([cycle.values[name] for name in names])
        shown = problem.shown(theta, target.trace.channel)
        fitted = shown.features(names, values, np.zeros((len(names), 0)))[0]
        unit = model.quantity(target.trace.channel).unit
        for i, name in enumerate(names):
            rows.append(
                FeatureRow(
                    trace=number,
                    name=name,
                    unit=unit if name in VALUES else model.time_unit,
                    measured=float(measured.values[i] - target.shift[i]),
                    standard_error=float(np.linalg.norm(target.whitener[i])),
                    scatter=float(measured.scatter[i]),
                    bias=float(target.shift[i]),
                    fitted=float(fitted[i]),
                )
            )
    return tuple(rows)


def misfit_and_warnings(
    problem: TraceProblem,
    minimum: Minimum,
    error: ModelError,
    rows: tuple[FeatureRow, ...],
    p: float,
) -> tuple[list[str], list[str]]:
    """Say what the misfit does to the parameters, and what to mind if that is little."""
    residuals, unknowns, noise = minimum.residuals, problem.unknowns, minimum.covariance()
    model = problem.device_at(minimum.theta)
    reasons, warnings = [], error.warnings(unknowns, np.sqrt(np.diag(noise)))
    if p < _MISFIT_P:
        text = _worst(problem, residuals, rows)
        harmed = most_harmed(unknowns, noise, error.covariance)
        if harmed is not None:
            reasons.append(
                f"the model does not follow the data: {text}, which leaves {harmed[0]} uncertain "
                f"by {harmed[1]:.0%}"
            )
        elif rows and not error.asked:
            reasons.append(
                f"the model does not follow the data: {text}, p = {p:.1g}, and nothing that was "
                "tried explains it, so what it does to the parameters is not known"
            )
        else:
            warnings.append(f"{text}: this is misfit, not noise; the errors are widened by it")
    for target in problem.targets:
        if isinstance(target, WaveformTarget):
            trend = trend_p_value(residuals[: target.size])
            if trend < _TREND_P:
                warnings.append(
                    f"{target.trace.source}: residuals vary slowly along the trace (p = "
                    f"{trend:.1g}): a drifting phase or misfit; method='features' does not mind "
                    "the phase"
                )
    warnings += [text.removeprefix(FRAGILE) for text in error.untold if text.startswith(FRAGILE)]
    hottest = _hottest(problem, problem.model.with_parameters(**model.parameter_values))
    return reasons, [*warnings, *heat_warnings(model, "the spikes", hottest)]


def _hottest(problem: TraceProblem, model: Model) -> float:
    """Return the highest temperature of the spikes; zero of devices without one."""
    found = [0.0]
    if "T" not in model.state_names:
        return 0.0
    for target in problem.targets:
        at = model.with_parameters(**target.trace.settings)
        cycle = settled_cycle(at, target.trace.channel, problem.names)
        if cycle is not None:
            found.append(float(cycle.run.traj["T"].max()))
    return max(found)


def _worst(problem: TraceProblem, residuals: Array, rows: tuple[FeatureRow, ...]) -> str:
    """Return the largest misfit in words, and its size relative to what was measured."""
    if rows:
        swing = {
            row.trace: abs(row.measured) for row in rows if row.name == "peak"
        }  # a trough near zero has no relative error of its own
        worst = max(rows, key=lambda row: abs(row.pull))
        scale = max(
            abs(worst.measured),
            swing.get(worst.trace, 0.0) if worst.unit != problem.model.time_unit else 0.0,
        )
        size = abs(worst.measured - worst.fitted) / scale
        return (
            f"the {worst.name} of trace {worst.trace} is off by {abs(worst.pull):.1f} standard "
            f"errors ({size:.1%})"
        )
    target = problem.targets[0]
    rms = float(np.sqrt(np.mean(residuals[: target.size] ** 2))) * target.trace.white_noise
    size = rms / float(np.ptp(target.trace.y))
    return f"the residuals are {size:.1%} of the swing, and larger than the noise"
