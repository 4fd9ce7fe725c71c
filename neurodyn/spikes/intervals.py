"""How regular spikes are: histogram of interspike intervals, coefficient of variation, Fano factor.

F. Gabbiani, C. Koch, in Methods in Neuronal Modeling, 2nd ed. (MIT Press 1998), ch. 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.spikes.windows import Spikes, all_intervals, watched

BinRule = Literal["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"]
_MOST_WINDOWS = 10**7


@dataclass(frozen=True, eq=False)
class ISIHistogram:
    """Interspike intervals, counted.

    Parameters
    ----------
    intervals : (n,) float [time unit]
    edges : (n_bins + 1,) float
    counts : (n_bins,) int
    """

    intervals: Array
    edges: Array
    counts: npt.NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Mean interval."""
        return float(self.intervals.mean())

    @property
    def median(self) -> float:
        """Median interval."""
        return float(np.median(self.intervals))

    @property
    def cv(self) -> float:
        """Coefficient of variation: standard deviation over mean; 0 for a clock, 1 for Poisson."""
        return float(self.intervals.std(ddof=1) / self.mean)

    def __repr__(self) -> str:
        return (
            f"<{len(self.intervals)} interspike intervals, mean {self.mean:.4g}, median "
            f"{self.median:.4g}, CV {self.cv:.3g}>"
        )


@checked
def isi_histogram(
    what: Spikes, *, bins: Count | BinRule | Sequence[float] = "auto", after: float | None = None
) -> ISIHistogram:
    """Count the interspike intervals of one train or many.

    Parameters
    ----------
    what : SpikeTrain, Trajectory, StochasticTrajectories, spike times, or several arrays of them
    bins : int, str or sequence of float
        Number of bins, edges, or a rule of ``numpy.histogram_bin_edges``.
    after : float, optional
        Leave out spikes before this time.

    Raises
    ------
    InputError
        If there are fewer than two intervals.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.isi_histogram([0.0, 1.0, 2.0, 4.0]).cv.__round__(3)
    0.433
    """
    intervals = all_intervals(watched(what, after))
    if len(intervals) < 2:
        raise InputError(f"{len(intervals)} interspike intervals; expected two or more")
    if not isinstance(bins, int | str) and (len(bins) < 2 or (np.diff(bins) <= 0).any()):
        raise InputError("edges of bins do not rise; expected two or more, in order")
    counts, edges = np.histogram(intervals, bins)
    return ISIHistogram(intervals, edges, counts.astype(np.int64))


@dataclass(frozen=True, eq=False)
class FanoFactor:
    """Variance over mean of the number of spikes in windows.

    Parameters
    ----------
    windows : (n,) float [time unit]
        Lengths.
    values : (n,) float
        1 for Poisson at every length; for a renewal process it tends to CV^2. NaN where no window
        holds a spike.
    count : (n,) int
        Number of windows of each length.
    """

    windows: Array
    values: Array
    count: npt.NDArray[np.int64]


@checked
def fano_factor(
    what: Spikes, windows: Positive | Sequence[Positive] | Array, *, after: float | None = None
) -> FanoFactor:
    """Return the Fano factor of spike counts in windows laid side by side.

    Parameters
    ----------
    what : SpikeTrain, Trajectory, StochasticTrajectories, spike times, or several arrays of them
    windows : float or sequence of float [time unit]
        Lengths of the windows.
    after : float, optional
        Leave out what comes before this time.

    Raises
    ------
    InputError
        If a length is not positive or fewer than two windows fit.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.fano_factor([0.0, 1.0, 2.0, 3.0, 4.0], windows=2.0).values.tolist()
    [0.0]
    """
    trains = watched(what, after)
    lengths = np.atleast_1d(np.asarray(windows, dtype=float))
    if lengths.ndim > 1 or not len(lengths):
        raise InputError(f"windows has the shape {lengths.shape}; expected (n,), n > 0")
    watched_for = sum(train.stop - train.start for train in trains)
    values, numbers = [], []
    for length in lengths:
        if not watched_for < _MOST_WINDOWS * length:
            raise InputError(
                f"a window is {length:g} long and {watched_for:g} was watched; expected a positive "
                f"length, and at most {_MOST_WINDOWS:.0e} windows"
            )
        counts: list[int] = []
        for train in trains:
            fits = int((train.stop - train.start) / length * (1 + 1e-12))
            edges = train.start + length * np.arange(fits + 1)
            counts += np.diff(np.searchsorted(train.times, edges)).tolist()
        if len(counts) < 2:
            raise InputError(f"{len(counts)} windows of {length:g} fit; expected two or more")
        mean = np.mean(counts)
        values.append(np.var(counts, ddof=1) / mean if mean > 0 else np.nan)
        numbers.append(len(counts))
    return FanoFactor(lengths, np.array(values), np.array(numbers))
