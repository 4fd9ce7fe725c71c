"""Fitted parameters: values with standard errors, intervals and a status in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from neurodyn.fitting.unknowns import Unknown

_WELL, _WEAK = 0.1, 0.5  # relative standard errors up to which a parameter is called so
_FAR = 700.0  # logarithm of what floats can hold
_TINY_OFFSET = 10.0  # an offset may well be zero: 10 K or 10 ohm of it are what they are


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
        "well determined" (below 10 %), "weak", "not determined" (above 50 %), "at bound"; "fitted"
        for an offset or a leak, which may well be zero; and, once
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


def fitted_parameter(
    unknown: Unknown, theta: float, sd: float, degrees_of_freedom: float
) -> FittedParameter:
    """Return an unknown as a parameter, from its place and standard deviation in theta.

    Parameters
    ----------
    unknown : Unknown
    theta, sd : float
    degrees_of_freedom : float
        Of the noise, for Student's t; infinite if the noise is stated.
    """
    scale = unknown.reported(theta) if unknown.logarithmic else unknown.factor
    return FittedParameter(
        name=unknown.title,
        unit=unknown.unit,
        meaning=unknown.meaning,
        value=unknown.reported(theta),
        standard_error=scale * sd,
        interval=interval_of(unknown, theta, sd, 0.95, degrees_of_freedom),
        status=_status(unknown, theta, sd),
        interval_68=interval_of(unknown, theta, sd, 0.68, degrees_of_freedom),
    )


def interval_of(
    unknown: Unknown, theta: float, sd: float, level: float, degrees_of_freedom: float
) -> tuple[float, float]:
    """Return the interval of a reported value, symmetric in theta."""
    half, end = quantile(level, degrees_of_freedom) * sd, math.inf
    if unknown.logarithmic:
        end = _FAR
    return unknown.reported(min(theta - half, end)), unknown.reported(min(theta + half, end))


def status_of(sd: float) -> str:
    """Say how well a relative standard error determines a parameter."""
    return "well determined" if sd < _WELL else "weak" if sd < _WEAK else "not determined"


def quantile(level: float, degrees_of_freedom: float) -> float:
    """Return the half-width of a two-sided interval, in standard errors, by Student's t."""
    upper, nu = 0.5 + 0.5 * level, degrees_of_freedom
    return float(stats.t.ppf(upper, nu) if math.isfinite(nu) else stats.norm.ppf(upper))


def _status(unknown: Unknown, theta: float, sd: float) -> str:
    low, high = unknown.limits
    near = 1e-6 * (high - low) if math.isfinite(high - low) else 1e-9
    if min(theta - low, high - theta) < near and unknown.prior is None:
        return "at bound"
    if not unknown.logarithmic:
        if unknown.unit not in ("K", "ohm"):
            return "fitted"  # an offset may well be zero, and there is no size to compare it with
        return "well determined" if sd < _WELL * max(abs(theta), _TINY_OFFSET) else "weak"
    return status_of(sd)
