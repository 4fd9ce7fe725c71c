"""Noise of devices as a function of (seed, device, pulse), so that nothing is stored or ordered.

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
def _normals(key, device, block):
    """Return the normal numbers of four pulses that follow each other."""
    a, b, c, d = _words(key, device, _PINK, block)
    scale = 2.0**-32
    one = math.sqrt(-2 * math.log((float(np.int64(a)) + 0.5) * scale))
    turn = 2 * math.pi * scale * float(np.int64(b))
    other = math.sqrt(-2 * math.log((float(np.int64(c)) + 0.5) * scale))
    again = 2 * math.pi * scale * float(np.int64(d))
    return (
        one * math.cos(turn),
        one * math.sin(turn),
        other * math.cos(again),
        other * math.sin(again),
    )


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
def first_jumps(key, where, next_jump, filled):
    """Add to each device's first pulse with a trap how long the trap then stays empty."""
    for i in where:
        next_jump[i] += _stay(key, i, 0, filled)


@compiled_loop
def weak_reset(
    key, where, pulses, jumps, next_jump, w, m1, c1, t_star, m2, a, taps, filled, emptied
):
    """Bring devices to the number of pulses they have had, and give each its w."""
    pole = len(taps) - 1
    for i in where:
        t = pulses[i]
        while next_jump[i] <= t:
            jumps[i] += 1
            next_jump[i] += _stay(key, i, jumps[i], emptied if jumps[i] % 2 == 1 else filled)
        before = min(float(t), t_star[i])
        total = c1[i] + m1[i] * before + m2[i] * (t - before)
        if jumps[i] % 2 == 1:
            total += a[i]
        newest = t + pole  # pulses of before the start have numbers too
        block = np.int64(-1)
        four = (0.0, 0.0, 0.0, 0.0)
        for r in range(pole + 1):
            at = newest - r
            if at // 4 != block:
                block = at // 4
                four = _normals(key, i, block)
            total += taps[r] * four[at % 4]
        w[i] = total
