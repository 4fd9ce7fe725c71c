"""The result of :func:`neurodyn.fit_trace`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.iv_fit import SCALING, FittedParameter
from neurodyn.fitting.trace_record import SpikeTrace
from neurodyn.fitting.trace_targets import FeatureTarget, TraceProblem
from neurodyn.model import Model


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
        half = quantile(level, self.noise_degrees_of_freedom) * math.sqrt(self.covariance[i, i])
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

    def overlay(self, trace: int = 1, cycles: float = 3.0) -> tuple[Array, Array, Array]:
        """Return the beginning of a trace beside the fitted model: t, data and model, (n,) each.

        By features the model's settled cycle is laid on each measured cycle anew, from where that
        cycle rises through half height; NaN before the first.

        Parameters
        ----------
        trace : int
            Number of the trace, from 1.
        cycles : float
            How much to return.

        Raises
        ------
        InputError
            For a trace that there is not.
        """
        if not 1 <= trace <= len(self.traces):
            raise InputError(f"trace is {trace}; expected 1 to {len(self.traces)}")
        record, target = self.traces[trace - 1], self.problem.targets[trace - 1]
        if isinstance(target, FeatureTarget):
            starts = target.extractor.measure(record.y).starts
            cycle = target.cycle(self.model, self.problem.names, self.problem.tolerance)
            assert cycle is not None
            elapsed = record.t - record.t[0]
            shown = elapsed <= starts[0] + (cycles - 0.2) * cycle.values["period"]
            k = np.searchsorted(starts, elapsed[shown], side="right") - 1
            model = cycle.waveform(elapsed[shown] - starts[np.maximum(k, 0)])
            return record.t[shown], record.y[shown], np.where(k >= 0, model, np.nan)
        residuals = target.rows(self.model, (), self.problem.tolerance)[0]
        t, y = record.t[target.used], record.y[target.used]
        shown = t <= t[0] + cycles * self.model.time_scale
        return t[shown], y[shown], (y + residuals * record.white_noise)[shown]

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
        test = (
            f" (Hotelling's T-squared, covariance with {self.noise_degrees_of_freedom:.0f} degrees "
            "of freedom)"
            if self.features
            else ""
        )
        lines.append(
            f"chi-square: {self.chi_square:.1f} for {self.degrees_of_freedom} degrees of freedom, "
            f"p = {self.p:.2g}{test}; AIC {self.aic:.1f}, BIC {self.bic:.1f}"
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


def quantile(level: float, nu: float) -> float:
    """Return the half-width of a two-sided interval, in standard errors, by Student's t."""
    upper = 0.5 + 0.5 * level
    return float(stats.t.ppf(upper, nu) if math.isfinite(nu) else stats.norm.ppf(upper))
