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
    ratio = np.mean(np.diff(residuals) ** 2) / spread  # 2 for white noise
    sd = np.sqrt(4.0 * (n - 2) / (n**2 - 1.0))
    return float(stats.norm.cdf((ratio - 2.0) / sd))


def chi_square_p_value(chi_square: float, degrees_of_freedom: int) -> float:
    """Return the probability of so large a chi-square if the noise is as stated."""
    return float(stats.chi2.sf(chi_square, degrees_of_freedom))
