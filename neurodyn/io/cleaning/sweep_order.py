"""The order in a measurement: sweeps up and down, and the points where the device jumped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array

Integers = NDArray[np.int64]

_TURN = 0.05  # how far back sqrt(V I) must go to count as a turn, of its largest
_STILL = 0.02  # of that way back: what stands still, though it wavers
_JUMP = 0.25  # the smallest change of ln(V/I) between two rows that can be a jump
_STANDS_OUT = 4.0  # how much more than its neighbours a jump changes ln(V/I)
_LONGEST = 3  # rows that a jump may take; a longer fall is a curve


def split_sweeps(V: Array, I: Array) -> tuple[Integers, Integers]:
    """Number the sweeps of a measurement and tell which way each goes.

    The power ``V I`` grows along any quasi-static curve, on through a snap-back where V falls, so a
    sweep turns where ``sqrt(V I)`` does. A turn is believed when it goes back by 5 % of the largest
    value, so noise makes none; a smaller loop is not seen. A change of sign begins a new sweep.

    Parameters
    ----------
    V, I : (n,) array
        With their signs, in the order in which they were measured.

    Returns
    -------
    sweep : (n,) int array
        Counted from 0. The highest and the lowest row belong to the sweep upwards.
    direction : (n,) int array
        1 where the magnitude grows, -1 where it falls.

    Examples
    --------
    >>> import numpy as np
    >>> V = np.array([1.0, 2.0, 3.0, 2.0, 1.0, 2.0])
    >>> split_sweeps(V, V)
    (array([0, 0, 0, 1, 2, 2]), array([ 1,  1,  1, -1,  1,  1]))
    """
    n = len(V)
    direction = np.ones(n, dtype=np.int64)
    begins = np.zeros(n, dtype=bool)
    cuts = np.flatnonzero(np.diff(np.sign(V)) != 0) + 1
    for rows in np.split(np.arange(n), cuts):
        if not len(rows):
            continue
        begins[rows[0]] = True
        drive = np.sqrt(np.abs(V[rows])) * np.sqrt(np.abs(I[rows]))
        for start, stop, way in _legs(drive, _TURN * float(drive.max(initial=0.0))):
            begins[rows[start]] = True
            direction[rows[start:stop]] = way
    return np.cumsum(begins) - 1 if n else np.zeros(0, dtype=np.int64), direction


def _legs(drive: Array, back: float) -> list[tuple[int, int, int]]:
    """Return (first row, end, direction) of each leg between turns larger than ``back``."""
    turns: list[tuple[int, int]] = []  # row of an extreme, and the way that led to it
    top, bottom = float(drive[0]), float(drive[0])
    high = low = way = 0
    for row, value in enumerate(drive.tolist()):  # plain numbers: ten times as fast
        if way >= 0:
            top = max(top, value)
            if value >= top - _STILL * back:
                high = row  # rows that stand still at the top, at compliance, go with the way up
        if way <= 0 and value < bottom:
            bottom, low = value, row
        if way >= 0 and top - value > back:
            turns.append((high, 1))
            way, bottom, low = -1, value, row
        elif way <= 0 and value - bottom > back:
            turns.append((low, -1))
            way, top, high = 1, value, row
    if turns and turns[0][0] == 0:  # it begins with its highest or lowest row: no leg leads there
        turns = turns[1:]
    last = way or (1 if drive[-1] >= drive[0] else -1)
    # both extremes go with the way up
    edges = [0, *(row + 1 if led > 0 else row for row, led in turns), len(drive)]
    ways = [*(led for _, led in turns), last]
    legs = zip(edges[:-1], edges[1:], ways, strict=True)
    return [(start, stop, led) for start, stop, led in legs if stop > start]


def find_jumps(V: Array, I: Array, sweep: Integers) -> list[tuple[int, int]]:
    """Return the places (before, after) between which the device jumped.

    A jump is a change of ``ln(V/I)`` by more than 0.25 within three rows that is also four times
    that of the rows on either side: the resistance of a sweep through a smooth curve changes little
    by little, even where V turns back. The current must jump as much: where its own steps go on,
    it is the current that is set, and it cannot jump. Four steps of a converter are none.

    Parameters
    ----------
    V, I : (n,) array
        Magnitudes, in the order in which they were measured.
    sweep : (n,) int array
        A jump lies within one sweep, but for one that turns it.

    Examples
    --------
    >>> import numpy as np
    >>> V = np.array([1.0, 2.0, 3.0, 4.0, 3.5, 3.5, 3.5])
    >>> I = np.array([1.0, 2.0, 3.0, 4.1, 20.0, 20.0, 20.0])
    >>> find_jumps(V, I, np.zeros(7, dtype=int))
    [(3, 4)]
    """
    change, current = np.diff(np.log(V) - np.log(I)), np.abs(np.diff(np.log(I)))
    steps = np.abs(np.diff(I))
    least = _STANDS_OUT * float(steps[steps > 0].min(initial=np.inf))
    across = np.diff(sweep) > 0
    large = np.abs(change) > _JUMP
    found = []
    step = 0
    while step < len(change):
        if not large[step] or across[step]:
            step += 1
            continue
        end = step + 1
        while end < len(change) and large[end] and change[end] * change[step] > 0:
            end += 1
        sides = [k for k in (step - 1, end) if 0 <= k < len(change)]
        stands_out = end - step <= _LONGEST and abs(I[end] - I[step]) > least
        for x in (change, current):
            beside = max((abs(float(x[k])) for k in sides), default=0.0)
            stands_out &= abs(float(x[step:end].sum())) > _STANDS_OUT * beside
        if stands_out:
            found.append((step, end))
        step = end
    return found
