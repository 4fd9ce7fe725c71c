"""Which rows of a measurement can be used, and why the others cannot: rules on plain arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.io.cleaning.compliance import Limit
from neurodyn.io.row_reasons import OVER_RANGE, REASONS

AT_LIMIT = 2e-3  # how near to a known limit counts as at it
_WAVERS = 0.05  # how far a row at a limit may lie from it, by noise ...
_WIDE = 4.5  # ... in standard deviations
_PINNED = 5e-4  # how still the current stands while it is limited
_PINNED_ROWS = 5
_MOVES = 5e-3  # how far the voltage moves meanwhile
_NEAR_ZERO = 1e-3  # of the largest voltage
_OFFSET_FACTOR = 5.0
_FEWEST_LEVELS = 6
_GLITCH = 0.1  # how far ln(V/I) of one row must lie from its neighbours to be a glitch ...
_GLITCH_FACTOR = 12.0  # ... and how many times as far as the rows around it usually do
_GLITCH_WINDOW = 8  # rows around it, on either side


def judge(V: Array, I: Array, unread: NDArray[np.int8]) -> NDArray[np.int8]:
    """Give each row the index in ``REASONS`` of the first rule it breaks, compliance left out.

    Parameters
    ----------
    V, I : (n,) array
        In V and A.
    unread : (n,) int array
        The index of the reason for which a row could not be read, 0 where it could.

    Examples
    --------
    >>> import numpy as np
    >>> V, I = np.array([0.0, 0.1, 0.2, np.inf]), np.array([0.0, 1e-6, -2e-6, 1e-6])
    >>> [REASONS[i] for i in judge(V, I, np.zeros(4, dtype=np.int8))]
    ['zero', 'usable', 'wrong sign', 'not finite']
    """
    with np.errstate(invalid="ignore"):
        finite = (np.abs(V) < OVER_RANGE) & (np.abs(I) < OVER_RANGE)
        zero = (V == 0) | (I == 0)
        opposed = np.sign(V) * np.sign(I) < 0
    rules = (
        ("not finite", ~finite),
        ("zero", zero),
        ("wrong sign", opposed),
        ("below the offset", _below_offset(V, I, finite & (unread == 0), zero | opposed)),
    )
    reasons = np.zeros(len(V), dtype=np.int8)
    for name, broken in reversed(rules):
        reasons[broken] = REASONS.index(name)
    return np.where(unread > 0, unread, reasons)


def _below_offset(
    V: Array, I: Array, finite: NDArray[np.bool_], without_sign: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Find rows near zero volts whose current is no larger than the offset of the instrument.

    Rows near zero volts with a current of the wrong sign show how large the offset is; their
    neighbours with the right sign are no better, though V/I looks like a resistance.
    """
    below = np.zeros(len(V), dtype=bool)
    if not finite.any():
        return below
    size_V, size_I = np.abs(V), np.abs(I)
    near = finite & (size_V < _NEAR_ZERO * size_V[finite].max())
    shown = near & without_sign & (I != 0)
    if shown.any():
        below[near] = size_I[near] <= _OFFSET_FACTOR * size_I[shown].max()
    return below


