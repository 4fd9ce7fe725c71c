"""Result of any fit: a model, its parameters with intervals, a verdict, a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from neurodyn.arguments import Count, Tolerance, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import unknown_name
from neurodyn.fitting import report
from neurodyn.fitting.extensions import ModelError
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.parameters import FittedParameter, interval_of
from neurodyn.fitting.profile_result import Profiles
from neurodyn.fitting.unknowns import Problem
from neurodyn.fitting.verdict import Verdict, judged_by_profiles
from neurodyn.model import Model
from neurodyn.tables import plain


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Fit:
    """A model fitted to data.

    Parameters
    ----------
    model : Model
        With the fitted values.
    parameters : tuple of FittedParameter
    nuisances : tuple of FittedParameter
        What was fitted of the instruments, where it is no parameter of its own.
    fixed : mapping from name to value
        Parameters that the data could hold, held.
    covariance : (n_fitted, n_fitted) float
        Of what the fit varied: logarithms of the parameters, offsets themselves; the shares of
        T_amb and of errors of the model included.
    spread : (n_unknowns, n_unknowns) float
        The same of all unknowns of the problem, without a share of T_amb that is no unknown.
    model_error : ModelError
        What the fit assumes, what the data say of it, and what that does to the errors.
    residuals : (n,) float
    chi_square : float or None
        None if the noise is known from the residuals alone.
    degrees_of_freedom : int
        Of chi-square: data and priors less unknowns.
    noise_degrees_of_freedom : float
        Of the noise, and of Student's t in the intervals; infinite if it is stated.
    aic, bic : float
        Information criteria for Gaussian noise.
    ambients : tuple of (value, standard deviation) [K]
        Ambient temperature of each measurement, or one for all.
    verdict : Verdict
    null_directions : tuple of mappings from name to exponent
        How parameters of the model can be scaled together without any trace in such data.
    provenance : mapping
    problem : Problem
    minimum : Minimum
    profiles : Profiles, optional
    """

    model: Model
    parameters: tuple[FittedParameter, ...]
    fixed: Mapping[str, float]
    covariance: Array
    spread: Array
    model_error: ModelError
    residuals: Array
    chi_square: float | None
    degrees_of_freedom: int
    noise_degrees_of_freedom: float
    aic: float
    bic: float
    ambients: tuple[tuple[float, float], ...]
    verdict: Verdict
    null_directions: tuple[Mapping[str, float], ...]
    provenance: Mapping[str, Any]
    problem: Problem = field(repr=False)
    minimum: Minimum = field(repr=False)
    profiles: Profiles | None = None
    nuisances: tuple[FittedParameter, ...] = ()

    @checked
    def __getitem__(self, name: str) -> FittedParameter:
        known = (*self.parameters, *self.nuisances)
        for parameter in known:
            if parameter.name == name:
                return parameter
        raise unknown_name("fitted parameter", name, [p.name for p in known])

    @property
    def accepted(self) -> bool:
        """Whether there is no reason against the fit."""
        return self.verdict.accepted

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the fit is rejected; empty if it is not."""
        return self.verdict.reasons

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know that is no reason to reject."""
        return self.verdict.warnings

    @property
    def T_amb(self) -> tuple[float, float] | None:
        """Ambient temperature of the first measurement and its standard deviation [K]."""
        return self.ambients[0] if self.ambients else None

    @property
    def correlation(self) -> Array:
        """Correlation of the parameters, (n_fitted, n_fitted)."""
        sd = np.sqrt(np.diag(self.covariance))
        return self.covariance / np.outer(sd, sd)

    @checked
    def unknown_of(self, name: str) -> int:
        """Return the place of a fitted parameter among the unknowns of the problem."""
        self[name]
        return [unknown.title for unknown in self.problem.unknowns].index(name)

    @checked
    def interval(self, name: str, level: Tolerance = 0.95) -> tuple[float, float]:
        """Return the interval of a parameter, symmetric in ln(value) where the fit varies that.

        Raises
        ------
        InputError
            For an unknown parameter, or a level that is not between 0 and 1.
        """
        i, place = self.parameters.index(self[name]), self.unknown_of(name)
        sd, theta = math.sqrt(self.covariance[i, i]), float(self.minimum.theta[place])
        unknown = self.problem.unknowns[place]
        return interval_of(unknown, theta, sd, level, self.noise_degrees_of_freedom)

    @checked
    def with_profiles(self, profiles: Profiles) -> Self:
        """Return the fit with profile likelihoods, and statuses that follow from them."""
        parameters, verdict = judged_by_profiles(self.parameters, self.verdict, profiles)
        return replace(self, parameters=parameters, verdict=verdict, profiles=profiles)

    @checked
    def sample(self, n: Count, seed: Whole = 0) -> list[Model]:
        """Return ``n`` models drawn from the uncertainty of the fit, T_amb included.

        The unknowns are drawn with the fit's covariance, in logarithms: from a normal distribution
        where the noise is stated, else from Student's t.
        T_amb of each draw is that of the first measurement.

        Examples
        --------
        >>> import neurodyn as nd, numpy as np
        >>> curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3))
        >>> noisy = curve.V * (1 + 0.01 * np.sin(np.arange(400.0) ** 2))
        >>> fit = nd.fit_iv(nd.iv_data(noisy, curve.I), T_amb=298.0)
        >>> len(fit.sample(3, seed=1))
        3
        """
        rng = np.random.default_rng(seed)
        off = rng.multivariate_normal(np.zeros(len(self.spread)), self.spread, n, method="eigh")
        if math.isfinite(self.noise_degrees_of_freedom):  # as Student's t, like the intervals
            nu = self.noise_degrees_of_freedom
            off *= np.sqrt(nu / rng.chisquare(nu, n))[:, None]
        return [self._model_of(self.minimum.theta + one, rng) for one in off]

    # ------------------------------------------------------------------ what each kind of fit adds

    def _model_of(self, theta: Array, rng: np.random.Generator) -> Model:
        """Return the model of a draw; T_amb may still have to be drawn."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """What was fitted to what."""
        raise NotImplementedError

    @property
    def invisible_to(self) -> str:
        """The kind of data, as in "what no ... shows"."""
        raise NotImplementedError

    def inputs(self) -> list[str]:
        """Say what went in beside the data."""
        raise NotImplementedError

    def statistics(self) -> list[str]:
        """Say what the residuals say."""
        raise NotImplementedError

    def data_lines(self) -> list[str]:
        """Say what was measured, and what was set aside."""
        raise NotImplementedError

    def details(self) -> dict[str, Any]:
        """Return what is special to this kind of fit, for :meth:`to_dict`."""
        raise NotImplementedError

    def assumption_lines(self) -> list[str]:
        """Say what the fit assumes, and what that may do to it."""
        sd = np.sqrt(np.diag(self.minimum.covariance()))
        unknowns = self.problem.unknowns
        tried = [e.line(unknowns, sd) for e in self.model_error.extensions]
        told = [f"  {line}" for line in (*tried, *self.model_error.untold)]
        return ["assumed, each tried as one unknown more:", *told] if told else []

    # ------------------------------------------------------------------ in words and as data

    def report(self) -> str:
        """Return the fit as text: verdict, parameters, correlations, tests, data."""
        lines = [self.title, *report.verdict_lines(self.verdict), *self.inputs()]
        lines += ["parameters (standard error, 95 % interval of one parameter):"]
        lines += [*report.parameter_lines(self.parameters), report.held_line(self.fixed)]
        lines += [*self.assumption_lines(), f"what no {self.invisible_to} shows:"]
        lines += [f"  {line}" for line in report.null_lines(self.null_directions)]
        lines += ["correlations above 0.1 in size:"]
        lines += [f"  {x}" for x in report.correlation_lines(self.parameters, self.correlation)]
        lines += [] if self.profiles is None else [self.profiles.report()]
        lines += self.statistics()
        lines += [f"warning: {warning}" for warning in self.warnings]
        return "\n".join([*lines, *self.data_lines()])

    @checked
    def to_markdown(self, *more: str) -> str:
        """Return the fit as a Markdown page, with further texts as sections of their own.

        Parameters
        ----------
        *more : str
            Reports on what follows from the fit: ``nd.derived(fit).report()``.
        """

        def section(title: str, lines: Sequence[str]) -> list[str]:
            return ["", f"## {title}", "", *lines]

        title, *about = self.title.splitlines()
        lines = [f"# {title}", "", *about]
        lines += [f"Verdict: **{'accepted' if self.accepted else 'REJECTED'}**.", ""]
        lines += [f"- reason: {reason}" for reason in self.reasons]
        lines += [f"- warning: {warning}" for warning in self.warnings]
        lines += [f"- {line.strip()}" for line in self.inputs()]
        lines += ["", *report.parameter_table(self.parameters, self.fixed)]
        if self.profiles is not None:
            lines += section("Profile likelihoods", ["```", self.profiles.report(), "```"])
        for text in more:
            lines += section("What follows", ["```", text, "```"])
        lines += section("Statistics", [f"- {line.strip()}" for line in self.statistics()])
        correlations = report.correlation_lines(self.parameters, self.correlation)
        lines += section("Correlations above 0.1 in size", [f"- {line}" for line in correlations])
        assumed = self.assumption_lines()
        lines += section("Assumed", [f"- {line.strip()}" for line in assumed[1:]])
        nulls = report.null_lines(self.null_directions)
        lines += section(f"What no {self.invisible_to} shows", [f"- {line}" for line in nulls])
        lines += section("Data", [f"```\n{text}\n```" for text in self.data_lines()])
        found = ", ".join(f"{k} {v}" for k, v in self.provenance["versions"].items())
        lines += ["", f"Made with {found}; seed {self.provenance['seed']}."]
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data for JSON."""
        return plain(
            {
                "model": self.model.name,
                "accepted": self.accepted,
                "reasons": self.reasons,
                "warnings": self.warnings,
                "parameters": report.parameters_as_plain_data(self.parameters),
                "nuisances": report.parameters_as_plain_data(self.nuisances),
                "fixed": self.fixed,
                "assumptions": [
                    e.to_dict(self.problem.unknowns) for e in self.model_error.extensions
                ],
                "null_directions": self.null_directions,
                "correlation": self.correlation,
                "T_amb": [
                    {"value": value, "standard_deviation": sd, "unit": "K"}
                    for value, sd in self.ambients
                ],
                "chi_square": self.chi_square,
                "cost": self.minimum.cost,
                "degrees_of_freedom": self.degrees_of_freedom,
                "aic": self.aic,
                "bic": self.bic,
                "profiles": None if self.profiles is None else self.profiles.to_dict(),
                **self.details(),
                "provenance": self.provenance,
            }
        )

    def __repr__(self) -> str:
        parameters = "; ".join(map(repr, self.parameters))
        return f"<{self.title.splitlines()[0]}, {self.verdict}; {parameters}>"
