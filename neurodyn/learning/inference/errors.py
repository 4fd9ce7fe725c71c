"""Errors of one binarised neuron: XNOR outputs that flip, and a comparator that is not sure.

Of n inputs n1 products are expected to be one. A product flips with probability p, so popcount is
``n1 + up - down`` with two binomial numbers; the comparator then says +1 with a probability that
depends on popcount less threshold (A. Majumdar, thesis 2023, eqs. 3.5 to 3.7).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import stats

from neurodyn.arguments import Count, NonNegative, Numbers, Probability, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError

Comparator = Literal["gaussian", "cdf"]


@checked
def comparator_probability(
    distance: Numbers, sigma: NonNegative, comparator: Comparator = "gaussian"
) -> Array:
    """Return the probability that a comparator says +1.

    Parameters
    ----------
    distance : float array
        Popcount less threshold.
    sigma : float
        In counts; 0 is an ideal comparator, which is undecided at 0 only.
    comparator : {"gaussian", "cdf"}
        ``"gaussian"``: an error 1/2 exp(-distance^2 / 2 sigma^2), as fitted in the source;
        ``"cdf"``: an offset that is normal, Phi(distance / sigma).

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.comparator_probability([-1, 0, 1], 0.0)
    array([0. , 0.5, 1. ])
    """
    off = np.asarray(distance, dtype=float)
    side = 0.5 * (1 + np.sign(off))
    if sigma == 0:
        return side
    if comparator == "cdf":
        return np.asarray(stats.norm.cdf(off / sigma))
    wrong = 0.5 * np.exp(-0.5 * (off / sigma) ** 2)
    return np.where(off > 0, 1 - wrong, wrong)


@checked
def probability_of_one(
    inputs: Count,
    p: Probability,
    *,
    sigma: NonNegative = 0.0,
    comparator: Comparator = "gaussian",
    threshold: NonNegative | None = None,
) -> Array:
    """Return the probability that a neuron gives +1, for each number of expected ones.

    Parameters
    ----------
    inputs : int
    p : float
        That a product is read wrongly.
    sigma, comparator
        See :func:`comparator_probability`.
    threshold : float, optional
        Half of the inputs by default.

    Returns
    -------
    (inputs + 1,) float
        For n1 = 0 .. inputs.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.probability_of_one(5, 0.05)[2].round(9)
    np.float64(0.129408125)
    """
    at = inputs / 2 if threshold is None else threshold
    said = comparator_probability(np.arange(inputs + 1) - at, sigma, comparator)
    return popcount_transitions(inputs, p) @ said


def popcount_transitions(inputs: int, p: float) -> Array:
    """Return the probability of a popcount by the number of expected ones, (inputs + 1,) twice."""
    n = inputs
    found = np.empty((n + 1, n + 1))
    for n1 in range(n + 1):
        up = stats.binom.pmf(np.arange(n - n1 + 1), n - n1, p)
        kept = stats.binom.pmf(np.arange(n1 + 1), n1, 1 - p)
        # popcount is the flips up and the ones that are kept: a sum of independent numbers
        found[n1] = np.convolve(up, kept)
    return found


@checked
def decision_error(
    inputs: Count,
    p: Probability,
    *,
    sigma: NonNegative = 0.0,
    comparator: Comparator = "gaussian",
    threshold: NonNegative | None = None,
) -> Array:
    """Return the probability of a wrong output for each number of expected ones.

    Where the expected popcount is the threshold there is no right output, and the error is 1/2.
    (Eq. 3.7 of the source as printed counts that outcome twice for an even number of inputs.)

    Parameters
    ----------
    inputs, p, sigma, comparator, threshold
        See :func:`probability_of_one`.

    Returns
    -------
    (inputs + 1,) float

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.decision_error(10, 0.05, sigma=0.7)[5]
    np.float64(0.5)
    """
    one = probability_of_one(inputs, p, sigma=sigma, comparator=comparator, threshold=threshold)
    off = np.arange(inputs + 1) - (inputs / 2 if threshold is None else threshold)
    return np.where(off > 0, 1 - one, np.where(off < 0, one, 0.5))


@checked
def supply_error(
    distance: Numbers, amplitude: Probability, width: NonNegative, *, centre: float = 0.5
) -> Array:
    """Return the error of an output under a weak supply, ``A exp(-|d - centre| / s)`` within 5.

    Parameters
    ----------
    distance : float array
        Popcount less threshold; beyond 5 counts there are no errors.
    amplitude, width : float
        A and s of an illumination, which the source shows in a figure only (3.9).
    centre : float
        The output is +1 above 0, so the point of symmetry lies between 0 and 1.

    Raises
    ------
    InputError
        If the width is 0.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.supply_error([0, 1, 6], 0.4, 1.0).round(4)
    array([0.2426, 0.2426, 0.    ])
    """
    if width == 0:
        raise InputError("supply_error: width is 0; expected counts above 0")
    off = np.asarray(distance, dtype=float)
    return np.where(np.abs(off) <= 5, amplitude * np.exp(-np.abs(off - centre) / width), 0.0)


@checked
def read_error_of_pair(mu: tuple[float, float], s: tuple[float, float]) -> float:
    """Return how often a pair of one low and one high resistance is read the wrong way round.

    Closed form for log-normal resistances: Phi(-(mu_H - mu_L) / sqrt(s_L^2 + s_H^2)).

    Parameters
    ----------
    mu, s : (low, high)
        Mean and standard deviation of ln R.

    Raises
    ------
    InputError
        If a standard deviation is negative, or both are 0.

    Examples
    --------
    >>> import neurodyn as nd
    >>> round(nd.learning.read_error_of_pair((9.0, 11.0), (0.3, 0.8)), 6)
    0.009621
    """
    if min(s) < 0 or max(s) == 0:
        raise InputError(f"s is {s}; expected two deviations, not both 0")
    return float(stats.norm.cdf(-(mu[1] - mu[0]) / np.hypot(*s)))


@checked
def read_error_of_single(mu: tuple[float, float], s: tuple[float, float]) -> tuple[float, float]:
    """Return the error of one device against the best reference, and that reference as ln R.

    Both states are equally frequent; the best reference is where their densities cross between.

    Parameters
    ----------
    mu, s : (low, high)
        Mean and standard deviation of ln R.

    Raises
    ------
    InputError
        If the high state is not above the low one, or a deviation is not positive.

    Examples
    --------
    >>> import neurodyn as nd
    >>> error, reference = nd.learning.read_error_of_single((9.0, 11.0), (0.5, 0.5))
    >>> round(error, 6), round(reference, 9)
    (0.02275, 10.0)
    """
    if min(s) <= 0 or not mu[0] < mu[1]:
        raise InputError(f"mu is {mu} and s {s}; expected low below high, deviations above 0")
    a, b = 1 / s[0] ** 2, 1 / s[1] ** 2
    if s[0] == s[1]:
        at = sum(mu) / 2
    else:  # ln of both densities equal: a quadratic, of which the root between the means counts
        middle = -2 * (a * mu[0] - b * mu[1])
        rest = a * mu[0] ** 2 - b * mu[1] ** 2 - 2 * np.log(s[1] / s[0])
        roots = np.roots([a - b, middle, rest]).real
        at = float(roots[np.argmin(np.abs(roots - sum(mu) / 2))])
    low, high = stats.norm.sf((at - mu[0]) / s[0]), stats.norm.cdf((at - mu[1]) / s[1])
    return float((low + high) / 2), float(at)
