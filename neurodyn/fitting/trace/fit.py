"""Result of a trace fit: :class:`TraceFit`, and how it follows from a search."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from neurodyn.arguments import Count, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.fitting.parameters import fitted_parameter
from neurodyn.fitting.report import ambient_lines
from neurodyn.fitting.result import Fit
from neurodyn.fitting.trace.assumptions import model_error
from neurodyn.fitting.trace.misfit import (
    FeatureRow,
    feature_rows,
    misfit_and_warnings,
    misfit_p,
    with_remaining_misfit,
)
from neurodyn.fitting.trace.problem import FeatureTarget, TraceProblem
from neurodyn.fitting.trace.record import SpikeTrace
from neurodyn.fitting.trace.search import Found
from neurodyn.fitting.trace.symmetry import unseen_by_traces
from neurodyn.fitting.verdict import verdict_on
from neurodyn.model import Model
from neurodyn.provenance import versions

_COMPARED = {
    "features": "mean features of cycles",
    "waveform": "waveform, single shooting from the onset",
}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TraceFit(Fit):
    """A model fitted to spike traces.

    Beside what every fit has (see :class:`~neurodyn.fitting.result.Fit`); ``residuals`` are model
    minus data in standard deviations, the prior's rows last.

    Parameters
    ----------
    problem : TraceProblem
    traces : tuple of SpikeTrace
    method : {"features", "waveform"}
    features : tuple of FeatureRow
        Empty for waveforms.
    p : float
        Probability of so large a misfit of data and prior.
    T_amb_shares : (n_fitted,) float
        Exponents with which the fitted parameters follow T_amb along the symmetry of the model.
    """

    problem: TraceProblem
    traces: tuple[SpikeTrace, ...]
    method: str
    features: tuple[FeatureRow, ...]
    p: float
    T_amb_shares: Array

    def _model_of(self, theta: Array, rng: np.random.Generator) -> Model:
        if self.T_amb is None:
            return self.problem.device_at(theta)
        value, sd = self.T_amb
        shift = sd / value * float(rng.standard_normal())
        moved = self.problem.device_at(theta + self.T_amb_shares * shift)
        return moved.with_parameters(T_amb=value * math.exp(shift))

    @checked
    def overlay(self, trace: Count = 1, cycles: Positive = 3.0) -> tuple[Array, Array, Array]:
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
        theta, tolerance = self.minimum.theta, self.problem.tolerance
        model = self.problem.model_at(theta)
        as_shown = self.problem.shown(theta, target.trace.channel)
        if isinstance(target, FeatureTarget):
            starts = target.extractor.measure(record.y).starts
            cycle = target.cycle(model, self.problem.names, tolerance)
            assert cycle is not None
            elapsed = record.t - record.t[0]
            shown = elapsed <= starts[0] + (cycles - 0.2) * cycle.values["period"]
            k = np.searchsorted(starts, elapsed[shown], side="right") - 1
            y = as_shown.values(cycle.waveform(elapsed[shown] - starts[np.maximum(k, 0)]))
            return record.t[shown], record.y[shown], np.where(k >= 0, y, np.nan)
        residuals = target.rows(model, (), tolerance, as_shown)[0]
        t, y = record.t[target.used], record.y[target.used]
        shown = t <= t[0] + cycles * self.model.time_scale
        return t[shown], y[shown], (y + residuals * record.white_noise)[shown]

    @property
    def title(self) -> str:
        """What was fitted to what."""
        return f"trace fit of {self.model.name}, {_COMPARED[self.method]}"

    @property
    def invisible_to(self) -> str:
        """The kind of data."""
        return "trace"

    def inputs(self) -> list[str]:
        """Say which ambient temperature and prior went in."""
        lines = ambient_lines(self.ambients, "input, not fitted")
        prior, instruments = self.provenance["prior"], self.provenance["instruments"]
        lines += [f"prior: {prior}"] if prior else []
        lines += [f"record of {text}" for text in instruments]
        return [*lines, *(f"  {nuisance!r}" for nuisance in self.nuisances)]

    def statistics(self) -> list[str]:
        """Return features and chi-square, as lines."""
        lines, test = [], ""
        if self.features:
            lines.append(
                "features (trace, measured with bias taken out, standard error, fitted, pull):"
            )
            lines += [
                f"  {row.trace} {row.name:8} {row.measured:.6g} +- {row.standard_error:.2g} "
                f"{row.unit}  {row.fitted:.6g}  {row.pull:+.1f}"
                for row in self.features
            ]
            freedom = f"{self.noise_degrees_of_freedom:.0f} degrees of freedom"
            test = f" (Hotelling's T-squared, covariance with {freedom})"
        return [
            *lines,
            f"chi-square: {self.chi_square:.1f} for {self.degrees_of_freedom} degrees of freedom, "
            f"p = {self.p:.2g}{test}; AIC {self.aic:.1f}, BIC {self.bic:.1f}",
        ]

    def data_lines(self) -> list[str]:
        """Say what each trace is."""
        return [repr(trace) for trace in self.traces]

    def details(self) -> dict[str, Any]:
        """Return features and traces."""
        return {
            "method": self.method,
            "features": [asdict(row) for row in self.features],
            "p": self.p,
            "traces": [
                {
                    "source": trace.source,
                    "channel": trace.channel,
                    "settings": trace.settings,
                    "onset": trace.onset,
                    "samples": len(trace.t),
                    "noise": trace.white_noise,
                    "sha256": trace.sha256,
                }
                for trace in self.traces
            ],
        }


@dataclass(frozen=True, eq=False)
class Asked:
    """What was asked beside the problem itself.

    Parameters
    ----------
    traces : tuple of SpikeTrace
    instruments : tuple of str
        What is known of each channel's, in words.
    prior : str
        What is known of parameters.
    ambient : (value, standard deviation) or None [K]
    method : str
    seed : int
    """

    traces: tuple[SpikeTrace, ...]
    instruments: tuple[str, ...]
    prior: str
    ambient: tuple[float, float] | None
    method: str
    seed: int


def trace_fit(found: Found, asked: Asked) -> TraceFit:
    """Return the result that follows from a search, with its verdict."""
    problem, theta, ambient = found.problem, found.minimum.theta, asked.ambient
    k, model = len(problem.unknowns), problem.device_at(theta)
    residuals = problem.residuals(theta)
    channels = dict.fromkeys(trace.channel for trace in asked.traces)
    unseen = unseen_by_traces(model, tuple(channels))
    shares = _shares_of_ambient(unseen, problem) if ambient else np.zeros(k)
    relative = ambient[1] / ambient[0] if ambient else 0.0
    nu = min(
        (t.measured.degrees_of_freedom for t in problem.targets if isinstance(t, FeatureTarget)),
        default=math.inf,
    )
    chi_square, freedom = float(residuals @ residuals), max(len(residuals) - k, 0)
    p, rows = misfit_p(problem, residuals, freedom, nu), feature_rows(problem, theta)
    error, left = model_error(problem, found.minimum, unseen, nu)
    error = with_remaining_misfit(problem, error, found.minimum, left, freedom, nu)
    whole = error.covariance + relative**2 * np.outer(shares, shares)
    sd = np.sqrt(np.diag(whole))
    fitted = [
        fitted_parameter(unknown, float(theta[i]), float(sd[i]), nu)
        for i, unknown in enumerate(problem.unknowns)
    ]
    shown = [name in model.parameter_names for name in (u.name for u in problem.unknowns)]
    parameters = tuple(p for p, of_device in zip(fitted, shown, strict=True) if of_device)
    reasons, warnings = misfit_and_warnings(problem, found.minimum, error, rows, p)
    verdict = verdict_on(model, parameters, reasons, warnings)
    fit = TraceFit(
        model=model,
        traces=asked.traces,
        method=asked.method,
        parameters=parameters,
        nuisances=tuple(p for p, of_device in zip(fitted, shown, strict=True) if not of_device),
        fixed=_fixed(model, problem.names, unseen),
        covariance=whole[np.ix_(shown, shown)],
        spread=error.covariance,
        model_error=error,
        features=rows,
        residuals=residuals,
        chi_square=chi_square,
        p=p,
        degrees_of_freedom=freedom,
        noise_degrees_of_freedom=nu,
        aic=chi_square + 2 * k,
        bic=chi_square + k * math.log(len(residuals)),
        ambients=(ambient,) if ambient else (),
        T_amb_shares=shares,
        verdict=verdict,
        null_directions=tuple(unseen),
        problem=problem,
        minimum=found.minimum,
        provenance=_provenance(found, asked),
    )
    found.store.finish(fit.to_dict())
    return fit


def _fixed(
    model: Model, fitted: Sequence[str], unseen: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    """Return the parameters that were held, without those that no trace depends on."""
    alone = {name for direction in unseen for name in direction if len(direction) == 1}
    other = (*fitted, *model.input_names, *alone, "T_amb")
    return {name: model[name] for name in model.parameter_names if name not in other}


def _provenance(found: Found, asked: Asked) -> Mapping[str, Any]:
    return {
        "optimiser": "scipy.optimize.least_squares (trf), exact forward sensitivities",
        "fitted": list(found.problem.names),
        "prior": asked.prior,
        "instruments": list(asked.instruments),
        "status": found.minimum.message,
        "searches": [
            {"theta": start.tolist(), "cost": cost if math.isfinite(cost) else None}
            for start, cost in found.searches
        ],
        "seed": asked.seed,
        "question": found.question,
        "versions": versions(),
    }


def _shares_of_ambient(unseen: Sequence[Mapping[str, float]], problem: TraceProblem) -> Array:
    """Return the exponents with which the fitted parameters follow T_amb; none if they do not."""
    found = [direction for direction in unseen if "T_amb" in direction]
    if not found:
        return np.zeros(len(problem.unknowns))
    shares = [found[0].get(unknown.title, 0.0) for unknown in problem.unknowns]
    return np.array(shares) / found[0]["T_amb"]
