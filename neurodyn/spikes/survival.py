"""How long something lasts when not every end was seen: Kaplan and Meier's estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Numbers, Tolerance, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


@dataclass(frozen=True, eq=False)
class Survival:
    """Fraction that lasts longer than a time.

    Parameters
    ----------
    durations : (n,) float
        Each until its end, or until it was last watched.
    ended : (n,) bool
        Whether the end was seen; otherwise the duration is a lower bound (censored).
    times : (m,) float
        Times of ends, in order, each once.
    fraction : (m,) float
        Kaplan-Meier estimate just after each of them.
    standard_error : (m,) float
        Greenwood's.
    """

    durations: Array
    ended: npt.NDArray[np.bool_]
    times: Array
    fraction: Array
    standard_error: Array

    @checked
    def __call__(self, t: Numbers) -> Array:
        """Return the fraction that lasts longer than ``t``; NaN beyond the longest watched."""
        t = np.asarray(t, dtype=float)
        steps = np.concatenate([[1.0], self.fraction])
        value = steps[np.searchsorted(self.times, t, side="right")]
        return np.where(t <= self.durations.max(), value, np.nan)

    @property
    def median(self) -> float:
        """Time by which half has ended; infinite if that was not reached."""
        below = np.flatnonzero(self.fraction <= 0.5 + 1e-12)
        return float(self.times[below[0]]) if len(below) else np.inf

    @property
    def rate(self) -> float:
        """Ends per time watched: the maximum-likelihood rate if ends come at a constant rate."""
        total = float(self.durations.sum())
        return float(self.ended.sum() / total) if total > 0 else np.nan

    @checked
    def rate_interval(self, confidence: Tolerance = 0.95) -> tuple[float, float]:
        """Return the exact interval of the rate for ends that come at a constant rate.

        From the chi-square law of the total time: D. R. Cox, D. Oakes, Analysis of Survival Data
        (1984), sec. 3.2. With no end seen the lower bound is 0 and the upper one still a number.
        """
        from scipy.stats import chi2

        ends, total = int(self.ended.sum()), float(self.durations.sum())
        tail = 0.5 * (1 - confidence)
        low = chi2.ppf(tail, 2 * ends) / (2 * total) if ends else 0.0
        return float(low), float(chi2.ppf(1 - tail, 2 * ends + 2) / (2 * total))

    def __repr__(self) -> str:
        median = f"median {self.median:.4g}" if np.isfinite(self.median) else "median not reached"
        return (
            f"<survival of {len(self.durations)}: {int(self.ended.sum())} ends seen, {median}, "
            f"rate {self.rate:.4g}>"
        )


@checked
def survival(
    durations: Sequence[float] | Array, ended: Sequence[bool] | npt.NDArray[np.bool_] | None = None
) -> Survival:
    """Estimate how long something lasts, from durations of which some were cut short.

    E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53, 457 (1958).

    Parameters
    ----------
    durations : (n,) float
    ended : (n,) bool, optional
        False where watching stopped before the end did; all true by default.

    Raises
    ------
    InputError
        If there is nothing, lengths differ, or a duration is negative or not finite.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.survival([1.0, 2.0, 3.0, 3.0], ended=[True, False, True, False]).fraction.tolist()
    [0.75, 0.375]
    """
    d = np.asarray(durations, dtype=float)
    e = np.ones(d.shape, dtype=bool) if ended is None else np.asarray(ended, dtype=bool)
    if d.ndim != 1 or not len(d) or e.shape != d.shape:
        raise InputError(
            f"durations have the shape {d.shape} and ended {e.shape}; expected the same (n,), n > 0"
        )
    if not (np.isfinite(d).all() and (d >= 0).all()):
        raise InputError("a duration is negative or not finite; expected finite ones from zero up")
    times, deaths = np.unique(d[e], return_counts=True)
    at_risk = len(d) - np.searchsorted(np.sort(d), times, side="left")
    fraction: Array = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        error = np.where(fraction > 0, fraction * np.sqrt(greenwood), 0.0)
    return Survival(d, e, times, fraction, error)