def glitches(V: Array, I: Array) -> NDArray[np.bool_]:
    """Find single rows that lie apart from a curve that goes on as before.

    An instrument that changes its range can give one reading of neither range. Noise moves the rows
    around it too, and what the device does lasts longer than one row or leads elsewhere.

    Parameters
    ----------
    V, I : (n,) array
        Usable rows, in the order in which they were measured.

    Examples
    --------
    >>> import numpy as np
    >>> V = np.linspace(1.0, 2.0, 9)
    >>> glitches(V, V * [1, 1, 1, 1, 1.5, 1, 1, 1, 1]).nonzero()[0].tolist()
    [4]
    """
    found = np.zeros(len(V), dtype=bool)
    if len(V) < _GLITCH_WINDOW:
        return found
    x = np.log(np.abs(V)) - np.log(np.abs(I))
    bend = x[1:-1] - 0.5 * (x[:-2] + x[2:])
    # one row that is off by d bends the curve by -d/2, d, -d/2 around it; a step does not
    off = bend[1:-1]
    alone = np.abs(off) > _GLITCH
    for beside in (bend[:-2], bend[2:]):
        alone &= np.abs(beside / np.where(off == 0, 1.0, off) + 0.5) < 0.15
    rows = np.flatnonzero(alone) + 1  # in bend
    around = np.array([k for k in range(-_GLITCH_WINDOW, _GLITCH_WINDOW + 1) if abs(k) > 1])
    places = rows[:, None] + around
    inside = (places >= 0) & (places < len(bend))
    usual = np.where(inside, np.abs(bend[np.clip(places, 0, len(bend) - 1)]), np.nan)
    if len(rows):
        usual = np.nanmedian(usual, axis=1)
        found[rows[np.abs(bend[rows]) > _GLITCH_FACTOR * usual] + 1] = True
    return found


def at_limit(V: Array, I: Array, limit: Limit) -> NDArray[np.bool_]:
    """Find rows within 0.2 % of a known limit, and runs of rows that waver around it.

    A meter that is noisier than that shows the limit with its noise: rows that stay near it belong
    to it, within five of the standard deviations that they show among themselves.
    """
    off = np.abs(I if limit.kind == "current" else V) / limit.value - 1
    there = np.abs(off) <= AT_LIMIT
    for run in _runs(np.abs(off) <= _WAVERS):
        spread = 1.4826 * float(np.median(np.abs(off[run])))
        if len(run) >= _PINNED_ROWS and spread <= _WAVERS / _WIDE:
            there[run] |= np.abs(off[run]) <= _WIDE * spread
    return there


def stay_at_limit(V: Array, I: Array, limit: Limit) -> NDArray[np.bool_]:
    """Find runs of rows within 0.2 % of a limit, of as many rows as make a detected one."""
    stays = np.zeros(len(V), dtype=bool)
    for run in _runs(at_limit(V, I, limit)):
        stays[run] = len(run) >= _PINNED_ROWS
    return stays


def detect_limit(V: Array, I: Array) -> float | None:
    """Return the current limit that a voltage-driven sweep ran into, if the data show one [A].

    Parameters
    ----------
    V, I : (n,) array
        Usable rows of one polarity as magnitudes, in the order in which they were measured.

    Returns
    -------
    float or None

    Notes
    -----
    The sign of a limit is a current that stands still (0.05 %) at its largest value for five rows
    or more while the voltage moves (0.5 %), or one that wavers there for ten rows, by up to 1 %,
    while the voltage moves by far more and the current does not follow it. A current source that
    waits at its last step while the device drifts shows the same, so the sweep must also be driven
    by voltage: see
    :func:`_voltage_is_driven`.

    Examples
    --------
    >>> import numpy as np
    >>> V = np.linspace(0.1, 5, 50)
    >>> detect_limit(V, np.minimum(1e-4 * V**2, 1e-3))
    0.001
    """
    if len(I) < _PINNED_ROWS:
        return None
    pinned = (1 - _PINNED) * I.max() <= I
    runs = [r for r in _runs(pinned) if len(r) >= _PINNED_ROWS and np.ptp(V[r]) > _MOVES * V[r[-1]]]
    if runs and _voltage_is_driven(V, I, pinned, runs):
        return float(np.median(I[pinned]))
    return _detect_noisy_limit(V, I)


