"""The result of :func:`neurodyn.fit_iv`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import unknown_name
from neurodyn.fitting.derived import Derived
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.orthogonal import OrthogonalProblem
from neurodyn.fitting.profile import Profiles
from neurodyn.io import IVData
from neurodyn.model import Model


@dataclass(frozen=True)
class FittedParameter:
    """One fitted parameter.

    Parameters
    ----------
    name, unit, meaning : str
    value : float
    standard_error : float
        Of the value, the uncertainty of T_amb included.
    interval : (low, high)
        95 % interval, symmetric in ln(value) where the fit varies that.
    status : str
        "well determined" (below 10 %), "weak", "not determined" (above 50 %), "at bound"; and, once
        profiled, "open above", "open below" or "open on both sides" where the data set no limit.
    interval_68 : (low, high)
    """

    name: str
    unit: str
    meaning: str
    value: float
    standard_error: float
    interval: tuple[float, float]
    status: str
    interval_68: tuple[float, float] = (math.nan, math.nan)

    def __repr__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        relative = f"{self.standard_error / abs(self.value):.2%}, " if self.value else ""
        return (
            f"{self.name} = {self.value:.5g} +- {self.standard_error:.2g}{unit} "
            f"({relative}{self.status})"
        )


@dataclass(frozen=True, eq=False)
class IVFit:
    """A model fitted to I-V curves.

    Parameters
    ----------
    model : Model
        With the fitted values, at the first ambient temperature.
    measurements : tuple of IVData
    curve : (n,) int
        The measurement that each point belongs to.
    parameters : tuple of FittedParameter
    fixed : mapping from name to value
        Static parameters that were held.
    correlation : (n_fitted, n_fitted) float
    covariance : (n_fitted, n_fitted) float
        Of the logarithms of the parameters (of T_offset and R_series themselves), from the scatter
        of the data and from T_amb.
    T : (n,) float [K]
        Inner state (temperature) at the point of the curve nearest each datum.
    V, I : (n,) float
        That point, series resistance included.
    residuals : (n,) float
        Signed distance of each datum from the curve in (ln V, ln I): relative, not in noise units.
    noise : float
        Relative noise: as stated, or as the residuals show.
    chi_square : float or None
        If the noise was stated; always the plain one, whatever the loss.
    degrees_of_freedom : int
        Points and priors less unknowns.
    aic, bic : float
        Information criteria for Gaussian noise.
    tests : mapping from name to p-value
        Of the residuals: runs, and slow variation along the curve, against V, against T.
    T_amb : (value, standard deviation) [K]
        Of the first measurement.
    ambients : tuple of (value, standard deviation) [K]
    accepted : bool
    reasons : tuple of str
        Why the fit is rejected; empty if it is not.
    warnings : tuple of str
    null_directions : tuple of mappings from name to exponent
        How static parameters of the model can be scaled together without any trace.
    provenance : mapping
    problem : OrthogonalProblem
    minimum : Minimum
    profiles : Profiles, optional
    derived : Derived, optional
    """

    model: Model
    measurements: tuple[IVData, ...]
    data: IVData
    curve: npt.NDArray[np.int64]
    parameters: tuple[FittedParameter, ...]
    fixed: Mapping[str, float]
    correlation: Array
    covariance: Array
    T: Array
    V: Array
    I: Array
    residuals: Array
    noise: float
    chi_square: float | None
    degrees_of_freedom: int
    aic: float
    bic: float
    tests: Mapping[str, float]
    T_amb: tuple[float, float]
    ambients: tuple[tuple[float, float], ...]
    accepted: bool
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    null_directions: tuple[Mapping[str, float], ...]
    provenance: Mapping[str, Any]
    problem: OrthogonalProblem = field(repr=False)
    minimum: Minimum = field(repr=False)
    profiles: Profiles | None = None
    derived: Derived | None = None

    def __getitem__(self, name: str) -> FittedParameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise unknown_name("fitted parameter", name, [p.name for p in self.parameters])

    def unknown_of(self, name: str) -> int:
        """Return the place of a fitted parameter among the unknowns of the problem."""
        from neurodyn.fitting.fittable import public_name

        self[name]
        return next(
            i
            for i, unknown in enumerate(self.problem.unknowns)
            if unknown.name != "ambient" and public_name(unknown.name, self.model) == name
        )

    def factor_of(self, name: str) -> float:
        """Return what the model's parameter is multiplied by under this name."""
        from neurodyn.fitting.fittable import meaning_and_factor

        unknown = self.problem.unknowns[self.unknown_of(name)].name
        if unknown in ("T_offset", "R_series"):
            return 1.0
        return meaning_and_factor(unknown, self.model)[2]

    @property
    def trend_p(self) -> float:
        """Probability that white noise varies as slowly along the curve as the residuals do."""
        return self.tests["trend along the curve"]

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, relative."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    def with_profiles(self, profiles: Profiles) -> IVFit:
        """Return the fit with profile likelihoods, and statuses that follow from them."""
        from neurodyn.fitting.verdict import opened, reasons_from_parameters

        parameters = tuple(opened(p, profiles) for p in self.parameters)
        misfit = [r for r in self.reasons if r not in reasons_from_parameters(self.parameters)]
        reasons = (*misfit, *reasons_from_parameters(parameters))
        return replace(
            self,
            parameters=parameters,
            profiles=profiles,
            reasons=reasons,
            accepted=not reasons,
        )

    def sample(self, n: int, seed: int = 0) -> list[Model]:
        """Return ``n`` models drawn from the uncertainty of the fit, T_amb included.

        The unknowns are drawn from a normal distribution with the fit's covariance, in logarithms.
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
        covariance = self.minimum.covariance()
        draws = rng.multivariate_normal(self.minimum.theta, covariance, size=n, method="eigh")
        group, names = self.problem.groups[0], self.model.parameter_names
        models = []
        for draw in draws:
            p = self.problem.parameters(draw, group)
            values = dict(zip(names, p.tolist(), strict=False))  # the direction is none
            models.append(
                self.model.with_parameters(
                    **{k: v for k, v in values.items() if v != self.model[k]}
                )
            )
        return models

    def report(self) -> str:
        """Return the fit as text: verdict, parameters, correlations, tests, points set aside."""
        from neurodyn.fitting.report import as_text

        return as_text(self)

    def to_markdown(self) -> str:
        """Return the fit as a Markdown page."""
        from neurodyn.fitting.report import as_markdown

        return as_markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data for JSON."""
        from neurodyn.fitting.report import as_plain_data

        return as_plain_data(self)

    def __repr__(self) -> str:
        verdict = "accepted" if self.accepted else "rejected: " + "; ".join(self.reasons)
        parameters = "; ".join(map(repr, self.parameters))
        return f"<I-V fit, {verdict}; {parameters}; rms {self.rms:.2%}>"


SCALING: dict[str, int] = {"T_amb": 1, "E_a": 1, "R_th": 1, "eps_r": -2, "C_th": -1}
"""Exponents of the exact scaling symmetry that leaves every V(I), V(t) and I(t) unchanged."""
