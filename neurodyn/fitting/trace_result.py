"""From a search to a :class:`TraceFit`: values with errors, tests, verdict."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from neurodyn.arrays import Array
from neurodyn.fitting.diagnostics import chi_square_p_value, trend_p_value
from neurodyn.fitting.fittable import meaning_and_factor, public_name
from neurodyn.fitting.iv_fit import SCALING, FittedParameter
from neurodyn.fitting.least_squares import inverse_normal_matrix
from neurodyn.fitting.trace_cycle import settled_cycle
from neurodyn.fitting.trace_fit import FeatureRow, TraceFit, quantile
from neurodyn.fitting.trace_search import Found
from neurodyn.fitting.trace_targets import FeatureTarget, TraceProblem, WaveformTarget
from neurodyn.fitting.verdict import NBO2_TRANSITION
from neurodyn.model import Model
from neurodyn.provenance import versions

_MISFIT_P = 1e-4  # one false alarm in ten thousand good fits
_LARGE_MISFIT = 0.03  # below 3 % it is a warning: the numbers are still of use


def trace_fit(
    found: Found, ambient: tuple[float, float] | None, method: str, seed: int
) -> TraceFit:
    """Put together the result of a search."""
    problem, theta = found.problem, found.minimum.theta
    names, k = problem.names, len(problem.names)
    model = problem.model_at(theta)
    residuals, jacobian = problem.rows(theta)
    statistical = inverse_normal_matrix(jacobian)
    share = np.array([SCALING.get(name, 0) for name in names], dtype=float)
    relative = 0.0 if ambient is None else ambient[1] / ambient[0]
    total = statistical + relative**2 * np.outer(share, share)
    sd = np.sqrt(np.diag(total))
    nu = min(
        (t.measured.degrees_of_freedom for t in problem.targets if isinstance(t, FeatureTarget)),
        default=math.inf,
    )
    chi_square, freedom = float(residuals @ residuals), max(len(residuals) - k, 0)
    p = _misfit_p(problem, residuals, freedom, nu)
    rows = _feature_rows(problem, model)
    parameters = tuple(
        _parameter(model, name, theta[i], float(sd[i]), found.bounds[0][i], found.bounds[1][i], nu)
        for i, name in enumerate(names)
    )
    reasons, warnings = _verdict(problem, model, parameters, residuals, rows, p)
    fit = TraceFit(
        model=model,
        traces=tuple(target.trace for target in problem.targets),
        method=method,
        parameters=parameters,
        correlation=total / np.outer(sd, sd),
        covariance=total,
        features=rows,
        residuals=residuals,
        chi_square=chi_square,
        p=p,
        degrees_of_freedom=freedom,
        noise_degrees_of_freedom=nu,
        aic=chi_square + 2 * k,
        bic=chi_square + k * math.log(len(residuals)),
        T_amb=ambient,
        accepted=not reasons,
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        problem=problem,
        provenance={
            "compared": "mean features of cycles"
            if method == "features"
            else "waveform, single shooting from the onset",
            "optimiser": "scipy.optimize.least_squares (trf), exact forward sensitivities",
            "fitted": list(names),
            "statistical_covariance": statistical.tolist(),
            "prior": ""
            if problem.prior is None
            else f"{problem.prior.source} ({', '.join(problem.prior.names)})",
            "status": found.minimum.message,
            "searches": [
                {"theta": start.tolist(), "cost": cost if math.isfinite(cost) else None}
                for start, cost in found.searches
            ],
            "seed": seed,
            "versions": versions(),
        },
    )
    found.store.finish(fit.to_dict())
    return fit


def _misfit_p(problem: TraceProblem, residuals: Array, freedom: int, nu: float) -> float:
    """Return the probability of so large a misfit.

    For features the covariance is itself estimated, so the misfit follows Hotelling's T-squared
    rather than chi-square; with several traces the smallest degrees of freedom stand for all.
    """
    if freedom == 0:
        return 1.0
    inflation = [t.inflation for t in problem.targets if isinstance(t, FeatureTarget)]
    square = float(residuals @ residuals)
    if not inflation or nu - freedom + 1 <= 0:
        return chi_square_p_value(square, freedom)
    square *= max(inflation)
    return float(
        stats.f.sf(square * (nu - freedom + 1) / (nu * freedom), freedom, nu - freedom + 1)
    )


def _feature_rows(problem: TraceProblem, model: Model) -> tuple[FeatureRow, ...]:
    rows = []
    for number, target in enumerate(problem.targets, start=1):
        if not isinstance(target, FeatureTarget):
            continue
        cycle = target.cycle(model, problem.names, problem.tolerance)
        if cycle is None:
            continue
        measured = target.measured
        unit = model.quantity(target.trace.channel).unit
        for i, name in enumerate(measured.names):
            rows.append(
                FeatureRow(
                    trace=number,
                    name=name,
                    unit=unit if name in ("peak", "trough", "mean") else model.time_unit,
                    measured=float(measured.values[i] - target.shift[i]),
                    standard_error=float(np.linalg.norm(target.whitener[i])),
                    scatter=float(measured.scatter[i]),
                    bias=float(target.shift[i]),
                    fitted=cycle.values[name],
                )
            )
    return tuple(rows)


def _parameter(
    model: Model, name: str, theta: float, sd: float, low: float, high: float, nu: float
) -> FittedParameter:
    value, (unit, meaning, factor) = math.exp(theta), meaning_and_factor(name, model)
    if min(theta - low, high - theta) < 1e-6 * (high - low):
        status = "at bound"
    else:
        status = "well determined" if sd < 0.1 else "weak" if sd < 0.5 else "not determined"
    half, narrow = (min(quantile(level, nu) * sd, 300.0) for level in (0.95, 0.68))
    return FittedParameter(
        name=public_name(name, model),
        unit=unit,
        meaning=meaning,
        value=factor * value,
        standard_error=factor * value * sd,
        interval=(factor * value * math.exp(-half), factor * value * math.exp(half)),
        status=status,
        interval_68=(factor * value * math.exp(-narrow), factor * value * math.exp(narrow)),
    )


def _verdict(
    problem: TraceProblem,
    model: Model,
    parameters: tuple[FittedParameter, ...],
    residuals: Array,
    rows: tuple[FeatureRow, ...],
    p: float,
) -> tuple[list[str], list[str]]:
    """Say why the fit is not to be believed, and what to mind if it is."""
    reasons, warnings = [], []
    if p < _MISFIT_P:
        text, size = _worst(problem, residuals, rows)
        if size > _LARGE_MISFIT:
            reasons.append(f"the model does not follow the data: {text}")
        else:
            warnings.append(f"{text}: this is misfit, not noise; the standard errors are too small")
    for parameter in parameters:
        if parameter.status == "at bound":
            reasons.append(
                f"{parameter.name} runs to its bound ({parameter.value:.3g} {parameter.unit})"
            )
        elif parameter.status == "not determined":
            reasons.append(
                f"{parameter.name} is not determined by these data (standard error "
                f"{parameter.standard_error / parameter.value:.0%})"
            )
    for target in problem.targets:
        if isinstance(target, WaveformTarget):
            part = residuals[: target.size]
            trend = trend_p_value(part)
            if trend < 1e-6:
                warnings.append(
                    f"{target.trace.source}: residuals vary slowly along the trace (p = "
                    f"{trend:.1g}): a drifting phase or misfit; method='features' does not mind "
                    "the phase"
                )
    return reasons, [*warnings, *_hot(problem, model)]


def _hot(problem: TraceProblem, model: Model) -> list[str]:
    """Warn if the spikes are hotter than the material stays the same."""
    if not {"T", "eps_r"} <= {*model.state_names, *model.parameter_names}:
        return []
    hottest = 0.0
    for target in problem.targets:
        at = model.with_parameters(**target.trace.settings)
        cycle = settled_cycle(at, target.trace.channel, problem.names)
        if cycle is not None:
            hottest = max(hottest, float(cycle.run.traj["T"].max()))
    if hottest < NBO2_TRANSITION:
        return []
    return [
        f"the spikes reach {hottest:.0f} K, above the transition of NbO2 near "
        f"{NBO2_TRANSITION:.0f} K, where the model is an extrapolation"
    ]


def _worst(
    problem: TraceProblem, residuals: Array, rows: tuple[FeatureRow, ...]
) -> tuple[str, float]:
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
            f"errors ({size:.1%})",
            size,
        )
    target = problem.targets[0]
    rms = float(np.sqrt(np.mean(residuals[: target.size] ** 2))) * target.trace.white_noise
    size = rms / float(np.ptp(target.trace.y))
    return f"the residuals are {size:.1%} of the swing, and larger than the noise", size