def _detect_noisy_limit(V: Array, I: Array) -> float | None:
    """Return a limit around which the current wavers by the noise of its meter."""
    near = _runs((1 - 2 * _WAVERS) * I.max() <= I)
    run = max(near, key=len)
    middle = float(np.median(I[run]))
    spread = 1.4826 * float(np.median(np.abs(I[run] / middle - 1)))
    run = run[np.abs(I[run] / middle - 1) <= _WIDE * spread]
    if len(run) < 2 * _PINNED_ROWS or spread > _WAVERS / _WIDE:
        return None
    x, y = np.log(V[run]), np.log(I[run])
    # a curve goes on: its current follows the voltage
    moves = float(np.ptp(x))
    follows = abs(float(np.polyfit(x, y, 1)[0])) * moves if moves > 0 else np.inf
    if moves < 4 * _WIDE * spread or follows > _WIDE * spread:
        return None
    pinned = np.abs(I / middle - 1) <= _WIDE * spread
    return middle if _voltage_is_driven(V, I, pinned, [run]) else None


def _runs(mask: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Return the indices of each unbroken run of True."""
    indices = np.flatnonzero(mask)
    runs = np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1)
    return [run for run in runs if len(run)]


def _voltage_is_driven(
    V: Array, I: Array, pinned: NDArray[np.bool_], runs: list[NDArray[np.intp]]
) -> bool:
    """Whether the voltage was set and the current measured, by what moves how below the limit.

    A source stands still in repeated readings and moves in even steps between them. Where both do
    (a resistor) it decides whether the voltage goes on in the same steps at the limit. With too
    few different levels the answer is no: no row is set aside on a guess.
    """
    V_levels, I_levels, restless_V, restless_I = _levels(V[~pinned], I[~pinned])
    if len(V_levels) < _FEWEST_LEVELS:
        return False
    uneven_V, uneven_I = _unevenness(V_levels), _unevenness(I_levels)
    exact = 1e-6
    if uneven_V > 0.3 or restless_V > 3 * restless_I + exact:
        return False
    if max(uneven_V, uneven_I) > exact:
        return bool(uneven_V < 0.5 * uneven_I)
    step = np.median(np.abs(np.diff(V_levels)))
    steps = np.concatenate([np.abs(np.diff(V[run])) for run in runs])
    return bool(np.mean(np.abs(steps - step) < 0.1 * step) > 0.7)


def _levels(V: Array, I: Array) -> tuple[Array, Array, float, float]:
    """Return V and I of each step of a sweep, and how much they move in repeated readings of one.

    Both must move to make a new step.
    """
    stride = max(1, len(V) // 200)  # in a fine sweep each row hardly differs from the next
    V, I = V[::stride], I[::stride]
    if not len(V):
        return V, I, 0.0, 0.0
    moved = [np.abs(np.diff(x)) > _PINNED * x[:-1] for x in (V, I)]
    first = np.concatenate([[0], np.flatnonzero(moved[0] & moved[1]) + 1])
    spans = [np.maximum.reduceat(x, first) - np.minimum.reduceat(x, first) for x in (V, I)]
    restless = [float(np.median(s / x[first])) for s, x in zip(spans, (V, I), strict=True)]
    return V[first], I[first], restless[0], restless[1]


def _unevenness(x: Array) -> float:
    """Return how much steps differ from the usual one, relative to it, in x or in ln x."""
    return min(_spread(np.abs(np.diff(x))), _spread(np.abs(np.diff(np.log(x)))))


def _spread(steps: Array) -> float:
    usual = np.median(steps)
    if usual == 0:
        return np.inf
    deviations = np.sort(np.minimum(np.abs(steps / usual - 1), 1.0))
    # a turn of the sweep and a jump of the device make one odd step each
    return float(np.mean(deviations[:-2]))


def looks_swapped(V: Array, I: Array) -> bool:
    """Whether V and I seem to be exchanged.

    The rule: the median of ``|V/I|`` lies between 1 pohm and 0.1 ohm, which no device of this
    kind has, and taking the columns the other way round it lies between 10 ohm and 1 Tohm.
    """
    ratio = np.median(np.log10(np.abs(V)) - np.log10(np.abs(I)))
    return bool(-12 <= ratio <= -1)
