"""The result of :func:`neurodyn.fit_trace`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.diagnostics import chi_square_p_value, trend_p_value
from neurodyn.fitting.iv_fit import SCALING, FittedParameter
from neurodyn.fitting.least_squares import inverse_normal_matrix
from neurodyn.fitting.trace_record import SpikeTrace
from neurodyn.fitting.trace_search import Found
from neurodyn.fitting.trace_targets import FeatureTarget, TraceProblem, WaveformTarget
from neurodyn.model import Model, Quantity
from neurodyn.provenance import versions

Array = npt.NDArray[np.float64]

_MISFIT_P = 1e-4  # one false alarm in ten thousand good fits
_LARGE_MISFIT = 0.03  # below 3 % it is a warning: the numbers are still of use


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


@dataclass(frozen=True, eq=False, repr=False)
class TraceFit:
    """A model fitted to spike traces.

    Parameters
    ----------
    model : Model
        With the fitted values.
    traces : tuple of SpikeTrace
    method : {"features", "waveform"}
    parameters : tuple of FittedParameter
    correlation : (n_fitted, n_fitted) float
    covariance : (n_fitted, n_fitted) float
        Of the log parameters, T_amb's share included.
    features : tuple of FeatureRow
        Empty for waveforms.
    residuals : (n,) float
        Model minus data in standard deviations, the prior's rows last.
    chi_square, p : float
        Misfit of the data (and prior), and the probability of so large a one.
    degrees_of_freedom : int
        Of chi-square.
    noise_degrees_of_freedom : float
        Of the feature covariance; of Student's t in the intervals. Infinite for waveforms.
    aic, bic : float
    T_amb : (value, standard deviation) [K], or None
    accepted : bool
    reasons, warnings : tuple of str
    problem : TraceProblem
    provenance : mapping
    """

    model: Model
    traces: tuple[SpikeTrace, ...]
    method: str
    parameters: tuple[FittedParameter, ...]
    correlation: Array
    covariance: Array
    features: tuple[FeatureRow, ...]
    residuals: Array
    chi_square: float
    p: float
    degrees_of_freedom: int
    noise_degrees_of_freedom: float
    aic: float
    bic: float
    T_amb: tuple[float, float] | None
    accepted: bool
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    problem: TraceProblem
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> FittedParameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise unknown_name("fitted parameter", name, [p.name for p in self.parameters])

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of a parameter, symmetric in ln(value).

        Raises
        ------
        InputError
            For an unknown parameter, or a level that is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise InputError(f"level is {level!r}; expected between 0 and 1, e.g. 0.95")
        p = self[name]
        i = self.parameters.index(p)
        half = _quantile(level, self.noise_degrees_of_freedom) * math.sqrt(self.covariance[i, i])
        return p.value * math.exp(-half), p.value * math.exp(half)

    def sample(self, n: int, seed: int = 0) -> list[Model]:
        """Return ``n`` models drawn from the uncertainty of the fit, T_amb included."""
        rng = np.random.default_rng(seed)
        names = self.problem.names
        theta = np.log([self.model[name] for name in names])
        statistical = np.array(self.provenance["statistical_covariance"])
        draws = rng.multivariate_normal(theta, statistical, size=n, method="eigh")
        models = []
        for draw in draws:
            shift = 0.0 if self.T_amb is None else self.T_amb[1] / self.T_amb[0]
            shift *= float(rng.standard_normal())
            values = {
                name: math.exp(x + SCALING.get(name, 0) * shift)
                for name, x in zip(names, draw, strict=True)
            }
            if self.T_amb is not None:
                values["T_amb"] = self.T_amb[0] * math.exp(shift)
            models.append(self.model.with_parameters(**values))
        return models

    def report(self) -> str:
        """Return the fit as text: verdict, parameters, correlations, features, tests."""
        lines = [
            f"trace fit of {self.model.name}, {self.provenance['compared']}",
            *(f"  {trace!r}" for trace in self.traces),
            f"verdict: {'accepted' if self.accepted else 'REJECTED'}",
            *(f"  reason: {reason}" for reason in self.reasons),
        ]
        if self.T_amb is not None:
            lines.append(f"T_amb = {self.T_amb[0]:g} +- {self.T_amb[1]:g} K (input, not fitted)")
        if self.provenance["prior"]:
            lines.append(f"prior: {self.provenance['prior']}")
        lines.append("parameters (standard error, 95 % interval of one parameter):")
        lines += [
            f"  {p!r}  [{p.interval[0]:.5g}, {p.interval[1]:.5g}]  {p.meaning}"
            for p in self.parameters
        ]
        lines.append("correlations above 0.1 in size:")
        for i, first in enumerate(self.parameters):
            lines += [
                f"  {first.name}, {second.name}: {self.correlation[i, j]:+.4f}"
                for j, second in enumerate(self.parameters[:i])
                if abs(self.correlation[i, j]) > 0.1
            ]
        if self.features:
            lines.append(
                "features (trace, measured with bias taken out, standard error, fitted, pull):"
            )
            lines += [
                f"  {row.trace} {row.name:8} {row.measured:.6g} +- {row.standard_error:.2g} "
                f"{row.unit}  {row.fitted:.6g}  {row.pull:+.1f}"
                for row in self.features
            ]
        lines.append(
            f"chi-square: {self.chi_square:.1f} for {self.degrees_of_freedom} degrees of freedom, "
            f"p = {self.p:.2g}; AIC {self.aic:.1f}, BIC {self.bic:.1f}"
        )
        lines += [f"warning: {warning}" for warning in self.warnings]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data for JSON."""
        return {
            "accepted": self.accepted,
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "method": self.method,
            "parameters": {
                p.name: {
                    "value": p.value,
                    "unit": p.unit,
                    "standard_error": p.standard_error,
                    "interval_68": list(p.interval_68),
                    "interval_95": list(p.interval),
                    "status": p.status,
                }
                for p in self.parameters
            },
            "correlation": self.correlation.tolist(),
            "T_amb": None
            if self.T_amb is None
            else {"value": self.T_amb[0], "standard_deviation": self.T_amb[1], "unit": "K"},
            "features": [
                {
                    "trace": row.trace,
                    "name": row.name,
                    "unit": row.unit,
                    "measured": row.measured,
                    "standard_error": row.standard_error,
                    "scatter": row.scatter,
                    "bias": row.bias,
                    "fitted": row.fitted,
                }
                for row in self.features
            ],
            "chi_square": self.chi_square,
            "p": self.p,
            "degrees_of_freedom": self.degrees_of_freedom,
            "aic": self.aic,
            "bic": self.bic,
            "traces": [
                {
                    "source": trace.source,
                    "channel": trace.channel,
                    "settings": dict(trace.settings),
                    "onset": trace.onset,
                    "samples": len(trace.t),
                    "noise": trace.white_noise,
                    "sha256": trace.sha256,
                }
                for trace in self.traces
            ],
            "provenance": dict(self.provenance),
        }

    def __repr__(self) -> str:
        verdict = "accepted" if self.accepted else "rejected: " + "; ".join(self.reasons)
        parameters = "; ".join(map(repr, self.parameters))
        return f"<trace fit by {self.method}, {verdict}; {parameters}; p {self.p:.2g}>"


def _quantile(level: float, nu: float) -> float:
    return float(
        stats.t.ppf(0.5 + 0.5 * level, nu)
        if math.isfinite(nu)
        else stats.norm.ppf(0.5 + 0.5 * level)
    )


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
    reasons, warnings = _verdict(problem, parameters, residuals, rows, p)
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
    quantity = model.quantity(name)
    assert isinstance(quantity, Quantity)
    value = math.exp(theta)
    if min(theta - low, high - theta) < 1e-6 * (high - low):
        status = "at bound"
    else:
        status = "well determined" if sd < 0.1 else "weak" if sd < 0.5 else "not determined"
    label, unit, meaning, factor = name, quantity.unit, quantity.meaning, 1.0
    if name == "eps_r" and "d" in model.parameter_names:
        label, unit, factor = "eps_r_d", "m", model["d"]
        meaning = "relative permittivity times oxide thickness"
    half, narrow = (min(_quantile(level, nu) * sd, 300.0) for level in (0.95, 0.68))
    return FittedParameter(
        name=label,
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
    return reasons, warnings


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
