"""The result of :func:`neurodyn.fit_iv`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.io import IVData
from neurodyn.model import Model

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FittedParameter:
    """One fitted parameter.

    Parameters
    ----------
    name, unit, meaning : str
    value : float
    standard_error : float
        Of the value, T_amb's own uncertainty included.
    interval : (low, high)
        95 % interval, symmetric in ln(value).
    status : str
        "well determined" (below 10 %), "weak", "not determined" (above 50 %) or "at bound".
    """

    name: str
    unit: str
    meaning: str
    value: float
    standard_error: float
    interval: tuple[float, float]
    status: str

    def __repr__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        return (
            f"{self.name} = {self.value:.5g} +- {self.standard_error:.2g}{unit} "
            f"({self.standard_error / self.value:.2%}, {self.status})"
        )


@dataclass(frozen=True, eq=False)
class IVFit:
    """A model fitted to an I-V curve.

    Parameters
    ----------
    model : Model
        With the fitted values.
    data : IVData
    parameters : tuple of FittedParameter
    correlation : (n_fitted, n_fitted) float
    covariance : (n_fitted, n_fitted) float
        Of the log parameters, from the scatter of the data and from T_amb.
    T : (n,) float [K]
        Temperature at the point of the curve nearest each datum.
    V, I : (n,) float
        That point.
    residuals : (n,) float
        Signed distance of each datum from the curve in (ln V, ln I): relative, not in noise units.
    noise : float
        Relative noise: as stated, or as the residuals show.
    chi_square : float or None
        If the noise was stated.
    degrees_of_freedom : int
    aic, bic : float
        Information criteria for Gaussian noise.
    trend_p : float
        Probability that white noise varies as slowly along the curve as the residuals do.
    T_amb : (value, standard deviation) [K]
    accepted : bool
    reasons : tuple of str
        Why the fit is rejected; empty if it is not.
    warnings : tuple of str
    provenance : mapping
    """

    model: Model
    data: IVData
    parameters: tuple[FittedParameter, ...]
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
    trend_p: float
    T_amb: tuple[float, float]
    accepted: bool
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: Mapping[str, Any]

    def __getitem__(self, name: str) -> FittedParameter:
        from neurodyn.errors import unknown_name

        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise unknown_name("fitted parameter", name, [p.name for p in self.parameters])

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, relative."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    def sample(self, n: int, seed: int = 0) -> list[Model]:
        """Return ``n`` models drawn from the uncertainty of the fit, T_amb included.

        The log parameters are drawn from a normal distribution with the fit's statistical
        covariance; each draw of T_amb moves E_a, eps_r and R_th along the exact scaling symmetry.

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
        names = self.provenance["fitted"]
        theta = np.log([self.model[name] for name in names])
        statistical = np.array(self.provenance["statistical_covariance"])
        draws = rng.multivariate_normal(theta, statistical, size=n, method="eigh")
        T_amb, sd = self.T_amb
        stretch = np.log1p(sd / T_amb * rng.standard_normal(n))
        models = []
        for draw, s in zip(draws, stretch, strict=True):
            values = {
                name: math.exp(x + SCALING.get(name, 0) * s)
                for name, x in zip(names, draw, strict=True)
            }
            models.append(self.model.with_parameters(T_amb=T_amb * math.exp(s), **values))
        return models

    def report(self) -> str:
        """Return the fit as text: verdict, parameters, correlations, tests, points set aside."""
        lines = [
            f"I-V fit of {self.model.name} to {self.data.source}",
            f"verdict: {'accepted' if self.accepted else 'REJECTED'}",
            *(f"  reason: {reason}" for reason in self.reasons),
            f"T_amb = {self.T_amb[0]:g} +- {self.T_amb[1]:g} K (input, not fitted)",
            "parameters (standard error, 95 % interval):",
        ]
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
        chi_square = "noise not stated" if self.chi_square is None else f"{self.chi_square:.1f}"
        lines += [
            f"residuals: rms {self.rms:.3%} of {len(self.residuals)} points, "
            f"{self.degrees_of_freedom} degrees of freedom, noise {self.noise:.3%}",
            f"chi-square: {chi_square}; AIC {self.aic:.1f}, BIC {self.bic:.1f}; "
            f"trend p = {self.trend_p:.2g}",
            f"temperature along the fit: {self.T.min():.0f} to {self.T.max():.0f} K",
        ]
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines.append(self.data.report())
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data for JSON."""
        return {
            "accepted": self.accepted,
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "parameters": {
                p.name: {
                    "value": p.value,
                    "unit": p.unit,
                    "standard_error": p.standard_error,
                    "interval_95": list(p.interval),
                    "status": p.status,
                }
                for p in self.parameters
            },
            "correlation": self.correlation.tolist(),
            "T_amb": {"value": self.T_amb[0], "standard_deviation": self.T_amb[1], "unit": "K"},
            "rms_residual": self.rms,
            "noise": self.noise,
            "chi_square": self.chi_square,
            "degrees_of_freedom": self.degrees_of_freedom,
            "aic": self.aic,
            "bic": self.bic,
            "trend_p": self.trend_p,
            "data": self.data.to_dict(),
            "provenance": dict(self.provenance),
        }

    def __repr__(self) -> str:
        verdict = "accepted" if self.accepted else "rejected: " + "; ".join(self.reasons)
        parameters = "; ".join(map(repr, self.parameters))
        return f"<I-V fit, {verdict}; {parameters}; rms {self.rms:.2%}>"


SCALING: dict[str, int] = {"T_amb": 1, "E_a": 1, "R_th": 1, "eps_r": -2, "C_th": -1}
"""Exponents of the exact scaling symmetry that leaves every V(I), V(t) and I(t) unchanged."""
