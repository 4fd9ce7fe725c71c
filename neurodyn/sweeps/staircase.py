"""``nd.staircase``: the plateaus of phase locking against the frequency of an input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from neurodyn.arguments import Count, Tolerance, Whole, checked, shown
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.simulation import Adaptive, solve
from neurodyn.spikes import PhaseLocking, phase_locking
from neurodyn.stimuli import Stimulus

Drive = Callable[[float, int], Mapping[str, Stimulus | float]]


@dataclass(frozen=True)
class Plateau:
    """An interval of input frequency on which the ratio of frequencies is one fraction.

    Parameters
    ----------
    ratio : Fraction
    low, high : float
        Smallest and largest frequency at which locking was seen; at the ends of the span searched
        the plateau may go on.
    low_uncertainty, high_uncertainty : float
        Distance to the nearest frequency outside that was found not locked so; 0 at the ends of
        the span.
    """

    ratio: Fraction
    low: float
    high: float
    low_uncertainty: float
    high_uncertainty: float

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.high - self.low


@dataclass(frozen=True, eq=False)
class Staircase:
    """Plateaus of phase locking.

    Parameters
    ----------
    model : Model
    plateaus : tuple of Plateau
        In the order of the frequency.
    missing : tuple of Fraction
        Ratios that were looked for and not found: narrower than the resolution, or not there.
    frequencies : (n,) float
        All that were simulated, in order.
    ratios : (n,) float
        Spikes per input period at each of them.
    locking : tuple of PhaseLocking
    """

    model: Model
    plateaus: tuple[Plateau, ...]
    missing: tuple[Fraction, ...]
    frequencies: Array
    ratios: Array
    locking: tuple[PhaseLocking, ...] = field(repr=False)

    @checked
    def __getitem__(self, ratio: Fraction | str) -> Plateau:
        try:
            wanted = Fraction(ratio)
        except (ValueError, ZeroDivisionError):
            raise InputError(
                f"ratio is {shown(ratio)}; expected a fraction such as '2/3'"
            ) from None
        for plateau in self.plateaus:
            if plateau.ratio == wanted:
                return plateau
        found = ", ".join(str(plateau.ratio) for plateau in self.plateaus) or "none"
        raise InputError(f"there is no plateau {wanted} (found: {found})")

    def __repr__(self) -> str:
        steps = ", ".join(f"{p.ratio} [{p.low:.6g}, {p.high:.6g}]" for p in self.plateaus)
        return f"<staircase of {self.model.name}: {steps or 'no plateaus'}>"


@checked(moved={"rtol": "method=nd.Adaptive(rtol)"})
def staircase(
    model: Model,
    drive: Drive,
    span: tuple[float, float],
    ratios: Sequence[Fraction | str],
    *,
    settle: Whole = 100,
    periods: Count = 200,
    resolution: Tolerance = 1e-4,
    tolerance: Tolerance = 1e-4,
    method: Adaptive = Adaptive(1e-7),
    progress: Progress = silent,
) -> Staircase:
    """Find the intervals of input frequency on which spikes lock to the input at given ratios.

    For each ratio a locked frequency is found by bisection on the spikes per input period, which
    must rise or fall along the span; then both edges of its plateau by bisection on exact locking
    (:func:`neurodyn.phase_locking`).

    Parameters
    ----------
    model : Model
    drive : function of (frequency, number of periods)
        Returns the inputs, as :func:`neurodyn.solve` takes them.
    span : (float, float)
        Frequencies between which is searched [1 / time unit].
    ratios : sequence of Fraction or str
        E.g. ``["1/2", "2/3"]``: output over input frequency.
    settle, periods : int
        Input periods left out, and watched.
    resolution : float
        To which edges are located, as a fraction of the span.
    tolerance : float
        As in :func:`neurodyn.phase_locking`.
    method : Adaptive
        As in :func:`neurodyn.solve`.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Staircase

    Raises
    ------
    InputError
        If the span is empty, a ratio is not a fraction, or a number makes no sense.

    Examples
    --------
    A phase oscillator locks 1 : 1 where the input is within ``a`` of its own frequency (R. Adler,
    Proc. IRE 34, 351 (1946)):

    >>> import neurodyn as nd
    >>> adler = nd.Model.from_equations(
    ...     ["theta", "phi"], {"a": 0.5}, ["6 - a*sin(theta - phi)", "w"], inputs={"w": 6.0},
    ...     spike="theta - 6.283185307", reset={"theta": 0})
    >>> stairs = nd.staircase(
    ...     adler, lambda f, n: {"w": 6.283185307 * f}, (0.8, 1.1), ["1/1"], resolution=1e-3)
    >>> plateau = stairs["1/1"]
    >>> round(6.283185307 * plateau.low, 2), round(6.283185307 * plateau.high, 2)
    (5.5, 6.5)
    """
    low, high = span
    if not 0 < low < high:
        raise InputError(f"span is {low:g} to {high:g}; expected two positive numbers in order")
    if periods < 8:
        raise InputError(f"periods is {periods}; expected 8 or more")
    try:
        wanted = sorted({Fraction(ratio) for ratio in ratios})
    except (ValueError, TypeError, ZeroDivisionError):
        raise InputError(f"ratios are {shown(ratios)}; expected fractions such as '2/3'") from None
    known: dict[float, PhaseLocking] = {}

    def at(frequency: float) -> PhaseLocking:
        if frequency not in known:
            count = settle + periods
            traj = solve(model, count / frequency, inputs=drive(frequency, count), method=method)
            known[frequency] = phase_locking(
                traj,
                1 / frequency,
                after=settle / frequency,
                tolerance=tolerance,
                most_periods=periods // 4,
            )
        return known[frequency]

    rising = at(high).mean_ratio > at(low).mean_ratio
    nearest = (high - low) * resolution
    plateaus, missing = [], []
    for i, ratio in enumerate(wanted):
        inside = _locked_inside(at, ratio, low, high, nearest, rising)
        if inside is None:
            missing.append(ratio)
        else:
            edges = [_edge(at, ratio, inside, end, nearest) for end in (low, high)]
            (first, left), (last, right) = edges
            plateaus.append(Plateau(ratio, first, last, left, right))
        progress("staircase", (i + 1) / len(wanted))
    frequencies = np.array(sorted(known))
    locking = tuple(known[f] for f in frequencies)
    return Staircase(
        model=model,
        plateaus=tuple(sorted(plateaus, key=lambda p: p.low)),
        missing=tuple(missing),
        frequencies=frequencies,
        ratios=np.array([item.mean_ratio for item in locking]),
        locking=locking,
    )


def _locked_inside(
    at: Callable[[float], PhaseLocking],
    ratio: Fraction,
    low: float,
    high: float,
    nearest: float,
    rising: bool,
) -> float | None:
    """Return a frequency locked at the ratio, or None if none is met before the resolution."""
    for end in (low, high):
        if at(end).ratio == ratio:
            return end
    if (at(low).mean_ratio < ratio) == (at(high).mean_ratio < ratio):
        return None
    while high - low > 0.5 * nearest:
        middle = 0.5 * (low + high)
        found = at(middle)
        if found.ratio == ratio:
            return middle
        if (found.mean_ratio < ratio) == rising:
            low = middle
        else:
            high = middle
    return None


def _edge(
    at: Callable[[float], PhaseLocking], ratio: Fraction, inside: float, end: float, nearest: float
) -> tuple[float, float]:
    """Return the last locked frequency towards ``end``, and the distance to one that is not."""
    if at(end).ratio == ratio:
        return end, 0.0
    outside = end
    while abs(outside - inside) > nearest:
        middle = 0.5 * (inside + outside)
        if at(middle).ratio == ratio:
            inside = middle
        else:
            outside = middle
    return inside, abs(outside - inside)
