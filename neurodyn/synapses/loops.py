"""Noise of devices as a function of (seed, device, pulse), so that no call depends on another.

Normal numbers: G. Box, M. Muller, Ann. Math. Stat. 29, 610 (1958). A trap that is filled or emptied
with one probability at each pulse stays as it is for a geometric number of pulses: drawing these
instead of one number for each pulse makes a thousand pulses as cheap as one, with the same law.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurodyn.codegen.loops import compiled_loop
from neurodyn.simulation.methods.philox import HALF, LOW, philox

_PINK, _TRAP = np.uint64(2), np.uint64(3)  # streams of random numbers
_NEVER = 2.0**62


@njit(error_model="numpy")
def _words(key, device, stream, place):
    """Four random whole numbers below 2^32."""
    at = np.uint64(place)
    return philox(at & LOW, at >> HALF, np.uint64(device), stream, key & LOW, key >> HALF)


@njit(error_model="numpy")
def _normals(key, device, pair):
    """Return the normal numbers of two pulses that follow each other."""
    a, b, c, d = _words(key, device, _PINK, pair // 2)
    if pair % 2 == 1:
        a, b = c, d
    scale = 2.0**-32
    radius = math.sqrt(-2 * math.log((float(np.int64(a)) + 0.5) * scale))
    turn = 2 * math.pi * scale * float(np.int64(b))
    return radius * math.cos(turn), radius * math.sin(turn)


@njit(error_model="numpy")
def _stay(key, device, jumps, probability):
    """Return for how many pulses, at least one, a trap stays as it is after so many jumps."""
    if probability <= 0:
        return np.int64(_NEVER)
    a, b, _, _ = _words(key, device, _TRAP, jumps)
    high = float(np.int64(a)) * 2.0**21 + float(np.int64(b >> np.uint64(11)))
    u = (high + 0.5) * 2.0**-53
    return 1 + np.int64(min(math.log(u) / math.log1p(-probability), _NEVER / 2))


@compiled_loop
def first_jumps(key, trap, filled):
    """Add to each device's first pulse with a trap how long the trap then stays empty."""
    for i in range(len(trap)):
        trap[i, 1] += _stay(key, i, 0, filled)


@compiled_loop
def weak_reset(key, where, pulses, trap, noise, newest, value, law, taps, filled, emptied):
    """Bring devices to the number of pulses they have had, and give each its w and conductance.

    Parameters
    ----------
    trap : (n, 2) int
        Jumps so far, pulse of the next.
    noise : (n, pole + 3) float32
        The last normal numbers, number k at place k modulo pole + 3: the window of the filter, and
        one on each side, as they are drawn in pairs.
    newest : (n,) int
        The newest of them; numbers of before the start exist too.
    value : (n, 2) float
        w, and the conductance.
    law : (n, 6) float
        m1, c1, t_star, m2, R_0, a.
    """
    kept, places = len(taps), noise.shape[1]
    for i in where:
        t = pulses[i]
        while trap[i, 1] <= t:
            trap[i, 0] += 1
            full = trap[i, 0] % 2 == 1
            trap[i, 1] += _stay(key, i, trap[i, 0], emptied if full else filled)
        m1, c1, t_star, m2 = law[i, 0], law[i, 1], law[i, 2], law[i, 3]
        before = min(float(t), t_star)
        total = c1 + m1 * before + m2 * (t - before)
        if trap[i, 0] % 2 == 1:
            total += law[i, 5]
        if kept > 0:
            last = t + kept - 1
            at = max(newest[i] + 1, t)
            at -= at % 2
            while at <= last:  # both of a pair are kept: the second is the next pulse's
                noise[i, at % places], noise[i, (at + 1) % places] = _normals(key, i, at // 2)
                at += 2
            newest[i] = at - 1
            place = last % places
            for r in range(kept):
                total += taps[r] * noise[i, place]
                place = place - 1 if place > 0 else places - 1
        value[i, 0] = total
        value[i, 1] = math.exp(-total) / law[i, 4]
