"""Tests of a fit's residuals: is what is left only noise?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]


def neighbour_scatter(residuals: Array) -> float:
    """Return the standard deviation that neighbouring residuals imply.

    Half the mean square difference of neighbours: blind to slow trends, so it measures the noise
    even where the model misfits (J. von Neumann, Ann. Math. Statist. 12, 367 (1941)).
    """
    return float(np.sqrt(0.5 * np.mean(np.diff(residuals) ** 2)))


def trend_p_value(residuals: Array) -> float:
    """Return the probability of so slow a variation in white noise (von Neumann's ratio).

    Parameters
    ----------
    residuals : (n,) float
        In order along the curve.
    """
    n = len(residuals)
    spread = float(np.var(residuals))
    if n < 8 or spread == 0:
        return 1.0
    ratio = np.mean(np.diff(residuals) ** 2) / spread
    # exact mean and variance for white noise, then a normal approximation
    mean = 2.0 * n / (n - 1)
    sd = np.sqrt(4.0 * n**2 * (n - 2) / ((n + 1) * (n - 1) ** 3))
    return float(stats.norm.cdf((ratio - mean) / sd))


def chi_square_p_value(chi_square: float, degrees_of_freedom: int) -> float:
    """Return the probability of so large a chi-square if the noise is as stated."""
    return float(stats.chi2.sf(chi_square, degrees_of_freedom))
