"""Tests of a fit's residuals: is what is left only noise?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

from neurodyn.arrays import Array


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


def points_alike(residuals: Array) -> float:
    """Return how many neighbouring residuals count as one: 1 in white noise.

    The sum of autocorrelations, by pairs while they fall and stay positive (C. J. Geyer, Statist.
    Sci. 7, 473 (1992)): so many times larger is the variance of a mean of them.

    Parameters
    ----------
    residuals : (n,) float
        In order along the curve.

    Examples
    --------
    >>> import numpy as np
    >>> slow = np.repeat(np.random.default_rng(0).standard_normal(2000), 5)
    >>> 4.5 < points_alike(slow) < 5.5
    True
    """
    n = len(residuals)
    padded = np.fft.rfft(residuals, 2 * n)
    correlation = np.fft.irfft(np.abs(padded) ** 2)[:n]
    if not correlation[0] > 0:
        return 1.0
    correlation = correlation / correlation[0]
    pairs = correlation[: n - n % 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    falling = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    alike = 2 * float(falling.sum()) - 1
    return min(max(alike, 1.0), n / 2)


def runs_p_value(residuals: Array) -> float:
    """Return the probability of so few runs of one sign in independent residuals.

    A. Wald and J. Wolfowitz, Ann. Math. Statist. 11, 147 (1940), normal approximation.

    Examples
    --------
    >>> import numpy as np
    >>> runs_p_value(np.repeat([1.0, -1.0], 20)) < 1e-6
    True
    """
    signs = residuals[residuals != 0] > 0
    up, n = int(signs.sum()), len(signs)
    down = n - up
    if up < 4 or down < 4:
        return 1.0
    runs = 1 + int((signs[1:] != signs[:-1]).sum())
    mean = 1 + 2 * up * down / n
    sd = np.sqrt((mean - 1) * (mean - 2) / (n - 1))
    return float(stats.norm.cdf((runs + 0.5 - mean) / sd))


def residual_tests(residuals: Array, V: Array, T: Array, sweep: npt.ArrayLike) -> dict[str, float]:
    """Return p-values: runs, and slow variation along the curve, against V and against T.

    Neighbours are sought within one sweep: a loop that a model cannot follow, above it on the way
    up and below on the way down, would look like noise if both ways were mixed.

    Parameters
    ----------
    residuals, V, T : (n,) float
    sweep : (n,) int
        Which sweep a point belongs to.
    """
    sweep = np.asarray(sweep)

    def ordered(by: Array) -> Array:
        return residuals[np.lexsort((by, sweep))]

    along = ordered(T)
    return {
        "runs along the curve": runs_p_value(along),
        "trend along the curve": trend_p_value(along),
        "trend against V": trend_p_value(ordered(V)),
        "trend against T": trend_p_value(residuals[np.argsort(T, kind="stable")]),
    }


def chi_square_p_value(chi_square: float, degrees_of_freedom: int) -> float:
    """Return the probability of so large a chi-square if the noise is as stated."""
    return float(stats.chi2.sf(chi_square, degrees_of_freedom))
