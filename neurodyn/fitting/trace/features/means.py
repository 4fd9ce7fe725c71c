"""Means of features over cycles, and how well they are known.

Three things make the covariance of such means differ from scatter over sqrt(n):

- cycles of a drifting neuron are like their neighbours;
- noise on a crossing lengthens one period and shortens the next, so that it cancels in the sum of
  the periods but for the two ends;
- the levels of all crossings come from the mean trough and the mean peak, whose errors all cycles
  share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from neurodyn.arrays import Array
from neurodyn.fitting.trace.features.extractor import PER_CYCLE, TIMES


@dataclass(frozen=True)
class MeanFeatures:
    """Means of features over cycles.

    Parameters
    ----------
    names : tuple of str
    values : (m,) float
    covariance : (m, m) float
        Of the means.
    scatter : (m,) float
        Standard deviation from cycle to cycle.
    cycles : int
    degrees_of_freedom : float
        Of the covariance.
    """

    names: tuple[str, ...]
    values: Array
    covariance: Array
    scatter: Array
    cycles: int
    degrees_of_freedom: float


def mean_features(
    values: Array, level_slopes: Array, names: tuple[str, ...], dt: float
) -> MeanFeatures:
    """Return the means of the named features of a table of all seven, and their covariance.

    What one cycle adds to the error of a mean is its own deviation and that of the levels through
    its trough and peak (``level_slopes``). The long-run covariance of these is that of W. K. Newey
    and K. D. West, Econometrica 55, 703 (1987), with Bartlett weights to lag L = 0.75 n^(1/3) (rule
    of thumb), after prewhitening (D. W. K. Andrews and J. C. Monahan, Econometrica 60, 953 (1992))
    by a moving average of first order, y_t = u_t - theta u_(t-1) with 0 <= theta <= 1, which the
    noise of crossings is with theta = 1. Its equivalent degrees of freedom are 1.5 n / (L + 1).
    A floor stands for the resolution of the sampling, which a noise-free record does not show:
    0.005 dt in times, 2e-5 of the swing in values.
    """
    n = len(values)
    columns = [PER_CYCLE.index(name) for name in names]
    trough, peak = PER_CYCLE.index("trough"), PER_CYCLE.index("peak")
    mean = values.mean(axis=0)
    off = values - mean
    errors = (off + off[:, [trough, peak]] @ level_slopes.T)[:, columns]
    theta, u = _moving_averages(errors)
    lags = max(1, round(0.75 * n ** (1 / 3)))
    total = u.T @ u
    for lag in range(1, lags + 1):
        part = u[lag:].T @ u[:-lag] * (1 - lag / (lags + 1))
        total += part + part.T
    # taking off the mean of so few cycles takes a share of the long-run variance with it
    long_run = total / (n - lags - 1)
    # the sum of y is (1 - theta) times the inner u, and the two ends
    inner, ends = np.outer(1 - theta, 1 - theta), 1 + np.outer(theta, theta)
    swing = abs(mean[peak] - mean[trough])
    floor = np.array([0.005 * dt if name in TIMES else 2e-5 * swing for name in names])
    covariance = long_run * ((n - 1) * inner + ends) / n**2 + np.diag(floor**2)
    return MeanFeatures(
        names,
        mean[columns],
        covariance,
        values[:, columns].std(axis=0, ddof=1),
        n,
        1.5 * n / (lags + 1),
    )


def _moving_averages(y: Array) -> tuple[Array, Array]:
    """Return theta and the innovations u_1 .. u_n of y_t = mean + u_t - theta u_(t-1) by column.

    By the exact likelihood of G. E. P. Box and G. M. Jenkins, in which u_0 and the mean are found
    by least squares for each theta; theta = 1, where it may have its maximum at the edge, is on the
    grid, which is finest there (the estimate is known to order 1 / n).
    """
    n, m = y.shape
    best, thetas, innovations = np.full(m, np.inf), np.zeros(m), y.copy()
    for gap in (0.0, *np.geomspace(0.5 / n, 1.0, 40)):
        theta = 1.0 - gap
        memory = theta ** np.arange(n + 1.0)
        # the filter's answer to the mean alone, and to the columns, both from u_0 = 0
        columns = np.vstack([np.zeros(m + 1), np.column_stack([np.ones(n), y])])
        drift, *start = lfilter([1.0], [1.0, -theta], columns, axis=0).T
        basis = np.linalg.qr(np.stack([memory, drift], axis=1)).Q
        u = np.stack(start, axis=1)
        u -= basis @ (basis.T @ u)
        squares = np.maximum((u**2).sum(axis=0), np.finfo(float).tiny)
        criterion = n * np.log(squares) + np.log(memory @ memory)
        better = criterion < best
        best[better], thetas[better] = criterion[better], theta
        innovations[:, better] = u[1:, better]
    return thetas, innovations
