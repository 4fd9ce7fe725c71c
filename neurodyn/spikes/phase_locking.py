"""Phase locking to a periodic input: is the ratio of frequencies a fraction, exactly?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from neurodyn.arguments import Count, Positive, Tolerance, checked
from neurodyn.errors import InputError
from neurodyn.spikes.windows import Spikes, watched

REPEATS = 4
"""A pattern counts as locked when it is seen at least this many times in a row."""


@dataclass(frozen=True)
class PhaseLocking:
    """Whether spikes repeat with the input.

    Parameters
    ----------
    ratio : Fraction or None
        Output over input frequency; None where no pattern repeats.
    spikes, periods : int
        The pattern: so many spikes in so many input periods (not reduced: 2 in 4 is 1/2 with
        every other cycle alike). 0 where not locked.
    mean_ratio : float
        Spikes per input period: the ratio where locked, else over the whole train.
    residual : float
        Largest distance of a spike from where the pattern puts it, in input periods; that of the
        best pattern where not locked.
    watched : float
        Number of input periods watched.
    """

    ratio: Fraction | None
    spikes: int
    periods: int
    mean_ratio: float
    residual: float
    watched: float

    @property
    def locked(self) -> bool:
        """Whether a pattern repeats."""
        return self.ratio is not None

    def __repr__(self) -> str:
        if self.ratio is None:
            return f"<not locked: {self.mean_ratio:.6g} spikes per input period>"
        return (
            f"<locked {self.ratio}: {self.spikes} spikes in {self.periods} periods, residual "
            f"{self.residual:.1e} over {self.watched:g} periods>"
        )


@checked
def phase_locking(
    what: Spikes,
    period: Positive,
    *,
    after: float | None = None,
    tolerance: Tolerance = 1e-4,
    most_periods: Count = 40,
) -> PhaseLocking:
    """Test whether a train repeats exactly after a whole number of input periods.

    p : q locking means that every spike has another one p spikes later and q periods later. The
    smallest q up to ``most_periods`` for which this holds for all spikes is returned; the counts
    p and q are whole numbers, so nothing is rounded.

    Parameters
    ----------
    what : SpikeTrain, Trajectory, or spike times
        One train.
    period : float
        Of the input.
    after : float, optional
        Leave out the transient before this time.
    tolerance : float
        Largest distance from the pattern, in input periods.
    most_periods : int
        Longest pattern that is tried; no longer than a quarter of what was watched.

    Raises
    ------
    InputError
        If the period is not positive, there is more than one train, or fewer than four periods.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.phase_locking([0.1, 1.1, 3.1, 4.1, 6.1, 7.1, 9.1, 10.1, 12.1, 13.1], period=1.0).ratio
    Fraction(2, 3)
    """
    trains = watched(what, after)
    if len(trains) != 1:
        raise InputError(f"{len(trains)} trains were given; expected one")
    train = trains[0]
    t, length = train.times / period, (train.stop - train.start) / period
    if length < REPEATS:
        raise InputError(f"{length:.3g} input periods were watched; expected {REPEATS} or more")
    if len(t) == 0:
        return PhaseLocking(Fraction(0), 0, 1, 0.0, 0.0, length)
    mean = (len(t) - 1) / (t[-1] - t[0]) if len(t) > 1 else 1 / length
    best = np.inf
    for periods in range(1, min(most_periods, int(length / REPEATS + 1e-9)) + 1):
        spikes = round(mean * periods)
        # the pattern covers what was watched, but for one turn at the end
        if spikes == 0 or len(t) <= 2 * spikes or t[-1] - t[0] < length - 2 * periods:
            continue
        residual = float(np.abs(t[spikes:] - t[:-spikes] - periods).max())
        best = min(best, residual)
        if residual < tolerance:
            ratio = Fraction(spikes, periods)
            return PhaseLocking(ratio, spikes, periods, float(ratio), residual, length)
    return PhaseLocking(None, 0, 0, mean, best, length)
